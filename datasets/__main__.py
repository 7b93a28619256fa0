"""Prepare a corpus: cut long recordings, find its defects, correct its transcripts.

    python -m datasets split long.wav --out recordings/me --script read.txt
    python -m datasets check recordings/me            what to drop, correct and listen to
    python -m datasets check data/me --json           a store; the report as JSON
    python -m datasets review recordings/me           a page to listen and correct

`check` prints its report. It writes a page with plots (check.html) and a list of utterances to
leave out (exclude.txt, for preprocess.py --exclude) into --out.
"""
from common import command_line
from datasets.check import check_command
from datasets.review import review_command
from datasets.split import split_command

COMMANDS = (split_command, check_command, review_command)


def main(arguments):
    options = _create_parser().parse_args(arguments)
    return options.run(options)


def _create_parser():
    parser = command_line.Parser(prog="python -m datasets", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True
    for command in COMMANDS:
        command.add_command(commands)
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
