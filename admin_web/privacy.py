"""Privacy requests: what fans asked to have or to have erased, and erasing one of them oneself."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.web import pages

router = APIRouter(prefix="/@{slug}/privacy")

PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def privacy_page(request: Request, desk: CreatorDesk, page: PageNumber = 1) -> Response:
    """The requests, newest first."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await conversation.privacy_requests(uow, page)
    return pages(request).page(request, "privacy.html", {"desk": desk, "requests": found})


@router.get("/fans")
async def fans_page(
    request: Request,
    desk: CreatorDesk,
    page: PageNumber = 1,
    find: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The fans, whoever wrote last first, to erase one."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await conversation.fans(uow, page, find)
    context = {"desk": desk, "fans": found, "find": find, "erased": "erased" in request.query_params}
    return pages(request).page(request, "privacy/fans.html", context)


@router.post("/fans/{fan_id}/erase")
async def erase(request: Request, desk: CreatorDesk, fan_id: RowId) -> Response:
    """Erase a fan and everything of theirs, at once.

    Raises:
        NoSuchFan: not this creator's, or gone already.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await conversation.erase_by_creator(uow, fan_id)
    return RedirectResponse(f"{desk.base}/privacy/fans?erased=1", 303)
