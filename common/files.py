"""Read whole files and write them atomically: a new file appears complete or not at all."""
import contextlib
import json
import os

from common.errors import InputError


_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@contextlib.contextmanager
def atomic_write(path, mode="wb", encoding=None):
    """Context manager that yields an open file, which replaces `path` if the block succeeds.

    The content is flushed to the disk before the rename, so that a crash leaves either the old file
    or the new one. If the block fails, the temporary file is removed.
    """
    temporary = "%s.%d.part" % (path, os.getpid())
    try:
        with open(temporary, mode, encoding=encoding) as file:
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


def read_bytes(path):
    """The bytes of a file. Raises InputError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError("%s: cannot be read (%s)" % (path, error.strerror))


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


def read_text(path):
    """The text of a UTF-8 file. Raises InputError if it cannot be read or decoded."""
    return decode_utf8(read_bytes(path), path)


def read_lines(path):
    """The lines of a UTF-8 file; unlike in str.splitlines, only LF and CRLF end a line."""
    lines = [line.rstrip("\r") for line in read_text(path).split("\n")]
    return lines if lines[-1] else lines[:-1]


def write_json(path, content):
    with atomic_write(path, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


def read_json(path, **options):
    """The content of a JSON file; `options` are passed to json.loads.

    Raises InputError if it cannot be read or is not valid JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text, **options)
    except ValueError as error:
        raise InputError("%s: is not valid JSON (%s)" % (path, error))


def read_json_object(path, types):
    """A JSON object that has a field of each name in {name: tuple of types}, as a dict.

    Raises InputError if it cannot be read, or a field is missing or of another type.
    """
    content = read_json(path)
    for name, allowed in types.items():
        value = content.get(name) if isinstance(content, dict) else None
        if type(value) not in allowed:
            raise InputError("%s: %s is %.60r; should be of type %s"
                             % (path, name, value, " or ".join(t.__name__ for t in allowed)))
    return content
