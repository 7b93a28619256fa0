"""Reading and writing whole files: what is written is there complete or not at all."""
import contextlib
import json
import os

from common.errors import InputError


@contextlib.contextmanager
def atomic_write(path, mode="wb", encoding=None):
    """An open file that takes the name `path` when the block ends, and vanishes if it fails.

    The content is on the disk before the name is, so that a crash leaves the old file or the new.
    """
    temporary = "%s.%d.part" % (path, os.getpid())
    try:
        with open(temporary, mode, encoding=encoding) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as problem:
        with contextlib.suppress(FileNotFoundError):
            os.remove(temporary)
        if isinstance(problem, OSError) and problem.errno and not problem.filename:
            raise OSError(problem.errno, problem.strerror, path)    # a full disk names no file
        raise


def fsync_path(path):
    """Wait until the content of a file, or of a folder as the names in it, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_lines(path):
    """The lines of a text file, without their ends. Only a line feed ends one."""
    lines = [line.rstrip("\r") for line in read_text(path).split("\n")]
    return lines if lines[-1] else lines[:-1]


def read_bytes(path):
    """The content of the file. Raises InputError where there is none to be had."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise InputError("%s: there is no such file" % path)
    except IsADirectoryError:
        raise InputError("%s: is a folder, and should be a file" % path)
    except OSError as problem:
        raise InputError("%s: cannot be read (%s)" % (path, problem.strerror))


def decode_utf8(data, name):
    """The text of UTF-8 bytes, with or without byte-order mark, that came from the file `name`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputError("%s:%d: is not UTF-8 (byte 0x%02X); convert the file, for example with "
                         "iconv -f CP949 -t UTF-8" % (name, line, problem.object[problem.start]))


def read_text(path):
    """The text of a UTF-8 file. Raises InputError: missing, a folder, not UTF-8."""
    return decode_utf8(read_bytes(path), path)


def write_json(path, content):
    with atomic_write(path, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


def read_json(path, **options):
    """What a JSON file holds; `options` are those of json.loads.

    Raises InputError where it is missing or damaged.
    """
    text = read_text(path)
    try:
        return json.loads(text, **options)
    except ValueError as problem:
        raise InputError("%s: is not valid JSON (%s)" % (path, problem))
