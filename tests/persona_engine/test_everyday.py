"""What people say to anybody is no topic: no boundary stops it, nobody is sent to a helpline for it."""

import pytest

from kernel.lang import SUPPORTED
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.smalltalk import book
from persona_engine.smalltalk.intents import Intent
from tests.persona_engine.test_boundaries import reply

SAID = (
    ("en", "Are you alive?"),
    ("en", "I want to ask you something"),
    ("en", "Can I ask you something?"),
    ("zh-Hans", "大家好"),
    ("zh-Hans", "大家晚上好"),
    ("zh-Hans", "在么"),
    ("zh-Hans", "你是活人吗？"),
    ("ar", "كيف حالك"),
    ("ar", "كيف الحال"),
    ("ar", "كيف حالك اليوم؟"),
    ("ar", "هل أنت شخص؟"),
    ("ar", "مرحبا جميعا"),
    ("ar", "وداعا الآن"),
    ("es", "Hola a todos"),
    ("es", "¿Cómo va todo?"),
    ("es", "todo bien?"),
    ("es", "¡Mil gracias!"),
    ("es", "me tengo que ir"),
    ("es", "Hasta mañana a todos"),
    ("es", "¿Es usted una persona?"),
)


@pytest.mark.parametrize(("lang", "text"), SAID)
async def test_an_everyday_sentence_is_stopped_by_nothing(guard: Guard, lang: str, text: str) -> None:
    answer = await reply(guard, text, *defaults().rules, chosen=lang)
    assert not answer.stopped, answer.outcome


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_no_small_talk_that_is_known_is_stopped(guard: Guard, lang: str) -> None:
    """But for who says that they are sad, or a hard word: they may mean more by it. One in three is asked."""
    others = (None, Intent.SAD, Intent.INSULT)
    known = {text for tag, intent, text in book._phrases() if tag == lang and intent not in others}
    stopped = {
        text: answer.outcome
        for text in sorted(known)[::3]
        if (answer := await reply(guard, text, *defaults().rules, chosen=lang)).stopped
    }
    assert known
    assert stopped == {}
