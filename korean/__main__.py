"""What a text becomes on its way to a model, a line for a line.

    python -m korean < text.txt              as read
    python -m korean --explain text.txt      what became what, by which rule
    python -m korean --jamo text.txt         as conjoining jamo, as a model is given them
    python -m korean --ids text.txt          as symbol ids
    python -m korean --decompose text.txt    as written, but in letters: ㄷㅏㄹㄱ for 닭
"""
import io
import sys
import unicodedata

import korean
from common import command_line, files
from common.errors import InputError
from korean.hangul import split_into_letters


def main(arguments):
    options = _parser().parse_args(arguments)
    if options.form == "decompose" and (options.strict or options.pronounce or options.lexicon):
        raise InputError("--decompose gives the text as written: leave out --strict, --pronounce "
                         "and --lexicon")
    lexicon = options.lexicon and korean.load_lexicon(options.lexicon)
    normalizer = korean.TextNormalizer(options.pronounce, lexicon)
    for name, text in _texts(options.files):
        for number, line in enumerate(io.StringIO(text), 1):
            line = line.rstrip("\r\n")
            if options.form == "decompose":
                print(split_into_letters(unicodedata.normalize("NFC", line)))
                continue
            reading = normalizer.normalize_line(line, "%s:%d" % (name, number), options.strict)
            _tell(reading, line, options.form, normalizer)


def _parser():
    parser = command_line.Parser(prog="python -m korean",
                                 description="Show what Korean text becomes, a line for a line.")
    form = parser.add_mutually_exclusive_group()
    for name, told in (("explain", "what became what, by which rule, below each line"),
                       ("jamo", "conjoining jamo instead of the text as read"),
                       ("ids", "the numbers that a model is given"),
                       ("decompose", "the text as written, each syllable in its letters")):
        form.add_argument("--" + name, action="store_const", dest="form", const=name, help=told)
    parser.add_argument("--pronounce", action="store_true",
                        help="in standard pronunciation: 같이 as 가치")
    parser.add_argument("--strict", action="store_true",
                        help="a character that cannot be read is an error, and not left out")
    parser.add_lexicon_option()
    parser.add_argument("files", nargs="*", metavar="FILE", help="text in UTF-8; default: stdin")
    return parser


def _texts(paths):
    if not paths:
        if sys.stdin is None:
            raise InputError("standard input is closed: name a FILE")
        yield "<stdin>", files.decode_utf8(sys.stdin.buffer.read(), "<stdin>")
    for path in paths:
        yield path, files.read_text(path)


def _tell(reading, line, form, normalizer):
    if form == "explain":
        print(line)
        for change in reading.changes:
            print("  column %d: %s → %s  (%s)" % (change.column, change.written,
                                                  change.read or "nothing", change.rule))
        print("  = " + _shown(reading.text, normalizer))
    elif form == "jamo":
        print(normalizer.to_jamo(reading.text))
    elif form == "ids":
        print(" ".join(map(str, korean.to_ids(normalizer.to_jamo(reading.text)))))
    else:
        print(_shown(reading.text, normalizer))


def _shown(text, normalizer):
    return korean.pronounce(text) if normalizer.pronounce else text


if __name__ == "__main__":
    command_line.run_program(main)
