"""What waits for a person: replies to be approved, threads that were handed over. (The rules: `autonomy.py`.)

Whoever sends, drops or answers takes the thread's lock first, as the turn does: two at once are one after the
other, and the second finds it decided. `reply:{message}:{part}` is the turn's own key: no second answer fits.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from community import service as community
from community.types import StaffInfo
from conversation import approvals_repository, autonomy, cards, repository, threads_repository
from conversation import takeover_repository as takeovers
from conversation.autonomy import Autonomy, Fate, settings_of
from conversation.disclosure import disclosed
from conversation.errors import AlreadyDecided, BadMessage, NothingWaits, TakenOver
from conversation.events import AnswerApproved
from conversation.splitting import fitted
from conversation.types import OUTBOUND_CHANNEL, Decided, HandedOver, Line, Waiting
from kernel.chat import Button, Citation, Medium, Outbound, units
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, SUPPORTED, normalise
from kernel.rounds import alone
from memory.service import detect
from persona_engine.service import Reply

EXPIRES_AFTER: Final = timedelta(days=7)
"""What has waited longer isn't sent any more: the fan has gone on."""

MOST_UNITS: Final = 4_096
"""UTF-16 code units of a message, the least that a platform takes at once (Telegram)."""

# The creator's own people in the Playground, and the demo's scripted fans: nobody waits there.
_REHEARSALS = ("playground:", "demo:")
_SHOWN = 100
_AT_ONCE = 100
_LAST_DECIDED = 20
_LINES = 8
_QUOTED = 160
_RUN = 8


def is_rehearsal(chat_id: str) -> bool:
    """Whether nobody waits in a chat: in the Playground, and with the demo's scripted fans."""
    return chat_id.startswith(_REHEARSALS)


async def standing(uow: UnitOfWork, thread_id: int, lease: str, waiting: Any) -> tuple[Any, bool]:
    """How a thread stands, for `fate_of` and `carry_out`; None where its lease was lost.

    And whether the message that was answered still waits, and says the same. Both are locked.
    """
    return await approvals_repository.standing(uow, thread_id, lease, waiting)


def fate_of(reply: Reply, here: Any, *, aside: bool = False) -> tuple[Fate, str]:
    """What becomes of a reply in a thread that stands so, and the outcome that its message gets.

    `aside`: to what was said to nobody by name. Who has nothing to tell about that, keeps quiet.
    """
    if aside and Autonomy.only_polite(reply):
        return Fate.NOTHING, "silent"
    if is_rehearsal(here.chat_id):
        return Fate.SEND, reply.outcome
    handed_over = here.handed_over_at is not None
    fate = settings_of(here).fate(reply, now(), handed_over=handed_over)
    instead = {
        Fate.WAIT: "waiting",
        Fate.SUGGEST: "suggested",
        Fate.NOTHING: "to_person" if handed_over else "silent",
    }
    return fate, instead.get(fate, reply.outcome)


async def carry_out(
    uow: UnitOfWork, fate: Fate, here: Any, thread_id: int, message_id: int, reply: Reply
) -> tuple[Outbound, ...]:
    """Do what was decided about a reply; what is said at once."""
    settings = settings_of(here)
    if fate is Fate.SEND:
        if not reply.outcome.startswith("handover") or is_rehearsal(here.chat_id):
            return reply.parts
        return await _leave(uow, here.avatar_id, thread_id, message_id, reply, settings)
    if fate is Fate.NOTHING:
        return ()
    reason = "shadow" if fate is Fate.SUGGEST else "unsure" if settings.doubts(reply.confidence) else "ask"
    added = await approvals_repository.add(
        uow,
        avatar_id=here.avatar_id,
        thread_id=thread_id,
        message_id=message_id,
        reason=reason,
        lang=reply.lang,
        outcome=reply.outcome,
        confidence=reply.confidence,
        parts=[part.to_json() for part in reply.parts],
    )
    if added is not None:
        await cards.reply_waits(uow, here.avatar_id, thread_id, message_id, added, reason, reply)
    if fate is Fate.SUGGEST or here.waiting > 1:
        return ()
    if here.waiting:
        return (Outbound(t(reply.lang, "approval.waiting.too"), reply.lang),)
    return (Outbound(t(reply.lang, "approval.waiting"), reply.lang), *_back(settings, reply.lang))


async def _leave(
    uow: UnitOfWork, avatar_id: int, thread_id: int, message_id: int, reply: Reply, settings: Autonomy
) -> tuple[Outbound, ...]:
    """Leave a thread to a person, as a boundary has it; what its fan is told."""
    await approvals_repository.hand_over(uow, thread_id)
    await cards.person_wanted(uow, avatar_id, thread_id, message_id, reply.outcome)
    return _with_way_back((*reply.parts, *_back(settings, reply.lang)))


async def ask_for_person(
    uow: UnitOfWork, avatar_id: int, thread_id: int, said: Outbound, *, by: int
) -> tuple[Outbound, ...]:
    """Leave a thread to a person, as its fan wishes `by` a message; what is `said` to that.

    It tells when a person is there again, where nobody is, and the way back.
    """
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is not None and thread.moved_by != by and not is_rehearsal(thread.chat_id):
        await approvals_repository.hand_over(uow, thread_id, by=by)
        if thread.handed_over_at is None:
            await cards.person_wanted(uow, avatar_id, thread_id, by)
    back = _back(await autonomy.settings(uow, avatar_id), said.lang)
    return _with_way_back((said, *back))


async def return_to_avatar(uow: UnitOfWork, avatar_id: int, thread_id: int, *, by: int) -> bool:
    """Have the avatar answer again in a thread, as its fan wishes `by` a message; whether a person had it."""
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is None:
        return False
    if thread.moved_by == by:
        return True
    if thread.handed_over_at is None:
        return False
    await approvals_repository.give_back(uow, thread_id, by=by)
    await cards.given_back(uow, thread_id)
    return True


def _with_way_back(parts: tuple[Outbound, ...]) -> tuple[Outbound, ...]:
    *others, last = parts
    return (*others, way_back(last))


def way_back(said: Outbound) -> Outbound:
    """What is said to who is left to a person, and by what they go back to the avatar whenever they like."""
    # What the button sends is a command, the same in every language.
    buttons = (*said.buttons, Button("/ai", text="/ai"))
    return replace(said, text=f"{said.text}\n\n{t(said.lang, 'human.way_back')}", buttons=buttons)


def _back(settings: Autonomy, lang: str) -> tuple[Outbound, ...]:
    """When a person is there again, where nobody is."""
    when = settings.back_told(now(), lang)
    return (Outbound(t(lang, "duty.back", when=when), lang),) if when else ()


async def waiting(uow: UnitOfWork, avatar_id: int, *, suggested: bool = False) -> tuple[Waiting, ...]:
    """The replies that wait, oldest first; or, `suggested`, those of Shadow, newest first."""
    rows = await approvals_repository.listed(uow, avatar_id, suggested=suggested, limit=_SHOWN)
    return tuple(
        Waiting(
            row.id, row.thread_id, row.message_id, row.reason, row.platform, row.fan_name, row.question,
            row.lang, _whole(row.parts), row.confidence, row.created_at,
        )
        for row in rows
    )  # fmt: skip


async def decided(uow: UnitOfWork, avatar_id: int) -> tuple[Decided, ...]:
    """What was decided last, newest first."""
    return tuple(
        Decided(
            row.id, row.state, row.question, row.final or _whole(row.parts).text, row.lang, row.decided_by,
            row.decided_at,
        )
        for row in await approvals_repository.decided(uow, avatar_id, _LAST_DECIDED)
    )  # fmt: skip


def _whole(parts: Sequence[dict[str, Any]]) -> Outbound:
    """A reply's parts as one message."""
    found = [Outbound.from_json(part) for part in parts]
    return replace(
        found[0],
        text="\n\n".join(part.text for part in found),
        citations=tuple(each for part in found for each in part.citations),
        buttons=tuple(each for part in found for each in part.buttons),
    )


async def send(
    uow: UnitOfWork, avatar_id: int, approval_id: int, *, by: str, text: str | None = None
) -> None:
    """Send a reply that waits, as it is or in a person's own words; the outbound is written with it.

    What promises a person leaves the thread to one, as where the avatar says it by itself.

    Raises:
        NothingWaits: it isn't there, or not any more: its fan was erased.
        AlreadyDecided: somebody was first, or it has waited too long.
        BadMessage: the words are none, or too many.
    """
    thread, row = await _hold(uow, avatar_id, approval_id)
    parts: tuple[Outbound, ...] = tuple(Outbound.from_json(part) for part in row.parts)
    own = None if text is None else written(text)
    edited = own is not None and own != _whole(row.parts).text
    if edited and own is not None:
        parts = (_reworded(_whole(row.parts), own),)
    if thread.last_message > row.message_id:
        parts = (replace(parts[0], quote=row.question[:_QUOTED]), *parts[1:])
    avatar = await community.get_avatar(uow, avatar_id)
    reply = Reply(parts, row.lang, row.outcome, None)
    if row.outcome.startswith("handover") and thread.handed_over_at is None:
        settings = await autonomy.settings(uow, avatar_id)
        left = await _leave(uow, avatar_id, thread.id, row.message_id, reply, settings)
        reply = replace(reply, parts=left)
    said, undisclosed = disclosed(reply, thread.undisclosed, avatar.creator_name)
    for index, part in enumerate(fitted(said, thread.platform)):
        await repository.add_outbound(
            uow,
            thread_id=thread.id,
            connection_id=thread.connection_id,
            message_id=row.message_id,
            once=f"reply:{row.message_id}:{index}",
            payload=part.to_json(),
        )
    await threads_repository.set_undisclosed(uow, thread.id, undisclosed)
    final = "\n\n".join(part.text for part in parts)
    passages = tuple(dict.fromkeys(each.passage_id for part in parts for each in part.citations))
    await approvals_repository.settle(
        uow, row.id, state="edited" if edited else "sent", by=by, final=final, passages=passages
    )
    await approvals_repository.set_outcome(uow, row.message_id, "edited" if edited else row.outcome)
    await cards.decided(uow, row.id, "edited" if edited else "sent", by, final if edited else "")
    await uow.publish(
        AnswerApproved(uow.tenant, avatar_id, row.message_id, row.question, row.lang, final, passages, edited)
    )
    await uow.notify(OUTBOUND_CHANNEL)


async def state_of(uow: UnitOfWork, avatar_id: int, approval_id: int) -> tuple[str, str]:
    """What became of a reply that waited, or waits, and by whom; empty where there is none."""
    row = await approvals_repository.state_of(uow, avatar_id, approval_id)
    return (row.state, row.decided_by) if row else ("", "")


async def draft(uow: UnitOfWork, avatar_id: int, approval_id: int) -> str:
    """The words of a reply that waits; empty where it doesn't, or not any more."""
    row = await approvals_repository.state_of(uow, avatar_id, approval_id)
    return _whole(row.parts).text if row and row.state == "waiting" else ""


async def was_sent(uow: UnitOfWork, avatar_id: int, approval_id: int, words: str, *, by: str) -> bool:
    """Whether somebody has sent these words in place of a reply already."""
    row = await approvals_repository.state_of(uow, avatar_id, approval_id)
    if row is None or row.state not in ("sent", "edited"):
        return False
    return bool(row.decided_by == by and row.final == written(words))


async def drop(uow: UnitOfWork, avatar_id: int, approval_id: int, *, by: str) -> None:
    """Send nothing.

    Raises:
        NothingWaits, AlreadyDecided: as `send` says.
    """
    _, row = await _hold(uow, avatar_id, approval_id)
    await approvals_repository.settle(uow, row.id, state="dropped", by=by, final=None, passages=())
    await approvals_repository.set_outcome(uow, row.message_id, "dropped")
    await cards.decided(uow, row.id, "dropped", by)


async def _hold(uow: UnitOfWork, avatar_id: int, approval_id: int) -> tuple[Any, Any]:
    thread_id = await approvals_repository.thread_of(uow, avatar_id, approval_id)
    thread = thread_id and await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    row = await approvals_repository.hold(uow, approval_id) if thread else None
    if row is None:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    if row.decided_by:
        raise AlreadyDecided("{name} has decided this already.", name=row.decided_by)
    if row.state != "waiting" or row.created_at < now() - EXPIRES_AFTER:
        raise AlreadyDecided("This has been decided meanwhile.")
    return thread, row


def written(text: str) -> str:
    """A person's words as they are sent.

    Raises:
        BadMessage: there are none, or more than a platform takes.
    """
    kept = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not kept:
        raise BadMessage("Write something first.", code="empty_message")
    if units(kept) > MOST_UNITS:
        raise BadMessage(
            "That is too long to read at once: {length} of {limit} characters.",
            code="message_too_long",
            length=units(kept),
            limit=MOST_UNITS,
        )
    return kept


def _reworded(said: Outbound, text: str) -> Outbound:
    """A reply in other words: its sources stay while half of what it said still stands there."""
    runs = {said.text[at : at + _RUN] for at in range(max(1, len(said.text) - _RUN + 1))}
    kept = sum(run in text for run in runs)
    citations: tuple[Citation, ...] = said.citations if 2 * kept >= len(runs) else ()
    return replace(said, text=text, citations=citations)


async def handed_over(uow: UnitOfWork, avatar_id: int) -> tuple[HandedOver, ...]:
    """The threads in which the avatar is silent, whoever wrote last first, with what was said last."""
    return await _with_lines(uow, await approvals_repository.handed_over(uow, avatar_id, _SHOWN))


async def returned(uow: UnitOfWork, avatar_id: int) -> tuple[HandedOver, ...]:
    """The threads whose fans went back to the avatar before anybody gave them back; newest first."""
    after = now() - EXPIRES_AFTER
    return await _with_lines(uow, await approvals_repository.returned(uow, avatar_id, after, _SHOWN))


async def see_return(uow: UnitOfWork, avatar_id: int, thread_id: int, since: datetime) -> None:
    """Show no longer that a fan went back to the avatar, as it was listed; not that they did again `since`.

    Raises:
        NothingWaits: there is no such thread any more.
    """
    if await approvals_repository.hold_thread(uow, avatar_id, thread_id) is None:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    await approvals_repository.see_return(uow, thread_id, since)


async def _with_lines(uow: UnitOfWork, rows: Sequence[Any]) -> tuple[HandedOver, ...]:
    said: dict[int, list[Line]] = {row.id: [] for row in rows}
    for each in await approvals_repository.lines(uow, list(said), _LINES):
        said[each.thread_id].append(Line(each.author, each.text, each.lang, each.at, each.who or ""))
    return tuple(
        HandedOver(row.id, row.platform, row.fan_name, row.since, tuple(said[row.id]), row.last_person)
        for row in rows
    )


async def answer(
    uow: UnitOfWork, avatar_id: int, thread_id: int, text: str, *, token: str, seen: int, who: StaffInfo
) -> None:
    """Answer as a person of the creator's team in a thread that was handed over; the same `token` is once.

    `seen` is the last answer of a person that the writer, `who`, has seen.

    Raises:
        NothingWaits: there is no such thread any more.
        AlreadyDecided: somebody else has answered or given it back meanwhile.
        TakenOver: somebody else is talking with this fan.
        BadMessage: as `send` says.
    """
    words = written(text)
    thread = await approvals_repository.hold_thread(uow, avatar_id, thread_id)
    if thread is None:
        raise NothingWaits("This isn't here any more: the fan has erased it.")
    once = f"person:{thread_id}:{token}"
    if await repository.is_queued(uow, f"{once}:0"):
        return
    held = await takeovers.current(uow, thread_id)
    if held is not None and held.account_id != who.account_id:
        raise TakenOver("{name} is talking with this fan already.", name=held.name)
    if thread.handed_over_at is None or thread.last_person != seen:
        raise AlreadyDecided("Somebody has answered meanwhile: look again.")
    await speak(uow, avatar_id, thread, words, once=once, who=who)
    if held is not None:
        await takeovers.heard(uow, held.id)


async def speak(
    uow: UnitOfWork,
    avatar_id: int,
    thread: Any,
    text: str,
    *,
    once: str,
    who: StaffInfo,
    media: tuple[Medium, ...] = (),
) -> None:
    """Say something to a thread's fan as `who`, a person of the creator's team; the thread is held.

    The fan reads their name where they have chosen that; the team always does.
    """
    avatar = await community.get_avatar(uow, avatar_id)
    lang = normalise(thread.lang) or DEFAULT
    named = await community.is_named(uow, who.account_id)
    key = "person.answers.named" if named else "person.answers"
    notice = t(lang, key, creator=avatar.creator_name, name=who.name)
    said = Outbound(text, lang, notice=notice, by="person", who=who.name, media=media)
    for index, part in enumerate(fitted([said], thread.platform)):
        await repository.add_outbound(
            uow,
            thread_id=thread.id,
            connection_id=thread.connection_id,
            message_id=thread.last_message,
            once=f"{once}:{index}",
            payload=part.to_json(),
        )
    await uow.notify(OUTBOUND_CHANNEL)


async def expire(db: Database) -> int:
    """Drop what has waited too long, of every creator; how much that was.

    Its fan gets the text that the creator has chosen for that, if any, in place of the answer.
    """
    async with db.system_uow() as uow:
        due = await approvals_repository.overdue(uow, now() - EXPIRES_AFTER, _AT_ONCE)
    for each in due:
        with alone("approval", approval=each.id):
            async with db.uow(each.creator_id) as uow:
                await _expire(uow, each)
    return len(due)


async def _expire(uow: UnitOfWork, late: Any) -> None:
    thread = await approvals_repository.hold_thread(uow, late.avatar_id, late.thread_id)
    row = await approvals_repository.hold(uow, late.id) if thread else None
    if row is None or row.state != "waiting":
        return
    await approvals_repository.settle(uow, row.id, state="expired", by="", final=None, passages=())
    await approvals_repository.set_outcome(uow, row.message_id, "expired")
    await cards.decided(uow, row.id, "expired")
    text = (await autonomy.late(uow, late.avatar_id)).text
    if not text or row.reason == "shadow" or thread.handed_over_at is not None:
        return
    lang = detect(text, SUPPORTED).lang
    quote = row.question[:_QUOTED] if thread.last_message > row.message_id else ""
    for index, part in enumerate(fitted([Outbound(text, lang, quote=quote)], thread.platform)):
        await repository.add_outbound(
            uow,
            thread_id=thread.id,
            connection_id=thread.connection_id,
            message_id=row.message_id,
            once=f"reply:{row.message_id}:{index}",
            payload=part.to_json(),
        )
    await uow.notify(OUTBOUND_CHANNEL)
