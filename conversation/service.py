"""Conversation's face: taking a message in, reading threads, what waits for a person, fans' rights."""

from datetime import datetime
from typing import Any

from community import service as community
from community.types import Role
from conversation import (
    approvals,
    atmosphere,
    autonomy,
    broadcasts,
    deletions,
    deliveries,
    feedback,
    inbox,
    repository,
    takeover,
    threads_repository,
)
from conversation.beside import ask_to_wait, say_closed
from conversation.commands import STAFF
from conversation.errors import NoSuchExport, NoSuchFan
from conversation.intake import MAX_TEXT, Intake, clean, receive
from conversation.intake_repository import BURST, PER_SECOND
from conversation.pump import Pump
from conversation.rights import (
    erase_by_creator,
    fans,
    look_at_export,
    privacy_requests,
    read_export,
    take_export,
)
from conversation.transcripts import outcomes, recent, tallies, transcript, unsettled
from conversation.types import (
    OUTBOUND_CHANNEL,
    SENT_CHANNEL,
    TURN,
    Received,
    StaffHere,
)
from conversation.unanswered import asked_message, avatar_of, last_asked, unanswered
from kernel.chat import Outbound
from kernel.db import UnitOfWork

__all__ = [
    "BURST",
    "MAX_TEXT",
    "OUTBOUND_CHANNEL",
    "PER_SECOND",
    "SENT_CHANNEL",
    "STAFF",
    "TURN",
    "Intake",
    "NoSuchExport",
    "NoSuchFan",
    "Pump",
    "Received",
    "approvals",
    "ask_to_wait",
    "asked_message",
    "atmosphere",
    "autonomy",
    "avatar_of",
    "backdate",
    "broadcasts",
    "button_text",
    "chat_moved",
    "clean",
    "deletions",
    "deliveries",
    "erase_by_creator",
    "fans",
    "feedback",
    "find_thread",
    "inbox",
    "is_place",
    "last_asked",
    "look_at_export",
    "note_reach",
    "outcomes",
    "privacy_requests",
    "read_export",
    "receive",
    "recent",
    "said_as",
    "say_closed",
    "sent_as",
    "staff_here",
    "take_export",
    "takeover",
    "tallies",
    "transcript",
    "unanswered",
    "unsettled",
]


async def chat_moved(uow: UnitOfWork, connection_id: int, old: str, new: str) -> bool:
    """A group has become another: its settings, threads and what is queued for it move along.

    A platform tells it on both sides, and a send may find out first: once is enough. Whether this was that.
    """
    first = await community.moved(uow, connection_id, old, new)
    await threads_repository.move_room(uow, connection_id, old, new)
    return first


async def sent_as(uow: UnitOfWork, outbound_id: int) -> Any:
    """How something that is to be changed stands: (state, platform_message_id), or None."""
    return await repository.sent_as(uow, outbound_id)


async def said_as(uow: UnitOfWork, connection_id: int, name: str) -> str:
    """The words of what the platform has under this name; empty where nothing of ours is."""
    payload = await repository.payload_as(uow, connection_id, name)
    return Outbound.from_json(payload).text if payload else ""


async def staff_here(uow: UnitOfWork, connection_id: int) -> tuple[StaffHere, ...]:
    """Where the creator's people were heard on a connection."""
    return tuple(
        StaffHere(row.platform_user_id, Role(row.role), row.room, row.chat_id, row.lang)
        for row in await threads_repository.staff_here(uow, connection_id)
    )


async def is_place(uow: UnitOfWork, connection_id: int, chat_id: str) -> bool:
    """Whether somebody has been heard in a place (`Inbound.chat_id`) before."""
    return await threads_repository.is_place(uow, connection_id, chat_id)


async def button_text(uow: UnitOfWork, connection_id: int, name: str) -> str:
    """What a button says whose name is "{outbound}:{place}"; empty where there is no such button."""
    number, _, place = name.partition(":")
    if not (number.isascii() and number.isdigit() and place.isascii() and place.isdigit() and len(name) < 40):
        return ""
    payload = await repository.payload(uow, connection_id, int(number))
    buttons = Outbound.from_json(payload).buttons if payload else ()
    return buttons[int(place)].text or "" if int(place) < len(buttons) else ""


async def note_reach(uow: UnitOfWork, connection_id: int, chat_id: str, *, reachable: bool) -> None:
    """A fan has shut the avatar out of their private chat, or let it in again."""
    await threads_repository.note_reach(uow, connection_id, chat_id, reachable=reachable)


async def find_thread(
    uow: UnitOfWork, *, connection_id: int, platform: str, user_id: str, chat_id: str
) -> int | None:
    """The thread of a fan who has written before."""
    row = await threads_repository.find_thread(uow, connection_id, platform, user_id, chat_id)
    return int(row.id) if row else None


async def backdate(uow: UnitOfWork, thread_id: int, at: datetime) -> None:
    """Have a thread of the demo's scripted fans begin at a moment in the past; any other stays as it is."""
    await repository.backdate(uow, thread_id, at)
