"""Statements together: they leave at the end, whatever their size, with the errors where they belong."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from app.services import Dsn
from kernel.pipeline import Together


@pytest.fixture
async def connection(dsn: Dsn) -> AsyncIterator["psycopg.AsyncConnection[Any]"]:
    async with await psycopg.AsyncConnection.connect(dsn.app, autocommit=True) as made:
        yield made


async def test_they_leave_at_the_end_and_each_has_its_answer(
    connection: "psycopg.AsyncConnection[Any]", dsn: Dsn
) -> None:
    heard = "SELECT query FROM pg_stat_activity WHERE pid = %s"
    async with await psycopg.AsyncConnection.connect(dsn.app, autocommit=True) as other:
        async with Together(connection):
            cursors = [await connection.execute("SELECT %s::int AS heard", (number,)) for number in range(5)]
            await asyncio.sleep(0.2)
            before = await (await other.execute(heard, (connection.info.backend_pid,))).fetchone()
        after = await (await other.execute(heard, (connection.info.backend_pid,))).fetchone()
    assert before
    assert "heard" not in before[0]
    assert after == ("SELECT $1::int AS heard",)
    assert [await cursor.fetchone() for cursor in cursors] == [(number,) for number in range(5)]


async def test_what_no_buffer_holds_goes_there_and_back(connection: "psycopg.AsyncConnection[Any]") -> None:
    text = "x" * 1_000_000
    async with asyncio.timeout(20), Together(connection):
        cursors = [await connection.execute("SELECT %s::text", (text,)) for _ in range(20)]
    assert [await cursor.fetchone() for cursor in cursors] == [(text,)] * 20


async def test_the_first_error_is_raised_and_the_connection_goes_on(
    connection: "psycopg.AsyncConnection[Any]",
) -> None:
    async def fail() -> None:
        async with Together(connection):
            await connection.execute("SELECT 1")
            await connection.execute("SELECT 1 / 0")
            await connection.execute("SELECT nothing")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    assert await (await connection.execute("SELECT 7")).fetchone() == (7,)
