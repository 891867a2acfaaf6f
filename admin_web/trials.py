"""Two versions side by side: one question asked of both, the last ones asked again, and the reasons."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.differences import Piece, marked
from admin_web.place import CreatorDesk, Desk, ModeratorDesk
from admin_web.playground import linked, why_page
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.db import UnitOfWork
from kernel.errors import BadInput, NotFound
from kernel.web import pages
from persona_engine import service as persona
from persona_engine.service import boundaries, character, styles, trials

router = APIRouter(prefix="/@{slug}/playground")

ROUNDS: Final = (50, 100, 200, 500)
"""How many of the last questions can be asked again."""

CALLS: Final = 6
"""Each model's calls for one question at most: each side's two tries, and its opinion on the question."""

_PAGE: Final = 20
_SIDES: Final = ("left", "right")
_DOCUMENTS: Final = ("style", "persona", "boundaries")
_DIFFER: Final = ("different", "declined", "answered")

Version = Annotated[int | None, Query(ge=0, lt=1 << 31)]
PageNumber = Annotated[int, Query(ge=1, le=1_000)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A question of a trial, each side's text in pieces."""

    question: trials.TriedInfo
    texts: tuple[list[Piece], ...]


@router.get("/versions")
async def versions_page(
    request: Request,
    desk: ModeratorDesk,
    trial: Annotated[int | None, Query(ge=1, lt=1 << 63)] = None,
    style: Version = None,
    persona: Version = None,
    boundaries: Version = None,
) -> Response:
    """Two sets of versions to choose, a question for both, and what they answered."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        context = await _choices(uow, desk)
        context["trial"] = await trials.get(uow, desk.avatar.id, trial) if trial else None
        now = context["current"]
        given = zip(_DOCUMENTS, (style, persona, boundaries), strict=True)
        left = {name: value for name, value in given if value is not None}
        context["sides"] = context["trial"].sides if context["trial"] else (replace(now, **left), now)
        context["shown"] = []
        context["replays"] = await trials.newest(uow, desk.avatar.id, trials.Kind.REPLAY, 5)
    if context["trial"]:
        context |= await _compared(request, desk, context["trial"])
    return pages(request).page(request, "playground/versions.html", context)


async def _choices(uow: UnitOfWork, desk: Desk) -> dict[str, Any]:
    avatar = desk.avatar.id
    return {
        "desk": desk,
        "current": await trials.in_force(uow, avatar),
        "documents": {
            "style": await styles.all(uow, avatar),
            "persona": await character.kept.all(uow, avatar),
            "boundaries": await boundaries.kept.all(uow, avatar),
        },
        "estimate": await persona.spending.estimate(uow),
        "calls": CALLS,
        "rounds": ROUNDS,
        "limit": trials.LONGEST,
    }


async def _chosen(uow: UnitOfWork, desk: Desk, form: FormData) -> list[trials.Settings]:
    """Both sides as a form has them; empty is "as it is now".

    Raises:
        BadInput, NoSuchVersion: a version that isn't there.
    """

    def number(side: str, name: str) -> int | None:
        given = str(form.get(f"{side}_{name}", ""))
        if given and not (given.isascii() and given.isdecimal() and len(given) <= 9):
            raise BadInput("Choose a version from the list.")
        return int(given) if given else None

    return [
        await trials.settings(
            uow,
            desk.avatar.id,
            style=number(side, "style"),
            persona=number(side, "persona"),
            boundary=number(side, "boundaries"),
        )
        for side in _SIDES
    ]


@router.post("/versions/ask")
async def ask(request: Request, desk: ModeratorDesk) -> Response:
    """Ask both sides one question, with the language models where there are any, as a fan would."""
    form = await request.form()
    asked = [trials.ToTry(str(form.get("text", "")))]
    async with container_of(request).db.uow(desk.creator_id) as uow:
        sides = await _chosen(uow, desk, form)
        trial_id = await trials.begin(
            uow, desk.avatar.id, trials.Kind.COMPARE, sides, asked,
            by=desk.who.signed_in.account_name, models=True,
        )  # fmt: skip
    return RedirectResponse(f"{desk.base}/playground/versions?trial={trial_id}#answers", 303)


@router.post("/versions/replay")
async def replay(request: Request, desk: CreatorDesk) -> Response:
    """Ask both sides the last questions again; the language models only where that is asked for."""
    form = await request.form()
    last = str(form.get("last", ""))
    if last not in map(str, ROUNDS):
        raise BadInput("Choose how many of the last questions are asked.")
    async with container_of(request).db.uow(desk.creator_id) as uow:
        sides = await _chosen(uow, desk, form)
        recent = await conversation.last_asked(uow, desk.avatar.id, limit=int(last))
        asked = [trials.ToTry(each.text, each.lang or "", each.id) for each in recent]
        trial_id = await trials.begin(
            uow, desk.avatar.id, trials.Kind.REPLAY, sides, asked,
            by=desk.who.signed_in.account_name, models=form.get("models") == "on",
        )  # fmt: skip
    return RedirectResponse(f"{desk.base}/playground/trials/{trial_id}", 303)


@router.get("/trials/{trial_id:int}")
async def replay_page(
    request: Request, desk: ModeratorDesk, trial_id: RowId, show: str = "", page: PageNumber = 1
) -> Response:
    """What a replay has come to."""
    context = await _replayed(request, desk, trial_id, show, page)
    return pages(request).page(request, "playground/replay.html", context)


@router.get("/trials/{trial_id:int}/state")
async def state(
    request: Request, desk: ModeratorDesk, trial_id: RowId, show: str = "", page: PageNumber = 1
) -> Response:
    """A trial's moving part, asked for again until it has ended."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        trial = await trials.get(uow, desk.avatar.id, trial_id)
    if trial.kind is trials.Kind.COMPARE:
        context = {"desk": desk, "trial": trial} | await _compared(request, desk, trial)
        return pages(request).page(request, "playground/_compared.html", context)
    context = await _replayed(request, desk, trial_id, show, page)
    return pages(request).page(request, "playground/_replayed.html", context)


@router.post("/trials/{trial_id:int}/cancel")
async def cancel(request: Request, desk: CreatorDesk, trial_id: RowId) -> Response:
    """Stop a trial; what was answered until then stays."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await trials.cancel(uow, desk.avatar.id, trial_id)
    return RedirectResponse(f"{desk.base}/playground/trials/{trial_id}", 303)


@router.get("/tried/{tried_id:int}/why")
async def why(
    request: Request, desk: ModeratorDesk, tried_id: RowId, side: Annotated[int, Query(ge=0, le=1)] = 0
) -> Response:
    """Why one side's answer to a question is what it is."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found, _ = await trials.tried(uow, desk.avatar.id, tried_id)
    if side >= len(found.answers):
        raise NotFound("This hasn't been answered yet.")
    answer = found.answers[side]
    return why_page(request, desk, answer.outcome, answer.trace, of=f"tried={tried_id}")


async def _compared(request: Request, desk: Desk, trial: trials.TrialInfo) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        asked = await trials.questions(uow, trial.id, limit=1)
    return {"shown": await shown(request, asked)}


async def _replayed(request: Request, desk: Desk, trial_id: int, show: str, page: int) -> dict[str, Any]:
    wanted = (show,) if show in (*_DIFFER, "same") else _DIFFER
    async with container_of(request).db.uow(desk.creator_id) as uow:
        trial = await trials.get(uow, desk.avatar.id, trial_id)
        found = sum(trial.counts[each] for each in wanted)
        last = max(1, -(-found // _PAGE))
        page = min(page, last)
        asked = await trials.questions(uow, trial_id, verdicts=wanted, limit=_PAGE, offset=(page - 1) * _PAGE)
        now = await trials.in_force(uow, desk.avatar.id)
    return {
        "desk": desk,
        "trial": trial,
        "current": now,
        "differ": sum(trial.counts[each] for each in _DIFFER),
        "shown": await shown(request, asked),
        "show": wanted[0] if len(wanted) == 1 else "",
        "page_number": page,
        "pages_in_all": last,
    }


async def shown(request: Request, asked: tuple[trials.TriedInfo, ...]) -> list[Shown]:
    """Questions with what differs between their answers marked, and sources that open from this site."""
    public = container_of(request).addresses.public()
    return await run_in_threadpool(lambda: [_shown(each, public) for each in asked])


def _shown(question: trials.TriedInfo, public: str) -> Shown:
    answers = tuple(replace(each, said=linked(each.said, public)) for each in question.answers)
    texts = [each.said.text for each in answers]
    pieces = marked(*texts) if len(texts) == 2 else tuple([Piece(text, False)] for text in texts)
    return Shown(replace(question, answers=answers), pieces)
