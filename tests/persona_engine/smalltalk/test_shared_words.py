"""What several languages say alike goes on in the fan's own, not in one that the avatar happens to speak."""

from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known


async def reply(
    text: str,
    *languages: str,
    last: str | None = None,
    hint: str | None = None,
    chosen: str | None = None,
    spoken: tuple[str, ...] = (),
) -> Reply:
    """What a fan gets from an avatar that speaks these languages."""
    context = PersonaContext(replace(AVATAR, languages=languages), None)
    asked = Asked(1, 1, 1, 2, 1, "Ana", text, "webchat", chosen, last, hint, spoken=spoken)
    return await Persona(Known(FOUND), NoEntitlements()).respond(asked, context)


@pytest.mark.parametrize(
    "text", ["Ciao!", "ciao", "ciao ciao Ember", "merci!", "Hallo!", "Ok", "oi", "salam"]
)
@pytest.mark.parametrize("lang", ["es", "ru", "ja"])
async def test_it_goes_on_in_the_threads_language(text: str, lang: str) -> None:
    assert (await reply(text, "en", "fr", "de", "pt", last=lang)).lang == lang


@pytest.mark.parametrize(("hint", "lang"), [("fr-FR", "fr"), ("de", "de"), ("es-MX", "es"), ("en-GB", "en")])
async def test_before_there_is_a_thread_the_platform_tells(hint: str, lang: str) -> None:
    assert (await reply("Ciao!", "en", "fr", "de", hint=hint)).lang == lang


async def test_what_the_fan_has_chosen_comes_first() -> None:
    assert (await reply("Ciao!", "en", "fr", last="fr", hint="de", chosen="tr")).lang == "tr"


@pytest.mark.parametrize("hint", [None, "it", "it-IT"])
@pytest.mark.parametrize("text", ["Ciao!", "Ciao Ember"])
async def test_ciao_alone_is_italian_which_nobody_here_speaks(text: str, hint: str | None) -> None:
    made = await reply(text, "en", "fr", "de", hint=hint)
    assert (made.outcome, made.lang, made.learned_language) == ("smalltalk:greeting", "en", False)
    assert made.parts[0].text.startswith(t("en", "language.speaks", languages="English, French, and German"))


async def test_what_one_language_alone_says_is_in_it() -> None:
    assert (await reply("¡Hola!", "en", "fr", last="en")).lang == "es"


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("ok bye!", "en"), ("Bye Ember", "en"), ("thanks, bye", "en"), ("thank you!", "en"), ("sorry", "en"),
        ("merci !", "fr"), ("merci Ember", "fr"), ("Pardon", "fr"),
    ],
)  # fmt: skip
async def test_what_is_at_home_in_one_language_is_in_it_where_the_fan_speaks_that(
    text: str, home: str
) -> None:
    for last in ("es", "tr", "de", "vi"):
        alone = await reply(text, "en", "fr", "es", last=last)
        assert (await reply(text, "en", "fr", "es", last=last, spoken=(home, last))).lang == home
        assert (await reply(text, "en", "fr", "es", last=last, hint=f"{home}-XX")).lang == home
        # Who has never written it borrows it.
        borrowed = await reply(text, "en", "fr", "es", last=last, hint=last, spoken=(last,))
        assert borrowed.lang == alone.lang


async def test_words_at_home_in_two_languages_go_on_in_the_threads() -> None:
    assert (await reply("merci, bye", "en", "fr", last="de", spoken=("en", "fr", "de"))).lang == "de"
    assert (await reply("ok bye!", "en", "es", last="en", hint="es", chosen="es")).lang == "es"


@pytest.mark.parametrize("hint", [None, "en", "ja"])
@pytest.mark.parametrize(
    ("text", "speaks", "lang"),
    [
        ("Hallo", ("en", "de"), "de"), ("Hallo!", ("id", "en"), "id"), ("Merci", ("en", "fr"), "fr"),
        ("Oi", ("en", "pt"), "pt"), ("como esta", ("en", "es"), "es"), ("سلام", ("en", "ar"), "ar"),
    ],
)  # fmt: skip
async def test_a_first_word_is_in_the_one_language_of_the_avatar_that_says_it(
    text: str, speaks: tuple[str, ...], lang: str, hint: str | None
) -> None:
    made = await reply(text, *speaks, hint=hint)
    assert (made.lang, made.learned_language) == (lang, True)


@pytest.mark.parametrize(
    ("text", "lang"), [("Hallo", "de"), ("merci", "fr"), ("Oi", "pt"), ("سلام", "fa"), ("bye", "en")]
)
async def test_a_first_word_of_no_language_of_the_avatar_is_in_the_one_where_it_is_at_home(
    text: str, lang: str
) -> None:
    assert (await reply(text, "ja", "ko")).lang == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [("Olá", "pt"), ("¿Cómo estás?", "es"), ("sí", "es"), ("Tu es un robot ?", "fr"), ("Socorro", "es")],
)
async def test_accents_and_whole_phrases_tell_languages_apart(text: str, lang: str) -> None:
    assert (await reply(text, "en", "es", hint="en")).lang == lang


@pytest.mark.parametrize("text", ["ok", "Ok!", "oi", "Hallo", "lol", "👍", "hmm"])
async def test_one_such_word_changes_no_threads_language(text: str) -> None:
    assert (await reply(text, "en", "de", "pt", last="fr", hint="en", spoken=("fr",))).lang == "fr"
