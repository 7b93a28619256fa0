"""Synthesize each line of a Korean text file as a WAV file: 0001.wav, 0002.wav …

    python synthesize.py text.txt --tacotron logs/me-tacotron --vocoder logs/me-vocoder --out spoken

The text may be composed or decomposed Hangul. Long lines are split into sentences. A plot of the
attention alignment is written beside each WAV. Run the same command again to continue after an
interruption. To listen while the audio is generated:

    python synthesize.py text.txt --voice voices/me --stream wav | aplay
"""
import sys

import audio
import korean
from common import command_line, files
from synthesis import speech_output, text_lines
from synthesis.voice import BEST, NEWEST, Voice, report_default_speaker, resolve_run_folders
from wavenet_vocoder.engine.binding import PRECISIONS


def main(arguments):
    options = _create_parser().parse_args(arguments)
    run_folders = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    lexicon = options.lexicon and korean.load_lexicon(options.lexicon)
    raw_lines = files.read_lines(options.text)
    voice = Voice(*run_folders, speaker=options.speaker, weights=BEST if options.best else NEWEST,
                  precision=options.precision, threads=options.threads, device=options.device)
    report_default_speaker(voice, options.speaker)
    voice.normalizer = text_lines.create_normalizer(voice.normalizer, lexicon)
    texts = text_lines.normalize_lines(options.text, raw_lines, voice.normalizer,
                                       options.strict)
    lines = speech_output.create_lines(texts, voice, options.out, options.seed)
    if options.stream:
        if options.stream == "wav":
            sys.stdout.buffer.write(audio.streaming_wav_header(voice.hp.sample_rate))
        speech_output.stream_pcm(lines, voice, options.seed, sys.stdout.buffer)
        return
    speeds = speech_output.write_wavs(lines, voice, options.out, options.seed)
    for line in lines:
        speed = "%.1f × real time" % speeds[line.stem] if line.stem in speeds else "already there"
        print("%s.wav  %.2f s, %s  %s" % (line.stem, speech_output.wav_seconds(line), speed,
                                          line.text))


def _create_parser():
    parser = command_line.Parser(prog="synthesize.py", description=__doc__.splitlines()[0])
    parser.add_argument("text", metavar="TEXT.txt", help="UTF-8 text file, one WAV per line")
    parser.add_argument("--out", default="spoken", metavar="DIR",
                        help="folder of the WAV files; default: spoken")
    parser.add_voice_options()
    parser.add_argument("--precision", choices=("auto",) + PRECISIONS, default="auto",
                        help="of WaveNet's weights; auto (default): int8 if it makes no audible "
                             "difference")
    parser.add_argument("--stream", choices=("raw", "wav"),
                        help="write 16-bit audio to standard output as it is generated, without "
                             "(raw) or with (wav) a WAV header, and no files")
    parser.add_lexicon_option()
    parser.add_argument("--strict", action="store_true",
                        help="treat unreadable characters as an error instead of skipping them")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
