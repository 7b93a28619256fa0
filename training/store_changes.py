"""What run.json records of the stores that a run is trained on, and how they have changed since."""
import hashlib
import sys
from collections import Counter

from common.errors import InputError

_DIGITS = 8     # of a hash; enough to count what differs
_FIELDS = {"speaker": str, "preparation": dict, "clips": str}


def describe_store(store):
    """A JSON object on a datasets.store.Store: speaker, preparation settings, and its clips.

    The clips are two hashes for each, of the recording and of what is learnt from it, in one
    string.
    """
    return {"speaker": store.speaker, "preparation": store.preparation,
            "clips": " ".join(_hash(row.source) + _hash("%s %d" % (row.jamo, row.frames))
                              for row in store.utterances)}


def validate(data, path):
    """`data` of the file `path`: a list of describe_store, or None. Raises InputError."""
    if data is not None and not (isinstance(data, list) and all(
            isinstance(each, dict) and all(type(each.get(name)) is field_type
                                           for name, field_type in _FIELDS.items())
            for each in data)):
        raise InputError("%s: data should be null or a list of objects with %s"
                         % (path, ", ".join(sorted(_FIELDS))))
    return data


def check(run, stores, data):
    """Warn on stderr if the stores, described by `data`, are not those that the run has recorded.

    Raises InputError if a store has none of the recordings that the run was trained on.
    """
    for store, new, old in zip(stores, data, run.data or []):
        changes = describe_changes(old, new)
        old_recordings, new_recordings = _recordings(old), _recordings(new)
        if old_recordings and not old_recordings & new_recordings:
            raise InputError(
                "%s: has none of the %d recordings that %s was trained on: another person, or "
                "other recordings, under the name %s; give another --logdir"
                % (store.folder, sum(old_recordings.values()), run.folder, store.speaker))
        if changes:
            print("warning: %s has changed since %s was trained on it: %s; the training goes on "
                  "with other batches" % (store.folder, run.folder, "; ".join(changes)),
                  file=sys.stderr)


def describe_changes(old, new):
    """Phrases on how the store described by `new` differs from `old`, which describes an older one.
    """
    old_recordings, new_recordings = _recordings(old), _recordings(new)
    gone = sum((old_recordings - new_recordings).values())
    added = sum((new_recordings - old_recordings).values())
    kept = sum((old_recordings & new_recordings).values())
    # of those that were kept, what is learnt has changed with their text or their length
    changed = kept - sum((Counter(old["clips"].split()) & Counter(new["clips"].split())).values())
    phrases = ["%d %s" % (count, what) for count, what in (
        (gone, "clips are gone"), (added, "clips are new"),
        (changed, "clips have another text or length")) if count > 0]
    settings = sorted(set(old["preparation"]) | set(new["preparation"]))
    return phrases + ["%s is %s and was %s" % (name, new["preparation"].get(name),
                                               old["preparation"].get(name))
                      for name in settings
                      if new["preparation"].get(name) != old["preparation"].get(name)]


def _recordings(description):
    """Counter of the hashes of the recordings."""
    return Counter(clip[:_DIGITS] for clip in description["clips"].split())


def _hash(text):
    return hashlib.sha1(text.encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS]
