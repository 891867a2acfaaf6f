""" "Tell me more": what was quoted goes on where it stands, or the avatar says that the text ends there."""

from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t, variants
from kernel.lang import SUPPORTED, name_in
from memory.types import Quote, Recalled
from persona_engine.decisions import Asked, PersonaContext, Quoted, Reply, Step, Trace
from persona_engine.following import goes_on, quoted_in
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, TEXT, Known

NEXT = "They glow before they burn."


class Continuing(Known):
    """A memory whose one passage goes on once."""

    async def continued(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """The next sentence after the first."""
        if (passage_id, said) != (7, TEXT):
            return None
        return replace(FOUND, quote=Quote(7, NEXT, 0, len(NEXT), 1.0), lang=lang)


class Telling(Continuing):
    """A memory whose passage says three things."""

    TOLD = ("A candle is lit.", TEXT, NEXT)

    async def preceding(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """The sentence before one."""
        at = self.TOLD.index(said) - 1
        if at < 0:
            return None
        return replace(FOUND, quote=Quote(7, self.TOLD[at], 0, len(self.TOLD[at]), 1.0), lang=lang)


async def reply(
    text: str, quoted: Quoted | None, last: str | None = None, memory: Known | None = None
) -> Reply:
    persona = Persona(memory or Continuing(FOUND), NoEntitlements())
    context = PersonaContext(replace(AVATAR, languages=SUPPORTED), None)
    asked = Asked(1, 1, 1, 1, 1, "Ada", text, "webchat", last_language=last, quoted=quoted)
    return await persona.respond(asked, context)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Tell me more"),
        ("en", "why?"),
        ("en", "and then?"),
        ("en", "Go on!"),
        ("en", "thanks, tell me more please"),
        ("zh-Hans", "多说一点"),
        ("zh-Hans", "为什么？"),
        ("zh-Hans", "然后呢？"),
        ("zh-Hans", "继续"),
        ("zh-Hant", "然後呢？"),
        ("es", "Cuéntame más"),
        ("es", "¿Por qué?"),
        ("es", "¿y luego?"),
        ("es", "sigue"),
        ("ja", "もっと教えて"),
        ("ja", "なぜ？"),
        ("ja", "それから？"),
        ("ja", "続けて"),
        ("ar", "أخبرني المزيد"),
        ("ar", "لماذا؟"),
        ("ar", "ثم ماذا؟"),
        ("ar", "أكمل"),
        ("fr", "Dis-m'en plus"),
        ("de", "Und dann?"),
        ("ru", "Расскажи подробнее"),
        ("uk", "Чому?"),
        ("pt", "Conta mais"),
        ("tr", "Devam et"),
        ("fa", "چرا؟"),
        ("hi", "और बताइए"),
        ("id", "Lanjutkan"),
        ("vi", "Kể thêm đi"),
        ("th", "เล่าต่อ"),
        ("ko", "더 말해 주세요"),
        ("en", "what happened to it?"),
        ("en", "And after that?"),
        ("zh-Hans", "它后来怎么样了？"),
        ("zh-Hant", "後來發生了什麼事？"),
        ("es", "¿qué le pasó?"),
        ("es", "¿Y entonces qué hiciste?"),
        ("ja", "それはどうなりましたか？"),
        ("ar", "ماذا حدث له؟"),
        ("fr", "Qu’est-ce qui s’est passé ensuite ?"),
        ("de", "Was ist aus ihm geworden?"),
        ("ru", "А что с ней случилось?"),
        ("uk", "Що сталося потім?"),
        ("pt", "O que aconteceu com ela?"),
        ("tr", "Peki ona ne oldu?"),
        ("fa", "چه اتفاقی برایش افتاد؟"),
        ("hi", "उसके साथ क्या हुआ?"),
        ("id", "Apa yang terjadi setelah itu?"),
        ("vi", "Chuyện gì đã xảy ra với nó?"),
        ("th", "เกิดอะไรขึ้นกับมัน"),
        ("ko", "그 뒤에 어떻게 됐어요?"),
    ],
)
async def test_who_asks_to_go_on_is_told_what_comes_next_in_their_language(lang: str, text: str) -> None:
    assert goes_on(text)
    made = await reply(text, Quoted(7, TEXT), last=lang)
    assert made.outcome == "quoted"
    assert made.parts[0].text.endswith(NEXT)
    assert made.parts[0].citations[0].passage_id == 7
    assert made.lang == lang
    named = name_in("en", lang)
    ways = variants("answer.further") if lang == "en" else variants("answer.further_other")
    assert made.parts[0].text.split("\n\n")[0] in {t(lang, key, language=named) for key in ways}
    ended = await reply(text, Quoted(7, NEXT), last=lang)
    assert ended.parts[0].text in {t(lang, key) for key in variants("smalltalk.more")}
    nothing = await reply(text, None, last=lang)
    assert nothing.parts[0].text == t(lang, "smalltalk.empty.1")


@pytest.mark.parametrize(
    "text",
    [
        "Why is the flame yellow?",
        "Tell me more about wax",
        "And then the wick?",
        "more wax",
        "What happened to the wax?",
        "How did the fire happen?",
        "¿Qué le pasó a la vela?",
        "蜡烛怎么了？",
        "ماذا حدث للشمعة؟",
        "ろうそくはどうなりましたか？",
        "为什么火焰是黄色的？",
        "¿Por qué la llama sube?",
        "なぜ炎は黄色いの？",
        "thanks",
        "thanks and bye",
        "धन्यवाद और नमस्ते",
        "",
    ],
)
def test_a_question_of_its_own_is_not_taken_for_it(text: str) -> None:
    assert not goes_on(text)


async def test_it_goes_on_from_what_was_gone_on_with() -> None:
    made = await reply("tell me more", Quoted(7, TEXT, TEXT))
    assert made.trace
    assert quoted_in(made.trace) == Quoted(7, NEXT, TEXT)


async def test_where_the_text_ends_what_stands_before_is_told_once() -> None:
    """First what follows, then what stands before all that was told, then nothing any more."""
    quoted: Quoted | None = Quoted(7, TEXT, TEXT)
    said = []
    for _ in range(3):
        made = await reply("tell me more", quoted, memory=Telling(FOUND))
        assert made.trace
        quoted = quoted_in(made.trace)
        said.append(made.parts[0].text)
    assert [part.split("\n\n")[-1] for part in said[:2]] == [NEXT, "A candle is lit."]
    assert said[1].startswith(t("en", "answer.before.1"))
    assert said[2] in {t("en", key) for key in variants("smalltalk.more")}


class Singing(Known):
    """A memory whose passage has a refrain."""

    SONG = "Burn low. A moth came by. Burn low. A cat came by. Burn low. All went home."

    async def continued(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """The next sentence after where it was said."""
        ends = self.SONG.index(said, at) + len(said) + 1
        rest = self.SONG[ends:]
        if not rest:
            return None
        said = rest[: rest.index(".") + 1]
        return replace(FOUND, quote=Quote(7, said, ends, ends + len(said), 1.0), lang=lang)


async def test_a_song_with_a_refrain_is_told_to_its_end() -> None:
    quoted: Quoted | None = Quoted(7, "Burn low.", "Burn low.")
    said = ["Burn low."]
    while quoted and len(said) < 9:
        made = await reply("tell me more", quoted, memory=Singing(FOUND))
        if made.outcome != "quoted":
            break
        assert made.trace
        quoted = quoted_in(made.trace)
        said.append(made.parts[0].text.split("\n\n")[-1])
    assert " ".join(said) == Singing.SONG


def test_a_trace_that_notes_no_place_is_read_as_before() -> None:
    step = Step("answer", "quoted", "quoted", 0.0, {"passage": 4, "quote": TEXT})
    assert quoted_in(Trace((step,))) == Quoted(4, TEXT, TEXT)


@pytest.mark.parametrize(
    ("step", "quoted"),
    [
        (Step("answer", "drafted", "drafted", 0.0, {"passages": [4, 5]}), Quoted(4, "")),
        (Step("answer", "drafted", "drafted", 0.0, {"passages": [4], "told": TEXT}), Quoted(4, TEXT)),
        (Step("answer", "drafted", "drafted", 0.0, {"passages": []}), None),
        (Step("answer", "declined", "declined", 0.0, {}), None),
        (Step("recall", "found", "same", 0.0, {"passages": [{"id": 1}]}), None),
    ],
)
def test_what_was_quoted_is_read_from_the_trace(step: Step, quoted: Quoted | None) -> None:
    assert quoted_in(Trace((step,))) == quoted


def test_where_a_text_ends_nobody_is_told_that_all_of_it_was_said() -> None:
    """The quote may have begun in the middle: what stands before it is behind the source."""
    assert t("en", "smalltalk.more.1") == "My text ends there. What stands before it, you find at the source."
    assert all("all I" not in t("en", f"smalltalk.more.{number}") for number in (1, 2))
