"""What is handed in becomes items: each content and each address once, with what an archive holds."""

import asyncio
import json

import pytest

from memory import service
from memory.errors import BadSource
from memory.types import Inside, NewSource, SourceState
from tests.factories import media
from tests.memory.house import POST, House
from tests.memory.wires import served


async def test_the_same_bytes_are_the_same_item_whatever_their_name(house: House) -> None:
    first = await house.add("a.md", POST)
    again = await house.add("b.md", POST)
    assert (again.new, again.again, again.source.id) == (False, False, first.source.id)
    assert list(await house.sources()) == ["a.md"]


async def test_many_files_at_once_keep_their_order_and_count_once(house: House) -> None:
    stored = []
    for number in (1, 2, 1, 3):
        path = house.folder / "post.txt"
        path.write_text(f"Post {number}")
        saved = house.files.save_path(house.creator, path)
        stored.append(NewSource(f"{number}.txt", saved.sha256, saved.size))
    async with house.db.uow(house.creator) as uow:
        added = await service.add_files(uow, stored)
    assert [one.source.name for one in added] == ["1.txt", "2.txt", "1.txt", "3.txt"]
    assert len(await house.sources()) == 3


async def test_two_who_add_the_same_file_at_once_get_one_item(house: House) -> None:
    added = await asyncio.gather(*(house.add(f"{number}.md", POST) for number in range(4)))
    assert len({one.source.id for one in added}) == 1
    assert sorted(one.new for one in added) == [False, False, False, True]


async def test_a_chats_picture_is_read_with_its_messages_and_refused_without_them(house: House) -> None:
    name = "photos/photo_1@01-05-2024_10-00-00.txt"
    export = media.channel_export()
    export["messages"].append({**export["messages"][-1], "id": 9, "text": "Soot", "photo": name})
    whole = {"result.json": json.dumps(export).encode(), name: b"Soot glows in the flame."}
    async with house.working():
        alone = await house.add(name, b"A stranger's words.")
        ended = await house.ended(alone.source.id)
        assert (ended.state, ended.reason_code) == (SourceState.FAILED, "telegram_part")
        bundle = await house.add("export.zip", media.zipped(whole))
        await house.until(bundle.source.id, [SourceState.INDEXED])
    assert (await house.sources())[f"export.zip/{name}"].state is SourceState.INDEXED


async def test_an_archive_brings_its_files_as_items_and_refuses_the_hostile_one_alone(house: House) -> None:
    bundle = media.zipped(
        {"a.md": POST.encode(), "sub/b.txt": b"Wax melts at sixty degrees.", "../x.txt": b"no"}
    )
    async with house.working():
        added = await house.add("bundle.zip", bundle, tier="Lamplighters", licence="CC-BY-4.0")
        await house.ended(added.source.id)
        sources = await house.sources()
        for source in sources.values():
            await house.ended(source.id)
    sources = await house.sources()
    inside = {name: one for name, one in sources.items() if one.parent_id == added.source.id}
    assert sources["bundle.zip"].inside == Inside(indexed=2, failed=1)
    assert {name.rsplit("/", 1)[1]: one.state for name, one in inside.items()} == {
        "a.md": SourceState.INDEXED,
        "b.txt": SourceState.INDEXED,
        "x.txt": SourceState.FAILED,
    }
    read = [one for one in inside.values() if one.state is SourceState.INDEXED]
    assert {(one.tier, one.licence) for one in read} == {("Lamplighters", "CC-BY-4.0")}


async def test_reading_an_archive_again_doubles_nothing(house: House) -> None:
    bundle = media.zipped({"a.md": POST.encode(), "../x.txt": b"no"})
    async with house.working():
        added = await house.add("bundle.zip", bundle)
        await house.ended(added.source.id)
        before = {name: one.id for name, one in (await house.sources()).items()}
        async with house.db.uow(house.creator) as uow:
            assert await service.retry(uow, [added.source.id]) == 1
        await house.until(added.source.id, [SourceState.INDEXED])
    after = await house.sources()
    assert sorted(after) == sorted(before)
    assert after["bundle.zip/a.md"].id == before["bundle.zip/a.md"]


async def test_a_file_added_by_itself_stays_when_its_archive_goes(house: House) -> None:
    async with house.working():
        archive = await house.add("bundle.zip", media.zipped({"a.md": POST.encode(), "b.md": b"# B\n\nWax."}))
        await house.ended(archive.source.id)
        alone = await house.add("mine.md", POST)
        async with house.db.uow(house.creator) as uow:
            await service.delete(uow, [archive.source.id])
        await house.erased(2)
    assert [one.id for one in (await house.sources()).values()] == [alone.source.id]


async def test_an_address_is_one_item_and_is_fetched_again_on_retry(house: House) -> None:
    async with served(POST.encode()) as url, house.working():
        async with house.db.uow(house.creator) as uow:
            first = await service.add_url(uow, f"{url}#colour", fetcher=house.memory.fetcher)
            second = await service.add_url(uow, url, fetcher=house.memory.fetcher)
        source = await house.ended(first.source.id)
        assert (first.new, second.new, second.source.id) == (True, False, first.source.id)
        assert (source.state, source.url, source.title) == (SourceState.INDEXED, url, "Why flames are yellow")
        async with house.db.uow(house.creator) as uow:
            await service.retry(uow, [source.id])
        await house.until(source.id, [SourceState.INDEXED])
    assert len(house.events) == 2


async def test_an_address_and_a_file_of_the_same_bytes_are_two_items_that_share_it(house: House) -> None:
    async with served(POST.encode()) as url, house.working():
        async with house.db.uow(house.creator) as uow:
            page = await service.add_url(uow, url, fetcher=house.memory.fetcher)
        file = await house.add("flames.md", POST)
        page_info, file_info = await house.ended(page.source.id), await house.ended(file.source.id)
        assert page_info.sha256 == file_info.sha256
        async with house.db.uow(house.creator) as uow:
            await service.delete(uow, [file_info.id])
        await house.erased(1)
        assert house.files.path(house.creator, page_info.sha256 or "").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "http://",
        "https://me:pw@a.example",
        "x",
        "http://a\\b.example",
    ],
)
async def test_what_is_no_web_address_is_refused_at_once(house: House, url: str) -> None:
    with pytest.raises(BadSource, match="http"):
        async with house.db.uow(house.creator) as uow:
            await service.add_url(uow, url)
    assert not await house.sources()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://localhost/", "localhost is inside a private network.* upload the file"),
        ("http://192.168.1.5/x", "192.168.1.5 is inside"),
        ("http://[::1]:8080/", "::1 is inside"),
        ("https://printer.lan/", "printer.lan is inside"),
        ("http://example.com:22/", "Port 22 is not fetched from.* 443"),
    ],
)
async def test_what_is_never_fetched_is_refused_at_once(house: House, url: str, told: str) -> None:
    with pytest.raises(BadSource, match=told) as refused:
        async with house.db.uow(house.creator) as uow:
            await service.add_url(uow, url)
    assert refused.value.status == 422
    assert not await house.sources()


async def test_names_are_made_fit_for_showing(house: House) -> None:
    added = await house.add("C:\\post\u202es\\a\x00b.md", POST)
    assert added.source.name == "C:/post s/a b.md"
    with pytest.raises(BadSource, match="name"):
        await house.add("\u202e", "another text")
