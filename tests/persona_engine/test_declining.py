"""Where nothing answers it is said, never twice alike, and soon with what could be asked instead."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from community.types import NoEntitlements
from kernel.i18n import t, variants
from kernel.lang import SUPPORTED
from memory.retrieval import Encoder
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule
from persona_engine.character import Character
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known, Matching

NOTHING = replace(FOUND, answerable=False, quote=None)
TITLES = (
    ("Why the flame is yellow", "en"), ("La llama sube", "es"), ("How wax climbs", "en"),
    ("IMG_2033.jpg", "en"), ("The wick", "en"), ("Soot", "en"), ("蜡烛为什么会流泪", "zh-Hans"),
)  # fmt: skip
FILM = "What's your favourite film?"


async def declined(
    times: int,
    lang: str = "en",
    *,
    titles: Sequence[tuple[str, str]] = TITLES,
    samples: dict[str, tuple[str, ...]] | None = None,
    no_answer: str = "",
    guard: Guard | None = None,
    rules: tuple[Rule, ...] = (),
    thread: int = 1,
    locked: tuple[str, ...] = (),
) -> Reply:
    """The reply to a question that nothing answers, after so many like it in the thread."""
    asked = Asked(1, 1, thread, 100 + times, 1, "Ana", FILM, "webchat", lang, declined=times)
    who = Character(no_answers={lang: no_answer} if no_answer else {})
    avatar = replace(AVATAR, samples=samples or {})
    context = PersonaContext(avatar, None, Boundaries(rules), character=who)
    memory = Known(replace(NOTHING, locked=locked), titles)
    return await Persona(memory, NoEntitlements(), guard).respond(asked, context)


def said(made: Reply) -> str:
    """Its first paragraph."""
    return made.parts[0].text.split("\n\n")[0]


def offered(made: Reply) -> list[str]:
    """What could be asked instead."""
    return [line[2:] for line in made.parts[0].text.splitlines() if line.startswith("• ")]


@pytest.mark.parametrize("thread", range(5))
async def test_no_two_in_a_row_are_alike_and_a_repeated_turn_says_the_same(thread: int) -> None:
    first = [said(await declined(times, thread=thread)) for times in range(8)]
    assert set(first) <= {t("en", key) for key in variants("answer.nothing")}
    assert all(one != other for one, other in pairwise(first))
    assert first == [said(await declined(times, thread=thread)) for times in range(8)]


async def test_the_creators_own_words_take_turns_with_others() -> None:
    first = [said(await declined(times, no_answer="Not my thing.")) for times in range(4)]
    assert (first[0], first[2]) == ("Not my thing.", "Not my thing.")
    assert "Not my thing." not in (first[1], first[3])


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_the_second_says_what_can_be_asked_in_the_fans_language(lang: str) -> None:
    assert offered(await declined(0, lang)) == []
    made = await declined(1, lang)
    assert t(lang, "answer.offer") in made.parts[0].text
    assert len(offered(made)) == 3


async def test_the_creators_questions_come_first_then_titles_in_the_fans_language() -> None:
    samples = {"es": ("¿Por qué sube la llama?",), "en": ("Why do candles drip?",)}
    assert offered(await declined(1, "es", samples=samples)) == [
        "¿Por qué sube la llama?", "La llama sube"
    ]  # fmt: skip


async def test_where_too_little_is_in_the_fans_language_titles_in_others_follow() -> None:
    samples = {"ja": ("ろうそくはなぜ垂れる？",)}
    assert offered(await declined(1, "ja", samples=samples)) == [
        "ろうそくはなぜ垂れる？", "Why the flame is yellow", "La llama sube"
    ]  # fmt: skip


async def test_what_is_small_talk_is_not_offered_as_a_topic() -> None:
    samples = {"en": ("Are you real?", "Why do candles drip?")}
    assert "Are you real?" not in offered(await declined(1, samples=samples))


async def test_once_all_was_offered_nothing_more_is() -> None:
    assert [len(offered(await declined(times))) for times in (1, 2, 3)] == [3, 1, 0]


async def test_others_are_offered_the_next_time_and_no_file_names() -> None:
    seen = [offered(await declined(times)) for times in (1, 2)]
    assert not set(seen[0]) & set(seen[1])
    assert "IMG_2033.jpg" not in [*seen[0], *seen[1]]


async def test_what_a_boundary_forbids_is_not_offered(encoder: Encoder) -> None:
    guard = Guard(Matching(encoder))  # others' tests keep other rules under the same avatar and version
    soot = Rule("soot", Kind.FORBIDDEN, "Soot", phrases=("yellow", "wick"))
    assert offered(await declined(1, guard=guard, rules=(soot,))) == [
        "How wax climbs",
        "Soot",
    ]


async def test_without_content_nothing_is_offered() -> None:
    made = await declined(1, titles=())
    assert t("en", "answer.offer") not in made.parts[0].text


async def test_a_tier_is_named_alone() -> None:
    made = await declined(1, locked=("Makers",))
    assert (made.outcome, offered(made)) == ("locked", [])
