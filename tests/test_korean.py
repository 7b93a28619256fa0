"""Text as read, its jamo and its ids."""
import io
import pickle
import subprocess
import sys
import unicodedata

import pytest

import korean
from hparams import InputError
from korean import __main__ as program
from korean.numerals import sino_korean


def test_the_symbols_are_the_80_of_the_reference():
    assert len(korean.SYMBOLS) == len(set(korean.SYMBOLS)) == 80
    assert korean.SYMBOLS[:3] == ("_", "~", "\u1100")
    assert korean.SYMBOLS.index("\u1161") == 2 + 19
    assert korean.SYMBOLS.index("\u11a8") == 2 + 19 + 21
    assert "".join(korean.SYMBOLS[-11:]) == "!'(),-.:;? "


def test_ids_by_hand():
    # ᄒ ᅡ ᆫ, and the end symbol
    assert korean.to_ids(korean.to_jamo("한")) == [2 + 18, 21 + 0, 42 + 3, 1]


@pytest.mark.parametrize("text", ["존경하는 독일 국민 여러분", "값, 없다! (앉아?)", "쾨르버: 뷁-꽥;", "ᄀ ᅡ ᆨ"])
def test_decomposed_text_gives_the_same_ids(text):
    jamo = korean.to_jamo(korean.read(text))
    forms = [text, unicodedata.normalize("NFD", text), jamo]
    ids = [korean.to_ids(korean.to_jamo(korean.read(form))) for form in forms]
    assert ids[0] == ids[1] == ids[2] == korean.to_ids(jamo)
    assert not any("가" <= letter <= "힣" for letter in jamo)


@pytest.mark.parametrize("written, read", [
    ("  두   칸\t과 탭 \r\n", "두 칸 과 탭"),
    ("“말”, ‘생각’ 「책」", "'말', '생각' '책'"),
    ("글쎄… 그래—요？", "글쎄... 그래-요?"),
    ("화해·협력의", "화해 협력의"),
    ("\ufeff머리", "머리"),
    ("", ""),
])
def test_typographic_characters_are_read_as_plain_ones(written, read):
    assert korean.read(written) == read


@pytest.mark.parametrize("written, read", [
    ("17년 전", "십칠년 전"),
    ("제19대 대통령", "제십구대 대통령"),
    ("2017년5월10일", "이천십칠년오월십일"),
    ("6월 6일, 10월 10일", "유월 육일, 시월 십일"),
    ("2008년 08월 01일", "이천팔년 팔월 일일"),
    ("16월", "십육월"),
])
def test_numbers_of_dates_and_ordinals_are_read(written, read):
    assert korean.read(written) == read


@pytest.mark.parametrize("number, read", [
    (0, "영"), (1, "일"), (10, "십"), (11, "십일"), (100, "백"), (1234, "천이백삼십사"), (10000, "만"),
    (10001, "만일"), (21000, "이만천"), (110000, "십일만"), (20200101, "이천이십만백일")])
def test_sino_korean(number, read):
    assert sino_korean(number) == read


@pytest.mark.parametrize("text, character, column", [
    ("나는 A형", "A", 4), ("3마리", "3", 1), ("이제19대", "1", 3), ("1,017년", "1", 1),
    ("123456789년", "1", 1), ("６월", "６", 1), ("漢字", "漢", 1), ("가_나", "_", 2), ("가~", "~", 2),
    ("ㅋㅋ", "ㅋ", 1), ("옛ᅀ", "ᅀ", 2), ("하😀", "😀", 2), ("종\x07", "\x07", 2)])
def test_what_has_no_symbol_is_named_and_never_lost(text, character, column):
    with pytest.raises(korean.UnreadableText) as caught:
        korean.read(text)
    assert (caught.value.character, caught.value.column) == (character, column)
    assert "U+%04X" % ord(character) in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_column_of_decomposed_text_counts_syllables():
    with pytest.raises(korean.UnreadableText, match="column 3: 'x'"):
        korean.read(unicodedata.normalize("NFD", "한글x"))


@pytest.mark.parametrize("letters", ["가", "_", "~", "x"])
def test_ids_are_of_jamo_only(letters):
    with pytest.raises(korean.UnreadableText):
        korean.to_ids(letters)


def test_program_gives_a_line_for_a_line(tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_text("\ufeff한\u2028글\n\n제19대\n", encoding="utf-8")
    program.main([str(path)])
    assert capsys.readouterr().out == "한 글\n\n제십구대\n"
    program.main(["--jamo", str(path)])
    assert capsys.readouterr().out.split("\n")[0] == "\u1112\u1161\u11ab \u1100\u1173\u11af"
    program.main(["--ids", str(path)])
    assert capsys.readouterr().out.split("\n")[1] == "1"


@pytest.mark.parametrize("content, message", [
    ("가\n나 B\n".encode(), "text.txt:2, column 3: 'B'"),
    ("가\n나".encode("cp949"), "text.txt:1: is not UTF-8"),
    (None, "no such file")])
def test_program_names_file_and_line(tmp_path, content, message):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        program.main([str(path)])


def test_program_speaks_utf8_without_a_locale_and_fails_in_one_line(tmp_path):
    process = subprocess.Popen([sys.executable, "-m", "korean"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"LC_ALL": "C", "PYTHONPATH": ":".join(sys.path)})
    out, err = process.communicate("가…\n나 Z\n".encode())
    assert (process.returncode, out.decode()) == (2, "가...\n")
    assert err.decode().startswith("error: <stdin>:2, column 3: 'Z'") and err.count(b"\n") == 1


def test_program_reads_standard_input(monkeypatch, capsys):
    stdin = io.TextIOWrapper(io.BytesIO("가·나\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    program.main([])
    assert capsys.readouterr().out == "가 나\n"


def test_every_symbol_is_shown_as_one_character_and_jamo_as_letters():
    shown = korean.shown(korean.SYMBOLS)
    assert all(len(letter) == 1 for letter in shown)
    assert korean.shown(korean.to_jamo("닭 ")) == ["ㄷ", "ㅏ", "ㄺ", "_"]
    assert not set(shown) & set(korean.JAMO)
