"""Transcripts that are a table: a line an utterance, fields with bars between them."""
import os

from common import files
from common.errors import InputError


def rows(path, widths, skipped):
    """Yield ("file:line", fields) of each line of the table that has one of the widths.

    What is no such line goes to the list `skipped` as (file:line, reason).
    """
    for number, line in enumerate(files.read_bytes(path).split(b"\n"), 1):
        where = "%s:%d" % (os.path.basename(path), number)
        try:
            fields = files.decode_utf8(line, where).strip().split("|")
        except InputError:
            skipped.append((where, "is not UTF-8"))
            continue
        if len(fields) in widths:
            yield where, [field.strip() for field in fields]
        elif fields != [""]:
            skipped.append((where, "has %d fields, and should have %s, with | between them"
                            % (len(fields), " or ".join(map(str, widths)))))
