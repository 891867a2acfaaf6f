"""An archive stands where the files in it stand, and is shown anew whenever one of them ends."""

from collections.abc import Mapping

import pytest

from memory import importer, service
from memory.types import Inside, SourceFilter, SourceInfo, SourceState
from tests.factories import media
from tests.memory.house import POST, House, eventually, reading

BROKEN = b"%PDF-1.7 and nothing more"


async def read(house: House, files: Mapping[str, bytes]) -> SourceInfo:
    async with house.working():
        return await house.ended((await house.add("bundle.zip", media.zipped(files))).source.id)


async def states(house: House) -> Mapping[SourceState, int]:
    async with house.db.uow(house.creator) as uow:
        return (await service.knowledge(uow)).states


async def named(house: House, state: SourceState) -> set[str]:
    async with house.db.uow(house.creator) as uow:
        found = await service.list_sources(uow, SourceFilter(state=state))
    assert found.total == len(found.items)
    return {one.name for one in found.items}


async def test_one_whose_files_all_failed_has_failed(house: House) -> None:
    archive = await read(house, {"a.pdf": BROKEN, "b.pdf": BROKEN + b"."})
    assert (archive.state, archive.inside) == (SourceState.FAILED, Inside(failed=2))
    assert await states(house) == {SourceState.FAILED: 3}
    assert await named(house, SourceState.INDEXED) == set()
    assert "bundle.zip" in await named(house, SourceState.FAILED)


async def test_one_with_a_file_that_was_read_is_ready_and_tells_how_many_failed(house: House) -> None:
    archive = await read(house, {"a.pdf": BROKEN, "b.md": POST.encode()})
    assert (archive.state, archive.inside) == (SourceState.INDEXED, Inside(indexed=1, failed=1))
    assert await states(house) == {SourceState.INDEXED: 2, SourceState.FAILED: 1}
    assert await named(house, SourceState.INDEXED) == {"bundle.zip", "bundle.zip/b.md"}


async def test_what_lies_in_an_archive_within_counts_for_the_outer_one(house: House) -> None:
    inner = media.zipped({"a.pdf": BROKEN})
    archive = await read(house, {"inner.zip": inner, "b.pdf": BROKEN + b"."})
    assert (archive.state, archive.inside) == (SourceState.FAILED, Inside(failed=2))
    assert (await house.sources())["bundle.zip/inner.zip"].state is SourceState.FAILED


async def test_one_is_being_read_until_its_last_file_has_ended(house: House) -> None:
    bundle = (
        await house.add("bundle.zip", media.zipped({"a.md": POST.encode(), "b.txt": b"Wax melts."}))
    ).source
    async with house.working():
        await house.ended(bundle.id)
    async with house.db.uow(house.creator) as uow:
        inside = await service.children(uow, [bundle.id])
        await service.retry(uow, inside[:1])
    archive = await house.get(bundle.id)
    assert (archive.state, archive.progress) == (SourceState.READING, 0.5)
    assert await states(house) == {SourceState.READING: 1, SourceState.QUEUED: 1, SourceState.INDEXED: 1}


async def test_reading_it_again_reads_the_files_that_failed_again(house: House) -> None:
    archive = await read(house, {"a.pdf": BROKEN, "b.md": POST.encode()})
    before = {name: one.updated_at for name, one in (await house.sources()).items()}
    async with house.working():
        async with house.db.uow(house.creator) as uow:
            assert await service.retry(uow, [archive.id]) == 1

        async def tried() -> bool:
            found = await house.sources()
            return found["bundle.zip/a.pdf"].updated_at > before["bundle.zip/a.pdf"] and found[
                "bundle.zip"
            ].state not in (SourceState.READING, SourceState.QUEUED)

        await eventually(tried)
    after = await house.sources()
    assert after["bundle.zip/b.md"].updated_at == before["bundle.zip/b.md"]


@pytest.mark.parametrize("end", ["read", "cancelled", "deleted"])
async def test_whoever_shows_it_is_told_when_a_file_in_it_ends(house: House, end: str) -> None:
    archive = await read(house, {"a.md": POST.encode(), "b.txt": b"Wax melts."})
    async with house.db.uow(house.creator) as uow:
        inside = await service.children(uow, [archive.id])
        await service.retry(uow, inside)
    async with house.bus.subscribe(service.SOURCE_CHANNEL) as woken:
        if end == "read":
            claim = await house.claim(inside[0])
            async with house.db.uow(house.creator) as uow:
                await importer.finish(uow, claim, reading(["Soot glows."]))
        else:
            async with house.db.uow(house.creator) as uow:
                act = service.cancel if end == "cancelled" else service.delete
                await act(uow, inside[:1])
        heard = await woken.wait(5)
        heard += await woken.wait(0.2)
    assert f"{house.creator}:{archive.id}" in heard


async def test_one_whose_files_were_all_here_says_so_and_which_they_are(house: House) -> None:
    files = {"a.md": POST.encode(), "copy of a.md": POST.encode(), "b.txt": b"Wax melts."}
    async with house.working():
        alone = [(await house.add(name, files[name])).source.id for name in ("a.md", "b.txt")]
        for one in alone:
            await house.ended(one)
        archive = await house.ended((await house.add("bundle.zip", media.zipped(files))).source.id)
    assert (archive.state, archive.inside) == (SourceState.INDEXED, Inside())
    assert archive.reason == "All 3 files in it were here already. Nothing is kept twice."
    assert archive.known == tuple(alone)


async def test_one_that_brings_something_new_tells_what_was_here(house: House) -> None:
    async with house.working():
        known = (await house.ended((await house.add("a.md", POST)).source.id)).id
        files = {"a.md": POST.encode(), "b.txt": b"Wax melts.", "c.txt": b"Soot glows."}
        archive = await house.ended((await house.add("bundle.zip", media.zipped(files))).source.id)
        assert (archive.inside, archive.known) == (Inside(indexed=2), (known,))
        assert (archive.reason or "").startswith("1 of the 3 files in it were here already.")
        # Read again, what it brought the first time is its own.
        async with house.db.uow(house.creator) as uow:
            await service.retry(uow, [archive.id])
        again = await house.ended(archive.id)
    assert (again.inside, again.known) == (Inside(indexed=2), (known,))


async def test_copies_in_it_are_kept_once_and_counted(house: House) -> None:
    files = {f"{number}.md": POST.encode() for number in range(4)} | {"b.txt": b"Wax melts.", "c.txt": b""}
    async with house.working():
        archive = await house.ended((await house.add("bundle.zip", media.zipped(files))).source.id)
        async with house.db.uow(house.creator) as uow:
            await service.retry(uow, [archive.id])
        again = await house.ended(archive.id)
    for read_ in (archive, again):
        assert (read_.inside, read_.reason) == (Inside(indexed=2), None)
        assert [str(note) for note in read_.notes] == [
            "Empty files, left out: 1.",
            "Files that are copies of others in it, kept once: 3.",
        ]


async def test_files_that_were_here_are_kept_for_the_archives_tier_and_that_is_said(house: House) -> None:
    async with house.working():
        known = (await house.ended((await house.add("a.md", POST)).source.id)).id
        archive = media.zipped({"a.md": POST.encode()})
        read_ = await house.ended((await house.add("bundle.zip", archive, tier="Patrons")).source.id)
    assert (await house.get(known)).tier == "Patrons"
    assert (read_.reason or "").startswith("The one file in it was here already.")
    assert [str(note) for note in read_.notes] == ["Files that now only the archive's tier sees: 1."]


async def test_a_file_that_was_not_taken_out_bears_its_archives_name(house: House) -> None:
    await read(house, {"ok.md": POST.encode(), "../up.md": b"Soot."})
    assert await named(house, SourceState.FAILED) == {"bundle.zip/../up.md"}
