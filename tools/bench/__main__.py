"""Measure the speed of this machine, print a table and write logs/bench.json.

    python -m tools.bench            all parts; `make bench` runs it on both stacks
    python -m tools.bench reading    one part
"""
from common import command_line
from tools.bench import (bench_cluster, bench_engine, bench_reading, bench_report, bench_startup,
                         bench_training)

PARTS = {"reading": bench_reading.measure, "training": bench_training.measure,
         "cluster": bench_cluster.measure, "engine": bench_engine.measure,
         "startup": bench_startup.measure}


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.bench", description=__doc__.splitlines()[0])
    # [] is among the choices because argparse checks the empty list of nargs="*" too
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[[]] + sorted(PARTS),
                        help=", ".join(sorted(PARTS)) + "; default: all")
    parser.add_argument("--out", default="logs/bench.json", metavar="FILE",
                        help="default: logs/bench.json")
    options = parser.parse_args(arguments)
    results = []
    for part in options.parts or sorted(PARTS):
        results += PARTS[part]()
    bench_report.print_results(results)
    bench_report.save_results(options.out, results)


if __name__ == "__main__":
    command_line.run_program(main)
