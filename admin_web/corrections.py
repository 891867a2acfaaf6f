"""Corrections: the answers that people have taught, tried, searched, written, altered, switched off."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.asked import asked_message
from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ModeratorDesk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from conversation.types import AskedMessage
from kernel.db import UnitOfWork
from kernel.lang import SUPPORTED
from kernel.web import pages, told
from memory import service as memory
from persona_engine.errors import BadAnswer
from persona_engine.service import boundaries, learning, trials

router = APIRouter(prefix="/@{slug}/corrections")

_LONGEST: Final = 2_000
_MOST_MESSAGES: Final = 50

Text = Annotated[str, Form(max_length=40_000)]
Messages = Annotated[list[RowId], Form(max_length=_MOST_MESSAGES)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def corrections_page(
    request: Request, desk: ViewerDesk, page: PageNumber = 1, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The taught answers, newest first, and a box to try a question in."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await learning.listing(uow, desk.avatar.id, q.strip(), page)
    context = {"desk": desk, "found": found, "q": q.strip(), "saved": "saved" in request.query_params}
    return pages(request).page(request, "corrections.html", context)


@router.get("/edit")
async def edit_page(
    request: Request,
    desk: CreatorDesk,
    answer: Annotated[RowId | None, Query()] = None,
    message: Annotated[list[RowId] | None, Query(max_length=_MOST_MESSAGES)] = None,
    tried: Annotated[RowId | None, Query()] = None,
) -> Response:
    """An answer as a form: a kept one, one for fans' messages or a trial's question, or a new one.

    Raises:
        NoSuchAnswer: it was deleted meanwhile.
        NoSuchMessage: its fan was erased meanwhile.
        NoSuchTrial: newer ones took its place.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        kept = await learning.get(uow, desk.avatar.id, answer) if answer else None
        found = (await trials.tried(uow, desk.avatar.id, tried))[0] if tried else None
        # A replayed question is a fan's: it goes with the fan.
        theirs = [found.message_id] if found and found.message_id else message or ()
        asked = await _messages(uow, desk, theirs)
    context: dict[str, Any] = {
        "desk": desk,
        "answer": kept.id if kept else 0,
        "text": kept.text if kept else "",
        "questions": [each.text for each in (kept.questions if kept else map(_question, asked))]
        or ([found.text] if found else []),
        "reply": found.answers[-1].said.text
        if found and found.answers
        else asked[0].answer
        if len(asked) == 1
        else "",
        "tried": found.id if found else 0,
        "messages": asked,
        "sources": kept.sources if kept else 0,
    }
    return pages(request).page(request, "corrections/edit.html", context)


async def _messages(uow: UnitOfWork, desk: Desk, numbers: Sequence[int]) -> list[AskedMessage]:
    return [await asked_message(uow, desk, each) for each in dict.fromkeys(numbers)]


def _question(message: AskedMessage) -> learning.Question:
    return learning.question(message.text, last=message.lang, message_id=message.id)


@router.post("/edit")
async def edit(
    request: Request,
    desk: CreatorDesk,
    text: Text = "",
    questions: Text = "",
    answer: Annotated[int, Form(ge=0)] = 0,
    message: Messages = [],  # noqa: B006 - read only
    tried: Annotated[int, Form(ge=0, lt=1 << 63)] = 0,
) -> Response:
    """Keep an answer.

    Raises:
        BadAnswer: something is missing, or too long.
        NoSuchAnswer, NoSuchMessage: as `edit_page` says.
    """
    by = desk.who.signed_in.account_name
    lines = [line for line in questions.splitlines() if line.strip()]
    try:
        await may_be_given(request, desk, text)
    except BadAnswer as error:
        async with container_of(request).db.uow(desk.creator_id) as uow:
            asked_of = await _messages(uow, desk, message)
        context: dict[str, Any] = {
            "desk": desk, "answer": answer, "text": text, "questions": lines, "reply": "", "tried": tried,
            "messages": asked_of, "sources": 0, "error": told(request, error),
        }  # fmt: skip
        return pages(request).page(request, "corrections/edit.html", context, status=422)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        if answer:
            await learning.edit(uow, desk.avatar.id, answer, text, lines, by=by)
            return RedirectResponse(f"{desk.base}/corrections?saved=1", 303)
        kind = await _fixed(uow, desk, tried) if tried else None
        asked = [_question(each) for each in await _messages(uow, desk, message)]
        if len(asked) == len(lines) == 1:
            # Whatever a fan's question was made into, it is still theirs, and goes with them.
            only = learning.question(lines[0], last=asked[0].lang, message_id=asked[0].message_id)
            await learning.fix(uow, desk.avatar.id, only, text, by=by)
        else:
            written = _matched(lines, asked)
            origin = "corrected" if asked else "written"
            await learning.teach(uow, desk.avatar.id, text, written, by=by, origin=origin)
            await learning.dismiss(uow, [each.id for each in await _messages(uow, desk, message)], by=by)
    if kind is trials.Kind.SETUP:
        return RedirectResponse(f"{desk.base}/setup#questions", 303)
    return RedirectResponse(f"{desk.base}/{'unanswered' if len(asked) > 1 else 'corrections'}?saved=1", 303)


async def may_be_given(request: Request, desk: Desk, text: str) -> None:
    """See that words of a person's are none that the boundaries, or the product, hold back.

    Raises:
        BadAnswer: they are; says which, and what to do.
    """
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        rules = await boundaries.kept.current(uow, desk.avatar.id)
        await boundaries.fit(uow, container.guard, desk.avatar.id)
    key = (desk.avatar.id, rules.version)
    plain, creator = boundaries.readable(text), desk.avatar.creator_name
    await learning.allowed(container.guard, plain, rules.document, creator, key=key)


async def _fixed(uow: UnitOfWork, desk: Desk, tried: int) -> trials.Kind:
    """Note that a trial's answer was mended; the trial's kind."""
    await trials.look_at(uow, desk.avatar.id, tried, "fixed")
    return (await trials.tried(uow, desk.avatar.id, tried))[1]


def _matched(lines: Sequence[str], asked: Sequence[learning.Question]) -> list[learning.Question]:
    """The lines as questions, each with the message it comes from: the one of its words, else any."""
    written = [learning.question(line) for line in lines]
    by_text = {each.text: each for each in asked}
    spare = [each for each in asked if each.text not in {one.text for one in written}]
    found: list[learning.Question] = []
    for one in written:
        source = by_text.get(one.text) or (spare.pop(0) if spare else None)
        lang = source.lang if source and source.text == one.text else one.lang
        found.append(learning.Question(one.text, lang, source.message_id if source else None))
    return found


@router.post("/tried")
async def tried(request: Request, desk: CreatorDesk, questions: Text = "") -> Response:
    """How many of the last open questions an answer to these would have answered."""
    lines = [learning.question(line) for line in questions.splitlines()[: learning.MOST_QUESTIONS]]
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        left = await conversation.unanswered(uow, desk.avatar.id)
    asked = [_question(each) for each in left]
    hits = await container.clusters.like(
        desk.avatar.id, [(each.text, each.lang) for each in asked], [each for each in lines if each.text]
    )
    context = {
        "desk": desk,
        "asked": len(left),
        "hits": [message for message, hit in zip(left, hits, strict=True) if hit],
    }
    return pages(request).page(request, "corrections/_tried.html", context)


@router.post("/try")
async def try_question(
    request: Request, desk: ModeratorDesk, text: Annotated[str, Form(max_length=_LONGEST)] = ""
) -> Response:
    """Which taught answer a question would get, and how sure that is."""
    said = boundaries.readable(text)
    heard = memory.detect(said, desk.avatar.languages or SUPPORTED, known=SUPPORTED)
    found = await container_of(request).taught.find(desk.creator_id, desk.avatar.id, said, heard.lang)
    context = {"desk": desk, "heard": heard.lang, "found": found, "needed": memory.SURE}
    return pages(request).page(request, "corrections/_found.html", context)


@router.post("/confirm")
async def confirm(
    request: Request, desk: CreatorDesk, answer: Annotated[RowId, Form()], message: Annotated[RowId, Form()]
) -> Response:
    """Say that an answer was right for a message: it is one more of its questions."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        (asked,) = await _messages(uow, desk, [message])
        by = desk.who.signed_in.account_name
        await learning.confirm(uow, desk.avatar.id, answer, _question(asked), by=by)
    return RedirectResponse(f"{desk.base}/corrections?saved=1", 303)


@router.post("/switch")
async def switch(
    request: Request,
    desk: CreatorDesk,
    answer: Annotated[RowId, Form()],
    on: Annotated[bool, Form()] = False,
) -> Response:
    """Give an answer, or don't."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        by = desk.who.signed_in.account_name
        await learning.switch(uow, desk.avatar.id, answer, on=on, by=by)
    return RedirectResponse(f"{desk.base}/corrections?saved=1", 303)


@router.post("/delete")
async def delete(request: Request, desk: CreatorDesk, answer: Annotated[RowId, Form()]) -> Response:
    """Delete an answer."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await learning.delete(uow, desk.avatar.id, answer)
    return RedirectResponse(f"{desk.base}/corrections?saved=1", 303)
