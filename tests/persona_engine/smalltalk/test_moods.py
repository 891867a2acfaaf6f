"""Who tells how they are is understood; a question that speaks of a mood is none."""

import pytest

from kernel.lang import SUPPORTED
from persona_engine.smalltalk import Intent, recognise

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
