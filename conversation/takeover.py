"""Takeover: a person of the creator's has a thread, the avatar is silent, and what is said goes both ways.

Silent from the commit on: what it had queued is dropped, what is just being sent is stopped at the gate, and
an answer in the making finds the thread handed over. What is said goes to the person's own private chat with
the avatar and back (`relaying.py`), or they read and write in the admin web. Whoever takes, gives back or
writes takes the thread's lock first, as all who write in it do: of two at once the second is told who was
first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from community import service as community
from community.events import StaffChanged
from community.types import Role, StaffInfo
from conversation import approvals, approvals_repository, cards, relaying, repository, threads_repository
from conversation import takeover_repository as takeovers
from conversation.disclosure import EVERY
from conversation.errors import AlreadyDecided, NothingWaits, TakenOver
from conversation.types import OUTBOUND_CHANNEL, SENT_CHANNEL
from kernel.chat import Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.rounds import alone

SILENCE: Final = timedelta(minutes=30)
"""So long after the person's last word the avatar answers again, where nobody said for how long."""

LONGEST: Final = timedelta(hours=24)
"""For no longer than that is a thread taken over at once."""

_UNNAMED: Final = {"news": "📣"}
"""Who has said what nobody is named for, where it isn't the avatar."""

_LAST_LINES: Final = 4
_QUOTED: Final = 400
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a thread, since when, and until when where they say nothing more."""

    account_id: int
    name: str
    since: datetime
    until: datetime


async def holder(uow: UnitOfWork, thread_id: int) -> Holder | None:
    """Who has a thread now."""
    held = await takeovers.current(uow, thread_id)
    return Holder(held.account_id, held.name, held.created_at, _ends(held)) if held else None


def _ends(held: Any) -> datetime:
    ends: datetime = held.until or held.last_at + SILENCE
    return ends


async def take(
    uow: UnitOfWork,
    avatar_id: int,
    thread_id: int,
    who: StaffInfo,
    *,
    asked: timedelta | None = None,
    relay_to: int | None = None,
) -> None:
    """Have a person answer in a thread, and its fan told so, once.

    It lasts as long as `asked`, whatever is said or not; else until `SILENCE` after the person's last word.
    What the fan writes is passed on to the thread `relay_to`, beginning with what was said last. Whoever has
    it already goes on with it.

    Raises:
        NothingWaits: there is no such thread, or nobody is there to talk with.
        TakenOver: somebody else has it.
    """
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is None or thread.id == relay_to or approvals.is_rehearsal(thread.chat_id):
        raise NothingWaits("There is nobody to talk with here.")
    until = None if asked is None else now() + min(asked, LONGEST)
    held = await takeovers.current(uow, thread_id)
    if held is not None and held.account_id != who.account_id:
        raise TakenOver("{name} is talking with this fan already.", name=held.name)
    known = None if held is None else held.relay_thread_id
    lines = await approvals_repository.lines(uow, [thread_id], _LAST_LINES)
    if held is not None:
        await takeovers.go_on(uow, held.id, relay_to, until)
    else:
        await approvals_repository.hand_over(uow, thread_id)
        await takeovers.begin(
            uow, avatar_id=avatar_id, thread_id=thread_id, account_id=who.account_id, name=who.name,
            relay_thread_id=relay_to, until=until,
        )  # fmt: skip
        await takeovers.silence(uow, thread_id)
        for approval in await approvals_repository.leave_to(uow, thread_id, who.name):
            await cards.decided(uow, approval, "taken", who.name)
        await cards.taken(uow, thread_id, who.name)
        await _tell_fan(uow, avatar_id, thread, "begun")
    held = await takeovers.current(uow, thread_id)
    if held.relay_thread_id != known:
        # Below what was said last the first answer can be written.
        said = "\n".join(_told(each, held) for each in lines)
        await relaying.show(
            uow, held, thread.last_message, f"takeover:{held.id}:{held.relay_thread_id}", said
        )
    await _wake(uow, thread_id)


def _told(row: Any, held: Any) -> str:
    by = relaying.fan_named(held) if row.author == "fan" else row.who or _UNNAMED.get(row.author, "AI")
    line = " ".join(row.text.split())
    return f"{by}: {line if len(line) <= _QUOTED else f'{line[: _QUOTED - 1]}…'}"


async def release(
    uow: UnitOfWork, avatar_id: int, thread_id: int, who: StaffInfo, *, by: int | None = None
) -> bool:
    """Have the avatar answer again in a thread that a person has, or that waits for one; whether one had it.

    The creator may end anybody's, others only their own. The fan is told, and so is who had it, but where a
    message (`by`) of their own wishes it.

    Raises:
        NothingWaits: there is no such thread any more.
        TakenOver: somebody else has it.
    """
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is None:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    held = await takeovers.current(uow, thread_id)
    if held is not None and not may_end(held, who):
        raise TakenOver("{name} is talking with this fan: they end that, or the creator.", name=held.name)
    await _give_back(uow, avatar_id, thread, held)
    await cards.given_back(uow, thread_id, who.name)
    if held is None:
        return False
    if by is not None:
        await takeovers.note_end(uow, held.id, by)
    if by is None or who.account_id != held.account_id:
        await _tell_person(uow, held, "takeover.over", thread.last_message)
    return True


def may_end(held: Holder | Any, who: StaffInfo) -> bool:
    """Whether somebody may end what a holder of a thread has."""
    return bool(held.account_id == who.account_id) or who.role.includes(Role.CREATOR)


async def return_to_avatar(uow: UnitOfWork, avatar_id: int, thread_id: int, *, by: int) -> bool:
    """As `approvals.return_to_avatar`, and who had the thread is told that its fan went back."""
    held = await takeovers.current(uow, thread_id)
    back = await approvals.return_to_avatar(uow, avatar_id, thread_id, by=by)
    if back and held is not None:
        await _tell_person(uow, held, "takeover.left", by)
    return back


async def _give_back(uow: UnitOfWork, avatar_id: int, thread: Any, held: Any) -> None:
    if held is not None:
        await _tell_fan(uow, avatar_id, thread, "ended")
        # From the next answer on somebody else speaks again: it says so.
        await threads_repository.set_undisclosed(uow, thread.id, EVERY - 1)
    await approvals_repository.give_back(uow, thread.id)
    await _wake(uow, thread.id)


async def _tell_fan(uow: UnitOfWork, avatar_id: int, thread: Any, what: str) -> None:
    """Tell a thread's fan that a person is there, or is no more; once."""
    lang = relaying.language(thread.lang)
    creator = (await community.get_avatar(uow, avatar_id)).creator_name
    said = Outbound(t(lang, f"takeover.{what}", creator=creator), lang)
    number = (await takeovers.current(uow, thread.id)).id
    await repository.add_outbound(
        uow,
        thread_id=thread.id,
        connection_id=thread.connection_id,
        message_id=None,
        once=f"takeover:{number}:{what}",
        payload=(approvals.way_back(said) if what == "begun" else said).to_json(),
    )


async def _tell_person(uow: UnitOfWork, held: Any, key: str, message_id: int) -> None:
    """Tell who had a thread what became of it; that goes when its fan does, since it names them."""
    if held.relay_thread_id is None:
        return
    lang = relaying.language(held.relay_lang)
    await repository.add_outbound(
        uow,
        thread_id=held.relay_thread_id,
        connection_id=held.relay_connection_id,
        message_id=message_id,
        once=f"{key}:{held.id}",
        payload=Outbound(t(lang, key, name=relaying.fan_named(held)), lang, card="note").to_json(),
        kind="staff",
    )


async def say(
    uow: UnitOfWork, avatar_id: int, thread_id: int, text: str, who: StaffInfo, *, token: str
) -> None:
    """Write to the fan as the person who has their thread; the same `token` is once.

    Raises:
        NothingWaits: there is no such thread any more.
        AlreadyDecided: nobody has it: it was given back meanwhile.
        TakenOver: somebody else has it.
        BadMessage: there are no words, or too many.
    """
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is None:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    once = f"person:{thread_id}:{token}"
    if await repository.is_queued(uow, f"{once}:0"):
        return
    held = await takeovers.current(uow, thread_id)
    if held is None:
        raise AlreadyDecided("The avatar answers here again: take the conversation over first.")
    if held.account_id != who.account_id:
        raise TakenOver("{name} is talking with this fan already.", name=held.name)
    await approvals.speak(uow, avatar_id, thread, approvals.written(text), once=once, who=who)
    await takeovers.heard(uow, held.id)
    await _wake(uow, thread_id)


async def expire(db: Database) -> int:
    """Give back what has been silent too long, or whose time is over, of every creator; how many."""
    async with db.system_uow() as uow:
        due = await takeovers.due(uow, now() - SILENCE, _AT_ONCE)
    ended = 0
    for each in due:
        with alone("takeover", thread=each.thread_id):
            ended += await _expire(db, each)
    return ended


async def _expire(db: Database, each: Any) -> bool:
    async with db.uow(each.creator_id) as uow:
        thread = await approvals_repository.hold_thread(uow, each.avatar_id, each.thread_id)
        held = await takeovers.current(uow, each.thread_id) if thread else None
        # Only now nobody else says anything there.
        if held is None or _ends(held) >= now():
            return False
        await _give_back(uow, each.avatar_id, thread, held)
        await _tell_person(uow, held, "takeover.over", thread.last_message)
        return True


async def staff_changed(uow: UnitOfWork, event: StaffChanged) -> None:
    """Give back what is held by who may no more, or read in a chat that isn't theirs any more.

    They are told nothing: the chat may be somebody else's by now, and a fan's name is none of theirs.
    """
    async with uow.within(event.creator_id):
        for each in await takeovers.stray(uow):
            thread = await approvals_repository.hold_thread(uow, each.avatar_id, each.thread_id)
            held = await takeovers.current(uow, each.thread_id) if thread else None
            if held is not None:
                await _give_back(uow, each.avatar_id, thread, held)
            if each.relay_thread_id is not None:
                await takeovers.withhold(uow, each.relay_thread_id)


async def _wake(uow: UnitOfWork, thread_id: int) -> None:
    await uow.notify(OUTBOUND_CHANNEL)
    await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{thread_id}")
