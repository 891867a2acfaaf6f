"""Autonomy: how far the avatar may go by itself, its hours; pausing. (What waits: `approvals.py`.)"""

import re
from typing import Annotated, Any, Final

from babel.dates import get_day_names
from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.corrections import may_be_given
from admin_web.place import CreatorDesk, Desk, ModeratorDesk
from admin_web.ports import container_of
from conversation.service import autonomy
from conversation.types import Week, read_span
from kernel.errors import BadInput
from kernel.lang import locale
from kernel.web import page_lang, pages

router = APIRouter(prefix="/@{slug}/autonomy")

_REPLIES: Final = 200
_PAGE = re.compile(r"/@[a-z0-9-]+/[a-z]+")

Percent = Annotated[int, Query(ge=0, le=100)]
Back = Annotated[str, Form(max_length=200)]


@router.get("")
async def autonomy_page(request: Request, desk: CreatorDesk) -> Response:
    """The settings."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        settings = await autonomy.settings(uow, desk.avatar.id)
        late = await autonomy.late(uow, desk.avatar.id)
        replies, low = await autonomy.would_have_waited(uow, desk.avatar.id, settings.threshold, _REPLIES)
    names = get_day_names("wide", "stand-alone", locale(page_lang(request)))
    context: dict[str, Any] = {
        "desk": desk,
        "settings": settings,
        "late": late,
        "most_late": autonomy.MOST_LATE_TEXT,
        "most_hours": autonomy.MOST_LATE_HOURS,
        "weekdays": [names[day] for day in range(7)],
        "replies": replies,
        "low": low,
        "saved": "saved" in request.query_params,
    }
    return pages(request).page(request, "autonomy.html", context)


@router.get("/waits")
async def waits(request: Request, desk: CreatorDesk, threshold: Percent) -> Response:
    """How many of the last replies a threshold would have had wait."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        replies, low = await autonomy.would_have_waited(uow, desk.avatar.id, threshold / 100, _REPLIES)
    return pages(request).page(
        request, "autonomy/_waits.html", {"replies": replies, "low": low, "threshold": threshold}
    )


@router.post("")
async def save(
    request: Request,
    desk: CreatorDesk,
    mode: Annotated[autonomy.Mode, Form()],
    threshold: Annotated[int, Form(ge=0, le=100)],
    off_mode: Annotated[str, Form(pattern="^(shadow|ask|auto)?$")] = "",
    late_text: Annotated[str, Form(max_length=4_000)] = "",
    late_hours: Annotated[int, Form(ge=1, le=autonomy.MOST_LATE_HOURS)] = 24,
) -> Response:
    """Put the settings in force.

    Raises:
        BadInput: hours that are none.
        BadMessage: a text that is too long.
        BadAnswer: a text that the boundaries, or the product, hold back.
    """
    if late_text.strip():
        await may_be_given(request, desk, late_text)
    form = {name: str(value) for name, value in (await request.form()).items()}
    wanted = autonomy.Autonomy(
        mode,
        threshold / 100,
        autonomy.Mode(off_mode) if off_mode else None,
        _week(form, "duty"),
        _week(form, "quiet"),
    )
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await autonomy.save(uow, desk.avatar.id, wanted)
        await autonomy.save_late(uow, desk.avatar.id, autonomy.Late(late_text, late_hours))
    return RedirectResponse(f"{desk.base}/autonomy?saved=1", 303)


def _week(form: dict[str, str], name: str) -> Week:
    try:
        return Week(
            tuple(
                read_span(form.get(f"{name}_{day}_from", ""), form.get(f"{name}_{day}_to", ""))
                for day in range(7)
            )
        )
    except ValueError as error:
        raise BadInput(
            "Give each day both a beginning and an end, such as 09:00 and 17:30, or neither."
        ) from error


@router.post("/pause")
async def pause(request: Request, desk: ModeratorDesk, back: Back = "") -> Response:
    """Stop everything that the avatar sends."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await autonomy.pause(uow, desk.avatar.id, desk.who.signed_in.account_name)
    return _returned(desk, back)


@router.post("/resume")
async def resume(request: Request, desk: ModeratorDesk, back: Back = "") -> Response:
    """Let it send again."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await autonomy.resume(uow, desk.avatar.id)
    return _returned(desk, back)


def _returned(desk: Desk, back: str) -> Response:
    """To the page where the button was pressed, if it is one of ours."""
    return RedirectResponse(back if _PAGE.fullmatch(back) else f"{desk.base}/today", 303)
