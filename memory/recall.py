"""The room's living part in one process: its indexes, and recalling from them. (Rules: `service.py`.)"""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from community import service as community
from kernel.bus import Bus
from kernel.clock import monotonic, now
from kernel.db import Database, UnitOfWork, assert_no_transaction
from kernel.files import FileStore
from kernel.i18n import Word
from kernel.lang import DEFAULT
from kernel.metrics import RECALL_SECONDS
from kernel.settings import Settings
from memory import feed_repository, listing_repository, passages_repository, search_repository
from memory.comparing import Comparing
from memory.continuing import continued, preceding, to_its_end
from memory.errors import NoSearcher
from memory.fetching import Fetcher
from memory.hearing import heard
from memory.index import Index, Indexes
from memory.readers import Transcriber, close_readers
from memory.replicas import Replicas, Searched
from memory.retrieval import Encoder, Retriever, load_encoder
from memory.retrieval.store import remove_orphans
from memory.shapes import at_quote, passage_info
from memory.transcription import load_transcriber
from memory.types import IndexState, Question, Quote, Recalled, RecalledPassage

SEARCH_CHANNEL = "search"
_RECALLED: TypeAdapter[Recalled] = TypeAdapter(Recalled)
_LANGUAGES_S = 5.0
_NAMES_S = 60.0
_KEPT_FOR = timedelta(minutes=10)
_TITLES = 60


class Memory:
    """What one process needs of the room. Where it doesn't `recalls`, it asks a process that holds indexes.

    `fetcher` and `indexes` are the usual ones unless given.
    """

    def __init__(
        self,
        *,
        db: Database,
        files: FileStore,
        settings: Settings,
        bus: Bus,
        fetcher: Fetcher | None = None,
        indexes: Indexes | None = None,
        recalls: bool = True,
    ) -> None:
        self.db = db
        self.files = files
        self.settings = settings
        self.bus = bus
        self.fetcher = fetcher or Fetcher()
        self.recalls = recalls
        self._retrievers = Retrievers(settings)
        self._indexes = indexes or self._retrievers
        self.comparing = Comparing(lambda: self._retrievers.encoder)
        self._replicas: Replicas | None = None
        self._warming: asyncio.Task[None] | None = None
        self._languages: dict[int, tuple[float, tuple[str, ...]]] = {}
        self._called: dict[int, tuple[float, tuple[str, ...]]] = {}

    @cached_property
    def tesseract(self) -> str | None:
        """The program that reads text in pictures, where there is one."""
        return self.settings.tesseract or shutil.which("tesseract")

    @cached_property
    def transcriber(self) -> Transcriber | None:
        """What recognises speech, where the operator has set something up."""
        key = self.settings.transcription_key
        return load_transcriber(
            url=self.settings.transcription_url,
            model=self.settings.transcription_model,
            api_key=key.get_secret_value() if key else None,
            whisper_model=self.settings.whisper_model,
        )

    @property
    def hears(self) -> bool:
        """Whether something is set up that recognises speech."""
        return self.transcriber is not None

    async def transcribe(self, sound: bytes, langs: Sequence[str] = ()) -> str:
        """The words in a sound, of which nothing is kept; see `hearing.heard`. Empty where nothing hears."""
        return await heard(sound, langs, self.transcriber) if self.transcriber else ""

    async def languages(self, uow: UnitOfWork) -> tuple[str, ...]:
        """The languages that the tenant's avatars speak, remembered for a few seconds."""
        known = self._languages.get(uow.tenant)
        if known is None or known[0] < monotonic():
            spoken = dict.fromkeys(tag for avatar in await community.avatars(uow) for tag in avatar.languages)
            known = self._languages[uow.tenant] = (monotonic() + _LANGUAGES_S, tuple(spoken) or (DEFAULT,))
        return known[1]

    async def open(self) -> None:
        """Open the creators' indexes, in the background."""
        if not self.recalls:
            return
        self._replicas = Replicas(self.db, self.bus, self.settings.data / "index", self._indexes)
        await self._replicas.open()
        self._warming = asyncio.create_task(self._warm(self._replicas), name="warming indexes")

    async def close(self) -> None:
        """Close the indexes."""
        if self._warming:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        if self._replicas:
            await self._replicas.close()
        await asyncio.to_thread(close_readers)

    async def _warm(self, replicas: Replicas) -> None:
        async with self.db.system_uow() as uow:
            creators = await feed_repository.creators_with_passages(uow, limit=16)
        await replicas.warm(creators)

    async def index_states(self) -> tuple[IndexState, ...]:
        """The indexes that are open in this process."""
        return await self._replicas.states() if self._replicas else ()

    async def recall(
        self,
        creator_id: int,
        text: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        limit: int = 8,
        without: frozenset[int] = frozenset(),
        after: str = "",
    ) -> Recalled:
        """What the creator's content says to a question, for a viewer who holds `tiers`.

        The passages `without` which it has to do aren't found. `after` is what the question before it was
        about, for one that leans on that: it is answered only by what its own words find as well.

        Every passage is checked in the database before it is returned: what the viewer may not see, or what
        is gone since it was indexed, isn't there, and the quote stands word for word in its passage. Opens a
        short unit of work of its own, after the search.

        Raises:
            RuntimeError: this process holds no indexes.
        """
        assert_no_transaction("a search")
        if self._replicas is None:
            raise RuntimeError("this process holds no indexes: ask a worker (Memory.ask)")
        question = Question(text, lang, tiers, limit, await self._names(creator_id), without, after)
        begun = time.perf_counter()
        found, current, rows = await self._search(self._replicas, creator_id, question)
        if not current and await self._replicas.catch_up(creator_id):
            found, _, rows = await self._search(self._replicas, creator_id, question)
        took = time.perf_counter() - begun
        RECALL_SECONDS.observe(took)
        return _recalled(question, found, rows, took)

    async def _names(self, creator_id: int) -> tuple[str, ...]:
        """What the creator and their avatars are called, remembered for a minute."""
        known = self._called.get(creator_id)
        if known is None or known[0] < monotonic():
            async with self.db.uow(creator_id) as uow:
                avatars = await community.avatars(uow)
            names = dict.fromkeys(name for one in avatars for name in (one.name, one.creator_name))
            known = self._called[creator_id] = (monotonic() + _NAMES_S, tuple(names))
        return known[1]

    async def titles(self, creator_id: int) -> list[tuple[str, str]]:
        """(title, language) of the newest items that everyone may see. Opens a unit of work of its own."""
        async with self.db.uow(creator_id) as uow:
            return await listing_repository.public_titles(uow, _TITLES)

    async def _search(
        self, replicas: Replicas, creator_id: int, question: Question
    ) -> tuple[Searched, bool, list[Any]]:
        """Search, check, and say whether the index had taken in all that was committed before the check."""
        found = await replicas.search(creator_id, question)
        ids = {hit.passage_id for hit in found.ranking.hits}
        if found.ranking.quote:
            ids.add(found.ranking.quote.passage_id)
        async with self.db.uow(creator_id) as uow:
            epoch, behind, rows = await passages_repository.recall(
                uow, sorted(ids), question.tiers, position=found.position, ahead=found.ahead
            )
            if found.locked:
                offered = await listing_repository.tiers(uow)
                found = replace(found, locked=tuple(tier for tier in found.locked if tier in offered))
        return found, epoch == found.epoch and not behind, rows

    async def continued(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """What the creator says next after `said` in a passage, for who holds `tiers`; None: nothing.

        `at` is where `said` stood: the same words may stand there more than once. Opens a short unit of
        work of its own.
        """
        async with self.db.uow(creator_id) as uow:
            return await continued(uow, passage_id, said, lang, tiers, at)

    async def preceding(
        self,
        creator_id: int,
        passage_id: int,
        said: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        at: int = 0,
    ) -> Recalled | None:
        """What the creator says right before `said` in a passage, for who holds `tiers`; None: nothing.

        `at` as for what follows. Opens a short unit of work of its own.
        """
        async with self.db.uow(creator_id) as uow:
            return await preceding(uow, passage_id, said, lang, tiers, at)

    async def ask(
        self,
        creator_id: int,
        text: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        limit: int = 20,
        timeout_s: float = 15.0,
    ) -> Recalled:
        """`recall`, done by a worker: for a process that holds no indexes. Opens units of work of its own.

        Raises:
            NoSearcher: no worker answered in time, or it could not search.
        """
        question = {"text": text, "lang": lang, "tiers": sorted(tiers), "limit": limit}
        deadline = monotonic() + timeout_s
        async with self.bus.subscribe(SEARCH_CHANNEL) as answers:
            async with self.db.uow(creator_id) as uow:
                request = await search_repository.ask(uow, question, now() + _KEPT_FOR)
                await uow.defer("memory.search", creator_id=creator_id, request_id=request)
            while (left := deadline - monotonic()) > 0:
                heard = await answers.wait(min(left, 1.0))
                if heard and str(request) not in heard:
                    continue
                async with self.db.uow(creator_id) as uow:
                    result, error = await search_repository.answer(uow, request)
                if error:
                    raise NoSearcher("The search failed: {reason}", reason=Word(error))
                if result is not None:
                    return _RECALLED.validate_python(result)
        raise NoSearcher("No worker answered the search. Is one running? Health shows it.")


async def store_answer(
    uow: UnitOfWork, request_id: int, recalled: Recalled | None, error: str | None
) -> None:
    """Write what a worker found for a search, and wake whoever waits for it."""
    result = None if recalled is None else _RECALLED.dump_python(recalled, mode="json")
    await search_repository.store(uow, request_id, result, error)
    await uow.notify(SEARCH_CHANNEL, str(request_id))


class Retrievers:
    """How this process opens indexes: as the settings have it. The encoder is loaded with the first one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def encoder(self) -> Encoder | None:
        """What encodes sentences here. Blocking, the first time."""
        key = self._settings.embedding_key
        return load_encoder(
            self._settings.data / "models",
            endpoint=self._settings.embedding_url,
            model=self._settings.embedding_model,
            api_key=key.get_secret_value() if key else None,
        )

    def open(self, folder: Path) -> Index:
        """The index in a folder, new or of an earlier run. Blocking: loading the encoder takes a while."""
        return Retriever(folder, encoder=self.encoder, chroma_url=self._settings.chroma_url)

    def clear_up(self, slot: Path, owner: str) -> None:
        """Remove an owner's collections from the shared server whose replicas aren't in `slot` any more.

        Raises:
            StoreUnavailable: the server doesn't answer.
        """
        if self._settings.chroma_url:
            remove_orphans(self._settings.chroma_url, slot, owner)


def _recalled(question: Question, found: Searched, rows: Sequence[Any], took_s: float) -> Recalled:
    passages = {row.id: passage_info(row) for row in rows}
    ranking = found.ranking
    hits = tuple(
        RecalledPassage(passages[hit.passage_id], hit.score, hit.lexical, hit.dense)
        for hit in ranking.hits
        if hit.passage_id in passages
    )
    quote = ranking.quote
    shown = [one.passage for one in hits if quote and one.passage.id == quote.passage_id]
    quote = _verbatim(quote, shown[0].text) if quote and shown else None
    quote = quote and to_its_end(quote, shown[0])
    if quote:
        hits = tuple(
            replace(one, passage=at_quote(one.passage, quote.start))
            if one.passage.id == quote.passage_id
            else one
            for one in hits
        )
    return Recalled(
        question=question.text,
        lang=question.lang,
        passages=hits,
        quote=quote,
        confidence=ranking.confidence,
        threshold=ranking.threshold,
        answerable=ranking.answerable and quote is not None and not found.locked,
        cross_lingual=ranking.cross_lingual,
        locked=found.locked,
        indexed=found.count,
        took_ms={"recall": took_s * 1000},
    )


def _verbatim(quote: Quote, text: str) -> Quote | None:
    """The quote at its place in the passage as it is now; None where it no longer stands there."""
    if text.startswith(quote.text, quote.start):
        return quote
    moved = text.find(quote.text) - quote.start
    if moved + quote.start < 0:
        return None
    return replace(
        quote,
        start=quote.start + moved,
        end=quote.end + moved,
        best_start=quote.best_start + moved,
        best_end=quote.best_end + moved,
    )
