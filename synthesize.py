"""Speak a text file: a line an utterance, plain Hangul or decomposed into jamo → 0001.wav …

    python synthesize.py text.txt --tacotron logs/me-tacotron --vocoder logs/me-vocoder --out spoken

An alignment picture lies beside each. A long line is spoken sentence by sentence. The same command
goes on where it was interrupted. To hear it while it is made:

    python synthesize.py text.txt --voice voices/me --stream wav | aplay
"""
import os
import sys
import time
from collections import namedtuple

import numpy as np
from tqdm import tqdm

import audio
import korean
from common import command_line, files
from common.errors import InputError
from doctor.device_selection import select_device
from synthesis import text_lines
from synthesis.voice import Voice, resolve_run_folders, report_default_speaker
from training import training_plots
from training.run_folder import SOFTWARE_NAME
from wavenet_vocoder.engine.binding import PRECISIONS

TOGETHER = 8        # lines that are spoken in one batch
PAUSE = 0.35        # silence between the sentences of a long line [s]

# stem: path of its files without ending; text: as read; sentences: what is spoken at once, as
# symbol ids; comment: what its WAV will say of itself
Line = namedtuple("Line", "stem text sentences comment")


def main(arguments):
    options = _parser().parse_args(arguments)
    tacotron, vocoder = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    own = options.lexicon and korean.load_lexicon(options.lexicon)
    written = files.read_lines(options.text)
    select_device(options.device, allow_fallback=True)
    voice = Voice(tacotron, vocoder, options.speaker, options.best, options.precision,
                  options.threads)
    report_default_speaker(voice, options.speaker)
    normalizer = text_lines.create_normalizer(voice.normalizer, own)
    texts = text_lines.normalize_lines(options.text, written, normalizer, options.strict)
    lines = [Line(os.path.join(options.out, "%04d" % number), text, voice.ids(text, normalizer),
                  "synthetic speech; voice: %s; seed %d; text: %s"
                  % (voice.description, options.seed, text))
             for number, text in enumerate(texts, 1)]
    if options.stream:
        return _stream(voice, lines, options.seed, options.stream)
    pending = [line for line in lines if not _is_done(line)]
    os.makedirs(options.out, exist_ok=True)
    paces = {}
    with Progress(sum(len(ids) for line in pending for ids in line.sentences)) as progress:
        for start in range(0, len(pending), TOGETHER):
            together = pending[start:start + TOGETHER]
            pace = _speak(voice, together, options.seed, progress)
            paces.update((line.stem, "%.1f × real time" % pace) for line in together)
    for line in lines:
        print("%s.wav  %.2f s, %s  %s" % (line.stem, _seconds(line),
                                          paces.get(line.stem, "made before"), line.text))


class Progress(object):
    """A bar in seconds of audio, with the time that is left and the real-time factor.

    How long the lines that are still to come will be is estimated from their symbols.
    """

    def __init__(self, symbols):
        self.symbols, self.seconds, self.busy, self.last = symbols, 0.0, 0.0, 0.0
        self.known_symbols, self.known_seconds = 0, 0.0
        self.bar = tqdm(total=1, bar_format="{percentage:3.0f}%|{bar}| {desc} "
                                            "[{elapsed}<{remaining}]")

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.bar.close()

    def expect(self, seconds, symbols):
        """Lines of so many symbols turn out to be so long, and are going to be made."""
        self.last = time.time()
        self.known_seconds, self.known_symbols = (self.known_seconds + seconds,
                                                  self.known_symbols + symbols)
        self.bar.total = self.known_seconds * self.symbols / self.known_symbols

    def made(self, seconds):
        now = time.time()
        self.seconds, self.busy = self.seconds + seconds, self.busy + now - self.last
        self.last = now
        self.bar.set_description_str("%.1f of about %.1f s of audio, %.2f × real time" % (
            self.seconds, self.bar.total, self.seconds / max(self.busy, 1e-3)), refresh=False)
        self.bar.update(seconds)


def _speak(voice, lines, seed, progress):
    """Write the files of lines; returns how many seconds of sound a second of work made."""
    began, seconds = time.time(), 0.0
    spoken = iter(voice.speak([ids for line in lines for ids in line.sentences], seed,
                              progress))
    for line in lines:
        said = [next(spoken) for _ in line.sentences]
        if not all(sentence.stopped for sentence in said):
            tqdm.write("warning: %s.wav: the voice did not find the end of %r; it was cut off"
                       % (line.stem, line.text))
        for number, (ids, sentence) in enumerate(zip(line.sentences, said), 1):
            name = "-alignment.png" if len(said) == 1 else "-alignment-%d.png" % number
            with files.atomic_write(line.stem + name) as png:
                png.write(training_plots.alignment_png(sentence.alignment, [korean.SYMBOLS[i] for i in ids],
                                              line.text))
        # last: where a WAV is, its line is done
        with files.atomic_write(line.stem + ".wav") as wav:
            audio.write_wav(wav, _joined([sentence.samples for sentence in said],
                                         voice.hp.sample_rate),
                            voice.hp.sample_rate, line.comment, SOFTWARE_NAME)
        seconds += _seconds(line)
    return seconds / (time.time() - began)


def _stream(voice, lines, seed, kind):
    """Speak the lines to standard output while they are made: 16 bits, `wav` with a header."""
    output, rate = sys.stdout.buffer, voice.hp.sample_rate
    if kind == "wav":
        output.write(audio.streaming_wav_header(rate))
    for ids in [ids for line in lines for ids in line.sentences]:
        for samples in voice.stream(ids, seed):
            output.write(audio.to_pcm16(samples).astype("<i2").tobytes())
            output.flush()
        output.write(audio.to_pcm16(_pause(rate)).tobytes())


def _pause(rate):
    return np.zeros(int(PAUSE * rate), np.float32)


def _joined(waves, rate):
    pause = _pause(rate)
    return np.concatenate([part for wave in waves for part in (pause, wave)][1:])


def _seconds(line):
    return audio.read_wav_info(line.stem + ".wav")[1]


def _is_done(line):
    """Whether the line's WAV is there and is what would be made; InputError if it is another."""
    path = line.stem + ".wav"
    if not os.path.exists(path):
        return False
    if audio.read_wav_info(path)[0] != line.comment:
        raise InputError("%s: is there already and says something else; choose another --out or "
                         "move it away" % path)
    return True


def _parser():
    parser = command_line.Parser(prog="synthesize.py", description=__doc__.splitlines()[0])
    parser.add_argument("text", metavar="TEXT.txt", help="UTF-8, a line an utterance")
    parser.add_argument("--out", default="spoken", metavar="DIR", help="default: spoken")
    parser.add_voice_options()
    parser.add_argument("--precision", choices=("auto",) + PRECISIONS, default="auto",
                        help="of WaveNet's weights; default: auto, the fewest bits that cannot be "
                             "heard")
    parser.add_argument("--stream", choices=("raw", "wav"),
                        help="speak to standard output while it is made, 16 bits, and write no "
                             "files")
    parser.add_argument("--resume", action="store_true",
                        help="skip lines whose WAV was written with the same text, seed and voice: "
                             "as without it, and a script that says so is clearer")
    parser.add_lexicon_option()
    parser.add_argument("--strict", action="store_true",
                        help="a character that cannot be read is an error, and not left out")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
