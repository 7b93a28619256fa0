"""Show how the text front end reads a text, line by line.

    python -m korean < text.txt              as read
    python -m korean --explain text.txt      each change and its rule, and what was left out
    python -m korean --jamo text.txt         as conjoining jamo
    python -m korean --ids text.txt          as symbol ids, the input of a model
    python -m korean --decompose text.txt    as written, split into letters: ㄷㅏㄺ for 닭
"""
import io
import sys
import unicodedata

import korean
from common import command_line, files
from common.errors import InputError
from korean import explanation, pronunciation
from korean.hangul import split_into_letters


def main(arguments):
    options = _parser().parse_args(arguments)
    if options.form == "decompose" and (options.strict or options.pronounce or options.lexicon):
        raise InputError("--decompose shows the text as written; leave out --strict, --pronounce "
                         "and --lexicon")
    normalizer = korean.TextNormalizer(
        options.pronounce, options.lexicon and korean.load_lexicon(options.lexicon))
    for name, text in _read_texts(options.files):
        for number, line in enumerate(io.StringIO(text), 1):
            line = line.rstrip("\r\n")
            if options.form == "decompose":
                print(split_into_letters(unicodedata.normalize("NFC", line)))
                continue
            normalized = normalizer.normalize_line(line, "%s:%d" % (name, number), options.strict)
            if options.form == "explain":
                print("\n".join(_explain(line, normalized, options.pronounce)))
            print(_format(normalized.text, options.form, normalizer))


def _explain(line, normalized, with_pronunciation):
    """The lines that explain how a line is read, and how it is pronounced."""
    yield _printable(line)
    for column, steps, rules in explanation.explain(line, normalized):
        shown = " → ".join(_printable(step) or "nothing" for step in steps)
        yield "  column %d: %s  (%s)" % (column, shown, ", ".join(rules))
    if with_pronunciation:
        yield "  = " + normalized.text
        for column, word, pronounced, articles in pronunciation.explain(normalized.text):
            names = ["제%s항" % article if article != "0" else "usage" for article in articles]
            yield "  column %d: %s → %s  (%s)" % (column, word, pronounced, ", ".join(names))


def _printable(text):
    """A text without characters that would control the terminal: \\x1b for the character."""
    return "".join(character if not unicodedata.category(character).startswith("C") else
                   repr(character)[1:-1] for character in text)


def _parser():
    parser = command_line.Parser(prog="python -m korean",
                                 description="Show how the text front end reads a text, "
                                             "line by line.")
    form = parser.add_mutually_exclusive_group()
    for name, description in (("explain", "show each change and its rule below the line"),
                              ("jamo", "show conjoining jamo"),
                              ("ids", "show symbol ids, the input of a model"),
                              ("decompose", "show the text as written, split into letters")):
        form.add_argument("--" + name, action="store_const", dest="form", const=name,
                          help=description)
    parser.add_argument("--pronounce", action="store_true",
                        help="apply the standard pronunciation: 같이 as 가치")
    parser.add_argument("--strict", action="store_true",
                        help="fail at a character that cannot be read instead of leaving it out")
    parser.add_lexicon_option()
    parser.add_argument("files", nargs="*", metavar="FILE", help="text in UTF-8; default: stdin")
    return parser


def _read_texts(paths):
    """(name, text) of each file, or of standard input if there is none."""
    if not paths:
        if sys.stdin is None:
            raise InputError("standard input is closed; name a FILE")
        yield "<stdin>", files.decode_utf8(sys.stdin.buffer.read(), "<stdin>")
    for path in paths:
        yield path, files.read_text(path)


def _format(text, form, normalizer):
    if form == "jamo":
        return normalizer.to_jamo(text)
    if form == "ids":
        return " ".join(map(str, korean.to_ids(normalizer.to_jamo(text))))
    return (("  = " if form == "explain" else "")
            + (korean.pronounce(text) if normalizer.pronounce else text))


if __name__ == "__main__":
    command_line.run_program(main)
