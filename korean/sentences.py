"""A long line → its sentences."""
import kss


def sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    Found by kss (https://github.com/hyunwoongko/kss), which knows endings of Korean verbs besides
    full stops.
    """
    found = [" ".join(part.split()) for part in kss.split_sentences(text)]
    # a library is not trusted with the words: where it loses any, the text stays whole
    return found if found and " ".join(found) == text else [text]
