"""Adding items: files, addresses, and what was found inside an item. Reading them is `reading.py`'s."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import orjson

from kernel.db import UnitOfWork
from kernel.files import FileStore
from memory import importer, listing_repository, sources_repository
from memory.cleaning import MAX_NAME, MAX_URL, clean_name, clean_url, refuse_address, short
from memory.errors import BadSource
from memory.fetching import Fetcher, FetchError
from memory.importer import Claim
from memory.models import Source
from memory.notices import SHARED_FILES, announce, defer_reading, index_sources_again, requeue
from memory.shapes import source_info
from memory.types import Added, NewSource, SourceState

_RETRIED = (SourceState.FAILED, SourceState.CANCELLED, SourceState.WAITING, SourceState.DELETING)
# Small files share a job: a job costs about as much as reading one of them.
_SHARED_BYTES = 256 * 1024
_SLOW = frozenset((".mp3", ".m4a", ".ogg", ".opus", ".wav", ".flac", ".mp4", ".mkv", ".webm", ".mov", ".zip"))


def _checked(item: NewSource) -> NewSource:
    return replace(
        item,
        name=clean_name(item.name),
        title=" ".join(item.title.split())[:MAX_NAME],
        url=item.url[:MAX_URL] if item.url else None,
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
    tier_chosen: bool = False,
    files: FileStore | None = None,
) -> list[Added]:
    """Add stored files and defer their reading; the same content again is the same item.

    One that failed, waits, was cancelled or is being deleted is tried again. One that had come in an archive
    and is now added by itself stays when the archive goes. One that everyone may see is kept for the tier
    that is asked for now; one that is kept for a tier stays so. Where none is asked for, what a file itself
    says counts, unless `tier_chosen`. With `files`, what was stored is looked for once more: erasing an item
    of the same content may have come between.

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
        importer.still_there(uow, wanted, files)
    inserted = await sources_repository.insert(
        uow,
        list(wanted.values()),
        options,
        parent_id=parent_id,
        depth=depth,
        tier_chosen=tier_chosen,
    )
    ids = {sha256: source_id for source_id, sha256 in inserted}
    new = set(ids)
    there = await sources_repository.by_hashes(uow, [sha256 for sha256 in wanted if sha256 not in new])
    ids |= {sha256: row.key for sha256, row in there.items()}
    again, tightened = await _met_again(uow, [(row, wanted[key]) for key, row in there.items()], parent_id)
    await _have_read(
        uow, [(ids[key], item) for key, item in wanted.items() if key in new or ids[key] in again]
    )
    infos = {
        row.key: source_info(row, inside)
        for row, inside in await listing_repository.get_many(uow, list(ids.values()))
    }
    keys = [item.sha256 for item in items]
    return [
        Added(infos[ids[key]], new=key in new, again=ids[key] in again, tightened=ids[key] in tightened)
        for key in keys
    ]


async def _met_again(
    uow: UnitOfWork, there: Sequence[tuple[Source, NewSource]], parent_id: int | None
) -> tuple[set[int], set[int]]:
    """What becomes of items that were here before: those to be read again, and those kept for a tier now."""
    again = await _try_again(uow, [row for row, _ in there])
    # What was found here before has its archive's tier, or one that a person chose since.
    asked = [(row, item.tier) for row, item in there if parent_id is None or row.parent_id != parent_id]
    tightened = await _tighten(uow, asked)
    adopted = [row.key for row, _ in there if row.parent_id is not None]
    if parent_id is None and adopted:
        await sources_repository.alter(uow, adopted, parent_id=None)
    return again, tightened


async def _have_read(uow: UnitOfWork, items: Sequence[tuple[int, NewSource]]) -> None:
    """Defer the reading of items, several small ones in one job."""
    shared = [source_id for source_id, item in items if not _lone(item)]
    batches = [shared[start : start + SHARED_FILES] for start in range(0, len(shared), SHARED_FILES)]
    for batch in [*batches, *([source_id] for source_id, item in items if _lone(item))]:
        await defer_reading(uow, batch)
    await announce(uow, [source_id for source_id, _ in items])


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
) -> list[Added] | None:
    """Make files found in a source items of their own; None where the reading has become stale.

    They are kept for whom the source is kept now: that may have changed since it was claimed.

    Raises:
        FileGone: as `add_files` does.
    """
    # Before any row is touched: who sets tiers waits for rows while holding this.
    await sources_repository.serialise(uow)
    if not await importer.advance(uow, claim, progress):
        return None
    found = await listing_repository.get(uow, claim.source_id)
    if found is None:
        return None
    parent = found[0]
    inside = [replace(item, licence=parent.licence, tier=parent.tier) for item in items]
    return await add_files(
        uow,
        inside,
        parent_id=claim.source_id,
        depth=claim.depth + 1,
        tier_chosen=parent.tier_chosen,
        files=files,
    )


async def add_url(
    uow: UnitOfWork,
    url: str,
    *,
    licence: str | None = None,
    tier: str | None = None,
    fetcher: Fetcher | None = None,
) -> Added:
    """Add a web page, feed or file by its address and defer its reading; the same address is the same item.

    One that is here is looked at again, unless that is under way (`again`). `fetcher` says which addresses
    may be fetched (None: public ones); what a name stands for is found out when it is fetched.

    Raises:
        BadSource: an address, licence or tier that can't be used.
    """
    address = clean_url(url)
    _fetchable(address, fetcher or Fetcher())
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
    # Also one that was read: it may have something new.
    again = set() if new else await _try_again(uow, [row], among=(*_RETRIED, SourceState.INDEXED))
    tightened = await _tighten(uow, [(row, short(tier))])
    if new or again:
        await defer_reading(uow, [row.key])
        await announce(uow, [row.key])
    found = await listing_repository.get(uow, row.key)
    if found is None:
        raise RuntimeError("an address that was just inserted isn't there")
    return Added(source_info(*found), new=new, again=bool(again), tightened=bool(tightened))


def _fetchable(address: str, fetcher: Fetcher) -> None:
    """Raise BadSource where it can be told by its form that an address is never fetched."""
    try:
        fetcher.check(address)
    except FetchError as problem:
        if problem.code == "url_private":
            raise BadSource(
                "{host} is inside a private network, which is never fetched. "
                "Use a public address, or upload the file.",
                host=problem.params["host"],
            ) from None
        if problem.code == "url_port":
            raise BadSource(
                "Port {port} is not fetched from. Use an address on port 80, 443, 8080 or 8443.",
                port=problem.params["port"],
            ) from None
        refuse_address()


async def _try_again(
    uow: UnitOfWork, rows: Sequence[Source], *, among: Sequence[SourceState] = _RETRIED
) -> set[int]:
    if not rows:
        return set()
    spared = [row.key for row in rows if row.state == SourceState.DELETING]
    again = await requeue(uow, [row.key for row in rows], among=among)
    await index_sources_again(uow, spared)
    return set(again)
