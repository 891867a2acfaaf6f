"""An address given again is looked at again: what is new comes in, what left a feed stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from kernel.files import StoredFile
from memory import importer, service, tasks
from memory.errors import FileGone
from memory.importer import Claim
from memory.types import Added, PassageInfo, SourceInfo, SourceState
from tests.memory.house import House, eventually
from tests.memory.wires import served
from tests.support.deaths import Died


@dataclass
class Site:
    """What an address answers with, now."""

    body: bytes


def feed(*entries: tuple[str, str, str]) -> bytes:
    """RSS of entries, each a title, an address ("" for none) and a text."""
    items = "".join(
        f"<item><title>{title}</title>{f'<link>{link}</link>' if link else ''}"
        f"<description>{text}</description></item>"
        for title, link, text in entries
    )
    head = "<title>Candle Lab</title><link>https://candle.example/</link>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


WAX = ("Wax", "https://candle.example/wax", "Wax melts at sixty-two degrees.")
WICK = ("Wick", "https://candle.example/wick", "A wick is plaited so that its tip leans out.")
SOOT = ("Soot", "https://candle.example/soot", "Soot glows yellow in the heat of the flame.")


@asynccontextmanager
async def looking(house: House, site: Site) -> AsyncIterator[str]:
    async with served(lambda: site.body) as url, house.working():
        yield url


async def give(house: House, url: str) -> Added:
    async with house.db.uow(house.creator) as uow:
        return await service.add_url(uow, url, fetcher=house.memory.fetcher)


async def looked(house: House, url: str) -> SourceInfo:
    """The item for an address, once it has been looked at."""
    return await house.ended((await give(house, url)).source.id)


async def passages(house: House, item: SourceInfo) -> Sequence[PassageInfo]:
    async with house.db.uow(house.creator) as uow:
        return (await service.passages(uow, item.id, size=500)).items


def said(item: SourceInfo) -> list[str]:
    return [str(note) for note in item.notes]


async def test_a_feed_given_again_brings_its_new_entries(house: House) -> None:
    site = Site(feed(WAX))
    async with looking(house, site) as url:
        first = await looked(house, url)
        before = await passages(house, first)
        assert (said(first), len(before)) == ([], 1)
        site.body = feed(SOOT, WICK, WAX)
        added = await give(house, url)
        assert (added.new, added.again, added.source.id) == (False, True, first.id)
        item = await house.ended(first.id)
        assert said(item) == ["New entries: 2."]
        assert item.looked_at
        assert first.looked_at
        assert item.looked_at > first.looked_at
        after = await passages(house, item)
        assert [one.title for one in after] == ["Wax", "Soot", "Wick"]
        assert after[0] == before[0]  # what cites it goes on doing so
        again = await looked(house, url)
        assert said(again) == ["Nothing is new."]
        assert await passages(house, again) == after
    assert len(await house.sources()) == 1


async def test_what_has_left_a_feed_stays_and_what_was_edited_is_read_anew(house: House) -> None:
    site = Site(feed(WICK, WAX))
    async with looking(house, site) as url:
        await looked(house, url)
        site.body = feed(SOOT, ("Wicks", WICK[1], "A wick is plaited flat."))
        item = await looked(house, url)
        assert said(item) == ["New entries: 1."]
        found = {one.title: one.text for one in await passages(house, item)}
    assert found == {"Wicks": "A wick is plaited flat.", "Wax": WAX[2], "Soot": SOOT[2]}


async def test_entries_without_addresses_are_told_by_their_titles_and_moved_ones_by_their_words(
    house: House,
) -> None:
    site = Site(feed(("Wax", "", WAX[2]), ("Wick", "", WICK[2]), SOOT))
    async with looking(house, site) as url:
        await looked(house, url)
        moved = (SOOT[0], "https://new.example/soot", SOOT[2])
        site.body = feed(("Wax", "", "Wax melts at sixty-four."), ("Wick", "", WICK[2]), moved)
        item = await looked(house, url)
        assert said(item) == ["Nothing is new."]
        texts = [one.text for one in await passages(house, item)]
    assert texts == ["Wax melts at sixty-four.", WICK[2], SOOT[2]]


async def test_a_page_given_again_says_whether_it_has_changed(house: House) -> None:
    site = Site(b"# Wax\n\nWax melts at sixty-two degrees.")
    async with looking(house, site) as url:
        assert said(await looked(house, url)) == []
        assert said(await looked(house, url)) == ["Nothing is new."]
        site.body = b"# Wax\n\nBeeswax melts at sixty-four degrees."
        item = await looked(house, url)
        assert said(item) == ["It has changed since it was last looked at."]
        assert [one.text for one in await passages(house, item)] == ["Beeswax melts at sixty-four degrees."]
        await eventually(partial(alone, house))  # what it was before is kept nowhere


async def alone(house: House) -> bool:
    return len(house.stored_files()) == 1


async def die_before_the_commit(house: House, claim: Claim, stored: StoredFile) -> None:
    async with house.db.uow(house.creator) as uow:
        assert await importer.fetched(uow, claim, stored, house.files)
        raise Died


async def test_a_process_that_dies_before_it_has_noted_the_new_file_leaves_the_earlier_one(
    house: House,
) -> None:
    async with served(b"# Wax\n\nWax melts at sixty-two degrees.") as url, house.working():
        item = await looked(house, url)
    stored = await asyncio.to_thread(house.files.save_path, house.creator, Path(__file__))
    claim = await house.claim((await give(house, url)).source.id)
    with pytest.raises(Died):
        await die_before_the_commit(house, claim, stored)
    assert (await house.get(item.id)).sha256 == item.sha256
    assert item.sha256 in house.stored_files()
    async with house.db.uow(house.creator) as uow:
        assert await importer.fetched(uow, claim, stored, house.files)
    assert item.sha256 in house.stored_files()
    await tasks.let_go(house.memory, house.creator, [str(item.sha256), stored.sha256])
    assert house.stored_files() == [stored.sha256]


async def test_what_an_address_brings_back_while_it_is_let_go_is_fetched_once_more(house: House) -> None:
    async with served(b"# Wax\n\nWax melts at sixty-two degrees.") as url, house.working():
        item = await looked(house, url)
    claim = await house.claim((await give(house, url)).source.id)
    stored = await asyncio.to_thread(house.files.save_path, house.creator, Path(__file__))
    await tasks.let_go(house.memory, house.creator, [stored.sha256])
    with pytest.raises(FileGone):
        async with house.db.uow(house.creator) as uow:
            await importer.fetched(uow, claim, stored, house.files)
    assert (await house.get(item.id)).sha256 == item.sha256
    assert house.stored_files() == [item.sha256]


async def test_one_that_can_t_be_reached_now_keeps_what_it_brought(house: House) -> None:
    site = Site(feed(WAX))
    async with looking(house, site) as url:
        first = await looked(house, url)
    async with house.working():
        await give(house, url)
        item = await house.until(first.id, [SourceState.FAILED])
    assert (item.reason_code, item.looked_at) == ("url_unreachable", first.looked_at)
    assert [one.text for one in await passages(house, item)] == [WAX[2]]


async def test_one_that_is_being_looked_at_is_looked_at_once(house: House) -> None:
    async with served(feed(WAX)) as url:
        first = await give(house, url)
        second = await give(house, url)
        assert (first.new, second.new, second.again) == (True, False, False)
        async with house.working():
            await house.ended(first.source.id)

            async def told() -> bool:
                return len(house.events) == 1

            await eventually(told)
