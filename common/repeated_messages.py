"""Messages on stderr, of which only the first few of each kind are printed."""
import sys
from collections import Counter

from common.progress_bar import tqdm

PRINTED_PER_KIND = 10


class RepeatedMessages(object):
    """Prints messages above the progress bars on stderr, and counts those that it does not print.

    A kind is a noun in the plural, such as "characters that are left out".
    """

    def __init__(self, printed_per_kind=PRINTED_PER_KIND):
        self.printed_per_kind, self.counts = printed_per_kind, Counter()

    def add(self, kind, message):
        self.counts[kind] += 1
        if self.counts[kind] <= self.printed_per_kind:
            tqdm.write(message, file=sys.stderr)

    def print_rest(self):
        """Print how many messages of each kind were not printed."""
        for kind in sorted(self.counts):
            rest = self.counts[kind] - self.printed_per_kind
            if rest > 0:
                tqdm.write("… and %d more %s" % (rest, kind), file=sys.stderr)
