"""Rounds go on whatever one of them fails at, and one of many keeps nothing from the others."""

import asyncio

import psycopg
import pytest

from kernel.rounds import alone, forever


async def test_a_round_that_fails_is_followed_by_the_next() -> None:
    done = 0
    enough = asyncio.Event()

    async def sweep() -> None:
        nonlocal done
        done += 1
        if done == 3:
            enough.set()
        raise ValueError("of one creator") if done == 1 else psycopg.OperationalError("away")

    going = asyncio.create_task(forever(sweep, 0.0, "test"))
    async with asyncio.timeout(5):
        await enough.wait()
    assert not going.done()
    going.cancel()


def test_what_fails_alone_fails_for_itself_but_an_absent_database_for_all() -> None:
    done = []
    for each in range(3):
        with alone("test", number=each):
            if each == 1:
                raise ValueError("this one")
            done.append(each)
    assert done == [0, 2]
    with pytest.raises(psycopg.OperationalError), alone("test"):
        raise psycopg.OperationalError("away")
