"""Figures of a machine: the table, and bench.json."""
import os
import platform
import statistics
import sys
import time
from collections import namedtuple

from common import files
from common.device import available_cpus

# value: median of `runs` runs in `unit`; ratio_to_limit: to what the machine can do at best, None
# where that means nothing
Figure = namedtuple("Figure", "name value unit ratio_to_limit runs")

STACK = "python %d.%d" % sys.version_info[:2]


def seconds(work, runs=7):
    """[processor seconds] of each run of work(); other programs' time does not count."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return taken


def median_rate(count, taken):
    """How many a second, of `count` things done in each of the runs' seconds."""
    return count / statistics.median(taken)


def machine():
    """{what it is: text or number} of this machine."""
    model = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = (line.split(":")[1].strip() for line in file if line.startswith("model name"))
            model = next(names)
    except (OSError, StopIteration):
        pass
    return {"processor": model, "cores": available_cpus(),
            "system": "%s %s" % (platform.system(), platform.machine())}


def show(figures):
    print(", ".join("%s %s" % one for one in sorted(machine().items())))
    print(STACK)
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print("  %-*s %12s %s%s (median of %d)"
              % (width, figure.name, written(figure.value), figure.unit,
                 "" if figure.ratio_to_limit is None
                 else ", %.3g of the limit" % figure.ratio_to_limit, figure.runs))


def written(value):
    """A number to be read: whole from 100 on, of three figures below."""
    return "{:,.0f}".format(value) if value >= 100 else "%.3g" % value


def save(path, figures):
    """Write the figures into the file, in place of older ones of this stack and these names."""
    rows = [{"name": figure.name, "stack": STACK, "value": round(figure.value, 3),
             "unit": figure.unit,
             "ratio_to_limit": figure.ratio_to_limit and round(figure.ratio_to_limit, 6)}
            for figure in figures]
    fresh = {(row["name"], row["stack"]) for row in rows}
    kept = []
    if os.path.exists(path):
        stored = files.read_json(path)
        if stored.get("machine") == machine():      # another machine's figures are not beside ours
            kept = [row for row in stored["figures"] if (row["name"], row["stack"]) not in fresh]
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    files.write_json(path, {"machine": machine(), "figures": kept + rows})
    print("written to " + path)
