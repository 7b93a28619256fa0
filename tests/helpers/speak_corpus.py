"""Speaks a corpus of everyday Korean sentences with espeak-ng: a synthetic voice, no person.

    python tests/helpers/speak_corpus.py --count 700 --out /tmp/corpus --rate 16000

The same options give the same sentences, and with the same espeak-ng the same samples. Needs the
Debian package espeak-ng and, for FLAC or another rate than its 22,050 Hz, sox. The bundled clips:
    --count 24 --out tests/clips --syllables 6-9 --seed 3 --rate 16000 --speed 185 --flac
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from common.device import available_cpus
from tools.demo_corpus import templates

ESPEAK_RATE = 22050


def speak(sentence, path, voice, speed, rate):
    """Writes the sentence as 16-bit mono .wav or .flac, as the path ends."""
    done = rate == ESPEAK_RATE and path.endswith(".wav")
    spoken = path if done else path + ".espeak"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "--stdin", "-w", spoken],
                   input=sentence.encode("utf-8"), check=True)
    if not done:  # -D, no dither: the same samples every time; -v: room for the filter's overshoot
        subprocess.run(["sox", "-D", "-v", "0.8", "-t", "wav", spoken, "-b", "16", path,
                        "rate", "-v", str(rate)], check=True)
        os.remove(spoken)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="sentences (100)")
    parser.add_argument("--out", required=True, help="folder of the corpus, made if missing")
    parser.add_argument("--format", choices=("folder", "ljspeech"), default="folder",
                        help="x.wav and x.txt in pairs, or wavs/ and metadata.csv (folder)")
    parser.add_argument("--voice", default="ko+f1", help="espeak-ng's voice and variant; f1 has no echo and no breath (ko+f1)")
    parser.add_argument("--speed", type=int, default=150, help="words a minute, as espeak-ng counts (150)")
    parser.add_argument("--rate", type=int, default=ESPEAK_RATE, help="samples a second (22050)")
    parser.add_argument("--flac", action="store_true", help="FLAC: half the size (WAV)")
    parser.add_argument("--syllables", default="5-25", help="shortest-longest sentence (5-25)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other sentences (1)")
    args = parser.parse_args()

    shortest, longest = (int(number) for number in args.syllables.split("-"))
    texts = templates.generate_sentences(args.count, args.seed, shortest, longest)
    names = ["%04d" % number for number in range(1, len(texts) + 1)]
    ending = ".flac" if args.flac else ".wav"
    folder = os.path.join(args.out, "wavs") if args.format == "ljspeech" else args.out
    os.makedirs(folder, exist_ok=True)
    if args.format == "ljspeech":
        with open(os.path.join(args.out, "metadata.csv"), "w", encoding="utf-8") as lines:
            lines.writelines("%s|%s|%s\n" % (name, text, text) for name, text in zip(names, texts))
    else:
        for name, text in zip(names, texts):
            with open(os.path.join(args.out, name + ".txt"), "w", encoding="utf-8") as lines:
                lines.write(text + "\n")

    # espeak-ng and sox are processes of their own, so threads are enough to fill the cores
    with ThreadPoolExecutor(available_cpus()) as pool:
        spoken = [pool.submit(speak, text, os.path.join(folder, name + ending),
                              args.voice, args.speed, args.rate)
                  for name, text in zip(names, texts)]
        for one in spoken:
            one.result()
    print("%d sentences in %s" % (len(texts), args.out))


if __name__ == "__main__":
    main()
