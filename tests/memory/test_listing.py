"""Items are found by what is known of them, and counted."""

from dataclasses import replace

from memory import importer, listing_repository, service
from memory.importer import Reading
from memory.readers.errors import ReadError
from memory.readers.options import Refused
from memory.readers.sniff import promised
from memory.types import SourceFilter, SourceInfo, SourceState, Visibility
from tests.memory.house import POST, House, reading


async def test_items_are_listed_by_state_kind_language_visibility_and_text(house: House) -> None:
    await house.write(["one"], title="Candle 100%")
    await house.write(["two"], title="Wick", tier="Lamplighters")
    await house.add("queued.md", POST)
    async with house.db.uow(house.creator) as uow:

        async def names(**wanted: object) -> list[str]:
            found = await service.list_sources(uow, SourceFilter(**wanted))  # type: ignore[arg-type]
            assert found.total == len(found.items)
            return [one.name for one in found.items]

        assert await names() == ["queued.md", "Wick", "Candle 100%"]
        assert await names(state=SourceState.INDEXED, kind="text", lang="en") == ["Wick", "Candle 100%"]
        assert await names(visibility=Visibility.TIER) == await names(tier="Lamplighters") == ["Wick"]
        assert await names(text="100%") == ["Candle 100%"]
        assert await names(text="%") == ["Candle 100%"]
        second = await service.list_sources(uow, page=2, size=2)
        known = await service.knowledge(uow)
    assert [one.name for one in second.items] == ["Candle 100%"]
    assert second.total == 3
    assert second.states == {SourceState.INDEXED: 2, SourceState.QUEUED: 1} == known.states
    assert (known.passages, known.languages, known.tiers) == (2, {"en": 2}, ("Lamplighters",))


async def test_what_failed_is_found_under_the_kind_it_is_shown_as(house: House) -> None:
    async def failed(name: str) -> SourceInfo:
        claim = await house.claim((await house.add(name, name)).source.id)
        async with house.db.uow(house.creator) as uow:
            assert await importer.fail(uow, claim, ReadError("cut_off"))
            [found] = (await service.list_sources(uow, SourceFilter(kind=promised(name)))).items
        return found

    for name, kind in (
        ("talk.srt", "subtitles"),
        ("prices.csv", "text"),
        ("wax.md", "markdown"),
        ("wick.PDF", "pdf"),
    ):
        assert ((found := await failed(name)).name, found.kind) == (name, kind)


async def test_a_refused_file_of_an_archive_is_found_under_its_kind(house: House) -> None:
    added = await house.add("all.zip", POST)
    refused = (Refused("talk.srt", ReadError("cut_off")),)
    archive = Reading(kind="zip", title="All", passages=(), container=True, refused=refused, members=1)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, archive)
        found = await service.list_sources(uow, SourceFilter(kind="subtitles"))
    assert [one.name for one in found.items] == ["all.zip/talk.srt"]


async def test_what_was_read_once_stays_of_the_kind_that_was_found(house: House) -> None:
    added = await house.add("scan.jpg", POST)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, replace(reading(["Wax melts."]), kind="pdf"))
        await service.retry(uow, [added.source.id])
        again = await importer.claim(uow, added.source.id)
        assert again is not None
        assert await importer.fail(uow, again, ReadError("cut_off"))
        assert (await service.get_source(uow, added.source.id)).kind == "pdf"


async def test_style_is_measured_from_public_passages_only(house: House) -> None:
    await house.write(["open one", "open two"])
    await house.write(["for the few"], title="few", tier="Lamplighters")
    async with house.db.uow(house.creator) as uow:
        texts = await service.texts_for_style(uow)
        assert texts == await service.texts_for_style(uow)
    assert sorted(texts) == [("en", "open one"), ("en", "open two")]


async def test_only_titles_that_everyone_may_see_and_that_say_something_are_told(house: House) -> None:
    await house.write(["one"], title="Soot")
    await house.write(["two"], title="Wick", tier="Lamplighters")
    await house.add("queued.md", POST)
    async with house.db.uow(house.creator) as uow:
        assert await listing_repository.public_titles(uow, 9) == [("Soot", "en")]
        await uow.fetch("UPDATE source SET state = 'deleting'")
        assert await listing_repository.public_titles(uow, 9) == []
