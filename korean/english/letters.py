"""Letters by their Korean names.

The names are those of 표준국어대사전. C is 시 there; 씨 is what is said and what broadcasters write,
and keeps C apart from the 시 of a clock. Heard as well: 엑쓰 for X, 지 or 제드 for Z, 더블류 for W.
"""

NAMES = dict(zip(
    "abcdefghijklmnopqrstuvwxyz",
    "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트"
    .split()))


def spell(letters):
    """ASCII letters of either case, each by its name: GDP 지디피. What is no letter is skipped."""
    return "".join(NAMES.get(letter, "") for letter in letters.lower())
