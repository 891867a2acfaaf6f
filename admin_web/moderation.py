"""Moderation: the cases, each with its way back; how warnings count; who is trusted."""

from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ModeratorDesk, ViewerDesk
from admin_web.ports import container_of
from community import service as community
from community.types import Role
from kernel.errors import BadInput
from kernel.web import page_lang, pages, told
from moderation import service as moderation
from moderation.types import Kind, Settings

router = APIRouter(prefix="/@{slug}/moderation")

PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Word = Annotated[str, Query(max_length=80)]
Number = Annotated[int, Path(ge=1, lt=1 << 31)]
_NUMBERS: Final = ("mute_at", "mute_h", "ban_at", "decay_days")


@router.get("")
async def moderation_page(
    request: Request,
    desk: ViewerDesk,
    page: PageNumber = 1,
    kind: Word = "",
    state: Word = "",
    who: Word = "",
) -> Response:
    """The page."""
    context = await _cases(request, desk, page, kind, state, who)
    return pages(request).page(request, "moderation.html", context)


@router.get("/live")
async def live(
    request: Request,
    desk: ViewerDesk,
    page: PageNumber = 1,
    kind: Word = "",
    state: Word = "",
    who: Word = "",
    seen: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The list, where it differs from what was `seen`: asked for again every few seconds."""
    context = await _cases(request, desk, page, kind, state, who)
    if context["seen"] == seen:
        return Response(status_code=204)
    return pages(request).page(request, "moderation/_cases.html", context)


async def _cases(request: Request, desk: Desk, page: int, kind: str, state: str, who: str) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await moderation.cases(uow, desk.avatar.id, page, kind=kind, state=state, who=who)
        waiting = await moderation.appeals.waiting(uow, desk.avatar.id)
    shown = repr((page_lang(request), found, waiting))
    return {
        "desk": desk,
        "found": found,
        "appeals": waiting,
        "kinds": list(Kind),
        "kind": kind,
        "state": state,
        "who": who,
        "seen": blake2b(shown.encode(errors="replace"), digest_size=12).hexdigest(),
    }


@router.get("/cases/{number}")
async def case_page(request: Request, desk: ViewerDesk, number: Number) -> Response:
    """One case.

    Raises:
        NoSuchCase: there is none.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        case = await moderation.get_case(uow, desk.avatar.id, number)
        appeal = await moderation.appeals.of_case(uow, case)
    context = {
        "desk": desk,
        "case": case,
        "appeal": appeal,
        "undoable": moderation.undoable(case),
        "acts": desk.may(Role.MODERATOR),
    }
    return pages(request).page(request, "moderation/case.html", context)


@router.post("/cases/{number}/undo")
async def undo(request: Request, desk: ModeratorDesk, number: Number) -> Response:
    """Take a case back.

    Raises:
        NoSuchCase, NotUndone: nothing was changed.
    """
    by = desk.who.signed_in.account_name
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await moderation.undo(uow, desk.avatar.id, number, by=by)
    return RedirectResponse(f"{desk.base}/moderation/cases/{number}", 303)


@router.post("/cases/{number}/appeal")
async def decide(
    request: Request, desk: ModeratorDesk, number: Number, approved: Annotated[bool, Form()]
) -> Response:
    """Decide the appeal on a case; the first decision holds.

    Raises:
        NoSuchCase: there is no such case, or no appeal on it.
    """
    by = desk.who.signed_in.account_name
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await moderation.appeals.decide(uow, desk.avatar.id, number, approved=approved, by=by)
    return RedirectResponse(f"{desk.base}/moderation/cases/{number}", 303)


@router.get("/settings")
async def settings_page(request: Request, desk: ModeratorDesk) -> Response:
    """How warnings count, and who is trusted."""
    return await _settings(request, desk)


async def _settings(
    request: Request, desk: Desk, *, error: BadInput | None = None, given: dict[str, Any] | None = None
) -> Response:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = await moderation.settings(uow)
        trusted = await moderation.trusted(uow)
        chats = [
            each
            for each in await community.chats(uow, desk.avatar.id)
            if each.kind != "channel" and each.state not in ("left", "moved")
        ]
        acted_on = container_of(request).rule_book.ruled
    context = {
        "desk": desk,
        "it": given or known.to_json(),
        "trusted": trusted,
        "chats": [each for each in chats if each.platform in acted_on],
        "elsewhere": any(each.platform not in acted_on for each in chats),
        "saved": "saved" in request.query_params,
        "error": told(request, error) if error else "",
        "wrong": error.params.get("field") if error else None,
        "acts": desk.may(Role.CREATOR),
    }
    return pages(request).page(
        request, "moderation/settings.html", context, status=error.status if error else 200
    )


@router.post("/settings")
async def save_settings(request: Request, desk: CreatorDesk) -> Response:
    """Put them in force."""
    form = await request.form()
    given: dict[str, Any] = {name: str(form.get(name, ""))[:40] for name in _NUMBERS} | {"dry": "dry" in form}
    try:
        numbers = {name: _whole(name, given[name]) for name in _NUMBERS}
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await moderation.save_settings(uow, Settings.from_json(given | numbers))
    except BadInput as error:
        return await _settings(request, desk, error=error, given=given)
    return RedirectResponse(f"{desk.base}/moderation/settings?saved=1", 303)


@router.post("/trusted/remove")
async def distrust(request: Request, desk: ModeratorDesk, fan: Annotated[RowId, Form()]) -> Response:
    """Have the rules touch somebody again."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await moderation.distrust(uow, fan)
    return RedirectResponse(f"{desk.base}/moderation/settings", 303)


def _whole(name: str, given: str) -> int:
    try:
        return int(given.strip())
    except ValueError:
        raise BadInput("“{value}” is no whole number.", value=given, field=name) from None
