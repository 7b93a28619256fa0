"""The morphology of a word, guessed from its syllables: endings, particles, Hanja suffixes.

Each rule holds for nearly all headwords of a dictionary. Exceptions are listed by syllable.
"""
import re

from korean.hangul import final_of, split_syllable
from korean.pronunciation.phonology import L_TO_N, N_INSERTION, PLAIN, SAI_SIOT, TENSE, WORD_END

# first syllables of particles and of 이다, which may follow a noun
PARTICLES = frozenset("이가을를은는의에와과로으도만까부보처마나며고다인입예였라란랑조뿐밖들께")

# 제11항: nouns, in which ㄺ before ㄱ and ㄻ, ㄼ before ㄱ, ㄷ, ㅅ, ㅈ do not change as in a stem
_NOUNS = frozenset("닭흙칡삵탉슭덟")
_NOUNS_OR_STEMS = frozenset("삶앎")
_PARTICLES_AFTER_THEM = frozenset("과도조대보")
# 제24항: stems in ㄻ without a causative in -기-
_NO_CAUSATIVE = frozenset("닮젊")

# 제30항: syllables whose ㅅ belongs to the stem or noun; the ㅅ of all others is a 사이시옷
_OWN_S = frozenset("옷맛멋못것곳뜻빗붓갓낫젓벗씻솟앗짓잇긋첫풋헛덧엿옛끗굿릇섯껏럿읏잣슷밋깃셋넷엇"
                 "팟벳켓롯샷컷닛킷뻣꼿뭣왓쉿펫톳싯웃뺏헷돗핫챗봇넛")
# continuations after a ㅅ that is not a 사이시옷
_NOT_AFTER_SAI_SIOT = ("거리", "거렸", "거려", "거린", "대다", "대고", "대는", "보다", "부터", "조차", "과의", "과는", "들")
_OWN_S_AT_START = frozenset("뭇놋햇숫")
# syllables with 사이시옷 also before ㄴ, ㅁ and vowels: 뒷문, 뒷일
_SAI_SIOT_SYLLABLES = frozenset("냇샛뱃촛뒷윗랫툇갯곗뼛귓혓횃깻젯훗콧")

# 제27항: endings and bound nouns after ㄹ, which begin or are the rest of a word
_PREFIXES_AFTER_L = ("수록", "지라도", "지언정", "진대", "세라", "소냐", "수있", "수없", "수밖에", "수는", "수도있")
_REST_AFTER_L = frozenset("걸 걸요 게요 거야 거예요 거에요 거니까 거다 거라고 겁니다 겁니까 건데 건데요 건가 "
                                "건가요".split())
# stems in ㄹ, after which -게 does not change: 힘들게, 둥글게
_STEMS_IN_L = frozenset("알살길멀달놀들울늘글툴질물불둘잘")
# syllables in -(으)ㄹ that hardly ever end a noun or a stem
_FUTURE = frozenset("길할갈올될릴낼킬을줄쓸칠뀔쉴뛸뵐띨볼둘질일켤뗄뺄럴닐떨실를날낄깰딜틸설")
_AFTER_FUTURE = frozenset("지 지도 지는 지를 지가 지의 지에 듯 듯이 듯한 듯하다 줄 줄은 줄도 줄을 밖에".split())
_NOT_FUTURE = ("길", "거칠", "어질", "모질", "날", "떨", "거닐", "낯설", "노닐")

# 제26항: syllables nearly always Hanja at the start of a word; what follows if they are not
_HANJA_IN_L = frozenset("결멸월율출탈필혈궐일발")
_NOT_AFTER_HANJA = ("들", "다", "드", "스", "삼", "짓", "중독", "돋", "디", "뒤", "더", "댕", "산소", "수소", "대중")

# 제20항 다만, 제26항, 제29항 and custom: Hanja suffixes after a noun of two syllables or more, by their
# effect; each with the syllables before it that form another word: 사용방법, 재활용, 미분류
_TENSE_SUFFIX = {
    "법": "방불위합무마사입탈편적비", "증": "보고짜인검논예반수변", "권": "상하",
    "성": "완여남형구조작찬달생양음명편결합육숙각반모부본이감지야개고정인심품천관혜행위항유금화목토수홍장횡의대백무"
          "극특속습독상농함탄경만급악기산오삼입북원시왕주안서중선진투우옹"}
_TENSE_SUFFIX_AFTER_L = frozenset("성색석산소점사선상")  # 제26항: 식물성, 벽돌색, 기술사
_N_SUFFIX = {"용": "활적작응통신착관고전채운임겸혼병준복공상허종남", "율": "", "염": "감전착",
             "약": "협공농한신언확백극활절강특밀청연독향맹작박복감"}
_NASAL_SUFFIX = {"론": "언변", "료": "원진완연", "량": "분전한", "란": "혼곤논환산반", "력": "권전인탄", "류": "분난한인"}

# 제27항 by custom: 열 개, 여덟 시
COUNTERS = re.compile("(?:개|시|살|번|달|사람|권|잔|장|가지|군데|곳|집|배|송이|조각|방울|바퀴|발|병|벌|줄|그릇|대"
                      "|단어|자리|걸음|점)(?:[%s]|$)" % "".join(sorted(PARTICLES)))
NUMERALS_IN_L = ("열", "여덟", "열여덟", "스물여덟")
_MAX_NUMERAL = 8        # syllables; longer ones are not compared, which would take quadratic time
_DIGITS = "영공일이삼사오육칠팔구십"
# 이 and 일 after 점 may be a particle and a form of 이다: 삼점이 부족하다
_DECIMAL = re.compile("점(?:[영공삼사오육칠팔구]|[이일][%s백천만억배퍼센미킬])" % _DIGITS)
_NUMBER_OF_BOOKS = re.compile("제?[%s백천]+$|"
                              "(?:열|스물|서른|마흔|쉰)?(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무)$" % _DIGITS)

_MAX_REST = 8  # syllables after a boundary that decide; with all, a long word takes quadratic time

# words that end in 역 without being a station, and stations that end like one of them
_NOT_STATIONS = frozenset("""번역 통역 현역 면역 병역 용역 광역 공역 전역 음역 성역 영역 반역 단역 악역 권역 홍역 징역 중역 방역
    검역 완역 직역 강역 편역 국역 난역""".split())
_STATIONS_LIKE_THEM = frozenset("회현 불광 영광 안국 대전 통영 무악".split())
_AFTER_STATION = PARTICLES | frozenset("앞점행쪽")


def boundary_by_pattern(word, index):
    """The type of the boundary after the syllable at `index`, by the patterns of this module."""
    syllable, rest = word[index], word[index + 1:index + 1 + _MAX_REST]
    final = final_of(syllable)
    if syllable in _DIGITS and _DECIMAL.match(rest) and (
            not index or word[index - 1] in _DIGITS + "백천만억"):
        return TENSE        # 삼점오
    if (index < _MAX_NUMERAL and word[:index + 1] in NUMERALS_IN_L and not rest.startswith("병")
            and COUNTERS.match(rest)):
        return TENSE        # 열개, 여덟시
    is_repeated = index and rest[0] == word[index - 1]  # 웅성웅성, 산들산들, 멈칫멈칫
    if index and not is_repeated and (len(rest) == 1 or rest[1] in PARTICLES):
        boundary = _boundary_before_suffix(word, index, final, rest[0])
        if boundary != PLAIN:
            return boundary
    if not final:
        return PLAIN
    if final == "ㄹ" and (_is_future(word, index, rest) or not index and _is_hanja(syllable, rest)):
        return TENSE
    if final == "ㅅ" and not is_repeated and _is_sai_siot(syllable, rest, index):
        return SAI_SIOT
    if final in ("ㄺ", "ㄻ", "ㄼ"):
        return _boundary_after_cluster(syllable, rest)
    if rest[0] == "값" and final in "ㄴㄹㅁㅇ":  # 제28항: 땅값, 평균값
        return TENSE
    return N_INSERTION if _takes_n(word, index, rest) else PLAIN


def tense_article(word, index):
    """The article of a tense initial that `boundary_by_pattern` finds; 0 for usage alone."""
    rest = word[index + 1:index + 1 + _MAX_REST]
    if rest[0] in _TENSE_SUFFIX or rest[0] == "점" and word[index] in _DIGITS:
        return "0"
    if index < _MAX_NUMERAL and word[:index + 1] in NUMERALS_IN_L:
        return "27"
    if final_of(word[index]) == "ㄹ":
        return "27" if rest[0] != "적" and _is_future(word, index, rest) else "26"
    return "28"


def _is_sai_siot(syllable, rest, index):
    """제30항: whether the final ㅅ of `syllable` joins two nouns."""
    if syllable in _OWN_S or not index and syllable in _OWN_S_AT_START:
        return False
    if split_syllable(rest[0])[0] in "ㄱㄷㅂㅅㅈ":
        return rest not in ("과", "도") and not rest.startswith(_NOT_AFTER_SAI_SIOT)
    return syllable in _SAI_SIOT_SYLLABLES and rest not in ("이", "은", "을", "에")


def _boundary_before_suffix(word, index, final, suffix):
    """The type of the boundary before a Hanja suffix: 표기법, 영업용, 입원료, 식물성."""
    syllable = word[index]
    if suffix == "권" and index < _MAX_NUMERAL and _NUMBER_OF_BOOKS.match(word[:index + 1]):
        return PLAIN        # 제이권, 열두권
    if suffix in _TENSE_SUFFIX:
        if syllable not in _TENSE_SUFFIX[suffix] or final == "ㄹ" and suffix == "성":
            return TENSE
    elif suffix in _N_SUFFIX:
        if final and syllable not in _N_SUFFIX[suffix] and (suffix != "율" or final == "ㄴ"):
            return N_INSERTION
    elif suffix in _NASAL_SUFFIX and final == "ㄴ" and syllable not in _NASAL_SUFFIX[suffix]:
        return L_TO_N
    if (final == "ㄹ" and suffix in _TENSE_SUFFIX_AFTER_L
            and syllable + suffix not in ("물점", "물상", "벨상")):
        return TENSE
    return PLAIN


def _is_future(word, index, rest):
    """Whether -(으)ㄹ of 제27항 ends here: -(으)ㄹ걸, -(으)ㄹ게 …; or 적(的) of 제26항 follows: 기술적."""
    syllable = word[index]
    if rest.startswith(_PREFIXES_AFTER_L) or rest in _REST_AFTER_L:
        return True
    if rest == "게":
        return syllable not in _STEMS_IN_L and not (index == 1 and word[:2] == "거칠")
    if index and rest[0] == "적" and (len(rest) == 1 or rest[1] in "인으이"):
        return True
    if syllable not in _FUTURE or index < 2 and word[:index + 1] in _NOT_FUTURE:
        return False
    if rest == "밖에" and syllable in "실설날일질":       # after a noun: 화장실밖에
        return False
    return rest in _AFTER_FUTURE or rest.startswith("것")


def _is_hanja(syllable, rest):
    """제26항: whether a word begins with two Hanja: 결정, 출석, 발전; not 일도, 일들, 월드컵."""
    return (syllable in _HANJA_IN_L and split_syllable(rest[0])[0] in "ㄷㅅㅈ"
            and rest not in ("도", "조차") and not rest.startswith(_NOT_AFTER_HANJA))


def _boundary_after_cluster(syllable, rest):
    """The type of the boundary after ㄺ, ㄻ, ㄼ: 제11항 닭과, 삶도; 제24항 다만 옮기다, 굶겨, not 닮기."""
    initial, vowel, _final = split_syllable(rest[0])
    if syllable in _NOUNS_OR_STEMS and rest[0] in _PARTICLES_AFTER_THEM:
        return WORD_END
    if syllable in _NOUNS:
        return PLAIN if initial in "ㅇㅎ" else WORD_END
    is_causative = final_of(syllable) == "ㄻ" and initial == "ㄱ" and vowel in "ㅣㅕ"
    return WORD_END if is_causative and syllable not in _NO_CAUSATIVE else PLAIN


def _takes_n(word, index, rest):
    """제29항: before 잎, 여섯, 여덟; 스물일곱; 십육, 백육 …; 여행, 열차 in a compound; 강남역."""
    syllable = word[index]
    return (rest[0] == "잎" or rest.startswith(("여섯", "여덟"))
            or rest.startswith("일곱") and syllable in "열물른흔쉰순든"
            or rest[0] == "육" and syllable in "십백천만억점"
            or index > 0 and rest.startswith(("여행", "열차"))
            or index > 0 and rest[0] == "역" and _is_station(word, index, rest))


def _is_station(word, index, rest):
    """Whether 역 after the syllable at `index` is a station: 역삼역, not 동시통역."""
    if len(rest) > 1 and rest[1] not in _AFTER_STATION:
        return False
    return (word[index] + "역" not in _NOT_STATIONS
            or word[index - 1:index + 1] in _STATIONS_LIKE_THEM)
