"""In which language a question is looked up, and in which it is answered."""

from community.types import NoEntitlements
from memory.types import Recalled
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known


class Remembering(Known):
    """A memory that notes in which language it was asked."""

    def __init__(self) -> None:
        super().__init__(FOUND)
        self.asked_in: list[str] = []

    async def recall(self, creator_id: int, text: str, lang: str, **rest: object) -> Recalled:  # type: ignore[override]  # passed on as they come
        """What was found."""
        self.asked_in.append(lang)
        return await super().recall(creator_id, text, lang)


async def reply(text: str, last: str | None = None, hint: str | None = None) -> tuple[Reply, str]:
    """The reply of an avatar that speaks English and Spanish, and the language it looked up in."""
    memory = Remembering()
    question = Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", None, last, hint)
    made = await Persona(memory, NoEntitlements()).respond(question, PersonaContext(AVATAR, None))
    return made, memory.asked_in[0]


async def test_a_language_that_the_avatar_speaks_is_answered_in_it() -> None:
    made, looked_up = await reply("¿Por qué la llama es amarilla?")
    assert (made.lang, looked_up, made.learned_language) == ("es", "es", True)


async def test_another_language_is_looked_up_as_it_is_and_answered_in_the_avatars_first() -> None:
    for text, lang in (("Pourquoi la flamme est-elle jaune ?", "fr"), ("Почему пламя жёлтое?", "ru")):
        made, looked_up = await reply(text)
        assert (made.lang, looked_up, made.learned_language) == ("en", lang, False)


async def test_or_as_the_fan_was_answered_before_or_has_set_the_app() -> None:
    assert (await reply("Pourquoi la flamme est-elle jaune ?", last="es"))[0].lang == "es"
    assert (await reply("Почему пламя жёлтое?", hint="es-MX"))[0].lang == "es"
