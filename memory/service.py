"""What other rooms may ask of memory: adding, listing, altering and deleting content; recall is `Memory`'s.

Every function works inside the unit of work that it is given. What is slow about it happens in a worker.
"""

from collections.abc import Sequence

from kernel.db import UnitOfWork
from kernel.files import FileStore, StoredFile
from memory import feed_repository, listing_repository, notices, passages_repository, sources_repository
from memory.adding import add_files, add_url
from memory.cleaning import short
from memory.errors import NoSuchPassage, NoSuchSource
from memory.events import SourcesHeld
from memory.grounds import glossed
from memory.hearing import LARGEST as LARGEST_SOUND
from memory.hearing import LONGEST_S as LONGEST_SOUND_S
from memory.known_questions import SURE, AskedAgain, KnownQuestion, KnownQuestions, SameQuestions
from memory.matching import (
    MATCHED,
    OWN_STOPPED,
    Apart,
    Example,
    Match,
    Matcher,
    Said,
    below,
    never_apart,
)
from memory.notices import CHANNEL as SOURCE_CHANNEL
from memory.own_words import OwnWords
from memory.pictures import KINDS as PICTURED
from memory.pictures import picture
from memory.posts import item_of as posts_item
from memory.posts import keep_post
from memory.posts import tier_of as posts_tier
from memory.questions import asks
from memory.recall import Memory
from memory.recordings import recording_of
from memory.retrieval import Detected, detect, romanise, sentences_of, split_sentences
from memory.retrieval.called import marked as naming
from memory.retrieval.frames import names as ways_to_name
from memory.retrieval.leaning import leans, subject
from memory.retrieval.named import ordinary, strange
from memory.retrieval.several import questions_in
from memory.reversal import DENIED_BEHIND, denies, reverses, takes_back
from memory.shapes import at_quote, passage_info, source_info
from memory.types import (
    Added,
    Inside,
    Knowledge,
    NewSource,
    PassageInfo,
    PassageList,
    SourceFilter,
    SourceInfo,
    SourceList,
    SourceState,
)

__all__ = [
    "DENIED_BEHIND",
    "LARGEST_SOUND",
    "LONGEST_SOUND_S",
    "MATCHED",
    "OWN_STOPPED",
    "PICTURED",
    "SOURCE_CHANNEL",
    "SURE",
    "Apart",
    "AskedAgain",
    "Detected",
    "Example",
    "KnownQuestion",
    "KnownQuestions",
    "Match",
    "Matcher",
    "Memory",
    "OwnWords",
    "Said",
    "SameQuestions",
    "add_file",
    "add_files",
    "add_url",
    "asks",
    "at_quote",
    "below",
    "cancel",
    "children",
    "delete",
    "denies",
    "detect",
    "earlier",
    "get_source",
    "get_sources",
    "glossed",
    "keep_post",
    "knowledge",
    "leans",
    "list_sources",
    "naming",
    "never_apart",
    "ordinary",
    "passage",
    "passages",
    "picture",
    "posts_item",
    "posts_tier",
    "questions_in",
    "recording_of",
    "reindex",
    "retry",
    "reverses",
    "romanise",
    "sentences_of",
    "set_licence",
    "set_tier",
    "split_sentences",
    "strange",
    "subject",
    "takes_back",
    "texts_for_style",
    "ways_to_name",
]

_MAX_PAGE = 500
_RETRIED = (SourceState.FAILED, SourceState.CANCELLED, SourceState.WAITING, SourceState.INDEXED)
_STOPPED = (SourceState.QUEUED, SourceState.READING, SourceState.WAITING)


async def add_file(
    uow: UnitOfWork,
    stored: StoredFile,
    name: str,
    *,
    origin: str = "upload",
    title: str = "",
    url: str | None = None,
    licence: str | None = None,
    tier: str | None = None,
    author: str | None = None,
    channel: str | None = None,
    files: FileStore | None = None,
) -> Added:
    """Add a stored file and defer its reading; see `add_files` for many at once.

    `author` is the creator's own name in a chat export, `channel` the public name of an exported channel.

    Raises:
        BadSource: a name, licence or tier that can't be used.
        FileGone: with `files`: the file isn't stored any more.
    """
    options = {key: value for key, value in (("author", author), ("channel", channel)) if value}
    item = NewSource(name, stored.sha256, stored.size, origin, title, url, licence, tier, options)
    return (await add_files(uow, [item], files=files))[0]


async def list_sources(
    uow: UnitOfWork, wanted: SourceFilter | None = None, *, page: int = 1, size: int = 50
) -> SourceList:
    """A page of items (from 1, at most 500 long), newest first."""
    size = min(max(size, 1), _MAX_PAGE)
    wanted = wanted or SourceFilter()
    held = await listing_repository.held_back(uow) if wanted.state else {}
    where = listing_repository.conditions(wanted, held)
    rows = await listing_repository.page(uow, where, limit=size, offset=(max(page, 1) - 1) * size)
    return SourceList(
        items=tuple(source_info(*row) for row in rows),
        total=await listing_repository.count(uow, where),
        states=await _states(uow),
    )


async def _states(uow: UnitOfWork) -> dict[SourceState, int]:
    return {SourceState(key): number for key, number in (await listing_repository.by_state(uow)).items()}


async def get_source(uow: UnitOfWork, source_id: int) -> SourceInfo:
    """One item.

    Raises:
        NoSuchSource: not the tenant's, or deleted.
    """
    found = await listing_repository.get(uow, source_id)
    if found is None:
        raise NoSuchSource("There is no such item; it may have been deleted.")
    return source_info(*found)


async def get_sources(uow: UnitOfWork, source_ids: Sequence[int]) -> tuple[SourceInfo, ...]:
    """Those of these items that exist, newest first."""
    return tuple(source_info(*row) for row in await listing_repository.get_many(uow, source_ids))


async def earlier(uow: UnitOfWork, source: SourceInfo) -> tuple[SourceInfo, ...]:
    """Items of the same name that were handed in before, with other content: one may be an older version."""
    rows = await listing_repository.beside(uow, source.parent_id, names=[source.name.lower()])
    return tuple(source_info(row, Inside()) for row in rows if row.key < source.id)


async def children(uow: UnitOfWork, source_ids: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the files found in these items."""
    return tuple(await listing_repository.children(uow, source_ids))


async def passages(uow: UnitOfWork, source_id: int, *, page: int = 1, size: int = 50) -> PassageList:
    """A page (from 1) of an item's passages in reading order.

    Raises:
        NoSuchSource: not the tenant's, or deleted.
    """
    source = await get_source(uow, source_id)
    size = min(max(size, 1), _MAX_PAGE)
    rows = await passages_repository.page(uow, source_id, limit=size, offset=(max(page, 1) - 1) * size)
    return PassageList(tuple(passage_info(row) for row in rows), source.passages)


async def passage(uow: UnitOfWork, passage_id: int, *, tiers: frozenset[str] = frozenset()) -> PassageInfo:
    """One passage, for a viewer who holds `tiers`.

    Raises:
        NoSuchPassage: not the tenant's, deleted, or kept for another tier.
    """
    row = await passages_repository.one(uow, passage_id, tiers)
    if row is None:
        raise NoSuchPassage("This passage isn't here any more.")
    return passage_info(row)


async def passages_of(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, PassageInfo]:
    """Those of these passages that are still there, whoever may see them, by number."""
    return {row.id: passage_info(row) for row in await passages_repository.several(uow, ids)}


async def set_tier(uow: UnitOfWork, source_ids: Sequence[int], tier: str | None) -> int:
    """Keep items, and what was found in them, for holders of a tier; None shows them to everyone. How many.

    From now on it doesn't count what their files say of a tier.

    Raises:
        BadSource: a name that can't be used.
    """
    name = short(tier)
    return await _alter(uow, source_ids, tier=name, tier_chosen=True)


async def set_licence(uow: UnitOfWork, source_ids: Sequence[int], licence: str | None) -> int:
    """Note the licence of items and of what was found in them. How many.

    Raises:
        BadSource: longer than 120 characters.
    """
    return await _alter(uow, source_ids, licence=short(licence))


async def _alter(uow: UnitOfWork, source_ids: Sequence[int], **fields: str | bool | None) -> int:
    await sources_repository.serialise(uow)
    altered = await sources_repository.alter(
        uow, await sources_repository.descendants(uow, source_ids), **fields
    )
    if "tier" in fields:
        await notices.index_sources_again(uow, altered)
    await notices.announce(uow, altered)
    return len(altered)


async def cancel(uow: UnitOfWork, source_ids: Sequence[int]) -> int:
    """Stop the import of items, and of what was found in them; passages read earlier stay. How many."""
    await sources_repository.serialise(uow)
    tree = await sources_repository.descendants(uow, source_ids)
    stopped = await sources_repository.move(uow, tree, SourceState.CANCELLED, among=_STOPPED)
    await notices.announce(uow, stopped, stop=True)
    if stopped:
        await uow.publish(SourcesHeld(uow.tenant))
    return len(stopped)


async def retry(uow: UnitOfWork, source_ids: Sequence[int]) -> int:
    """Read items once more, also such as have been read: an address is fetched again. How many."""
    await sources_repository.serialise(uow)
    again = await notices.requeue(uow, source_ids, among=_RETRIED)
    for source_id in again:
        await notices.defer_reading(uow, [source_id])
    await notices.announce(uow, again)
    return len(again)


async def delete(uow: UnitOfWork, source_ids: Sequence[int]) -> int:
    """Delete items with their passages, their files and what was found in them. How many, all told.

    From the end of this transaction nobody sees them; a worker then erases them.
    """
    await sources_repository.serialise(uow)
    tree = await sources_repository.descendants(uow, source_ids)
    doomed = await sources_repository.move(
        uow, tree, SourceState.DELETING, among=[each for each in SourceState if each != SourceState.DELETING]
    )
    if doomed:
        await notices.index_sources_again(uow, doomed)
        await uow.defer("memory.delete", creator_id=uow.tenant, source_ids=doomed)
        await notices.announce(uow, doomed, stop=True)
    return len(doomed)


async def reindex(uow: UnitOfWork) -> None:
    """Have every process build the tenant's index anew."""
    await feed_repository.new_epoch(uow)
    await uow.notify(notices.INDEX_CHANNEL, str(uow.tenant))


async def knowledge(uow: UnitOfWork) -> Knowledge:
    """How much the tenant's avatar knows."""
    languages = await passages_repository.languages(uow)
    return Knowledge(
        states=await _states(uow),
        kinds=await listing_repository.by_kind(uow),
        languages=languages,
        tiers=await listing_repository.tiers(uow),
        passages=sum(languages.values()),
        size=await listing_repository.total_size(uow),
    )


async def texts_for_style(uow: UnitOfWork, limit: int = 2000) -> list[tuple[str, str]]:
    """(language, text) of up to `limit` public passages from all over the corpus; the same ones each time."""
    return await passages_repository.public_sample(uow, limit)
