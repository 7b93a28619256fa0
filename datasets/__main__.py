"""What a corpus folder, or a store made from one, is worth for training, and what is wrong in it.

    python -m datasets check recordings/me            what to drop, mend and listen to
    python -m datasets check data/me --json           of a store, for programs

It prints a report and leaves beside it, in --out, a page with plots (check.html) and the list of
utterances to leave out (exclude.txt), which preprocess.py takes as --exclude.
"""
import os
import sys

from tqdm import tqdm

from common import command_line, files
from common.device import available_cpus
from common.hparam_set import create_hparams
from datasets import corpus, exclusion
from datasets.check import page, text
from datasets.check.check import report


def main(arguments):
    options = _parser().parse_args(arguments)
    hp = create_hparams(options.preset or "reference", options.hparams)
    found = report(options.folder, options.format, hp, options.workers, _progress)
    out = options.out or os.path.join("logs", "check", os.path.basename(
        os.path.abspath(options.folder)))
    os.makedirs(out, exist_ok=True)
    html = os.path.join(out, "check.html")
    excluded = options.exclude_list or os.path.join(out, "exclude.txt")
    exclusion.write_list(excluded, found.drop)
    with files.atomic_write(html, "w", encoding="utf-8") as file:
        file.write(page.as_html(found))
    if options.json:
        print(text.as_json(found))
        return
    print(text.as_text(found))
    print("\npage with plots: %s\nto leave out what should be dropped: preprocess.py --exclude %s"
          % (html, excluded))


def _parser():
    parser = command_line.Parser(prog="python -m datasets", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", metavar="check")
    commands.required = True
    check = commands.add_parser("check", description=__doc__.splitlines()[0],
                                help="report on a corpus folder or an example store")
    check.add_argument("folder", metavar="DIR", help="corpus folder, or store of preprocess.py")
    check.add_argument("--out", metavar="DIR",
                       help="folder of the page and the list; default: logs/check/NAME")
    check.add_argument("--exclude-list", metavar="FILE",
                       help="where to write the list; default: exclude.txt in --out")
    check.add_argument("--json", action="store_true", help="print JSON in place of the report")
    check.add_argument("--format", default="auto", metavar="NAME",
                       choices=["auto"] + list(corpus.FORMATS),
                       help="auto (default), " + ", ".join(corpus.FORMATS))
    check.add_argument("--workers", type=command_line.positive_int, default=available_cpus(),
                       metavar="N", help="processes; default: one a processor")
    check.add_hparams_options()
    return parser


def _progress(iterable, total, unit):
    return tqdm(iterable, total=total, unit=unit, disable=None, file=sys.stderr)


if __name__ == "__main__":
    command_line.run_program(main)
