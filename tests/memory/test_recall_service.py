"""What is recalled is there, is for the viewer, stands word for word in its source, and opens it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services import Dsn
from kernel.db import InsideTransaction
from memory import importer, passages_repository, service
from memory.chunking import chunk
from memory.errors import NoSearcher, NoSuchPassage
from memory.retrieval import Retriever
from memory.shapes import link
from memory.types import Block, Document, Locator, NewSource, Passage, Question, Ranking
from tests.memory.house import House, eventually

FLAME = "The flame of a candle is yellow because particles of soot glow in its heat."
WICK = "The wick draws the melted wax up by capillary action, as a towel draws water."
SECRET = "Beeswax candles burn longest when the wick is soaked in salt water overnight."
QUESTION = "Why is the flame of a candle yellow?"


async def test_a_question_finds_its_passage_and_the_sentence_that_answers(house: House) -> None:
    source_id, numbers = await house.write([FLAME, WICK], title="Flames")
    recalled = await house.memory.recall(house.creator, QUESTION, "en")
    best = recalled.passages[0].passage
    assert (best.id, best.source_id, best.title, best.text) == (numbers[0], source_id, "Flames", FLAME)
    assert recalled.answerable
    assert recalled.quote is not None
    assert best.text[recalled.quote.start : recalled.quote.end] == recalled.quote.text
    assert recalled.indexed == 2


async def test_a_faq_is_answered_by_what_stands_below_its_questions(house: House) -> None:
    faq = "# FAQ\n\n## Do you ship to Canada?\n\nYes, for six euros.\n\n## Do you take orders?\n\nNot in May."
    async with house.working():
        await house.ended((await house.add("faq.md", faq)).source.id)
    for question, answer in (
        ("Do you ship to Canada?", "Yes, for six euros."),
        ("Do you take orders?", "Not in May."),
    ):
        recalled = await house.memory.recall(house.creator, question, "en")
        assert recalled.answerable
        assert recalled.quote is not None
        assert recalled.quote.text == answer
        # What stands below the next question is no more on this one.
        shown = recalled.quote.passage_id
        assert await house.memory.continued(house.creator, shown, answer, "en") is None


async def test_an_index_is_told_which_passage_begins_below_its_heading(house: House) -> None:
    section = "Keep the wick short. " * 60
    text = f"# Wicks\n\n{section}\n\n# Wax\n\nMelt it slowly."
    async with house.working():
        source = await house.ended((await house.add("care.md", text)).source.id)
    async with house.db.uow(house.creator) as uow:
        found = await passages_repository.indexed_after(uow, 0, 100)
    assert source.passages == len(found) > 2
    assert {one.heading for one in found} == {"Wicks", "Wax"}
    assert [one.text[:4] for one in found if one.opens] == ["Keep", "Melt"]


async def test_what_was_added_a_moment_ago_is_found(house: House) -> None:
    assert (await house.memory.recall(house.creator, QUESTION, "en")).passages == ()
    for number in range(5):
        await house.write([f"{FLAME} This is candle number {number}."], title=f"Flame {number}")
        assert (await house.memory.recall(house.creator, QUESTION, "en")).indexed == number + 1


async def test_what_is_gone_from_the_database_is_not_recalled_though_an_index_has_it(house: House) -> None:
    _, numbers = await house.write([FLAME])
    assert (await house.memory.recall(house.creator, QUESTION, "en")).answerable
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("DELETE FROM chunk"))  # and no word of it on the feed
    recalled = await house.memory.recall(house.creator, QUESTION, "en")
    assert numbers
    assert recalled.indexed == 1
    assert (recalled.passages, recalled.quote, recalled.answerable) == ((), None, False)


async def test_a_quote_that_no_longer_stands_in_its_passage_is_not_given(house: House) -> None:
    await house.write([FLAME])
    assert (await house.memory.recall(house.creator, QUESTION, "en")).answerable
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("UPDATE chunk SET text = 'Altered: ' || text"))
    moved = await house.memory.recall(house.creator, QUESTION, "en")
    assert moved.quote is not None
    assert moved.passages[0].passage.text[moved.quote.start : moved.quote.end] == moved.quote.text
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("UPDATE chunk SET text = 'Altered beyond recognition'"))
    gone = await house.memory.recall(house.creator, QUESTION, "en")
    assert (gone.quote, gone.answerable) == (None, False)


async def test_what_isnt_to_be_found_leaves_its_place_to_what_answers_next(house: House) -> None:
    _, numbers = await house.write([FLAME, WICK], title="Flames")
    left = frozenset({numbers[0]})
    recalled = await house.memory.recall(house.creator, "What draws the melted wax?", "en", without=left)
    assert [one.passage.id for one in recalled.passages] == [numbers[1]]
    assert recalled.answerable
    again = await house.memory.recall(house.creator, QUESTION, "en", without=left)
    assert numbers[0] not in {one.passage.id for one in again.passages}


async def test_what_is_for_a_tier_is_recalled_by_its_holders_only(house: House) -> None:
    await house.write([SECRET], title="Beeswax candles that burn longest", tier="Lamplighters")
    await house.write([FLAME], title="Flames")
    asked = "How do beeswax candles burn longest?"
    everyone = await house.memory.recall(house.creator, asked, "en")
    assert SECRET not in [one.passage.text for one in everyone.passages]
    for holds in (frozenset({"Sparks"}), frozenset({"lamplighters"})):
        other = await house.memory.recall(house.creator, asked, "en", tiers=holds)
        assert SECRET not in [one.passage.text for one in other.passages]
    holder = await house.memory.recall(house.creator, asked, "en", tiers=frozenset({"Lamplighters"}))
    assert holder.passages[0].passage.text == SECRET
    assert holder.passages[0].passage.tier == "Lamplighters"


async def test_a_tier_is_offered_only_while_something_is_kept_for_it(dsn: Dsn, tmp_path: Path) -> None:
    class Matching(Retriever):
        def locked_tiers(self, question: Question, ranking: Ranking) -> tuple[str, ...]:
            return ("Lamplighters", "Sparks")

    house = House(dsn.app, tmp_path, index=lambda place: Matching(place, encoder=None))
    async with house.running():
        await house.write([SECRET], tier="Lamplighters")
        recalled = await house.memory.recall(house.creator, "Do fish sleep at night?", "en")
    assert (recalled.answerable, recalled.locked) == (False, ("Lamplighters",))


async def test_a_tier_that_was_set_a_moment_ago_holds_at_once(house: House) -> None:
    source_id, (number,) = await house.write([FLAME])
    assert (await house.memory.recall(house.creator, QUESTION, "en")).answerable
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [source_id], "Lamplighters")
    recalled = await house.memory.recall(house.creator, QUESTION, "en")
    assert (recalled.passages, recalled.quote) == ((), None)
    async with house.db.uow(house.creator) as uow:
        with pytest.raises(NoSuchPassage):
            await service.passage(uow, number)
        seen = await service.passage(uow, number, tiers=frozenset({"Lamplighters"}))
    assert seen.text == FLAME


async def test_what_is_being_deleted_is_not_recalled(house: House) -> None:
    source_id, _ = await house.write([FLAME])
    await house.memory.recall(house.creator, QUESTION, "en")
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [source_id])
    assert (await house.memory.recall(house.creator, QUESTION, "en")).passages == ()


async def test_recall_is_refused_inside_a_transaction(house: House) -> None:
    with pytest.raises(InsideTransaction):
        async with house.db.uow(house.creator):
            await house.memory.recall(house.creator, QUESTION, "en")


async def test_a_process_without_indexes_asks_a_worker(house: House) -> None:
    await house.write([FLAME], title="Flames")
    direct = await house.memory.recall(house.creator, QUESTION, "en")
    async with house.working():
        asked = await house.memory.ask(house.creator, QUESTION, "en", limit=8)
    assert (asked.passages, asked.quote) == (direct.passages, direct.quote)


async def test_a_search_that_no_worker_answers_says_so(house: House) -> None:
    with pytest.raises(NoSearcher, match="worker"):
        await house.memory.ask(house.creator, QUESTION, "en", timeout_s=0.3)


async def test_indexes_are_shown_with_what_they_hold(house: House) -> None:
    await house.write([FLAME, WICK])
    await house.memory.recall(house.creator, QUESTION, "en")
    (state,) = await house.memory.index_states()
    assert (state.creator_id, state.passages) == (house.creator, 2)

    async def current() -> bool:
        return not (await house.memory.index_states())[0].behind

    await eventually(current)


@pytest.mark.parametrize(
    ("url", "page", "start", "opened"),
    [
        (None, 3, None, None),
        ("https://a.example/x", None, None, "https://a.example/x"),
        ("https://a.example/book.pdf", 3, None, "https://a.example/book.pdf#page=3"),
        ("https://a.example/talk.mp4", None, 75.5, "https://a.example/talk.mp4#t=75"),
        ("https://www.youtube.com/watch?v=abc", None, 75.9, "https://www.youtube.com/watch?v=abc&t=75s"),
        ("https://youtu.be/abc", None, 0.0, "https://youtu.be/abc?t=0s"),
        (
            "https://www.youtube.com/watch?v=abc&t=12s",
            None,
            75.0,
            "https://www.youtube.com/watch?v=abc&t=75s",
        ),
        (
            "https://youtube.com.evil.example/watch?v=a",
            None,
            5.0,
            "https://youtube.com.evil.example/watch?v=a#t=5",
        ),
    ],
)
def test_a_link_opens_the_right_page_or_second(
    url: str | None, page: int | None, start: float | None, opened: str | None
) -> None:
    assert link(url, page=page, start=start) == opened


async def talk(house: House, said: Mapping[float, str]) -> int:
    """A talk that has been read, of which each caption stands for two seconds and a half: its number."""
    cues = tuple(Block(text, Locator(start=start, end=start + 2.5)) for start, text in said.items())
    passages = [(passage, None) for passage in chunk(Document("subtitles", "Kolding", cues))]
    async with house.db.uow(house.creator) as uow:
        item = NewSource("kolding.srt", "c" * 64, 1, url="https://youtu.be/abc")
        claim = await importer.claim(uow, (await service.add_files(uow, [item]))[0].source.id)
        assert claim is not None
        await importer.finish(uow, claim, importer.Reading("subtitles", "Kolding", passages))
    return claim.source_id


async def test_a_quote_from_a_talk_is_cited_at_the_second_of_its_cue(house: House) -> None:
    said = {
        1.0: "Welcome to the pottery of Kolding.",
        10.0: "A word of thanks before we begin.",
        21.0: "Its blue glaze is made with crushed cobalt.",
        24.0: "Nobody knows since when.",
    }
    await talk(house, said)
    recalled = await house.memory.recall(house.creator, "What is the blue glaze made with?", "en")
    assert recalled.quote is not None
    assert "crushed cobalt" in recalled.quote.text
    cited = recalled.passages[0].passage
    assert (cited.locator.start, cited.link) == (21.0, "https://youtu.be/abc?t=21s")
    first = service.at_quote(cited, 0)
    assert (first.locator.start, first.link) == (1.0, "https://youtu.be/abc?t=1s"), "cited for another quote"


async def test_a_talk_without_punctuation_is_cited_at_the_second_of_the_caption(house: House) -> None:
    lines = ["欢迎来到我的频道", "今天我们去爬黄岗山", "午饭吃的是竹筒饭", "我们躲进了猎人的木屋"]
    lines += ["木屋的主人叫廖老三", "他送给我们一罐野蜂蜜", "蜂蜜是从悬崖上采的", "感谢大家的观看"]
    await talk(house, {5.0 * place: line for place, line in enumerate(lines)})
    recalled = await house.memory.recall(house.creator, "木屋的主人叫什么?", "zh")
    assert recalled.quote is not None
    assert recalled.quote.text.startswith("木屋的主人叫廖老三")
    cited = recalled.passages[0].passage
    assert (cited.locator.start, cited.link) == (20.0, "https://youtu.be/abc?t=20s")


async def test_a_talk_goes_on_with_what_was_not_said_yet(house: House) -> None:
    words = [f"word{number}" for number in range(150)]
    lines = [" ".join(words[at : at + 5]) for at in range(0, 150, 5)]
    source_id = await talk(house, {2.5 * place: line for place, line in enumerate(lines)})
    async with house.db.uow(house.creator) as uow:
        passages = (await service.passages(uow, source_id)).items
    assert len(passages) > 2
    heard: list[str] = []
    here, told = passages[0].id, ""
    while found := await house.memory.continued(house.creator, here, told, "en"):
        assert found.quote is not None
        here, told = found.quote.passage_id, found.quote.text
        heard += told.split()
    assert heard == words


async def test_within_a_long_cue_a_quote_is_cited_about_where_it_is_spoken(house: House) -> None:
    said = [f"Now we come to the part of the lecture that has number {number}." for number in range(6)]
    speech = " ".join([*said, "The blue base of the flame has the most air.", *said])
    async with house.db.uow(house.creator) as uow:
        item = NewSource("talk.srt", "a" * 64, 1, url="https://youtu.be/abc")
        source_id = (await service.add_files(uow, [item]))[0].source.id
        claim = await importer.claim(uow, source_id)
        assert claim is not None
        passage = Passage(speech, Locator(start=100.0, end=160.0), "en", 0)
        await importer.finish(uow, claim, importer.Reading("subtitles", "Talk", [(passage, None)]))
    recalled = await house.memory.recall(
        house.creator, "What has the most air, the blue base of the flame?", "en"
    )
    assert recalled.quote is not None
    assert recalled.quote.text.startswith("The blue base")
    cited = recalled.passages[0].passage
    assert cited.locator.start == pytest.approx(127.0, abs=1.5)
    assert cited.link == f"https://youtu.be/abc?t={cited.locator.start:.0f}s"
