"""What a person taught is told in the fan's language by a model if it keeps to it, else as it is."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from community.types import NoEntitlements
from memory.retrieval import Encoder
from persona_engine.boundaries.rules import Kind, Rule
from persona_engine.decisions import Asked, Reply
from persona_engine.respond import Persona
from persona_engine.service import learning
from persona_engine.wording.checks import Draft, fault_of
from persona_engine.wording.retelling import original
from persona_engine.wording.writer import Writer
from tests.emulators.openai import scripts
from tests.emulators.openai.scripts import says
from tests.emulators.openai.server import Exchange, Script
from tests.persona_engine.learning.conftest import Recognising
from tests.persona_engine.stand_ins import Known, step
from tests.persona_engine.wording.conftest import Stage

QUESTION = "When can we watch you live?"
SPANISH = (
    "Cada domingo a las 19:00 enciendo velas con Marta Ruiz en https://ember.example/directo, y quien quiera "
    "pregunta lo que sea."
)
ENGLISH = (
    "Every Sunday at 19:00 I light candles with Marta Ruiz at https://ember.example/directo, and whoever "
    "wants to asks anything."
)


@dataclass
class School:
    """The stage, whose avatar was taught an answer in Spanish to a question in English."""

    stage: Stage
    taught: learning.Taught
    fan: int
    thread: int

    async def ask(self, text: str = QUESTION, **details: Any) -> Reply:
        """What a fan gets."""
        stage = self.stage
        asked = Asked(
            stage.studio.creator, stage.context.avatar.id, self.thread, 1, self.fan, "Ana", text, "webchat",
            **details,
        )  # fmt: skip
        writer = Writer(stage.studio.drafts, stage.guard, stage.comparing, stage.studio.db)
        persona = Persona(Known(stage.found), NoEntitlements(), stage.guard, writer, self.taught)
        return await persona.respond(asked, stage.context)


@pytest.fixture
async def school(stage: Stage, encoder: Encoder) -> School:
    """An avatar of English and Spanish."""
    fan = await stage.studio.fan()
    thread = await stage.studio.thread(fan)
    async with stage.studio.db.uow(stage.studio.creator) as uow:
        avatar = (await uow.fetch_one("SELECT id FROM avatar")).id
        await learning.teach(uow, avatar, SPANISH, [learning.question(QUESTION)], by="Robin")
    stage.set(avatar=replace(stage.context.avatar, id=avatar, languages=("en", "es")))
    stage.openai.plays(says(ENGLISH, usage=(300, 40)))
    return School(stage, learning.Taught(stage.studio.db, Recognising(encoder)), fan, thread)


def text(made: Reply) -> str:
    """What the fan reads."""
    return made.parts[0].text


async def test_a_taught_answer_is_told_in_the_fans_language(school: School) -> None:
    made = await school.ask()
    assert made.outcome.startswith("taught:")
    assert text(made) == ENGLISH
    (source,) = made.parts[0].citations
    assert source.label == "Ember's own answer · translated from Spanish"
    assert step(made, "draft").data["tokens_in"] == 300
    assert step(made, "guard out").decision == "pass"
    assert step(made, "answer").data["retold"] == "small"
    assert step(made, "answer").data["quote"] == SPANISH


async def test_it_is_kept_for_who_asks_next_however_they_put_it(school: School) -> None:
    await school.ask()
    made = await school.ask("When can we watch you live, please?")
    assert text(made) == ENGLISH
    assert step(made, "draft").decision == "kept"
    assert len(school.stage.openai.requests) == 1


async def test_another_text_of_the_answer_is_translated_anew(school: School) -> None:
    made = await school.ask()
    answer = int(made.outcome.partition(":")[2])
    async with school.stage.studio.db.uow(school.stage.studio.creator) as uow:
        await learning.edit(
            uow, school.stage.context.avatar.id, answer, "Nunca más lo haré.", [QUESTION], by="Robin"
        )
    school.stage.openai.plays(says("I will never do it again."))
    assert text(await school.ask()) == "I will never do it again."


async def test_it_is_told_outside_of_the_only_topics_too(school: School) -> None:
    school.stage.rules(
        Rule("books", Kind.ONLY, "Books", examples=("Which books do you read in the evening?",))
    )
    made = await school.ask()
    assert step(made, "boundaries").decision == "only"
    assert text(made) == ENGLISH


async def test_who_speaks_the_answers_language_gets_it_word_for_word(school: School) -> None:
    made = await school.ask(chosen_language="es")
    assert text(made) == SPANISH
    assert school.stage.openai.requests == []


@pytest.mark.parametrize("details", [{"models": ""}, {}], ids=["no model", "a language the avatar has not"])
async def test_else_a_frame_says_in_which_language_it_was_written(
    school: School, details: dict[str, str]
) -> None:
    school.stage.set(**details)
    made = await school.ask(chosen_language="" if details else "fr")
    assert text(made).endswith(f"\n\n{SPANISH}")
    assert ("Spanish" if details else "espagnol") in text(made).removesuffix(SPANISH)
    assert made.parts[0].citations[0].label == (
        "Ember's own answer" if details else "Réponse de Ember en personne"
    )
    assert school.stage.openai.requests == []


def reveals(exchange: Exchange) -> None:
    """Gives the secret word away."""
    told = exchange.asked.body["messages"][0]["content"]
    exchange.say(f"{ENGLISH} {told.split('or the word ')[1].split('.')[0]}")


SPOILT: dict[str, tuple[Script, str]] = {
    "a failure": (scripts.failing(500), "server_error"),
    "the original": (says(SPANISH), "language"),
    "a language more": (
        says(f"{ENGLISH} Und alle Leute sind dazu ganz herzlich eingeladen, wirklich."),
        "language",
    ),
    "another link": (says(f"{ENGLISH} More at https://evil.example/coins"), "link"),
    "a lost link": (says(ENGLISH.replace("at https://ember.example/directo", "live")), "lost"),
    "another number": (says(ENGLISH.replace("19:00", "21:00")), "number"),
    "one number more": (says(ENGLISH.replace("candles", "25 candles")), "number"),
    "a lost number": (says(ENGLISH.replace("at 19:00 ", "")), "lost"),
    "another name": (says(ENGLISH.replace("Marta Ruiz", "Elon Musk")), "lost"),
    "a promise": (says(f"{ENGLISH} I guarantee that you will double your money."), "promise"),
    "a human being": (says(f"{ENGLISH} I am a real human being like you."), "human"),
    "a quote of nobody": (says(f"{ENGLISH} As they say, “never stop”."), "quote"),
    "the rules": (scripts.leaking, "canary"),
    "the secret word": (reveals, "canary"),
    "next to nothing": (says("Ok."), "lost"),
    "nothing": (scripts.empty, "empty"),
    "a broken answer": (scripts.broken_json, "unreadable"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_what_is_lost_or_added_leaves_the_original(school: School, spoilt: str) -> None:
    script, reason = SPOILT[spoilt]
    school.stage.openai.plays(script)
    made = await school.ask()
    assert made.trace
    steps = [each for each in made.trace.steps if each.name.startswith(("draft", "guard out"))]
    assert steps[-1].reason == reason
    assert made.outcome.startswith("taught:")
    assert text(made).endswith(f"\n\n{SPANISH}")
    assert "evil" not in str(made.parts)
    async with school.stage.studio.db.uow(school.stage.studio.creator) as uow:
        assert await uow.fetch("SELECT * FROM kept_answer") == []


async def test_a_second_try_is_told_what_was_wrong(school: School) -> None:
    school.stage.openai.plays(says(ENGLISH.replace("19:00", "seven in the evening")), says(ENGLISH))
    assert text(await school.ask()) == ENGLISH
    assert "was missing (rule 5)" in school.stage.openai.requests[-1].last


async def test_the_text_is_fenced_data(school: School) -> None:
    await school.ask()
    (asked,) = school.stage.openai.requests
    system, user = (each["content"] for each in asked.body["messages"])
    assert SPANISH not in system
    assert user.startswith("=== ")
    assert QUESTION not in user


RETOLD = [
    ("Trim it to 5 mm on Monday.", "en", "Recórtala a 5 mm el lunes.", "es"),
    ("Trim it to five millimetres.", "en", "Recórtala a 5 milímetros.", "es"),
    ("Ask the people of Germany, says Robin.", "en", "Pregunta a la gente de Alemania, dice Robin.", "es"),
    ("It is so [1], and so [2].", "en", "Es así [1], y así [2].", "es"),
    ("It takes 10,000 candles.", "en", "这需要一万支蜡烛。也就是10,000支。", "zh-Hans"),
    ("They call it “soot”, and so do I.", "en", "Lo llaman «hollín», y yo también.", "es"),
    ("The workshop is closed in August.", "en", "El taller no está abierto en agosto.", "es"),
    ("The workshop is closed in August.", "en", "工作室八月关门。", "zh-Hans"),
    ("I don't use shellac, only wax.", "en", "Ich benutze keinen Schellack, nur Wachs.", "de"),
    ("I don't use shellac.", "en", "Je n'utilise pas de gomme-laque.", "fr"),
    ("I don't use shellac.", "en", "シェラックは使いません。", "ja"),
    ("Visits are free.", "en", "Посещение бесплатное.", "ru"),
    ("Die Kerze brennt am Abend in Lyme.", "de", "The candle burns at night in Lyme.", "en"),
]


@pytest.mark.parametrize(("source", "source_lang", "said", "lang"), RETOLD)
def test_a_good_translation_passes(source: str, source_lang: str, said: str, lang: str) -> None:
    draft = Draft(said, lang, "", (original(source, source_lang),), retold=True, names=("Ember",))
    assert fault_of(draft) is None


REVERSED = [
    ("The workshop is closed in August, because I carve outdoors then.", "en",
     "El taller está abierto en agosto, porque entonces tallo al aire libre.", "es"),
    ("The workshop is closed in August.", "en", "工作室八月开门。", "zh-Hans"),
    ("The workshop is closed in August, and open in May.", "en",
     "Die Werkstatt ist im August geöffnet und im Mai geschlossen.", "de"),
    ("Dogs may come in.", "en", "Los perros no pueden entrar.", "es"),
    ("Never put the flame out with water.", "en", "Apaga siempre la llama con agua.", "es"),
    ("No vendo caballos usados.", "es", "I sell used horses.", "en"),
    ("No vendo caballos usados.", "es", "Je vends des chevaux d'occasion.", "fr"),
    ("子どもは入れません。", "ja", "Children may come in.", "en"),
    ("I don't use shellac.", "en", "Ben gomalak kullanıyorum.", "tr"),
    ("I don't use shellac.", "en", "أستخدم الشيلاك.", "ar"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "source_lang", "said", "lang"), REVERSED)
def test_a_translation_that_says_the_contrary_is_thrown_away(
    source: str, source_lang: str, said: str, lang: str
) -> None:
    draft = Draft(said, lang, "", (original(source, source_lang),), retold=True, names=("Ember",))
    found = fault_of(draft)
    assert found
    assert found.code == "unfounded"
