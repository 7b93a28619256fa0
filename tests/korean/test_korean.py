"""Jamo, symbol ids and the program `python -m korean`."""
import io
import subprocess
import sys
import unicodedata

import pytest

import korean
from common.errors import InputError
from korean import __main__ as program

NORMALIZER = korean.TextNormalizer()


def test_symbols_are_the_80_of_the_reference_implementation():
    assert len(korean.SYMBOLS) == len(set(korean.SYMBOLS)) == 80
    assert korean.SYMBOLS[:3] == ("_", "~", "\u1100")
    assert korean.SYMBOLS.index("\u1161") == 2 + 19
    assert korean.SYMBOLS.index("\u11a8") == 2 + 19 + 21
    assert "".join(korean.SYMBOLS[-11:]) == "!'(),-.:;? "


def test_ids_of_a_syllable():
    # ᄒ ᅡ ᆫ and the end symbol
    assert korean.to_ids(korean.to_jamo("한")) == [2 + 18, 21 + 0, 42 + 3, 1]


@pytest.mark.parametrize("text", ["존경하는 독일 국민 여러분", "값, 없다! (앉아?)", "쾨르버: 뷁-꽥;"])
def test_decomposed_text_gives_the_same_ids(text):
    jamo = korean.to_jamo(NORMALIZER.normalize(text).text)
    forms = [text, unicodedata.normalize("NFD", text), jamo]
    ids = [korean.to_ids(NORMALIZER.to_jamo(NORMALIZER.normalize(form).text)) for form in forms]
    assert ids[0] == ids[1] == ids[2] == korean.to_ids(jamo)
    assert not any("가" <= letter <= "힣" for letter in jamo)


@pytest.mark.parametrize("letters", ["가", "_", "~", "x"])
def test_only_jamo_have_ids(letters):
    with pytest.raises(korean.UnreadableText):
        korean.to_ids(letters)


def run_program(capsys, *arguments):
    program.main(list(map(str, arguments)))
    return capsys.readouterr()


@pytest.fixture
def write_text(tmp_path):
    def write(content):
        path = tmp_path / "text.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return write


def test_program_prints_one_line_per_line(write_text, capsys):
    path = write_text("\ufeff한\u2028글\n\n제19대\r\n")
    assert run_program(capsys, path).out == "한 글\n\n제십구대\n"
    assert run_program(capsys, "--jamo", path).out.split("\n")[0] == (
        "\u1112\u1161\u11ab \u1100\u1173\u11af")
    assert run_program(capsys, "--ids", path).out.split("\n")[1] == "1"
    assert run_program(capsys, "--decompose", write_text("닭이\n")).out == "ㄷㅏㄺㅇㅣ\n"


def test_program_explains_changes(write_text, capsys):
    out = run_program(capsys, "--explain", write_text("개 3마리… ½컵 々\x07\n")).out
    assert out == ("개 3마리… ½컵 々\\x07\n"
                   "  column 3: 3마리 → 세마리  (counter)\n"
                   "  column 6: … → ...  (ellipsis)\n"
                   "  column 8: ½ → 1⁄2 → 이분의 일  (fraction)\n"
                   "  column 11: 々 → nothing  (unreadable, left out)\n"
                   "  column 12: \\x07 → nothing  (silent)\n"
                   "  = 개 세마리... 이분의 일컵\n")


def test_program_explains_the_pronunciation_by_its_articles(write_text, capsys):
    out = run_program(capsys, "--explain", "--pronounce", write_text("3년 같이\n")).out
    assert out == ("3년 같이\n  column 1: 3 → 삼  (number)\n  = 삼년 같이\n"
                   "  column 4: 같이 → 가치  (제17항)\n  = 삼년 가치\n")


def test_program_pronounces(write_text, capsys):
    assert run_program(capsys, "--pronounce", write_text("같이 3년\n")).out == "가치 삼년\n"


def test_program_warns_of_unreadable_characters_and_fails_if_strict(write_text, capsys):
    path = write_text("가\n나 々다\n")
    output = run_program(capsys, path)
    assert output.out == "가\n나 다\n"
    assert "text.txt:2, column 3: '々' (U+3005 IDEOGRAPHIC ITERATION MARK)" in output.err
    with pytest.raises(InputError, match="text.txt:2, column 3: '々'"):
        program.main(["--strict", str(path)])


def test_decomposed_text_is_read_like_the_original(write_text, capsys):
    written = "값을 치른 닭이 없다, 왜? 1,234마리 ㅋㅋ 하얗게 앉아\n"
    decomposed = run_program(capsys, "--decompose", write_text(written)).out
    assert not any("가" <= letter <= "힣" for letter in decomposed)
    assert (run_program(capsys, write_text(decomposed)).out
            == run_program(capsys, write_text(written)).out)


@pytest.mark.parametrize("content, message", [
    ("가\n나".encode("cp949"), "text.txt:1: is not UTF-8"), (None, "No such file"),
    ("가\n나".encode("utf-16"), "text.txt: is UTF-16"), ("가 나\n".encode("utf-16-le"), "is UTF-16"),
    ("abc\n".encode("utf-16-be"), "is UTF-16")])
def test_program_reports_unreadable_files(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        program.main([str(path)])


def test_program_prints_utf8_without_a_locale_and_errors_in_one_line():
    process = subprocess.Popen([sys.executable, "-m", "korean", "--strict"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"LC_ALL": "C", "PYTHONPATH": ":".join(sys.path)})
    out, err = process.communicate("가… coffee\n나 々\n".encode())
    assert (process.returncode, out.decode()) == (2, "가... 커피\n")
    assert err.decode().startswith("error: <stdin>:2, column 3: '々'") and err.count(b"\n") == 1


def test_program_reads_standard_input(monkeypatch, capsys):
    stdin = io.TextIOWrapper(io.BytesIO("가·나\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    program.main([])
    assert capsys.readouterr().out == "가 나\n"


def test_every_symbol_has_a_label_of_one_character():
    labels = korean.symbol_labels(korean.SYMBOLS)
    assert all(len(letter) == 1 for letter in labels)
    assert korean.symbol_labels(korean.to_jamo("닭 ")) == ["ㄷ", "ㅏ", "ㄺ", "_"]
    assert not set(labels) & set(korean.JAMO)
