"""Reading one item, from the claim to its passages; the steps inside units of work are `importer.py`'s.

A reading may die at any line: its job comes again, and finds nothing doubled.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

import anyio.to_thread
import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, assert_no_transaction
from kernel.errors import NotFound
from kernel.metrics import IMPORTS
from memory import adding, importer, posts, posts_repository, recordings
from memory.errors import FileGone
from memory.fetching import FetchLimits
from memory.importer import Claim, Reading
from memory.notes import Note, counted
from memory.notices import STOP_CHANNEL
from memory.readers import Cut, CutResult, ImportProblem, ReadError, ReadOptions, read_isolated, sniff
from memory.readers.options import MB, Limits
from memory.readers.parts import of_telegram
from memory.readers.titles import readable
from memory.recall import Memory
from memory.types import Added, NewSource, Passage, SourceState

log = structlog.get_logger(__name__)

_TELL_EVERY_S = 0.5
_LOOK_EVERY_S = 5.0
_TIMEOUT_S = 1800.0
_MEMBERS_AT_ONCE = 100
_LIMITS = Limits()
_EXPORT = "result.json"  # what a channel's posts are read from
_READ_SHARE = 0.9  # of an item's progress; the rest is storing passages, or what an archive holds


class _Stale(Exception):
    """The item was cancelled, deleted or claimed anew: what is read of it is nobody's."""


async def read_source(memory: Memory, creator_id: int, source_id: int) -> None:
    """Read an item that is queued, and write what it brings: passages, further items, or why it failed."""
    assert_no_transaction("an import")
    async with memory.db.uow(creator_id) as uow:
        claim = await importer.claim(uow, source_id)
        if claim is None:
            return
        languages = await memory.languages(uow)
        if claim.attempts > importer.MAX_ATTEMPTS:
            await importer.fail(uow, claim, importer.too_many_attempts())
            return
    reader = _Reader(memory, claim, languages)
    try:
        await _until_stale(memory, claim, reader)
    except _Stale:
        IMPORTS.labels(SourceState.CANCELLED).inc()
    except ImportProblem as problem:
        async with memory.db.uow(creator_id) as uow:
            if await importer.fail(uow, claim, problem):
                await recordings.captions_ended(uow, claim.name, claim.parent_id, read=False)
        IMPORTS.labels(SourceState.FAILED).inc()
    except (SQLAlchemyError, psycopg.Error, OSError, FileGone, *DATABASE_AWAY):
        raise  # the database, the disk or an erasing: the job comes again
    except Exception as error:  # our own mistake fails this item alone, and says so
        log.exception("import.crashed", source=source_id)
        async with memory.db.uow(creator_id) as uow:
            await importer.fail(uow, claim, ReadError("crashed", detail=type(error).__name__))
        IMPORTS.labels(SourceState.FAILED).inc()
    else:
        IMPORTS.labels(SourceState.INDEXED).inc()


async def _until_stale(memory: Memory, claim: Claim, reader: "_Reader") -> None:
    """Run a reading, tell its progress, and kill it within a second of being cancelled or deleted.

    Raises:
        _Stale: it was.
        ImportProblem: the item can't be read.
    """
    work = asyncio.create_task(reader.run())
    try:
        await asyncio.wait({work}, timeout=_TELL_EVERY_S)
        if not work.done():
            await _watch(memory, claim, reader, work)
        await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _watch(memory: Memory, claim: Claim, reader: "_Reader", work: "asyncio.Task[None]") -> None:
    """Follow a reading that takes longer than most, until it ends. Raises _Stale."""
    me = f"{claim.creator_id}:{claim.source_id}"
    told, looked = 0.0, 0.0
    async with memory.bus.subscribe(STOP_CHANNEL, me) as stops:
        while not work.done():
            due = monotonic() - looked > _LOOK_EVERY_S
            if reader.progress - told >= 0.01 or due:
                told, looked = reader.progress, monotonic()
                async with memory.db.uow(claim.creator_id) as uow:
                    if not await importer.advance(uow, claim, told):
                        raise _Stale
            heard = asyncio.create_task(stops.wait(_TELL_EVERY_S))
            await asyncio.wait({heard, work}, return_when=asyncio.FIRST_COMPLETED)
            if not heard.done():
                heard.cancel()
            elif heard.result():
                looked = 0.0


@dataclass(slots=True)
class _Reader:
    """One reading. `progress` is 0..1."""

    memory: Memory
    claim: Claim
    languages: tuple[str, ...]
    progress: float = 0.0

    async def run(self) -> None:
        """Fetch where it is an address, read, and write.

        Raises:
            ImportProblem: it can't be read.
            _Stale: it has become stale.
        """
        scratch = self.memory.files.scratch()
        try:
            if self.claim.origin == posts.ORIGIN and not await self._posts(scratch / _EXPORT):
                await self._write(Reading(kind="telegram", title=self._channel, passages=()))
                return
            path, name = await self._file(scratch)
            if spoken := await self._spoken_for(path, name):
                await self._write(spoken)
                return
            options = ReadOptions(
                langs=self.languages,
                tesseract=self.memory.tesseract,
                transcriber=self.memory.transcriber,
                limits=_LIMITS,
                author=self.claim.options.get("author"),
                channel=self.claim.options.get("channel"),
                extract_to=scratch / "members",
            )
            result = await read_isolated(path, name, options, timeout_s=_TIMEOUT_S, on_progress=self._tell)
            added = await self._members(result)
            reading = await anyio.to_thread.run_sync(_reading, self.claim, path, name, result)
            await self._write(_with_known(reading, self.claim.source_id, added))
        finally:
            await _discard(scratch)

    async def _spoken_for(self, path: Path, name: str) -> Reading | None:
        """What is kept of a recording beside which captions lie, that are read in its place: its player."""
        if self.claim.origin == "url" or not recordings.is_recording(name):
            return None
        async with self.memory.db.uow(self.claim.creator_id) as uow:
            captions = await recordings.captions_of(uow, name, self.claim.parent_id)
        if captions is None:
            return None
        kind = await anyio.to_thread.run_sync(sniff, path, name)
        note = Note("spoken_for", {"captions": PurePosixPath(captions).name})
        return Reading(kind=kind, title=readable(PurePosixPath(name).stem), passages=(), notes=(note,))

    @property
    def _channel(self) -> str:
        """The title of the channel whose posts are read."""
        return self.claim.title or self.claim.name

    async def _posts(self, path: Path) -> bool:
        """Put the posts of a channel where a file would lie; whether any says something."""
        async with self.memory.db.uow(self.claim.creator_id) as uow:
            rows = await posts_repository.posts(uow, self.claim.source_id)
        await anyio.to_thread.run_sync(posts.write_export, path, self._channel, rows)
        return bool(rows)

    async def _write(self, reading: Reading) -> None:
        claim = self.claim
        async with self.memory.db.uow(claim.creator_id) as uow:
            if not await importer.finish(uow, claim, reading):
                raise _Stale
            await recordings.captions_ended(uow, claim.name, claim.parent_id, read=True)

    def _tell(self, share: float) -> None:
        self.progress = max(self.progress, share * _READ_SHARE)

    async def _file(self, scratch: Path) -> tuple[Path, str]:
        """The item's file and what a person calls it; an address is fetched first."""
        creator_id, name = self.claim.creator_id, self.claim.name
        if self.claim.origin == posts.ORIGIN:
            return scratch / _EXPORT, _EXPORT
        if self.claim.origin == "url" and self.claim.url:
            limits = FetchLimits(bytes=self.memory.settings.max_upload_mb * MB)
            fetched = await self.memory.fetcher.fetch(self.claim.url, folder=scratch, limits=limits)
            stored = await anyio.to_thread.run_sync(self.memory.files.save_path, creator_id, fetched.path)
            async with self.memory.db.uow(creator_id) as uow:
                if not await importer.fetched(uow, self.claim, stored, self.memory.files):
                    raise _Stale
            path = self.memory.files.path(creator_id, stored.sha256)
            return path, await anyio.to_thread.run_sync(_address_name, path, fetched.name)
        # What lies in an archive was looked at there, with all else in it.
        if self.claim.parent_id is None and of_telegram(name):
            raise ReadError("telegram_part")
        try:
            return self.memory.files.path(creator_id, self.claim.sha256 or ""), name
        except NotFound:
            raise ReadError("missing") from None

    async def _members(self, result: CutResult) -> list[Added]:
        """Make each file that was found inside an item of its own; returns what became of each."""
        claim, found = self.claim, result.members
        all_added: list[Added] = []
        if found and claim.depth >= _LIMITS.depth:
            raise ReadError("too_deep", limit=_LIMITS.depth)
        for start in range(0, len(found), _MEMBERS_AT_ONCE):
            batch = found[start : start + _MEMBERS_AT_ONCE]
            items = []
            for member in batch:
                stored = await anyio.to_thread.run_sync(
                    self.memory.files.save_path, claim.creator_id, member.path
                )
                items.append(
                    NewSource(
                        name=f"{claim.name}/{member.name}",
                        sha256=stored.sha256,
                        size=stored.size,
                        origin="archive",
                        title=member.title or "",
                        url=member.url,
                        options=claim.options,
                    )
                )
            self.progress = max(self.progress, _READ_SHARE + 0.1 * start / len(found))
            async with self.memory.db.uow(claim.creator_id) as uow:
                added = await adding.add_members(uow, claim, items, self.progress, files=self.memory.files)
            if added is None:
                raise _Stale
            all_added += added
        return all_added


def _address_name(path: Path, name: str) -> str:
    """A fetched name without an ending that its content belies: addresses are made anyhow. Blocking."""
    try:
        sniff(path, name)
    except ReadError as problem:
        return PurePosixPath(name).stem if problem.code.startswith("wrong_type") else name
    return name


async def _discard(scratch: Path) -> None:
    try:
        os.rmdir(scratch)  # most often nothing was put there
    except OSError:
        await anyio.to_thread.run_sync(partial(shutil.rmtree, scratch, ignore_errors=True))


def _reading(claim: Claim, path: Path, name: str, result: CutResult) -> Reading:
    """What a reader found, as what is written of it. Blocking: an export has a hundred thousand posts."""
    documents = result.documents
    alone = documents[0] if len(documents) == 1 and not result.members else None
    if alone and claim.title:  # an archive that knows what its file is called
        documents = (replace(alone, title=claim.title),)
    title = claim.title or result.title or (alone.title if alone else PurePosixPath(name).name)
    passages = [
        (_placed(passage, document) if alone is None else passage, _other(document.title, title))
        for document in documents
        for passage in document.passages
    ]
    return Reading(
        kind=documents[0].kind if documents and not result.members else sniff(path, name),
        title=title,
        passages=passages,
        url=alone.url if alone else None,
        author=_common([document.author for document in documents]),
        published_at=alone.published_at if alone else None,
        licence=_common([document.meta.get("licence") for document in documents]),
        tier=_common([document.meta.get("tier") for document in documents]),
        notes=result.notes,
        container=bool(result.members or result.refused),
        refused=result.refused,
        members=len(result.members),
    )


def _with_known(reading: Reading, source_id: int, added: Sequence[Added]) -> Reading:
    """What a container brought, with which of its files were here already, and whom that keeps them for.

    The same content twice in it is one item, which is told as long as it was the container that brought it.
    """
    known = [one for one in added if not one.new and one.source.parent_id != source_id]
    own = [one.source.id for one in added if one.source.parent_id == source_id]
    notes = (
        *reading.notes,
        *counted("copies", len(own) - len(set(own))),
        *counted("kept_for_tier", sum(one.tightened for one in known)),
    )
    return replace(reading, known=tuple(one.source.id for one in known), notes=notes)


def _placed(passage: Passage, document: Cut) -> Passage:
    """A passage with the address and date of its document, one of several, where it has none of its own."""
    at = passage.locator
    url, published_at = at.url or document.url, at.published_at or document.published_at
    return replace(passage, locator=replace(at, url=url, published_at=published_at))


def _other(title: str, than: str) -> str | None:
    return title if title != than else None


def _common(values: Sequence[str | None]) -> str | None:
    """The value that all share, if they do."""
    return values[0] if values and len(set(values)) == 1 else None
