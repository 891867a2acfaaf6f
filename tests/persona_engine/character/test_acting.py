"""What a character does to replies that no model words: how much is quoted, when, in which tone and words."""

from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.chat import Button
from kernel.lang import SUPPORTED
from memory import service as memory
from memory.types import Locator, Quote, Recalled, RecalledPassage
from persona_engine import character
from persona_engine.character import Character, Guidance, Length, Link, Strictness, Tone
from persona_engine.character.acting import cut
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from persona_engine.style_card import Emoji, Share, StyleCard
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known

TEXT = "Look closer. The bright yellow light comes from specks of soot. Soot glows when it is hot. And so on."
BEST, SOOT = TEXT.index("The bright"), TEXT.index("Soot glows")
THREE = replace(PASSAGE, text=TEXT)
QUOTE = Quote(7, TEXT[: TEXT.index(" And so")], 0, TEXT.index(" And so"), 0.9, BEST, TEXT.index(" Soot"))
QUOTED = replace(FOUND, passages=(RecalledPassage(THREE, 0.9, 0.8, None),), quote=QUOTE, threshold=0.5)
QUESTION = "Why is the flame yellow?"


async def reply(
    who: Character,
    text: str = QUESTION,
    found: Recalled = QUOTED,
    style: StyleCard | None = None,
    seed: int = 1,
) -> Reply:
    asked = Asked(1, 1, 1, seed, 1, "Ana", text, "webchat", opens=True)
    context = PersonaContext(AVATAR, style, character=who)
    return await Persona(Known(found), NoEntitlements()).respond(asked, context)


def said(made: Reply) -> str:
    return made.parts[0].text


@pytest.mark.parametrize(
    ("length", "quoted"),
    [
        (Length.SHORT, "The bright yellow light comes from specks of soot."),
        (Length.MEDIUM, "The bright yellow light comes from specks of soot. Soot glows when it is hot."),
        (
            Length.LONG,
            "Look closer. The bright yellow light comes from specks of soot. Soot glows when it is hot.",
        ),
    ],
)
async def test_as_many_sentences_are_quoted_as_the_length_allows(length: Length, quoted: str) -> None:
    made = await reply(Character(length=length))
    assert said(made).endswith(f":\n\n{quoted}")
    start, end = made.parts[0].citations[0].url.split("?q=")[1].split("#")[0].split("-")
    assert TEXT[int(start) : int(end)] == quoted, "what is marked in the source is what was quoted"


@pytest.mark.parametrize("cues", [(), ((0, 20.0, 24.0), (BEST, 24.0, 41.0), (SOOT, 41.0, 50.0))])
async def test_a_short_answer_from_a_talk_opens_where_its_sentence_is_spoken(
    cues: tuple[tuple[int, float, float], ...],
) -> None:
    """The talk evenly spoken, with or without its captions' seconds."""
    film = "https://films.example/watch"
    talk = replace(THREE, locator=Locator(start=20.0, end=50.0, cues=cues), source_url=film, kind="video")
    two = Quote(7, TEXT[BEST:], BEST, len(TEXT), 0.9, SOOT, TEXT.index(" And so"))
    cited = RecalledPassage(memory.at_quote(talk, two.start), 0.9, 0.8, None)
    found = replace(QUOTED, quote=two, passages=(cited,))
    opened = [
        (await reply(Character(length=length), found=found)).parts[0].citations[0].url
        for length in (Length.LONG, Length.SHORT)
    ]
    assert opened == ([f"{film}#t=24", f"{film}#t=41"] if cues else [f"{film}#t=22", f"{film}#t=38"])


@pytest.mark.parametrize("length", Length)
async def test_a_title_goes_with_what_it_stands_above_at_any_length(length: Length) -> None:
    title, advice = "Flying with a pen", "Keep the nib up. Fill it to the brim. A bag saves your shirt."
    text = f"{title}\n{advice}"
    best = text.index("Keep")
    flying = Quote(7, text, 0, len(text), 0.9, best, text.index(" Fill"))
    passage = RecalledPassage(replace(PASSAGE, text=text), 0.9, 0.8, None)
    found = replace(FOUND, passages=(passage,), quote=flying)
    assert f"{title}\nKeep the nib up." in said(await reply(Character(length=length), found=found))


async def test_a_short_answer_is_not_the_posts_own_question() -> None:
    text = "Why is the flame yellow? Soot glows in it."
    asking = Quote(7, text, 0, len(text), 0.9, 0, text.index(" Soot"))
    found = replace(
        FOUND, passages=(RecalledPassage(replace(PASSAGE, text=text), 0.9, 0.8, None),), quote=asking
    )
    assert said(await reply(Character(length=Length.SHORT), found=found)).endswith("\n\nSoot glows in it.")


@pytest.mark.parametrize(
    ("strictness", "confidence", "outcome"),
    [
        (Strictness.STRICT, 0.69, "declined"),
        (Strictness.STRICT, 0.71, "quoted"),
        (Strictness.ADAPTIVE, 0.51, "quoted"),
        (Strictness.ADAPTIVE, 0.49, "declined"),
        (Strictness.CREATIVE, 0.31, "quoted"),
        (Strictness.CREATIVE, 0.29, "declined"),
    ],
)
async def test_strictness_moves_the_bar(strictness: Strictness, confidence: float, outcome: str) -> None:
    found = replace(QUOTED, confidence=confidence, answerable=confidence >= 0.5)
    assert (await reply(Character(strictness=strictness), found=found)).outcome == outcome


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_creative_calls_the_nearest_passage_no_more_than_that(lang: str) -> None:
    found = replace(QUOTED, confidence=0.4, answerable=False)
    asked = Asked(1, 1, 1, 1, 1, "Ana", QUESTION, "webchat", lang)
    context = PersonaContext(AVATAR, None, character=Character(strictness=Strictness.CREATIVE))
    near = await Persona(Known(found), NoEntitlements()).respond(asked, context)
    sure = await Persona(Known(QUOTED), NoEntitlements()).respond(asked, context)
    frame, quoted = said(near).split("\n\n", 1)
    assert quoted == QUOTE.text, "nothing is invented"
    assert frame != said(sure).split("\n\n")[0]
    assert near.trace
    assert near.trace.steps[-1].reason == "near"


async def test_creative_shows_nothing_of_a_tier_that_the_fan_does_not_hold() -> None:
    found = replace(QUOTED, confidence=0.9, answerable=False, locked=("Makers",))
    assert (await reply(Character(strictness=Strictness.CREATIVE), found=found)).outcome == "locked"


async def test_the_creators_own_words_are_said_in_the_language_they_are_written_in() -> None:
    who = Character(
        greetings={"en": "Hello, spark!"},
        sign_offs={"en": "Mind the flame."},
        no_answers={"en": "Not my candle.", "es": "No es mi vela."},
    )
    nothing = replace(QUOTED, answerable=False)
    assert said(await reply(who, "Hello!")) == "Hello, spark!"
    assert said(await reply(who, "Goodbye!")) == "Mind the flame."
    assert said(await reply(who, found=nothing)) == "Not my candle."
    assert said(await reply(who, "¿Por qué la llama es amarilla?", nothing)) == "No es mi vela."
    assert said(await reply(who, "¡Hola!")) != "Hello, spark!"


async def test_what_is_asked_of_an_ai_is_answered_by_no_setting() -> None:
    who = Character(greetings={"en": "I say hello to all."}, no_answers={"en": "Nothing."})
    assert "not a person" in said(await reply(who, "Are you real?"))


CARD = StyleCard(greeting=0.2, emoji=Emoji(share=0.2, favourites=(Share("🕯️", 1.0),)))


async def frames(tone: Tone, style: StyleCard | None) -> list[str]:
    """The beginnings of many answers."""
    made = [await reply(Character(tone=tone), style=style, seed=seed) for seed in range(200)]
    return [said(each).split("\n\n")[0] for each in made]


def share(of: list[str], mark: str) -> float:
    return sum(mark in each for each in of) / len(of)


async def test_sliders_act_on_the_frame_alone() -> None:
    middle = await frames(Tone(), CARD)
    assert 0.1 < share(middle, "Hi!") < 0.3
    assert 0.1 < share(middle, "🕯️") < 0.3
    assert share(await frames(Tone(warmth=0), CARD), "Hi!") == 0
    assert share(await frames(Tone(warmth=100), CARD), "Hi!") > share(middle, "Hi!")
    assert share(await frames(Tone(playfulness=0), CARD), "🕯️") == 0
    assert share(await frames(Tone(playfulness=100), CARD), "🕯️") > share(middle, "🕯️")
    formal = await frames(Tone(100, 100, 100), CARD)
    assert share(formal, "Hi!") == share(formal, "🕯️") == 0


async def test_without_a_style_card_the_sliders_have_something_to_go_by() -> None:
    assert share(await frames(Tone(), None), "Hi!") == 0
    lively = await frames(Tone(100, 100), None)
    assert share(lively, "Hi!") > 0.1
    assert share(lively, "🙂") > 0.1


LINK = Link("Live show", "https://example.org/live")


async def test_an_answer_may_point_to_what_the_creator_has_chosen() -> None:
    made = await reply(Character(guidance=Guidance(links=(LINK,), every=3)))
    assert made.aside
    assert made.aside.text == "By the way, have a look: Live show."
    assert made.aside.button == Button("Live show", url="https://example.org/live")
    assert made.aside.every == 3
    assert "Live show" not in said(made), "whether it is its turn is decided where the thread is known"


async def test_an_item_is_pointed_to_where_it_was_found_for_the_question_and_is_not_the_answer() -> None:
    second = replace(PASSAGE, id=8, source_id=4, title="Why wicks curl")
    found = replace(QUOTED, passages=(*QUOTED.passages, RecalledPassage(second, 0.5, 0.5, None)))
    who = Character(guidance=Guidance(items=(PASSAGE.source_id, 4)))
    made = await reply(who, found=found)
    assert made.aside
    assert made.aside.text == "This may interest you, too: “Why wicks curl”."
    assert made.aside.button == Button("Why wicks curl", url="/s/ember/8#passage")
    assert (await reply(who)).aside is None


async def test_nothing_is_pointed_to_where_nothing_was_answered() -> None:
    who = Character(strictness=Strictness.CREATIVE, guidance=Guidance(links=(LINK,)))
    assert (await reply(who, "Hello!")).aside is None
    assert (await reply(who, found=replace(QUOTED, answerable=False, confidence=0.1))).aside is None
    assert (await reply(who, found=replace(QUOTED, answerable=False, confidence=0.4))).aside is None


def test_whoever_holds_a_tier_is_not_sent_there() -> None:
    who = Character(guidance=Guidance(tiers=("Makers", "Patrons")))
    assert character.beyond(who, frozenset({"Makers"})).guidance.tiers == ("Patrons",)


def test_a_quote_is_not_cut_before_what_takes_it_back() -> None:
    text = "A man at the market told me to boil the brass. I did not. It was late, and I was tired of him."
    end = text.index(".") + 1
    quote = Quote(PASSAGE.id, text, 0, len(text), 0.9, 0, end)
    assert cut(quote, "en", Length.SHORT).text == "A man at the market told me to boil the brass. I did not."
