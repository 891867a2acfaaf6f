"""What happens to an item on its way in: once, alone with its troubles, stoppable, whole after any death."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import replace

import pytest
from sqlalchemy import text

from community import service as community
from memory import importer, service, tasks
from memory.errors import BadSource, FileGone, NoSuchSource
from memory.events import SourceFailed, SourceIndexed
from memory.readers.errors import ReadError, Waiting
from memory.types import NewSource, SourceFilter, SourceState, Visibility
from tests.factories import media
from tests.memory.house import House, eventually, reading

POST = "# Why flames are yellow\n\nSoot particles glow in the heat, and that is the yellow of a flame."


async def test_a_file_becomes_passages_that_are_announced(house: House) -> None:
    async with house.working():
        added = await house.add("flames.md", POST)
        source = await house.ended(added.source.id)
    assert (added.new, added.source.state) == (True, SourceState.QUEUED)
    assert (source.state, source.progress, source.kind) == (SourceState.INDEXED, 1.0, "markdown")
    assert (source.title, source.lang, source.passages) == ("Why flames are yellow", "en", 1)
    assert "Soot particles glow" in (await house.texts(source.id))[0]
    assert house.events == [SourceIndexed(house.creator, source.id, 1)]


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


async def test_a_broken_file_fails_alone_and_says_why(house: House) -> None:
    async with house.working():
        broken = await house.add("book.pdf", media.pdf(["Wax"])[:300])
        locked = await house.add("locked.pdf", media.pdf(["Wax"], password="candle"))
        program = await house.add("holiday.jpg", b"MZ" + bytes(500))
        fine = await house.add("flames.md", POST)
        ended = [await house.ended(each.source.id) for each in (broken, locked, program, fine)]
    assert [one.state for one in ended] == [*[SourceState.FAILED] * 3, SourceState.INDEXED]
    assert [one.reason_code for one in ended[:3]] == ["damaged", "password_protected", "executable"]
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
    assert "UNDERSTUDY_TRANSCRIPTION_URL" in (waiting.reason or "")
    assert not house.events
    await tasks.retry_waiting(house.memory)
    assert (await house.get(added.source.id)).state is SourceState.QUEUED


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
    assert sources["bundle.zip"].children == 3
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


@asynccontextmanager
async def served(body: bytes, *, delay_s: float = 0.0) -> AsyncIterator[str]:
    """An address on the loopback that answers with a text, after a while."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), delay_s)  # or until the asker hangs up
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/markdown\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/flames.md"


async def test_an_address_is_one_item_and_is_fetched_again_on_retry(house: House) -> None:
    async with served(POST.encode()) as url, house.working():
        async with house.db.uow(house.creator) as uow:
            first = await service.add_url(uow, f"{url}#colour")
            second = await service.add_url(uow, url)
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
            page = await service.add_url(uow, url)
        file = await house.add("flames.md", POST)
        page_info, file_info = await house.ended(page.source.id), await house.ended(file.source.id)
        assert page_info.sha256 == file_info.sha256
        async with house.db.uow(house.creator) as uow:
            await service.delete(uow, [file_info.id])
        await house.erased(1)
        assert house.files.path(house.creator, page_info.sha256 or "").is_file()


@pytest.mark.parametrize(
    "url", ["ftp://a.example/x", "file:///etc/passwd", "http://", "https://me:pw@a.example", "x"]
)
async def test_what_is_no_web_address_is_refused_at_once(house: House, url: str) -> None:
    with pytest.raises(BadSource, match="http"):
        async with house.db.uow(house.creator) as uow:
            await service.add_url(uow, url)
    assert not await house.sources()


async def test_names_are_made_fit_for_showing(house: House) -> None:
    added = await house.add("C:\\post\u202es\\a\x00b.md", POST)
    assert added.source.name == "C:/post s/a b.md"
    with pytest.raises(BadSource, match="name"):
        await house.add("\u202e", "another text")


async def test_cancelling_stops_a_reading_within_a_second(house: House) -> None:
    async with served(POST.encode(), delay_s=30) as url, house.working():
        async with house.db.uow(house.creator) as uow:
            source_id = (await service.add_url(uow, url)).source.id
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


async def test_a_tier_that_is_asked_for_later_tightens_and_never_loosens(house: House) -> None:
    bundle = media.zipped({"a.md": POST.encode()})
    async with house.working():
        archive = await house.add("bundle.zip", bundle)
        await house.ended(archive.source.id)
    again = await house.add("bundle.zip", bundle, tier="Patrons")
    assert (again.new, again.tightened, again.source.tier) == (False, True, "Patrons")
    assert {one.tier for one in (await house.sources()).values()} == {"Patrons"}
    for tier in (None, "Lamplighters"):
        once_more = await house.add("bundle.zip", bundle, tier=tier)
        assert (once_more.tightened, once_more.source.tier) == (False, "Patrons")


async def test_an_address_that_is_given_again_with_a_tier_is_kept_for_it(house: House) -> None:
    async with house.db.uow(house.creator) as uow:
        await service.add_url(uow, "https://candles.example/flames")
        added = await service.add_url(uow, "https://candles.example/flames", tier="Patrons")
    assert (added.tightened, added.source.tier) == (True, "Patrons")


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


async def test_a_file_that_says_who_may_see_it_is_kept_for_them(house: House) -> None:
    front = "---\ntitle: For the few\ntier: Lamplighters\nlicence: CC-BY-4.0\n---\n\nThe wick is a pump."
    async with house.working():
        added = await house.add("few.md", front)
        source = await house.ended(added.source.id)
    assert (source.title, source.tier, source.licence) == ("For the few", "Lamplighters", "CC-BY-4.0")
    assert source.visibility is Visibility.TIER


@pytest.mark.parametrize(
    ("at_first", "chosen", "in_file", "outcome"),
    [
        (None, "Patrons", None, "Patrons"),
        (None, "Patrons", "Lamplighters", "Patrons"),
        ("Patrons", None, "Lamplighters", None),
        ("Patrons", "Lamplighters", None, "Lamplighters"),
        (None, None, "Lamplighters", "Lamplighters"),
    ],
)
async def test_who_may_see_it_is_what_was_chosen_last_also_while_it_is_read(
    house: House, at_first: str | None, chosen: str | None, in_file: str | None, outcome: str | None
) -> None:
    added = await house.add("a.md", POST, tier=at_first, licence=at_first)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [added.source.id], chosen)
        await service.set_licence(uow, [added.source.id], chosen)
    read = replace(reading(["Soot glows."]), tier=in_file, licence=in_file)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, read)
    source = await house.get(added.source.id)
    assert (source.tier, source.licence) == (outcome, outcome)


async def test_what_an_archive_holds_is_kept_for_whom_the_archive_is_kept_by_then(house: House) -> None:
    archive = await house.add("bundle.zip", media.zipped({"a.md": POST.encode()}))
    claim = await house.claim(archive.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [archive.source.id], "Patrons")
        await service.set_licence(uow, [archive.source.id], "CC0")
    inside = NewSource("bundle.zip/a.md", "a" * 64, len(POST), origin="archive")
    async with house.db.uow(house.creator) as uow:
        assert await importer.add_members(uow, claim, [inside], 0.9)
    member = (await house.sources())["bundle.zip/a.md"]
    assert (member.tier, member.licence) == ("Patrons", "CC0")


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
