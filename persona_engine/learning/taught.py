"""Finds the taught answer to a question: every avatar's, ready in memory, as new as the database's."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Protocol

from kernel.clock import monotonic
from kernel.db import Database
from memory import service as memory
from memory.errors import NoSuchPassage
from memory.service import AskedAgain, KnownQuestion, KnownQuestions
from memory.types import PassageInfo
from persona_engine.learning import repository
from persona_engine.learning.types import Found

_KEPT: Final = 64
# Questions of an avatar: five each for as many answers as there can be.
_MOST: Final = 10_000
_THREADS: Final = 2
_INCOMPLETE_S: Final = 30.0
Vectors = Mapping[tuple[str, str], Any]


class Recognising(Protocol):
    """The part of `memory` that knows a question again."""

    def known_questions(
        self, known: Sequence[KnownQuestion], before: KnownQuestions | None = None
    ) -> KnownQuestions:
        """What tells which of them is asked again, with this process's encoder. Blocking."""
        ...


@dataclass(frozen=True, slots=True)
class _Ready:
    signature: tuple[Any, ...]
    until: float
    known: KnownQuestions
    answers: Mapping[int, Any]


class Taught:
    """The taught answers of every avatar, as a process has them."""

    def __init__(self, db: Database, recognising: Recognising) -> None:
        self._db = db
        self._recognising = recognising
        # One builds, so that nothing is built twice; the others look on meanwhile.
        self._building = ThreadPoolExecutor(1, thread_name_prefix="teaching")
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="taught")
        self._lock = Lock()
        self._ready: OrderedDict[int, _Ready] = OrderedDict()

    async def find(self, creator_id: int, avatar_id: int, text: str, lang: str) -> Found | None:
        """The answer whose questions this one comes nearest to, sure or not; None where none was taught."""
        return (await self.find_all(creator_id, avatar_id, [(text, lang)]))[0]

    async def cited(
        self, creator_id: int, found: Found, tiers: frozenset[str]
    ) -> tuple[PassageInfo, ...] | None:
        """What an answer cites, for a fan who holds `tiers`; None where they may not see it all."""
        if not found.passages:
            return ()
        async with self._db.uow(creator_id) as uow:
            try:
                return tuple([await memory.passage(uow, each, tiers=tiers) for each in found.passages])
            except NoSuchPassage:
                return None

    async def find_all(
        self,
        creator_id: int,
        avatar_id: int,
        texts: Sequence[tuple[str, str]],
        vectors: Vectors | None = None,
    ) -> list[Found | None]:
        """The same for many (text, language) of which `vectors` are known."""
        ready = await self._fresh(creator_id, avatar_id)
        if ready is None:
            return [None] * len(texts)
        loop = asyncio.get_running_loop()
        again = await loop.run_in_executor(self._threads, ready.known.find_all, texts, vectors or {})
        return [_found(each, ready.answers[each.known.answer]) if each else None for each in again]

    async def _fresh(self, creator_id: int, avatar_id: int) -> _Ready | None:
        """What the database has now; built anew where that is something else than before."""
        async with self._db.uow(creator_id) as uow:
            signature = await repository.signature(uow, avatar_id)
            if not signature[0]:
                return None
            ready = self._have(avatar_id, signature)
            if ready is not None:
                return ready
            rows = await repository.in_force(uow, avatar_id, _MOST)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._building, self._built, avatar_id, signature, rows)

    def _have(self, avatar_id: int, signature: tuple[Any, ...]) -> _Ready | None:
        with self._lock:
            ready = self._ready.get(avatar_id)
            if ready is None or ready.signature != signature or ready.until < monotonic():
                return None
            self._ready.move_to_end(avatar_id)
            return ready

    def _built(self, avatar_id: int, signature: tuple[Any, ...], rows: Sequence[Any]) -> _Ready:
        ready = self._have(avatar_id, signature)
        if ready is not None:
            return ready
        with self._lock:
            before = self._ready.get(avatar_id)
        known = self._recognising.known_questions(
            [KnownQuestion(row.id, row.question, row.question_lang) for row in rows],
            before.known if before else None,
        )
        until = float("inf") if known.whole else monotonic() + _INCOMPLETE_S
        made = _Ready(signature, until, known, {row.id: row for row in rows})
        with self._lock:
            self._ready[avatar_id] = made
            self._ready.move_to_end(avatar_id)
            while len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
        return made


def _found(again: AskedAgain, row: Any) -> Found:
    return Found(
        row.id, row.text, row.lang, row.origin, tuple(row.passages), again.known.text, again.confidence,
        again.sure,
    )  # fmt: skip
