"""Hanja → Hangul, with the initial law (두음 법칙, 한글 맞춤법 제10–12항)."""
import io
import os
import re
from functools import lru_cache

from korean.hangul import final_of, join_syllable, split_syllable
from korean.rules.rule import rule, text_after, text_before

_HANJA = "㐀-䶿一-鿿豈-龎"
_TABLE_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hanja.tsv")
# words in which a character has another sound than in hanja.tsv
_WORDS = {"六月": "유월", "十月": "시월", "五六月": "오뉴월", "十方": "시방", "音樂": "음악", "樂器": "악기", "自轉車": "자전거",
          "人力車": "인력거", "停車場": "정거장", "快樂": "쾌락", "安樂": "안락", "樂園": "낙원", "省略": "생략", "更新": "갱신",
          "復活": "부활", "復興": "부흥", "惡寒": "오한", "憎惡": "증오", "嫌惡": "혐오", "說得": "설득", "遊說": "유세",
          "數學": "수학", "頻數": "빈삭", "容易": "용이", "難易": "난이", "簡易": "간이", "貿易": "무역", "暴力": "폭력",
          "暴惡": "포악", "狀態": "상태", "賞狀": "상장", "令狀": "영장", "敗北": "패배", "洞察": "통찰", "降伏": "항복",
          "投降": "투항", "牡丹": "모란", "契丹": "거란", "木瓜": "모과", "茶禮": "차례", "布施": "보시", "宅內": "댁내",
          "標識": "표지", "度支部": "탁지부", "忖度": "촌탁", "殺到": "쇄도", "相殺": "상쇄", "什器": "집기", "拓本": "탁본",
          "便所": "변소", "小便": "소변", "大便": "대변", "行列": "행렬", "金氏": "김씨", "李氏": "이씨"}
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_TITLE = re.compile(" ?(?:씨|의원|대표|대통령|총리|장관|회장|전 |감독|선수)")  # after the surname 金


@lru_cache(maxsize=None)
def _sounds():
    """{character: syllable} of hanja.tsv."""
    sounds = {}
    with io.open(_TABLE_PATH, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                sound, characters = line.rstrip("\n").split("\t")
                sounds.update(dict.fromkeys(characters, sound))
    return sounds


def _apply_initial_law(sound):
    """녀 → 여, 력 → 역, 로 → 노: at the start of a word."""
    initial, vowel, final = split_syllable(sound)
    if initial in "ㄴㄹ":
        initial = "ㅇ" if vowel in "ㅑㅕㅖㅛㅠㅣ" else "ㄴ"
    return join_syllable(initial, vowel, final)


def _read_hanja(match):
    text = match.group()
    if text == "金" and _TITLE.match(text_after(match)):
        return "김"
    text = _WORD.sub(lambda word: _WORDS[word.group()], text)
    syllables = []
    for index, character in enumerate(text):
        if not "가" <= character <= "힣":
            sound = _sounds().get(character)
            if sound is None:
                return None
            previous = syllables[-1] if syllables else text_before(match)[-1:]
            character = _sound_in_context(character, sound, previous, text[index + 1:])
        syllables.append(character)
    return "".join(syllables)


def _sound_in_context(character, sound, previous, following):
    if character == "不" and following:
        next_sound = _sounds().get(following[0], following[0])
        is_before_stop = "가" <= next_sound <= "힣" and split_syllable(next_sound)[0] in "ㄷㅈ"
        return "부" if is_before_stop else "불"
    if not "가" <= previous <= "힣":
        return _apply_initial_law(sound)
    if sound in ("렬", "률") and final_of(previous) in ("", "ㄴ"):
        return _apply_initial_law(sound)
    return sound


RULES = (
    rule("Hanja beside", "(?<=[가-힣]) ?\\([%s][%s ·,]*\\)" % (_HANJA, _HANJA), "",
         needs=_HANJA),
    rule("Hanja beside", "[%s]{1,20}\\(([가-힣]+)\\)" % _HANJA, "\\1", needs=_HANJA),
    rule("Hanja", "[%s]+" % _HANJA, _read_hanja),
)
