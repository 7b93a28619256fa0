"""Cuts sounds of speech into clips of 1 to 12 s, in the middle of pauses."""
from collections import namedtuple

from datasets.split.sound_sections import MIN_PAUSE, divide_at_pauses, find_loud_frames

SHORTEST, LONGEST = 1.0, 12.0   # [s]
MARGIN = 0.3                    # [s] of a pause that is kept before and after speech
_LONGEST_SPEECH = LONGEST - 2 * MARGIN
_LONGEST_PAUSE = 1.0            # [s] within a clip
_SHORTER_PAUSE = 0.18           # [s]; where no other is found; closures of plosives are shorter
_CLIP_COST = 0.5                # as much as this many seconds of pauses within clips
_SHORT_COST = 0.5               # per second that a clip is shorter than _COMFORTABLE
_COMFORTABLE = 2.0              # [s]
_TOO_SHORT_COST = 100.0

# A section to cut out. start, end: [s] with margins; speech: [(start, end)] of its sections
Cut = namedtuple("Cut", "start end speech")


def cut_clips(sections, is_usable, frames):
    """(Cuts, [(start, end, reason)] of speech that fits into no clip) of a recording.

    `sections` are all sections of sound in it; a clip contains only consecutive ones that are
    usable, bool [sections]. The cuts minimise the pauses within the clips plus _CLIP_COST per clip
    (dynamic programming).
    """
    cuts, rejected, sounds, runs, loud = [], [], [], [[]], None
    for section, usable in zip(sections, is_usable):
        parts = [(section.start, section.end)]
        if usable and section.end - section.start > _LONGEST_SPEECH:
            loud = find_loud_frames(frames.level)[0] if loud is None else loud
            parts = divide_at_pauses(section, loud, _SHORTER_PAUSE)
        sounds += parts
        for part in parts:
            is_too_long = usable and part[1] - part[0] > _LONGEST_SPEECH
            rejected += [part + ("too long",)] * is_too_long
            if usable and not is_too_long:
                runs[-1].append(part)
            else:
                runs.append([])
    for run in runs:
        for first, last in _best_cuts(run):
            speech = run[first:last]
            cut = Cut(_clip_start(speech[0][0], sounds), _clip_end(speech[-1][1], sounds),
                      speech)
            if cut.end - cut.start < SHORTEST:
                rejected.append((speech[0][0], speech[-1][1], "too short"))
            else:
                cuts.append(cut)
    return cuts, rejected


def _best_cuts(parts):
    """[(first, last + 1)] of the clips into which consecutive parts [(start, end)] are divided."""
    costs, origins = [0.0], [None]
    for last in range(1, len(parts) + 1):
        candidates = []
        for first in range(last - 1, -1, -1):
            if parts[last - 1][1] - parts[first][0] > _LONGEST_SPEECH:
                break
            if first < last - 1 and parts[first + 1][0] - parts[first][1] > _LONGEST_PAUSE:
                break
            candidates.append((costs[first] + _clip_cost(parts[first:last]), first))
        cost, origin = min(candidates)
        costs.append(cost)
        origins.append(origin)
    clips, last = [], len(parts)
    while last:
        clips.append((origins[last], last))
        last = origins[last]
    return clips[::-1]


def _clip_cost(parts):
    seconds = parts[-1][1] - parts[0][0]
    pauses = seconds - sum(end - start for start, end in parts)
    cost = _CLIP_COST + pauses + _SHORT_COST * max(0.0, _COMFORTABLE - seconds)
    return cost + _TOO_SHORT_COST * (seconds < SHORTEST - MIN_PAUSE)


def _clip_start(start, sounds):
    """MARGIN before the speech, but not beyond the middle of the pause before it."""
    pauses = [start - end for _, end in sounds if end <= start]
    return max(0.0, start - min([MARGIN] + [pause / 2 for pause in pauses]))


def _clip_end(end, sounds):
    pauses = [start - end for start, _ in sounds if start >= end]
    return end + min([MARGIN] + [pause / 2 for pause in pauses])
