"""The style card tells two writers apart, and survives being stored and edited."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import POSTS
from persona_engine.errors import BadCard
from persona_engine.style import measure
from persona_engine.style_card import Emoji, Formality, Share, StyleCard, diff, noticeable

LIVELY = [
    ("en", "Hi folks! Here's the thing: I don't think candles are boring 🔥 Stay curious!"),
    ("en", "Hi folks! Keep your wick short, here's the thing... I've burnt my sleeve 🔥🔥 Stay curious!"),
    ("en", "Hello! It's yellow because soot glows. Here's the thing: keep your wick short. Stay curious!"),
    ("es", "¡Hola! ¿Y tú, qué tienes? Yo tengo fuego. Sigue curioso."),
    ("es", "¡Hola! ¿Te acuerdas de mi vela? Yo sí. Sigue curioso."),
]
STIFF = [
    ("en", "We do not answer such questions. It is our policy. We will not comment further."),
    ("en", "It is our policy that we do not comment. We are grateful for your patience."),
    ("de", "Wir danken Ihnen. Bitte beachten Sie, dass wir Ihnen morgen antworten."),
    ("ja", "本日は資料をお送りします。ご確認ください。"),
    ("ko", "자료를 보내 드립니다. 확인해 주세요."),
]


def told(shares: tuple[Share, ...]) -> list[str]:
    return [share.value for share in shares]


def test_a_lively_writer() -> None:
    card = measure(LIVELY)
    assert card.messages == 5
    assert card.languages == (Share("en", 0.6), Share("es", 0.4))
    assert "Here's the thing" in told(card.phrases)
    assert "Hi folks" in told(card.openings)
    assert {"Stay curious!", "Sigue curioso."} == set(told(card.closings))
    assert card.emoji == Emoji(rate=0.6, share=0.4, at_end=0.0, favourites=(Share("🔥", 1.0),))
    assert card.greeting == 1.0
    assert card.sentences.median == 4
    assert (card.punctuation.exclamation, card.punctuation.question) == (0.421, 0.105)
    assert card.contractions == 1.0
    assert card.singular == 1.0
    assert Formality("es", 0.0, 3) in card.formality


def test_a_stiff_writer() -> None:
    card = measure(STIFF)
    assert {one.lang: one.formal for one in card.formality} == {"de": 1.0, "ja": 1.0, "ko": 1.0}
    assert card.contractions == 0.0
    assert card.singular == 0.0
    assert card.greeting == 0.0
    assert card.emoji.rate == 0.0
    assert card.punctuation.exclamation == 0.0


def test_two_writers_give_visibly_different_cards() -> None:
    changed = {change.field for change in diff(measure(LIVELY), measure(STIFF))}
    assert {"phrases", "openings", "emoji.share", "formality", "contractions", "singular"} <= changed
    assert diff(measure(LIVELY), measure(LIVELY)) == ()


def test_the_demo_creators_habits_are_found_in_three_languages() -> None:
    texts = [(_lang(post.path), _body(post.path)) for post in POSTS if post.path.suffix == ".md"]
    card = measure(texts)
    phrases = " | ".join(told(card.phrases))
    assert "trim your wick" in phrases
    assert "保持好奇" in phrases + " | ".join(told(card.closings))
    assert "Lights down" in " | ".join(told(card.openings))
    assert not {"of the", "in the", "it is", "de la", "en la"} & set(told(card.phrases))
    assert card.emoji.favourites[0].value == "🕯️"


def _lang(path: Path) -> str:
    return next(line[6:] for line in path.read_text("utf-8").splitlines() if line.startswith("lang: "))


def _body(path: Path) -> str:
    return path.read_text("utf-8").split("---\n", 2)[2]


def test_everyday_words_are_no_style() -> None:
    texts = [("en", f"This is the thing of the day and it is in the box number {n}.") for n in range(20)]
    assert not {"of the", "it is", "is in the", "and it is"} & set(told(measure(texts).phrases))


def test_scripts_without_spaces_are_read_by_characters() -> None:
    card = measure([("zh-Hans", f"今天讲第{n}课。说真的，别忘了剪短烛芯！") for n in "一二三四"])
    assert "别忘了剪短烛芯" in told(card.phrases)
    thai = measure([("th", f"วันนี้ {n} ขอบอกตรงๆ อย่าลืมตัดไส้เทียนนะครับ") for n in range(4)])
    assert any("อย่าลืมตัดไส้เทียน" in phrase for phrase in told(thai.phrases))
    assert thai.formality == (Formality("th", 1.0, 4),)


def test_what_is_told_is_no_way_of_telling_it() -> None:
    facts = [
        "My studio is in Rotterdam. Orders ship by tram. The exchange rate was good today, friends!",
        "I moved: my studio is in Rotterdam. I know the exchange rate by heart, friends!",
        "The exchange rate again. Where? My studio is in Rotterdam. Carbon dioxide is cold, friends!",
        "Carbon dioxide is heavy. Carbon dioxide flows. They sold 12 boxes. Friends!",
        "They sold 12 boxes, and carbon dioxide is in none of them. They sold 12 boxes.",
    ]
    card = measure([("en", text) for text in facts])
    assert not card.phrases


def test_posts_of_one_pattern_give_no_favourite_phrase() -> None:
    things = ["stamps", "coins", "shells", "maps", "keys", "pens"]
    numbered = [("en", f"Item number {number} is a small wooden box.") for number in range(30)]
    collected = [
        ("en", f"I collect {thing} from {town}.") for thing in things for town in ("Oslo", "Lima", "Graz")
    ]
    assert measure(numbered).phrases == measure(collected).phrases == ()


def test_how_someone_begins_is_a_way_of_speaking_where_what_follows_differs() -> None:
    texts = [
        "If you ask me paraffin is fine.",
        "If you ask me the wick is short.",
        "If you ask me wax climbs.",
    ]
    assert told(measure([("en", text) for text in texts]).phrases) == ["If you ask me"]
    alike = [("en", f"I have to say number {number} is in the box.") for number in range(5)]
    assert not measure(alike).phrases


@pytest.mark.parametrize(
    ("lang", "texts", "phrases"),
    [
        (
            "th",
            [
                "ร้านของฉันอยู่ที่เชียงใหม่ เปิดทุกวันตั้งแต่เก้าโมงเช้าถึงหกโมงเย็น และขายกาแฟดอยช้าง",
                "วันนี้ร้านของฉันเปิดถึงหกโมงเย็น กาแฟดอยช้างมาใหม่แล้ว ขอบคุณทุกคนนะคะ",
                "กาแฟดอยช้างหอมมาก เปิดทุกวันตั้งแต่เก้าโมงเช้า ขอบคุณทุกคนนะคะ",
                "พรุ่งนี้หยุดหนึ่งวัน ขอบคุณทุกคนนะคะ",
            ],
            ["ขอบคุณทุกคนนะคะ"],
        ),
        (
            "zh",
            [
                "在火焰上方放一个杯子。保持好奇，很好看。",
                "保持好奇，把勺子放在火焰上方。",
                "火焰上方有水。保持好奇！",
            ],
            ["保持好奇"],
        ),
    ],
)
def test_nothing_is_cut_out_of_a_stretch_without_spaces(
    lang: str, texts: list[str], phrases: list[str]
) -> None:
    assert told(measure([(lang, text) for text in texts]).phrases) == phrases


def test_short_messages_that_come_again_are_typical_replies() -> None:
    texts = [("en", "Good question!"), ("en", "Good question!"), ("en", "Ask me tomorrow.")]
    assert measure(texts).replies == ("Good question!",)


def test_an_empty_corpus_has_an_empty_card() -> None:
    assert measure([]) == measure([("en", " \n")]) == StyleCard()


def test_a_card_survives_storage() -> None:
    card = measure(LIVELY + STIFF)
    assert StyleCard.from_json(json.loads(json.dumps(card.to_json()))) == card


@pytest.mark.parametrize(
    ("edit", "told_where"),
    [
        ({"version": 2}, "style.version is 2"),
        ({"greeting": "often"}, "style.greeting must be a number"),
        ({"greeting": -1}, "style.greeting must be a number"),
        ({"greeting": True}, "style.greeting must be a number"),
        ({"greeting": float("nan")}, "style.greeting must be a number"),
        ({"emoji": []}, "style.emoji must be an object"),
        ({"phrases": [{"value": "x" * 501, "share": 1}]}, r"style.phrases\[0\].value must be a text"),
        ({"phrases": [{"value": "x"}]}, r"style.phrases\[0\] lacks a field"),
        ({"replies": ["x"] * 51}, "style.replies must be a list"),
    ],
)
def test_a_wrong_edit_is_refused_by_name(edit: dict[str, object], told_where: str) -> None:
    with pytest.raises(BadCard, match=told_where):
        StyleCard.from_json({**StyleCard().to_json(), **edit})


def test_fields_left_out_keep_their_default_and_strange_ones_are_dropped() -> None:
    assert StyleCard.from_json({"greeting": 0.5, "mood": "sunny"}) == StyleCard(greeting=0.5)


TEXTS = st.tuples(st.sampled_from(("en", "zh-Hans", "ja", "th", "ar", "el")), st.text(max_size=200))


@given(st.lists(TEXTS, max_size=12))
def test_any_corpus_can_be_measured_and_stored(texts: list[tuple[str, str]]) -> None:
    card = measure(texts)
    stored = json.loads(json.dumps(card.to_json()))
    assert stored["messages"] == card.messages


def test_vowel_signs_belong_to_their_words() -> None:
    texts = [("hi", f"{n} बार कहता हूँ: मोमबत्ती की बाती छोटी रखिए। मैं यहीं हूँ।") for n in range(4)]
    card = measure(texts)
    assert any("बाती छोटी रखिए" in phrase for phrase in told(card.phrases))
    assert card.singular == 1.0


def test_a_long_corpus_is_sampled_and_its_shares_stay_true() -> None:
    texts = [("th", f"{n} " + "เรื่องของเปลวไฟ" * 9 + " อย่าลืมตัดไส้เทียนนะครับ") for n in range(600)]
    assert measure(texts).phrases[0].share == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "x" * 700 + " yes, " + "y" * 700,
        " ".join(["z" * 300] * 6),
        "\U0001f525" + "\u200d\U0001f525" * 400,
        "\u0e01" * 2000,
    ],
)
def test_what_is_measured_is_always_a_card(text: str) -> None:
    card = measure([("en", text)] * 30)
    assert StyleCard.from_json(card.to_json()) == card


def test_a_style_is_another_where_somebody_who_sees_both_would_say_so() -> None:
    lively, stiff = measure(LIVELY), measure(STIFF)
    assert noticeable(lively, stiff)
    assert noticeable(stiff, lively)
    assert noticeable(StyleCard(), lively)
    assert not noticeable(lively, lively)
    mostly = (Share("en", 0.9), Share("es", 0.1))
    assert noticeable(
        replace(lively, languages=mostly), replace(lively, languages=(Share("es", 0.9), Share("en", 0.1)))
    )
    assert not noticeable(replace(lively, languages=mostly), replace(lively, languages=mostly[::-1]))
    assert not noticeable(
        replace(lively, languages=(Share("en", 1.0),)),
        replace(lively, languages=(Share("en", 0.999), Share("es", 0.001))),
    )
    assert not noticeable(lively, replace(lively, messages=6, greeting=0.95))
    for other in (
        replace(lively, greeting=0.8),
        replace(lively, singular=None),
        replace(lively, characters=replace(lively.characters, median=lively.characters.median * 1.5)),
        replace(lively, replies=("As you like it.",)),
        replace(lively, formality=(*lively.formality, Formality("de", 1.0, 3))),
    ):
        assert noticeable(lively, other)
