"""The command `check`: reports the defects of a corpus, and how much of it is usable."""
import os
import re
import sys

import korean
from common import command_line, files
from common.errors import InputError
from common.hparam_set import create_hparams
from common.resources import available_cpus
from datasets.check.check_page import render_html
from datasets.check.check_report import render_json, render_text
from datasets.check.corpus_check import check_folder
from datasets.corpus import add_format_option, write_exclude_list
from datasets.transcripts import EXCLUDE_LIST


def add_command(commands):
    """Add the command to the subparsers of `python -m datasets`."""
    parser = commands.add_parser("check", description=__doc__.splitlines()[0],
                                 help="report the defects of a corpus")
    parser.add_argument("folder", metavar="DIR", help="corpus folder, or store of preprocess.py")
    parser.add_argument("--out", metavar="DIR",
                        help="folder of the page and the exclude list; default: logs/check/NAME")
    parser.add_argument("--exclude-list", metavar="FILE",
                        help="path of the exclude list; default: exclude.txt in --out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_format_option(parser)
    parser.add_argument("--workers", type=command_line.positive_int, default=available_cpus(),
                        metavar="N", help="worker processes; default: one per CPU")
    parser.add_lexicon_option()
    parser.add_hparams_options()
    parser.set_defaults(run=run)


def run(options):
    hp = create_hparams(options.preset or "reference", options.hparams)
    own_list = os.path.join(options.folder, EXCLUDE_LIST)
    if options.exclude_list and os.path.abspath(options.exclude_list) == os.path.abspath(own_list):
        raise InputError("--exclude-list %s: has what was dropped in the review, and is left out "
                         "already; choose another path" % options.exclude_list)
    report = check_folder(options.folder, options.format, hp, options.workers,
                          options.lexicon and korean.load_lexicon(options.lexicon))
    out = options.out or os.path.join("logs", "check", os.path.basename(
        os.path.abspath(options.folder)))
    os.makedirs(out, exist_ok=True)
    page_path = os.path.join(out, "check.html")
    list_path = options.exclude_list or os.path.join(out, "exclude.txt")
    for path in (page_path, list_path):
        files.remove_temporary_files(os.path.dirname(path), re.escape(os.path.basename(path)))
    kept = write_exclude_list(list_path, report.drop)
    if kept:
        print("note: %s was edited; it is kept as %s" % (list_path, kept), file=sys.stderr)
    with files.atomic_write(page_path, "w", encoding="utf-8") as file:
        file.write(render_html(report))
    if options.json:
        print(render_json(report))
    else:
        print(*render_text(report), sep="\n")
        print("\npage with plots: %s\nto leave out what should be dropped: preprocess.py "
              "--exclude %s" % (page_path, list_path))
