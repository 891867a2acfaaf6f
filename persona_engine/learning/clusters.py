"""Puts the questions that are the same together, off the event loop; what was compared before is kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from memory.service import KnownQuestion, SameQuestions
from persona_engine.learning.taught import Recognising, Taught, Vectors
from persona_engine.learning.types import Cluster, Found, Question

_KEPT: Final = 8


class Comparing(Recognising, Protocol):
    """The part of `memory` that compares questions."""

    def same_questions(
        self, texts: Sequence[tuple[str, str]], before: SameQuestions | None = None
    ) -> SameQuestions:
        """What tells which of (text, language) are the same, with this process's encoder. Blocking."""
        ...


@dataclass(frozen=True, slots=True)
class _Compared:
    texts: tuple[tuple[str, str], ...]
    same: SameQuestions
    clusters: tuple[Cluster, ...]


class Clusters:
    """Clusters of the questions of every avatar."""

    def __init__(self, comparing: Comparing, taught: Taught) -> None:
        self._comparing = comparing
        self._taught = taught
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="clusters")
        self._kept: OrderedDict[int, _Compared] = OrderedDict()

    async def of(self, avatar_id: int, texts: Sequence[tuple[str, str]]) -> tuple[Cluster, ...]:
        """The (text, language) questions of an avatar, those that are the same together."""
        return (await self._compared(avatar_id, texts)).clusters

    async def answered(
        self, creator_id: int, avatar_id: int, texts: Sequence[tuple[str, str]]
    ) -> list[Found | None]:
        """What each of the questions would be answered with now, as it was taught."""
        vectors: Vectors = (await self._compared(avatar_id, texts)).same.vectors
        return await self._taught.find_all(creator_id, avatar_id, texts, vectors)

    async def like(
        self, avatar_id: int, texts: Sequence[tuple[str, str]], questions: Sequence[Question]
    ) -> list[bool]:
        """Which of the questions an answer to these `questions` would be given to."""
        vectors: Vectors = (await self._compared(avatar_id, texts)).same.vectors

        def look() -> list[bool]:
            known = self._comparing.known_questions(
                [KnownQuestion(0, each.text, each.lang) for each in questions]
            )
            return [bool(each and each.sure) for each in known.find_all(texts, vectors)]

        return await asyncio.get_running_loop().run_in_executor(self._threads, look)

    async def _compared(self, avatar_id: int, texts: Sequence[tuple[str, str]]) -> _Compared:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._compare, avatar_id, tuple(texts))

    def _compare(self, avatar_id: int, texts: tuple[tuple[str, str], ...]) -> _Compared:
        known = self._kept.get(avatar_id)
        if known is None or known.texts != texts:
            same = self._comparing.same_questions(texts, known.same if known else None)
            known = _Compared(texts, same, tuple(Cluster(tuple(each)) for each in same.clusters()))
            self._kept[avatar_id] = known
        self._kept.move_to_end(avatar_id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return known
