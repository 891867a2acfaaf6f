"""Models: which language models may word answers, in which order, and what they may cost."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk
from admin_web.ports import container_of
from kernel.errors import BadInput
from kernel.web import pages, told
from persona_engine import service as persona
from persona_engine.types import COMPATIBLE, OUTCOMES, Caps, ConnectionForm, ModelConnection

router = APIRouter(prefix="/@{slug}/models")

_USUAL: Final = {
    "name": "", "provider": COMPATIBLE, "url": "https://api.openai.com/v1", "model": "",
    "price_in": "0", "price_out": "0", "timeout_s": "30",
}  # fmt: skip


@router.get("")
async def models_page(request: Request, desk: CreatorDesk) -> Response:
    """The models in the order of asking, what they cost, and the caps."""
    return pages(request).page(request, "models.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        connections = await persona.models.listed(uow)
        return {
            "desk": desk,
            "states": await persona.spending.states(uow, connections),
            "spending": await persona.spending.spending(uow),
            "words": OUTCOMES,
            "saved": "saved" in request.query_params,
            "error": "",
        }


@router.post("/caps")
async def set_caps(request: Request, desk: CreatorDesk) -> Response:
    """Put other caps in force; an empty field is no cap."""
    form = await request.form()
    try:
        caps = Caps(*(_number(form, name, None) for name in ("day", "fan_day", "month")))
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await persona.spending.set_caps(uow, caps)
    except BadInput as error:
        context = await _context(request, desk) | {"error": told(request, error)}
        return pages(request).page(request, "models.html", context, status=422)
    return _back(desk)


@router.get("/new")
async def new_page(request: Request, desk: CreatorDesk) -> Response:
    """The form of another model."""
    return _form_page(request, desk, _USUAL)


@router.post("/new")
async def add(request: Request, desk: CreatorDesk) -> Response:
    """Connect another model."""
    form = await request.form()
    container = container_of(request)
    try:
        async with container.db.uow(desk.creator_id) as uow:
            await persona.models.add(uow, _read(form), container.secrets, private=container.drafts.private)
    except BadInput as error:
        return _form_page(request, desk, form, error=told(request, error))
    return _back(desk)


@router.get("/{model_id}")
async def edit_page(request: Request, desk: CreatorDesk, model_id: RowId) -> Response:
    """A model as a form, without its key."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = (await persona.models.one(uow, model_id)).connection
    shown = {name: str(getattr(known, name)) for name in ("name", "provider", "url", "model", "timeout_s")}
    prices = {name: f"{getattr(known, name).normalize():f}" for name in ("price_in", "price_out")}
    return _form_page(request, desk, shown | prices, known=known)


@router.post("/{model_id}")
async def edit(request: Request, desk: CreatorDesk, model_id: RowId) -> Response:
    """Change a model; its key stays where none is entered."""
    form = await request.form()
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        known = (await persona.models.one(uow, model_id)).connection
    try:
        async with container.db.uow(desk.creator_id) as uow:
            await persona.models.edit(
                uow, model_id, _read(form), container.secrets, private=container.drafts.private
            )
    except BadInput as error:
        return _form_page(request, desk, form, known=known, error=told(request, error))
    return _back(desk)


@router.post("/{model_id}/test")
async def test(request: Request, desk: CreatorDesk, model_id: RowId) -> Response:
    """Ask the model a few words, and say how that went."""
    container = container_of(request)
    answer = await container.drafts.test(desk.creator_id, model_id)
    async with container.db.uow(desk.creator_id) as uow:
        known = (await persona.models.one(uow, model_id)).connection
    context = {
        "desk": desk,
        "answer": answer,
        "words": OUTCOMES,
        "package": persona.package_of(known.provider),
    }
    return pages(request).page(request, "models/_tested.html", context)


@router.post("/{model_id}/switch")
async def switch(
    request: Request, desk: CreatorDesk, model_id: RowId, on: Annotated[bool, Form()]
) -> Response:
    """Switch a model on or off."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await persona.models.switch(uow, model_id, on=on)
    return _back(desk)


@router.post("/{model_id}/move")
async def move(request: Request, desk: CreatorDesk, model_id: RowId, up: Annotated[bool, Form()]) -> Response:
    """Ask a model one place earlier or later."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await persona.models.move(uow, model_id, up=up)
    return _back(desk)


@router.post("/{model_id}/remove")
async def remove(request: Request, desk: CreatorDesk, model_id: RowId) -> Response:
    """Forget a model and its key."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await persona.models.remove(uow, model_id)
    return _back(desk)


def _back(desk: Desk) -> Response:
    return RedirectResponse(f"{desk.base}/models?saved=1", 303)


def _form_page(
    request: Request,
    desk: Desk,
    values: dict[str, str] | FormData,
    *,
    known: ModelConnection | None = None,
    error: str = "",
) -> Response:
    shown = {name: str(values.get(name, "")) for name in _USUAL}
    context = {
        "desk": desk,
        "values": shown,
        "known": known,
        "error": error,
        "providers": (COMPATIBLE, *persona.PROVIDERS),
        "local": container_of(request).drafts.private,
    }
    return pages(request).page(request, "models/edit.html", context, status=422 if error else 200)


def _read(form: FormData) -> ConnectionForm:
    key = str(form.get("key", "")).strip()
    seconds = _number(form, "timeout_s", Decimal(0))
    return ConnectionForm(
        name=str(form.get("name", "")),
        provider=str(form.get("provider", "")),
        url=str(form.get("url", "")),
        model=str(form.get("model", "")),
        key="" if form.get("no_key") else key or None,
        price_in=_number(form, "price_in", Decimal(0)) or Decimal(0),
        price_out=_number(form, "price_out", Decimal(0)) or Decimal(0),
        timeout_s=int(seconds) if seconds and seconds.is_finite() else 0,
    )


def _number(form: FormData, name: str, empty: Decimal | None) -> Decimal | None:
    """A number as people write it, with a point or a comma."""
    given = str(form.get(name, "")).strip().replace(",", ".")
    if not given:
        return empty
    try:
        return Decimal(given)
    except InvalidOperation:
        raise BadInput("“{value}” is no number.", value=given[:40]) from None
