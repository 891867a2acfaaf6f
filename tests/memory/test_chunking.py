"""Documents become passages of a readable size that never mix two places, in the language of their words."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.lang import SUPPORTED
from memory import chunking
from memory.chunking import TARGET_CHARS
from memory.retrieval.sentences import weight
from memory.types import Block, Document, Locator, Passage

SENTENCE = "The flame of candle number {} is yellow because hot soot glows in it."


def chunk(document: Document, target_chars: int = TARGET_CHARS) -> list[Passage]:
    return list(chunking.chunk(document, target_chars=target_chars))


def document(*blocks: Block, lang: str | None = None) -> Document:
    return Document("text", "A title", blocks, lang=lang)


def prose(sentences: int, start: int = 0) -> str:
    return " ".join(SENTENCE.format(n) for n in range(start, start + sentences))


def test_a_short_document_is_one_passage() -> None:
    (passage,) = chunk(document(Block("Soot glows."), Block("Wax melts."), lang="en"))
    assert (passage.text, passage.ordinal, passage.lang) == ("Soot glows.\nWax melts.", 0, "en")


def test_long_text_is_cut_between_sentences_into_even_passages() -> None:
    text = prose(60)
    passages = chunk(document(Block(text)))
    assert " ".join(passage.text for passage in passages) == text
    assert all(passage.text.endswith("in it.") for passage in passages)
    assert all(0.4 * TARGET_CHARS <= len(passage.text) <= 1.5 * TARGET_CHARS for passage in passages)
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))


def test_short_paragraphs_under_a_heading_stay_together() -> None:
    blocks = [Block(f"Paragraph {n}. {prose(2)}") for n in range(6)]
    passages = chunk(document(*blocks))
    assert len(passages) == 2
    assert "\nParagraph 1." in passages[0].text


def test_a_short_rest_joins_the_passage_before_it() -> None:
    passages = chunk(document(Block(prose(10)), Block("The end.")))
    assert len(passages) == 1
    assert passages[0].text.endswith("\nThe end.")


def test_no_passage_mixes_pages_headings_posts_or_dates() -> None:
    places = [
        Locator(page=1),
        Locator(page=2),
        Locator(page=2, heading="Wax"),
        Locator(url="https://t.me/c/1"),
        Locator(url="https://t.me/c/2"),
        Locator(published_at=datetime(2024, 5, 1, tzinfo=UTC)),
        Locator(published_at=datetime(2024, 5, 2, tzinfo=UTC)),
    ]
    passages = chunk(document(*(Block("Soot glows.", place) for place in places)))
    assert [passage.locator for passage in passages] == places


def test_cues_are_merged_and_keep_their_seconds() -> None:
    cues = [
        Block(
            f"so this is\ncue {n} about wax{'.' if n % 3 == 2 else ''}",
            Locator(start=n * 3.0, end=n * 3 + 2.5),
        )
        for n in range(60)
    ]
    passages = chunk(document(*cues))
    assert passages[0].text.startswith("so this is cue 0 about wax so this is cue 1")
    assert passages[0].locator.start == 0.0
    assert passages[-1].locator.end == 179.5
    for before, after in pairwise(passages):
        assert before.locator.end is not None
        assert after.locator.start is not None
        assert before.locator.end < after.locator.start
        assert before.text.endswith(".")
    assert all(150 <= len(passage.text) <= 600 for passage in passages[:-1])


def test_a_long_silence_and_a_chapter_end_a_passage_of_cues() -> None:
    at = [(0.0, None), (3.0, None), (60.0, None), (63.0, "Wax"), (66.0, "Wax")]
    cues = [
        Block("We talk about candles and about their wicks now.", Locator(start=s, end=s + 2, heading=h))
        for s, h in at
    ]
    passages = chunk(document(*cues))
    assert [passage.locator.start for passage in passages] == [0.0, 60.0, 63.0]


def test_a_passage_of_cues_knows_where_in_it_each_begins() -> None:
    cues = [
        Block("The kiln is lit\nat dawn.", Locator(start=1.0, end=4.0)),
        Block(" \n", Locator(start=4.0, end=5.0)),
        Block("It burns beech.", Locator(start=11.5, end=13.0)),
        Block("没有烟。", Locator(start=14.0)),
        Block("火是蓝的。", Locator(start=16.0, end=18.0)),
    ]
    (passage,) = chunk(document(*cues))
    assert passage.text == "The kiln is lit at dawn. It burns beech. 没有烟。火是蓝的。"
    spoken = {passage.text[at:][:4]: (start, end) for at, start, end in passage.locator.cues}
    assert spoken == {
        "The ": (1.0, 4.0),
        "It b": (11.5, 13.0),
        "没有烟。": (14.0, 14.0),
        "火是蓝的": (16.0, 18.0),
    }


def test_a_recording_of_which_no_times_are_told_is_cut_as_other_texts_are() -> None:
    for end in (None, 600.0):
        passages = chunk(document(Block(prose(60), Locator(start=0.0, end=end))))
        assert " ".join(passage.text for passage in passages) == prose(60)
        assert all(len(passage.text) <= 0.75 * TARGET_CHARS for passage in passages)
    for number, passage in enumerate(passages):
        assert passage.locator.start == pytest.approx(600 * number / len(passages), abs=30)


def test_what_is_said_after_a_silence_is_a_passage_of_its_own_however_short() -> None:
    said = {1.0: "and if a thread breaks don't panic", 62.0: "okay the bath must never boil"}
    cues = [Block(text, Locator(start=start, end=start + 3)) for start, text in said.items()]
    assert [passage.text for passage in chunk(document(*cues))] == list(said.values())


def test_scripts_without_blanks_get_shorter_passages() -> None:
    text = "蜡烛熄灭后为什么能隔空点燃呢？因为白烟里有石蜡蒸气。" * 60
    passages = chunk(document(Block(text)))
    assert "".join(passage.text for passage in passages) == text
    assert all(150 <= len(passage.text) <= 420 for passage in passages)
    assert {passage.lang for passage in passages} == {"zh-Hans"}


def test_each_passage_has_the_language_of_its_words() -> None:
    blocks = [
        Block("The flame of a candle is yellow because hot soot glows.", Locator(heading="en")),
        Block("La llama sube porque el aire caliente es más ligero que el frío.", Locator(heading="es")),
        Block("لهب الشمعة أصفر لأن السخام الساخن يتوهج فيه.", Locator(heading="ar")),
        Block("燭火為什麼是黃色的？因為煙灰會發光，這是我們來說的。", Locator(heading="zh-Hant")),
        Block("ろうそくの炎はなぜ黄色いのですか。すすが光るからです。", Locator(heading="ja")),
    ]
    for passage in chunk(document(*blocks, lang="en")):
        assert passage.lang == passage.locator.heading


def test_a_passage_too_short_to_tell_takes_the_documents_language() -> None:
    passages = chunk(
        document(
            Block("OK 12", Locator(page=1)), Block("La llama sube porque el aire es ligero.", Locator(page=2))
        )
    )
    assert [passage.lang for passage in passages] == ["es", "es"]


@pytest.mark.parametrize(
    ("post", "lang"),
    [
        ("Happy new year everyone", "en"),
        ("My new album drops in June", "en"),
        ("¡Nos vemos mañana!", "es"),
        ("ライブは8月12日、渋谷で。", "ja"),
        ("다음 주에 만나요", "ko"),
        ("2026-08-12", "und"),
        ("Molten bronze is poured at eleven hundred degrees.", "en"),
    ],
)
def test_a_short_post_by_itself_is_in_a_language_that_the_product_speaks(post: str, lang: str) -> None:
    assert [passage.lang for passage in chunk(document(Block(post)))] == [lang]


@pytest.mark.parametrize(
    ("post", "lang"),
    [
        ("Den blå glasur i Kolding laves med knust kobolt.", "da"),
        ("Il gatto dorme sul tetto ogni pomeriggio.", "it"),
    ],
)
def test_a_short_post_that_is_surely_in_another_language_is_in_that_one(post: str, lang: str) -> None:
    assert [passage.lang for passage in chunk(document(Block(post)))] == [lang]


def test_code_is_in_the_documents_language() -> None:
    code = "Group ::= SEQUENCE { id OBJECT IDENTIFIER, value Value } Value ::= SEQUENCE { v INTEGER }"
    passages = chunk(document(Block(prose(9)), Block(code, Locator(page=2))))
    assert {passage.lang for passage in passages} == {"en"}


@pytest.mark.parametrize(
    "table",
    [
        "order,topic,colour,video,name\n2024-05-17,gold,2024-01-19,2024-04-17,big",
        "status;sent;group;first\nTom;2317;4925;2024-02-11\n2024-09-19;5886;877;4445\ngold;8160;2024-02-19;3029",
        "video\tday\topen\tcandle\npcs\tgold\tB\tA",
        "wins|date|free\n2024-01-18|Rome|8832\nok|7092|Leeds\nQ2|5358|934\n3661|2024-01-15|3402",
    ],
)
def test_a_table_is_in_no_language_that_only_its_headings_resemble(table: str) -> None:
    for stated in (None, "en"):
        (passage,) = chunk(document(Block(table), lang=stated))
        assert passage.lang in SUPPORTED


def test_a_table_in_a_language_that_it_states_is_in_that_one() -> None:
    (passage,) = chunk(document(Block("colore;prezzo;candela\nrosso;12;grande\nverde;8;piccola"), lang="it"))
    assert passage.lang == "it"


def test_a_language_that_the_product_does_not_speak_is_named() -> None:
    italian = "La fiamma della candela è gialla perché la fuliggine calda brilla, e la cera si scioglie."
    (passage,) = chunk(document(Block(italian), lang="en"))
    assert passage.lang == "it"


def test_a_line_of_megabytes_is_cut_too() -> None:
    passages = chunk(document(Block("wax " * 250_000)))
    assert all(len(passage.text) <= 1.5 * TARGET_CHARS for passage in passages)
    assert sum(passage.text.count("wax") for passage in passages) == 250_000


TEXTS = st.text(st.sampled_from("ab .!?。\n你好กا é"), max_size=400)
PLACES = st.builds(Locator, page=st.sampled_from([None, 1, 2]), heading=st.sampled_from([None, "h"]))


@settings(deadline=None)  # the first one loads the language model
@given(st.lists(st.builds(Block, TEXTS, PLACES), max_size=12))
def test_every_word_is_in_exactly_one_passage_and_again_the_same(blocks: list[Block]) -> None:
    passages = chunk(document(*blocks, lang="en"), target_chars=40)
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(
        "".join(block.text.split()) for block in blocks
    )
    assert all(weight(passage.text) <= 70 for passage in passages)
    assert all(passage.text for passage in passages)
    assert chunk(document(*blocks, lang="en"), target_chars=40) == passages


def test_what_is_in_letters_of_another_language_is_a_passage_of_its_own() -> None:
    said = {
        "en": "The mill was built in 1720 by two brothers who had come down from the mountains.",
        "zh-Hans": "港口的钟楼每天早上六点敲钟，渔民们听见钟声就出海。",
        "ja": "灯台の光は晴れた夜には二十海里先からも見えます。",
        "ar": "صاحب الطاحونة هو الحاج منصور، وقد ورثها عن أبيه قبل ثلاثين سنة.",
    }
    found = list(chunk(Document("text", "page", tuple(map(Block, said.values())))))
    assert [(each.lang, each.text) for each in found] == list(said.items())


def test_a_few_words_in_other_letters_stay_where_they_stand() -> None:
    blocks = (
        Block("The word for it is"),
        Block("芯"),
        Block("and in Japanese they say it quite differently."),
    )
    assert len(list(chunk(Document("text", "page", blocks)))) == 1
