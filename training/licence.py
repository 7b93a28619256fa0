"""The licence file of a voice, which voices that start from it inherit."""
import os

from common import files
from training.run_folder import MODEL_FOLDERS

NAMES = ("LICENSE", "LICENSE.txt", "LICENCE", "LICENCE.txt")
_SECOND_NAME = "LICENSE-vocoder.txt"
MAX_BYTES = 1 << 20


def find_licence(folder):
    """The path of the licence of a voice, of a run, or of the voice that the run is part of.

    None if there is none.
    """
    folder = os.path.abspath(folder)
    voice, name = os.path.split(folder)
    is_part = name in MODEL_FOLDERS and all(
        os.path.exists(os.path.join(voice, model, "run.json")) for model in MODEL_FOLDERS)
    for place in [folder] + [voice] * is_part:
        names = (_SECOND_NAME,) + NAMES if name == "vocoder" else NAMES + (_SECOND_NAME,)
        for path in (os.path.join(place, each) for each in names):
            if os.path.isfile(path):
                return path
    return None


def first_line(folder):
    """The first line of the licence that is not empty, or None."""
    path = find_licence(folder)
    lines = [line.strip() for line in files.read_lines(path)] if path else []
    return next((line for line in lines if line), None)


def copy_licences(sources, folder):
    """Copy the licences of the runs or voices `sources` into `folder`.

    That of the second source, a vocoder, is LICENSE-vocoder.txt if its text is another. Raises
    InputError for one above 1 MB.
    """
    copied = []
    for source in sources:
        path = find_licence(source)
        content = files.read_bytes(path, MAX_BYTES) if path else b""
        if content.strip() and content not in copied:
            name = os.path.basename(path)
            if copied:
                name = _SECOND_NAME
            elif name == _SECOND_NAME:
                name = "LICENSE.txt"
            with files.atomic_write(os.path.join(folder, name)) as file:
                file.write(content)
            copied.append(content)
