"""Updates that Telegram posts: `/tg/{bot}`, each proved by that bot's own secret."""

import hmac
from typing import Annotated, Any, Final, Protocol, cast

import orjson
import structlog
from fastapi import APIRouter, Header, Path
from starlette.requests import Request
from starlette.responses import Response

from bots.telegram.client import Client
from bots.telegram.reading import read
from bots.telegram.receiver import Receiver
from bots.telegram.roster import Roster
from kernel.db import DATABASE_AWAY

log = structlog.get_logger(__name__)

PREFIX: Final = "/tg/"
_LARGEST: Final = 1 << 20
_NUMBERS = (1, 2**63 - 1)

router = APIRouter()


class Container(Protocol):
    """What the webhook takes from `request.app.state.container`."""

    @property
    def telegram(self) -> Client:
        """Calls Telegram."""
        ...

    @property
    def telegram_bots(self) -> Roster:
        """Which bot each connection is."""
        ...

    @property
    def telegram_receiver(self) -> Receiver:
        """Takes updates in."""
        ...


@router.post("/tg/{bot_id}", include_in_schema=False)
async def update(
    request: Request,
    bot_id: Annotated[int, Path(ge=_NUMBERS[0], le=_NUMBERS[1])],
    secret: Annotated[str, Header(alias="x-telegram-bot-api-secret-token")] = "",
) -> Response:
    """Take an update in. What isn't proved is told nothing: not even whether there is such a bot."""
    container = cast(Container, request.app.state.container)
    try:
        bot = await container.telegram_bots.by_number(bot_id)
        expected = container.telegram_bots.secret_of(bot) if bot else ""
        if bot is None or not hmac.compare_digest(secret.encode(), expected.encode()):
            return Response(status_code=401)
        if bot.state != "active":
            # Telegram keeps what isn't taken until the bot lives again, as it does for one that asks.
            return Response(status_code=503)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        found = read(container.telegram.bot(bot.token), _value(body))
        # What can't be read would be the same again: Telegram isn't asked to repeat it.
        if found is not None:
            await container.telegram_receiver.take(bot, found)
    except DATABASE_AWAY as problem:
        log.warning("telegram.database_lost", error=str(problem))
        return Response(status_code=503)
    return Response(status_code=200)


def _value(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is larger than any update."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            return None
    return bytes(body)
