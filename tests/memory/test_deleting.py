"""What is deleted goes with all that hangs on it, and nothing that somebody wants meanwhile."""

import asyncio
from contextvars import Context

import pytest
from sqlalchemy import text

from community import service as community
from memory import service, tasks
from memory.errors import FileGone, NoSuchSource
from memory.types import NewSource, SourceState
from tests.factories import media
from tests.memory.house import POST, House


async def test_deleting_takes_the_file_the_passages_and_what_was_inside(house: House) -> None:
    bundle = media.zipped({"a.md": POST.encode(), "inner.zip": media.zipped({"b.md": b"# B\n\nWax melts."})})
    async with house.working():
        archive = await house.add("bundle.zip", bundle)
        kept = await house.add("kept.md", "# Kept\n\nThis stays.")
        await house.ended(archive.source.id)
        await house.ended((await house.sources())["bundle.zip/inner.zip"].id)
        for source in (await house.sources()).values():
            await house.ended(source.id)
        gone = [one for one in (await house.sources()).values() if one.id != kept.source.id]
        async with house.db.uow(house.creator) as uow:
            assert await service.delete(uow, [archive.source.id]) == len(gone) == 4
            with pytest.raises(NoSuchSource):
                await service.get_source(uow, archive.source.id)
        await house.erased(4)
    assert house.stored_files() == [kept.source.sha256]
    async with house.db.uow(house.creator) as uow:
        assert (await service.knowledge(uow)).passages == 1


async def test_what_is_added_again_while_it_is_being_deleted_stays(house: House) -> None:
    source_id, _ = await house.write(["Wax melts."])
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [source_id])
        digest = (await uow.session.execute(text("SELECT sha256, size FROM source"))).one()
    async with house.db.uow(house.creator) as uow:
        again = (await service.add_files(uow, [NewSource("a", digest.sha256, digest.size)]))[0]
    await tasks.erase(house.memory, house.creator, [source_id])
    assert again.again
    assert (await house.get(source_id)).state is SourceState.QUEUED


async def test_bytes_that_are_sent_while_they_are_erased_are_asked_for_again(house: House) -> None:
    first = await house.add("a.md", POST)
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [first.source.id])
    stored = house.files.save_path(house.creator, house.folder / (first.source.sha256 or ""))
    await tasks.erase(house.memory, house.creator, [first.source.id])
    with pytest.raises(FileGone, match="Send it again"):
        async with house.db.uow(house.creator) as uow:
            await service.add_file(uow, stored, "a.md", files=house.files)
    assert not await house.sources()


async def test_erasing_waits_for_who_is_adding_the_same_bytes(house: House) -> None:
    first = await house.add("a.md", POST)
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [first.source.id])
    stored = house.files.save_path(house.creator, house.folder / (first.source.sha256 or ""))
    async with house.db.uow(house.creator) as uow:
        added = await service.add_file(uow, stored, "a.md", files=house.files)
        erasing = asyncio.create_task(
            tasks.erase(house.memory, house.creator, [first.source.id]), context=Context()
        )
        await asyncio.sleep(0.3)
        assert not erasing.done()
    await erasing
    assert house.files.path(house.creator, stored.sha256).is_file()
    assert (await house.get(added.source.id)).state is SourceState.QUEUED


async def test_deleting_an_item_leaves_the_portrait_of_the_same_bytes(house: House) -> None:
    picture = await house.add("me.png", b"a picture")
    async with house.db.uow(house.creator) as uow:
        avatar = await community.create_avatar(
            uow, slug="ember", name="Ember", languages=["en"], portrait=picture.source.sha256
        )
        await service.delete(uow, [picture.source.id])
    assert avatar.portrait
    await tasks.erase(house.memory, house.creator, [picture.source.id])
    assert house.stored_files() == [avatar.portrait]
