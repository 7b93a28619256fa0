"""Standard input, output and error that do not fail, and text that is safe to show.

Names and texts from files may contain anything: commands for the terminal, file names that are not
UTF-8, letters that the terminal does not have.
"""
import codecs
import errno
import io
import os
import re
import sys

# Control characters; those that change the direction or the line of what follows; surrogates, which
# stand for the bytes of file names that are not UTF-8, and which no encoding has.
_CONTROLS = re.compile(
    "[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LAYOUT = "\n\t"
# A progress bar returns to the start of its line, or to the line above.
_BAR_START, _BAR_END = re.compile("\r+"), re.compile("(\r|\x1b\\[A)+$")


def escape_controls(text, keep=""):
    """`text` with its control characters, except those in `keep`, written like \\x1b."""
    return _CONTROLS.sub(lambda match: match.group() if match.group() in keep
                         else match.group().encode("unicode_escape").decode("ascii"), text)


class SafeStream(io.TextIOWrapper):
    """Text output without control characters, except those of lines and progress bars.

    Characters that the encoding does not have are replaced. Raises BrokenPipeError also if the
    terminal is gone.
    """

    def __init__(self, stream):
        encoding = codecs.lookup(stream.encoding).name
        if encoding == "ascii":     # that of Python 3.6 without a locale
            encoding = "utf-8"
        options = dict(line_buffering=stream.line_buffering,
                       write_through=getattr(stream, "write_through", False))
        # of UTF-8, only the bytes of file names that are not UTF-8 cannot be encoded
        super(SafeStream, self).__init__(
            stream.detach(), encoding, "backslashreplace" if encoding == "utf-8" else "replace",
            **options)

    def write(self, text):
        start, end = _BAR_START.match(text), _BAR_END.search(text)
        start, end = start.end() if start else 0, end.start() if end else len(text)
        if start < end:
            text = text[:start] + escape_controls(text[start:end], _LAYOUT) + text[end:]
        return self._call(super(SafeStream, self).write, text)

    def flush(self):
        return self._call(super(SafeStream, self).flush)

    def _call(self, function, *arguments):
        try:
            return function(*arguments)
        except OSError as error:
            if error.errno == errno.EIO:        # what a write to a closed terminal gives
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            raise


def prepare_streams():
    """Open what is closed of standard input, output and error, and make the outputs SafeStreams.

    Streams that were replaced in this process, as tests do, stay as they are.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:     # else the next file that is opened would get this descriptor
            os.open(os.devnull, os.O_RDWR)      # gets the lowest free one
        if getattr(sys, name) is None:
            stream = open(os.devnull, "w" if descriptor else "r", encoding="utf-8")
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is getattr(sys, "__%s__" % name) and not isinstance(stream, SafeStream):
            stream = SafeStream(stream)
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)


def discard_output():
    """Discard what is written to standard output and error from now on: nobody reads it."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(null, stream.fileno())
        except (OSError, ValueError):       # not a file
            pass
    os.close(null)
