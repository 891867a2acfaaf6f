"""What is too long for a platform is cut where a reader would pause, and nothing of it is lost."""

import re
import time

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from conversation.splitting import SPARE, cut, fitted
from kernel.chat import Button, Citation, Invoice, Medium, Outbound, Poll, units

LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "aé 語。！？.!? \n\u0e01\u0e32\u0627\u0644؟।\u200d\ufe0f\U0001f468\U0001f3fd\ud83d\u0301"
        ),
        st.characters(),
    ),
    max_size=400,
)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(LETTERS, st.sampled_from(["en", "zh-Hans", "th", "ar", "hi"]), st.integers(2, 60), st.integers(1, 60))
@example(" 0\U00010000", "en", 3, 1)
def test_whatever_is_cut_fits_and_is_all_there(text: str, lang: str, most: int, first: int) -> None:
    pieces = cut(text, lang, most, first=first)
    assert units(pieces[0]) <= max(first, 2)
    assert all(units(piece) <= most for piece in pieces[1:])
    assert bare("".join(pieces)) == bare(text)
    assert len(pieces) == 1 or all(pieces)


@given(LETTERS, st.integers(24, 80))
@example("0" * 23 + " \u0300", 24)
def test_what_is_seen_as_one_sign_stays_whole(text: str, most: int) -> None:
    signs = [sign for sign in regex.findall(r"\X", text) if not sign.isspace()]
    if any(units(sign) > most for sign in signs):
        return
    assert [
        sign for piece in cut(text, "en", most) for sign in regex.findall(r"\X", piece) if not sign.isspace()
    ] == signs


SENTENCES = {
    "en": "Dr. Faraday lit the candle at 7.30 p.m. on Sunday. ",
    "zh-Hans": "蜡烛的火焰之所以是黄色的，是因为里面有炽热的碳粒。",
    "ar": "لهب الشمعة أصفر لأن فيه جسيمات كربون متوهجة؟ ",
    "hi": "मोमबत्ती की लौ पीली होती है क्योंकि उसमें कार्बन के कण चमकते हैं। ",
    "ja": "炎が黄色いのは、すすの粒が光るからです。",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_long_text_is_cut_between_sentences(lang: str) -> None:
    sentence = SENTENCES[lang]
    pieces = cut((sentence * 60).strip(), lang, 500)
    assert len(pieces) > 2
    for piece in pieces:
        assert units(piece) <= 500
        assert piece.startswith(sentence[:8])
        assert piece.endswith(sentence.strip()[-4:])


def test_thai_is_cut_at_its_spaces() -> None:
    clause = "เปลวเทียนเป็นสีเหลืองเพราะมีอนุภาคคาร์บอนที่ร้อนจัดเรืองแสงอยู่ภายใน "
    for piece in cut((clause * 30).strip(), "th", 400):
        assert piece.startswith("เปลวเทียน")
        assert piece.endswith("ภายใน")


def test_a_paragraph_s_end_comes_before_a_sentence_s_and_that_before_a_word_s() -> None:
    first, second = "One thing. " * 20, "Another thing entirely. " * 20
    assert cut(f"{first.strip()}\n\n{second.strip()}", "en", 300)[0] == first.strip()
    words = cut("wax and wick " * 60, "en", 200)
    assert all(piece.split()[-1] in ("wax", "and", "wick") and len(piece) > 150 for piece in words)


def test_a_short_first_paragraph_does_not_stand_alone_before_a_long_one() -> None:
    long = "A flame is fed by wax that has become a gas. " * 20
    first = cut(f"Hello!\n\n{long}", "en", 300)[0]
    assert units(first) > 150
    assert first.endswith("gas.")


def test_an_address_is_not_cut_where_it_fits_whole_into_the_next() -> None:
    link = "https://candles.example/" + "a" * 300
    assert cut("word " * 30 + link, "en", 400)[1] == link


def test_a_text_that_just_fits_stays_whole_and_one_unit_more_makes_two() -> None:
    assert cut("x" * 4096, "en", 4096) == ["x" * 4096]
    assert cut("🕯" * 2048, "en", 4096) == ["🕯" * 2048]
    assert [units(piece) for piece in cut("🕯" * 2048 + "x", "en", 4096)] == [4096, 1]


def test_a_letter_under_a_heap_of_marks_is_cut_after_all() -> None:
    pieces = cut("e" + "\u0301" * 9_000, "en", 4096)
    assert [units(piece) for piece in pieces] == [4096, 4096, 809]


def test_a_family_of_emoji_is_never_taken_apart() -> None:
    family = "👩🏽‍👩🏽‍👧🏽‍👦🏽"
    for piece in cut(family * 400, "en", 4096):
        assert piece == family * (len(piece) // len(family))


@pytest.mark.parametrize(
    "hostile", [" ", "\n", "\n ", "a\u0301", ".", "。 ", "(", "\u202e", "[1]", "e\u200d"]
)
def test_whatever_a_text_repeats_it_is_cut_as_quickly_as_it_is_long(hostile: str) -> None:
    began = time.process_time()
    cut("x" + hostile * 40_000 + "x", "en", 4096)
    assert time.process_time() - began < 5


SOURCE = Citation("Why is the flame yellow?", "https://candles.example/1", 1)
BUTTON = Button("/ai", text="/ai")


def test_the_notice_stands_on_the_first_part_and_sources_and_buttons_on_the_last() -> None:
    said = Outbound(
        "Soot glows in a flame. " * 400,
        "en",
        (SOURCE,),
        (BUTTON,),
        notice="I am an AI.",
        quote="why?",
        by="person",
    )
    first, *middle, last = fitted([said], "telegram")
    assert (first.notice, first.quote, first.citations, first.buttons) == ("I am an AI.", "why?", (), ())
    assert (last.notice, last.quote, last.citations, last.buttons) == ("", "", (SOURCE,), (BUTTON,))
    assert all(not (one.notice or one.quote or one.citations or one.buttons) for one in middle)
    assert {one.by for one in (first, *middle, last)} == {"person"}
    assert units(first.text) + units(first.notice) + units(first.quote) + 4 <= 4096
    assert units(last.text) + SPARE <= 4096
    assert bare("".join(one.text for one in (first, *middle, last))) == bare(said.text)


def test_the_web_chat_takes_whatever_there_is() -> None:
    said = Outbound("x" * 100_000, "en")
    assert fitted([said], "webchat") == (said,)


PHOTO, VIDEO, ROUND, SONG = (Medium(kind, kind) for kind in ("photo", "video", "video_note", "audio"))


def shape(*said: Outbound) -> list[tuple[str, str]]:
    return [("+".join(medium.kind for medium in one.media), one.text[:4]) for one in fitted(said, "telegram")]


def test_what_is_said_of_a_picture_stands_below_it_as_far_as_there_is_room() -> None:
    assert shape(Outbound("Wax.", "en", media=(PHOTO,))) == [("photo", "Wax.")]
    said = Outbound("Wax. " * 400, "en", media=(PHOTO,))
    parts = fitted([said], "telegram")
    assert [len(one.media) for one in parts] == [1, 0]
    assert units(parts[0].text) <= 1024


def test_an_album_is_of_what_goes_together_and_nothing_stands_below_a_round_video() -> None:
    assert shape(Outbound("Wax.", "en", media=(PHOTO, VIDEO, SONG))) == [
        ("photo+video", "Wax."),
        ("audio", ""),
    ]
    assert shape(Outbound("", "en", media=(PHOTO,) * 12)) == [
        ("+".join(["photo"] * 10), ""),
        ("photo+photo", ""),
    ]
    assert shape(Outbound("Wax.", "en", media=(ROUND,))) == [("video_note", ""), ("", "Wax.")]


def test_buttons_that_no_album_can_have_stand_below_the_text_after_it() -> None:
    *_, last = fitted([Outbound("Wax.", "en", buttons=(BUTTON,), media=(PHOTO, VIDEO))], "telegram")
    assert (last.text, last.buttons, last.media) == ("Wax.", (BUTTON,), ())


def test_a_poll_and_an_invoice_are_messages_by_themselves() -> None:
    poll, invoice = Poll("Which?", ("a", "b")), Invoice("Thanks", "A gift", "gift:1", 5)
    parts = fitted([Outbound("Vote!", "en", notice="I am an AI.", poll=poll)], "telegram")
    assert [(one.text, one.notice, one.poll) for one in parts] == [
        ("Vote!", "I am an AI.", None),
        ("", "", poll),
    ]
    assert [one.invoice for one in fitted([Outbound("", "en", invoice=invoice)], "telegram")] == [invoice]
