"""How every program fails: in a sentence, and with the right status."""
import pytest

import synthesize
from common import command_line
from common.errors import InputError


def status_of(main, capsys):
    with pytest.raises(SystemExit) as left:
        command_line.run_program(main)
    return left.value.code, capsys.readouterr().err


def raising(problem):
    def main(arguments):
        raise problem
    return main


def test_done_is_0(capsys):
    assert status_of(lambda arguments: None, capsys) == (0, "")
    assert status_of(lambda arguments: 130, capsys)[0] == 130


def test_bad_input_is_2_and_one_line(capsys):
    assert status_of(raising(InputError("text.txt:3: 한글")), capsys) == (
        2, "error: text.txt:3: 한글\n")


def test_a_file_that_the_system_refuses_is_2_and_named(capsys, tmp_path):
    def main(arguments):
        open(str(tmp_path / "nowhere" / "file"), "w")
    status, said = status_of(main, capsys)
    assert status == 2 and said.startswith("error: ") and "nowhere" in said


def test_interruption_is_130(capsys):
    assert status_of(raising(KeyboardInterrupt()), capsys)[0] == 130


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        command_line.run_program(raising(ZeroDivisionError()))


@pytest.mark.parametrize("options", [["--seed", "-1"], ["--no-such-option"], []])
def test_wrong_options_are_bad_input(options):
    with pytest.raises(InputError):
        synthesize.main(options)
