"""Corpus formats, one module each, with two functions.

`read(folder)` returns (list of transcripts.Utterance, [(file or line, reason)] of what was
skipped), or None if the folder is not a corpus in this format. `write_text(folder, utterance,
text)` replaces the text of an Utterance in the file that it was read from; it raises InputError if
that file has changed, or cannot contain the text.

The first line of a module's docstring describes the format to users. To add a format, add a module
and its name to FORMATS.
"""
import importlib
from collections import OrderedDict

# In the order of detection. `folder` is last: it accepts any recording with a .txt beside it.
FORMATS = OrderedDict((name, importlib.import_module("datasets.formats." + name))
                      for name in ("kss", "ljspeech", "recognition", "folder"))
