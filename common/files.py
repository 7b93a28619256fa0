"""Read whole files and write them atomically: a new file appears complete or not at all."""
import contextlib
import errno
import json
import os
import re
import shutil
import stat

from common.errors import InputError


# Parsed, JSON takes up to 20 times its size.
MAX_TEXT_BYTES, MAX_JSON_BYTES = 1 << 28, 1 << 26
MAX_JSON_DIGITS = 1000
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@contextlib.contextmanager
def atomic_write(path, mode="wb", encoding=None):
    """Context manager that yields an open file, which replaces `path` if the block succeeds.

    The content is flushed to the disk before the rename, so that a crash leaves either the old file
    or the new one. If the block fails, the temporary file is removed.
    """
    temporary = "%s.%d.part" % (path, os.getpid())
    try:
        with open(temporary, mode, encoding=encoding, opener=open_without_links) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            os.remove(temporary)
        if isinstance(error, OSError) and error.errno and not error.filename:
            # the error for a full disk does not name the file
            raise OSError(error.errno, error.strerror, path)
        raise


def remove_temporary_files(folder, pattern):
    """Remove what processes that were killed have left of atomic_write in a folder.

    `pattern` is the regular expression of the names of the files that they were writing, or of
    folders that were to appear whole in the same way.
    """
    if not os.path.isdir(folder or "."):
        return
    for name in os.listdir(folder or "."):
        match = re.fullmatch(r"(%s)\.(\d+)\.part" % pattern, name)
        if match and not _is_other_process(int(match.group(match.lastindex))):
            path = os.path.join(folder, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
                continue
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)


def _is_other_process(number):
    """Whether another process with this number runs."""
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return number != os.getpid()


def open_without_links(path, flags):
    """The `opener` of open() for files in folders of others: it writes to regular files only.

    A symbolic link there could lead to any file of the user. Raises InputError for one.
    """
    if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        raise InputError("%s: should be a file, not a link, folder, pipe or device; delete it"
                         % path)
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def check_can_create(path):
    """Raise InputError if the folder of a file does not exist, or the path is a folder."""
    if os.path.isdir(path):
        raise InputError("%s: is a folder; give the name of a file" % path)
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise InputError("%s: the folder does not exist" % path)


def fsync_path(path):
    """Flush the content of a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_utf8_name(path):
    """Raise InputError if a path cannot be written into a UTF-8 file."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("%s: the name is not UTF-8; rename it" % ascii(path)[1:-1])


def read_bytes(path, max_bytes=None):
    """The bytes of a file. Raises InputError if it cannot be read or has more than `max_bytes`."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            # devices and pipes have no size
            content = (file.read(max_bytes + 1) if max_bytes and not stat.S_ISREG(status.st_mode)
                       else b"" if max_bytes and status.st_size > max_bytes else file.read())
    except OSError as error:
        raise InputError("%s: cannot be read (%s)" % (path, error.strerror))
    if max_bytes and max(status.st_size, len(content)) > max_bytes:
        raise InputError("%s: is larger than %d MB; such a file should be smaller"
                         % (path, max_bytes >> 20))
    return content


def decode_utf8(data, name):
    """The text of UTF-8 bytes of the file `name`, without byte-order mark. Raises InputError."""
    start = data[:1000]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" not in start and not start.startswith(_UTF16_MARKS):
            line = data.count(b"\n", 0, error.start) + 1
            raise InputError("%s:%d: is not UTF-8 (byte 0x%02X); convert the file, for example "
                             "with iconv -f CP949 -t UTF-8"
                             % (name, line, error.object[error.start]))
    else:
        if start.count(b"\0") <= len(start) / 5:
            return text
    raise InputError("%s: is UTF-16; convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8"
                     % name)


def read_text(path, max_bytes=MAX_TEXT_BYTES):
    """The text of a UTF-8 file. Raises InputError if it cannot be read or decoded."""
    return decode_utf8(read_bytes(path, max_bytes), path)


def read_lines(path):
    """The lines of a UTF-8 file; unlike in str.splitlines, only LF and CRLF end a line."""
    lines = [line.rstrip("\r") for line in read_text(path).split("\n")]
    return lines if lines[-1] else lines[:-1]


def write_json(path, content):
    with atomic_write(path, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


def read_json(path, max_bytes=MAX_JSON_BYTES, **options):
    """The content of a JSON file; `options` are those of parse_json.

    Raises InputError if it cannot be read, is not valid JSON or has more than `max_bytes`.
    """
    if os.path.exists(path) and not os.path.isfile(path):       # reading a pipe could take forever
        raise InputError("%s: is not a file" % path)
    return parse_json(read_text(path, max_bytes), path, **options)


def parse_json(text, source, any_surrogates=False, **options):
    """The value of JSON text; `options` are passed to json.loads.

    Raises InputError, which names `source`, if it is not valid. It may have half of a surrogate
    pair, which cannot be written or printed later, only if any_surrogates.
    """
    try:
        value = json.loads(text, parse_int=_parse_int, **options)
        if not any_surrogates and _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError as error:
        raise InputError("%s: is not valid JSON (%s)" % (source, error))
    except RecursionError:
        raise InputError("%s: is not valid JSON for this program (it is nested too deeply)"
                         % source)
    return value


def _parse_int(text):
    if len(text) > MAX_JSON_DIGITS:     # Python 3.6 would take minutes for a million digits
        raise ValueError("a number has %d digits" % len(text))
    return int(text)


def read_json_object(path, types):
    """A JSON object that has a field of each name in {name: tuple of types}, as a dict.

    Raises InputError if it cannot be read, or a field is missing or of another type.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError("%s: should be a JSON object" % path)
    for name, allowed in types.items():
        value = content.get(name)
        if type(value) not in allowed:
            raise InputError("%s: %s is %.60r; should be of type %s"
                             % (path, name, value, " or ".join(t.__name__ for t in allowed)))
    return content
