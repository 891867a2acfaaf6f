"""What follows a quote where it stands: the next sentences, the same piece's next passage, or nothing."""

from dataclasses import replace

from memory.continuing import _unsaid
from memory.types import Locator, Recalled
from tests.memory.house import House
from tests.persona_engine.stand_ins import PASSAGE

YELLOW = "The flame of a candle is yellow."
SOOT = "Particles of soot glow in its heat."
AIR = "With more air they burn up sooner."
WICK = "The wick draws the melted wax up. A towel draws water in the same way."


async def said_next(
    house: House, passage: int, said: str, tiers: frozenset[str] = frozenset()
) -> Recalled | None:
    return await house.memory.continued(house.creator, passage, said, "en", tiers=tiers)


async def test_a_quote_is_followed_by_the_sentences_after_it_and_then_by_the_next_passage(
    house: House,
) -> None:
    _, (first, second) = await house.write([f"{YELLOW} {SOOT} {AIR}", WICK])
    found = await said_next(house, first, YELLOW)
    assert found is not None
    assert found.quote is not None
    assert (found.quote.text, found.quote.passage_id) == (f"{SOOT} {AIR}", first)
    assert found.passages[0].passage.text[found.quote.start : found.quote.end] == found.quote.text
    found = await said_next(house, first, found.quote.text)
    assert found is not None
    assert found.quote is not None
    assert (found.quote.text, found.quote.passage_id) == (WICK, second)
    assert await said_next(house, second, WICK) is None


async def test_a_quote_is_preceded_by_the_sentences_before_it_in_its_passage(house: House) -> None:
    _, (first, second) = await house.write([f"{YELLOW} {SOOT} {AIR}", WICK])
    found = await house.memory.preceding(house.creator, first, AIR, "en")
    assert found is not None
    assert found.quote is not None
    assert found.quote.text == f"{YELLOW} {SOOT}"
    assert found.passages[0].passage.text[found.quote.start : found.quote.end] == found.quote.text
    assert await house.memory.preceding(house.creator, first, YELLOW, "en") is None
    assert await house.memory.preceding(house.creator, second, "elsewhere", "en") is None
    assert await house.memory.preceding(house.creator, first, "", "en") is None


STEPS = (
    "Light the wick.", "Trim it.", "Repeat step 1.", "Pour the wax.", "Repeat step 1.", "Let it set.",
)  # fmt: skip


async def test_words_that_stand_there_twice_are_gone_on_from_where_they_were_said(house: House) -> None:
    text = " ".join(STEPS)
    _, (passage,) = await house.write([text])
    said, at = STEPS[4], text.rindex(STEPS[4])
    found = await house.memory.continued(house.creator, passage, said, "en", at=at)
    assert found is not None
    assert found.quote is not None
    assert found.quote.text == STEPS[5]
    found = await house.memory.preceding(house.creator, passage, said, "en", at=at)
    assert found is not None
    assert found.quote is not None
    assert found.quote.text == " ".join(STEPS[:4])


async def test_in_a_text_that_was_shortened_since_what_was_said_is_found_all_the_same(house: House) -> None:
    _, (passage,) = await house.write([f"{YELLOW} {SOOT}"])
    found = await house.memory.continued(house.creator, passage, YELLOW, "en", at=500)
    assert found is not None
    assert found.quote is not None
    assert found.quote.text == SOOT


async def test_no_more_is_said_at_once_than_is_soon_read(house: House) -> None:
    long = " ".join(
        f"Sentence number {number} says a little about the wax and the wick." for number in range(30)
    )
    _, (passage,) = await house.write([long])
    said, pieces = "", 0
    while found := await said_next(house, passage, said):
        assert found.quote is not None
        assert len(found.quote.text) <= 420
        said, pieces = found.quote.text, pieces + 1
    assert long.endswith(said)
    assert pieces >= 4


async def test_what_was_said_of_half_a_sentence_goes_on_with_the_other_half(house: House) -> None:
    _, (passage,) = await house.write([f"{YELLOW} {SOOT}"])
    found = await said_next(house, passage, "The flame of a")
    assert found is not None
    assert found.quote is not None
    assert found.quote.text == f"candle is yellow. {SOOT}"


async def test_another_piece_is_no_continuation(house: House) -> None:
    _, (only,) = await house.write([YELLOW], title="One post")
    await house.write([WICK], title="Another post")
    assert await said_next(house, only, YELLOW) is None


async def test_what_the_viewer_may_not_see_or_what_is_gone_is_not_gone_on_with(house: House) -> None:
    _, (locked,) = await house.write([f"{YELLOW} {SOOT}"], tier="gold")
    assert await said_next(house, locked, YELLOW) is None
    assert await said_next(house, locked, YELLOW, frozenset({"gold"}))
    assert await said_next(house, locked + 1000, YELLOW) is None


def test_of_a_long_caption_only_the_words_that_were_said_are_passed_over() -> None:
    here = replace(PASSAGE, text=f"{YELLOW} {SOOT}", locator=Locator(cues=((0, 5.0, 5.0), (33, 5.0, 5.0))))
    after = replace(PASSAGE, text=f"{SOOT} {AIR}", locator=Locator(cues=((0, 5.0, 5.0), (36, 5.0, 5.0))))
    assert after.text[_unsaid(here, after) :] == AIR
    after = replace(after, text=f"{AIR} {WICK}", locator=Locator(cues=((0, 5.0, 5.0), (36, 9.0, 9.0))))
    assert _unsaid(here, after) == 0
