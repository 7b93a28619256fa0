"""How a model will read a text: a hint beside the transcript."""
import korean
from korean import explanation


def describe_reading(text, normalizer):
    """JSON object: the text as read and as pronounced, its changes, and what cannot be read.

    {"read", "pronounced": str; "changes": [[as written, …, as read]]; "unreadable": [characters]}
    """
    normalized = normalizer.normalize(text)
    return {"read": normalized.text, "pronounced": korean.pronounce(normalized.text),
            "changes": [chain.steps for chain in explanation.explain(text, normalized)
                        if chain.steps[-1]],
            "unreadable": [characters for _, characters in normalized.unreadable]}
