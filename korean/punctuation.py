"""The mark at the end of what is spoken at once: by it many a voice knows where to stop."""

MARKS = ".,?!;:"
NEARLY_ALL = 0.95   # of texts: a few lack what the others have by mistake


def punctuated(parts):
    """Parts of a text, each with a mark at its end: a comma where a sentence was cut, a full stop.

    A voice that learnt from such texts alone does not stop reliably without.
    """
    return [part if _ends_in_mark(part) else part + ("," if number < len(parts) else ".")
            for number, part in enumerate(parts, 1)]


def are_punctuated(texts):
    """Whether nearly all of some texts as read end in a mark."""
    return sum(map(_ends_in_mark, texts)) >= NEARLY_ALL * len(texts)


def _ends_in_mark(text):
    return text.rstrip("') ").endswith(tuple(MARKS))
