"""Adaptation of a trained voice to a new speaker (preset `adapt`): checks, and how it is doing."""
import os
import sys

from common import files
from common.errors import InputError
from datasets import speaker_groups
from datasets.adaptation_data import ADVICE, MIN_CLIPS, describe_narrow_band

MIN_COVERAGE = 0.8      # an adapted voice that covers less of a text has lost its alignment


def items_of_new_speakers(run, items):
    """The BatchItems of the speakers that an adaptation adds; all items of another run.

    The speakers that it keeps must not decide when it ends: they have more recordings, and their
    figures do not improve.
    """
    kept = run.base.get("speakers", []) if run.base else []
    return [item for item in items if run.speakers[item.speaker_id] not in kept] or items


def check_recordings(stores, base):
    """Raise InputError if the Run `base` cannot be adapted to the speakers of the stores.

    Prints a warning for a store that may have two speakers.
    """
    new_stores = [store for store in stores if store.speaker not in base.speakers]
    if not new_stores:
        raise InputError(
            "--data %s: %s is a speaker of %s; preprocess.py --speaker gives a new speaker another "
            "name; to train this speaker further, leave out --preset adapt"
            % (stores[0].folder, stores[0].speaker, base.folder))
    for store in new_stores:
        if len(store.utterances) < MIN_CLIPS:
            raise InputError("%s: has only %d usable recordings; %s"
                             % (store.folder, len(store.utterances), ADVICE))
        narrow = describe_narrow_band(store)
        if narrow:
            raise InputError("%s: %s" % (store.folder, narrow))
        _check_speakers(store)


def _check_speakers(store):
    """Warn of two groups of voices in a store, or raise InputError if they are clearly two."""
    groups = speaker_groups.find_speaker_groups_in_store(store)
    if groups and groups.is_clear:
        raise InputError("%s: %s" % (store.folder, groups.describe()))
    if groups:
        print("warning: %s: %s" % (store.folder, groups.describe()), file=sys.stderr)


def report_adaptation(run, step, max_steps, figures):
    """Write to verdict.txt how an adapted run is doing; print it if it is new or changed.

    `figures` are those of the evaluation at `step`, by name.
    """
    status, message = judge_adaptation(figures, run.base["figures"])
    text = "adaptation at step %d of %d (%s): %s" % (step, max_steps, status, message)
    path = run.path("verdict.txt")
    changed = not (os.path.exists(path) and "(%s)" % status in files.read_text(path))
    with files.atomic_write(path, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    if changed:
        print("\n" + text, file=sys.stderr)


def judge_adaptation(figures, base_figures):
    """("aligns" or "lost", message) on an evaluation of an adapted run."""
    coverage = (figures["sentences/coverage"] + figures["held-out/coverage"]) / 2
    focus = (figures["sentences/focus"] + figures["held-out/focus"]) / 2
    base_error = base_figures.get("validation/mel")
    message = ("%.0f %% of the jamo of new sentences are visited in order, with a focus of %.2f. "
               "The mel error on held-out recordings is %.3f%s."
               % (100 * coverage, focus, figures["validation/mel"], "" if base_error is None else
                  "; the voice that is adapted has %.3f on its own speakers" % base_error))
    if coverage < MIN_COVERAGE:
        return "lost", (message + " The alignment is being lost: check with `python -m datasets "
                        "check` that the transcripts fit the recordings; if they do, lower the "
                        "learning rate (--hparams learning_rate=…) in a new run.")
    return "aligns", message
