"""The Inbox: an avatar's conversations over all platforms, as the creator's people look through them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from conversation import approvals, approvals_repository
from conversation import inbox_repository as repository
from conversation.errors import NothingWaits
from conversation.types import Line, Page
from kernel.db import UnitOfWork

_PAGE: Final = 30
_LINES: Final = 200


class Only(StrEnum):
    """Which conversations are shown.

    `unanswered`: the last thing that the fan asked was left without an answer. `waiting`: a reply waits to be
    approved. `flagged`: a fan found an answer wrong. `person`: the avatar is silent there. `mine`: whoever
    looks has taken them over.
    """

    ALL = ""
    UNANSWERED = "unanswered"
    WAITING = "waiting"
    FLAGGED = "flagged"
    PERSON = "person"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A fan's thread in the list; `holder` is the person who talks in it, if one does.

    `demo`: of a scripted fan, with whom nobody can talk.
    """

    thread_id: int
    fan_id: int
    fan_name: str
    platform: str
    author: str
    text: str
    lang: str | None
    at: datetime
    unanswered: bool
    waiting: bool
    flagged: bool
    handed_over: bool
    holder: str
    holder_id: int | None
    tags: tuple[str, ...]
    demo: bool


def _conversation(row: Any) -> Conversation:
    return Conversation(
        row.id, row.fan_id, row.fan_name, row.platform, row.author or "", row.text or "", row.lang,
        row.at or row.last_at, row.unanswered, row.waiting, row.flagged, row.handed_over_at is not None,
        row.holder or "", row.holder_id, tuple(row.tags or ()), approvals.is_rehearsal(row.chat_id),
    )  # fmt: skip


async def conversations(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    only: Only = Only.ALL,
    find: str = "",
    account_id: int = 0,
    page: int = 1,
) -> Page[Conversation]:
    """An avatar's conversations, whoever said something last first, in pages from 1.

    `find` is part of what was said, or of the fan's name, or a tag. `account_id` is who looks.
    """
    rows = await repository.conversations(
        uow, avatar_id, only=only, find=find.strip(), account=account_id,
        limit=_PAGE, offset=(page - 1) * _PAGE,
    )  # fmt: skip
    return Page(tuple(map(_conversation, rows)), page, -(-(rows[0].total if rows else 0) // _PAGE))


async def conversation(
    uow: UnitOfWork, avatar_id: int, thread_id: int
) -> tuple[Conversation, tuple[Line, ...]]:
    """One conversation, and the last of what was said in it, oldest first.

    Raises:
        NothingWaits: there is none, or not any more.
    """
    rows = await repository.conversations(uow, avatar_id, thread_id=thread_id, limit=1)
    if not rows:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    lines = await approvals_repository.lines(uow, [thread_id], _LINES)
    said = tuple(Line(row.author, row.text, row.lang, row.at, row.who or "") for row in lines)
    return _conversation(rows[0]), said
