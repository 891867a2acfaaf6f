"""Who tells of a mood and of what it is about is answered, or gets kind words where nothing answers."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import moods
from community.types import NoEntitlements
from kernel.lang import SUPPORTED
from memory.retrieval import Encoder, Retriever
from memory.types import IndexedPassage, Question, Recalled
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.reasons import told
from persona_engine.respond import Persona
from persona_engine.smalltalk import Intent, asking, recognise
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known, step
from tests.persona_engine.test_leaning import Found

# In each language: what is told, what of it isn't the mood, and a mood that says nothing else.
TOLD = {
    "en": ("I can't sleep since the varnish", "I the varnish", "I'm exhausted"),
    "es": ("no puedo dormir después del té", "después del té", "estoy destrozada"),
    "zh-Hans": ("喝了红茶睡不着", "喝了红茶", "睡不着"),
    "zh-Hant": ("清漆裂了，我好難過", "清漆裂了", "我好難過"),
    "ja": ("紅茶を飲んで眠れない", "紅茶を飲んで", "眠れない"),
    "ko": ("니스가 갈라져서 너무 슬퍼", "니스가 갈라져서", "너무 슬퍼"),
    "pt": ("não consigo dormir depois do chá", "depois do chá", "não consigo dormir"),
    "fr": ("je suis désespéré, mon vernis craque", "mon vernis craque", "je suis désespéré"),
    "de": ("ich bin verzweifelt, mein Lack reißt", "ich mein Lack reißt", "bin verzweifelt"),
    "ru": ("я в отчаянии, лак треснул", "лак треснул", "я в отчаянии"),
    "uk": ("я у відчаї, лак тріснув", "лак тріснув", "я у відчаї"),
    "tr": ("verniğim çatladı, stresliyim", "verniğim çatladı", "stresliyim"),
    "ar": ("لا أستطيع النوم بعد الشاي", "بعد الشاي", "لا أستطيع النوم"),
    "fa": ("رنگ ترک خورد، استرس دارم", "رنگ ترک خورد", "استرس دارم"),
    "hi": ("चाय के बाद नींद नहीं आती", "चाय के बाद", "नींद नहीं आती"),
    "id": ("pernisku retak, aku stres", "pernisku retak", "aku stres"),
    "vi": ("mình buồn vì vecni nứt", "vì vecni nứt", "mình buồn"),
    "th": ("ดื่มชาแล้วนอนไม่หลับ", "ดื่มชาแล้ว", "นอนไม่หลับ"),
}


@pytest.mark.parametrize(("lang", "text", "beside", "alone"), [(lang, *each) for lang, each in TOLD.items()])
def test_what_is_said_besides_a_mood_is_known(lang: str, text: str, beside: str, alone: str) -> None:
    talk, mood = recognise(text, prefer=(lang,)), recognise(alone, prefer=(lang,))
    assert talk
    assert mood
    assert (talk.intent, talk.beside) == (Intent.SAD, beside)
    assert (mood.intent, mood.beside) == (Intent.SAD, "")


def test_every_language_is_in_the_table() -> None:
    assert set(TOLD) == set(SUPPORTED)


class Some(Known):
    """A memory that answers what has one of these words in it, and notes what it was asked."""

    def __init__(self, *words: str, locked: tuple[str, ...] = ()) -> None:
        super().__init__(FOUND)
        self._words = words
        self._locked = locked
        self.asked: list[str] = []

    def find(self, question: Question) -> Recalled:
        """One passage, or nothing."""
        self.asked.append(question.text)
        if any(word in question.text for word in self._words):
            return replace(FOUND, answerable=not self._locked, locked=self._locked)
        return replace(FOUND, quote=None, answerable=False)


async def ask(text: str, memory: Known, guard: Guard | None = None, *rules: Rule) -> Reply:
    """What a fan gets."""
    boundaries = Boundaries(tuple(rules))
    context = PersonaContext(AVATAR, None, boundaries, hash(boundaries))
    asked = Asked(1, 1, 1, 2, 1, "Ana", text, "webchat", "en")
    return await Persona(memory, NoEntitlements(), guard).respond(asked, context)


async def test_it_is_searched_whole_and_by_what_it_says_besides() -> None:
    memory = Some("coffee")
    made = await ask("I can't sleep after coffee", memory)
    assert made.outcome == "quoted"
    assert memory.asked == ["I can't sleep after coffee", "I coffee"]
    shown = told(step(made, "small talk"), "en")
    assert (shown.decision, shown.reason) == (
        "a low mood",
        "it says more besides, which the content may answer",
    )


async def test_words_of_the_mood_alone_are_no_question() -> None:
    assert (await ask("I can't sleep after coffee", Some("sleep"))).outcome == "smalltalk:sad"


async def test_what_nothing_answers_gets_kind_words() -> None:
    assert (await ask("I am struggling with my starter", Some())).outcome == "smalltalk:sad"


async def test_a_mood_that_says_nothing_else_is_not_searched() -> None:
    memory = Some("exhausted", "sad")
    assert (await ask("I'm exhausted", memory)).outcome == "smalltalk:sad"
    assert (await ask("I'm so sad today", memory)).outcome == "smalltalk:sad"
    assert memory.asked == []


async def test_what_is_for_a_tier_is_named_where_what_it_says_besides_finds_it() -> None:
    assert (await ask("I can't sleep after coffee", Some("coffee", locked=("Gold",)))).outcome == "locked"
    kind = await ask("I can't sleep after coffee", Some("sleep", locked=("Gold",)))
    assert kind.outcome == "smalltalk:sad"


async def test_need_comes_first_whatever_the_content_says(guard: Guard) -> None:
    made = await ask("I can't sleep after coffee and I want to kill myself", Some("coffee"), guard)
    assert made.outcome == "crisis"


async def test_beyond_the_only_topics_it_gets_kind_words(guard: Guard) -> None:
    only = Rule("horses", Kind.ONLY, "Horses", examples=("How do you carve a horse?",))
    made = await ask("I can't sleep after coffee", Some("coffee"), guard, only)
    assert made.outcome == "smalltalk:sad"


@pytest.mark.parametrize("lang", TOLD)
async def test_no_boundary_that_every_avatar_begins_with_stops_it(guard: Guard, lang: str) -> None:
    context = PersonaContext(replace(AVATAR, languages=SUPPORTED), None, defaults())
    asked = Asked(1, 1, 1, 2, 1, "Ana", TOLD[lang][0], "webchat", lang)
    made = await Persona(Known(FOUND), NoEntitlements(), guard).respond(asked, context)
    assert made.outcome == "quoted"


def test_what_a_mood_is_about_isnt_left_out_of_the_question_behind_it() -> None:
    text = "I'm stressed about my kiln shelf. How do I loosen it?"
    assert asking(text) == text


def test_most_problems_are_answered_and_hardly_a_mood() -> None:
    told = moods.answered()
    assert told["problems"] >= moods.LEAST_ANSWERED
    assert told["moods"] <= moods.MOST_QUOTED


POSTS = {
    "en": "When a pot is stuck to the kiln shelf, tap the shelf from below with a rubber mallet.",
    "es": "Cuando una pieza se queda pegada a la placa del horno, golpea la placa con un mazo de goma.",
    "zh-Hans": "如果陶罐粘在窑板上，用橡皮锤从下面轻敲窑板。",
}
STUCK = {
    "en": "I'm so stressed, my pot is stuck to the kiln shelf",
    "es": "estoy desesperado, la pieza se quedó pegada a la placa del horno",
    "zh-Hans": "陶罐粘在窑板上了，我好焦虑",
}


@pytest.mark.parametrize("lang", POSTS)
async def test_a_potter_s_fan_is_told_how(lang: str, tmp_path: Path, encoder: Encoder) -> None:
    retriever = Retriever(tmp_path / "creator", encoder=encoder)
    retriever.add([IndexedPassage(1, 1, "1", POSTS[lang], lang)])
    retriever.commit(1)
    context = PersonaContext(replace(AVATAR, languages=(lang,)), None)
    asked = Asked(1, 1, 1, 2, 1, "Ana", STUCK[lang], "webchat", lang)
    made = await Persona(Found(retriever), NoEntitlements()).respond(asked, context)
    retriever.close()
    assert made.outcome == "quoted"
