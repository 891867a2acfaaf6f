"""Style: how the creator writes, measured and told in words; editing it, and its versions."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web import versions
from admin_web.place import CreatorDesk, Desk, ViewerDesk
from admin_web.ports import container_of
from kernel.errors import BadInput
from kernel.web import pages
from persona_engine import service as persona
from persona_engine.types import Share, StyleCard

router = APIRouter(prefix="/@{slug}/style")
router.include_router(versions.routes("style", persona.styles))

_MOST: Final = 20
_LONGEST: Final = 200


@router.get("")
async def style_page(request: Request, desk: ViewerDesk) -> Response:
    """The card in force, and every version."""
    return pages(request).page(request, "style.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        return {
            "desk": desk,
            "style": await persona.styles.current(uow, desk.avatar.id),
            "versions": await persona.styles.all(uow, desk.avatar.id),
            "saved": "saved" in request.query_params,
            "kept": "kept" in request.query_params,
        }


@router.post("/measure")
async def measure(request: Request, desk: CreatorDesk) -> Response:
    """Measure the card anew from what is public of the content."""
    db = container_of(request).db
    async with db.uow(desk.creator_id) as uow:
        texts = await persona.texts(uow)
    if not texts:
        raise BadInput("There is nothing to measure yet: add some content first.")
    card = await persona.measure_style(texts)
    async with db.uow(desk.creator_id) as uow:
        await persona.styles.save(uow, desk.avatar.id, card, origin="measured")
    return RedirectResponse(f"{desk.base}/style?saved=1", 303)


@router.get("/edit")
async def edit_page(request: Request, desk: CreatorDesk) -> Response:
    """The card as a form."""
    context = await _context(request, desk)
    return pages(request).page(request, "style/edit.html", context | {"card": context["style"].document})


@router.post("/edit")
async def edit(request: Request, desk: CreatorDesk, based_on: Annotated[int, Form()]) -> Response:
    """Put what was edited in force, as a new version."""
    form = await request.form()
    async with container_of(request).db.uow(desk.creator_id) as uow:
        style = await persona.styles.current(uow, desk.avatar.id)
        card = _edited(style.document, form)
        await persona.styles.save(
            uow, desk.avatar.id, card, based_on=based_on, note=str(form.get("note", ""))
        )
    return RedirectResponse(f"{desk.base}/style?saved=1", 303)


def _edited(card: StyleCard, form: FormData) -> StyleCard:
    """The card with the form's fields in place of its own; what the form doesn't show stays."""

    def words(name: str, before: tuple[Share, ...]) -> tuple[Share, ...]:
        return _shares(str(form.get(name, "")).splitlines(), before)

    return replace(
        card,
        openings=words("openings", card.openings),
        closings=words("closings", card.closings),
        phrases=words("phrases", card.phrases),
        replies=tuple(_lines(str(form.get("replies", "")).splitlines())),
        greeting=_percent(form.get("greeting"), card.greeting),
        emoji=replace(
            card.emoji,
            share=_percent(form.get("emoji_share"), card.emoji.share),
            favourites=_shares(str(form.get("emoji", "")).split(), card.emoji.favourites),
        ),
        formality=tuple(
            replace(each, formal=_percent(form.get(f"formal_{each.lang}"), each.formal))
            for each in card.formality
        ),
    )


def _lines(values: Iterable[str]) -> list[str]:
    kept = dict.fromkeys(value.strip()[:_LONGEST] for value in values if value.strip())
    return list(kept)[:_MOST]


def _shares(values: Iterable[str], before: tuple[Share, ...]) -> tuple[Share, ...]:
    """A list of words as edited: those that were measured keep their share."""
    known = {each.value: each.share for each in before}
    return tuple(Share(value, known.get(value, 0.0)) for value in _lines(values))


def _percent(given: object, before: float) -> float:
    """A slider's 0 to 100 as 0..1; what isn't a number leaves the value as it was."""
    try:
        asked = float(str(given))
    except ValueError:
        return before
    # A slider has whole steps: moved back and forth, or not at all, it is the same value.
    return before if round(before * 100) == round(asked) else min(max(asked, 0.0), 100.0) / 100
