"""What was done with each part of a line: the chains of changes that --explain shows."""
import unicodedata
from collections import namedtuple

from korean.rules.rule import JOINT

# column: of the first character, from 1; steps: [text], as written and after each change; rules:
# their names, without repetitions
Chain = namedtuple("Chain", "column steps rules")
LEFT_OUT = "unreadable, left out"


def explain(written, normalized):
    """[Chain] of a line and its NormalizedText, in the order of the columns.

    Changes whose parts of the line overlap are one chain: ½ → 1⁄2 → 이분의 일. Characters that could
    not be read are chains to an empty text.
    """
    text = unicodedata.normalize("NFC", written)
    chains = [_follow(text, changes) for changes in _overlapping(normalized.changes)]
    chains += [Chain(column, [characters, ""], [LEFT_OUT])
               for column, characters in normalized.unreadable]
    return sorted(chains, key=lambda chain: chain.column)


def _overlapping(changes):
    """Lists of the changes that overlap, each in the order of the rules."""
    groups, end = [], 0
    by_column = sorted(range(len(changes)), key=lambda number: changes[number].column)
    for number in by_column:
        change = changes[number]
        if not groups or change.column >= end:
            groups.append([])
        groups[-1].append(number)
        end = max(end, change.end)
    return [[changes[number] for number in sorted(group)] for group in groups]


def _follow(text, changes):
    """The Chain of changes that overlap."""
    column = min(change.column for change in changes)
    end = max(change.end for change in changes)
    # [first column, end, text as changed so far]
    pieces = [[number, number + 1, text[number - 1]] for number in range(column, end)]
    steps, rules = [text[column - 1:end - 1]], []
    for change in changes:
        _apply(pieces, change)
        steps.append("".join(piece[2] for piece in pieces).replace(JOINT, ""))
        if change.rule not in rules:
            rules.append(change.rule)
    return Chain(column, [step for index, step in enumerate(steps)
                          if not index or step != steps[index - 1]], rules)


def _apply(pieces, change):
    """Replace the pieces that a change covers by one; what it did not match of them stays."""
    covered = [index for index, piece in enumerate(pieces)
               if piece[0] < change.end and piece[1] > change.column]
    first, last = covered[0], covered[-1] + 1
    before = "".join(piece[2] for piece in pieces[first:last])
    pieces[first:last] = [[pieces[first][0], pieces[last - 1][1],
                           before.replace(change.written, change.read, 1)]]
