"""Error messages and exit statuses of all programs."""
import pytest

import preprocess
import synthesize
from common import command_line
from common.errors import InputError
from hparams import TABLE


def status_and_stderr(main, capsys):
    with pytest.raises(SystemExit) as caught:
        command_line.run_program(main)
    return caught.value.code, capsys.readouterr().err


def raising(error):
    def main(arguments):
        raise error
    return main


def test_success_gives_status_0(capsys):
    assert status_and_stderr(lambda arguments: None, capsys) == (0, "")
    assert status_and_stderr(lambda arguments: 130, capsys)[0] == 130


def test_bad_input_gives_status_2_and_one_line(capsys):
    assert status_and_stderr(raising(InputError("text.txt:3: 한글")), capsys) == (
        2, "error: text.txt:3: 한글\n")


def test_a_file_system_error_gives_status_2_and_names_the_file(capsys, tmp_path):
    def main(arguments):
        open(str(tmp_path / "nowhere" / "file"), "w")
    status, stderr = status_and_stderr(main, capsys)
    assert status == 2 and stderr.startswith("error: ") and "nowhere" in stderr


def test_an_interruption_gives_status_130(capsys):
    assert status_and_stderr(raising(KeyboardInterrupt()), capsys)[0] == 130


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        command_line.run_program(raising(ZeroDivisionError()))


@pytest.mark.parametrize("options", [["--seed", "-1"], ["--no-such-option"], []])
def test_wrong_options_raise_input_errors(options):
    with pytest.raises(InputError):
        synthesize.main(options)


def test_help_hparams_prints_one_line_per_hyper_parameter(capsys):
    with pytest.raises(SystemExit) as caught:
        preprocess.main(["--help-hparams"])
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert caught.value.code == 0 and names == [name for name, _, _, _ in TABLE]
