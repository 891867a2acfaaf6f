"""A command has no words of its own: it is answered as /lang says, the last words, or the platform."""

import pytest

from community.types import NoEntitlements
from conversation import service as conversation
from conversation.commands import router
from conversation.turn import Turns
from kernel.db import Database
from kernel.i18n import t
from persona_engine.respond import Persona
from tests.conversation.stand_ins import outbounds
from tests.factories.people import Home, make_home
from tests.persona_engine.stand_ins import FOUND, Known


async def helped(db: Database, home: Home, *said: str, hint: str | None) -> str:
    """The language in which /help is answered after this was said."""
    turns = Turns(db, Persona(Known(FOUND), NoEntitlements()), router(db))
    for number, text in enumerate((*said, "/help")):
        async with db.uow(home.creator_id) as uow:
            taken = home.inbound(str(number), text, hint=hint)
            received = await conversation.receive(uow, home.avatar.id, taken)
        await turns.run(home.creator_id, received.thread_id)
    last = (await outbounds(db, home))[-1].payload
    assert last["text"].startswith(t(last["lang"], "help.how"))
    return str(last["lang"])


JA, EN = "なぜ炎は黄色いの？", "Why is the flame yellow?"


@pytest.mark.parametrize(
    ("said", "hint", "lang"),
    [
        ((), "ja", "ja"),
        ((JA,), "en", "ja"),
        ((JA, EN), "ja", "en"),
        ((JA, "😂😂"), "en", "ja"),
        ((JA, "Ember"), "en", "ja"),
        ((JA, "https://example.com/why-is-the-flame-yellow"), "en", "ja"),
        (("/lang ar", EN), "en", "ar"),
        ((EN, "/lang ar"), "en", "ar"),
        ((EN, "/lang tlh"), "es", "en"),
    ],
)
async def test_it_is_the_fans(db: Database, home: Home, said: tuple[str, ...], hint: str, lang: str) -> None:
    assert await helped(db, home, *said, hint=hint) == lang


@pytest.mark.parametrize("hint", [None, "nl"])
async def test_of_whom_nothing_is_known_the_avatars_first_is_taken(db: Database, hint: str | None) -> None:
    home = await make_home(db, languages=("zh-Hans", "ja"))
    assert await helped(db, home, "42", hint=hint) == "zh-Hans"


@pytest.mark.parametrize(
    ("said", "hint", "lang"),
    [
        ((EN, "¿Por qué la llama es amarilla?"), "es-MX", "en"),
        (("¿Por qué la llama es amarilla?",), "en-GB", "en"),
        (("¿Por qué la llama es amarilla?",), "es-MX", "es"),
    ],
)
async def test_who_says_goodbye_in_words_of_a_language_they_have_written_is_answered_in_it(
    db: Database, home: Home, said: tuple[str, ...], hint: str, lang: str
) -> None:
    assert await helped(db, home, *said, "ok bye!", hint=hint) == lang
