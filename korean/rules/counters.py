"""Whether a counter takes native (세 마리) or Sino-Korean (삼 층) numerals.

Most counters take Sino-Korean numerals; the others are listed here. For a counter with both (대, 번,
분, 시) the context decides. After 한글 맞춤법 제43항, 표준어 사정 원칙 제17항 and the usage
examples of 표준국어대사전.
"""
import re

from korean import numerals

# Hardly any other word begins with one of these; _SET_PHRASE has exceptions.
_NATIVE = frozenset("""마리 그루 송이 켤레 가지 시간 군데 사람 번째 바퀴 자루 그릇 모금 숟가락 젓가락 마디 조각 봉지 상자
    박스 접시 스푼 큰술 작은술 꼬집 포기 뿌리 다발 뭉치 묶음 꾸러미 개비 가닥 갈래 글자 걸음 방울 토막 차례
    식구 포대 구절 문장 단어 손가락 움큼 아름 종류 과목 줄기 덩이 덩어리 꼭지 무더기 나라 쌍둥이 곱절 아이 아들
    딸 자리 자릿 주먹 사발 대접 바구니 두름 고개 굽이 공기 정거장 가구 돌배기 살배기 가마니 보루 발짝 발자국 국자 봉투 커플
    마을 문제 숟갈 종목 게임 블록 정류장""".split())
# Many words begin with these (2018시즌, 3명예): only a continuation below or the end may follow.
_SHORT_NATIVE = frozenset(
    "시 살 명 개 권 잔 달 벌 대 채 척 장 병 쌍 줄 통 곳 판 편 건 칸 톨 곡 골 배 겹 갑 발 번 끼 알 돌 잎 컵 캔 팀 밤 "
    "분 쪽 모 단 구 컷 봉 팩 근 뼘 줌 점 방 필 접 첩".split())
_CONTINUATIONS = """은 는 이 가 을 를 의 에 도 만 과 와 로 으로 부터 까지 씩 쯤 째 당 중 여 뿐 나 랑 든 입니 였 요 예요
    짜리 가량 정도 이상 이하 미만 초과 남짓 안팎 전 후 뒤 앞 간 내 안 동안 들 꼴 보다 처럼 밖 조차 마저 인 일
    하고 경 반 넘 께 분 더 어치 연속 모두 다 식 차 발 니까 면(?![가-힣]) 라(?:서|면|고|도|니|는)?(?![가-힣]) 죠 래(?![가-힣])
    네(?:요)?(?![가-힣]) 야(?![가-힣]) 지(?:만|요)?(?![가-힣]) 마다 임(?![가-힣])
    한테 된 난 거든 잖 군요?(?![가-힣]) 던 겠""".split()
# words that only look like one of these with a continuation; those of the second list only after a
# space: 개인 in 3 개인전, but not in 3개인데
_OTHER_WORDS = """장난 살인범 살인사건 살인죄 살인마 분간 곳간 시내 장내 시간 시중 시차 시식 장로 통로
    대로변 대전 발전 배경 대다수 장차 배차 개의치
    장면 분야 시야 단지 대지 판지 장지 대면적 필지 방도 점도 점차 방안 점등 방편 접안 필경 방식 접시""".split()
_OTHER_SEPARATE_WORDS = "개인 명인 장인 시인 달인 장만 대만 대면 건의 벌던 벌겠 벌거든 벌잖 살던 살겠 알던 알겠".split()
_SHORT_NATIVE_WORD = re.compile("(?!%s)[%s](?:$|%s)" % (
    "|".join(_OTHER_WORDS), "".join(_SHORT_NATIVE), "|".join(_CONTINUATIONS)))
_SEPARATE_WORD = re.compile("|".join(_OTHER_SEPARATE_WORDS))

# set phrases in which the number is not a count
_SET_PHRASE = re.compile("시간제|개 국어|권 분립|척 장신|판 ?[0-9]+승|대가 (?:함께|모여)|"
                         "가구 ?(?:[0-9]|주택|당)|아이(?:템|디|스)|공기(?:업|관)")
# 차 and 기 also match 소방차, 비행기, 세탁기
_MACHINES = "차|차량|크레인|CCTV|PC|기|버스|택시|트럭|드론|자전거|오토바이|컴퓨터|노트북|전화|폰|카메라|에어컨|냉장고|텔레비전|티브이|TV|" \
            "로봇|기계|피아노|탱크|포클레인|장비|서버|엘리베이터|매|대파|요트|보트|크루저|딩기|선박|어선|전투기|헬기|헬리콥터|휴대폰|" \
            "스마트폰|태블릿|모니터|프린터|티비|선풍기|청소기|건조기|자판기|스쿠터|킥보드|유모차|휠체어|침대|전차|열차"
# counters of only a few things → the things that must precede the number
_COUNTED_THINGS = {counter: re.compile("(?:%s)(?:[은는을를이가]|에|에게|한테)? ?$" % things)
                   for counter, things in (
    ("쪽", "마늘|생강|빵|배추"), ("모", "두부|묵"), ("단", "파|시금치|미나리|부추|열무|장작|꽃"),
    ("구", "시신|유해|시체"), ("점", "고기|그림|작품|옷|유물|도자기"), ("방", "주사|모기|벌|침|펀치"),
    ("필", "말|소|비단|옷감"), ("접", "마늘|감|곶감"), ("첩", "한약|보약|탕약"))}
_HONORED = "손님|어르신|고객|선생님|관객|승객|독자|시청자|할머니|할아버지|환자|일행|성함|신사|숙녀|회원|어른|부모님|교수님|작가님"
_HONORED_AFTER = re.compile("(?:이|께서)(?:는|만|도)? (?:[가-힣]+ )?(?:오[셨신십]|계[신시셨]|앉으|참석하[셨신]|"
                            "주문하[셨신]|예약하[셨신])")
_PART_OF_PERSONS = re.compile("(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇|여러) ?분 중(?:에서?)? ?$")
# 번 in the number of a thing (3번 출구) or of a person; then 번 as a number of times (3번 먹었다)
_NUMBERED = re.compile(" *(?:%s)" % "|".join(
    """출구 버스 타자 문제 국도 홈 트랙 방 홀 그린 티 테이블 채널 선수 좌석 게이트 문항 정답 답 후보 참가자 창 승강장 도로 칸 줄
    교향곡 협주곡 소나타 곡 마을버스 지방도 고속도로 노선 질문 카드 유형 사진 그림 항목 메뉴 버튼 레인 타석 척추 요추 경추 흉추 염색체
    시드 탑승구 승차장 플랫폼 정류장 코스 사물함 자리 훈련병 학생 환자 볼 아이언 우드 선 엔진 룸 진료실 진찰실
    회의실 출입구 계산대 보기(?!로|도|만|에) 주자(?=[가는를로의와]|.[가-힣]) 주차장 라인 차로 침대 선로 슬라이드 탑승장""".split()))
# departments: 개발1팀, 영업 2팀
_TEAM_BEFORE = re.compile("(?:[가-힣](?<![총단약각위])(?<!머지)|"
                          "(?:영업|개발|기획|강력|수사|형사|총무|인사|홍보|마케팅|지원|운영|관리) )$")
_PERSON = re.compile(" [가-힣]{2,4} (?:선수|후보|참가자|위원|학생)")
_TIMES_BEFORE = re.compile(
    "(?:하루에?|올해|작년|지난해|매일|매주|매달|매년|평생|이미|[일주달년]에|딱|총|다시|또|벌써|겨우|무려|최소|최대|"
    "평균|적어도|한|다만|단) ?$")
_TIMES_WITHIN = re.compile("씩|쯤|만|이나|도|째|에$|의|밖|뿐|가량|정도|이상|이하|넘|더|꼴|이고|까지|당|연속")
# followed by a verb or an action
_TIMES_AFTER = re.compile(
    " *(?:[가-힣]+ )*?[가-힣]*(?:다|요|까|죠|지|고|서|면|며|[봐해어아여와워려쳐]도|만에|씩|한|은|는|을|할|될|던|게|도록|려고|"
    "자|니|라|어|아|해|더|연속|이상|이하|넘게|정도|쯤|남짓|도전|기회|실패|시도|경험|우승|수상|당선|낙선|결혼|이혼|수술|방문)(?=[ .,!?']|$)")


def is_native(number, before, word, after, space=""):
    """Whether a number is read with native numerals before the Hangul `word`.

    `number` is a string without commas, `before` the text before it, `space` what separates it from
    `word`, `after` the text after `word`.
    """
    is_listed = word[:2] in _NATIVE or word[:3] in _NATIVE or word[:4] in _NATIVE
    if not is_listed and not (word[:1] in _SHORT_NATIVE and _SHORT_NATIVE_WORD.match(word)
                              and not (space and _SEPARATE_WORD.match(word))):
        return False
    if "." in number or len(number) > numerals.MAX_DIGITS or int(number) == 0:
        return False
    if _SET_PHRASE.match(word + after) or re.search("(?<![가-힣])제 ?$", before):
        return False
    value = int(number)
    if is_listed:
        if (space and word.startswith(("게임", "문제", "종목", "블록")) or word.startswith("문제집")
                or word.startswith("블록") and value > 5):
            return False
        return not (word.startswith("시간") and value in (24, 36, 48, 72))
    counter = word[0]
    if counter == "시":
        return value <= 12
    if counter == "대":
        return _counts_machines(value, before, word, after)
    if counter == "분":
        is_duration = re.match(" ?(?:[~∼〜-]|간|동안|만에|후|전|뒤|거리|가량|정도|쯤|이내|이상 걸)", word[1:] + after)
        is_person = (re.search("(?:%s)[은는이가도]? ?$" % _HONORED, before)
                     or _HONORED_AFTER.match(word[1:] + after) or _PART_OF_PERSONS.search(before))
        return bool(is_person) and not is_duration
    if counter == "팀" and _TEAM_BEFORE.search(before):
        return False
    if counter in _COUNTED_THINGS:
        return bool(_COUNTED_THINGS[counter].search(before))
    if counter == "번":
        return _counts_times(value, before, word, after)
    return True


def _counts_machines(value, before, word, after):
    """자동차 3대 against 20대 (an age), 19대 대통령 and 5대 강국."""
    if re.search("(?:%s)[은는이가도를을만]? ?$|[다섯]대, [가-힣]+ ?$" % _MACHINES, before):
        return True
    if value % 10 == 0 or word.startswith("대째"):
        return False
    return not (word == "대" and re.match(" (?!더|를|와|이상|정도)[가-힣0-9]", after))


def _counts_times(value, before, word, after):
    """3번 먹었다 against 3번 출구."""
    rest = word[1:]
    if value > 99 or _NUMBERED.match(rest + after) or _PERSON.match(rest + after):
        return False
    if re.search("[0-9] ?번 중(?:에서?)? ?$", before) or (
            re.match(" ?중(?:에서?)? ?[0-9]+ ?번", rest + after)):
        return True
    if rest:
        return bool(_TIMES_WITHIN.match(rest))
    return bool(_TIMES_BEFORE.search(before) or _TIMES_AFTER.match(after))


def native_form(value, word):
    """A native numeral before the counter `word`: 한, 두, 스무 …; 첫 for 1 before 번째."""
    if word.startswith("번째") and value == 1:
        return "첫"
    return numerals.before_counter(value)
