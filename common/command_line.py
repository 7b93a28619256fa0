"""What every program's command line has in common: how it fails, and the shared options."""
import argparse
import codecs
import errno
import io
import os
import signal
import sys

from common.errors import InputError
from common.hparam_set import describe_hparams
from hparams import PRESETS

EXIT_INPUT_ERROR, EXIT_INTERRUPTED = 2, 130
DEVICES = ("auto", "cpu", "gpu")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)        # what the system says of a full disk


class Parser(argparse.ArgumentParser):
    """Options whose mistakes end in one line `error: …` on stderr and exit status 2."""

    def error(self, message):
        raise InputError("%s (%s --help)" % (message, self.prog))

    def add_hparams_options(self):
        self.add_argument("--preset", default=None, metavar="NAME", choices=sorted(PRESETS),
                          help="sizes and audio settings: " + ", ".join(sorted(PRESETS)))
        self.add_argument("--hparams", default="", metavar="k=v,k=v",
                          help="hyper-parameters that differ from the preset")
        self.add_argument("--help-hparams", action="version", version=describe_hparams(),
                          help="list every hyper-parameter and exit")

    def add_lexicon_option(self):
        self.add_argument("--lexicon", metavar="FILE",
                          help="how words are read, TSV: as written, as read")

    def add_voice_options(self):
        self.add_argument("--voice", metavar="DIR",
                          help="folder with the runs `tacotron` and `vocoder` (default: "
                               "voices/demo of this project)")
        self.add_argument("--tacotron", metavar="RUN", help="run of train_tacotron.py")
        self.add_argument("--vocoder", metavar="RUN",
                          help="run of train_vocoder.py, or griffin-lim: quick, and less natural")
        self.add_argument("--speaker", metavar="NAME",
                          help="default: the first of a run that has several")
        self.add_argument("--best", action="store_true",
                          help="speak with each run's best checkpoint by validation, not its "
                               "newest")
        self.add_argument("--seed", type=positive_int, default=1, metavar="N",
                          help="another seed, another rendering; default: 1")
        self.add_argument("--threads", type=positive_int, default=0, metavar="N",
                          help="processor threads for WaveNet (default: all)")
        self.add_argument("--device", choices=DEVICES, default="auto",
                          help="where Tacotron2 computes; auto (the default): the GPU where "
                               "TensorFlow can use it. WaveNet's engine is the processor's")

    def add_training_options(self):
        self.add_argument("--data", action="append", required=True, metavar="DIR",
                          help="a store that preprocess.py made; several mean several speakers")
        self.add_argument("--logdir", required=True, metavar="RUN",
                          help="folder of the run; it goes on where it stopped")
        self.add_hparams_options()
        self.add_argument("--steps", type=positive_int, metavar="N", help="the step to reach")
        self.add_argument("--init-from", metavar="RUN",
                          help="start a new run from the weights of another; its speakers may "
                               "be other ones")
        self.add_argument("--freeze", default="", metavar="PART,PART",
                          help="parts of a new run's network that keep the weights they start "
                               "with, like encoder,postnet")
        self.add_argument("--profile", type=positive_int, metavar="N",
                          help="write a timeline of N steps to RUN/profile.json")
        self.add_argument("--threads", type=positive_int, default=0, metavar="N",
                          help="processor threads to use (default: all)")
        self.add_argument("--device", choices=DEVICES, default="auto",
                          help="where to compute; auto (the default): the GPU where there is one, "
                               "and an error where TensorFlow cannot use it")


def positive_int(text):
    """A whole number above zero, for argparse's `type`."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("%r should be a whole number above 0" % text)
    return int(text)


def run_program(main):
    """Call `main(arguments)` and leave with its exit status.

    InputError, and a file or folder that the system refuses, become `error: …` and 2; Ctrl-C
    becomes 130. Anything else is a defect of ours and keeps its traceback, with status 1.
    """
    _speak_utf8()
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except InputError as problem:
        print("error: %s" % problem, file=sys.stderr)
        status = EXIT_INPUT_ERROR
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader of our output left (`| head`); Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    except UnicodeEncodeError:
        if codecs.lookup(sys.getfilesystemencoding()).name != "ascii":
            raise
        print("error: without a locale, Python knows no Hangul in names of files; "
              "set LC_ALL=C.UTF-8", file=sys.stderr)
        status = EXIT_INPUT_ERROR
    except OSError as problem:
        full = problem.errno in _DISK_FULL
        if not (problem.filename or full):
            raise
        print("error: %s: %s; %s" % (
            problem.filename or "output", problem.strerror,
            "make room, and the same command goes on" if full
            else "name another, or change what stands in the way"), file=sys.stderr)
        status = EXIT_INPUT_ERROR
    sys.exit(status or 0)


def _speak_utf8():
    """Without a locale Python 3.6 speaks ASCII, and would fail at the first Hangul it prints."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if codecs.lookup(stream.encoding).name == "ascii":
            # surrogateescape: the names of files come out as they came in
            setattr(sys, name, io.TextIOWrapper(stream.detach(), "utf-8", "surrogateescape",
                                                line_buffering=True))
