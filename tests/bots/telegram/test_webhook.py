"""What is posted to `/tg/{bot}`: only Telegram's own, proved by the secret of that bot alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.container import Container
from app.sites import public_site
from bots.telegram.failures import REASONS
from tests.conversation.stand_ins import Echo
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.updates import SECRET_HEADER
from tests.factories.people import Home, make_home

ADDRESS = "http://127.0.0.1:8001"


class Poster:
    """Somebody who posts to the fans' site as Telegram would."""

    def __init__(self, house: Container, client: AsyncClient) -> None:
        self._house = house
        self._client = client

    async def secret(self, connection_id: int) -> str:
        """The secret of a connection's bot."""
        bot = await self._house.telegram_bots.of(connection_id)
        assert bot
        return self._house.telegram_bots.secret_of(bot)

    async def post(self, bot_id: int | str, update: Any, secret: str | None) -> Response:
        """Post an update."""
        headers = {SECRET_HEADER: secret.encode()} if secret is not None else {}
        if isinstance(update, bytes):
            return await self._client.post(f"/tg/{bot_id}", content=update, headers=headers)
        return await self._client.post(f"/tg/{bot_id}", json=update, headers=headers)

    async def kept(self) -> list[str]:
        """The texts of every message that was taken in."""
        async with self._house.db.system_uow() as uow:
            return [row.text for row in await uow.fetch("SELECT text FROM message ORDER BY id")]


@pytest.fixture
async def poster(house: Container) -> AsyncIterator[Poster]:
    house.responder = Echo()
    async with AsyncClient(transport=ASGITransport(public_site(house, ADDRESS)), base_url=ADDRESS) as client:
        yield Poster(house, client)


@pytest.fixture
def update(place: Stage) -> Json:
    """An update that waits for the stage's bot."""
    place.bot.updates.clear()
    place.fan.says(place.bot, "Why is it yellow?")
    return place.bot.updates[-1]


async def test_an_update_with_the_secret_is_taken_in_once(
    poster: Poster, place: Stage, joined: int, update: Json
) -> None:
    secret = await poster.secret(joined)
    assert [(await poster.post(place.bot.id, update, secret)).status_code for _ in range(2)] == [200, 200]
    assert await poster.kept() == ["Why is it yellow?"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "ü" * 20, "0" * 64, "x" * 301])
async def test_who_has_not_the_secret_is_told_nothing(
    poster: Poster, place: Stage, joined: int, update: Json, secret: str | None
) -> None:
    answer = await poster.post(place.bot.id, update, secret)
    assert (answer.status_code, answer.text) == (401, "")
    assert await poster.kept() == []


async def test_another_bots_secret_is_worth_nothing(
    poster: Poster, house: Container, place: Stage, joined: int, update: Json
) -> None:
    other = await make_home(house.db)
    theirs = place.world.bot("WickBot", "Wick", owner=place.creator.user)
    done = await house.telegram_joining.connect(other.creator_id, other.avatar.id, theirs.token)
    secret = await poster.secret(done.connection_id)
    assert (await poster.post(place.bot.id, update, secret)).status_code == 401
    assert await poster.kept() == []


@pytest.mark.parametrize("number", ["1", "-1", "0", "x", "9" * 30, "1/2", "%00"])
async def test_of_bots_that_are_nobodys_nothing_is_told(poster: Poster, update: Json, number: str) -> None:
    assert (await poster.post(number, update, "0" * 64)).status_code in (401, 404, 422)


async def test_a_bot_that_was_removed_takes_nothing(
    poster: Poster, house: Container, home: Home, place: Stage, joined: int, update: Json
) -> None:
    secret = await poster.secret(joined)
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert (await poster.post(place.bot.id, update, secret)).status_code == 401
    assert await poster.kept() == []


async def test_what_comes_for_a_bot_in_quarantine_stays_with_telegram(
    poster: Poster, house: Container, place: Stage, joined: int, update: Json
) -> None:
    secret = await poster.secret(joined)
    bot = await house.telegram_bots.of(joined)
    assert bot
    await house.telegram_bots.quarantine(bot, REASONS["token"])
    assert (await poster.post(place.bot.id, update, secret)).status_code == 503
    assert await poster.kept() == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"update_id": "x"}', b"{}", b"[" * 100_000]
)
async def test_what_is_no_update_is_not_asked_for_again(
    poster: Poster, place: Stage, joined: int, body: bytes
) -> None:
    answer = await poster.post(place.bot.id, body, await poster.secret(joined))
    assert answer.status_code == 200
    assert await poster.kept() == []


async def test_what_is_larger_than_any_update_is_refused(poster: Poster, place: Stage, joined: int) -> None:
    answer = await poster.post(place.bot.id, b" " * (2 << 20), await poster.secret(joined))
    assert answer.status_code == 413


async def test_an_update_is_no_form_and_needs_no_token_of_a_page(
    poster: Poster, place: Stage, joined: int, update: Json
) -> None:
    secret = await poster.secret(joined)
    answer = await poster.post(place.bot.id, update, secret)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
