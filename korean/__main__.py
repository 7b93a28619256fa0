"""What a text becomes on its way to a model, a line for a line.

    python -m korean < text.txt           as read
    python -m korean --jamo text.txt      as conjoining jamo
    python -m korean --ids text.txt       as symbol ids
"""
import io
import sys

import command_line
import files
import korean
from hparams import InputError


def main(arguments):
    parser = command_line.Parser(prog="python -m korean",
                                 description="Show what Korean text becomes, a line for a line.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--jamo", action="store_const", dest="form", const=korean.to_jamo,
                      help="conjoining jamo instead of the text as read")
    form.add_argument("--ids", action="store_const", dest="form", const=_written_ids,
                      help="the numbers that a model is given")
    parser.add_argument("files", nargs="*", metavar="FILE", help="text in UTF-8; default: stdin")
    options = parser.parse_args(arguments)
    form = options.form or str
    for name, text in _texts(options.files):
        for number, line in enumerate(io.StringIO(text), 1):
            try:
                print(form(korean.read(line)))
            except korean.UnreadableText as problem:
                raise InputError("%s:%d, %s" % (name, number, problem))


def _texts(paths):
    if not paths:
        yield "<stdin>", files.decoded(sys.stdin.buffer.read(), "<stdin>")
    for path in paths:
        yield path, files.read_text(path)


def _written_ids(text):
    return " ".join(map(str, korean.to_ids(korean.to_jamo(text))))


if __name__ == "__main__":
    command_line.run(main)
