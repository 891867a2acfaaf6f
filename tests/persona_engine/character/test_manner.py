"""What the sliders do to the catalogues' sentences: in which register, and how warmly, they are told."""

from dataclasses import asdict, replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t
from kernel.lang import SUPPORTED
from memory.types import Locator, Quote
from persona_engine.character import Character, Tone
from persona_engine.character.service import Sample, samples
from persona_engine.decisions import Asked, PersonaContext
from persona_engine.manner import Manner
from persona_engine.quoting import quote_answer
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known

NOTHING = replace(FOUND, answerable=False, quote=None)


def shown(tone: Tone, lang: str, who: Character | None = None) -> list[Sample]:
    """The samples at a tone, from content in the same language."""
    text = PASSAGE.text
    quotes = [(replace(PASSAGE, lang=lang), Quote(PASSAGE.id, text, 0, len(text), 1.0))] * 2
    character = replace(who or Character(), tone=tone)
    return samples(character, None, lang, quotes=quotes, slug="ember", creator="Ember")


async def told(tone: Tone, text: str, lang: str = "de", declined: int = 0) -> str:
    """What a fan is told, of whose question nothing is found."""
    context = PersonaContext(replace(AVATAR, languages=(lang,)), None, character=Character(tone=tone))
    asked = Asked(1, 1, 2, 1, 1, "Ana", text, "webchat", opens=True, declined=declined)
    return (await Persona(Known(NOTHING), NoEntitlements()).respond(asked, context)).parts[0].text


@pytest.mark.parametrize("slider", ["warmth", "formality"])
@pytest.mark.parametrize("lang", SUPPORTED)
def test_each_place_of_a_slider_shows_in_the_samples_of_every_language(lang: str, slider: str) -> None:
    ways = [tuple(each.text for each in shown(replace(Tone(), **{slider: at}), lang)) for at in (0, 50, 100)]
    assert len(set(ways)) == 3


@pytest.mark.parametrize("lang", SUPPORTED)
def test_a_first_answer_greets_and_another_is_playful(lang: str) -> None:
    hello = t(lang, "answer.hello.1")
    answers = [each.text for each in shown(Tone(warmth=100), lang) if each.kind == "answer"]
    assert [each.startswith(hello) for each in answers] == [True, False]
    assert not any(each.text.startswith(hello) for each in shown(Tone(), lang) if each.kind == "answer")
    assert any("🙂" in each.text for each in shown(Tone(playfulness=100), lang))


@pytest.mark.parametrize(
    ("lang", "hello", "familiar", "polite"),
    [
        ("de", "Hallo", "Was möchtest du", "Was möchten Sie"), ("es", "Hola", "te gustaría", "desea"),
        ("fr", "Salut", "tu aimerais", "souhaitez-vous"),
        ("ja", "こんにちは", "何が知りたい", "お知りになりたい"),
        ("zh-Hans", "你好", "想知道", "您"), ("tr", "Merhaba", "istersin?", "istersiniz?"),
    ],
)  # fmt: skip
async def test_a_fan_is_addressed_as_formality_has_it(
    lang: str, hello: str, familiar: str, polite: str
) -> None:
    assert familiar in await told(Tone(), hello, lang)
    formally = await told(Tone(formality=100), hello, lang)
    assert polite in formally
    assert "!" not in formally


async def test_declining_twice_in_a_row_is_never_told_alike() -> None:
    for formality in (0, 50, 100):
        tone = Tone(formality=formality)
        first, second = [await told(tone, "Warum ist der Himmel blau?", declined=at) for at in (0, 1)]
        assert first != second


async def test_warmth_thanks_for_a_question_once_and_coolness_exclaims_nothing() -> None:
    asked = "Warum ist der Himmel blau?"
    assert (await told(Tone(warmth=100), asked)).startswith(t("de", "answer.asked.1"))
    assert not (await told(Tone(warmth=100), asked, declined=1)).startswith(t("de", "answer.asked.1"))
    assert "!" not in await told(Tone(warmth=0), "Hallo")
    assert Manner(cool=True).told("¡Hola! ¿Qué?", "es") == "Hola. ¿Qué?"
    assert Manner(cool=True).told("नमस्ते! क्या?", "hi") == "नमस्ते। क्या?"


@pytest.mark.parametrize("slider", ["warmth", "formality"])
@pytest.mark.parametrize("lang", SUPPORTED)
def test_where_the_creator_has_written_all_of_their_own_the_slider_shows_in_what_they_have_not(
    lang: str, slider: str
) -> None:
    own = Character(greetings={lang: "…"}, sign_offs={lang: "…"}, no_answers={lang: "…"})
    ways = [
        tuple(each.text for each in shown(replace(Tone(), **{slider: at}), lang, own)) for at in (0, 50, 100)
    ]
    assert len(set(ways)) == 3


@pytest.mark.parametrize("lang", ["en", "ja", "ru"])
def test_a_frame_around_words_of_another_language_is_in_the_manner_too(lang: str) -> None:
    ways = {
        quote_answer(lang, "Eso.", title="X", passage_lang="es", locator=Locator(), manner=Manner(each)).lead
        for each in ("", "formal", "casual")
    }
    assert len(ways) == 3


def test_what_the_creator_has_written_is_in_no_manner_but_theirs() -> None:
    own = Character(greetings={"en": "Hey, spark!"})
    for slider in asdict(Tone()):
        assert shown(replace(Tone(), **{slider: 0}), "en", own)[0].text == "Hey, spark!"
