"""Lines of text that are designed to break attention; the same ones every time."""
import random

WORDS = ("사과 바다 나무 하늘 구름 학교 친구 음악 자동차 컴퓨터 도서관 고양이 아버지 할머니 텔레비전 "
         "냉장고 비행기 우체국 병원 시장 가게 노래 그림 책상 의자 창문 커피 우유 김치 된장찌개 값 흙 "
         "여덟 닭 삶 앞마당 꽃잎 밖 옷장 뜰 쑥 짜장면 떡볶이 빵 까치 씨앗 찌개 토끼 코끼리 파도 편지").split()
CLAUSES = ("바람이 불고 비가 내려서 나무가 흔들렸고", "어제는 하루 종일 집에서 책을 읽었는데",
           "친구를 만나서 함께 점심을 먹은 다음에", "그 사람이 나에게 그렇게 말했기 때문에",
           "우리는 기차를 타고 바닷가로 갔으며", "선생님께서 천천히 다시 설명해 주셨지만")
SYLLABLES = "가나다라마바사아자차카타파하까따빠싸짜뷁쀍웱꿹쫣닭값흙읊밟훑앉많잃"
ENGLISH = ("Hello", "machine learning", "The quick brown fox", "OK", "USB", "Thank you very much",
           "KBS", "WaveNet", "I love you", "See you tomorrow", "HTML", "deep neural network")


def create_lines():
    """400 different lines of 1 to about 300 syllables."""
    rng = random.Random(16)
    kinds = (_repeated_syllables, _repeated_words, _lists, _numbers, _without_punctuation,
             _without_spaces, _short, _letters_and_english, _random_syllables, _clauses,
             _alternating, _stuttered, _punctuation, _quoted)
    lines, number = [], 0
    while len(lines) < 400:
        line = kinds[number % len(kinds)](rng, number // len(kinds) / 28.0)
        number += 1
        if line not in lines:
            lines.append(line)
    return lines


def _count(low, high, size):
    """From `low` to `high` as `size` goes from 0 to 1, more often small than large."""
    return int(round(low * (high / float(low)) ** min(size, 1.0)))


def _repeated_syllables(rng, size):
    separator = rng.choice(["", "", " ", ", ", "! "])
    return separator.join([rng.choice(SYLLABLES)] * _count(2, 60, size))


def _repeated_words(rng, size):
    phrase = " ".join(rng.sample(WORDS, rng.randint(1, 3)))
    return rng.choice([" ", ", ", ". "]).join([phrase] * _count(2, 40, size)) + "."


def _lists(rng, size):
    words = [rng.choice(WORDS) for _ in range(_count(3, 100, size))]
    return rng.choice([", ", " ", "; "]).join(words) + rng.choice([".", ""])


def _numbers(rng, size):
    digits = "".join(rng.choice("0123456789") for _ in range(_count(1, 80, size)))
    return rng.choice(["%s", "%s번", "전화는 %s입니다.", "-%s", "3.%s", "%s원을 냈다."]) % digits


def _without_punctuation(rng, size):
    return " ".join(rng.choice(CLAUSES) for _ in range(_count(1, 18, size)))


def _without_spaces(rng, size):
    return "".join(rng.choice(WORDS) for _ in range(_count(1, 130, size)))


def _short(rng, size):
    return rng.choice(SYLLABLES + "네아응왜뭐") + rng.choice(["", ".", "?", "!", "..."]) \
        + rng.choice(["", " " + rng.choice(WORDS), " " + rng.choice(SYLLABLES)])


def _letters_and_english(rng, size):
    return rng.choice([rng.choice(ENGLISH), rng.choice("ㄱㄴㄷㅏㅓㅗ"), "ㅋ" * _count(1, 60, size),
                       "ㅎ" * _count(1, 20, size), rng.choice("ABCXYZ"),
                       "%s %s" % (rng.choice(ENGLISH), rng.choice(ENGLISH))])


def _random_syllables(rng, size):
    letters = [chr(rng.randrange(ord("가"), ord("힣") + 1)) for _ in range(_count(2, 120, size))]
    return "".join(letter + (" " if rng.random() < 0.25 else "") for letter in letters).strip()


def _clauses(rng, size):
    clauses = [rng.choice(CLAUSES)] * _count(2, 14, size)
    return ", ".join(clauses) + rng.choice(["?", "!", "."])


def _alternating(rng, size):
    return "".join(rng.sample(SYLLABLES, rng.randint(2, 4))) * _count(2, 75, size)


def _stuttered(rng, size):
    words = rng.choice(CLAUSES).split() * _count(1, 5, size)
    return " ".join(" ".join([word[:1]] * rng.randint(0, 6) + [word]) for word in words)


def _punctuation(rng, size):
    marks = ["?!", "...", "!!!", " - ", ", , ", ": ", "; ", ".", "-", "~", "·", "/"]
    return "".join(rng.choice(WORDS) + rng.choice(marks) for _ in range(_count(2, 60, size)))


def _quoted(rng, size):
    words = [rng.choice(["'%s'", "(%s)", "“%s”", "‘%s’ 하고", "[%s]", "%s?", "(%s)는"])
             % rng.choice(WORDS) for _ in range(_count(1, 60, size))]
    return rng.choice(["", "그는 "]) + " ".join(words)
