"""What is said, as Telegram takes it: counted as Telegram counts, and no words can disguise anything."""

import pytest
from aiogram.types import InlineKeyboardButton
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.text import Rendered, Setting, TooLong, address, clean, rendered, short
from conversation.splitting import fitted
from kernel.chat import Button, Citation, Outbound, units
from kernel.i18n.bidi import FSI, PDI
from tests.emulators.telegram import entities as telegram
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.markup import checked

PUBLIC = "https://candles.example"
ANYTHING = st.text(
    st.one_of(st.sampled_from("a🕯\u202e\u2067\u200b\ud83d\u2028\r\n\x00 ا"), st.characters()), max_size=120
)


def render(said: Outbound, *, private: bool = True, public: str = PUBLIC, limit: int = 4096) -> Rendered:
    setting = Setting("EmberStandInBot", public, private=private)
    return rendered(said, setting, outbound_id=481, limit=limit)


def marked(made: Rendered) -> list[tuple[str, str, str | None]]:
    """The entities: of what kind, over which words, leading where."""
    return [(one.type, telegram.between(made.text, one.offset, one.length), one.url) for one in made.entities]


def buttons(made: Rendered) -> list[list[InlineKeyboardButton]]:
    return made.keyboard.inline_keyboard if made.keyboard else []


def source(label: str = "Why is the flame yellow?", url: str = "https://candles.example/1") -> Citation:
    return Citation(label, url, 1)


def test_the_notice_stands_first_and_apart_and_the_quote_before_the_answer() -> None:
    made = render(Outbound("Soot 🕯 glows.", "en", notice="🤖 I am an AI.", quote="why 🔥?"))
    assert made.text == "🤖 I am an AI.\n\nwhy 🔥?\nSoot 🕯 glows."
    assert marked(made) == [("italic", "🤖 I am an AI.", None), ("blockquote", "why 🔥?", None)]
    assert made.keyboard is None


def test_what_looks_like_markup_stays_what_it_is() -> None:
    hostile = "<b>bold</b> *bold* _it_ `code` [here](tg://user?id=1) <a href='http://evil.example'>x</a> &lt;"
    made = render(Outbound(hostile, "en"))
    assert made.text == hostile
    assert made.entities == []


def test_a_source_is_linked_by_its_label_and_by_a_button() -> None:
    made = render(Outbound("Soot glows.", "en", citations=(source(), source("A talk", "/s/x/1#t=65"))))
    assert made.text == "Soot glows.\n\n📖 Why is the flame yellow? · A talk"
    assert marked(made) == [
        ("text_link", "Why is the flame yellow?", "https://candles.example/1"),
        ("text_link", "A talk", "https://candles.example/s/x/1#t=65"),
    ]
    assert buttons(made)[0][0].url == "https://candles.example/1"


@pytest.mark.parametrize("public", ["http://127.0.0.1:8001", "http://localhost:8001", "http://home", ""])
def test_a_source_that_telegram_could_not_open_is_told_without_a_link(public: str) -> None:
    made = render(
        Outbound("Soot glows.", "en", citations=(source(url="/s/x/1"),)), public=public, private=False
    )
    assert made.text == "Soot glows.\n\n📖 Why is the flame yellow?"
    assert made.entities == []
    assert made.keyboard is None


def test_an_address_is_one_that_telegram_opens_or_none() -> None:
    assert address("https://a.example/ü b?q=ñ#é", "") == "https://a.example/%C3%BC%20b?q=%C3%B1#%C3%A9"
    for no in (
        "", "javascript:alert(1)", "//evil.example", "http://10.0.0.1/",
        "https://me:pw@a.example", "http://[::1]/", "ftp://a.example",
        "https://a.example:99999/", "https://" + "a" * 3_000 + ".example", "http://[",
        "/\\evil", "https://a.example/" + "x" * 2_100,
    ):  # fmt: skip
        assert address(no, "") is None, no


def test_what_buttons_do() -> None:
    said = Outbound(
        "Hello", "en",
        buttons=(
            Button("Site", url="/privacy"), Button("Alone", url="private:privacy"),
            Button("You", url="tg://settings"), Button("/ai", text="/ai"),
            Button("Ask me", text="为什么火焰是黄色的？蜡烛熄灭后为什么能隔空点燃？"),
            Button("Bad", url="javascript:1"), Button("Odd", url="private:no such thing"),
        ),
    )  # fmt: skip
    made = [one for row in buttons(render(said)) for one in row]
    assert [(one.text, one.url or one.callback_data) for one in made] == [
        ("Site", "https://candles.example/privacy"),
        ("Alone", "https://t.me/EmberStandInBot?start=privacy"),
        ("You", "tg://settings"),
        ("/ai", "say:/ai"),
        ("Ask me", "o:481:4"),
    ]


def test_answers_with_sources_are_judged_by_buttons_in_private_and_there_alone() -> None:
    said = Outbound("Soot glows.", "en", citations=(Citation("Ember's own words", "", 0),))
    assert [one.callback_data for one in buttons(render(said))[-1]] == ["fb:good", "fb:flag"]
    assert buttons(render(said, private=False)) == []
    assert buttons(render(Outbound("Hello", "en"))) == []


def test_too_many_sources_are_shortened_and_the_answer_never_is() -> None:
    cited = tuple(source(f"Source number {n} " + "with a long name " * 12) for n in range(10))
    for length in range(0, 4097, 64):
        answer = "x" * length
        made = render(Outbound(answer, "en", citations=cited))
        assert units(made.text) <= 4096
        assert made.text.startswith(answer)
        assert all(units(one.text) <= 40 for row in buttons(made) for one in row)
    with pytest.raises(TooLong):
        render(Outbound("x" * 4097, "en"))


def test_a_label_of_the_other_direction_is_kept_apart_from_the_line() -> None:
    made = render(Outbound("لأن السخام يتوهج.", "ar", citations=(source("Why? \u202eexe.gpj"),)))
    assert f"{FSI}Why? exe.gpj{PDI}" in made.text
    assert "\u202e" not in made.text


def test_what_does_not_show_makes_no_label() -> None:
    assert short("\u200b\u2060\u202e\u00ad", 32) == ""
    assert short("a\u200bb\u202e\n\tc", 32) == "ab c"
    assert (
        short("👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f", 32)
        == "👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f"
    )
    assert short("e" + "\u0301" * 500, 32) == "e" + "\u0301" * 15
    assert short("🕯" * 40, 32) == "🕯" * 15 + "…"
    hidden = Outbound("Hello", "en", (source("\u200b"),), (Button("\u2060", text="/ai"),))
    (row, _) = buttons(render(hidden))
    assert [one.text for one in row] == ["/ai"]


def test_entities_stay_within_what_telegram_takes() -> None:
    bomb = Outbound("@all " * 800, "en", tuple(source(f"S{n}", f"https://a.example/{n}") for n in range(500)))
    made = render(bomb)
    assert len(made.entities) <= 100
    assert len([one for row in buttons(made) for one in row]) <= 100


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, st.sampled_from(["en", "ar", "zh-Hans"]))
def test_whatever_is_said_arrives_as_it_was_counted(
    text: str, notice: str, quote: str, label: str, lang: str
) -> None:
    said = Outbound(text, lang, (source(label),), (Button(label, text=text),), notice=notice, quote=quote)
    made = render(said)
    given = [one.model_dump(exclude_none=True) for one in made.entities]
    kept, marks = telegram.formatted(made.text, given, None)
    assert kept == made.text, "Telegram has nothing left to clean away, so no offset moves"
    assert [one for one in marks if one in given] == sorted(
        given, key=lambda one: (one["offset"], -one["length"])
    )
    made.text.encode()
    if made.keyboard:
        checked(made.keyboard.model_dump(exclude_none=True), Chat(1, "private"))


@given(st.text(max_size=300), st.integers(1, 60))
def test_a_long_answer_s_parts_all_fit_with_all_that_belongs_to_them(piece: str, times: int) -> None:
    cited = tuple(source(f"Source {n} " + "long " * 30) for n in range(4))
    said = Outbound(piece * times, "en", cited, notice="I am an AI. " * 12, quote="why " * 40)
    for part in fitted([said], "telegram"):
        assert units(render(part).text) <= 4096


def test_what_telegram_cleans_away_is_gone_before() -> None:
    assert clean(" a\x00b\r\nc\rd\u2028e\u202ef \ud83d ") == "a b\nc\nd\nef \ufffd"
