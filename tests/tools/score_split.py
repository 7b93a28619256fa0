"""Compares a corpus of `python -m datasets split` with the truth of join_recordings.py.

    python tests/tools/score_split.py CORPUS DIR/truth.json             split with the script
    python tests/tools/score_split.py CORPUS DIR/truth.json spoken      without: text as spoken
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from common import files

TOLERANCE = 0.06            # [s] of a cut, beyond the true silence
FOUND_ERROR = 0.05          # of the letters of a clip that is found with its own text


def main(corpus, truth_path, text="text"):
    truth, report = files.read_json(truth_path), files.read_json(os.path.join(corpus, "split.json"))
    clips = [dict(clip, text=files.read_text(os.path.join(corpus, clip["name"] + ".txt")))
             for clip in report["clips"]]
    true_clips = [dict(passage, text=passage[text]) for passage in truth["passages"]
                  if passage["kind"] == "clip"]
    print("%d clips of %d passages; set aside: %s" % (len(clips), len(true_clips), ", ".join(
        "%s %.1f–%.1f" % (p["reason"], p["start"], p["end"]) for p in report["set_aside"])))
    truth["silences"].append([truth["seconds"], truth["seconds"]])      # the end of the file
    wrong = [(clip["name"], edge, round(distance, 2)) for clip in clips
             for edge in ("start", "end")
             for distance in [_distance(clip[edge], truth["silences"])] if distance > TOLERANCE]
    print("cuts outside the true silence: %d of %d %s" % (len(wrong), 2 * len(clips), wrong[:5]))
    for passage in truth["passages"]:
        if passage["kind"] != "clip":
            inside = sum(_overlap(passage, clip) for clip in clips)
            print("%s, %.1f s: %.1f s of it are in clips"
                  % (passage["kind"], passage["end"] - passage["start"], inside))
    _score_texts(clips, true_clips)


def _distance(time, silences):
    return min(max(0.0, start - time, time - end) for start, end in silences)


def _overlap(first, second):
    return max(0.0, min(first["end"], second["end"]) - max(first["start"], second["start"]))


def _score_texts(clips, true_clips):
    """Clips that overlap are compared with the joined text of the true clips they overlap."""
    clips = [clip for clip in clips if clip["text"].strip()]
    found = errors = written = 0
    for heard, true in _components(clips, true_clips):
        text = _letters(" ".join(clip["text"] for clip in heard))
        true_text = _letters(" ".join(clip["text"] for clip in true))
        if not heard:
            print("  not in a clip:", true[0]["id"], true[0]["text"])
            continue
        alignment = _alignment_errors(true_text, text)
        errors, written = errors + sum(alignment), written + len(true_text)
        position = 0
        for clip in true:
            length = len(_letters(clip["text"]))
            part, position = sum(alignment[position:position + length]), position + length
            covered = sum(_overlap(clip, other) for other in heard)
            complete = covered > 0.9 * (clip["end"] - clip["start"])
            if part <= FOUND_ERROR * length and complete:
                found += 1
            else:
                print("  %s: “%s” is in “%s”%s" % (
                    clip["id"], clip["text"], " | ".join(other["text"].strip() for other in heard),
                    "" if complete else " (incomplete)"))
    print("found with their own text: %d of %d (%.1f %%); character errors of the corpus: %.2f %% "
          "of %d" % (found, len(true_clips), 100.0 * found / len(true_clips),
                     100.0 * errors / max(1, written), written))


def _components(clips, true_clips):
    """[(clips, true clips)] that overlap in time, in order; true clips without any are alone."""
    items = sorted([(item["start"], item["end"], 0, item) for item in clips]
                   + [(item["start"], item["end"], 1, item) for item in true_clips],
                   key=lambda item: item[:3])
    components, end = [], -1.0
    for start, item_end, is_true, item in items:
        if start >= end:
            components.append(([], []))
        components[-1][is_true].append(item)
        end = max(end, item_end)
    return [component for component in components if component[1]]


def _letters(text):
    return "".join(letter for letter in text if letter.isalnum())


def _alignment_errors(true, text):
    """Errors [len(true)] of an optimal alignment; an inserted letter counts for the one before."""
    rows = [list(range(len(text) + 1))]
    for i, letter in enumerate(true, 1):
        row = [i]
        for j, other in enumerate(text, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other)))
        rows.append(row)
    errors, i, j = [0] * len(true), len(true), len(text)
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (true[i - 1] != text[j - 1]):
            errors[i - 1] += true[i - 1] != text[j - 1]
            i, j = i - 1, j - 1
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            errors[i - 1] += 1
            i -= 1
        else:
            errors[max(0, i - 1)] += 1
            j -= 1
    return errors


if __name__ == "__main__":
    main(*sys.argv[1:])
