"""A trace keeps codes and figures, and is told in the language of whoever looks at it."""

from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import PAGE_LANGS
from memory.types import Recalled
from persona_engine.decisions import Asked, PersonaContext, Step, Trace
from persona_engine.respond import Persona
from persona_engine.service import told
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known


async def trace(text: str, found: Recalled = FOUND, chosen: str | None = None) -> Trace:
    """The trace of a reply, as it comes back from where it was kept."""
    persona = Persona(Known(found), NoEntitlements())
    question = Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", chosen)
    reply = await persona.respond(question, PersonaContext(AVATAR, None))
    assert reply.trace
    return Trace.from_json(reply.trace.to_json())


CASES = [
    ("Why is the flame yellow?", FOUND),
    ("Why is the flame yellow?", replace(FOUND, answerable=False, cross_lingual=True)),
    ("Why is the flame yellow?", replace(FOUND, answerable=False, locked=("Makers",))),
    ("Hello!", FOUND),
    ("Are you real?", FOUND),
    ("👍", FOUND),
]


@pytest.mark.parametrize(("text", "found"), CASES)
async def test_every_word_of_a_trace_is_told_in_the_readers_language(text: str, found: Recalled) -> None:
    for step in (await trace(text, found)).steps:
        english = told(step, "en")
        assert step.reason != english.reason  # a code was kept, not the sentence
        for lang in set(PAGE_LANGS) - {"en"}:
            there = told(step, lang)
            assert there.name != english.name
            assert there.decision != english.decision or there.decision == "no"
            assert there.reason != english.reason


async def test_figures_and_titles_stand_in_the_sentences() -> None:
    steps = {step.name: step for step in (await trace("Why is the flame yellow?")).steps}
    assert told(steps["gate"], "en").reason == "confidence 0.83, needed 0.30"
    assert told(steps["gate"], "es").reason == "confianza 0,83, se necesita 0,30"
    assert told(steps["recall"], "en").decision == "1 of 1,234 passages"
    assert told(steps["answer"], "zh-Hans").reason == "引自“Why the flame is yellow”的 50 个字符"
    assert told(steps["language"], "ja").decision == "英語"


@pytest.mark.parametrize("chosen", ["es", None])
async def test_who_chose_the_language_is_told(chosen: str | None) -> None:
    steps = (await trace("Why is the flame yellow?", chosen=chosen)).steps
    reason = told(steps[0], "en").reason
    assert reason == ("chosen by the fan" if chosen else "by its letters and words")


def test_a_language_in_a_sentence_has_its_name_there() -> None:
    other = Step("guard out", "stop", "language", 0.1, {"detail": "fr"})
    assert "（法语）" in told(other, "zh-Hans").reason


def test_a_trace_of_an_earlier_version_is_told_as_it_was_kept() -> None:
    old = Step("recall", "5 passages of 80", "in the question's language", 0.4, {"passages": [], "tiers": []})
    words = told(old, "es")
    assert (words.decision, words.reason) == ("5 passages of 80", "in the question's language")
    gate = Step("gate", "answer", "confidence 0.83, needed 0.30", 0.1, {"confidence": 0.83, "threshold": 0.3})
    assert told(gate, "en").reason == "confidence 0.83, needed 0.30"


def test_a_trace_of_an_earlier_version_that_kept_less_is_told_as_it_was_kept() -> None:
    kept = Step("boundaries", "crisis", "crisis", 0.1, {"confidence": 0.9})
    assert told(kept, "en").reason == "crisis"
