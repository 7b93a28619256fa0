"""Hangul as read → Hangul as pronounced: the standard pronunciation of Korean (표준 발음법).

Each syllable gives one syllable, so that text and audio stay aligned: 값이 → 갑씨, 국물 → 궁물,
신라 → 실라. Where the standard allows several forms, its principal form is given: 의 and ㅖ stay,
냇가 is 내까, 맛있다 is 마싣따.

Across a space. The words between two punctuation marks are a phrase. The standard has rules for
phrases spoken without a pause: 옷 한 벌 → 오 탄 벌, 할 것 → 할 껃. But speakers may pause:
- changes within an intonation phrase apply at every space: a stop becomes nasal before ㄴ and ㅁ
  (책 넣는다 → 챙 넌는다);
- changes within an accentual phrase (a stop moves before a vowel, merges with ㅎ or makes the next
  initial tense; ㄴ becomes ㄹ after ㄹ) apply if both words together have at most seven syllables
  (S.-A. Jun: The Phonetics and Phonology of Korean Prosody, 1993; K-ToBI, 2000);
- ㄴ, ㄹ, ㅁ do not move to the next word (오늘 아침), which is right with and without a pause; ㄹ at the
  start of a word stays (그런 로봇), because such words are loanwords;
- before 이, 야, 여, 요, 유 the standard allows two forms, and a stop is only neutralized (꽃 이야기 →
  꼳 이야기), except in the pairs of _takes_n (한 일 → 한 닐, 못 잊다 → 몬 닏따).

Measured on tests/korean/pronunciation.tsv; its rows "held out" were written after the rules. Other
libraries: g2pK and its forks need a morphological analyzer, miss more of these rows and convert
about 20 sentences per second; kornorm is as accurate, but needs Python 3.10 and 300 MB.
"""
import functools
import re

from korean.hangul import final_of, join_syllable, split_syllable
from korean.pronunciation.morphology import COUNTERS, NUMERALS_IN_L
from korean.pronunciation.phonology import (N_INSERTION, NEW_PHRASE, SAME_PHRASE, TENSE,
                                            articles_of_change, change_sounds, neutralize)
from korean.pronunciation.words import pronounce_word, word_articles

__all__ = ["explain", "pronounce"]

_WORD = re.compile("[가-힣]+")

# syllables; an accentual phrase of Korean seldom has more (S.-A. Jun, K-ToBI, 2000)
_MAX_ACCENTUAL_PHRASE = 7

# 제27항: bound nouns; a word in ㄹ before them nearly always ends in -(으)ㄹ
_BOUND_NOUN = re.compile(
    "것|겁니[다까]|거(?:야|예요|에요|다|지|죠|라[고는며]|니까|냐|고|였|란|면|든|같|$)|건(?:데|가|지)|듯|법(?:하|한|해|했)"
    "|수(?:가|는|도|를|밖에|만|조차)?$|줄(?:은|도|을|로|만)?$|데(?:가|를|는|도|서|에|다)?$"
    "|바(?:를|가|는|와|에)?$|적(?:에|에는|이|의)$|지(?:도|는|를)?$|성싶|대로$|걸(?:요)?$|게$|건$")
# first syllables of _BOUND_NOUN that may be other words after an object: 전화를 걸, 돈을 줄
_AFTER_OBJECTS_TOO = "걸게건적데바대지줄"
# 제27항: words in ㄹ that are never -(으)ㄹ, unlike those of 할 곳, 만날 사람
_NEVER_FUTURE = frozenset("""역할 분할 관할 서울 마을 가을 노을 고을 겨울 거울 얼굴 하늘 오늘 내일 매일 제일 생일 휴일 평일
    요일 과일 정말 연말 주말 이틀 사흘 열흘 한글 품질 체질 물질 성질 본질 기질 수질 재질 간질 손질 일 질 칠 둘 밀 물 말 글 길
    발 술 달 별 불 절 팔 열 쌀 풀 날 딸 실""".split())
# last syllables of stems after which 을 is a verb ending; any other word in 을 is an object
_VERB_STEMS = frozenset("먹읽닫받믿찾잡높낮넘씻벗잊맞늦얻뜯솟맡같붙싶없있겠했았었갔왔봤좋싫많않놓넣닿쌓낳잃앓"
                   "끊옳앉얹젊닮굶옮밟깎닦섞묶겪볶늙")
_FUTURE_SYLLABLES = frozenset("될할릴낼킬쓸뀔쉴뛸띨")

# 제29항 붙임 2: 한 일, 할 일, 옷 입다, 잘 입다, 먹은 엿, 못 잊다; 일 is a task, not a day
_TASK = re.compile("일(?:이|을|은|도|만|에|과|로|의|들|까지|이다|입니다|이에요|인데|이야|이었|이라|이지|이죠|부터)?$")
_BEFORE_TASK = frozenset("한할운런던떤슨된될쁜볼른진난올쓴")
_NOT_BEFORE_TASK = frozenset("북한 남한 대한 제한 역할 분할 관할 또한 무한 권한 사진 혼란 기한".split())
_VERBS_IN_I = {"옷": ("입",), "책": ("읽",), "잘": ("입", "읽", "익", "잊"),
               "못": ("이", "입", "읽", "익", "잊", "잃", "여", "열")}

_MOUTHFUL = re.compile("입(?:에|만|을|도|씩|은|이다|이라도|이요|이에요|거리|크기)?$")  # 한 입, 첫 입
_N_SYLLABLES = frozenset(map(chr, range(ord("나"), ord("닣") + 1)))

# 제24항: words that follow the verbs 신고, 참고, 안지 … but not the nouns; and objects of 신고
_AUXILIARIES = ("있", "않", "못", "마", "말", "다니", "다닌", "다녔", "나가", "나갔", "나왔", "들어", "견디", "견뎠", "견딜",
                "기다", "지내", "살았", "싶", "버티", "버텼", "넘어", "갔", "왔", "걷", "걸", "뛰", "달렸", "달리", "잤")
_ESTEEMED = re.compile("꼽[히힌힐혀혔]|불[리린릴려렸]|손꼽|인정|추앙|존경|칭송|평가|이름|알려|통[하한할해했]")  # as a master
_FOOTWEAR = re.compile("(?:신발|신|구두|양말|운동화|장화|버선|부츠|샌들|슬리퍼|고무신|짚신|스타킹|하이힐)(?:을|를|도|만)?$")


def pronounce(text):
    """The text with every Hangul syllable as it is pronounced; all other characters stay in place.

    Accepts every string. A character other than a composed syllable or a space ends the phrase.
    """
    pieces, phrase, end = [], [], 0
    for match in _WORD.finditer(text):
        gap = text[end:match.start()]
        if gap.strip(" ") or not phrase:
            pieces += _pronounce_phrase(phrase) + [gap]
            phrase = []
        else:
            phrase.append(gap)
        phrase.append(match.group())
        end = match.end()
    return "".join(pieces + _pronounce_phrase(phrase) + [text[end:]])


def explain(text):
    """[(column, word, as pronounced, [articles])] of each word whose pronunciation changes.

    Columns count from 1. An article is that of 표준 발음법; 0 is usage without an article.
    """
    pronounced, changes = pronounce(text), []
    matches = list(_WORD.finditer(text))
    for index, match in enumerate(matches):
        word, spoken = match.group(), pronounced[match.start():match.end()]
        if spoken == word:
            continue
        previous, following = ("" if not 0 <= other < len(matches) else _in_same_phrase(
            text, match, matches[other]) for other in (index - 1, index + 1))
        articles = word_articles(word, _is_verb(word, previous, following))
        if previous and pronounced[match.start()] != pronounce(word)[0]:
            articles = _articles_between(previous, word) + articles
        if following and pronounced[match.end() - 1] != pronounce(word)[-1]:
            articles += _articles_between(word, following)
        changes.append((match.start() + 1, word, spoken, sorted(set(articles), key=int)))
    return changes


def _in_same_phrase(text, match, other):
    """The word of `other`, or "" if anything but spaces lies between it and `match`."""
    first, second = sorted((match, other), key=lambda word: word.start())
    return "" if text[first.end():second.start()].strip(" ") else other.group()


def _articles_between(left, right):
    boundary = _boundary_between(left, right)
    final, (initial, vowel, _) = split_syllable(left[-1])[2], split_syllable(right[0])
    articles = articles_of_change(final, initial, vowel, boundary)
    return ["27"] + articles if boundary == TENSE else articles


def _pronounce_phrase(pieces):
    """[word, gap, word, gap, … word] with each word as pronounced; changed in place."""
    words = pieces[::2]
    padded = [""] + words + [""]
    pronounced = [list(pronounce_word(word, _is_verb(word, padded[index], padded[index + 2])))
                  for index, word in enumerate(words)]
    for index, (left, right) in enumerate(zip(pronounced, pronounced[1:])):
        _change_sounds_between(left, right, _boundary_between(words[index], words[index + 1]))
    if pronounced:
        initial, vowel, final = pronounced[-1][-1]
        pronounced[-1][-1] = initial, vowel, neutralize(final)
    pieces[::2] = ["".join([_join(*letters) for letters in word]) for word in pronounced]
    return pieces


def _change_sounds_between(left, right, boundary):
    """Change the last (initial, vowel, final) of `left` and the first of `right`, in place."""
    initial, vowel, final = left[-1]
    next_initial, next_vowel, next_final = right[0]
    final, next_initial = change_sounds(final, next_initial, next_vowel, boundary)
    left[-1] = initial, vowel, final
    right[0] = next_initial, next_vowel, next_final


@functools.lru_cache(maxsize=None)
def _join(initial, vowel, final):
    """The composed syllable, with ㅓ for ㅕ after ㅈ, ㅉ, ㅊ: 제5항 다만 1."""
    return join_syllable(initial, "ㅓ" if vowel == "ㅕ" and initial in "ㅈㅉㅊ" else vowel, final)


def _boundary_between(left, right):
    """The type of the boundary between two words of a phrase."""
    final = final_of(left[-1])
    if left in NUMERALS_IN_L and COUNTERS.match(right):  # 열 개, not 열 번호
        return TENSE
    if final == "ㄹ" and split_syllable(right[0])[0] in "ㄱㄷㅂㅅㅈ" and _is_future(left, right):
        return TENSE
    if final and _takes_n(left, right):
        return N_INSERTION
    if left[-1] in "을를" and right[0] in _N_SYLLABLES:
        return NEW_PHRASE  # an object and its verb: no liquid, 버스를 놓쳐
    return SAME_PHRASE if len(left) + len(right) <= _MAX_ACCENTUAL_PHRASE else NEW_PHRASE


def _is_verb(word, previous, following):
    """Whether 신고, 참고, 숨지 … is a verb, by the words before and after it ("" if there is none).

    So is 일일이 the adverb before a verb, and not the number 112 or a day, and 대가로 the master
    before 꼽히다, and not the price.
    """
    if word == "대가로":
        return bool(_ESTEEMED.match(following))
    if word == "일일이":
        return bool(following) and not previous.endswith("월")
    if word == "잘게":        # 먼저 잘게; but 잘게 부순다
        return not following
    if word[-1] not in "고지게기":
        return False
    return following.startswith(_AUXILIARIES) or word[0] == "신" and bool(_FOOTWEAR.match(previous))


def _is_future(left, right):
    """제27항: whether the ㄹ of `left` is the ending -(으)ㄹ of a verb before the noun `right`."""
    if left in _NEVER_FUTURE:
        return False
    if _BOUND_NOUN.match(right):
        return left[-1] not in "을를" or _ends_in_future(left) or right[0] not in _AFTER_OBJECTS_TOO
    return _ends_in_future(left)


def _ends_in_future(word):
    """Whether a word in ㄹ certainly ends in -(으)ㄹ."""
    if word[-1] == "을":
        return len(word) > 1 and word[-2] in _VERB_STEMS
    if word[-1] == "날":
        return word.endswith(("만날", "일어날", "떠날", "끝날", "나타날", "생겨날", "벗어날"))
    return word[-1] in _FUTURE_SYLLABLES or word in ("갈", "볼")


def _takes_n(left, right):
    """제29항 붙임 2: whether ㄴ is inserted, as it is in some common pairs of words."""
    if right.startswith(_VERBS_IN_I.get(left, "\0")):
        return True
    if right.startswith("엿") and left[-1] in "은을":
        return True
    if left in ("한", "첫") and _MOUTHFUL.match(right):
        return True
    return bool(left[-1] in _BEFORE_TASK and left not in _NOT_BEFORE_TASK and _TASK.match(right))
