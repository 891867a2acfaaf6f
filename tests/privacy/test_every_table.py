"""Whatever table comes to name a fan: its rows go with them, or let go of them, and are exported."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb

from app.services import Dsn
from conversation import rights_repository as repository
from conversation import service as conversation
from kernel.db import metadata
from tests.factories.people import Home
from tests.factories.rows import rows_with
from tests.privacy.conftest import House
from tests.privacy.fan import USER, WORD, numbers, ways_to_a_fan

# What stays without the fan: rows that hold dates, counts and codes of ours, and let go of the number.
STAY = {"privacy_request", "model_call"}


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


def owners() -> list[sa.Table]:
    """The tables that a fan's rows belong to besides, whose own rows are a creator's and stay."""
    theirs = kin()
    found = {
        link.column.table
        for name in theirs
        for column in metadata.tables[name].columns
        for link in column.foreign_keys
        if not column.nullable and link.column.table.name not in theirs | {"creator", "avatar", "connection"}
    }
    return [table for table in metadata.sorted_tables if table in found]


def _filling(column: sa.Column[Any], numbers: dict[str, int], creator: int, word: str) -> Any:
    """Something for a column: the word wherever words go."""
    link = next(iter(column.foreign_keys), None)
    if link is not None:
        parent = link.column.table.name
        return creator if parent == "creator" else numbers.get(parent)
    values: dict[type, Any] = {
        sa.JSON: Jsonb({"said": word}), sa.String: f"{word} {column.name}", sa.LargeBinary: word.encode(),
        sa.Boolean: False, sa.Integer: 1, sa.Float: 0.5, sa.Numeric: 1,
        sa.DateTime: datetime.now(UTC), sa.Date: datetime.now(UTC).date(),
    }  # fmt: skip
    shape = getattr(column.type, "impl_instance", column.type)
    return next(value for kind, value in values.items() if isinstance(shape, kind))


def _fill(dsn: Dsn, table: sa.Table, numbers: dict[str, int], creator: int, word: str = WORD) -> None:
    """A row of the fan's in a table, whatever the table is; of the creator's with another word."""
    columns = [column for column in table.columns if column.name != "id"]
    values = [_filling(column, numbers, creator, word) for column in columns]
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
    for table in owners():
        _fill(dsn, table, theirs, home.creator_id, "creator's")
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
