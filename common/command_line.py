"""Shared by all programs: command-line options, error messages, exit statuses."""
import argparse
import codecs
import contextlib
import errno
import signal
import sys

from common import signals, terminal
from common.errors import InputError
from common.hparam_set import describe_hparams
from hparams import ADAPT, PRESETS

EXIT_INPUT_ERROR, EXIT_INTERRUPTED = 2, 130
MAX_INT, MAX_SEED = 2 ** 31 - 1, 2 ** 32 - 1
DEVICES = ("auto", "cpu", "gpu")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MAX_HALF = 1000        # characters at either end of an error message that are printed


class _DescribeHparams(argparse.Action):
    """Print the table of hyper-parameters; action="version" would rewrap its lines."""

    def __call__(self, parser, *_):
        print(describe_hparams())
        parser.exit()


_PATHS = ("DIR", "FILE", "RUN", "CORPUS", "VOICE", "TEXT.txt", "RECORDINGS")   # metavars


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises InputError for wrong options."""

    def error(self, message):
        raise InputError("%s; see %s --help" % (message, self.prog))

    def parse_known_args(self, args=None, namespace=None):
        options, rest = super(Parser, self).parse_known_args(args, namespace)
        for action in self._actions:
            if action.metavar in _PATHS and getattr(options, action.dest, None) in ("", [""]):
                self.error("argument %s: is empty; give a path"
                           % (action.option_strings[0] if action.option_strings
                              else action.metavar))
        return options, rest

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

    def add_scheduler_option(self):
        self.add_argument("--scheduler", metavar="tcp://HOST:PORT",
                          help="address of a Dask scheduler, whose workers on other hosts compute; "
                               "see docs/dask.md")

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
        self.add_argument("--seed", type=random_seed, default=1, metavar="N",
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
    return int_up_to(MAX_INT)(text)


def random_seed(text):
    """The `type` of an argparse option that takes a seed of NumPy's random generator, above 0."""
    return int_up_to(MAX_SEED)(text)


def int_up_to(limit):
    """The `type` of an argparse option that takes an integer from 1 to `limit`."""
    def convert(text):
        # longer numbers are not converted: Python 3.6 would take minutes for a million digits
        value = int(text) if text.isdecimal() and len(text) <= len(str(limit)) else 0
        if not 1 <= value <= limit:
            raise argparse.ArgumentTypeError("%.40r: should be an integer from 1 to %d"
                                             % (text, limit))
        return value
    return convert


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

    InputError and file-system errors are printed as `error: …` with status 2. Ctrl-C gives 130, and
    another signal that ends programs 128 + its number, as in shells; so does a reader of the output
    that has exited. Any other exception is a defect: it keeps its traceback and gives status 1.
    """
    terminal.prepare_streams()
    with signals.raise_ending_signals():
        try:
            status = main(sys.argv[1:])
            sys.stdout.flush()
        except InputError as error:
            status = _print_error(error)
        except KeyboardInterrupt as error:
            status = _print_interruption(error)
        except BrokenPipeError:
            status = 128 + signal.SIGPIPE
        except MemoryError:
            status = _print_error("there is not enough memory; close other programs, or give "
                                  "shorter input")
        except UnicodeEncodeError:
            if codecs.lookup(sys.getfilesystemencoding()).name == "utf-8":
                raise
            status = _print_error("Hangul in file names needs a UTF-8 locale; set LC_ALL=C.UTF-8")
        except OSError as error:
            full = error.errno in _DISK_FULL
            if not (error.filename or full):
                raise
            status = _print_error("%s: %s; %s" % (
                error.filename or "output", error.strerror,
                "make room, then run the same command again" if full
                else "fix this or choose another path"))
        except (ImportError, SystemError) as error:     # C code raises them from that of a signal
            if not isinstance(error.__cause__, KeyboardInterrupt):
                raise
            status = _print_interruption(error.__cause__)
    try:
        sys.stdout.flush()
    except OSError:
        terminal.discard_output()       # else Python reports it again at exit
    sys.exit(status or 0)


def _print_interruption(error):
    _print("interrupted: all finished work is kept")
    return 128 + getattr(error, "number", signal.SIGINT)


def _print_error(error):
    # in one line, even if a name contains a line break, and readable, even if a value is very long
    message = str(error).replace("\n", "\\n")
    if len(message) > 2 * _MAX_HALF:
        message = "%s … %s" % (message[:_MAX_HALF], message[-_MAX_HALF:])
    _print("error: " + message)
    return EXIT_INPUT_ERROR


def _print(message):
    """Print a message on stderr, if anybody reads it."""
    with contextlib.suppress(OSError):
        print(message, file=sys.stderr)
