"""Items are found by what is known of them, and counted."""

from memory import listing_repository, service
from memory.types import SourceFilter, SourceState, Visibility
from tests.memory.house import POST, House


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
