"""Make the demo voice's corpus anywhere: a folder of .wav and .txt for each of its two speakers.

    python -m tools.demo_corpus --out DIR [--count N] [--limit N]

The .txt is what a user would write; what espeak-ng is given is its standard pronunciation, as it
reads letters badly across syllables. The same command goes on where it was interrupted.
"""
import os
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

import korean
from common import command_line, files
from common.device import available_cpus
from tools.demo_corpus import coverage, templates
from tools.demo_corpus.espeak import SPEAKERS, speak

RATE = 16000
SHORTEST, LONGEST = 3, 60           # syllables of a sentence as it is read
MAKERS = (templates.plain_sentence, templates.scene_sentence, templates.scene_sentence,
          templates.number_sentence, templates.long_sentence)
SEED = 1


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.demo_corpus", description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder a speaker is made in it")
    parser.add_argument("--count", type=command_line.positive_int, default=4000, metavar="N",
                        help="sentences that the grammar makes, besides the written ones (4000)")
    parser.add_argument("--limit", type=command_line.positive_int, metavar="N",
                        help="only the first N of all")
    options = parser.parse_args(arguments)
    written = corpus_sentences(options.count)[:options.limit]
    normalizer = korean.TextNormalizer(False)
    read = [normalizer.normalize_line(text, "sentence %d" % number, strict=True).text
            for number, text in enumerate(written, 1)]
    for line in coverage.told(coverage.counted(read)):
        print(line)
    for speaker in SPEAKERS:
        _record(os.path.join(options.out, speaker.name), speaker, written, read)


def corpus_sentences(count):
    """The written ones and `count` of the grammar, as a user would write them, in a fixed order."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentences.txt")
    own = files.read_lines(path)
    return own + templates.generate_sentences(count, SEED, SHORTEST, LONGEST, MAKERS)


def _record(folder, speaker, written, read):
    """Speak what is not there yet; the text lies beside the sound when that is there."""
    os.makedirs(folder, exist_ok=True)

    def one(number):
        stem = os.path.join(folder, "%05d" % (number + 1))
        with files.atomic_write(stem + ".txt", "w", encoding="utf-8") as text:
            text.write(written[number] + "\n")
        speak(stem + ".wav", korean.pronounce(read[number]), speaker, RATE)

    missing = [number for number in range(len(read))
               if not os.path.exists(os.path.join(folder, "%05d.wav" % (number + 1)))]
    # espeak-ng is a process of its own, so that threads are enough to fill the cores
    with ThreadPoolExecutor(available_cpus()) as pool:
        for _ in tqdm(pool.map(one, missing), total=len(read), initial=len(read) - len(missing),
                      unit="sentence", desc=speaker.name):
            pass


if __name__ == "__main__":
    command_line.run_program(main)
