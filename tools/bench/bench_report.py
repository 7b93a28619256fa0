"""The results of the benchmarks: printed as a table and stored in bench.json."""
import os
import platform
import statistics
import sys
import time
from collections import namedtuple

from common import files
from common.resources import available_cpus, cpu_model

# value: median of `runs` runs, in `unit`; ratio_to_limit: FLOP/s relative to the peak that
# sgemm_peak.py measures on the same number of threads, None if the result is not in float32
Result = namedtuple("Result", "name value unit ratio_to_limit runs")

STACK = "python %d.%d" % sys.version_info[:2]


def cpu_times(work, runs=7):
    """[CPU seconds] of each run of work(). Other programs hardly change them."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return times


def median_rate(count, times):
    """`count` per second, at the median of the times in seconds."""
    return count / statistics.median(times)


def describe_machine():
    """{property: text or number} of this machine."""
    return {"processor": cpu_model(), "cores": available_cpus(),
            "system": "%s %s" % (platform.system(), platform.machine())}


def print_results(results):
    print(", ".join("%s %s" % item for item in sorted(describe_machine().items())))
    print(STACK)
    width = max(len(result.name) for result in results)
    for result in results:
        print("  %-*s %12s %s%s (median of %d)"
              % (width, result.name, format_value(result.value), result.unit,
                 "" if result.ratio_to_limit is None
                 else ", %.3g of the sgemm peak" % result.ratio_to_limit, result.runs))


def format_value(value):
    """From 100 on a whole number, below that three significant digits."""
    return "{:,.0f}".format(value) if value >= 100 else "%.3g" % value


def format_threads(threads):
    return "1 thread" if threads == 1 else "%d threads" % threads


def save_results(path, results):
    """Write results into the file, where they replace those of the same stack and name."""
    rows = [{"name": result.name, "stack": STACK, "value": round(result.value, 3),
             "unit": result.unit,
             "ratio_to_limit": result.ratio_to_limit and round(result.ratio_to_limit, 6)}
            for result in results]
    new = {(row["name"], row["stack"]) for row in rows}
    kept = []
    if os.path.exists(path):
        stored = files.read_json(path)
        if stored.get("machine") == describe_machine():     # results of two machines never mix
            kept = [row for row in stored["figures"] if (row["name"], row["stack"]) not in new]
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    files.write_json(path, {"machine": describe_machine(), "figures": kept + rows})
    print("written to " + path)
