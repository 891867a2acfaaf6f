"""Two creators in one house: whatever one of them asks, nothing of the other's is shown, used or changed."""

import re

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import app.models
from app import rls
from app.services import Dsn
from community.types import Role
from kernel.db import Database, metadata
from tests.admin_web.auth.conftest import Household, NewBrowser, sign_in
from tests.tenancy.conftest import SECRET, Belongings

assert app.models  # every room's tables are known from here on
TABLES = sorted(name for name in metadata.tables if rls.tenant_column(name))
# What one's own browser does, whoever's pages it has open.
OWN = ("/account", "/sign-in", "/logout", "/static")
STREAMS = ("/events", "/live")


def ways(site: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of every route."""
    return [
        (method, context.path or "")
        for context in iter_route_contexts(site.routes)
        for method in sorted((context.methods or set()) - {"HEAD"})
    ]


def fill(path: str, slug: str, theirs: Belongings) -> str:
    """A route's path with the other household's numbers in every place."""
    values = {
        "slug": slug,
        "source_id": theirs.source,
        "passage_id": theirs.passage,
        "message_id": theirs.message,
    }
    return re.sub(r"\{(\w+)[^}]*\}", lambda place: str(values.get(place[1], 1)), path)


def snapshot(dsn: Dsn, creator: int) -> dict[str, list[str]]:
    """Every row of a creator, as text."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        return {
            name: sorted(
                str(row[0])
                for row in connection.execute(
                    f'SELECT "{name}"::text FROM "{name}" WHERE {rls.tenant_column(name)} = %s', (creator,)
                )
            )
            for name in TABLES
        }


@pytest.mark.parametrize("slug", ["wick", "ember"])
async def test_no_route_of_the_admin_shows_or_changes_anothers(
    app: FastAPI,
    dsn: Dsn,
    database: Database,
    browser: NewBrowser,
    ember: Household,
    wick: Household,
    ours: Belongings,
    theirs: Belongings,
    slug: str,
) -> None:
    before = snapshot(dsn, wick.creator)
    visitor = browser()
    await sign_in(database, visitor, ember.people[Role.OWNER])
    headers = {"accept": "text/html", "x-csrf-token": await visitor.token()}
    for method, path in ways(app):
        if path.startswith(OWN) or (method == "GET" and path.endswith(STREAMS)):
            continue
        at = fill(path, slug, theirs)
        form = {"ids": str(theirs.source), "source_ids": str(theirs.source), "creator_id": str(wick.creator),
                "account_id": str(wick.people[Role.VIEWER]), "role": "viewer"}  # fmt: skip
        answer = await visitor.client.request(
            method, at, headers=headers, data=form if method == "POST" else None
        )
        assert SECRET not in answer.text, f"{method} {at} shows the other creator's content"
        if "{slug}" in path and slug == "wick":
            assert answer.status_code in {403, 404}, f"{method} {at} answered {answer.status_code}"
    assert snapshot(dsn, wick.creator) == before


async def test_streams_of_anothers_avatar_are_refused(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household, wick: Household
) -> None:
    visitor = browser()
    await sign_in(database, visitor, ember.people[Role.OWNER])
    streams = [
        path for method, path in ways(app) if method == "GET" and "{slug}" in path and path.endswith(STREAMS)
    ]
    assert streams
    for path in streams:
        answer = await visitor.get(path.replace("{slug}", "wick"))
        assert answer.status_code in {403, 404}, path


@pytest.mark.parametrize("table", TABLES)
async def test_a_unit_of_work_sees_its_own_creators_rows_only(
    database: Database, ember: Household, wick: Household, ours: Belongings, theirs: Belongings, table: str
) -> None:
    column = rls.tenant_column(table)
    query = text(f'SELECT count(*) FROM "{table}" WHERE {column} <> :me')
    async with database.uow(ember.creator) as uow:
        assert await uow.session.scalar(query, {"me": ember.creator}) == 0


async def test_sign_in_tables_are_closed_to_every_creator(database: Database, ember: Household) -> None:
    closed = [name for name in metadata.tables if not rls.tenant_column(name)]
    assert {"account", "login_link", "web_session", "passkey"} <= set(closed)
    async with database.uow(ember.creator) as uow:
        for name in closed:
            assert await uow.session.scalar(text(f'SELECT count(*) FROM "{name}"')) == 0


@pytest.mark.parametrize("table", ["fan", "source", "thread"])
async def test_a_row_cannot_be_written_for_another_creator(
    database: Database, ember: Household, wick: Household, ours: Belongings, table: str
) -> None:
    async with database.uow(ember.creator) as uow:
        move = text(f'UPDATE "{table}" SET creator_id = :other')
        with pytest.raises(DBAPIError, match="row-level security"):
            await uow.session.execute(move, {"other": wick.creator})
        await uow.session.rollback()


async def test_without_a_tenant_nothing_is_seen(dsn: Dsn, ours: Belongings, theirs: Belongings) -> None:
    async with await psycopg.AsyncConnection.connect(dsn.app) as connection:
        for name in TABLES:
            seen = await (await connection.execute(f'SELECT count(*) FROM "{name}"')).fetchone()
            assert seen == (0,), name
