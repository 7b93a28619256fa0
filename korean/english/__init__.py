"""English inside Korean text, as Koreans read it aloud: ASCII letters → Hangul.

The spelling follows the loanword orthography of the National Institute of Korean Language
(외래어 표기법, 제3장 제1절 영어의 표기); well-worn words are taken from lexicon.tsv.
"""
from korean.english.letters import spell
from korean.english.reading import read

__all__ = ["read", "spell"]
