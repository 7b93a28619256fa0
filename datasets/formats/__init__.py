"""Corpus formats, one module each, with a function `read(folder)`.

It returns (list of transcripts.Utterance, list of skipped (file or line, reason)), or None if the
folder is not a corpus in this format.

The first line of the module's docstring describes the format to users. A new format is a new module
and its name in FORMATS.
"""
import importlib
from collections import OrderedDict

# In the order of detection. `folder` is last: it accepts any recording with a .txt beside it.
FORMATS = OrderedDict((name, importlib.import_module("datasets.formats." + name))
                      for name in ("kss", "ljspeech", "recognition", "folder"))
