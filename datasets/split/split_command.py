"""`python -m datasets split`: cuts long recordings into the clips of a corpus."""
import os
import sys

import korean
from audio import recognizer, speaker_encoder
from common import command_line
from common.errors import InputError
from datasets.split.split_corpus import default_recognizer, split_recordings
from datasets.split.split_report import render_text


def add_command(commands):
    """Add the command to the subparsers of `python -m datasets`."""
    parser = commands.add_parser("split", description=__doc__.splitlines()[0],
                                 help="cut long recordings into clips")
    parser.add_argument("recordings", metavar="RECORDINGS",
                        help="a recording, or a folder of them: WAV, FLAC, OGG, MP3; with ffmpeg "
                             "also M4A and video")
    parser.add_argument("--out", required=True, metavar="CORPUS",
                        help="folder of the corpus; the same command continues it")
    parser.add_argument("--script", metavar="FILE", help="the text that was read, UTF-8")
    command_line.Parser.add_lexicon_option(parser)
    parser.set_defaults(run=run)


def run(options):
    create_recognizer = default_recognizer()
    if options.script and not create_recognizer:
        raise InputError("%s: a script needs a speech recogniser, but %s; or leave out --script "
                         "and fill in the transcripts" % (options.script, recognizer.UNAVAILABLE))
    if not speaker_encoder.is_available():
        print("warning: other speakers are not found: %s" % speaker_encoder.UNAVAILABLE,
              file=sys.stderr)
    normalizer = korean.TextNormalizer(
        lexicon=options.lexicon and korean.load_lexicon(options.lexicon))
    report = split_recordings(options.recordings, options.out, options.script, create_recognizer,
                              normalizer)
    print(*render_text(report), sep="\n")
    if not create_recognizer:
        print("the transcripts are empty: %s, then give the same command again; or write what is "
              "spoken into %s" % (recognizer.UNAVAILABLE, os.path.join(options.out, "*.txt")))
