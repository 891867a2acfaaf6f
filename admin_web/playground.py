"""The Playground: the fan's own chat, with the reason for each reply one click away."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import Desk, ModeratorDesk, face_of, still_at
from admin_web.ports import container_of
from community.types import Role
from conversation.service import MAX_TEXT
from conversation.types import Said, Transcript
from kernel import lang
from kernel.chat import Outbound
from kernel.ids import token
from kernel.web import ServerEvent, event_stream, page_lang, pages
from persona_engine import service as persona
from persona_engine.types import Trace

router = APIRouter(prefix="/@{slug}/playground")


def _fan(desk: Desk, run: str) -> str:
    """The Playground's fan: one for each person of the team, and a new one when they start over."""
    return f"playground:{desk.who.signed_in.account_id}:{run}"


@router.get("")
async def playground_page(
    request: Request, desk: ModeratorDesk, run: Annotated[str, Query(pattern="^[A-Za-z0-9_-]{0,16}$")] = ""
) -> Response:
    """The chat as it stands."""
    container = container_of(request)
    room = await container.webchat.room(desk.avatar.slug)
    _, transcript = await container.webchat.transcript(room, _fan(desk, run))
    return pages(request).page(request, "playground.html", _context(request, desk, transcript, run))


def _context(request: Request, desk: Desk, transcript: Transcript, run: str) -> dict[str, Any]:
    public = container_of(request).addresses.public()
    reader = page_lang(request)
    spoken = desk.avatar.languages or (lang.DEFAULT,)
    samples = desk.avatar.samples.get(reader) or desk.avatar.samples.get(spoken[0], ())
    return {
        "desk": desk,
        "avatar": desk.avatar,
        "portrait_url": face_of(desk.avatar).portrait_url,
        "transcript": replace(transcript, lines=tuple(_linked(line, public) for line in transcript.lines)),
        "samples": () if transcript.lines else samples,
        "why": f"{desk.base}/playground/why/",
        "action": f"{desk.base}/playground/messages?run={run}",
        "events": f"{desk.base}/playground/events",
        "run": run,
        "fresh": token(6),
        "client_id": token(12),
        "max_text": MAX_TEXT,
    }


def _linked(line: Said, public: str) -> Said:
    """A line whose citations open from this site, too: our own views of sources lie on the fans' one."""
    return line if line.outbound is None else replace(line, outbound=linked(line.outbound, public))


def linked(said: Outbound, public: str) -> Outbound:
    """A message whose citations open from this site."""
    citations = tuple(
        replace(each, url=public + each.url) if each.url.startswith("/") else each for each in said.citations
    )
    return replace(said, citations=citations)


@router.post("/messages")
async def say(
    request: Request,
    desk: ModeratorDesk,
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form()] = "",
    run: Annotated[str, Query(pattern="^[A-Za-z0-9_-]{0,16}$")] = "",
) -> Response:
    """Take a message in, once."""
    container = container_of(request)
    room = await container.webchat.room(desk.avatar.slug)
    received = await container.webchat.say(
        room, _fan(desk, run), text, client_id, name=desk.who.signed_in.account_name, hint=page_lang(request)
    )
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"message_id": received.message_id, "duplicate": received.duplicate}, 202)
    return RedirectResponse(f"{desk.base}/playground?run={run}#end", 303)


@router.get("/events")
async def events(
    request: Request,
    desk: ModeratorDesk,
    after: Annotated[str, Query(max_length=40)] = "",
    run: Annotated[str, Query(pattern="^[A-Za-z0-9_-]{0,16}$")] = "",
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """The lines that come, live (server-sent events)."""
    stream = _live(request, desk, run, last_event_id or after)
    allowed = still_at(request, desk, Role.MODERATOR)
    return event_stream(stream, request.app.state.streams, allowed=allowed)


async def _live(request: Request, desk: Desk, run: str, after: str) -> AsyncIterator[ServerEvent]:
    container, site = container_of(request), pages(request)
    room = await container.webchat.room(desk.avatar.slug)
    async for found in container.webchat.follow(room, _fan(desk, run), after):
        if found.lines:
            html = site.html(request, "_lines.html", _context(request, desk, found, run))
            yield ServerEvent(html, name="lines", id=found.cursor)
        yield ServerEvent("true" if found.typing else "false", name="typing")


@router.get("/why/{message_id}")
async def why(request: Request, desk: ModeratorDesk, message_id: RowId) -> Response:
    """Why the reply to a message is what it is: each decision, its reason, the passages and their scores."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        trace = await persona.trace_of(uow, message_id)
    return why_page(
        request, desk, trace.outcome, trace.trace, of=f"message={message_id}", message_id=message_id
    )


def why_page(
    request: Request, desk: Desk, outcome: str, trace: Trace, *, of: str, message_id: int | None = None
) -> Response:
    """A reply's decisions. `of` is the query by which other pages know what was asked."""
    reader = page_lang(request)
    context = {
        "desk": desk,
        "of": of,
        "message_id": message_id,
        "taught": outcome.partition(":")[2] if outcome.startswith("taught:") else "",
        "outcome_of": outcome,
        "trace": trace,
        "steps": {step.name: step for step in trace.steps},
        "told": {step.name: persona.told(step, reader) for step in trace.steps},
        "every": [(step, persona.told(step, reader)) for step in trace.steps],
        "total": sum(step.ms for step in trace.steps),
    }
    return pages(request).page(request, "playground/_why.html", context)
