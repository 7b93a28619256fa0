"""Recordings with transcripts → a store of examples that the trainers read.

    python preprocess.py --corpus /data/kss --out data/kss
    python preprocess.py --corpus recordings --out data/me --speaker me --preset small
    python preprocess.py --corpus recordings --out data/me --exclude exclude.txt

Run it again after a change or an interruption: it makes only what is missing.
"""
import os

from tqdm import tqdm

import korean
from common import command_line, files
from common.device import available_cpus
from common.errors import InputError
from common.hparam_set import create_hparams
from datasets import corpus, exclusion
from datasets.store_builder import build_store


def main(arguments):
    options = _parser().parse_args(arguments)
    hp = create_hparams(options.preset or "reference", options.hparams)
    normalizer = korean.TextNormalizer(hp.pronounce, options.lexicon and korean.load_lexicon(options.lexicon))
    found = corpus.read_corpus(options.corpus, options.format)
    utterances, excluded = _stay(found.utterances, options)
    speaker = options.speaker or os.path.basename(os.path.abspath(options.corpus))
    print("%s: %d recordings with transcripts (%s)"
          % (options.corpus, len(found.utterances), found.format))
    outcome = build_store(options.out, utterances[:options.limit], speaker, hp, normalizer,
                          options.workers, _progress)
    _report(outcome.store, outcome.rule_counts, found.skipped + excluded + outcome.skipped)


def _stay(utterances, options):
    """(utterances that --exclude does not name, the others as (id, reason))."""
    if not options.exclude:
        return utterances, []
    stay, excluded, unknown = exclusion.divided(utterances, options.exclude)
    print("%s: %d excluded%s" % (options.exclude, len(excluded), "; not in the corpus: "
                                 + ", ".join(unknown) if unknown else ""))
    if not stay:
        raise InputError("%s: excludes all of the %d utterances of %s"
                         % (options.exclude, len(utterances), options.corpus))
    return stay, [(one, "excluded by " + options.exclude) for one in excluded]


def _parser():
    parser = command_line.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", required=True, metavar="DIR",
                        help="folder of recordings (WAV, FLAC) and transcripts")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the store")
    parser.add_argument("--format", default="auto", metavar="NAME",
                        choices=["auto"] + list(corpus.FORMATS),
                        help="auto (default), " + ", ".join(corpus.FORMATS))
    parser.add_argument("--speaker", metavar="NAME",
                        help="name of the voice; default: that of the corpus folder")
    parser.add_argument("--workers", type=command_line.positive_int, default=available_cpus(),
                        metavar="N", help="processes; default: one a processor")
    parser.add_lexicon_option()
    parser.add_argument("--exclude", metavar="FILE",
                        help="ids to leave out, one a line; python -m datasets check writes such "
                             "a list")
    parser.add_argument("--limit", type=command_line.positive_int, metavar="N",
                        help="take the first N utterances only")
    parser.add_hparams_options()
    return parser


def _progress(futures, total):
    return tqdm(futures, total=total, unit="utterance", disable=None)


def _report(store, changed, skipped):
    """Print what the store holds and what was left out, and leave the latter in skipped.txt."""
    rows, rate = store.utterances, store.audio_settings["sample_rate"]
    seconds = sum(row.samples for row in rows) / rate
    print("%s: %d utterances, %.2f hours, speaker %s, %.1f jamo a second"
          % (store.folder, len(rows), seconds / 3600, store.speaker,
             sum(len(row.jamo) for row in rows) / seconds))
    for name, choose in (("shortest", min), ("longest", max)):
        row = choose(rows, key=lambda row: (row.samples, row.id))
        print("%-8s %6.2f s  %s" % (name, row.samples / rate, row.id))
    if changed:
        print("transcripts changed by the rule: " + ", ".join(
            "%s %d" % one for one in sorted(changed.items(), key=lambda one: (-one[1], one[0]))))
    lines = ["%s: %s" % one for one in skipped]
    if lines:
        print("skipped: %d" % len(lines), *lines, sep="\n  ")
    with files.atomic_write(os.path.join(store.folder, "skipped.txt"), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


if __name__ == "__main__":
    command_line.run_program(main)
