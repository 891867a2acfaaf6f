"""Who tells how they are is understood; a question that speaks of a mood is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import moods
from kernel.lang import SUPPORTED
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.smalltalk import Intent, asking, recognise
from tests.persona_engine.stand_ins import FOUND
from tests.persona_engine.test_boundaries import reply

NOTHING = replace(FOUND, answerable=False, quote=None)
NAMES = ("Ember Wick · 烛星", "Ember Wick")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "my cat died"),
        ("en", "My girlfriend left me"),
        ("en", "I failed my exam"),
        ("en", "I'm stressed"),
        ("es", "hoy me han despedido"),
        ("es", "mi perro murió"),
        ("zh-Hans", "我失恋了"),
        ("zh-Hans", "考试没及格"),
        ("ja", "うちの猫が死んだ"),
        ("ja", "彼女に振られた"),
        ("ar", "ماتت قطتي"),
        ("fr", "Mon chat est mort"),
        ("de", "Mein Hund ist gestorben"),
        ("pt", "fui demitido"),
        ("ru", "меня уволили"),
    ],
)
def test_who_tells_of_a_bad_day_gets_kind_words(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.SAD, lang)


# In each language: a low mood with words of degree and time in it, and a question that has it in it.
MOODS = {
    "en": ("I feel a bit sad today", "why do I feel a bit sad when the candle goes out?"),
    "zh-Hans": ("我今天有点难过", "为什么蜡烛灭了我会有点难过？"),
    "zh-Hant": ("最近心情不太好", "為什麼蠟燭滅了我會有點難過？"),
    "ja": ("今日はちょっと悲しいです", "ろうそくが消えるとなぜ少し悲しいのですか？"),
    "ko": ("요즘 기분이 너무 안 좋아요", "촛불이 꺼지면 왜 조금 슬퍼요?"),
    "es": ("Hoy me siento un poco triste", "¿Por qué me siento un poco triste cuando se apaga la vela?"),
    "pt": ("Hoje estou um pouco triste", "Por que estou um pouco triste quando a vela se apaga?"),
    "fr": (
        "Je me sens un peu triste aujourd'hui",
        "Pourquoi je me sens si triste quand la bougie s'éteint ?",
    ),
    "de": ("Mir geht es heute nicht so gut", "Warum bin ich so traurig, wenn die Kerze ausgeht?"),
    "ru": ("Мне сегодня немного грустно", "Почему мне немного грустно, когда свеча гаснет?"),
    "uk": ("Мені сьогодні трохи сумно", "Чому мені трохи сумно, коли свічка гасне?"),
    "tr": ("Bugün biraz üzgünüm", "Mum sönünce neden biraz üzgünüm?"),
    "ar": ("أشعر ببعض الحزن اليوم", "لماذا أشعر ببعض الحزن عندما تنطفئ الشمعة؟"),
    "fa": ("امروز کمی غمگینم", "چرا وقتی شمع خاموش میشود کمی غمگینم؟"),
    "hi": ("मैं आज थोड़ा उदास हूँ", "मोमबत्ती बुझने पर मैं थोड़ा उदास क्यों हूँ?"),
    "id": ("Aku agak sedih hari ini", "Kenapa aku agak sedih kalau lilinnya padam?"),
    "vi": ("Hôm nay tôi hơi buồn", "Sao tôi hơi buồn khi nến tắt?"),
    "th": ("วันนี้ฉันรู้สึกเศร้านิดหน่อย", "ทำไมฉันเศร้านิดหน่อยเมื่อเทียนดับ"),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, said) for lang, (said, _) in MOODS.items()])
def test_a_mood_is_recognised_with_words_of_degree_and_time_in_it(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.SAD, lang)


@pytest.mark.parametrize(
    "text",
    [
        *(asked for _, asked in MOODS.values()),
        "why am I so sad today",
        "is the wick a bit sad",
        "what helps when you feel a bit sad today?",
        "I feel a bit sad today, what helps?",
        "really bad",
        "今天心情很好",
    ],
)
def test_a_question_or_another_mood_is_none(text: str) -> None:
    found = recognise(text, names=NAMES)
    assert found is None or found.intent is not Intent.SAD


def test_every_language_is_in_the_table() -> None:
    assert set(MOODS) == set(SUPPORTED)


# In each language: how a day was and what went wrong, in words that no list holds whole.
COMPOSED = {
    "en": ("I had an awful day, my boss yelled at me", "my cat is sick and I'm scared",
           "I can't sleep, too many worries", "today was really hard for me", "I cried all evening",
           "I feel like a failure"),
    "es": ("he tenido un día horrible en el trabajo", "no puedo dormir, lloro por todo"),
    "zh-Hans": ("我今天心情很糟", "最近压力好大", "我跟男朋友分手了"),
    "zh-Hant": ("我今天心情很糟", "跟男朋友吵架了，好想哭"),
    "ja": ("仕事で失敗して落ち込んでいます", "昨日からずっと泣いてる"),
    "ko": ("오늘 회사에서 너무 힘들었어", "남친이랑 헤어졌어요"),
    "pt": ("meu dia foi horrível no trabalho", "não consigo dormir de tanta ansiedade"),
    "fr": ("J'ai eu une journée affreuse au boulot", "mon chien est malade, je suis inquiet"),
    "de": ("Ich hatte heute einen schrecklichen Tag", "mein Hund ist krank und ich bin traurig"),
    "ru": ("у меня сегодня был просто ужасный день", "моя собака заболела, я плачу весь день"),
    "uk": ("у мене сьогодні був просто жахливий день", "моя собака захворіла"),
    "tr": ("bugün işte çok kötü bir gün geçirdim", "köpeğim hasta, çok üzgünüm"),
    "ar": ("كان يومي في العمل سيئا جدا", "لا أستطيع النوم من القلق"),
    "fa": ("امروز سر کار روز خیلی بدی داشتم", "سگم مریضه و خیلی ناراحتم"),
    "hi": ("आज ऑफिस में दिन बहुत खराब रहा", "मेरा कुत्ता बीमार है, मैं बहुत दुखी हूँ"),
    "id": ("hariku di kantor buruk sekali", "anjingku sakit, aku sedih banget"),
    "vi": ("hôm nay đi làm mệt mỏi quá", "chó nhà mình bị ốm, mình buồn quá"),
    "th": ("วันนี้ที่ทำงานแย่มาก", "หมาป่วย เศร้ามากเลย"),
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang in COMPOSED for text in COMPOSED[lang]])
async def test_a_mood_in_words_of_its_own_is_heard_and_nothing_stops_it(
    guard: Guard, lang: str, text: str
) -> None:
    made = await reply(guard, text, *defaults().rules, chosen=lang, found=NOTHING)
    assert (made.outcome, made.lang) == ("smalltalk:sad", lang)


def test_a_composed_mood_is_known_in_every_language() -> None:
    assert set(COMPOSED) == set(SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "I had a terrible day at the fair, do you give refunds?",
        "I can't sleep, tell me about the horses",
        "how do I fix a horse that is sick of the weather",
        "it is hard to carve a tail", "I feel like painting a horse", "my order came broken",
        "me siento a pintar cada tarde", "cuéntame el día más triste del taller", "失眠的人适合用什么蜡烛",
        "眠れない人にいいろうそくを教えて", "أخبرني عن أصعب يوم في الورشة",
        "was a bad day ever good for a story", "我的酵母死了怎么救",
        "I miss the old videos", "Es ist nicht leicht, einen Schweif zu schnitzen",
    ],
)  # fmt: skip
def test_who_wants_to_know_or_speaks_of_the_work_tells_no_mood(text: str) -> None:
    found = recognise(text, names=NAMES)
    assert found is None or found.intent is not Intent.SAD


def test_a_question_behind_a_mood_is_what_is_asked() -> None:
    assert asking("I had an awful day. Why do candles flicker?") == "Why do candles flicker?"


async def test_need_in_a_mood_is_heard_first(guard: Guard) -> None:
    made = await reply(guard, "I had an awful day and I want to kill myself", *defaults().rules)
    assert made.outcome == "crisis"


def test_most_moods_are_heard_in_words_that_the_wordings_were_not_chosen_by() -> None:
    known = moods.heard()
    assert set(known) == set(SUPPORTED)
    assert all(each["moods"] >= moods.LEAST_HEARD for each in known.values() if "others" in each)
    assert all(each["others"] == 0 for each in known.values() if "others" in each)


@pytest.mark.slow
def test_hardly_a_question_is_taken_for_a_mood(dataset: Callable[[str], Path]) -> None:
    wrongly = moods.taken(dataset("xquad").parent)
    assert max(wrongly.values()) <= moods.MOST_TAKEN, wrongly


# In each language: nothing but a mood, with words of degree and time, and who was there.
NOTHING_BESIDES = {
    "en": ("I'm just really really tired tonight", "my boss yelled at me again today"),
    "es": ("hoy estoy muy muy cansada", "mi jefe me gritó hoy"),
    "zh-Hans": ("最近真的特别累", "今天被老板骂了"),
    "zh-Hant": ("最近超級累", "今天被老闆罵了"),
    "ja": ("すごく疲れた", "今日上司に怒られた"),
    "ko": ("너무너무 피곤해", "오늘 상사한테 혼났어"),
    "pt": ("estou muito muito cansada hoje", "hoje meu chefe gritou comigo"),
    "fr": ("je suis vraiment très fatiguée aujourd'hui", "mon chef m'a crié dessus aujourd'hui"),
    "de": ("ich bin heute so so müde", "mein Chef hat mich heute angeschrien"),
    "ru": ("я сегодня очень-очень устала", "сегодня на меня накричал начальник"),
    "uk": ("я сьогодні дуже-дуже втомилася", "сьогодні на мене накричав начальник"),
    "tr": ("bugün çok çok yorgunum", "bugün patronum bana bağırdı"),
    "ar": ("أنا متعب جدا جدا اليوم", "مديري صرخ علي اليوم"),
    "fa": ("امروز خیلی خیلی خسته ام", "امروز رئیسم سرم داد زد"),
    "hi": ("आज मैं बहुत बहुत थक गया हूँ", "आज बॉस ने मुझे डांटा"),
    "id": ("aku capek banget hari ini", "hari ini aku dimarahi bos"),
    "vi": ("hôm nay mình mệt quá trời", "hôm nay mình bị sếp mắng"),
    "th": ("วันนี้เหนื่อยมากๆ เลย", "วันนี้โดนหัวหน้าด่า"),
}


@pytest.mark.parametrize("lang", SUPPORTED)
def test_words_of_degree_and_time_beside_a_mood_are_nothing_to_search_for(lang: str) -> None:
    for text in NOTHING_BESIDES[lang]:
        talk = recognise(text, names=NAMES, prefer=(lang,))
        assert talk is not None
        assert (talk.intent, talk.lang, talk.beside) == (Intent.SAD, lang, "")


@pytest.mark.parametrize(
    ("lang", "text"), [("ja", "子供の頃の友達と別れて悲しいの"), ("vi", "mình không thể ngủ được")]
)
def test_a_word_that_only_looks_like_asking_hides_no_mood(lang: str, text: str) -> None:
    talk = recognise(text, prefer=(lang,))
    assert talk is not None
    assert talk.intent is Intent.SAD
