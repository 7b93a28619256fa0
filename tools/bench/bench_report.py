"""Figures of this machine: the table and bench.json."""
import os
import platform
import statistics
import sys
import time
from collections import namedtuple

from common import files
from common.resources import available_cpus, cpu_model

# value: median of `runs` runs, in `unit`; ratio_to_limit: the arithmetic's share of the peak that
# sgemm_peak.py measures on the same number of threads, None where the figure is no float arithmetic
Figure = namedtuple("Figure", "name value unit ratio_to_limit runs")

STACK = "python %d.%d" % sys.version_info[:2]


def cpu_times(work, runs=7):
    """[CPU seconds] of runs of work(); other programs do not count."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return times


def median_rate(count, times):
    """`count` per second, at the median of the times in seconds."""
    return count / statistics.median(times)


def machine():
    """{property: text or number} of this machine."""
    return {"processor": cpu_model(), "cores": available_cpus(),
            "system": "%s %s" % (platform.system(), platform.machine())}


def print_figures(figures):
    print(", ".join("%s %s" % item for item in sorted(machine().items())))
    print(STACK)
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print("  %-*s %12s %s%s (median of %d)"
              % (width, figure.name, format_value(figure.value), figure.unit,
                 "" if figure.ratio_to_limit is None
                 else ", %.3g of the sgemm peak" % figure.ratio_to_limit, figure.runs))


def format_value(value):
    """Whole numbers from 100 on, three significant digits below."""
    return "{:,.0f}".format(value) if value >= 100 else "%.3g" % value


def format_threads(threads):
    return "1 thread" if threads == 1 else "%d threads" % threads


def save_figures(path, figures):
    """Write figures into the file. They replace older ones of the same stack and name."""
    rows = [{"name": figure.name, "stack": STACK, "value": round(figure.value, 3),
             "unit": figure.unit,
             "ratio_to_limit": figure.ratio_to_limit and round(figure.ratio_to_limit, 6)}
            for figure in figures]
    new = {(row["name"], row["stack"]) for row in rows}
    kept = []
    if os.path.exists(path):
        stored = files.read_json(path)
        if stored.get("machine") == machine():      # never mix the figures of two machines
            kept = [row for row in stored["figures"] if (row["name"], row["stack"]) not in new]
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    files.write_json(path, {"machine": machine(), "figures": kept + rows})
    print("written to " + path)
