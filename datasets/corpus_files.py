"""Lists the files of a corpus folder, and those that cannot be used."""
import codecs
import os
import sys
import unicodedata

from common.errors import InputError
from common.terminal import escape_controls

AUDIO_EXTENSIONS = (".wav", ".flac")
# of recordings that only `python -m datasets split` reads: with soundfile, and with ffmpeg
COMPRESSED_EXTENSIONS = (".ogg", ".oga", ".opus", ".mp3")
CONVERTIBLE_EXTENSIONS = (".m4a", ".aac", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wma",
                          ".3gp")
OTHER_AUDIO_EXTENSIONS = COMPRESSED_EXTENSIONS + CONVERTIBLE_EXTENSIONS
_EXTENSIONS = AUDIO_EXTENSIONS + OTHER_AUDIO_EXTENSIONS + (".txt", ".tsv")
# Control characters, line and paragraph separators: an id must be a line of a list
_REFUSED_CATEGORIES = ("Cc", "Zl", "Zp")


def find_files(folder, extensions):
    """{normalised path relative to the folder: path to open} of files with these extensions."""
    return {name: path for name, path in list_files(folder)[0].items()
            if name.lower().endswith(extensions)}


def list_files(folder):
    """({normalised path relative to the folder: path to open}, skipped) of recordings and texts.

    Links to folders are followed, unless they lead back into the corpus. `skipped` is
    [(path, reason)] of files and folders that cannot be used. Raises InputError if the locale does
    not have Hangul.
    """
    found, skipped = {}, []
    for name, path in walk_files(folder, skipped):
        if not name.lower().endswith(_EXTENSIONS):
            continue
        reason, key = _reason_to_skip(name, path), normalize_path(name)
        is_twin = not reason and key in found
        if is_twin:
            reason = ("has the name of another file in another Unicode form (NFC, NFD); rename or "
                      "remove one of the two")
        if reason:
            skipped.append((printable(key), reason))
        # of twins, the one in the form that transcripts have is used
        if not reason or (is_twin and name == key):
            found[key] = path
    return found, skipped


def normalize_path(path):
    # NFC, because file names from macOS have decomposed Hangul, and transcripts do not
    return unicodedata.normalize("NFC", os.path.normpath(path))


def walk_files(folder, skipped):
    """Yield (path relative to the folder, path to open) of all files, also of pipes and devices.

    (path, reason) of the folders that cannot be used are appended to `skipped`.
    """
    root, visited, folders, links = os.path.realpath(folder), set(), [""], []
    while folders or links:
        # links last: a folder that they lead to may also be in the corpus itself
        parent = (folders or links).pop()
        target = os.path.realpath(os.path.join(folder, parent))
        if target in visited or (parent and _contains(target, root)):
            skipped.append((printable(parent), "is a link that leads back into the corpus"))
            continue
        visited.add(target)
        try:
            entries = sorted(os.scandir(os.path.join(folder, parent)), key=lambda each: each.name)
        except OSError as error:
            skipped.append((printable(parent), "cannot be read (%s)" % error.strerror))
            continue
        for entry in entries:
            name = os.path.join(parent, entry.name)
            if os.path.isdir(entry.path):
                (links if entry.is_symlink() else folders).append(name)
            else:
                yield name, entry.path


def _contains(folder, path):
    return os.path.commonpath([folder, path]) == folder


def _reason_to_skip(name, path):
    """Why a file cannot be used, or None."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        if codecs.lookup(sys.getfilesystemencoding()).name != "utf-8":
            raise InputError("%s: Hangul in file names needs a UTF-8 locale; set LC_ALL=C.UTF-8"
                             % printable(name))
        return "has a name that is not UTF-8; rename it"
    if any(unicodedata.category(letter) in _REFUSED_CATEGORIES for letter in name):
        return "has a control character in its name; rename it"
    if not os.path.isfile(path):
        # reading a pipe or a device would never end
        return "is not a file, but a pipe, a device, or a link to a missing file"
    return None


def printable(name):
    """A file name or text with control characters and surrogates written like \\x1b, \\udcff.

    The bytes of a file name that are not UTF-8 are surrogates.
    """
    return escape_controls(name.encode("utf-8", "backslashreplace").decode("utf-8"))
