"""Interactions that Discord posts: `/discord/{application}`, each proved by the app's own public key."""

from typing import Annotated, Any, Final, Protocol, cast

import orjson
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Header, Path
from starlette.requests import Request
from starlette.responses import Response

from bots.discord.interactions import PING, PONG, Interactions
from bots.discord.roster import Roster
from kernel.clock import now
from kernel.db import DATABASE_AWAY

log = structlog.get_logger(__name__)

PREFIX: Final = "/discord/"
FRESH_S: Final = 300.0
"""How far a signature's time may be from ours: an older one is somebody's copy."""

_LARGEST: Final = 1 << 20
_NUMBERS = (1, 2**63 - 1)

router = APIRouter()


class Container(Protocol):
    """What the webhook takes from `request.app.state.container`."""

    @property
    def discord_apps(self) -> Roster:
        """Which app each connection is."""
        ...

    @property
    def discord_interactions(self) -> Interactions:
        """Takes interactions in."""
        ...


@router.post("/discord/{application_id}", include_in_schema=False)
async def interaction(
    request: Request,
    application_id: Annotated[int, Path(ge=_NUMBERS[0], le=_NUMBERS[1])],
    signature: Annotated[str, Header(alias="x-signature-ed25519")] = "",
    timestamp: Annotated[str, Header(alias="x-signature-timestamp")] = "",
) -> Response:
    """Take an interaction in. What isn't proved is told nothing: not even whether there is such an app."""
    container = cast(Container, request.app.state.container)
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    try:
        app = await container.discord_apps.by_number(application_id)
        if not proved(app.public_key if app else "", signature, timestamp, body) or app is None:
            return Response(status_code=401)
        data = _value(body)
        if data is None:
            return Response(status_code=400)
        if data.get("type") == PING:
            return _json({"type": PONG})
        if app.state != "active":
            return Response(status_code=503)
        answer = await container.discord_interactions.take(app, data)
    except DATABASE_AWAY as problem:
        log.warning("discord.database_lost", error=str(problem))
        return Response(status_code=503)
    return _json(answer) if answer is not None else Response(status_code=400)


def proved(key: str, signature: str, timestamp: str, body: bytes) -> bool:
    """Whether the owner of a public key (hex) signed this body lately (Ed25519, RFC 8032).

    The comparison takes as long whatever is wrong with it; without a key there is none, and a no.
    """
    try:
        fresh = abs(now().timestamp() - int(timestamp)) <= FRESH_S
        known = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key) if key else _NOBODYS)
        known.verify(bytes.fromhex(signature), timestamp.encode() + body)
    except (InvalidSignature, ValueError, OverflowError):
        return False
    return fresh and bool(key)


# Any point of the curve: an app that isn't there takes as long as one that is, and is refused all the same.
_NOBODYS: Final = bytes.fromhex("58" + "66" * 31)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def _value(body: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is larger than any interaction."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            return None
    return bytes(body)
