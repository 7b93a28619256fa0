"""Random sentences from templates and word lists."""
import random
import re

from common.errors import InputError
from korean.hangul import count_syllables, final_of

# A scene: places, things, and what people do there with any of these things. Each verb has the four
# forms that the endings below need: the stem, the form before -요, the past stem, and the form before
# 거예요. That way, irregular verbs need no rules.
SCENES = [
    ("부엌, 식당, 학교, 공원, 옥상, 기차, 분식집, 바닷가, 친구네 집",
     "김밥, 떡볶이, 닭갈비, 미역국, 비빔밥, 찐빵, 만두, 호떡, 달걀찜, 된장찌개, 잡채, 식빵, 꿀떡, 칼국수, 쌀밥,"
     " 삼계탕, 팥죽, 샌드위치, 군밤, 쑥떡, 볶음밥, 순두부, 짬뽕, 짜장면, 냉면, 튀김",
     "먹/먹어/먹었/먹을, 나눠 먹/나눠 먹어/나눠 먹었/나눠 먹을, 맛보/맛봐/맛봤/맛볼, 시키/시켜/시켰/시킬,"
     " 만들/만들어/만들었/만들, 준비하/준비해/준비했/준비할, 포장하/포장해/포장했/포장할"),
    ("과수원, 밭, 시골집, 농장, 비닐하우스",
     "사과, 배, 딸기, 포도, 고추, 상추, 토마토, 가지, 오이, 복숭아, 깻잎, 감귤, 참외",
     "따/따/땄/딸, 씻/씻어/씻었/씻을, 키우/키워/키웠/키울, 팔/팔아/팔았/팔, 얻/얻어/얻었/얻을"),
    ("밭, 텃밭, 들판, 산기슭", "감자, 고구마, 무, 당근, 도라지, 땅콩, 마늘, 파, 인삼, 쑥",
     "캐/캐/캤/캘, 심/심어/심었/심을, 다듬/다듬어/다듬었/다듬을, 말리/말려/말렸/말릴"),
    ("숲, 강가, 연못가, 골짜기, 뒷산", "밤, 도토리, 조약돌, 나뭇가지, 은행잎, 솔방울, 조개, 낙엽",
     "줍/주워/주웠/주울, 모으/모아/모았/모을, 밟/밟아/밟았/밟을, 찾/찾아/찾았/찾을"),
    ("백화점, 가게, 지하상가, 쇼핑몰, 옷 가게, 시장",
     "모자, 장갑, 목도리, 신발, 바지, 치마, 외투, 양말, 블라우스, 스웨터, 구두, 한복, 넥타이, 원피스, 잠옷",
     "사/사/샀/살, 고르/골라/골랐/고를, 입어 보/입어 봐/입어 봤/입어 볼, 바꾸/바꿔/바꿨/바꿀,"
     " 구경하/구경해/구경했/구경할, 선물하/선물해/선물했/선물할"),
    ("문구점, 편의점, 마트, 벼룩시장, 온라인 가게",
     "연필, 공책, 꽃병, 수첩, 냄비, 접시, 칫솔, 수건, 비누, 베개, 이불, 찻잔, 빗자루, 휴지, 바구니, 쟁반, 깡통",
     "사/사/샀/살, 고르/골라/골랐/고를, 팔/팔아/팔았/팔, 주문하/주문해/주문했/주문할"),
    ("지하철, 버스, 학교 앞, 공원, 택시, 극장, 골목",
     "우산, 지갑, 안경, 열쇠, 휴대폰, 가방, 시계, 반지, 필통, 여권, 표, 목걸이",
     "잃어버리/잃어버려/잃어버렸/잃어버릴, 찾/찾아/찾았/찾을, 떨어뜨리/떨어뜨려/떨어뜨렸/떨어뜨릴,"
     " 빌리/빌려/빌렸/빌릴, 꺼내/꺼내/꺼냈/꺼낼"),
    ("도서관, 교실, 방, 카페, 지하철, 거실, 벤치, 서점",
     "책, 신문, 소설, 잡지, 동화, 만화, 역사책, 안내문, 설명서, 시집, 위인전, 백과사전",
     "읽/읽어/읽었/읽을, 훑어보/훑어봐/훑어봤/훑어볼, 펼치/펼쳐/펼쳤/펼칠, 빌리/빌려/빌렸/빌릴"),
    ("책상 앞, 카페, 교실, 방, 도서관, 침대",
     "편지, 일기, 시, 숙제, 엽서, 보고서, 계획표, 답장, 이력서, 쪽지, 동시",
     "쓰/써/썼/쓸, 고치/고쳐/고쳤/고칠, 끝내/끝내/끝냈/끝낼, 찢/찢어/찢었/찢을, 보여 주/보여 줘/보여 줬/보여 줄"),
    ("공연장, 집, 차, 강당, 방, 캠핑장, 거실",
     "음악, 노래, 피아노 소리, 바이올린 연주, 빗소리, 옛날이야기, 합창, 새소리, 파도 소리, 라디오, 가야금 연주",
     "듣/들어/들었/들을, 녹음하/녹음해/녹음했/녹음할, 즐기/즐겨/즐겼/즐길, 들려주/들려줘/들려줬/들려줄"),
    ("집, 베란다, 사무실, 화장실, 기숙사", "빨래, 청소, 설거지, 다림질, 집안일, 대청소, 뒷정리",
     "하/해/했/할, 돕/도와/도왔/도울, 끝내/끝내/끝냈/끝낼, 시작하/시작해/시작했/시작할, 미루/미뤄/미뤘/미룰"),
    ("집, 마당, 부엌, 사무실, 교실, 창고",
     "유리창, 바닥, 책장, 냉장고, 식탁, 선반, 욕조, 거울, 그릇, 자전거, 현관, 의자, 찬장",
     "닦/닦아/닦았/닦을, 꾸미/꾸며/꾸몄/꾸밀, 고치/고쳐/고쳤/고칠, 쓸고 닦/쓸고 닦아/쓸고 닦았/쓸고 닦을"),
    ("집, 창고, 마당, 베란다, 사무실",
     "이삿짐, 화분, 상자, 의자, 옷장, 침대, 책상, 항아리, 소파, 장난감, 짐, 돗자리",
     "옮기/옮겨/옮겼/옮길, 치우/치워/치웠/치울, 버리/버려/버렸/버릴, 싣/실어/실었/실을, 정리하/정리해/정리했/정리할"),
    ("꽃밭, 마당, 화단, 뜰, 언덕, 학교 앞",
     "꽃, 나무, 해바라기, 장미, 무궁화, 소나무, 튤립, 코스모스, 국화, 봉숭아, 채송화",
     "심/심어/심었/심을, 가꾸/가꿔/가꿨/가꿀, 그리/그려/그렸/그릴, 찍/찍어/찍었/찍을, 바라보/바라봐/바라봤/바라볼"),
    ("작업실, 미술관, 마을 회관, 전시장, 복지관, 공방",
     "도자기, 연, 인형, 케이크, 탈, 종이학, 병풍, 깃발, 부채, 항아리, 비누, 목도리, 의자, 촛대",
     "만들/만들어/만들었/만들, 꾸미/꾸며/꾸몄/꾸밀, 완성하/완성해/완성했/완성할, 팔/팔아/팔았/팔"),
    ("운동장, 체육관, 학교, 동네 공원, 강변",
     "축구, 농구, 배드민턴, 탁구, 체조, 태권도, 씨름, 야구, 달리기, 줄넘기, 배구, 검도, 스케이트, 요가",
     "하/해/했/할, 배우/배워/배웠/배울, 연습하/연습해/연습했/연습할, 시작하/시작해/시작했/시작할,"
     " 가르치/가르쳐/가르쳤/가르칠"),
    ("동물원, 숲, 들판, 농장, 마당, 강가",
     "강아지, 고양이, 토끼, 다람쥐, 까치, 오리, 염소, 사슴, 거북이, 개구리, 병아리, 원숭이, 앵무새, 송아지, 햄스터",
     "보/봐/봤/볼, 그리/그려/그렸/그릴, 찍/찍어/찍었/찍을, 돌보/돌봐/돌봤/돌볼, 쫓/쫓아/쫓았/쫓을, 만나/만나/만났/만날"),
    ("병원, 회사, 역, 시청 앞, 카페, 학교, 공항, 우체국, 결혼식장",
     "친구, 의사 선생님, 언니, 옛 동료, 조카, 선배, 이웃, 짝꿍, 손님, 외삼촌, 기자, 사촌",
     "만나/만나/만났/만날, 기다리/기다려/기다렸/기다릴, 돕/도와/도왔/도울, 부르/불러/불렀/부를, 배웅하/배웅해/배웅했/배웅할,"
     " 찾/찾아/찾았/찾을"),
    ("찻집, 카페, 사무실, 부엌, 휴게소, 온천",
     "물, 커피, 우유, 보리차, 주스, 식혜, 녹차, 수정과, 유자차, 코코아, 생강차, 콩국물",
     "마시/마셔/마셨/마실, 끓이/끓여/끓였/끓일, 식히/식혀/식혔/식힐, 엎지르/엎질러/엎질렀/엎지를, 따르/따라/따랐/따를"),
    ("극장, 거실, 학교, 야외 무대, 방, 소극장",
     "영화, 연극, 뮤지컬, 마술, 인형극, 탈춤, 춤, 연주회, 판소리, 불꽃놀이",
     "보/봐/봤/볼, 즐기/즐겨/즐겼/즐길, 촬영하/촬영해/촬영했/촬영할, 소개하/소개해/소개했/소개할, 기다리/기다려/기다렸/기다릴"),
]

PERSONS = ("동생, 친구, 언니, 오빠, 형, 누나, 사촌, 조카, 삼촌, 이모, 옆집 아이, 막내, 짝꿍, 후배, 룸메이트, 우리 반 학생,"
           " 큰딸, 이웃, 민수, 지혜, 영호, 은주, 현우, 수빈, 태규, 쌍둥이, 꼬마, 아저씨, 젊은이")
TIMES = {
    "past": "어제, 아까, 지난주에, 그저께, 작년 여름에, 오늘 아침에, 방금, 어젯밤에, 지난 주말에, 며칠 전에, 점심때, 옛날에",
    "future": "내일, 모레, 다음 주에, 주말에, 이따가, 저녁에, 내년 봄에, 방학 때, 곧, 퇴근 후에, 쉬는 날에, 언젠가, 여덟 시에",
    "now": "요즘, 매일, 아침마다, 가끔, 자주, 늘, 주말마다, 날마다, 밤마다, 지금도, 여전히, 틈틈이",
    "any": "",
}
MANNERS = "친구와, 가족과, 혼자, 다 같이, 동생하고, 천천히, 열심히, 즐겁게, 조용히, 조금씩, 몰래, 일찍, 함께, 꼼꼼히, 씩씩하게, 얼른"
ENDINGS = {
    "past": "{past}어요. | {past}습니다. | {past}어요? | {past}네요. | {past}지요? | {stem}기로 했어요. | {stem}지 않았어요."
            " | {stem}지 못했어요. | {past}다고 해요. | {past}지만 아쉬웠어요. | {past}는데 참 좋았어요. | {past}더라고요.",
    "future": "{l} 거예요. | {l}까요? | {l} 생각이에요. | {l} 거예요? | {stem}고 싶어요. | {l} 수 있어요. | {l} 계획입니다."
              " | {l}게요. | {l}래요?",
    "now": "{a}요. | {stem}고 있어요. | {stem}고 있습니다. | {stem}지 않아요. | {a}요? | {stem}거든요. | {stem}지요.",
    "any": "{a} 주세요. | {stem}지 마세요. | {a} 본 적이 있어요? | {a}도 될까요? | {a} 보고 싶어요. | {l} 때가 제일 좋아요."
           " | {l} 줄 몰랐어요. | {stem}기가 쉽지 않네요. | {a}야 해요. | {l} 시간이 없어요. | {a} 볼래요? | {stem}기 싫어요.",
}
FRAMES = {  # {n/을}: a word of the slot n with 을 or 를, whichever it takes
    "past": "{thing/을} | {time} {thing/을} | {place}에서 {thing/을} | {person/은} {thing/을} | {time} {place}에서 {thing/을}"
            " | {person/이} {place}에서 {thing/을} | {time} {person/은} {thing/을} | {manner} {thing/을}",
    "future": "{time} {thing/을} | {place}에서 {thing/을} | {manner} {thing/을} | {time} {place}에서 {thing/을}"
              " | {time} {manner} {thing/을}",
    "now": "{time} {thing/을} | {person/은} {thing/을} | {person/은} {time} {thing/을} | {time} {place}에서 {thing/을}",
    "any": "{thing/을} | {place}에서 {thing/을} | {manner} {thing/을}",
}

# Sentences without a scene.
PLAIN = """
오늘은 날씨가 {weather}. | {season}이라서 그런지 {weather}. | 밖이 너무 {weather}. | {town/이} 어디에 있는지 아세요?
여기에서 {town}까지 얼마나 걸려요? | {town} 앞에서 만날까요? | {town/으로} 가는 길을 알려 주세요.
{town} 옆에 새 {town/이} 생겼어요. | 어제는 {town}에 사람이 정말 많았어요. | {town/은} 여덟 시에 문을 닫습니다.
{town}까지 걸어서 갔어요. | {person/은} {town}에서 일해요. | {person/과} {town}에 다녀왔어요. | {person/은} {feeling}.
오늘따라 {person/이} {feeling}. | {person/이} {town}에서 저를 기다려요. | {person/은} 지금 어디에 있어요?
{animal/이} {nature}에서 {acts}. | {animal} 한 마리가 {acts}. | {nature}에 가면 {animal/을} 볼 수 있어요.
우리 집에는 {animal/이} 있어요. | {animal/과} {animal} 중에 뭐가 더 귀여워요? | {body/이} 아파서 병원에 갔어요.
넘어져서 {body/을} 다쳤어요. | 이 {ware/은} 값이 얼마예요? | {ware/은} 어디에서 팔아요? | 제 {ware/을} 못 보셨어요?
{ware/이} 낡아서 새로 샀어요. | {ware/이} 아주 {quality}. | 이 {ware/과} 저 {ware} 중에 골라 보세요.
새로 산 {ware/이} {quality}. | {person} 생일에 {ware/을} 선물했어요. | {ware/을} 문 옆에 놓아두세요.
{hobby/을} 배우고 있어요. | {person/은} {hobby/을} 좋아해요. | {hobby/은} 생각보다 {difficulty}.
{person/은} {job/이} 되고 싶대요. | {job/은} 하루 종일 바빠요. | {nature/이} 정말 {view}. | {season}에는 {nature/이} {view}.
{person/은} {food/을} 싫어해요. | {food/이} 참 맛있네요! | {food} 냄새가 나요. | {food/이} 조금 {taste}.
창문을 열면 {nature/이} 보여요. | {person}한테서 전화가 왔어요. | {person}에게 이 얘기를 전해 주세요.
버스가 늦어서 {town}까지 뛰어갔어요. | 실례지만 {town/이} 몇 층이에요? | 왜 {town}에 안 갔어요?
{person} 덕분에 {town} 구경을 잘했어요. | 의사가 {food/을} 먹지 말라고 했어요.
{person/은} {town}에서 의자에 앉아 있어요. | {person} 몫으로 {food/을} 남겨 뒀어요. | {person/은} {nature}에서 시를 읊었어요.
저, {town/이} 어디예요? | 네, {person/이} {feeling}. | 아니요, {ware/은} {quality}. | 와, {nature/이} 정말 {view}!
{ware} 값을 조금만 깎아 주세요. | 웬 {animal/이} 여기까지 왔어요? | 웬일로 {person/이} {feeling}? | {town}에서 회의가 있어요. | 빨간 {ware/이} {quality}.
아빠와 {town}에서 만났어요. | 예쁜 {ware/을} 하나 봤어요. | {person/과} 한참 얘기했어요. | 걔는 {food/을} 싫어해요.
안녕하세요, {person/을} 찾고 있는데요. | 고마워요, {food/이} 정말 맛있어요! | 그래서 {person/은} 뭐래요?
{season}에도 {town/은} 붐벼요. | {person/은} 넋을 잃고 {nature/을} 봤어요. | 여기 앉으세요, {person/이} 곧 와요.
"""
LISTS = {
    "few": ", ".join(map(str, range(2, 31))), "hour": ", ".join(map(str, range(1, 13))),
    "minute": "10, 15, 20, 25, 30, 40, 45, 50, 55", "month": ", ".join(map(str, range(1, 13))),
    "day": ", ".join(map(str, range(10, 29))), "age": ", ".join(map(str, range(1, 90))),
    "price": "500, 900, 1500, 2000, 3800, 4500, 7700, 12000, 23900, 56000, 130000", "bus": "7, 12, 34, 146, 271, 305, 420, 602, 740, 1100, 5511, 9401",
    "year": ", ".join(map(str, range(1950, 2025))), "floor": ", ".join(map(str, range(1, 26))),
    "tall": "149, 153, 160, 165, 171, 178, 184, 190", "percent": "3, 5, 8, 12, 1.5, 2.7, 4.2, 20, 35, 50", "digits": "1234, 5080, 7749, 2316, 9067",
    "weather": "추워요, 더워요, 맑아요, 흐려요, 따뜻해요, 쌀쌀해요, 시원해요, 포근해요, 습해요, 건조해요, 무더워요",
    "season": "봄, 여름, 가을, 겨울, 장마철, 한여름, 늦가을, 연말, 휴가철",
    "town": "도서관, 병원, 우체국, 은행, 시장, 학교, 공원, 약국, 극장, 기차역, 공항, 미술관, 박물관, 식당, 꽃집, 빵집, 경찰서,"
            " 회사, 호텔, 동물원, 놀이터, 수영장, 정류장, 세탁소, 미용실, 서점, 주차장, 구청, 항구, 찻집, 치과, 외갓집",
    "person": PERSONS,
    "feeling": "기분이 좋아요, 몹시 피곤해요, 바빠 보여요, 즐거워해요, 화가 났어요, 슬퍼 보여요, 말이 없어요, 많이 웃네요,"
               " 걱정이 많아요, 무척 설레요, 잠이 부족해요, 의젓해요, 꽤 씩씩해요, 외로워해요, 부끄러워해요, 철이 없어요",
    "animal": "강아지, 고양이, 토끼, 다람쥐, 참새, 까치, 닭, 오리, 염소, 돼지, 여우, 사슴, 거북이, 개구리, 나비, 병아리,"
              " 두루미, 햄스터, 앵무새, 까마귀, 송아지, 꿩, 쥐",
    "nature": "숲, 들판, 강가, 언덕, 마당, 바닷가, 골짜기, 호숫가, 냇가, 산, 풀밭, 섬, 계곡, 뜰, 절벽, 갈대밭",
    "acts": "놀아요, 자고 있어요, 뛰어다녀요, 울고 있어요, 먹이를 찾아요, 물을 마셔요, 꾸벅꾸벅 졸아요, 슬금슬금 움직여요,"
            " 햇볕을 쬐어요, 숨었어요, 나타났어요, 가만히 앉아 있어요, 빙글빙글 돌아요, 저를 쳐다봐요",
    "body": "머리, 배, 어깨, 허리, 무릎, 발목, 손가락, 목, 눈, 귀, 팔, 다리, 손목, 등, 팔꿈치, 뺨, 코",
    "ware": "우산, 가방, 시계, 책상, 의자, 침대, 모자, 안경, 지갑, 구두, 컵, 냄비, 거울, 이불, 외투, 목걸이, 자전거, 휴대폰,"
            " 카메라, 탁자, 꽃병, 수첩, 반지, 찻잔, 선풍기, 다리미, 액자, 바구니, 옷, 스웨터",
    "quality": "예뻐요, 튼튼해요, 가벼워요, 무거워요, 비싸요, 싸요, 편해요, 쓸모가 많아요, 마음에 들어요, 깨끗해요,"
               " 특이해요, 고급스러워요, 괜찮아요, 작아요, 귀여워요",
    "hobby": "노래, 요리, 기타, 바둑, 서예, 춤추기, 책 읽기, 사진 찍기, 뜨개질, 글쓰기, 꽃꽂이, 달리기, 스키, 피아노, 등산, 여행",
    "difficulty": "어려워요, 쉬워요, 재미있어요, 힘들어요, 돈이 들어요, 복잡해요, 간단해요, 매력이 있어요, 시간이 걸려요",
    "job": "의사, 간호사, 선생님, 소방관, 화가, 작가, 가수, 농부, 어부, 요리사, 변호사, 기자, 배우, 경찰관, 미용사, 번역가,"
           " 목수, 과학자, 은행원, 사육사, 뱃사공, 외교관",
    "view": "아름다워요, 조용해요, 넓어요, 환해요, 멋있어요, 푸르러요, 평화로워요, 쓸쓸해요, 화려해요, 고요해요",
    "food": "김치찌개, 떡국, 잡채, 냉면, 순두부, 갈비탕, 튀김, 호박죽, 파전, 닭볶음탕, 콩국수, 옥수수, 만둣국, 쌈밥, 된장국,"
            " 매운탕, 생선구이, 육개장, 군밤, 찹쌀떡, 계란찜, 쑥떡, 짬뽕, 짜장면, 깍두기, 도넛, 케이크, 카레, 피자",
    "taste": "매워요, 짜요, 달아요, 싱거워요, 써요, 뜨거워요, 차가워요, 느끼해요, 쫄깃해요, 바삭해요, 부드러워요",
}

# Sentences with numbers in digits.
NUMBERS = """
{ware} {few}개만 주세요. | {hour}시 {minute}분에 {town} 앞에서 만나요. | {month}월 {day}일은 {person} 생일이에요.
이 {ware/은} {price}원입니다. | {town}까지 {few}킬로미터쯤 남았어요. | {person/은} 올해 {age}살이에요.
{bus}번 버스가 {town}에 서나요? | 기온이 영하 {few}도까지 내려갔어요. | {town/은} {floor}층에 있습니다.
{year}년 {month}월에 {town}에서 처음 만났어요. | {person/이} {animal} {few}마리를 키워요. | {food} {few}인분 주문할게요.
{hour}시부터 {town}에서 {few}시간 동안 기다렸어요. | {ware} 값이 {percent}퍼센트나 올랐어요. | {few}명이서 {food/을} 먹었어요.
회의는 오후 {hour}시 {minute}분에 시작합니다. | {person}의 전화번호 뒷자리는 {digits}번이에요. | {few}번 출구로 나오세요.
{year}년에 지은 {town/이} 아직도 있어요. | {ware/이} 모두 {price}원이라니 너무 비싸요. | {few}주 뒤에 {town}에 가요.
키가 {tall}센티미터쯤 되는 {job/이} 왔어요. | {animal} {few}마리가 {nature}에 있어요. | {few} 대 {hour}로 우리가 이겼어요.
"""
CONJUNCTIONS = "그리고, 그런데, 그래서, 하지만, 그러고 나서, 게다가, 어쨌든, 아무튼"
# particle after a consonant: particle after a vowel
PARTICLES = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로"}


def split_list(text, separator=","):
    """The items of a list that is written as one string."""
    return [item.strip() for item in re.split("[%s\n]" % re.escape(separator), text)
            if item.strip()]


def add_particle(word, particle):
    """The word with the form of the particle that its last syllable takes."""
    final = final_of(word[-1])
    if not final or final == "ㄹ" and particle == "으로":
        return word + PARTICLES[particle]
    return word + particle


def fill_template(template, choose_word):
    """Replace each {slot} and {slot/particle} by choose_word(slot)."""
    def fill(match):
        slot, particle = match.groups()
        word = choose_word(slot)
        return add_particle(word, particle) if particle else word

    return re.sub(r"\{(\w+)(?:/(\w+))?\}", fill, template)


def scene_sentence(rng):
    """Somebody does something with a thing at a place."""
    places, things, verbs = SCENES[rng.randrange(len(SCENES))]
    tense = rng.choice(sorted(FRAMES))
    forms = dict(zip(("stem", "a", "past", "l"), rng.choice(split_list(verbs)).split("/")))
    lists = {"place": places, "thing": things, "person": PERSONS, "time": TIMES[tense],
             "manner": MANNERS}
    start = fill_template(rng.choice(split_list(FRAMES[tense], "|")),
                          lambda slot: rng.choice(split_list(lists[slot])))
    return start + " " + rng.choice(split_list(ENDINGS[tense], "|")).format(**forms)


def plain_sentence(rng):
    return _fill_random_template(PLAIN, rng)


def number_sentence(rng):
    return _fill_random_template(NUMBERS, rng)


def long_sentence(rng):
    """Two scenes joined by a conjunction."""
    return "%s %s %s" % (scene_sentence(rng), rng.choice(split_list(CONJUNCTIONS)),
                         scene_sentence(rng))


def _fill_random_template(templates, rng):
    used = set()

    def choose_word(slot):
        word = rng.choice([word for word in split_list(LISTS[slot]) if word not in used])
        used.add(word)
        return word

    return fill_template(rng.choice(split_list(templates, "|")), choose_word)


EVERYDAY = (plain_sentence, scene_sentence, scene_sentence)


def generate_sentences(count, seed, min_syllables, max_syllables, generators=EVERYDAY):
    """`count` distinct sentences, in the order of their generation from the seed.

    `generators` are functions of a random.Random, chosen with equal probability. Raises InputError
    if there are too few sentences of that length.
    """
    rng, sentences = random.Random(seed), {}
    for _ in range(1000 * count):
        sentence = generators[rng.randrange(len(generators))](rng)
        if min_syllables <= count_syllables(sentence) <= max_syllables:
            sentences.setdefault(sentence)
        if len(sentences) == count:
            return list(sentences)
    raise InputError("there are fewer than %d sentences of %d to %d syllables; choose a smaller "
                     "number or another length" % (count, min_syllables, max_syllables))
