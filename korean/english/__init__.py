"""English inside Korean text: ASCII letters → Hangul, as Koreans read it aloud.

The Hangul follows the loanword orthography of the National Institute of Korean Language (외래어
표기법, 제3장 제1절 영어의 표기). Words whose established form differs are in lexicon.tsv.
"""
from korean.english.dictionary import spell_letters
from korean.english.transcription import to_hangul, transliterated_to_hangul

__all__ = ["spell_letters", "to_hangul", "transliterated_to_hangul"]
