"""Searching the passages as a fan's question does: every score, the gate, the sentence to be quoted."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from admin_web.place import ViewerDesk
from admin_web.ports import container_of
from kernel import lang
from kernel.web import RateLimiter, pages
from memory import service as memory

router = APIRouter(prefix="/@{slug}/knowledge/search")

_HITS: Final = 20
# Each search is a worker's job.
_searches = RateLimiter(per_minute=60, burst=20)


@router.get("")
async def search_page(
    request: Request,
    desk: ViewerDesk,
    q: Annotated[str, Query(max_length=1000)] = "",
    asked_in: Annotated[str, Query(max_length=20)] = "",
    locked: bool = False,
) -> Response:
    """The page; for htmx its results alone. With `locked`, as the holder of every tier would see it."""
    spoken = desk.avatar.languages or (lang.DEFAULT,)
    context: dict[str, Any] = {
        "desk": desk,
        "q": q,
        "asked_in": asked_in if asked_in in spoken else "",
        "locked": locked,
        "spoken": spoken,
        "found": None,
    }
    if q.strip():
        _searches.check(str(desk.who.signed_in.account_id))
        detected = memory.detect(q, spoken)
        container = container_of(request)
        async with container.db.uow(desk.creator_id) as uow:
            tiers = frozenset((await memory.knowledge(uow)).tiers) if locked else frozenset()
        context["found"] = await container.memory.ask(
            desk.creator_id, q, context["asked_in"] or detected.lang, tiers=tiers, limit=_HITS
        )
        context["detected"] = detected
    part = "hx-request" in request.headers
    return pages(request).page(request, "knowledge/_found.html" if part else "search.html", context)
