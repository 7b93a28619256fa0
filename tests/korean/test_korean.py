"""Text as read, its jamo and its ids."""
import io
import subprocess
import sys
import unicodedata

import pytest

import korean
from common.errors import InputError
from korean import __main__ as program

NORMALIZER = korean.TextNormalizer()


def test_the_symbols_are_the_80_of_the_reference():
    assert len(korean.SYMBOLS) == len(set(korean.SYMBOLS)) == 80
    assert korean.SYMBOLS[:3] == ("_", "~", "\u1100")
    assert korean.SYMBOLS.index("\u1161") == 2 + 19
    assert korean.SYMBOLS.index("\u11a8") == 2 + 19 + 21
    assert "".join(korean.SYMBOLS[-11:]) == "!'(),-.:;? "


def test_ids_by_hand():
    # ᄒ ᅡ ᆫ, and the end symbol
    assert korean.to_ids(korean.to_jamo("한")) == [2 + 18, 21 + 0, 42 + 3, 1]


@pytest.mark.parametrize("text", ["존경하는 독일 국민 여러분", "값, 없다! (앉아?)", "쾨르버: 뷁-꽥;"])
def test_decomposed_text_gives_the_same_ids(text):
    jamo = korean.to_jamo(NORMALIZER.normalize(text).text)
    forms = [text, unicodedata.normalize("NFD", text), jamo]
    ids = [korean.to_ids(NORMALIZER.to_jamo(NORMALIZER.normalize(form).text)) for form in forms]
    assert ids[0] == ids[1] == ids[2] == korean.to_ids(jamo)
    assert not any("가" <= letter <= "힣" for letter in jamo)


@pytest.mark.parametrize("letters", ["가", "_", "~", "x"])
def test_ids_are_of_jamo_only(letters):
    with pytest.raises(korean.UnreadableText):
        korean.to_ids(letters)


def program_says(capsys, *arguments):
    program.main(list(map(str, arguments)))
    return capsys.readouterr()


@pytest.fixture
def text(tmp_path):
    def write(content):
        path = tmp_path / "text.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
    return write


def test_program_gives_a_line_for_a_line(text, capsys):
    path = text("\ufeff한\u2028글\n\n제19대\r\n")
    assert program_says(capsys, path).out == "한 글\n\n제십구대\n"
    assert program_says(capsys, "--jamo", path).out.split("\n")[0] == (
        "\u1112\u1161\u11ab \u1100\u1173\u11af")
    assert program_says(capsys, "--ids", path).out.split("\n")[1] == "1"
    assert program_says(capsys, "--decompose", text("닭이\n")).out == "ㄷㅏㄺㅇㅣ\n"


def test_program_explains_what_became_what(text, capsys):
    out = program_says(capsys, "--explain", text("개 3마리…\n")).out
    assert out == ("개 3마리…\n  column 6: … → ...  (ellipsis)\n"
                   "  column 3: 3마리 → 세마리  (counter)\n  = 개 세마리...\n")


def test_program_pronounces(text, capsys):
    assert program_says(capsys, "--pronounce", text("같이 3년\n")).out == "가치 삼년\n"


def test_program_tells_what_it_leaves_out_and_strictly_refuses_it(text, capsys):
    path = text("가\n나 々다\n")
    told = program_says(capsys, path)
    assert told.out == "가\n나 다\n"
    assert "text.txt:2, column 3: '々' (U+3005 IDEOGRAPHIC ITERATION MARK)" in told.err
    with pytest.raises(InputError, match="text.txt:2, column 3: '々'"):
        program.main(["--strict", str(path)])


def test_what_is_decomposed_reads_as_before(text, capsys):
    written = "값을 치른 닭이 없다, 왜? 1,234마리 ㅋㅋ 하얗게 앉아\n"
    decomposed = program_says(capsys, "--decompose", text(written)).out
    assert not any("가" <= letter <= "힣" for letter in decomposed)
    assert program_says(capsys, text(decomposed)).out == program_says(capsys, text(written)).out


@pytest.mark.parametrize("content, message", [
    ("가\n나".encode("cp949"), "text.txt:1: is not UTF-8"), (None, "no such file")])
def test_program_names_file_and_line(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        program.main([str(path)])


def test_program_speaks_utf8_without_a_locale_and_fails_in_one_line():
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


def test_every_symbol_is_shown_as_one_character_and_jamo_as_letters():
    shown = korean.symbol_labels(korean.SYMBOLS)
    assert all(len(letter) == 1 for letter in shown)
    assert korean.symbol_labels(korean.to_jamo("닭 ")) == ["ㄷ", "ㅏ", "ㄺ", "_"]
    assert not set(shown) & set(korean.JAMO)
