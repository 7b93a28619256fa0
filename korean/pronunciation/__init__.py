"""Hangul as read → Hangul as pronounced: the standard pronunciation of Korean (표준 발음법).

A syllable for a syllable, so that text and audio stay aligned: 값이 → 갑씨, 국물 → 궁물, 신라 → 실라.

Where the standard leaves a choice, the form that it calls the principle is given: 의 stays 의, ㅖ
stays ㅖ, 냇가 is 내까, 맛있다 is 마싣따.

Across a space. The words between two marks of punctuation are one phrase, and act on each other as
the standard has it for words "spoken in one breath": 옷 한 벌 → 오 탄 벌, 할 것 → 할 껃. A reader may
still pause between them, so:
- what holds throughout an intonation phrase is done at every space: a stop becomes nasal before ㄴ
  and ㅁ (책 넣는다 → 챙 넌는다);
- what holds within an accentual phrase only (a stop that moves to a vowel, joins ㅎ or makes what
  follows tense; ㄹ before ㄴ) is done where both words together have at most seven syllables
  (S.-A. Jun: The Phonetics and Phonology of Korean Prosody, 1993; K-ToBI, 2000);
- ㄴ, ㄹ, ㅁ stay where they are written (오늘 아침): unmoved they say nothing about a pause; and ㄹ at
  the head of a word stays (그런 로봇): such words are loans;
- before 이, 야, 여, 요, 유 the standard allows two forms, and a stop is only closed (꽃 이야기 →
  꼳 이야기), but for the pairs in phrases.py (한 일 → 한 닐, 못 잊다 → 몬 닏따).

Measured on tests/pronunciation.tsv, whose last rows were written after the rules and are marked
"held out". No library was taken instead: g2pK and its kin need a morphological analyser, miss more
of these probes and read some twenty sentences a second; kornorm is near to this on the probes, but
needs Python 3.10 and 300 MB, and says of itself that most of it is not its author's.
"""
import re

from korean.pronunciation.phrases import between, is_verb
from korean.pronunciation.sounds import closed, meeting, syllable
from korean.pronunciation.words import spoken

__all__ = ["pronounced"]

_WORD = re.compile("[가-힣]+")


def pronounced(text):
    """The text with every Hangul syllable as it is pronounced; all other characters stay in place.

    A pure function that takes every string: what is neither a composed syllable nor a space passes
    unchanged and stops the rules, as punctuation does.
    """
    pieces, phrase, done = [], [], 0
    for match in _WORD.finditer(text):
        gap = text[done:match.start()]
        if gap.strip(" ") or not phrase:
            pieces += _phrase(phrase) + [gap]
            phrase = []
        else:
            phrase.append(gap)
        phrase.append(match.group())
        done = match.end()
    return "".join(pieces + _phrase(phrase) + [text[done:]])


def _phrase(pieces):
    """The pronounced syllables of [word, gap, word, gap, … word], in a list."""
    words = pieces[::2]
    beside = [""] + words + [""]
    said = [list(spoken(word, is_verb(word, beside[at], beside[at + 2])))
            for at, word in enumerate(words)]
    for at, (left, right) in enumerate(zip(said, said[1:])):
        _join(left, right, between(words[at], words[at + 1]))
    if said:
        lead, vowel, tail = said[-1][-1]
        said[-1][-1] = lead, vowel, closed(tail)
    composed = ["".join([syllable(*letters) for letters in word]) for word in said]
    pieces[::2] = composed
    return pieces


def _join(left, right, mark):
    """Changes the last syllable of one word and the first of the next."""
    lead, vowel, tail = left[-1]
    next_lead, next_vowel, next_tail = right[0]
    tail, next_lead = meeting(tail, next_lead, next_vowel, mark)
    left[-1] = lead, vowel, tail
    right[0] = next_lead, next_vowel, next_tail
