"""Converts recordings with transcripts into an example store for training.

    python preprocess.py --corpus /data/kss --out data/kss
    python preprocess.py --corpus recordings --out data/me --speaker me --preset small
    python preprocess.py --corpus recordings --out data/me --exclude exclude.txt

Workers on other hosts compute with --scheduler tcp://HOST:8786 (docs/dask.md).

Run it again after a change or an interruption: it computes only what is missing.
"""
import contextlib
import os
import sys
from collections import OrderedDict

import korean
from common import command_line, files
from common.errors import InputError
from common.folder_lock import FolderLock
from common.hparam_set import create_hparams
from common.parallel import open_workers
from common.resources import available_cpus
from datasets.adaptation_data import describe_narrow_band
from datasets.corpus import add_format_option, exclude_utterances, read_corpus
from datasets.store import SKIPPED_FILE
from datasets.store_builder import build_store
from datasets.transcripts import EXCLUDE_LIST

_BUSY = "another preprocess.py is writing this store; wait until it ends, or choose another --out"
_LOCK_WAIT = 3.0    # [s]; the worker processes of a killed preprocess.py end within a second


def main(arguments):
    options = _parse_options(arguments)
    hp = create_hparams(options.preset or "reference", options.hparams)
    normalizer = korean.TextNormalizer(
        hp.pronounce, options.lexicon and korean.load_lexicon(options.lexicon))
    corpus = read_corpus(options.corpus, options.format)
    print("%s: %d recordings with transcripts (%s)"
          % (options.corpus, len(corpus.utterances), corpus.format))
    utterances, excluded = _exclude(corpus.utterances, options)
    speaker = _speaker_name(options)
    os.makedirs(options.out, exist_ok=True)
    with contextlib.closing(FolderLock(options.out, _BUSY, _LOCK_WAIT)):
        with open_workers(options.scheduler, options.workers, [options.corpus],
                          options.out) as workers:
            result = build_store(options.out, utterances[:options.limit], speaker, hp, normalizer,
                                 workers)
        _print_summary(result.store, result.rule_counts)
        narrow = describe_narrow_band(result.store)
        if narrow:
            print("warning: %s: %s" % (options.corpus, narrow), file=sys.stderr)
        _report_skipped(result.store, corpus.skipped + excluded + result.skipped)


def _speaker_name(options):
    name = options.speaker or os.path.basename(os.path.abspath(options.corpus))
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("--speaker %s: is not UTF-8" % name)
    return name


def _exclude(utterances, options):
    """(utterances that no exclude list names, [(id, reason)] of the others)."""
    reasons = OrderedDict()
    paths = _exclude_lists(options)
    for path in paths:
        _, excluded, unknown = exclude_utterances(utterances, path)
        print("%s: %d excluded%s" % (path, len(excluded), "; not in the corpus: "
                                     + ", ".join(unknown) if unknown else ""))
        for utterance_id in excluded:
            reasons.setdefault(utterance_id, "excluded by " + path)
    remaining = [utterance for utterance in utterances if utterance.id not in reasons]
    if not remaining:
        raise InputError("%s: excludes all %d utterances of %s"
                         % (" and ".join(paths), len(utterances), options.corpus))
    return remaining, list(reasons.items())


def _exclude_lists(options):
    """Paths: the list in the corpus folder, if there is one, and that of --exclude."""
    own = os.path.join(options.corpus, EXCLUDE_LIST)
    paths = [own] if os.path.exists(own) else []
    if options.exclude and os.path.abspath(options.exclude) != os.path.abspath(own):
        paths.append(options.exclude)
    return paths


def _parse_options(arguments):
    parser = command_line.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", required=True, metavar="DIR",
                        help="folder of recordings (WAV, FLAC) and transcripts")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the store")
    add_format_option(parser)
    parser.add_argument("--speaker", metavar="NAME",
                        help="name of the speaker; default: name of the corpus folder")
    parser.add_argument("--workers", type=command_line.positive_int, default=available_cpus(),
                        metavar="N", help="worker processes; default: one per CPU")
    parser.add_scheduler_option()
    parser.add_lexicon_option()
    parser.add_argument("--exclude", metavar="FILE",
                        help="list of utterances to leave out, one id per line; "
                             "python -m datasets check writes one; exclude.txt in the corpus "
                             "folder is always used")
    parser.add_argument("--limit", type=command_line.positive_int, metavar="N",
                        help="use the first N utterances only")
    parser.add_hparams_options()
    return parser.parse_args(arguments)


def _print_summary(store, rule_counts):
    rows, sample_rate = store.utterances, store.audio_settings["sample_rate"]
    seconds = sum(row.samples for row in rows) / sample_rate
    print("%s: %d utterances, %.2f hours, speaker %s, %.1f jamo per second"
          % (store.folder, len(rows), seconds / 3600, store.speaker,
             sum(len(row.jamo) for row in rows) / seconds))
    for label, select in (("shortest", min), ("longest", max)):
        row = select(rows, key=lambda row: (row.samples, row.id))
        print("%-8s %6.2f s  %s" % (label, row.samples / sample_rate, row.id))
    if rule_counts:
        print("transcripts changed by normalisation rules: " + ", ".join(
            "%s %d" % item for item in sorted(rule_counts.items(),
                                              key=lambda item: (-item[1], item[0]))))


def _report_skipped(store, skipped):
    """Print [(name, reason)] of what was left out and write it to skipped.txt in the store."""
    lines = ["%s: %s" % item for item in skipped]
    if lines:
        print("skipped: %d" % len(lines), *lines, sep="\n  ")
    with files.atomic_write(os.path.join(store.folder, SKIPPED_FILE)) as file:
        file.writelines(line.encode("utf-8", "backslashreplace") + b"\n" for line in lines)


if __name__ == "__main__":
    command_line.run_program(main)
