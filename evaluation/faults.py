"""What went wrong where a sentence was spoken: skipped, repeated, its end not found."""
from collections import OrderedDict

import numpy as np

import korean
from tacotron2 import alignment


def of_parts(parts):
    """Figures by name of what was spoken at once, or in several parts: (ids, Line) of each.

    Those of tacotron2.alignment.Alignment that say how well it aligns, means over the parts; skip,
    repeat, missed_stop: 1 where any part has the fault, else 0; faultless: 1 where none has any.
    A letter counts as skipped that no step gives alignment.VISITED of its weight, as repeated where
    the attention stands on it again after it had left it.
    """
    found = [alignment.measure(line.alignment, [korean.SYMBOLS[number] in korean.JAMO
                                                for number in ids]) for ids, line in parts]
    faults = OrderedDict([("skip", any(one.skipped for one in found)),
                          ("repeat", any(one.repeated for one in found)),
                          ("missed_stop", not all(line.stopped for _, line in parts))])
    figures = {name: float(np.mean([getattr(one, name) for one in found]))
               for name in ("focus", "coverage", "monotonicity")}
    figures.update((name, float(fault)) for name, fault in faults.items())
    return dict(figures, faultless=float(not any(faults.values())))
