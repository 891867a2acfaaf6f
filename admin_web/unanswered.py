"""Unanswered: fans' questions that found no answer, those that are the same together, most asked first."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId
from admin_web.place import CreatorDesk, Desk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from conversation.types import AskedMessage
from kernel.web import pages
from persona_engine.service import learning

router = APIRouter(prefix="/@{slug}/unanswered")

_SAMPLES: Final = 4
_MOST_CLUSTERS: Final = 60
_MOST_MESSAGES: Final = 500
# As many as an answer's form takes over.
_WRITTEN: Final = 30


@dataclass(frozen=True, slots=True)
class Open:
    """A question that is open: how often and in which languages it was asked, and how, newest first."""

    messages: tuple[AskedMessage, ...]
    languages: tuple[str, ...]

    @property
    def samples(self) -> tuple[str, ...]:
        """How it was put: a few ways."""
        return tuple(dict.fromkeys(each.text for each in self.messages))[:_SAMPLES]

    @property
    def at(self) -> datetime:
        """When it was asked last."""
        return self.messages[0].at

    @property
    def outcomes(self) -> frozenset[str]:
        """How it ended."""
        return frozenset(each.outcome or "" for each in self.messages)

    @property
    def demo(self) -> bool:
        """Whether only the demo's scripted fans asked it."""
        return all(each.demo for each in self.messages)

    @property
    def written(self) -> tuple[int, ...]:
        """The messages that an answer is written for: one for each way to put it."""
        return tuple({each.text: each.id for each in self.messages}.values())[:_WRITTEN]


@router.get("")
async def unanswered_page(request: Request, desk: ViewerDesk) -> Response:
    """The page; its list comes by itself, since comparing questions takes a moment."""
    context = {"desk": desk, "saved": "saved" in request.query_params}
    return pages(request).page(request, "unanswered.html", context)


@router.get("/clusters")
async def clusters(request: Request, desk: ViewerDesk) -> Response:
    """The list."""
    return pages(request).page(request, "unanswered/_clusters.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        asked = await conversation.unanswered(uow, desk.avatar.id)
        settled = await learning.settled(uow, [each.id for each in asked])
    left = [each for each in asked if each.id not in settled]
    questions = [learning.question(each.text, last=each.lang) for each in left]
    texts = [(each.text, each.lang) for each in questions]
    answered = await container.clusters.answered(desk.creator_id, desk.avatar.id, texts)
    found: list[Open] = []
    for cluster in await container.clusters.of(desk.avatar.id, texts):
        numbers = [number for number in cluster.asked if not _sure(answered[number])][::-1]
        if numbers:
            languages = Counter(questions[number].lang for number in numbers)
            ordered = tuple(lang for lang, _ in languages.most_common())
            found.append(Open(tuple(left[number] for number in numbers), ordered))
    found.sort(key=lambda each: (-len(each.messages), -each.at.timestamp()))
    return {
        "desk": desk,
        "clusters": found[:_MOST_CLUSTERS],
        "more": len(found[_MOST_CLUSTERS:]),
        "since": sum(_sure(each) for each in answered),
    }


def _sure(found: learning.Found | None) -> bool:
    return found is not None and found.sure


@router.post("/dismiss")
async def dismiss(
    request: Request,
    desk: CreatorDesk,
    message: Annotated[list[RowId], Form(min_length=1, max_length=_MOST_MESSAGES)],
) -> Response:
    """Put a question aside: it needs no answer."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await learning.dismiss(uow, message, by=desk.who.signed_in.account_name)
    return RedirectResponse(f"{desk.base}/unanswered", 303)
