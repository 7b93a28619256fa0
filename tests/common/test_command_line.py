"""Error messages and exit statuses of all programs."""
import signal

import pytest

import preprocess
import synthesize
from common import command_line
from common.errors import InputError
from common.signals import EndingSignal
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


def test_an_error_about_a_very_long_value_keeps_its_beginning_and_its_end(capsys):
    error = InputError("manifest.json: format %s; should be 2" % ("9" * 10 ** 6))
    status, stderr = status_and_stderr(raising(error), capsys)
    assert status == 2 and len(stderr) < 3000
    assert stderr.startswith("error: manifest.json: format 99") and stderr.endswith("should be 2\n")


def test_a_file_system_error_gives_status_2_and_names_the_file(capsys, tmp_path):
    def main(arguments):
        open(str(tmp_path / "nowhere" / "file"), "w")
    status, stderr = status_and_stderr(main, capsys)
    assert status == 2 and stderr.startswith("error: ") and "nowhere" in stderr


def test_an_interruption_gives_status_130(capsys):
    assert status_and_stderr(raising(KeyboardInterrupt()), capsys)[0] == 130


def test_too_little_memory_gives_status_2(capsys):
    status, stderr = status_and_stderr(raising(MemoryError()), capsys)
    assert status == 2 and stderr.startswith("error: ") and stderr.count("\n") == 1


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        command_line.run_program(raising(ZeroDivisionError()))


@pytest.mark.parametrize("options", [
    ["--seed", "-1"], ["--seed", "99999999999999999999"], ["--seed", "9" * 10 ** 6],
    ["--threads", "²"], ["--no-such-option"], []])
def test_wrong_options_raise_input_errors(options):
    with pytest.raises(InputError):
        synthesize.main(options)


def test_help_hparams_prints_one_line_per_hyper_parameter(capsys):
    with pytest.raises(SystemExit) as caught:
        preprocess.main(["--help-hparams"])
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert caught.value.code == 0 and names == [name for name, _, _, _ in TABLE]


@pytest.mark.parametrize("arguments, message", [
    (["text.txt", "--out="], "argument --out: is empty; give a path"),
    ([""], "argument TEXT.txt: is empty"),
    (["text.txt", "a\nb"], r"unrecognized arguments: a\nb; see"),
    (["a\nb"], r"a\nb: ")])
def test_empty_paths_and_lines_within_arguments_give_one_clear_line(capsys, arguments, message):
    status, stderr = status_and_stderr(lambda _: synthesize.main(arguments), capsys)
    error = stderr[stderr.index("error: "):]
    assert status == 2 and error.startswith("error: " + message) and error.count("\n") == 1


def test_a_signal_while_a_module_is_imported_is_an_interruption(capsys):
    """C modules replace its exception."""
    def import_module(_):
        try:
            raise EndingSignal(signal.SIGTERM)
        except EndingSignal as error:
            raise ImportError("initialization failed") from error

    status, stderr = status_and_stderr(import_module, capsys)
    assert status == 128 + signal.SIGTERM and stderr == "interrupted: all finished work is kept\n"
