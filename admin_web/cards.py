"""Character cards (version 3): the avatar as a file that other programs read, and theirs taken over here."""

from typing import Final

import orjson
from fastapi import APIRouter, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import CreatorDesk, Desk
from admin_web.ports import container_of
from kernel.errors import BadInput, TooLarge
from persona_engine import service as persona
from persona_engine.service import CharacterCard

router = APIRouter(prefix="/@{slug}/style")

_MAX_BYTES: Final = 16 << 20


@router.get("/card.json")
async def as_json(request: Request, desk: CreatorDesk) -> Response:
    """The card as JSON."""
    card = await _card(request, desk)
    return _download(orjson.dumps(persona.card_json(card), option=orjson.OPT_INDENT_2), desk, "json")


@router.get("/card.png")
async def as_picture(request: Request, desk: CreatorDesk) -> Response:
    """The card inside the avatar's picture."""
    if not desk.avatar.portrait:
        raise BadInput("The avatar has no picture to put the card into: add one in Setup, or take the JSON.")
    card = await _card(request, desk)
    path = container_of(request).files.path(desk.creator_id, desk.avatar.portrait)
    made = await run_in_threadpool(lambda: persona.card_png(card, path.read_bytes()))
    return _download(made, desk, "png")


@router.post("/card", max_body_size=2 * _MAX_BYTES)
async def take_over(request: Request, desk: CreatorDesk, card: UploadFile) -> Response:
    """Take a card over: its style comes into force as a new version, the rest is kept for the next export."""
    raw = await card.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise TooLarge("The card is larger than 16 MB. Take one with a smaller picture.")
    read = await run_in_threadpool(persona.read_card, raw)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        made = await persona.import_card(uow, desk.avatar.id, read)
    return RedirectResponse(f"{desk.base}/style?{'saved' if made else 'kept'}=1", 303)


async def _card(request: Request, desk: Desk) -> CharacterCard:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        return await persona.export_card(uow, desk.avatar.id)


def _download(body: bytes, desk: Desk, kind: str) -> Response:
    media_type = "application/json" if kind == "json" else "image/png"
    disposition = f'attachment; filename="{desk.avatar.slug}.card.{kind}"'
    return Response(body, media_type=media_type, headers={"content-disposition": disposition})
