"""Two creators in one house: whatever one of them asks, nothing of the other's is shown, used or changed."""

import asyncio
import io
import json
import random
import re
from dataclasses import dataclass, field

import psycopg
import pytest
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from httpx import ASGITransport, AsyncClient
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import app.models
from app import rls
from app.services import Dsn
from app.sites import public_site
from community import service as community
from community.types import Role
from kernel.db import Database, metadata
from kernel.web import Streams
from moderation.rules import LIMITS as RULES
from tests.admin_web.auth.conftest import Household, NewBrowser, sign_in
from tests.factories.rows import snapshot
from tests.tenancy.conftest import Belongings, Home

assert app.models  # every room's tables are known from here on
TABLES = sorted(name for name in metadata.tables if rls.tenant_column(name))
# What one's own browser does, whoever's pages it has open.
OWN = ("/account", "/sign-in", "/logout", "/static")
STREAMS = ("/events", "/live")
PUBLIC = "http://127.0.0.1:8001"
PAIRS = [("ember", "wick"), ("wick", "ember")]
UNREACHED = 418
Lot = random.Random


def ways(site: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of every route."""
    return [
        (method, context.path or "")
        for context in iter_route_contexts(site.routes)
        for method in sorted((context.methods or set()) - {"HEAD"})
    ]


def fill(path: str, slug: str, theirs: Belongings, account: int, lot: Lot | None = None) -> str:
    """A route's path with the other household's numbers in every place: the right ones, or drawn by lot."""
    values = {
        "slug": slug,
        "source_id": theirs.source,
        "passage_id": theirs.passage,
        "message_id": theirs.message,
        "fan_id": theirs.fan,
        "model_id": theirs.model,
        "account_id": account,
        "approval_id": theirs.approval,
        "thread_id": theirs.thread,
        "trial_id": theirs.trial,
        "tried_id": theirs.tried,
        "chat_id": theirs.chat,
        "broadcast_id": theirs.broadcast,
        "action": "delete",
        "author": "fan",
    }
    numbers = [*theirs.numbers(), account]

    def filled(place: re.Match[str]) -> str:
        if lot and place[1].endswith("_id"):
            return str(lot.choice(numbers))
        return str(values.get(place[1], 1))

    return re.sub(r"\{(\w+)[^}]*\}", filled, path)


@dataclass(frozen=True)
class Body:
    """What a route is sent so that its handler is reached: fields, a file, or a query beside its path."""

    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    query: str = ""


def picture() -> bytes:
    """A portrait."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


def bodies(theirs: Belongings, secret: str, address: str = "second") -> dict[str, Body]:
    """By route, below `/@{slug}` where it is an avatar's: the other household's numbers where numbers go.

    `address` is a new avatar's, of which there can be but one.
    """
    ids = {"ids": str(theirs.source)}
    card = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Ember"}}
    return {
        "/new": Body({"name": "Second", "address": address, "time_zone": "UTC", "languages": "en"}),
        "/creators/new": Body({"name": "Third"}),
        "/creators/delete": Body({"name": secret}),
        "/people": Body({"name": "Guest", "role": "viewer"}),
        "/people/{account_id}/role": Body({"role": "viewer"}),
        "/models/new": Body(
            {"provider": "compatible", "url": "https://models.example/v1", "model": "m", "timeout_s": "9"}
        ),
        "/models/{model_id}/switch": Body({"on": "false"}),
        "/models/{model_id}/move": Body({"up": "true"}),
        "/channels/connect": Body({"token": "nothing that looks like one"}),
        "/channels/rotate": Body({"token": "nothing that looks like one"}),
        "/channels/mode": Body({"webhook": "false"}),
        "/channels/discord/connect": Body({"token": "nothing that looks like one"}),
        "/channels/discord/rotate": Body({"token": "nothing that looks like one"}),
        "/channels/discord/mode": Body({"gateway": "true"}),
        "/channels/chats/{chat_id:int}": Body({"fields": "answers", "answers": "on"}),
        "/setup": Body({"name": "Ember", "time_zone": "UTC", "languages": "en"}),
        "/setup/portrait": Body(files={"portrait": picture()}),
        "/setup/live": Body({"live": "false"}),
        "/moderation": Body(query=f"?who={secret.lower()}"),
        "/moderation/settings": Body({"mute_at": "3", "mute_h": "24", "ban_at": "5", "decay_days": "30"}),
        "/moderation/chats/{chat_id:int}": Body({"phrases": secret, **dict.fromkeys(RULES, "5")}),
        "/moderation/chats/{chat_id:int}/calm": Body({"on": "true"}),
        "/moderation/cases/{number}/appeal": Body({"approved": "true"}),
        "/moderation/trusted/remove": Body({"fan": str(theirs.fan)}),
        "/knowledge/url": Body({"url": "https://example.org/page"}),
        "/knowledge/{source_id:int}/quoted": Body({"passage": str(theirs.passage)}),
        "/knowledge/many": Body({"action": "delete", **ids}),
        "/knowledge/{source_id:int}/{action}": Body({"value": ""}),
        "/knowledge/files": Body(query="?name=a.txt"),
        "/style/edit": Body({"based_on": "1"}),
        "/persona": Body({"based_on": "1", "purpose": "Explain wax", "items": str(theirs.source)}),
        "/persona/samples": Body({"lang": "en", "items": str(theirs.source)}),
        "/persona/diff": Body(query="?one=0&other=0"),
        "/corrections/edit": Body(
            {"answer": str(theirs.taught), "text": "Mine", "questions": "Mine?"},
            query=f"?answer={theirs.taught}",
        ),
        "/corrections/tried": Body({"questions": secret.lower()}),
        "/corrections/try": Body({"text": f"{secret.lower()}?"}),
        "/corrections/confirm": Body({"answer": str(theirs.taught), "message": str(theirs.message)}),
        "/corrections/switch": Body({"answer": str(theirs.taught), "on": "false"}),
        "/corrections/flagged/dismiss": Body({"message": str(theirs.message)}),
        "/corrections/delete": Body({"answer": str(theirs.taught)}),
        "/unanswered/dismiss": Body({"message": str(theirs.message)}),
        "/in-chats/name": Body({"named": "on"}),
        "/broadcasts/save": Body({"broadcast_id": str(theirs.broadcast), "text-en": "Mine now"}),
        "/broadcasts/{broadcast_id:int}/start": Body({"at": ""}),
        "/inbox": Body(query=f"?q={secret.lower()}"),
        "/inbox/{thread_id:int}/say": Body({"text": "Mine", "once": "abcdefgh"}),
        "/inbox/{thread_id:int}/notes": Body({"text": "Mine"}),
        "/inbox/{thread_id:int}/tags": Body({"word": "mine"}),
        "/inbox/{thread_id:int}/tags/delete": Body({"word": "mine"}),
        "/approvals/{approval_id:int}/send": Body({"text": "Mine now"}),
        "/approvals/threads/{thread_id:int}/answer": Body({"text": "Mine", "once": "abcdefgh", "seen": "0"}),
        "/approvals/threads/{thread_id:int}/seen": Body({"since": "2026-01-01T00:00:00Z"}),
        "/autonomy": Body({"mode": "shadow", "threshold": "50"}),
        "/autonomy/waits": Body(query="?threshold=50"),
        "/autonomy/pause": Body({"back": ""}),
        "/autonomy/resume": Body({"back": ""}),
        "/boundaries/edit": Body({"based_on": "0", "kind": "only", "name": "Wax", "phrases": "wax"}),
        "/boundaries/tried": Body({"kind": "only", "phrases": secret.lower()}),
        "/boundaries/test": Body({"text": secret.lower()}),
        "/boundaries/switch": Body({"rule": "medical", "based_on": "1"}),
        "/boundaries/delete": Body({"rule": "medical", "based_on": "2"}),
        "/boundaries/judged": Body({"based_on": "3", "on": "true"}),
        "/boundaries/exception": Body({"rule": "medical", "text": "Hello"}),
        "/boundaries/stopped/belongs": Body({"rule": "medical", "text": secret.lower()}),
        "/boundaries/help": Body(query="?country=US"),
        "/boundaries/help/edit": Body(
            {
                "line": str(theirs.line),
                "name": "Mine",
                "country": "US",
                "phone": "988",
                "source": "https://lines.example",
                "checked": "2026-01-01",
                "on": "on",
            },
            query=f"?line={theirs.line}",
        ),
        "/boundaries/help/switch": Body({"line": str(theirs.line), "on": "false"}),
        "/boundaries/help/remove": Body({"line": str(theirs.line)}),
        "/boundaries/diff": Body(query="?one=0&other=0"),
        "/style/diff": Body(query="?one=1&other=1"),
        "/style/card": Body(files={"card": json.dumps(card).encode()}),
        "/playground/versions/ask": Body({"text": "Hello", "left_style": "1"}),
        "/playground/versions/replay": Body({"last": "50"}),
        "/setup/questions/{tried_id:int}": Body({"seen": "good"}),
        "/playground/messages": Body({"text": "Hello", "client_id": "one"}),
        "/knowledge/search": Body(query=f"?q={secret.lower()}"),
    }


def test_every_route_that_takes_a_body_has_one_here(app: FastAPI) -> None:
    table = bodies(Belongings(1, 1, 1, 1, 1, 1), "X")
    taking = {
        (context.path or "").removeprefix("/@{slug}")
        for context in iter_route_contexts(app.routes)
        if getattr(context, "body_field", None) and not (context.path or "").startswith(OWN)
    }
    assert len(taking) > 8
    assert taking <= table.keys(), "a route takes a body that the walk below doesn't send"


def in_turn(site: FastAPI) -> list[tuple[str, str]]:
    """Every way of the admin's site that is followed, in an order in which each handler is reached.

    A form is valid for the version that it shows: those that change one go first, one after the other. Making
    a creator goes on to it.
    """
    rules = ("boundaries/edit", "boundaries/switch", "boundaries/delete", "boundaries/judged")
    changing = ("persona", "style/edit", *rules)
    order = {f"/@{{slug}}/{form}": place for place, form in enumerate(changing, -len(changing))}
    order["/creators/new"] = 2
    return [
        (method, path)
        for method, path in sorted(ways(site), key=lambda way: order.get(way[1], 1))
        if not path.startswith(OWN) and not (method == "GET" and path.endswith(STREAMS))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("me", "other"), PAIRS)
async def test_no_route_of_the_admin_shows_or_changes_anothers(
    app: FastAPI,
    dsn: Dsn,
    database: Database,
    browser: NewBrowser,
    homes: dict[str, Home],
    me: str,
    other: str,
    role: Role,
) -> None:
    """Whoever asks, with the right numbers of the other household and with any of them in any place."""
    # What a handler itself can't use is told with the same status as what doesn't come to one.
    app.add_exception_handler(RequestValidationError, lambda *_: Response(status_code=UNREACHED))
    mine, theirs = homes[me].house, homes[other]
    before = snapshot(dsn, theirs.house.creator)
    visitor = browser()
    await sign_in(database, visitor, mine.people[role])
    headers = {"accept": "text/html", "x-csrf-token": await visitor.token()}
    seed = random.randrange(1 << 30)
    rounds = ((other, None), (me, None), (random.choice([me, other]), Lot(seed)))
    for turn, (slug, lot) in enumerate(rounds):
        table = bodies(theirs.has, theirs.secret, address=f"second-{turn}")
        for method, path in in_turn(app):
            body = table.get(path.removeprefix("/@{slug}"), Body())
            address = fill(path, slug, theirs.has, theirs.house.people[Role.VIEWER], lot) + body.query
            sent = {"data": body.form, "files": body.files or None} if method == "POST" else {}
            answer = await visitor.client.request(method, address, headers=headers, **sent)
            where = f"{method} {address} answered {answer.status_code} (seed {seed})"
            assert theirs.secret not in answer.text, f"{where} and shows the other creator's content"
            assert answer.status_code != 500, where
            if lot:
                continue
            assert answer.status_code != UNREACHED, f"{where}: its handler wasn't reached"
            if "{slug}" in path and slug == other:
                assert answer.status_code in {403, 404}, where
            if re.search(r"\{(source|message|account|model|fan|approval|thread|broadcast)_id", path):
                assert answer.status_code in {403, 404}, where
            if method == "GET" and role is Role.OWNER and slug == me:
                head = await visitor.client.head(address, headers=headers)
                assert (head.status_code, head.content) == (answer.status_code, b""), f"HEAD {where}"
    assert snapshot(dsn, theirs.house.creator) == before


@pytest.mark.parametrize(("me", "other"), PAIRS)
async def test_the_fans_pages_show_their_own_avatars_and_their_own_fans_words_only(
    app: FastAPI, homes: dict[str, Home], me: str, other: str
) -> None:
    site = public_site(app.state.container, PUBLIC)
    for home in homes.values():
        async with app.state.container.db.uow(home.house.creator) as uow:
            await community.update_avatar(uow, home.house.avatar.id, live=True)
    words = "only between us two"
    seen = set()
    theirs, seed = homes[other], random.randrange(1 << 30)
    async with (
        AsyncClient(transport=ASGITransport(site), base_url=PUBLIC) as fan,
        AsyncClient(transport=ASGITransport(site), base_url=PUBLIC) as stranger,
    ):
        for slug in homes:
            token = (await fan.get(f"/c/{slug}")).text.partition('name="csrf-token" content="')[2]
            said = await fan.post(
                f"/c/{slug}/messages",
                data={"text": f"{words} at {slug}", "client_id": "one"},
                headers={"accept": "application/json", "x-csrf-token": token.partition('"')[0]},
            )
            assert said.status_code == 202
        own = await fan.get(f"/s/{me}/{homes[me].has.passage}/file")
        assert homes[me].secret in own.text, "there is a file to be seen"
        for who, others, lot in (
            (fan, [other], None),
            (stranger, list(homes), None),
            (stranger, list(homes), Lot(seed)),
        ):
            token = (await who.get(f"/c/{me}")).text.partition('name="csrf-token" content="')[2]
            for method, path in ways(site):
                if path.startswith("/static"):
                    continue
                streams = site.state.streams = Streams()
                asyncio.get_running_loop().call_later(0.4, streams.close)
                said = {"text": "Hello", "client_id": "two", "opinion": f"{theirs.has.message}:flag"}
                answer = await who.request(
                    method,
                    fill(path, me, theirs.has, 1, lot),
                    headers={"x-csrf-token": token.partition('"')[0]},
                    data=said if method == "POST" else None,
                )
                seen.add(path)
                where = f"{method} {path} {answer.status_code} (seed {seed})"
                assert answer.status_code not in {403, 422, 500}, where
                assert theirs.secret not in answer.text, f"{where} shows the other creator's content"
                assert not any(f"{words} at {slug}" in answer.text for slug in others), f"{where} tells"
                if "{passage_id}" in path and not lot:
                    assert answer.status_code == 404
    assert {"/c/{slug}", "/c/{slug}/events", "/c/{slug}/messages", "/s/{slug}/{passage_id}"} <= seen


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
    database: Database, ember: Household, wick: Household, homes: dict[str, Home], table: str
) -> None:
    column = rls.tenant_column(table)
    query = text(f'SELECT count(*) FROM "{table}" WHERE {column} <> :me')
    async with database.uow(ember.creator) as uow:
        assert await uow.session.scalar(query, {"me": ember.creator}) == 0


async def test_what_sees_every_creator_sees_one_alone_while_it_acts_for_them(
    database: Database, ember: Household, wick: Household
) -> None:
    query = text("SELECT count(*) FROM avatar WHERE creator_id <> :me")
    async with database.system_uow() as uow:
        async with uow.within(ember.creator):
            assert uow.tenant == ember.creator
            assert await uow.session.scalar(query, {"me": ember.creator}) == 0
        assert await uow.session.scalar(query, {"me": ember.creator})
        with pytest.raises(RuntimeError):
            _ = uow.tenant


async def test_sign_in_tables_are_closed_to_every_creator(database: Database, ember: Household) -> None:
    closed = [name for name in metadata.tables if not rls.tenant_column(name)]
    assert {"account", "login_link", "web_session", "passkey"} <= set(closed)
    async with database.uow(ember.creator) as uow:
        for name in closed:
            assert await uow.session.scalar(text(f'SELECT count(*) FROM "{name}"')) == 0


@pytest.mark.parametrize("table", ["fan", "source", "thread", "fact", "help_line"])
async def test_a_row_cannot_be_written_for_another_creator(
    database: Database, ember: Household, wick: Household, homes: dict[str, Home], table: str
) -> None:
    async with database.uow(ember.creator) as uow:
        move = text(f'UPDATE "{table}" SET creator_id = :other')
        with pytest.raises(DBAPIError, match="row-level security"):
            await uow.session.execute(move, {"other": wick.creator})
        await uow.session.rollback()


async def test_without_a_tenant_nothing_is_seen(dsn: Dsn, homes: dict[str, Home]) -> None:
    async with await psycopg.AsyncConnection.connect(dsn.app) as connection:
        for name in TABLES:
            seen = await (await connection.execute(f'SELECT count(*) FROM "{name}"')).fetchone()
            assert seen == (0,), name
