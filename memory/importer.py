"""The steps of reading an item, each inside the unit of work that it is given: claiming it, and settling it.

What is slow lies between them and belongs to `reading.py`; adding items is `adding.py`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import orjson

from community import service as community
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.errors import NotFound
from kernel.files import FileStore, StoredFile
from memory import looking_again, passages_repository, posts, sources_repository
from memory.cleaning import clean_name
from memory.errors import FileGone
from memory.events import SourceFailed, SourceIndexed, SourcesHeld
from memory.notes import Note, packed
from memory.notices import CHANNEL, INDEX_CHANNEL, announce
from memory.readers.errors import ImportProblem, Known, ReadError, Waiting
from memory.readers.options import Refused
from memory.readers.sniff import promised
from memory.types import Passage, SourceState

# Deaths of the worker, not of the reader, which is a process of its own: a machine that is switched off
# again and again says nothing about the file.
MAX_ATTEMPTS = 25
"""Readings of one item that may end without a result before it is taken to be what ends them."""

_ROWS = 2000
_LINKED = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """A source taken for reading. `generation` names this reading, `kind` is as an earlier one found it."""

    creator_id: int
    source_id: int
    parent_id: int | None
    generation: int
    attempts: int
    origin: str
    kind: str
    name: str
    title: str
    url: str | None
    sha256: str | None
    licence: str | None
    depth: int
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a source: its passages, each with its own title or None, and what is known of it.

    A `container` holds files: so many `members` were taken out, of which some were here already, as the items
    `known`, one for each; `refused` are those that were not taken.
    """

    kind: str
    title: str
    passages: Sequence[tuple[Passage, str | None]]
    url: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    licence: str | None = None
    tier: str | None = None
    notes: tuple[Note, ...] = ()
    container: bool = False
    refused: tuple[Refused, ...] = ()
    members: int = 0
    known: tuple[int, ...] = ()


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
        parent_id=row.parent_id,
        generation=row.generation,
        attempts=row.attempts,
        origin=row.origin,
        kind=row.kind,
        name=row.name,
        title="" if _by_its_name(row) else row.title,
        url=row.url,
        sha256=row.sha256,
        licence=row.licence,
        depth=row.depth,
        options=row.options,
    )


def _by_its_name(row: Any) -> bool:
    """Whether an item may be called by its file's mere name, as earlier versions did once they had read it.

    What lies in an export has its title from that. What states such a title states it again.
    """
    return bool(row.kind) and row.parent_id is None and row.title == PurePosixPath(row.name).stem


async def fetched(uow: UnitOfWork, claim: Claim, stored: StoredFile, files: FileStore) -> bool:
    """Note which file came from an address; False where the reading has become stale.

    The earlier one is deleted by a job, once this is sure to stay.

    Raises:
        FileGone: it isn't stored any more: such a job of an earlier reading has deleted the same content.
    """
    await sources_repository.serialise(uow)
    still_there(uow, [stored.sha256], files)
    kept = {"sha256": stored.sha256, "size": stored.size, "looked_at": now()}
    if not await sources_repository.settle(uow, claim.source_id, claim.generation, **kept):
        return False
    if claim.sha256 and claim.sha256 != stored.sha256:
        await uow.defer("memory.discard", creator_id=uow.tenant, hashes=[claim.sha256])
    return True


def still_there(uow: UnitOfWork, hashes: Iterable[str], files: FileStore) -> None:
    """Raise FileGone where a file was erased; under the lock that erasing takes, it stays from here on."""
    for sha256 in hashes:
        try:
            files.path(uow.tenant, sha256)
        except NotFound:
            raise FileGone("The file was deleted while it came in. Send it again.") from None


async def discard(uow: UnitOfWork, files: FileStore, hashes: Sequence[str]) -> None:
    """Delete files that no item needs any more, unless an avatar shows one as its portrait."""
    portraits = {avatar.portrait for avatar in await community.avatars(uow)}
    for sha256 in hashes:
        if sha256 not in portraits:
            files.delete(uow.tenant, sha256)


async def advance(uow: UnitOfWork, claim: Claim, progress: float) -> bool:
    """Note how far a reading is (0..1); False where it has become stale and should stop."""
    going = await sources_repository.advance(uow, claim.source_id, claim.generation, min(progress, 0.99))
    if going:
        await uow.notify(CHANNEL, f"{uow.tenant}:{claim.source_id}")  # nothing changes for what it lies in
    return going


async def fail(uow: UnitOfWork, claim: Claim, problem: ImportProblem) -> bool:
    """Note why a source could not be read, or what it waits for; False where the reading has become stale."""
    state = SourceState.WAITING if isinstance(problem, Waiting) else SourceState.FAILED
    # As it was found once, and as what is kept of it still is; else as its name promises.
    kind = claim.kind or promised(claim.name)
    settled = await sources_repository.settle(
        uow, claim.source_id, claim.generation, state=state, kind=kind, **_reason(problem)
    )
    if settled:
        await announce(uow, [claim.source_id])
        if state is SourceState.FAILED:
            await uow.publish(SourceFailed(claim.creator_id, claim.source_id, problem.code))
        else:
            await uow.publish(SourcesHeld(claim.creator_id))
    return settled


def _nothing_new(reading: Reading) -> dict[str, Any]:
    """Why a container brought fewer items than it has files: its row links those that were here before."""
    if not reading.known:
        return {}
    number = len(reading.known)
    code = "partly_known" if number < reading.members else "known" if number > 1 else "known_file"
    items = " ".join(map(str, list(dict.fromkeys(reading.known))[:_LINKED]))
    return _reason(Known(code, known=number, files=reading.members, items=items))


def _reason(problem: ImportProblem) -> dict[str, Any]:
    return {
        "reason_code": problem.code,
        "reason": f"{problem.reason} {problem.advice}",
        "reason_params": dict(problem.params),
    }


async def finish(uow: UnitOfWork, claim: Claim, reading: Reading) -> bool:
    """Write what was read in place of what an earlier reading brought; False where it has become stale."""
    if claim.origin == "url":
        reading = await _beside_before(uow, claim, reading)
    letters = Counter[str]()
    for passage, _ in reading.passages:
        letters[passage.lang] += len(passage.text)
    settled = await sources_repository.settle_read(
        uow,
        claim.source_id,
        claim.generation,
        # What a person says counts, also while it is read; the file speaks where nobody had before.
        licence=None if claim.licence else reading.licence,
        tier=reading.tier,
        state=SourceState.INDEXED,
        progress=1.0,
        attempts=0,
        kind=reading.kind,
        title=claim.title or reading.title,
        url=claim.url or reading.url,
        author=reading.author,
        published_at=reading.published_at,
        lang=letters.most_common(1)[0][0] if letters else None,
        notes=packed(reading.notes),
        passages=len(reading.passages),
        **_nothing_new(reading),
    )
    if not settled:
        return False
    if reading.container:
        await _refuse(uow, claim, reading.refused)
    number = len(reading.passages)
    for start in range(0, max(number, 1), _ROWS):
        columns = _columns(start, reading.passages[start : start + _ROWS])
        last = start + _ROWS >= number
        await passages_repository.write(
            uow,
            claim.source_id,
            columns,
            length=number if last else None,
            # With each post all of its channel is read; its indexes needn't take in again what was there.
            only_changed=claim.origin == posts.ORIGIN,
        )
    await uow.notify(INDEX_CHANNEL, str(uow.tenant))
    await announce(uow, [claim.source_id])
    await uow.publish(SourceIndexed(claim.creator_id, claim.source_id, len(reading.passages)))
    return True


async def _beside_before(uow: UnitOfWork, claim: Claim, reading: Reading) -> Reading:
    """What an address brings, beside what it brought when it was looked at before."""
    before = await passages_repository.written(uow, claim.source_id)
    if not before:
        return reading
    if reading.kind != "feed":
        note = looking_again.compared(before, reading.passages)
        return replace(reading, notes=(*reading.notes, note))
    passages, note = looking_again.joined(before, reading.passages)
    return replace(reading, passages=passages, notes=(*reading.notes, note))


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
        "read_from": [at.read_from for at in located],
        "sure": [at.sure for at in located],
        "cues": [orjson.dumps(at.cues).decode() if at.cues else None for at in located],
    }


async def _refuse(uow: UnitOfWork, claim: Claim, refused: Sequence[Refused]) -> None:
    """Show what an archive held but was not taken as failed items of their own."""
    await sources_repository.drop_refused(uow, claim.source_id)
    for one in refused:
        reason = _reason(one.problem)
        name = clean_name(f"{claim.name}/{one.name or '?'}")
        await sources_repository.insert_refused(
            uow,
            claim.source_id,
            name=name,
            kind=promised(name),
            depth=claim.depth + 1,
            reason={**reason, "reason_params": orjson.dumps(reason["reason_params"]).decode()},
        )


def too_many_attempts() -> ReadError:
    """Why an item is given up that has ended its reader again and again."""
    return ReadError("crashed", detail="again and again")
