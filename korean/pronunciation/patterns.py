"""Rules that see how a word is made from its syllables alone: endings, particles, Hanja suffixes.

A rule is here if it is nearly always right for the headwords of a dictionary; what follows each as
an exception are the words, by their syllables, for which it is not.
"""
from korean.pronunciation.sounds import (BINDING, INSERTED, NASAL, PLAIN,
                                         TENSE, WORD, letters, tail_of)

# what may follow a noun: the first syllables of particles and of 이다
PARTICLES = frozenset("이가을를은는의에와과로으도만까부보처마나며고다인입예였라란랑조뿐밖들께")

# 제11항: nouns, so that neither ㄺ before ㄱ nor ㄻ, ㄼ before ㄱ, ㄷ, ㅅ, ㅈ is that of a stem
_NOUNS = frozenset("닭흙칡삵탉슭덟")
_NOUNS_OR_STEMS = frozenset("삶앎")
_AFTER_SUCH_A_NOUN = frozenset("과도조대보")
# 제24항: stems in ㄻ without a causative in -기-
_NO_CAUSATIVE = frozenset("닮젊")

# 제30항: syllables whose ㅅ is the stem's or the noun's own; in all others it binds two nouns
_OWN = frozenset("옷맛멋못것곳뜻빗붓갓낫젓벗씻솟앗짓잇긋첫풋헛덧엿옛끗굿릇섯껏럿읏잣슷밋깃셋넷엇"
                 "팟벳켓롯샷컷닛킷뻣꼿뭣왓쉿펫톳싯")
_AFTER_NO_BINDING = ("거리", "거렸", "거려", "거린", "대다", "대고", "대는", "보다", "부터", "조차", "과의", "과는", "들")
_OWN_AT_THE_START = frozenset("뭇놋햇웃숫")
_BINDING = frozenset("냇샛뱃촛뒷윗랫툇갯곗뼛귓혓횃깻젯훗콧")

# 제27항: endings and bound nouns after ㄹ, wherever they are or to the end of the word
_AFTER_L = ("수록", "지라도", "지언정", "진대", "세라", "소냐", "수있", "수없", "수밖에", "수는", "수도있")
_AFTER_L_TO_THE_END = frozenset("걸 걸요 게요 거야 거예요 거에요 거니까 거다 거라고 겁니다 겁니까 건데 건데요 건가 "
                                "건가요".split())
# stems in ㄹ: -게 follows them without a change; 힘들게, 둥글게
_STEMS_IN_L = frozenset("알살길멀달놀들울늘글툴둥질물불만둘")
# last syllables of -(으)ㄹ that are hardly ever a noun's or a stem's
_FUTURE = frozenset("길할갈올될릴낼킬을줄쓸칠뀔쉴뛸뵐띨볼둘질일켤뗄뺄")
_AFTER_FUTURE = frozenset("지 지도 지는 지를 지가 지의 지에 듯 듯이 듯한 듯하다 줄 줄은 줄도 줄을 밖에".split())
_NOT_FUTURE = ("길", "거칠", "어질", "모질")

# 제26항: Hanja that hardly any stem or other noun begins with, and what follows it where it is none
_HANJA_IN_L = frozenset("결멸월율출탈필혈궐일발")
_AFTER_NO_HANJA = ("들", "다", "드", "스", "삼", "짓", "중독", "돋", "디", "뒤", "더", "댕", "산소", "수소", "대중")

# 제20항 다만, 제26항, 제29항 and custom: Hanja suffixes behind a noun of two syllables or more, by what
# they do, each with the syllables that make a word of their own with it: 사용방법, 재활용, 미분류
_TENSE_SUFFIX = {
    "법": "방불위합무마사입탈편적비", "증": "보고짜인검논예반수변", "권": "상하공",
    "성": "완여남형구조작찬달생양음명편결합육숙각반모부본이감지야개고정인심품천관혜행위항유금화목토수홍장횡의대백무"
          "극특속습독상농함탄경만급악기산오삼입북원시왕주안서중선진투우옹"}
_TENSE_SUFFIX_AFTER_L = frozenset("성색석산소점사선")  # 제26항: 식물성, 벽돌색, 기술사
_N_SUFFIX = {"용": "활적작응통신착관고전채운임겸혼병준복공상허종남", "율": "", "염": "감전착",
             "약": "협공농한신언확백극활절강특밀청연독향맹작박복감"}
_NASAL_SUFFIX = {"론": "언변", "료": "원진완연", "량": "분전한", "란": "혼곤논환산반", "력": "권전인탄", "류": "분난한인"}


def regular(word, at):
    """The mark after syllable `at` of a word, by the patterns that hold for every word."""
    here, rest = word[at], word[at + 1:]
    tail = tail_of(here)
    repeated = at and rest[0] == word[at - 1]  # 웅성웅성, 산들산들, 멈칫멈칫
    if at and not repeated and (len(rest) == 1 or rest[1] in PARTICLES):
        mark = _before_a_suffix(here, tail, rest[0])
        if mark != PLAIN:
            return mark
    if not tail:
        return PLAIN
    if tail == "ㄹ" and (_is_future(word, at, rest) or not at and _is_hanja(here, rest)):
        return TENSE
    if tail == "ㅅ" and not repeated and _binds(here, rest, at):
        return BINDING
    if tail in ("ㄺ", "ㄻ", "ㄼ"):
        return _after_a_noun_or_causative(here, rest)
    if rest[0] == "값" and tail in "ㄴㄹㅁㅇ":  # 제28항: 땅값, 평균값
        return TENSE
    return INSERTED if _takes_n(here, rest, at) else PLAIN


def _binds(here, rest, at):
    """제30항: whether the ㅅ of `here` stands between two nouns."""
    if here in _OWN or not at and here in _OWN_AT_THE_START:
        return False
    if letters(rest[0])[0] in "ㄱㄷㅂㅅㅈ":
        return rest not in ("과", "도") and not rest.startswith(_AFTER_NO_BINDING)
    return here in _BINDING and rest not in ("이", "은", "을", "에")


def _before_a_suffix(here, tail, suffix):
    """The mark that a Hanja suffix needs behind `here`: 표기법, 영업용, 입원료, 식물성."""
    if suffix in _TENSE_SUFFIX:
        if here not in _TENSE_SUFFIX[suffix] or tail == "ㄹ" and suffix == "성":
            return TENSE
    elif suffix in _N_SUFFIX:
        if tail and here not in _N_SUFFIX[suffix] and (suffix != "율" or tail == "ㄴ"):
            return INSERTED
    elif suffix in _NASAL_SUFFIX and tail == "ㄴ" and here not in _NASAL_SUFFIX[suffix]:
        return NASAL
    if tail == "ㄹ" and suffix in _TENSE_SUFFIX_AFTER_L and here + suffix != "물점":
        return TENSE
    return PLAIN


def _is_future(word, at, rest):
    """제27항 inside a word, -(으)ㄹ걸, -(으)ㄹ게, -(으)ㄹ지 …; and 적(的) of 제26항: 기술적으로."""
    here = word[at]
    if rest.startswith(_AFTER_L) or rest in _AFTER_L_TO_THE_END:
        return True
    if rest == "게":
        return here not in _STEMS_IN_L and word[:at + 1] != "거칠"
    if at and rest[0] == "적" and (len(rest) == 1 or rest[1] in "인으이"):
        return True
    if here not in _FUTURE or word[:at + 1] in _NOT_FUTURE:
        return False
    return rest in _AFTER_FUTURE or rest.startswith("것")


def _is_hanja(here, rest):
    """제26항: 결정, 출석, 발전; not 일도, 일들, 월드컵."""
    return (here in _HANJA_IN_L and letters(rest[0])[0] in "ㄷㅅㅈ" and rest not in ("도", "조차")
            and not rest.startswith(_AFTER_NO_HANJA))


def _after_a_noun_or_causative(here, rest):
    """제11항, 제24항 다만: 닭과, 삶도; 옮기다 and 굶겨, not 닮기."""
    lead, vowel, _tail = letters(rest[0])
    if here in _NOUNS_OR_STEMS and rest[0] in _AFTER_SUCH_A_NOUN:
        return WORD
    if here in _NOUNS:
        return PLAIN if lead in "ㅇㅎ" else WORD
    causative = tail_of(here) == "ㄻ" and lead == "ㄱ" and vowel in "ㅣㅕ"
    return WORD if causative and here not in _NO_CAUSATIVE else PLAIN


def _takes_n(here, rest, at):
    """제29항: 잎, 여섯, 여덟 behind a consonant; 육 behind 십, 백, 천, 만; 신혼여행, 완행열차."""
    return (rest[0] == "잎" or rest.startswith(("여섯", "여덟"))
            or rest[0] == "육" and here in "십백천만"
            or at > 0 and rest.startswith(("여행", "열차")))
