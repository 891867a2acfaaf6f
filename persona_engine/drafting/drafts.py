"""Asking a creator's models: in order, within one deadline, bounded in number, every call paid for.

A model that fails, lags or would cost too much is a reason, never an error: the caller has an answer of its
own for that.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import structlog

from kernel.clock import monotonic
from kernel.crypto import SecretBox
from kernel.db import Database, assert_no_transaction
from persona_engine.drafting import clients, connections, spending, wire
from persona_engine.drafting.clients import Client, Said
from persona_engine.drafting.connections import Usable
from persona_engine.drafting.outcomes import AGAIN, Outcome, TooLong, classify
from persona_engine.drafting.resting import Breaker
from persona_engine.drafting.spending import Asker, Reservation
from persona_engine.drafting.types import Completion, Line, Tried
from persona_engine.drafting.wire import Resolver

logger = structlog.get_logger(__name__)

AT_ONCE: Final = 16
"""How many calls one process makes at a time."""

_KEPT_CLIENTS: Final = 64
_AGAIN_AFTER_S: Final = 0.5
_LEAST_S: Final = 0.2
_CHARACTERS_A_TOKEN: Final = 16
# A fan's question can bring these about, so they say nothing of the connection.
_OF_THE_QUESTION: Final = frozenset({Outcome.EMPTY, Outcome.TOO_LONG, Outcome.REJECTED, Outcome.BUSY})
_TEST: Final = (Line("user", "Answer with the one word: ready"),)


@dataclass(frozen=True, slots=True)
class _Request:
    creator_id: int
    lines: tuple[Line, ...]
    asker: Asker
    max_tokens: int
    temperature: float | None
    ends: float

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.ends - monotonic()


@dataclass(slots=True)
class _Kept:
    client: Client
    users: int = 0
    dropped: bool = field(default=False)


class Drafts:
    """Asks the models of every creator of a process.

    `private` says whether connections may go to private addresses.
    """

    def __init__(
        self, db: Database, box: SecretBox, *, private: bool, resolver: Resolver = wire.resolve
    ) -> None:
        self._db = db
        self._box = box
        self.private = private
        self._resolver = resolver
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._breaker = Breaker()
        self._clients: OrderedDict[object, _Kept] = OrderedDict()

    async def complete(
        self,
        creator_id: int,
        lines: Sequence[Line],
        *,
        fan_id: int | None = None,
        thread_id: int | None = None,
        max_tokens: int = 600,
        temperature: float | None = None,
        deadline_s: float = 20.0,
    ) -> Completion:
        """The whole text of the first model that gives one, or None with the reason of the last.

        Where no fan asks, `fan_id` and `thread_id` are None or 0.
        Each connection is asked at most twice, all of them together no longer than `deadline_s`.

        Raises:
            InsideTransaction: called inside a unit of work.
        """
        assert_no_transaction("a model's answer")
        request = _Request(
            creator_id, tuple(lines), Asker(fan_id or None, thread_id or None), max_tokens, temperature,
            monotonic() + deadline_s,
        )  # fmt: skip
        async with self._db.uow(creator_id) as uow:
            found = await connections.usable(uow)
        tried: list[Tried] = []
        for each in found:
            if request.left < _LEAST_S:
                tried.append(Tried(each.connection.id, each.connection.name, Outcome.TIMEOUT, 0.0))
                break
            if not self._breaker.admits(_version(each)):
                tried.append(Tried(each.connection.id, each.connection.name, Outcome.RESTING, 0.0))
                continue
            answer = await self._call(each, request)
            tried += answer.tried
            if answer.text is not None:
                return replace(answer, tried=tuple(tried))
        return Completion(None, tried[-1].outcome if tried else Outcome.OFF, tuple(tried))

    async def test(self, creator_id: int, connection_id: int, *, deadline_s: float = 30.0) -> Completion:
        """One real call with a few words, whether the connection is on, off or resting; paid for as any.

        Raises:
            NoSuchConnection: not the creator's.
            InsideTransaction: called inside a unit of work.
        """
        assert_no_transaction("a model's answer")
        async with self._db.uow(creator_id) as uow:
            found = await connections.one(uow, connection_id)
        # Room enough for a model that thinks before it answers.
        request = _Request(creator_id, _TEST, Asker(), 200, None, monotonic() + deadline_s)
        return await self._call(found, request)

    async def close(self) -> None:
        """Close every connection."""
        for kept in self._clients.values():
            if kept.client.http:
                await kept.client.http.aclose()
        self._clients.clear()

    async def _call(self, each: Usable, request: _Request) -> Completion:
        """One connection's answer: reserved, asked, settled."""
        connection = each.connection
        async with self._db.uow(request.creator_id) as uow:
            reserved = await spending.reserve(
                uow, connection, request.lines, request.max_tokens, request.asker
            )
        if not isinstance(reserved, Reservation):
            return Completion(None, reserved, (Tried(connection.id, connection.name, reserved, 0.0),))
        began = monotonic()
        outcome, said = await self._bounded(each, request)
        ms = (monotonic() - began) * 1000
        tokens = _tokens(said, reserved, request) if said else None
        async with self._db.uow(request.creator_id) as uow:
            cost = await spending.settle(uow, connection, reserved, outcome, ms, tokens)
        if outcome is Outcome.OK:
            self._breaker.note(_version(each), good=True)
        elif outcome not in _OF_THE_QUESTION:
            self._breaker.note(_version(each), good=False)
        tried = (Tried(connection.id, connection.name, outcome, ms),)
        if said is None or outcome is not Outcome.OK or tokens is None:
            logger.warning("a model gave no answer", connection=connection.id, outcome=outcome.value, ms=ms)
            return Completion(None, outcome, tried)
        return Completion(
            said.text,
            outcome,
            tried,
            connection.id,
            connection.model,
            *tokens,
            cost or Decimal(0),
            ms,
            said.cut,
        )

    async def _bounded(self, each: Usable, request: _Request) -> tuple[Outcome, Said | None]:
        """The answer within the deadline, with at most so many calls at once."""
        try:
            async with asyncio.timeout(request.left):
                await self._slots.acquire()
        except TimeoutError:
            return Outcome.BUSY, None
        try:
            return await self._twice(each, request)
        finally:
            self._slots.release()

    async def _twice(self, each: Usable, request: _Request) -> tuple[Outcome, Said | None]:
        outcome, said, wait = await self._once(each, request)
        if outcome in AGAIN:
            pause = _AGAIN_AFTER_S if wait is None else wait
            if pause + _LEAST_S < request.left:
                await asyncio.sleep(pause)
                outcome, said, _ = await self._once(each, request)
        return outcome, said

    async def _once(self, each: Usable, request: _Request) -> tuple[Outcome, Said | None, float | None]:
        kept: _Kept | None = None
        try:
            # The first call of a process imports LangChain: that is no fault of the model's.
            async with asyncio.timeout(request.left):
                kept = await self._client(each, request)
            async with asyncio.timeout(min(float(each.connection.timeout_s), request.left)):
                said = await clients.ask(kept.client, request.lines)
            if len(said.text) > request.max_tokens * _CHARACTERS_A_TOKEN:
                raise TooLong
        except Exception as error:  # a provider's client may raise anything: whatever it is, it is a reason
            outcome, wait = classify(error)
            logger.debug("a model failed", connection=each.connection.id, error=type(error).__name__)
            return outcome, None, wait
        finally:
            if kept:
                await self._release(kept)
        return (Outcome.OK if said.text else Outcome.EMPTY), said, None

    async def _client(self, each: Usable, request: _Request) -> _Kept:
        """The connection's client, made once for each version of it. Its making is blocking: in a thread."""
        key = (_version(each), request.max_tokens, request.temperature)
        kept = self._clients.get(key)
        if kept is None:
            made = await asyncio.to_thread(self._made, each, request)
            kept = self._clients.setdefault(key, _Kept(made))
        self._clients.move_to_end(key)
        kept.users += 1
        while len(self._clients) > _KEPT_CLIENTS:
            _, oldest = self._clients.popitem(last=False)
            oldest.dropped = True
            oldest.users += 1
            await self._release(oldest)
        return kept

    async def _release(self, kept: _Kept) -> None:
        kept.users -= 1
        if kept.dropped and kept.users == 0 and kept.client.http:
            await kept.client.http.aclose()

    def _made(self, each: Usable, request: _Request) -> Client:
        context = connections.context_of(request.creator_id)
        key = self._box.open(each.key_sealed, context) if each.key_sealed else ""
        http = wire.client(private=self.private, resolver=self._resolver)
        connection = each.connection
        return clients.build(
            connection.provider,
            model=connection.model,
            url=connection.url,
            key=key,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            http=http,
        )


def _version(each: Usable) -> object:
    return each.connection.id, each.version


def _tokens(said: Said, reserved: Reservation, request: _Request) -> tuple[int, int]:
    """The model's count where it gave a sane one, else ours."""

    def sane(count: int | None, ours: int) -> int:
        return count if isinstance(count, int) and 0 <= count <= 10_000_000 else ours

    ours = min(spending.tokens_of(said.text), request.max_tokens)
    return sane(said.tokens_in, reserved.tokens_in), sane(said.tokens_out, ours)
