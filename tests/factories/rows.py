"""What stands in the database, row by row, whatever the tables are."""

import psycopg
from psycopg import sql

import app.models
from app import rls
from app.services import Dsn
from kernel.db import metadata

assert app.models  # every room's tables are known from here on


def snapshot(dsn: Dsn, creator: int, *but: str) -> dict[str, list[str]]:
    """Every row of a creator as text, by table, but for some tables."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        return {
            name: sorted(
                str(row[0])
                for row in connection.execute(
                    sql.SQL("SELECT whole::text FROM {} AS whole WHERE {} = %s").format(
                        sql.Identifier(name), sql.Identifier(tenant)
                    ),
                    (creator,),
                )
            )
            for name in metadata.tables
            if (tenant := rls.tenant_column(name)) and name not in but
        }


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


def numbered(dsn: Dsn, table: str, column: str, values: list[int]) -> int:
    """How many rows of a table name one of these numbers."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        query = sql.SQL("SELECT count(*) FROM {} WHERE {} = ANY(%s)").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        row = connection.execute(query, (values,)).fetchone()
        return int(row[0]) if row else 0
