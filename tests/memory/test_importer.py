"""What happens to an item while it is read: alone with its troubles, stoppable, whole after any death."""

import asyncio

import pytest
from sqlalchemy import text

from memory import adding, importer, service, tasks
from memory.events import SourceFailed, SourceIndexed, SourcesHeld
from memory.readers.errors import ReadError, Waiting
from memory.types import NewSource, SourceState
from tests.factories import media
from tests.memory.house import POST, House, eventually, reading
from tests.memory.wires import served


async def test_a_file_becomes_passages_that_are_announced(house: House) -> None:
    async with house.working():
        added = await house.add("flames.md", POST)
        source = await house.ended(added.source.id)
    assert (added.new, added.source.state) == (True, SourceState.QUEUED)
    assert (source.state, source.progress, source.kind) == (SourceState.INDEXED, 1.0, "markdown")
    assert (source.title, source.lang, source.passages) == ("Why flames are yellow", "en", 1)
    assert "Soot particles glow" in (await house.texts(source.id))[0]
    assert house.events == [SourceIndexed(house.creator, source.id, 1)]


async def test_a_broken_file_fails_alone_and_says_why(house: House) -> None:
    async with house.working():
        broken = await house.add("book.pdf", media.pdf(["Wax"])[:300])
        locked = await house.add("locked.pdf", media.pdf(["Wax"], password="candle"))
        program = await house.add("holiday.jpg", b"MZ" + bytes(500))
        fine = await house.add("flames.md", POST)
        ended = [await house.ended(each.source.id) for each in (broken, locked, program, fine)]
    assert [one.state for one in ended] == [*[SourceState.FAILED] * 3, SourceState.INDEXED]
    assert [one.reason_code for one in ended[:3]] == ["damaged", "password_protected", "executable"]
    assert [one.kind for one in ended[:3]] == ["pdf", "pdf", "image"], "what its name promises"
    assert "Remove the password" in (ended[1].reason or "")
    failed = [event for event in house.events if isinstance(event, SourceFailed)]
    assert {event.source_id for event in failed} == {one.id for one in ended[:3]}


async def test_what_failed_is_tried_again_when_it_is_handed_in_again(house: House) -> None:
    added = await house.add("a.md", POST)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        assert await importer.fail(uow, claim, ReadError("crashed", detail="a bad day"))
    again = await house.add("a.md", POST)
    assert (again.new, again.again) == (False, True)
    assert (again.source.state, again.source.reason) == (SourceState.QUEUED, None)


async def test_what_waits_for_the_operator_is_tried_again_at_the_next_start(house: House) -> None:
    added = await house.add("talk.wav", POST)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await importer.fail(uow, claim, Waiting("no_transcriber"))
    waiting = await house.get(added.source.id)
    assert (waiting.state, waiting.reason_code) == (SourceState.WAITING, "no_transcriber")
    assert house.events == [SourcesHeld(house.creator)]
    assert "UNDERSTUDY_TRANSCRIPTION_URL" in (waiting.reason or "")
    await tasks.retry_waiting(house.memory)
    assert (await house.get(added.source.id)).state is SourceState.QUEUED


async def test_cancelling_stops_a_reading_within_a_second(house: House) -> None:
    async with served(POST.encode(), delay_s=30) as url, house.working():
        async with house.db.uow(house.creator) as uow:
            source_id = (await service.add_url(uow, url, fetcher=house.memory.fetcher)).source.id
        await house.until(source_id, [SourceState.READING])
        await asyncio.sleep(0.7)  # it is a long one now, and watched
        async with house.db.uow(house.creator) as uow:
            assert await service.cancel(uow, [source_id]) == 1

        async def idle() -> bool:
            return not any(queue.running for queue in await house.jobs.state())

        await eventually(idle, within_s=1.0)
    assert (await house.get(source_id)).state is SourceState.CANCELLED


async def test_a_result_that_comes_too_late_is_dropped(house: House) -> None:
    added = await house.add("a.md", POST)
    slow, quick = await house.claim(added.source.id), await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        assert not await importer.finish(uow, slow, reading(["from the slow one"]))
        assert not await importer.fail(uow, slow, ReadError("empty"))
        assert await importer.finish(uow, quick, reading(["from the quick one"]))
        assert not await importer.finish(uow, quick, reading(["once more"]))
    assert await house.texts(added.source.id) == ["from the quick one"]


@pytest.mark.parametrize("act", [service.cancel, service.delete])
async def test_what_was_cancelled_or_deleted_meanwhile_is_not_written(house: House, act: object) -> None:
    added = await house.add("a.md", POST)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await act(uow, [added.source.id])  # type: ignore[operator]
    async with house.db.uow(house.creator) as uow:
        assert not await importer.advance(uow, claim, 0.5)
        assert not await importer.finish(uow, claim, reading(["late"]))
        assert (await service.knowledge(uow)).passages == 0


async def test_progress_never_goes_back(house: House) -> None:
    added = await house.add("a.md", POST)
    claim = await house.claim(added.source.id)
    seen = []
    for share in (0.3, 0.2, 0.6, 1.0):
        async with house.db.uow(house.creator) as uow:
            assert await importer.advance(uow, claim, share)
        seen.append((await house.get(added.source.id)).progress)
    assert seen == [0.3, 0.3, 0.6, 0.99]
    again = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await importer.advance(uow, again, 0.1)
    assert (await house.get(added.source.id)).progress == 0.99


async def test_reading_again_keeps_the_numbers_of_passages(house: House) -> None:
    source_id, numbers = await house.write(["one", "two", "three"])
    async with house.db.uow(house.creator) as uow:
        await service.retry(uow, [source_id])
        claim = await importer.claim(uow, source_id)
        assert claim is not None
        await importer.finish(uow, claim, reading(["one", "two, revised"]))
        found = await service.passages(uow, source_id)
    assert [(one.id, one.text) for one in found.items] == [(numbers[0], "one"), (numbers[1], "two, revised")]
    assert found.total == 2


async def test_an_item_that_ends_every_reader_is_given_up(house: House) -> None:
    added = await house.add("a.md", POST)
    for _ in range(importer.MAX_ATTEMPTS):
        await house.claim(added.source.id)
    async with house.working():
        source = await house.ended(added.source.id)
    assert (source.state, source.reason_code) == (SourceState.FAILED, "crashed")


async def test_an_item_whose_job_is_gone_gets_another(house: House) -> None:
    added = await house.add("a.md", POST)
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("DELETE FROM procrastinate_jobs"))
        await uow.session.execute(text("UPDATE source SET updated_at = updated_at - interval '1 hour'"))
    await tasks.upkeep(house.memory)
    async with house.working():
        assert (await house.ended(added.source.id)).state is SourceState.INDEXED


async def test_a_job_of_another_item_that_never_ends_holds_no_lost_item_up(house: House) -> None:
    lost = await house.add("lost.md", POST)
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("DELETE FROM procrastinate_jobs"))
    await house.add("stuck.md", "# Stuck\n\nWax melts.")
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
        await uow.session.execute(text("UPDATE source SET updated_at = updated_at - interval '1 hour'"))
    await tasks.upkeep(house.memory)
    async with house.db.system_uow() as uow:
        jobs = await uow.session.execute(text("SELECT args FROM procrastinate_jobs WHERE status = 'todo'"))
    assert [job.args["source_ids"] for job in jobs] == [[lost.source.id]]


async def test_upkeep_leaves_alone_what_has_a_job(house: House) -> None:
    await house.add("a.md", POST)
    async with house.db.system_uow() as uow:
        await uow.session.execute(text("UPDATE source SET updated_at = updated_at - interval '1 hour'"))
    await tasks.upkeep(house.memory)
    assert [state.waiting for state in await house.jobs.state()] == [1]


async def test_a_file_keeps_the_title_that_its_archive_gave_it_though_it_is_its_name(house: House) -> None:
    archive = await house.claim((await house.add("all.zip", POST)).source.id)
    item = NewSource("all.zip/wax_v2.md", "0" * 64, 9, title="wax_v2")
    async with house.db.uow(house.creator) as uow:
        [added] = await adding.add_members(uow, archive, [item], 0.5) or []
        for _ in range(2):
            claim = await importer.claim(uow, added.source.id)
            assert claim is not None
            assert await importer.finish(uow, claim, reading(["Soot glows."], title="Wax"))
            assert (await service.get_source(uow, added.source.id)).title == "wax_v2"
            await service.retry(uow, [added.source.id])


async def test_an_upload_that_was_called_by_its_name_is_called_anew(house: House) -> None:
    source_id, _ = await house.write(["Soot glows."], title="wax_v2")
    async with house.db.uow(house.creator) as uow:
        await service.retry(uow, [source_id])
        claim = await importer.claim(uow, source_id)
        assert claim is not None
        assert await importer.finish(uow, claim, reading(["Soot glows."], title="Wax"))
        assert (await service.get_source(uow, source_id)).title == "Wax"
