"""The command `review`: a page on this machine to listen to clips and correct their transcripts."""
import contextlib
import os

import korean
from common import command_line
from common.errors import InputError
from datasets.corpus import add_format_option
from datasets.review.clip_review import ClipReview
from datasets.review.review_server import ReviewServer
from datasets.transcripts import EXCLUDE_LIST

_MAX_PORT = 65535


def add_command(commands):
    """Add the command to the subparsers of `python -m datasets`."""
    parser = commands.add_parser("review", description=__doc__,
                                 help="listen to the clips and correct their transcripts")
    parser.add_argument("folder", metavar="CORPUS", help="corpus folder; it is changed")
    parser.add_argument("--port", type=command_line.positive_int, default=0, metavar="N",
                        help="port of the page; default: any that is free")
    add_format_option(parser)
    command_line.Parser.add_lexicon_option(parser)
    parser.set_defaults(run=run)


def run(options):
    if options.port > _MAX_PORT:
        raise InputError("--port %d: should be at most %d" % (options.port, _MAX_PORT))
    lexicon = options.lexicon and korean.load_lexicon(options.lexicon)
    with contextlib.closing(ClipReview(options.folder, options.format, lexicon)) as review:
        _serve(review, options.port)
        _print_summary(review)


def _serve(review, port):
    """Serve the page until Ctrl-C."""
    counts = review.counts()
    print("%s: %d recordings with transcripts (%s), %d reviewed"
          % (review.folder, counts["total"], review.format, counts["reviewed"]))
    for name, reason in review.skipped:
        print("skipped: %s: %s" % (name, reason))
    with ReviewServer(review, port) as server:
        print("open in a browser on this machine: %s\nCtrl-C ends the review; everything is saved"
              % server.url, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


def _print_summary(review):
    counts = review.counts()
    print("\n%d of %d reviewed, %d texts corrected, %d dropped"
          % (counts["reviewed"], counts["total"], review.n_corrected, counts["dropped"]))
    if counts["dropped"]:
        print("preprocess.py leaves out what is listed in %s"
              % os.path.join(review.folder, EXCLUDE_LIST))
