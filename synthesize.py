"""Synthesize each line of a Korean text file as a WAV file: 0001.wav, 0002.wav …

    python synthesize.py text.txt --tacotron logs/me-tacotron --vocoder logs/me-vocoder --out spoken

The text may be composed or decomposed Hangul. Long lines are split into sentences. A plot of the
attention alignment is written beside each WAV. Run the same command again to continue after an
interruption. To make one file of a book, with subtitles:

    python synthesize.py book.txt --voice voices/me --out book --join book.mp3 --srt book.srt

To listen while the audio is generated:

    python synthesize.py text.txt --voice voices/me --stream wav | aplay
"""
import os
import re
import sys

import audio
import korean
from common import command_line, files
from common.errors import InputError
from common.parallel import open_workers
from common.repeated_messages import RepeatedMessages
from synthesis import (joining, lines_on_workers, speech_output, spoken_lines, subtitles,
                       text_lines)
from synthesis.attempts import DEFAULT_ATTEMPTS, Predictor
from synthesis.voice import (BEST, GRIFFIN_LIM, NEWEST, Voice, report_default_speaker,
                             resolve_run_folders)
from training.run_folder import SOFTWARE_NAME
from wavenet_vocoder.engine.binding import PRECISIONS

MAX_PRINTED_TEXT = 1000     # characters of a line
EXIT_FAULT = 1      # with --strict: a line still has a fault after all attempts
_FILE_OF_A_LINE = re.compile(r"\d{4,}(\.part-\d+)?\.(wav|json|png)$")


def main(arguments):
    options = _create_parser().parse_args(arguments)
    _check_options(options)
    run_folders = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    lexicon = options.lexicon and korean.load_lexicon(options.lexicon)
    raw_lines = files.read_lines(options.text)
    settings = {"speaker": options.speaker, "weights": BEST if options.best else NEWEST,
                "precision": options.precision, "threads": options.threads,
                "device": options.device}
    voice = Voice(*run_folders, **settings)
    report_default_speaker(voice, options.speaker)
    voice.normalizer = text_lines.create_normalizer(voice.normalizer, lexicon)
    messages = RepeatedMessages()
    lines = spoken_lines.create_lines(
        text_lines.spoken_lines(options.text, raw_lines, voice.normalizer, messages,
                                options.strict),
        voice, options.out, options.seed)
    predictor = Predictor(voice, options.seed, options.attempts)
    speech_output.report_length(lines)
    if options.stream:
        if options.stream == "wav":
            sys.stdout.buffer.write(audio.streaming_wav_header(voice.hp.sample_rate))
        has_fault = speech_output.stream_pcm(lines, voice, predictor, messages, sys.stdout.buffer)
    else:
        remote = lines_on_workers.VoiceSettings(
            run_folders, settings, voice.normalizer.as_dict(), voice.description, options.seed,
            options.attempts)
        has_fault = _write_files(lines, voice, predictor, messages, options, remote)
    messages.print_rest()
    return EXIT_FAULT if options.strict and has_fault else 0


def _check_options(options):
    if options.stream and (options.join or options.srt):
        raise InputError("--stream writes no files; leave out --join and --srt")
    if options.stream and options.scheduler:
        raise InputError("--stream: the workers of --scheduler write files; leave out one of both")
    if options.srt and not options.join:
        raise InputError("--srt: has the times of the file of --join; add --join FILE")
    if options.join:
        joining.check_format(options.join)
        for path in (options.join, options.srt):
            _check_is_not_of_a_line(path, options.out)
        if options.srt and os.path.abspath(options.srt) == os.path.abspath(options.join):
            raise InputError("--srt %s: is the file of --join; choose another" % options.srt)
    for path in filter(None, (options.join, options.srt)):
        files.check_can_create(path)


def _check_is_not_of_a_line(path, out):
    """Raise InputError if the file would replace one of a line in --out, such as 0001.wav."""
    if path:
        folder, name = os.path.split(os.path.abspath(path))
        if folder == os.path.abspath(out) and _FILE_OF_A_LINE.match(name):
            raise InputError("%s: is the name of a line's file; choose another name or folder"
                             % path)


def _write_files(lines, voice, predictor, messages, options, settings):
    """Write and print all lines, and join them. Returns whether any line has a fault.

    With --scheduler, voices with these lines_on_workers.VoiceSettings write them.
    """
    if options.scheduler:
        folders = [folder for folder in settings.folders[:2] if folder != GRIFFIN_LIM]
        with open_workers(options.scheduler, 1, folders, options.out) as workers:
            speeds = lines_on_workers.write_wavs(lines, settings, options.out, workers, messages)
    else:
        speeds = speech_output.write_wavs(lines, voice, options.out, predictor, messages)
    for line in lines:
        speed = "%.1f × real time" % speeds[line.stem] if line.stem in speeds else "already there"
        print("%s.wav  %.2f s, %s  %s" % (line.stem, speech_output.wav_seconds(line), speed,
                                          line.text[:MAX_PRINTED_TEXT]
                                          + "…" * (len(line.text) > MAX_PRINTED_TEXT)))
    if options.join:
        comment = spoken_lines.create_comment(
            voice, options.seed, "text file: %s" % os.path.basename(options.text))
        joining.join_audio([(line.pause, line.stem + ".wav") for line in lines], options.join,
                           voice.hp.sample_rate, comment, SOFTWARE_NAME)
        print(options.join)
    if options.srt:
        subtitles.write_srt(lines, options.srt)
    return any(spoken_lines.has_fault(line) for line in lines)


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
    parser.add_scheduler_option()
    parser.add_lexicon_option()
    parser.add_argument("--attempts", type=command_line.positive_int, default=DEFAULT_ATTEMPTS,
                        metavar="N", help="attempts at an utterance whose alignment has a fault; "
                                          "default: %d" % DEFAULT_ATTEMPTS)
    parser.add_argument("--join", metavar="FILE",
                        help="also write all lines to one file, with pauses: .wav, .flac, .mp3 or "
                             ".ogg")
    parser.add_argument("--srt", metavar="FILE",
                        help="with --join: write subtitles with the times of the utterances")
    parser.add_argument("--strict", action="store_true",
                        help="treat unreadable characters as an error instead of skipping them; "
                             "exit with status 1 if a line still has a fault after all attempts")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
