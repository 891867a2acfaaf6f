"""What every page of a versioned document has: two versions compared, an earlier one in force again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import CreatorDesk, ViewerDesk
from admin_web.ports import container_of
from kernel.web import pages
from persona_engine.service import Versions

_Asked = Annotated[int, Query(ge=0, lt=1 << 31)]


def routes(page: str, kept: Versions[Any]) -> APIRouter:
    """The two ways in, below a page of the navigation; `_versions.html` shows them."""
    router = APIRouter()

    @router.get("/diff")
    async def diff(request: Request, desk: ViewerDesk, one: _Asked, other: _Asked) -> Response:
        """What differs between two versions, oldest first."""
        old, new = sorted((one, other))
        async with container_of(request).db.uow(desk.creator_id) as uow:
            changes = await kept.compare(uow, desk.avatar.id, old, new)
        context = {"desk": desk, "one": old, "other": new, "changes": changes}
        return pages(request).page(request, "_diff.html", context)

    @router.post("/restore/{version}")
    async def restore(
        request: Request, desk: CreatorDesk, version: Annotated[int, Field(ge=0, lt=1 << 31)]
    ) -> Response:
        """Put an earlier version in force again."""
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await kept.restore(uow, desk.avatar.id, version)
        return RedirectResponse(f"{desk.base}/{page}?saved=1", 303)

    return router
