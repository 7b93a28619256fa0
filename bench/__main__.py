"""Measure, print a table and write logs/bench.json.

    python -m bench            everything; `make bench` runs it on both stacks
    python -m bench reading    one part
"""
import command_line
from bench import engine, reading, report, training

PARTS = {"reading": reading.figures, "training": training.figures, "engine": engine.figures}


def main(arguments):
    parser = command_line.Parser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[[]] + sorted(PARTS),
                        help=", ".join(sorted(PARTS)) + "; default: all")
    parser.add_argument("--out", default="logs/bench.json", metavar="FILE",
                        help="default: logs/bench.json")
    options = parser.parse_args(arguments)
    figures = []
    for part in options.parts or sorted(PARTS):
        figures += PARTS[part]()
    report.show(figures)
    report.save(options.out, figures)


if __name__ == "__main__":
    command_line.run(main)
