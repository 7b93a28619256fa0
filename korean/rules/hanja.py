"""Hanja by their Korean sound, with the initial law (두음 법칙, 한글 맞춤법 제10–12항)."""
import io
import os
import re

from korean.hangul import final_of, join_syllable, split_syllable
from korean.rules.rule import after, before, rule

_HANJA = "㐀-䶿一-鿿豈-龎"
_SOUNDS = {}            # filled when the first one is met
_WORDS = {"六月": "유월", "十月": "시월", "五六月": "오뉴월", "十方": "시방", "音樂": "음악", "樂器": "악기", "自轉車": "자전거",
          "人力車": "인력거", "停車場": "정거장", "快樂": "쾌락", "安樂": "안락", "樂園": "낙원", "省略": "생략", "更新": "갱신",
          "復活": "부활", "復興": "부흥", "惡寒": "오한", "憎惡": "증오", "嫌惡": "혐오", "說得": "설득", "遊說": "유세",
          "數學": "수학", "頻數": "빈삭", "容易": "용이", "難易": "난이", "簡易": "간이", "貿易": "무역", "暴力": "폭력",
          "暴惡": "포악", "狀態": "상태", "賞狀": "상장", "令狀": "영장", "敗北": "패배", "洞察": "통찰", "降伏": "항복",
          "投降": "투항", "牡丹": "모란", "契丹": "거란", "木瓜": "모과", "茶禮": "차례", "布施": "보시", "宅內": "댁내",
          "標識": "표지", "度支部": "탁지부", "忖度": "촌탁", "殺到": "쇄도", "相殺": "상쇄", "什器": "집기", "拓本": "탁본",
          "便所": "변소", "小便": "소변", "大便": "대변", "行列": "행렬", "金氏": "김씨", "李氏": "이씨"}
_TITLES = re.compile(" ?(?:씨|의원|대표|대통령|총리|장관|회장|전 |감독|선수)")     # of a Mr. 김
_KNOWN = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_Y_VOWELS = "ㅑㅕㅖㅛㅠㅣ"


def _sound(character):
    if not _SOUNDS:
        path = os.path.join(os.path.dirname(__file__), "hanja.tsv")
        with io.open(path, encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#"):
                    sound, characters = line.rstrip("\n").split("\t")
                    _SOUNDS.update(dict.fromkeys(characters, sound))
    return _SOUNDS.get(character)


def _initial(sound):
    """녀 → 여, 력 → 역, 로 → 노: at the head of a word."""
    initial, vowel, final = split_syllable(sound)
    if initial in "ㄴㄹ":
        initial = "ㅇ" if vowel in _Y_VOWELS else "ㄴ"
    return join_syllable(initial, vowel, final)


def _spoken(match):
    text = match.group()
    if text == "金" and _TITLES.match(after(match)):
        return "김"
    text = _KNOWN.sub(lambda known: _WORDS[known.group()], text)
    sounds = []
    for place, character in enumerate(text):
        sound = character if "가" <= character <= "힣" else _sound(character)
        if sound is None:
            return None
        heard = sounds[-1] if sounds else before(match)[-1:]
        sounds.append(sound if sound == character
                      else _in_context(character, sound, heard, text[place + 1:]))
    return "".join(sounds)


def _in_context(character, sound, before, rest):
    if character == "不" and rest:
        following = _sound(rest[0]) or rest[0]
        return "부" if "가" <= following <= "힣" and split_syllable(following)[0] in "ㄷㅈ" else "불"
    if not "가" <= before[-1:] <= "힣":
        return _initial(sound)
    if sound in ("렬", "률") and final_of(before[-1]) in ("", "ㄴ"):
        return _initial(sound)
    return sound


RULES = (
    rule("Hanja beside", "(?<=[가-힣]) ?\\([%s][%s ·,]*\\)" % (_HANJA, _HANJA), lambda match: ""),
    rule("Hanja beside", "[%s]{1,20}\\(([가-힣]+)\\)" % _HANJA, lambda match: match.group(1)),
    rule("Hanja", "[%s]+" % _HANJA, _spoken),
)
