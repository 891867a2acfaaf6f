"""The steps of an import, each inside the unit of work that it is given: adding, claiming, settling.

The reading between them is slow and belongs to `tasks.py`; what people do to items is `service.py`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from kernel.db import UnitOfWork
from kernel.errors import NotFound
from kernel.files import FileStore
from memory import feed_repository, passages_repository, sources_repository
from memory.errors import BadSource, FileGone
from memory.events import SourceFailed, SourceIndexed
from memory.models import Source
from memory.readers.errors import ImportProblem, ReadError, Waiting
from memory.readers.options import Refused
from memory.shapes import source_info
from memory.types import Added, NewSource, Passage, SourceState

CHANNEL = "source"
"""Where changes of items are announced, as `creator:source`; source 0 stands for several."""
STOP_CHANNEL = "source_stop"
INDEX_CHANNEL = "index"

# Deaths of the worker, not of the reader, which is a process of its own: a machine that is switched off
# again and again says nothing about the file.
MAX_ATTEMPTS = 25
"""Readings of one item that may end without a result before it is taken to be what ends them."""

_RETRIED = (SourceState.FAILED, SourceState.CANCELLED, SourceState.WAITING, SourceState.DELETING)
_MAX_NAME, _MAX_URL, _MAX_SHORT = 300, 2000, 120
# Small files share a job: a job costs about as much as reading one of them.
_SHARED_BYTES, _SHARED_FILES = 256 * 1024, 16
_SLOW = frozenset((".mp3", ".m4a", ".ogg", ".opus", ".wav", ".flac", ".mp4", ".mkv", ".webm", ".mov", ".zip"))
_ROWS = 2000
_FRESH: Mapping[str, Any] = {
    "progress": 0.0,
    "attempts": 0,
    "reason_code": None,
    "reason": None,
    "reason_params": {},
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A source taken for reading. `generation` names this reading."""

    creator_id: int
    source_id: int
    generation: int
    attempts: int
    origin: str
    name: str
    title: str
    url: str | None
    sha256: str | None
    licence: str | None
    tier: str | None
    depth: int
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a source: its passages, each with its own title or None, and what is known of it.

    A `container` holds files; `refused` are those that were not taken.
    """

    kind: str
    title: str
    passages: Sequence[tuple[Passage, str | None]]
    url: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    licence: str | None = None
    tier: str | None = None
    notes: tuple[str, ...] = ()
    container: bool = False
    refused: tuple[Refused, ...] = ()


def clean_name(name: str) -> str:
    """A file's name for showing: printable, at most 300 characters, its folders kept.

    Raises:
        BadSource: nothing is left.
    """
    printable = "".join(char if char.isprintable() else " " for char in name.replace("\\", "/"))
    kept = " ".join(printable.split()).strip("/")[-_MAX_NAME:]
    if not kept:
        raise BadSource("The file needs a name.")
    return kept


def clean_url(url: str) -> str:
    """A web address without its fragment.

    Raises:
        BadSource: it isn't one, or it carries credentials.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        usable = False
    if not usable or len(url) > _MAX_URL or any(char.isspace() for char in url.strip()):
        raise BadSource("Use an address that begins with http:// or https://, without a name or password.")
    return urlunsplit(parts._replace(fragment=""))


def short(value: str | None) -> str | None:
    """An optional line of text: trimmed, None where blank.

    Raises:
        BadSource: longer than 120 characters.
    """
    line = " ".join((value or "").split())
    if len(line) > _MAX_SHORT:
        raise BadSource("A licence or a tier's name has at most {most} characters.", most=_MAX_SHORT)
    return line or None


def _checked(item: NewSource) -> NewSource:
    return replace(
        item,
        name=clean_name(item.name),
        title=" ".join(item.title.split())[:_MAX_NAME],
        url=item.url[:_MAX_URL] if item.url else None,
        licence=short(item.licence),
        tier=short(item.tier),
    )


def _lone(item: NewSource) -> bool:
    return item.size > _SHARED_BYTES or PurePosixPath(item.name).suffix.lower() in _SLOW


async def add_files(
    uow: UnitOfWork,
    items: Sequence[NewSource],
    *,
    parent_id: int | None = None,
    depth: int = 0,
    files: FileStore | None = None,
) -> list[Added]:
    """Add stored files and defer their reading; the same content again is the same item.

    One that failed, waits, was cancelled or is being deleted is tried again. One that had come in an archive
    and is now added by itself stays when the archive goes. One that everyone may see is kept for the tier
    that is asked for now; one that is kept for a tier stays so. With `files`, what was stored is looked for
    once more: erasing an item of the same content may have come between.

    Raises:
        BadSource: a name, licence or tier that can't be used.
        FileGone: a file isn't stored any more.
    """
    if not items:
        return []
    wanted = {item.sha256: _checked(item) for item in items}
    options = [orjson.dumps(dict(item.options)).decode() for item in wanted.values()]
    await sources_repository.serialise(uow)
    if files:
        _still_there(uow, wanted.values(), files)
    inserted = await sources_repository.insert(
        uow, list(wanted.values()), options, parent_id=parent_id, depth=depth
    )
    ids = {sha256: source_id for source_id, sha256 in inserted}
    new = set(ids)
    there = await sources_repository.by_hashes(uow, [sha256 for sha256 in wanted if sha256 not in new])
    ids |= {sha256: row.key for sha256, row in there.items()}
    again = await _try_again(uow, list(there.values()))
    tightened = await _tighten(
        uow,
        # What was found here before has its archive's tier, or one that a person chose since.
        [
            (row, wanted[sha256].tier)
            for sha256, row in there.items()
            if parent_id is None or row.parent_id != parent_id
        ],
    )
    if parent_id is None:
        adopted = [row.key for row in there.values() if row.parent_id is not None]
        if adopted:
            await sources_repository.alter(uow, adopted, parent_id=None)
    to_read = [
        (ids[sha256], item) for sha256, item in wanted.items() if sha256 in new or ids[sha256] in again
    ]
    shared = [source_id for source_id, item in to_read if not _lone(item)]
    batches = [shared[start : start + _SHARED_FILES] for start in range(0, len(shared), _SHARED_FILES)]
    for batch in [*batches, *([source_id] for source_id, item in to_read if _lone(item))]:
        await defer_reading(uow, batch)
    await announce(uow, [source_id for source_id, _ in to_read])
    infos = {
        row.key: source_info(row, children)
        for row, children in await sources_repository.get_many(uow, list(ids.values()))
    }
    keys = [item.sha256 for item in items]
    return [
        Added(infos[ids[key]], new=key in new, again=ids[key] in again, tightened=ids[key] in tightened)
        for key in keys
    ]


def _still_there(uow: UnitOfWork, items: Iterable[NewSource], files: FileStore) -> None:
    """Raise FileGone where a file was erased; under the lock that erasing takes, it stays from here on."""
    for item in items:
        try:
            files.path(uow.tenant, item.sha256)
        except NotFound:
            raise FileGone("The file was deleted while it came in. Send it again.") from None


async def _tighten(uow: UnitOfWork, asked: Sequence[tuple[Source, str | None]]) -> set[int]:
    """Keep items that everyone may see for the tier asked for, with what was found in them. Returns which."""
    tightened: set[int] = set()
    for row, tier in asked:
        if tier and row.tier is None:
            tree = await sources_repository.descendants(uow, [row.key])
            kept = await sources_repository.keep_for(uow, tree, tier)
            await index_sources_again(uow, kept)
            await announce(uow, kept)
            tightened.add(row.key)
    return tightened


async def add_members(
    uow: UnitOfWork,
    claim: Claim,
    items: Sequence[NewSource],
    progress: float,
    *,
    files: FileStore | None = None,
) -> bool:
    """Make files found in a source items of their own; False where the reading has become stale.

    They are kept for whom the source is kept now: that may have changed since it was claimed.

    Raises:
        FileGone: as `add_files` does.
    """
    # Before any row is touched: who sets tiers waits for rows while holding this.
    await sources_repository.serialise(uow)
    if not await advance(uow, claim, progress):
        return False
    found = await sources_repository.get(uow, claim.source_id)
    if found is None:
        return False
    parent = found[0]
    inside = [replace(item, licence=parent.licence, tier=parent.tier) for item in items]
    await add_files(uow, inside, parent_id=claim.source_id, depth=claim.depth + 1, files=files)
    return True


async def add_url(uow: UnitOfWork, url: str, *, licence: str | None = None, tier: str | None = None) -> Added:
    """Add a web page, feed or file by its address and defer its reading; the same address is the same item.

    Raises:
        BadSource: an address, licence or tier that can't be used.
    """
    address = clean_url(url)
    parts = urlsplit(address)
    await sources_repository.serialise(uow)
    new = await sources_repository.insert_url(
        uow,
        address,
        name=clean_name(f"{parts.hostname}{parts.path}".rstrip("/")),
        licence=short(licence),
        tier=short(tier),
    )
    row = await sources_repository.by_url(uow, address)
    if row is None:
        raise RuntimeError("an address that was just inserted isn't there")
    again = set() if new else await _try_again(uow, [row])
    tightened = await _tighten(uow, [(row, short(tier))])
    if new or again:
        await defer_reading(uow, [row.key])
        await announce(uow, [row.key])
    found = await sources_repository.get(uow, row.key)
    if found is None:
        raise RuntimeError("an address that was just inserted isn't there")
    return Added(source_info(*found), new=new, again=bool(again), tightened=bool(tightened))


async def _try_again(uow: UnitOfWork, rows: Sequence[Source]) -> set[int]:
    if not rows:
        return set()
    spared = [row.key for row in rows if row.state == SourceState.DELETING]
    again = await requeue(uow, [row.key for row in rows], among=_RETRIED)
    await index_sources_again(uow, spared)
    return set(again)


async def requeue(uow: UnitOfWork, ids: Sequence[int], *, among: Sequence[SourceState]) -> list[int]:
    """Put sources back to the beginning, without deferring a job. Returns those that were in such a state."""
    return await sources_repository.move(uow, ids, SourceState.QUEUED, among=among, fields=_FRESH)


async def defer_reading(uow: UnitOfWork, source_ids: Sequence[int]) -> None:
    """Have a worker read these, one after the other."""
    await uow.defer("memory.read", creator_id=uow.tenant, source_ids=list(source_ids))


async def announce(uow: UnitOfWork, source_ids: Sequence[int], *, stop: bool = False) -> None:
    """Wake whoever shows these items, and with `stop` whoever reads them."""
    shown = source_ids if len(source_ids) <= _SHARED_FILES else [0]
    for source_id in shown:
        await uow.notify(CHANNEL, f"{uow.tenant}:{source_id}")
    if stop:
        for source_id in source_ids:
            await uow.notify(STOP_CHANNEL, f"{uow.tenant}:{source_id}")


async def claim(uow: UnitOfWork, source_id: int) -> Claim | None:
    """Take a source for reading; None where somebody is done with it, or it shall not be read.

    A source that is being read is taken over: its job has come again because its reader is taken to be dead,
    and should it live, its result is dropped.
    """
    row = await sources_repository.claim(uow, source_id)
    if row is None:
        return None
    await announce(uow, [source_id])
    return Claim(
        creator_id=row.creator_id,
        source_id=row.id,
        generation=row.generation,
        attempts=row.attempts,
        origin=row.origin,
        name=row.name,
        title=row.title,
        url=row.url,
        sha256=row.sha256,
        licence=row.licence,
        tier=row.tier,
        depth=row.depth,
        options=row.options,
    )


async def fetched(uow: UnitOfWork, claim: Claim, sha256: str, size: int) -> bool:
    """Note which file came from an address; False where the reading has become stale."""
    return await sources_repository.settle(uow, claim.source_id, claim.generation, sha256=sha256, size=size)


async def advance(uow: UnitOfWork, claim: Claim, progress: float) -> bool:
    """Note how far a reading is (0..1); False where it has become stale and should stop."""
    going = await sources_repository.advance(uow, claim.source_id, claim.generation, min(progress, 0.99))
    if going:
        await announce(uow, [claim.source_id])
    return going


async def fail(uow: UnitOfWork, claim: Claim, problem: ImportProblem) -> bool:
    """Note why a source could not be read, or what it waits for; False where the reading has become stale."""
    state = SourceState.WAITING if isinstance(problem, Waiting) else SourceState.FAILED
    settled = await sources_repository.settle(
        uow, claim.source_id, claim.generation, state=state, **_reason(problem)
    )
    if settled:
        await announce(uow, [claim.source_id])
        if state is SourceState.FAILED:
            await uow.publish(SourceFailed(claim.creator_id, claim.source_id, problem.code))
    return settled


def _reason(problem: ImportProblem) -> dict[str, Any]:
    return {
        "reason_code": problem.code,
        "reason": f"{problem.reason} {problem.advice}",
        "reason_params": dict(problem.params),
    }


async def finish(uow: UnitOfWork, claim: Claim, reading: Reading) -> bool:
    """Write what was read in place of what an earlier reading brought; False where it has become stale."""
    letters = Counter[str]()
    for passage, _ in reading.passages:
        letters[passage.lang] += len(passage.text)
    settled = await sources_repository.settle_read(
        uow,
        claim.source_id,
        claim.generation,
        # What a person says counts, also while it is read; the file speaks where nobody had before.
        licence=None if claim.licence else reading.licence,
        tier=None if claim.tier else reading.tier,
        state=SourceState.INDEXED,
        progress=1.0,
        attempts=0,
        kind=reading.kind,
        title=claim.title or reading.title,
        url=claim.url or reading.url,
        author=reading.author,
        published_at=reading.published_at,
        lang=letters.most_common(1)[0][0] if letters else None,
        notes=list(reading.notes),
        passages=len(reading.passages),
    )
    if not settled:
        return False
    if reading.container:
        await _refuse(uow, claim, reading.refused)
    number = len(reading.passages)
    for start in range(0, max(number, 1), _ROWS):
        columns = _columns(start, reading.passages[start : start + _ROWS])
        last = start + _ROWS >= number
        await passages_repository.write(uow, claim.source_id, columns, length=number if last else None)
    await uow.notify(INDEX_CHANNEL, str(uow.tenant))
    await announce(uow, [claim.source_id])
    await uow.publish(SourceIndexed(claim.creator_id, claim.source_id, len(reading.passages)))
    return True


def _columns(first: int, passages: Sequence[tuple[Passage, str | None]]) -> dict[str, list[Any]]:
    located = [passage.locator for passage, _ in passages]
    return {
        "ordinal": list(range(first, first + len(passages))),
        "text": [passage.text for passage, _ in passages],
        "lang": [passage.lang for passage, _ in passages],
        "title": [title for _, title in passages],
        "page": [at.page for at in located],
        "start_s": [at.start for at in located],
        "end_s": [at.end for at in located],
        "url": [at.url for at in located],
        "heading": [at.heading for at in located],
        "published_at": [at.published_at for at in located],
    }


async def _refuse(uow: UnitOfWork, claim: Claim, refused: Sequence[Refused]) -> None:
    """Show what an archive held but was not taken as failed items of their own."""
    await sources_repository.drop_refused(uow, claim.source_id)
    for one in refused:
        reason = _reason(one.problem)
        await sources_repository.insert_refused(
            uow,
            claim.source_id,
            name=clean_name(one.name or "?"),
            depth=claim.depth + 1,
            reason={**reason, "reason_params": orjson.dumps(reason["reason_params"]).decode()},
        )


async def index_sources_again(uow: UnitOfWork, source_ids: Sequence[int]) -> None:
    """Have every index look at all passages of these sources again."""
    if source_ids:
        await feed_repository.record_sources(uow, source_ids)
        await uow.notify(INDEX_CHANNEL, str(uow.tenant))


def too_many_attempts() -> ReadError:
    """Why an item is given up that has ended its reader again and again."""
    return ReadError("crashed", detail=f"{MAX_ATTEMPTS} times")
