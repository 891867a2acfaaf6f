"""Fans who insist while processes die, and what the database then says of their messages."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Awaitable, Callable, Sequence

import httpx
import psycopg

from app.services import Dsn
from tests.support.fleet import UP_WITHIN_S, Web
from tests.support.visitors import Fan


async def talk(webs: Sequence[Web], fans: Sequence[Fan], each: int) -> None:
    """Have each fan say so many messages, one after the other, each twice, for as long as it takes.

    Of two webs each hears each message once.
    """
    await asyncio.gather(
        *(
            _talk(webs, fan, [f"fan {number} asks {message:02}" for message in range(each)])
            for number, fan in enumerate(fans)
        )
    )


async def _talk(webs: Sequence[Web], fan: Fan, messages: list[str]) -> None:
    async with fan:
        await _insist(webs, fan.lines)
        for message in messages:
            twice = [*webs, *webs][:2]
            for web in random.sample(twice, k=2):
                await _insist((web, *webs), lambda at, message=message: fan.say(at, message))
            await asyncio.sleep(random.uniform(0.05, 0.4))


async def _insist(webs: Sequence[Web], ask: Callable[[Web], Awaitable[object]]) -> None:
    """Ask these webs in turn until one of them takes it."""
    async with asyncio.timeout(UP_WITHIN_S):
        for web in itertools.cycle(webs):
            with contextlib.suppress(httpx.HTTPError):
                await ask(web)
                return
            await asyncio.sleep(0.3)


def _conversations(dsn: Dsn) -> list[tuple[int, str, int, str]]:
    """(thread, question, how many answers it has, their state), in the order of the answers."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        return connection.execute(
            """
            SELECT message.thread_id, message.text, count(outbound.id), coalesce(min(outbound.state), 'none')
            FROM message LEFT JOIN outbound ON outbound.message_id = message.id
            WHERE message.text LIKE 'fan % asks %'
            GROUP BY message.id ORDER BY message.thread_id, coalesce(min(outbound.id), 0), message.id
            """
        ).fetchall()


async def until_sent(dsn: Dsn, count: int) -> int:
    """Until so many answers have left; how many those are by then."""
    sent = 0
    for _ in range(UP_WITHIN_S * 10):
        sent = sum(state == "sent" for *_, state in await asyncio.to_thread(_conversations, dsn))
        if sent >= count:
            break
        await asyncio.sleep(0.1)
    return sent


async def all_answered_once_and_in_order(dsn: Dsn, fans: int, each: int) -> None:
    """Wait until what these fans have said is answered: by one answer each, in the order of the thread."""
    found = await _until_answered(dsn, fans * each)
    assert len(found) == fans * each, json.dumps(found[:20])
    assert {(answers, state) for _, _, answers, state in found} == {(1, "sent")}
    by_thread: dict[int, list[str]] = {}
    for thread, question, _, _ in found:
        by_thread.setdefault(thread, []).append(question)
    assert all(asked == sorted(asked) for asked in by_thread.values())
    assert len(by_thread) == fans


async def _until_answered(dsn: Dsn, count: int) -> list[tuple[int, str, int, str]]:
    found: list[tuple[int, str, int, str]] = []
    for _ in range(UP_WITHIN_S * 2):
        with contextlib.suppress(psycopg.OperationalError):  # killed a moment ago, and not up again
            found = await asyncio.to_thread(_conversations, dsn)
        if len(found) == count and all(state not in {"none", "queued", "sending"} for *_, state in found):
            return found
        await asyncio.sleep(0.5)
    return found
