"""Shared by all programs: command-line options, error messages, exit statuses."""
import argparse
import codecs
import errno
import io
import os
import signal
import sys

from common.errors import InputError
from common.hparam_set import describe_hparams
from hparams import ADAPT, PRESETS

EXIT_INPUT_ERROR, EXIT_INTERRUPTED = 2, 130
DEVICES = ("auto", "cpu", "gpu")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _DescribeHparams(argparse.Action):
    """Print the table of hyper-parameters; action="version" would rewrap its lines."""

    def __call__(self, parser, *_):
        print(describe_hparams())
        parser.exit()


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises InputError for wrong options."""

    def error(self, message):
        raise InputError("%s; see %s --help" % (message, self.prog))

    def add_hparams_options(self):
        self.add_argument("--preset", default=None, metavar="NAME",
                          choices=sorted(PRESETS) + [ADAPT],
                          help="sizes and audio settings: %s; or %s: training settings for a new "
                               "speaker, with --init-from" % (", ".join(sorted(PRESETS)), ADAPT))
        self.add_argument("--hparams", default="", metavar="k=v,k=v",
                          help="hyper-parameters that differ from the preset")
        self.add_argument("--help-hparams", action=_DescribeHparams, nargs=0,
                          help="list every hyper-parameter and exit")

    def add_lexicon_option(self):
        self.add_argument("--lexicon", metavar="FILE",
                          help="pronunciation lexicon, TSV: word as written, word as read")

    def add_voice_options(self):
        self.add_argument("--voice", metavar="DIR",
                          help="folder with the runs `tacotron` and `vocoder`; default: "
                               "voices/demo of this project")
        self.add_argument("--tacotron", metavar="RUN", help="run of train_tacotron.py")
        self.add_argument("--vocoder", metavar="RUN",
                          help="run of train_vocoder.py, or griffin-lim (fast, less natural)")
        self.add_argument("--speaker", metavar="NAME",
                          help="speaker of a multi-speaker run; default: the first")
        self.add_argument("--best", action="store_true",
                          help="use the checkpoint of each run with the best validation score "
                               "instead of the newest")
        self.add_argument("--seed", type=positive_int, default=1, metavar="N",
                          help="random seed of the synthesis; default: 1")
        self.add_argument("--threads", type=positive_int, default=0, metavar="N",
                          help="CPU threads for WaveNet; default: all")
        self.add_argument("--device", choices=DEVICES, default="auto",
                          help="device for Tacotron 2; auto (default): the CPU, which is fast "
                               "enough and needs no TensorFlow. WaveNet always runs on the CPU")

    def add_training_options(self):
        self.add_argument("--data", action="append", required=True, metavar="DIR",
                          help="store written by preprocess.py; repeat for more speakers")
        self.add_argument("--logdir", required=True, metavar="RUN",
                          help="run folder; an existing run is resumed")
        self.add_hparams_options()
        self.add_argument("--steps", type=positive_int, metavar="N", help="train up to this step")
        self.add_argument("--init-from", metavar="RUN",
                          help="start a new run from the weights of another run, possibly with "
                               "other speakers")
        self.add_argument("--freeze", default="", metavar="PART,PART",
                          help="parts of the network of a new run that keep their initial "
                               "weights, for example encoder,postnet")
        self.add_argument("--profile", type=positive_int, metavar="N",
                          help="write a timeline of N steps to RUN/profile.json")
        self.add_argument("--threads", type=positive_int, default=0, metavar="N",
                          help="CPU threads; default: all")
        self.add_argument("--towers", type=positive_int, default=0, metavar="N",
                          help="parts of a batch that are computed at the same time; default: the "
                               "number of GPUs, without a GPU one for each thread, at most 4")
        self.add_argument("--device", choices=DEVICES, default="auto",
                          help="auto (default): the GPU if there is one, which TensorFlow must "
                               "be able to use")


def positive_int(text):
    """The `type` of an argparse option that takes an integer above 0."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("%r: should be an integer above 0" % text)
    return int(text)


def positive_float(text):
    """The `type` of an argparse option that takes a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("%r: should be a number above 0" % text)
    return value


def run_program(main):
    """Call `main(arguments)` and exit with the status it returns.

    InputError and file-system errors are printed as `error: …` with status 2. Ctrl-C gives 130.
    Any other exception is a defect: it keeps its traceback and gives status 1.
    """
    _ensure_utf8_output()
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except InputError as error:
        print("error: %s" % error, file=sys.stderr)
        status = EXIT_INPUT_ERROR
    except KeyboardInterrupt:
        print("interrupted: all finished work is kept", file=sys.stderr)
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader of stdout has exited (`| head`): keep Python from reporting this again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    except UnicodeEncodeError:
        if codecs.lookup(sys.getfilesystemencoding()).name != "ascii":
            raise
        print("error: Hangul in file names needs a UTF-8 locale; set LC_ALL=C.UTF-8",
              file=sys.stderr)
        status = EXIT_INPUT_ERROR
    except OSError as error:
        full = error.errno in _DISK_FULL
        if not (error.filename or full):
            raise
        print("error: %s: %s; %s" % (
            error.filename or "output", error.strerror,
            "make room, then run the same command again" if full
            else "fix this or choose another path"), file=sys.stderr)
        status = EXIT_INPUT_ERROR
    sys.exit(status or 0)


def _ensure_utf8_output():
    """Without a locale, stdout of Python 3.6 is ASCII, and printing Hangul would fail."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if codecs.lookup(stream.encoding).name == "ascii":
            # surrogateescape: print file names byte for byte
            setattr(sys, name, io.TextIOWrapper(stream.detach(), "utf-8", "surrogateescape",
                                                line_buffering=True))
