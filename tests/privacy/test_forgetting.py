"""Who asks to be forgotten is found nowhere afterwards: no table, index or file; nobody else is touched."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

import app.models
from app import rls
from app.services import Dsn
from community.events import FanErased
from conversation import rights
from conversation import rights_repository as repository
from conversation import service as conversation
from kernel import clock
from kernel.db import UnitOfWork, metadata
from kernel.ids import token_hash
from tests.factories.people import Home
from tests.privacy.conftest import LATER, House, Parrot

assert app.models  # every room's tables are known from here on

WORD, NAME, USER = "xylophonically", "Zebulonia Quux", "5e1fcafe77aa00bb11"
# What refers to a fan without being named so: a table that does is a fan's, however it calls it.
NAMES = {"fan_id", "thread_id", "message_id", "inbound_id", "outbound_id", "identity_id", "conversation_id"}

# What stays without the fan: rows that hold dates, counts and codes of ours, and let go of the number.
STAY = {"privacy_request", "model_call"}


def rows_with(dsn: Dsn, *words: str) -> list[str]:
    """Every row of every table, the job queue's too, in which one of these stands."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        ).fetchall()
        assert len(tables) > 20
        found = []
        for (name,) in tables:
            query = sql.SQL("SELECT whole::text FROM {} AS whole").format(sql.Identifier(name))
            for (row,) in connection.execute(query):
                found += [f"{name}: {row}" for word in words if word.casefold() in row.casefold()]
        return found


def files_with(folder: Path, *words: str) -> list[str]:
    """Every file below a folder in whose name or bytes one of these stands."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes().lower() if path.is_file() else b""
        found += [
            str(path)
            for word in words
            if word.lower() in path.name.lower() or word.lower().encode() in content
        ]
    return found


def numbered(dsn: Dsn, table: str, column: str, values: list[int]) -> int:
    """How many rows of a table name one of these numbers."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        query = sql.SQL("SELECT count(*) FROM {} WHERE {} = ANY(%s)").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        row = connection.execute(query, (values,)).fetchone()
        return int(row[0]) if row else 0


async def numbers(house: House, home: Home, user: str) -> dict[str, list[int]]:
    """A fan's numbers: their own, their threads', messages' and outbounds'."""
    async with house.container.db.uow(home.creator_id) as uow:
        fan = await uow.fetch_one(
            "SELECT fan_id FROM identity WHERE platform_user_id = %(user)s", {"user": user}
        )
        kept = await repository.kept_about(uow, fan.fan_id)
    return {table: [row["id"] for row in rows] for table, rows in kept.items()}


async def exists(house: House, home: Home, user: str) -> bool:
    async with house.container.db.uow(home.creator_id) as uow:
        return bool(await uow.fetch("SELECT 1 FROM identity WHERE platform_user_id = %(u)s", {"u": user}))


async def a_life(house: House, home: Home) -> None:
    """A fan with a name, in two chats, whose words a search has met, with jobs that wait and that failed."""
    received = await house.talk(home, USER, f"Tell me {WORD}", "/lang es", "/export", f"More {WORD}")
    inbound = home.inbound("elsewhere", f"In a group: {WORD}", user=USER)
    async with house.container.db.uow(home.creator_id) as uow:
        await uow.fetch("UPDATE fan SET name = %(name)s", {"name": NAME})
        group = type(inbound)(**{**_fields(inbound), "chat_id": f"group-of-{USER}"})
        second = await conversation.receive(uow, home.avatar.id, group)
        await uow.fetch(
            """
            INSERT INTO search_request (creator_id, created_at, question, expires_at)
            VALUES (%(creator)s, now(), %(question)s, now() + interval '1 hour')
            """,
            {"creator": home.creator_id, "question": Jsonb({"text": WORD})},
        )
        await uow.defer(conversation.TURN, creator_id=home.creator_id, thread_id=received.thread_id)
    assert second.thread_id != received.thread_id
    await house.answer(home, second)


def _fields(inbound: Any) -> dict[str, Any]:
    return {name: getattr(inbound, name) for name in inbound.__slots__}


async def test_nothing_of_the_fan_is_left_in_any_table_index_or_file(
    house: House, home: Home, dsn: Dsn
) -> None:
    await a_life(house, home)
    theirs = await numbers(house, home, USER)
    assert len(theirs["thread"]) == 2
    assert {"identity", "message", "outbound", "decision_trace", "privacy_request"} <= theirs.keys()
    assert rows_with(dsn, WORD)
    assert rows_with(dsn, NAME)
    assert rows_with(dsn, USER)

    await house.talk(home, USER, "/forgetme")
    await house.forget()
    assert await exists(house, home, USER), "asked, but not confirmed"
    await house.talk(home, USER, "/forgetme yes")
    await house.forget()

    assert rows_with(dsn, WORD, NAME, USER) == []
    assert files_with(house.data, WORD, NAME, USER) == []
    for table, ids in theirs.items():
        left = numbered(dsn, table, "id", ids)
        assert left == (len(ids) if table == "privacy_request" else 0), table
    for table, column in ways_to_a_fan():
        assert numbered(dsn, table, column, theirs[REFERRED.get(column, "fan")]) == 0, (table, column)
    assert rows_with(dsn, f'"thread_id": {theirs["thread"][0]}') == [], "a job"


REFERRED = {"thread_id": "thread", "message_id": "message", "outbound_id": "outbound"}


def ways_to_a_fan() -> Iterator[tuple[str, str]]:
    """(table, column) of all that names a fan, a thread, a message or what refers to them."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name in NAMES:
                yield table.name, column.name


def kin() -> set[str]:
    """The tables whose rows are a fan's: those that refer to one, however far."""
    found = {"fan"}
    for table in metadata.sorted_tables:
        if any(link.column.table.name in found for link in table.foreign_keys):
            found.add(table.name)
    return found


def test_whatever_names_a_fan_goes_with_them_or_lets_go_of_them() -> None:
    loose = []
    for name, column in ways_to_a_fan():
        links = metadata.tables[name].columns[column].foreign_keys
        if not any(link.ondelete in ("CASCADE", "SET NULL") for link in links):
            loose.append(f"{name}.{column}")
    assert not loose, (
        f"{loose}: refer with ON DELETE CASCADE (or SET NULL, where the row stays without the fan), "
        "so that /forgetme erases it and /export shows it"
    )


def test_the_rule_sees_a_table_that_is_added() -> None:
    sa.Table("one_more", metadata, sa.Column("id"), sa.Column("fan_id"))
    try:
        with pytest.raises(AssertionError, match=r"one_more\.fan_id"):
            test_whatever_names_a_fan_goes_with_them_or_lets_go_of_them()
    finally:
        metadata.remove(metadata.tables["one_more"])


def _filling(column: sa.Column[Any], numbers: dict[str, int], creator: int) -> Any:
    """Something for a column: the fan's word wherever words go."""
    link = next(iter(column.foreign_keys), None)
    if link is not None:
        parent = link.column.table.name
        return creator if parent == "creator" else numbers.get(parent)
    values: dict[type, Any] = {
        sa.JSON: Jsonb({"said": WORD}), sa.String: f"{WORD} {column.name}", sa.LargeBinary: WORD.encode(),
        sa.Boolean: False, sa.Integer: 1, sa.Float: 0.5, sa.Numeric: 1,
        sa.DateTime: datetime.now(UTC), sa.Date: datetime.now(UTC).date(),
    }  # fmt: skip
    shape = getattr(column.type, "impl_instance", column.type)
    return next(value for kind, value in values.items() if isinstance(shape, kind))


def _fill(dsn: Dsn, table: sa.Table, numbers: dict[str, int], creator: int) -> None:
    """A row of the fan's in a table, whatever the table is."""
    columns = [column for column in table.columns if column.name != "id"]
    values = [_filling(column, numbers, creator) for column in columns]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING RETURNING id").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        row = connection.execute(statement, values).fetchone()
        if row:
            numbers.setdefault(table.name, row[0])


async def test_a_row_in_every_table_that_is_a_fans_goes_with_them(house: House, home: Home, dsn: Dsn) -> None:
    received = await house.talk(home, USER, f"Tell me {WORD}")
    theirs = {table: ids[0] for table, ids in (await numbers(house, home, USER)).items() if ids}
    theirs |= {"avatar": home.avatar.id, "connection": home.connection_id}
    for table in metadata.sorted_tables:
        if table.name in kin() - {"fan"}:
            _fill(dsn, table, theirs, home.creator_id)
    assert kin() <= theirs.keys(), "a fan's table that this test could put nothing into"
    async with house.container.db.uow(home.creator_id) as uow:
        exported = await repository.kept_about(uow, theirs["fan"])
        assert kin() <= exported.keys()
        assert all(exported[table] for table in kin())
        await conversation.erase_by_creator(uow, theirs["fan"])
    left = [row for row in rows_with(dsn, WORD, USER) if row.partition(":")[0] not in STAY]
    assert left == []
    assert rows_with(dsn, USER) == []
    assert received.thread_id


async def test_one_creators_erasure_touches_nothing_of_anothers(
    house: House, home: Home, other: Home, dsn: Dsn
) -> None:
    await house.talk(home, USER, f"Here {WORD}")
    await house.talk(other, USER, f"There {WORD}")
    await house.talk(home, "neighbour", "I am somebody else")
    before = snapshot(dsn, other.creator_id)
    await house.talk(home, USER, "/forgetme yes")
    await house.forget()
    assert not await exists(house, home, USER)
    assert await exists(house, home, "neighbour")
    assert snapshot(dsn, other.creator_id) == before


def snapshot(dsn: Dsn, creator: int) -> dict[str, list[str]]:
    """Every row of a creator, but for the lease of its connection."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        return {
            name: sorted(
                str(row[0])
                for row in connection.execute(
                    sql.SQL("SELECT whole::text FROM {} AS whole WHERE {} = %s").format(
                        sql.Identifier(name), sql.Identifier(rls.tenant_column(name) or "")
                    ),
                    (creator,),
                )
            )
            for name in metadata.tables
            if rls.tenant_column(name) and name != "connection"
        }


async def test_another_creator_cannot_erase_a_fan(house: House, home: Home, other: Home) -> None:
    await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    with pytest.raises(conversation.NoSuchFan):
        async with house.container.db.uow(other.creator_id) as uow:
            await conversation.erase_by_creator(uow, fan)
    assert await exists(house, home, USER)


async def test_the_last_word_is_sent_before_everything_goes(house: House, home: Home) -> None:
    received = await house.say(home, USER, "/forgetme yes")
    await house.container.turns.run(home.creator_id, received.thread_id)
    await house.container.erasures.sweep()
    assert await exists(house, home, USER), "its last word waits to be sent"
    await house.container.holder.tick()
    await house.container.pump.once()
    await house.container.erasures.sweep()
    assert await exists(house, home, USER), "it is being read"
    await house.forget()
    assert not await exists(house, home, USER)


async def test_it_is_done_although_nobody_can_send_the_last_word(house: House, home: Home) -> None:
    received = await house.say(home, USER, "/forgetme yes")
    await house.container.turns.run(home.creator_id, received.thread_id)
    await house.forget()
    assert not await exists(house, home, USER)


async def test_said_twice_is_harmless(house: House, home: Home) -> None:
    await house.talk(home, USER, "Hello", "/forgetme yes", "/forgetme yes")
    await house.forget()
    await house.forget()
    assert not await exists(house, home, USER)
    async with house.container.db.uow(home.creator_id) as uow:
        listed = await conversation.privacy_requests(uow)
    assert {(each.kind, each.state, each.fan_id, each.fan_name) for each in listed.items} == {
        ("erase", "done", None, "")
    }


async def test_several_workers_erase_once(house: House, home: Home) -> None:
    await house.talk(home, USER, "Hello", "/forgetme yes")
    with clock.shifted(LATER):
        await asyncio.gather(*(rights.Erasures(house.container.db).sweep() for _ in range(4)))
    assert not await exists(house, home, USER)
    async with house.container.db.uow(home.creator_id) as uow:
        assert len((await conversation.privacy_requests(uow)).items) == 1


LINES = 9


class Died(Exception):
    """The process, between two lines."""


@pytest.mark.parametrize("line", range(1, LINES + 1))
async def test_a_death_between_any_two_lines_leaves_it_done_or_not_begun(
    house: House, home: Home, dsn: Dsn, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.talk(home, USER, f"Tell me {WORD}", "/forgetme yes")
    before = snapshot(dsn, home.creator_id)
    done = 0

    def dying(original: Any) -> Any:
        async def run(uow: UnitOfWork, *arguments: Any) -> Any:
            nonlocal done
            done += 1
            if done > line:
                raise Died
            return await original(uow, *arguments)

        return run

    with monkeypatch.context() as patch, clock.shifted(LATER):
        for name in ("fetch", "notify"):  # the last line is the notification of the page
            patch.setattr(UnitOfWork, name, dying(getattr(UnitOfWork, name)))
        with pytest.raises(Died):
            await house.container.erasures.sweep()
    assert snapshot(dsn, home.creator_id) == before
    await house.forget()
    assert rows_with(dsn, WORD, USER) == []


async def test_an_answer_on_its_way_finds_nobody_and_brings_nobody_back(
    house: House, home: Home, dsn: Dsn
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Parrot):
        async def respond(self, asked: Any, context: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await super().respond(asked, context)

    house.container.responder = Slow()
    received = await house.say(home, USER, f"Tell me {WORD}")
    turn = asyncio.create_task(house.container.turns.run(home.creator_id, received.thread_id))
    await begun.wait()
    fan = (await numbers(house, home, USER))["fan"][0]
    async with house.container.db.uow(home.creator_id) as uow:
        await conversation.erase_by_creator(uow, fan)
    go_on.set()
    await turn
    assert rows_with(dsn, WORD, USER) == []


async def test_messages_that_come_while_it_happens_neither_fail_nor_live_on(
    house: House, home: Home, dsn: Dsn
) -> None:
    await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    taken: list[conversation.Received] = []

    async def write(number: int) -> None:
        await asyncio.sleep(number * 0.002)
        taken.append(await house.say(home, USER, f"{WORD} {number}", update=f"again-{number}"))

    async def erase() -> None:
        await asyncio.sleep(0.008)
        async with house.container.db.uow(home.creator_id) as uow:
            await conversation.erase_by_creator(uow, fan)

    await asyncio.gather(erase(), *(write(number) for number in range(8)))
    assert len(taken) == 8
    # Those before it went with it; who writes afterwards begins anew, as anybody.
    assert numbered(dsn, "thread", "fan_id", [fan]) == 0


async def test_what_a_platform_delivers_again_does_not_bring_the_fan_back(
    house: House, home: Home, dsn: Dsn
) -> None:
    await house.say(home, USER, f"Tell me {WORD}", update="one")
    await house.answer(home, await house.say(home, USER, "/forgetme yes", update="two"))
    await house.forget()
    for update, said in (("one", f"Tell me {WORD}"), ("two", "/forgetme yes")):
        assert (await house.say(home, USER, said, update=update)).duplicate
    assert rows_with(dsn, WORD, USER) == []
    assert not (await house.say(home, USER, "I am new here", update="three")).duplicate
    # Even these hashes are forgotten after a while.
    with clock.shifted(LATER * 200):
        await house.container.erasures.sweep()
    assert rows_with(dsn, rights.digest(home.connection_id, f"{USER}:one")) == []


async def test_whoever_keeps_more_of_a_fan_hears_of_it_in_the_same_transaction(
    house: House, home: Home
) -> None:
    heard: list[int] = []

    async def hear(uow: UnitOfWork, event: FanErased) -> None:
        assert await uow.fetch("SELECT 1 FROM fan WHERE id = %(id)s", {"id": event.fan_id})
        heard.append(event.fan_id)

    house.container.events.on(FanErased, hear)
    await house.talk(home, USER, "Hello", "/forgetme yes")
    fan = (await numbers(house, home, USER))["fan"][0]
    await house.forget()
    assert heard == [fan]


async def test_an_export_has_it_all_and_its_link_holds_once(house: House, home: Home, other: Home) -> None:
    await a_life(house, home)
    await house.talk(home, "neighbour", "somebody else's words")
    async with house.container.db.uow(home.creator_id) as uow:
        fan = (await uow.fetch("SELECT id FROM fan WHERE name = %(name)s", {"name": NAME}))[0].id
        message = (await uow.fetch("SELECT min(message.id) AS id FROM message"))[0].id
        secret = await rights.ask_export(uow, fan_id=fan, message_id=message, platform="webchat")
    async with house.container.db.uow(other.creator_id) as uow:
        with pytest.raises(conversation.NoSuchExport):
            await conversation.take_export(uow, secret)
    async with house.container.db.uow(home.creator_id) as uow:
        await conversation.look_at_export(uow, secret)
        await conversation.look_at_export(uow, secret)
        whole = str((await conversation.take_export(uow, secret)).to_json())
    for word in (WORD, NAME, USER, f"group-of-{USER}", "re: Tell me"):
        assert word in whole
    assert "somebody else" not in whole
    assert token_hash(secret) not in whole
    async with house.container.db.uow(home.creator_id) as uow:
        with pytest.raises(conversation.NoSuchExport):
            await conversation.take_export(uow, secret)


async def test_an_exports_link_does_not_hold_for_long(house: House, home: Home) -> None:
    received = await house.talk(home, USER, "Hello")
    fan = (await numbers(house, home, USER))["fan"][0]
    async with house.container.db.uow(home.creator_id) as uow:
        secret = await rights.ask_export(uow, fan_id=fan, message_id=received.message_id, platform="webchat")
    with clock.shifted(rights.EXPORT_FOR):
        async with house.container.db.uow(home.creator_id) as uow:
            with pytest.raises(conversation.NoSuchExport):
                await conversation.take_export(uow, secret)
            assert (await conversation.privacy_requests(uow)).items[0].state == "expired"
