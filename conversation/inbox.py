"""The Inbox: an avatar's conversations over all platforms, as the creator's people look through them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from conversation import approvals, approvals_repository, key_comments
from conversation import inbox_repository as repository
from conversation.errors import NothingWaits
from conversation.types import Line, Page
from kernel.chat import Medium
from kernel.db import UnitOfWork

_PAGE: Final = 30
_LINES: Final = 200


class Only(StrEnum):
    """Which conversations are shown.

    `unanswered`: the last thing that the fan asked was left without an answer. `waiting`: a reply waits to be
    approved. `flagged`: a fan found an answer wrong. `person`: the avatar is silent there. `mine`: whoever
    looks has taken them over. `vip`: of fans with that tag. `key`: with a comment that should be seen first
    (`key_comments`), those with the most points first.
    """

    ALL = ""
    UNANSWERED = "unanswered"
    WAITING = "waiting"
    FLAGGED = "flagged"
    PERSON = "person"
    MINE = "mine"
    VIP = "vip"
    KEY = "key"


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
    why: tuple[key_comments.Why, ...] = ()

    @property
    def points(self) -> int:
        """How many points its key comment has, where these are listed."""
        return sum(each.points for each in self.why)


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
    if only is Only.KEY:
        return await _by_key(uow, avatar_id, find.strip(), page)
    rows = await repository.conversations(
        uow, avatar_id, only=only, find=find.strip(), account=account_id,
        limit=_PAGE, offset=(page - 1) * _PAGE,
    )  # fmt: skip
    return Page(tuple(map(_conversation, rows)), page, -(-(rows[0].total if rows else 0) // _PAGE))


async def _by_key(uow: UnitOfWork, avatar_id: int, find: str, page: int) -> Page[Conversation]:
    """The conversations with key comments; what each shows is its comment, and what gave that its points."""
    keys = await key_comments.found(uow, avatar_id)
    rows = await repository.conversations(
        uow, avatar_id, find=find, threads=[key.thread_id for key in keys], limit=max(len(keys), 1)
    )
    known = {row.id: _conversation(row) for row in rows}
    shown = [
        replace(known[key.thread_id], author="fan", text=key.text, lang=key.lang, at=key.at, why=key.why)
        for key in keys
        if key.thread_id in known
    ]
    return Page(tuple(shown[(page - 1) * _PAGE : page * _PAGE]), page, -(-len(shown) // _PAGE))


async def last_threads(uow: UnitOfWork, avatar_id: int, fans: Sequence[int]) -> dict[int, int]:
    """By fan, the thread in which they wrote to an avatar last."""
    return await repository.last_threads(uow, avatar_id, fans)


async def conversation(
    uow: UnitOfWork, avatar_id: int, thread_id: int
) -> tuple[Conversation, tuple[Line, ...]]:
    """One conversation, and the last of what was said in it, oldest first.

    Raises:
        NothingWaits: there is none, or not any more.
    """
    rows = await repository.conversations(uow, avatar_id, threads=[thread_id], limit=1)
    if not rows:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    lines = await approvals_repository.lines(uow, [thread_id], _LINES)
    said = tuple(
        Line(row.author, row.text, row.lang, row.at, row.who or "", row.id, _media(row)) for row in lines
    )
    return _conversation(rows[0]), said


def _media(row: Any) -> tuple[Medium, ...]:
    return tuple(Medium(**each) for each in row.media or () if each)


async def medium(
    uow: UnitOfWork, avatar_id: int, thread_id: int, author: str, number: int, place: int
) -> tuple[int, Medium]:
    """What stands beside a line's text at a place: on which connection it was said, and what it is.

    Raises:
        NothingWaits: there is none, or not any more.
    """
    row = await repository.medium(uow, avatar_id, thread_id, author, number)
    media = _media(row) if row is not None else ()
    if place >= len(media):
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    return row.connection_id, media[place]
