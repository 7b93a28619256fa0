"""Create the corpus of the demo voice: a folder of .wav and .txt files for each speaker.

    python -m tools.demo_corpus --out DIR [--limit N]

The .txt files contain the text as users write it. espeak-ng gets the standard pronunciation in
Hangul, because it applies few of the sound changes between syllables itself. After an interruption,
the same command resumes.
"""
import os
import subprocess
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import audio
import korean
from common import command_line, files
from common.errors import InputError
from common.progress_bar import tqdm
from common.resources import available_cpus

# the options of espeak-ng. voice: language and variant; speed: words per minute; pitch: 0 to 99
Speaker = namedtuple("Speaker", "name voice speed pitch")
SPEAKERS = (Speaker("sol", "ko+f2", 150, 60), Speaker("ram", "ko+m3", 140, 35))
SAMPLE_RATE = 16000
PEAK = 0.8


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.demo_corpus",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, metavar="DIR", help="corpus folder")
    parser.add_argument("--limit", type=command_line.positive_int, metavar="N",
                        help="use only the first N sentences")
    options = parser.parse_args(arguments)
    sentences = corpus_sentences()[:options.limit]
    normalizer = korean.TextNormalizer(False)
    texts = [normalizer.normalize_line(sentence, "sentence %d" % number, strict=True).text
             for number, sentence in enumerate(sentences, 1)]
    for speaker in SPEAKERS:
        _write_speaker(os.path.join(options.out, speaker.name), speaker, sentences, texts)


def corpus_sentences():
    """The sentences written by hand, then those from templates; not normalised."""
    folder = os.path.dirname(os.path.abspath(__file__))
    return [sentence for name in ("sentences.txt", "generated.txt")
            for sentence in files.read_lines(os.path.join(folder, name))]


def _write_speaker(folder, speaker, sentences, texts):
    """Write the missing pairs of files, .txt first: a .wav file means that its pair is complete."""
    os.makedirs(folder, exist_ok=True)

    def write(number):
        stem = os.path.join(folder, "%05d" % (number + 1))
        with files.atomic_write(stem + ".txt", "w", encoding="utf-8") as file:
            file.write(sentences[number] + "\n")
        _synthesize(stem + ".wav", korean.pronounce(texts[number]), speaker)

    missing = [number for number in range(len(texts))
               if not os.path.exists(os.path.join(folder, "%05d.wav" % (number + 1)))]
    with ThreadPoolExecutor(available_cpus()) as pool:
        for _ in tqdm(pool.map(write, missing), total=len(texts), initial=len(texts) - len(missing),
                      unit="sentence", desc=speaker.name):
            pass


def _synthesize(path, text, speaker):
    """Synthesise a text with espeak-ng into a 16-bit WAV file."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as speech:
        try:
            subprocess.run(["espeak-ng", "-v", speaker.voice, "-s", str(speaker.speed), "-p",
                            str(speaker.pitch), "--stdin", "-w", speech.name],
                           input=text.encode("utf-8"), check=True)
        except FileNotFoundError:
            raise InputError("espeak-ng: not installed; install it with apt install espeak-ng")
        samples, rate = audio.read_wav(speech.name)
    samples = audio.resample(samples, rate, SAMPLE_RATE)
    with files.atomic_write(path) as file:
        audio.write_wav(file, samples * PEAK / abs(samples).max(), SAMPLE_RATE,
                        "synthetic speech: espeak-ng %s" % speaker.voice, "espeak-ng")


if __name__ == "__main__":
    command_line.run_program(main)
