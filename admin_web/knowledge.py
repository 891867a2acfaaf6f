"""Knowledge: a creator's items, live; what can be done to them, one by one and many at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ViewerDesk, still_at
from admin_web.ports import container_of
from admin_web.uploads import told_known
from community.types import Role
from kernel.errors import BadInput
from kernel.i18n import translator
from kernel.web import ServerEvent, event_stream, page_lang, pages
from memory import service as memory
from memory.errors import NoSuchSource
from memory.types import SourceFilter, SourceInfo, SourceState, Visibility
from persona_engine.service import boundaries

router = APIRouter(prefix="/@{slug}/knowledge")

PAGE: Final = 50
_PASSAGES = 30
_MAX_BULK = 1000
# Changes come in bursts: those of this span are shown together.
_GATHER_S = 0.3
_LOOK_AGAIN_S = 20.0
_ONE_BY_ONE = 20
# What a form says to show items to all: a field that is missing must not do so.
EVERYONE: Final = "everyone"

# An archive of a thousand files shows a page of them: above all those that need somebody.
_TROUBLES_FIRST: Final = (SourceState.FAILED, SourceState.WAITING, None)

Action = Literal["retry", "cancel", "delete", "visibility", "licence"]


def _filter(
    state: str = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    language: Annotated[str, Query(max_length=40)] = "",  # `lang` is the reader's
    visibility: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> SourceFilter:
    """The items that the address asks for; what it misspells counts as not asked."""
    return SourceFilter(
        state=SourceState(state) if state in set(SourceState) else None,
        kind=kind or None,
        lang=language or None,
        visibility=Visibility(visibility) if visibility in set(Visibility) else None,
        text=q,
    )


Wanted = Annotated[SourceFilter, Depends(_filter)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def knowledge_page(
    request: Request, desk: ViewerDesk, wanted: Wanted, page: PageNumber = 1
) -> Response:
    """The page; for htmx its list alone."""
    part = "hx-request" in request.headers
    context = await _list(request, desk, wanted, page)
    return pages(request).page(request, "knowledge/_list.html" if part else "knowledge.html", context)


async def _list(request: Request, desk: Desk, wanted: SourceFilter, page: int) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await memory.list_sources(uow, wanted, page=page, size=PAGE)
        last = max(1, -(-found.total // PAGE))
        if page > last:  # what was on it has gone
            page = last
            found = await memory.list_sources(uow, wanted, page=page, size=PAGE)
        known = await memory.knowledge(uow)
    chosen = _chosen(wanted)
    return {
        "desk": desk,
        "found": found,
        "known": known,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "page": page,
        "page_count": last,
        "query": urlencode({key: value for key, value in chosen.items() if value}),
        "max_mb": container_of(request).settings.max_upload_mb,
    }


def _chosen(wanted: SourceFilter) -> dict[str, str]:
    """The filter as the address tells it."""
    return {
        "state": wanted.state or "",
        "kind": wanted.kind or "",
        "language": wanted.lang or "",
        "visibility": wanted.visibility or "",
        "q": wanted.text,
    }


@router.get("/events")
async def events(request: Request, desk: ViewerDesk, wanted: Wanted) -> Response:
    """Items as they change, live (server-sent events)."""
    allowed = still_at(request, desk, Role.VIEWER)
    return event_stream(_changes(request, desk, wanted), request.app.state.streams, allowed=allowed)


async def _changes(request: Request, desk: Desk, wanted: SourceFilter) -> AsyncIterator[ServerEvent]:
    container = container_of(request)
    site = pages(request)
    mine = f"{desk.creator_id}:"
    async with container.bus.subscribe(memory.SOURCE_CHANNEL) as woken:
        while True:
            heard = await woken.wait(_LOOK_AGAIN_S)
            if not any(each.startswith(mine) for each in heard):
                continue
            await asyncio.sleep(_GATHER_S)
            heard += await woken.wait(0.001)
            ids = {int(each.removeprefix(mine)) for each in heard if each.startswith(mine)}
            if 0 in ids or len(ids) > _ONE_BY_ONE:
                yield ServerEvent("", name="many")
                continue
            rows, gone = await _rows(request, desk, ids)
            if rows:
                context = {"desk": desk, "items": rows, "known": None}
                yield ServerEvent(site.html(request, "knowledge/_rows.html", context), name="rows")
            if gone:
                yield ServerEvent(",".join(map(str, gone)), name="gone")
            async with container.db.uow(desk.creator_id) as uow:
                known = await memory.knowledge(uow)
            counts = {"desk": desk, "states": known.states, "chosen": _chosen(wanted)}
            yield ServerEvent(site.html(request, "knowledge/_states.html", counts), name="states")
            yield ServerEvent(site.html(request, "knowledge/_held.html", {"known": known}), name="held")


async def _rows(request: Request, desk: Desk, ids: set[int]) -> tuple[list[SourceInfo], list[int]]:
    rows, gone = [], []
    async with container_of(request).db.uow(desk.creator_id) as uow:
        for source_id in sorted(ids):
            row = None
            with suppress(NoSuchSource):
                row = await memory.get_source(uow, source_id)
            if row is None or row.state is SourceState.DELETING:
                gone.append(source_id)
            else:
                rows.append(row)
    return rows, gone


@router.post("/url")
async def add_url(
    request: Request,
    desk: CreatorDesk,
    url: Annotated[str, Form(max_length=2000)],
    tier: Annotated[str, Form(max_length=120)] = "",
    licence: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Import a page, a feed or a file by its address."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        added = await memory.add_url(uow, url, licence=licence or None, tier=tier or None)
    response = pages(request).page(
        request, "knowledge/_rows.html", {"desk": desk, "items": [added.source], "known": None}
    )
    if not added.new:
        response.headers["hx-trigger"] = toast(told_known(request, added))
    return response


@router.post("/many")
async def many(
    request: Request,
    desk: CreatorDesk,
    wanted: Wanted,
    action: Annotated[Action, Form()],
    page: PageNumber = 1,
    ids: Annotated[list[RowId] | None, Form(max_length=_MAX_BULK)] = None,
    value: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Do the same to several items; the page of the list that was looked at comes back as it then is."""
    if not ids:
        raise BadInput("Choose one or more items first.")
    done = await _act(request, desk, action, ids, value)
    found = await _list(request, desk, wanted, page)
    response = pages(request).page(request, "knowledge/_list.html", found)
    ngettext = translator(page_lang(request)).ngettext
    response.headers["hx-trigger"] = toast(
        ngettext("Done for %(num)d item.", "Done for %(num)d items.", done) % {"num": done}
    )
    return response


@router.post("/{source_id:int}/quoted")
async def quote_anyway(
    request: Request, desk: CreatorDesk, source_id: RowId, passage: Annotated[RowId, Form()]
) -> Response:
    """Have a passage quoted that reads like instructions to an AI."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        tiers = frozenset((await memory.knowledge(uow)).tiers)
        found = await memory.passage(uow, passage, tiers=tiers)
        await boundaries.quote_anyway(uow, desk.avatar.id, found.text, found.lang)
    return RedirectResponse(f"{desk.base}/knowledge/{source_id}#passage-{passage}", 303)


@router.post("/{source_id:int}/{action}")
async def one(
    request: Request,
    desk: CreatorDesk,
    source_id: RowId,
    action: Action,
    value: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Do something to one item; its row comes back, or nothing where it is gone."""
    await _act(request, desk, action, [source_id], value)
    if "hx-request" not in request.headers:
        back = f"{desk.base}/knowledge" + ("" if action == "delete" else f"/{source_id}")
        return RedirectResponse(back, 303)
    rows, _ = await _rows(request, desk, {source_id})
    return pages(request).page(request, "knowledge/_rows.html", {"desk": desk, "items": rows, "known": None})


async def _act(request: Request, desk: Desk, action: Action, ids: list[int], value: str) -> int:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        if len(ids) == 1:
            await memory.get_source(uow, ids[0])
        if action == "retry":
            return await memory.retry(uow, ids)
        if action == "cancel":
            return await memory.cancel(uow, ids)
        if action == "delete":
            return await memory.delete(uow, ids)
        if action == "visibility":
            return await memory.set_tier(uow, ids, _tier(value))
        return await memory.set_licence(uow, ids, value or None)


def _tier(value: str) -> str | None:
    if not value.strip():
        raise BadInput("Say who sees it: the name of a tier, or “everyone”.")
    return None if value.strip() == EVERYONE else value


@router.post("/reindex")
async def reindex(request: Request, desk: CreatorDesk) -> Response:
    """Have every process build the index anew."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await memory.reindex(uow)
    if "hx-request" not in request.headers:
        return RedirectResponse(f"{desk.base}/knowledge", 303)
    _ = translator(page_lang(request)).gettext
    trigger = toast(_("The index is being built anew. Answers go on meanwhile."))
    return Response(status_code=204, headers={"hx-trigger": trigger})


@router.get("/{source_id:int}")
async def source_page(request: Request, desk: ViewerDesk, source_id: RowId, page: PageNumber = 1) -> Response:
    """One item: what is known of it, its passages, what was found in it."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        source = await memory.get_source(uow, source_id)
        passages = await memory.passages(uow, source_id, page=page, size=_PASSAGES)
        found = [
            await memory.list_sources(uow, SourceFilter(parent_id=source_id, state=state), size=PAGE)
            for state in _TROUBLES_FIRST
        ]
        known_here = await memory.get_sources(uow, source.known)
        known = await memory.knowledge(uow)
        rules = (await boundaries.kept.current(uow, desk.avatar.id)).document
    shown = [(each.text, each.lang) for each in passages.items]
    told = await container_of(request).guard.planted(shown, rules)
    context = {
        "desk": desk,
        "source": source,
        "planted": {
            each.id: found.example for each, found in zip(passages.items, told, strict=True) if found.stops
        },
        "known_here": known_here,
        "passages": passages,
        "inside": list({each.id: each for some in found for each in some.items}.values())[:PAGE],
        "inside_total": found[-1].total,
        "known": known,
        "page": page,
        "page_count": -(-passages.total // _PASSAGES),
        "pictured": source.kind in memory.PICTURED and source.sha256 is not None,
    }
    return pages(request).page(request, "source.html", context)


@router.get("/{source_id:int}/picture")
async def source_picture(
    request: Request, desk: ViewerDesk, source_id: RowId, page: PageNumber = 1
) -> Response:
    """What is pictured on an item's page: its pixels, drawn anew, which no browser would run."""
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        source = await memory.get_source(uow, source_id)
    drawn = await memory.picture(container.memory, source, page)
    headers = {
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "content-disposition": "inline",
        "cache-control": "private, max-age=600",
    }
    return Response(drawn, media_type="image/jpeg", headers=headers)


def toast(text: str) -> str:
    """The value of the HX-Trigger header that shows a short notice. Headers carry ASCII, so it is escaped."""
    return json.dumps({"toast": text})
