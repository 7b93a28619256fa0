"""Hanja → Hangul, with the initial law (두음 법칙, 한글 맞춤법 제10–12항)."""
import os
import re
from functools import lru_cache

from common import files
from korean.hangul import final_of, join_syllable, split_syllable
from korean.rules.rule import rule, text_after, text_before

_HANJA = "㐀-䶿一-鿿豈-龎"
_TABLE_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hanja.tsv")
_COUNTERS = "年兩里"  # the initial law spares these after a number: 2024年, 10里 (제10항, 제11항)
_TITLE = re.compile(" ?(?:씨|의원|대표|대통령|총리|장관|회장|전 |감독|선수)")  # after the surname 金


@lru_cache(maxsize=None)
def _load_table():
    """({character: syllable}, {word: syllables}, pattern of all words) of hanja.tsv."""
    sounds, words = {}, {}
    for line in files.read_lines(_TABLE_PATH):
        if not line.startswith("#"):
            sound, characters = line.split("\t")
            if len(sound) == 1:
                sounds.update(dict.fromkeys(characters, sound))
            else:
                words[characters] = sound
    return sounds, words, re.compile("|".join(sorted(words, key=len, reverse=True)))


def _apply_initial_law(sound):
    """A syllable as at the start of a word: 녀 → 여, 력 → 역, 로 → 노."""
    initial, vowel, final = split_syllable(sound)
    if initial in "ㄴㄹ":
        initial = "ㅇ" if vowel in "ㅑㅕㅖㅛㅠㅣ" else "ㄴ"
    return join_syllable(initial, vowel, final)


def _read_hanja(match):
    text = match.group()
    if text == "金" and _TITLE.match(text_after(match)):
        return "김"
    sounds, words, word_pattern = _load_table()
    text = word_pattern.sub(lambda word: words[word.group()], text)
    syllables = []
    for index, character in enumerate(text):
        if not "가" <= character <= "힣":
            sound = sounds.get(character)
            if sound is None:
                return None
            previous = syllables[-1] if syllables else text_before(match)[-1:]
            character = _sound_in_context(character, sound, previous, text[index + 1:])
        syllables.append(character)
    return "".join(syllables)


def _sound_in_context(character, sound, previous, following):
    """The syllable of a character between `previous` (one character, or "") and `following`."""
    if character == "不" and following:
        next_sound = _load_table()[0].get(following[0], following[0])
        is_before_stop = "가" <= next_sound <= "힣" and split_syllable(next_sound)[0] in "ㄷㅈ"
        return "부" if is_before_stop else "불"
    if character in _COUNTERS and re.match("[0-9]", previous):
        return sound
    if not "가" <= previous <= "힣":
        return _apply_initial_law(sound)
    if sound in ("렬", "률") and final_of(previous) in ("", "ㄴ"):
        return _apply_initial_law(sound)
    return sound


def _read_pronounced(match):
    """대가(代價), 代價: 대까; None if the Hangul before the brackets is another word."""
    hangul, word, hanja = match.groups()
    written, pronounced = _TENSE_WORDS[word or hanja]
    if word and hangul != written:
        return None
    return pronounced


# words that are tense by their Hanja, and are written like others: 대가(大家), 상장(上場), 문구(文具)
_TENSE_WORDS = {hanja: (written, pronounced) for hanja, written, pronounced in (
    entry.split(":") for entry in
    "代價:대가:대까 賞狀:상장:상짱 文句:문구:문꾸 火病:화병:화뼝 時價:시가:시까 油價:유가:유까 定價:정가:정까 高價:고가:고까 "
    "旅券:여권:여꿘 利權:이권:이꿘 人性:인성:인썽 字句:자구:자꾸 眞價:진가:진까 漢字:한자:한짜".split())}
_TENSE_WORD = "(%s)" % "|".join(_TENSE_WORDS)
# only for standard pronunciation, before RULES
PRONOUNCED = (
    rule("Hanja", "(?:([가-힣]{2}) ?\\(%s\\)|(?<![%s])%s)" % (_TENSE_WORD, _HANJA, _TENSE_WORD),
         _read_pronounced, needs="價狀句病券權性字"),
)
RULES = (
    rule("Hanja gloss", "(?<=[가-힣]) ?\\([%s][%s ·,]*\\)" % (_HANJA, _HANJA), "",
         needs=_HANJA),
    rule("Hanja gloss", "[%s]{1,20}\\(([가-힣]+)\\)" % _HANJA, "\\1", needs=_HANJA),
    rule("Hanja", "[%s]+" % _HANJA, _read_hanja),
)
