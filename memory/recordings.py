"""Recordings and the captions that lie beside them, known by their names: whose words are whose player's.

Captions are read in a recording's place, and what is cited of them opens the recording.
"""

from pathlib import PurePosixPath

from kernel.db import UnitOfWork
from memory import listing_repository
from memory.notices import announce, defer_reading, requeue
from memory.readers.collection import CAPTIONS, VIDEOS, film_stems
from memory.shapes import source_info
from memory.types import Inside, SourceInfo, SourceState

_SPEAKS = (SourceState.QUEUED, SourceState.READING, SourceState.INDEXED)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def is_recording(name: str) -> bool:
    """Whether a file's name is a recording's."""
    return _suffix(name) in VIDEOS


def _recordings(captions: str) -> list[str]:
    """What recordings may be called whose captions these are, in small letters; none where they are none."""
    if _suffix(captions) not in CAPTIONS:
        return []
    return [f"{stem}{suffix}" for stem in film_stems(captions.lower()) for suffix in sorted(VIDEOS)]


async def captions_of(uow: UnitOfWork, name: str, parent_id: int | None) -> str | None:
    """The name of the captions that lie beside a recording and are read, or will be, in its place."""
    stem = str(PurePosixPath(name.lower()).with_suffix(""))
    for row in await listing_repository.beside(uow, parent_id, begins=stem):
        if row.state in _SPEAKS and name.lower() in _recordings(row.name):
            return str(row.name)
    return None


async def recording_of(
    uow: UnitOfWork, captions: SourceInfo, *, tiers: frozenset[str] = frozenset()
) -> SourceInfo | None:
    """The recording beside captions, where there is one that a holder of these tiers may see."""
    names = _recordings(captions.name)
    if captions.kind != "subtitles" or not names:
        return None
    for row in await listing_repository.beside(uow, captions.parent_id, names=names):
        if row.kind in ("audio", "video") and (row.tier is None or row.tier in tiers):
            return source_info(row, Inside())
    return None


async def captions_ended(uow: UnitOfWork, name: str, parent_id: int | None, *, read: bool) -> None:
    """Have the recording beside captions read again to which it matters how their reading ended.

    Once they are read, one that waits to be transcribed needn't, nor need one that has no sound; where they
    can't be, one whose place they took speaks for itself.
    """
    concerned = (SourceState.WAITING, SourceState.FAILED) if read else (SourceState.INDEXED,)
    again = [
        row.key
        for row in await listing_repository.beside(uow, parent_id, names=_recordings(name))
        if row.state in concerned and not row.passages
    ]
    if again:
        await requeue(uow, again, among=concerned)
        await defer_reading(uow, again)
        await announce(uow, again)
