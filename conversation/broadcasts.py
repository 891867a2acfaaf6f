"""Broadcasts: a creator's news to the fans who have asked for them, by segment, once each, at their pace.

Messages are queued some at a time, and the next when those are through: a pause, an end and a fan who has
had enough find few that wait. What was queued has a key of its own, and how far the queueing is stands in the
same transaction: whoever dies in between, the next one goes on. How fast they go out, and that answers go
first, is the pump's and the platforms' to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from community import service as community
from community.types import AvatarInfo, Entitlements
from conversation import autonomy, segments, takeover_repository
from conversation import broadcasts_repository as repository
from conversation.errors import AlreadyDecided, BadBroadcast, NoSuchBroadcast, NotKnownThere
from conversation.segments import Segment
from conversation.types import OUTBOUND_CHANNEL
from kernel.chat import Medium, Outbound, units
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, SUPPORTED
from kernel.rounds import alone, forever

PRIORITY: Final = 7
"""After answers, and after what is said in groups unasked."""

MOST_UNITS, MOST_BELOW_PICTURE = 3_000, 700
"""UTF-16 units of a text: less than platforms take, as what it is and how it ends stand around it."""

MOST_AHEAD: Final = timedelta(days=366)
BATCH, IN_LINE = 100, 200
"""How many are queued by one transaction, and how many wait at most."""

TICK_S: Final = 1.0
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How a broadcast goes. `aimed`: for how many it was when it began; `left` of these wait, are under way,
    or are still to be queued. `blocked`: who has shut the avatar out; `skipped`: who had enough meanwhile.
    """

    aimed: int
    delivered: int
    failed: int
    blocked: int
    unknown: int
    skipped: int
    left: int

    @property
    def done(self) -> int:
        """Of how many it is known how it ended."""
        return self.delivered + self.failed + self.blocked + self.unknown + self.skipped


@dataclass(frozen=True, slots=True)
class BroadcastInfo:
    """A broadcast: see `models.Broadcast`."""

    id: int
    avatar_id: int
    texts: Mapping[str, str]
    picture: Medium | None
    segment: Segment
    state: str
    by: str
    at: datetime
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    progress: Progress

    @property
    def text(self) -> str:
        """Its text in its first language."""
        return next(iter(self.texts.values()))


async def _info(uow: UnitOfWork, row: Any) -> BroadcastInfo:
    ended = dict(row.counts) if row.counts is not None else await repository.counted(uow, row.id)
    delivered, failed, unknown = (ended.get(each, 0) for each in ("sent", "failed", "unknown"))
    blocked, skipped = ended.get("blocked", 0), row.skipped + ended.get("dropped", 0)
    waits = ended.get("queued", 0) + ended.get("sending", 0)
    known = delivered + failed + blocked + unknown + skipped
    complete = row.listed_at is not None and row.state != "cancelled"
    unlisted = 0 if complete else max(0, row.aimed - known - waits)
    return BroadcastInfo(
        row.id, row.avatar_id, row.texts, Medium(**row.picture) if row.picture else None,
        Segment.from_json(row.segment), row.state, row.by, row.created_at, row.starts_at, row.started_at,
        row.ended_at, Progress(row.aimed, delivered, failed, blocked, unknown, skipped, waits + unlisted),
    )  # fmt: skip


def said(text: str, lang: str, creator: str, picture: Medium | None = None) -> Outbound:
    """News as a fan gets it: that it is news, the team's words, and how it ends."""
    return Outbound(
        f"{text}\n\n{t(lang, 'news.why')}",
        lang,
        notice=t(lang, "news.from", creator=creator),
        by="news",
        media=(picture,) if picture else (),
        judged=False,
        card="news",
    )


def _texts(texts: Mapping[str, str], picture: Medium | None) -> dict[str, str]:
    """The texts as they are kept.

    Raises:
        BadBroadcast: there is none, or one is too long or of no language that is spoken here.
    """
    kept = {lang: text.replace("\r\n", "\n").replace("\x00", "").strip() for lang, text in texts.items()}
    kept = {lang: text for lang, text in kept.items() if text}
    if not kept:
        raise BadBroadcast("Write something first.")
    if unknown := [lang for lang in kept if lang not in SUPPORTED]:
        raise BadBroadcast("There is no language “{name}” here.", name=unknown[0])
    most = MOST_BELOW_PICTURE if picture else MOST_UNITS
    for lang, text in kept.items():
        if units(text) > most:
            raise BadBroadcast(
                "That is too long to read at once: {length} of {limit} characters.",
                length=units(text), limit=most, field=lang,
            )  # fmt: skip
    return kept


async def draft(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    texts: Mapping[str, str],
    segment: Segment,
    by: str,
    picture: Medium | None = None,
    once: str | None = None,
) -> int:
    """A new draft; nothing is sent yet. The same `once` again is the same one.

    Raises:
        BadBroadcast: a text or a segment that can't be used.
    """
    return await repository.add(
        uow, avatar_id, texts=_texts(texts, picture), picture=_picture(picture),
        segment=segments.checked(segment), by=by, once=once,
    )  # fmt: skip


async def reword(
    uow: UnitOfWork,
    avatar_id: int,
    broadcast_id: int,
    *,
    texts: Mapping[str, str],
    segment: Segment,
    picture: Medium | None,
) -> None:
    """Change a draft.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it is one no more.
        BadBroadcast: a text or a segment that can't be used.
    """
    await _hold(uow, avatar_id, broadcast_id, "draft")
    await repository.reword(
        uow, broadcast_id, texts=_texts(texts, picture), picture=_picture(picture),
        segment=segments.checked(segment),
    )  # fmt: skip


def _picture(picture: Medium | None) -> dict[str, Any] | None:
    return {"kind": "photo", "file": picture.file, "mime": picture.mime} if picture else None


async def _hold(uow: UnitOfWork, avatar_id: int, broadcast_id: int, *states: str) -> Any:
    """A broadcast in one of these states, held.

    Raises:
        NoSuchBroadcast: not this avatar's.
        AlreadyDecided: it is in another state.
    """
    row = await repository.get(uow, avatar_id, broadcast_id, hold=True)
    if row is None:
        raise NoSuchBroadcast("There is no such broadcast.")
    if row.state not in states:
        raise AlreadyDecided("This has been decided meanwhile.")
    return row


async def get(uow: UnitOfWork, avatar_id: int, broadcast_id: int) -> BroadcastInfo:
    """One of an avatar's broadcasts.

    Raises:
        NoSuchBroadcast: not this avatar's.
    """
    row = await repository.get(uow, avatar_id, broadcast_id)
    if row is None:
        raise NoSuchBroadcast("There is no such broadcast.")
    return await _info(uow, row)


async def listing(uow: UnitOfWork, avatar_id: int) -> tuple[BroadcastInfo, ...]:
    """An avatar's broadcasts, newest first."""
    return tuple([await _info(uow, row) for row in await repository.listing(uow, avatar_id, _SHOWN)])


async def tags(uow: UnitOfWork) -> list[str]:
    """The words that a segment may be of."""
    return await repository.tags(uow)


async def reach(db: Database, entitlements: Entitlements, avatar: AvatarInfo, segment: Segment) -> int:
    """How many fans a segment has now.

    Raises:
        BadBroadcast: it can't be used.
    """
    wanted = segments.checked(segment)
    async with db.uow(avatar.creator_id) as uow:
        if not wanted.tier:
            return await repository.count(uow, avatar.id, wanted)
        found, _ = await repository.readers(uow, avatar.id, wanted)
    holding = await segments.holding(entitlements, avatar.creator_id, found, wanted.tier)
    return len({each.thread_id for each in holding})


async def start(uow: UnitOfWork, avatar_id: int, broadcast_id: int, at: datetime | None = None) -> None:
    """Send a draft, now or from a moment on; one that waits already may go earlier or later.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it has begun.
        BadBroadcast: the moment is over, or too far away.
    """
    moment = now()
    if at is not None and not moment - timedelta(minutes=1) <= at <= moment + MOST_AHEAD:
        raise BadBroadcast("Choose a moment within the next year.", field="at")
    await _hold(uow, avatar_id, broadcast_id, "draft", "waiting")
    await repository.set_state(uow, broadcast_id, "waiting", starts_at=at or moment)


async def discard(uow: UnitOfWork, avatar_id: int, broadcast_id: int) -> None:
    """Delete a draft.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it is one no more.
    """
    await _hold(uow, avatar_id, broadcast_id, "draft")
    await repository.delete(uow, broadcast_id)


async def pause(uow: UnitOfWork, avatar_id: int, broadcast_id: int) -> None:
    """Send no more of it for now.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it doesn't run.
    """
    await _hold(uow, avatar_id, broadcast_id, "running")
    await repository.set_state(uow, broadcast_id, "paused")
    await repository.hold_back(uow, broadcast_id)


async def resume(uow: UnitOfWork, avatar_id: int, broadcast_id: int) -> None:
    """Go on with it.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it isn't paused.
    """
    await _hold(uow, avatar_id, broadcast_id, "paused")
    await repository.set_state(uow, broadcast_id, "running")
    await repository.let_go(uow, broadcast_id)
    await uow.notify(OUTBOUND_CHANNEL)


async def cancel(uow: UnitOfWork, avatar_id: int, broadcast_id: int) -> None:
    """Send no more of it, for good. Of one that waits to begin nothing was sent: it is a draft again.

    Raises:
        NoSuchBroadcast, AlreadyDecided: there is none, or it is over.
    """
    row = await _hold(uow, avatar_id, broadcast_id, "waiting", "running", "paused")
    await repository.set_state(uow, broadcast_id, "draft" if row.state == "waiting" else "cancelled")
    await repository.drop(uow, broadcast_id)


async def try_out(
    uow: UnitOfWork, avatar: AvatarInfo, broadcast_id: int, account_id: int, *, key: str
) -> None:
    """Send what fans would get, in every language that it has, to one of the creator's people.

    Raises:
        NoSuchBroadcast: not this avatar's.
        NotKnownThere: they have no private chat with the avatar.
    """
    info = await get(uow, avatar.id, broadcast_id)
    thread = await takeover_repository.private_thread(uow, avatar.id, account_id)
    if thread is None:
        raise NotKnownThere(
            "Say first in a chat who you are: the link for that is under “Working from a chat”."
        )
    for lang, text in info.texts.items():
        news = said(text, lang, avatar.creator_name, info.picture)
        await repository.queue_trial(uow, thread, news.to_json(), f"broadcast:{broadcast_id}:{key}:{lang}")
    await uow.notify(OUTBOUND_CHANNEL)


async def want(uow: UnitOfWork, fan_id: int, *, wanted: bool) -> None:
    """A fan asks for news, or has had enough of them: also of what waits for them already."""
    await community.want_news(uow, fan_id, wanted=wanted)
    if not wanted:
        await repository.take_back(uow, await community.linking.linked(uow, fan_id))


class Broadcasts:
    """Moves broadcasts on. Any number of processes may."""

    def __init__(self, db: Database, entitlements: Entitlements) -> None:
        self._db = db
        self._entitlements = entitlements

    async def tick(self) -> int:
        """Do what is due, of every creator's; how many broadcasts there were."""
        async with self._db.system_uow() as uow:
            moving = await repository.moving(uow)
        for row in moving:
            with alone("broadcast", broadcast=row.id):
                while await self._step(row.creator_id, row.id):
                    pass
        return len(moving)

    async def run_forever(self) -> None:
        """Look every second until cancelled."""
        await forever(self.tick, TICK_S, "broadcasts")

    async def _step(self, creator_id: int, broadcast_id: int) -> bool:
        """One step of one broadcast; whether the next may follow at once."""
        async with self._db.uow(creator_id) as uow:
            row = await repository.get(uow, None, broadcast_id, hold=True)
            if row is None or not await self._runs(uow, row):
                return False
            await repository.take_back_all(uow, broadcast_id)
            _, moving = await repository.in_line(uow, broadcast_id)
            room = min(BATCH, IN_LINE - moving)
            avatar = await community.get_avatar(uow, row.avatar_id)
            if row.listed_at is not None or room <= 0 or await autonomy.quiet_now(uow, avatar.id):
                return False
            segment = Segment.from_json(row.segment)
            found, last = await repository.readers(
                uow, avatar.id, segment, after=row.position, limit=room, at=row.started_at
            )
        held = await segments.holding(self._entitlements, creator_id, found, segment.tier)
        picture = Medium(**row.picture) if row.picture else None
        payloads = {
            lang: said(text, lang, avatar.creator_name, picture).to_json() for lang, text in row.texts.items()
        }
        default = DEFAULT if DEFAULT in payloads else next(iter(payloads))
        async with self._db.uow(creator_id) as uow:
            now_ = await repository.get(uow, None, broadcast_id, hold=True)
            if now_ is None or (now_.state, now_.position) != ("running", row.position):
                return True
            await repository.queue(
                uow, broadcast_id, held, payloads, default, priority=PRIORITY,
                position=last or row.position, listed=not last,
            )  # fmt: skip
            await uow.notify(OUTBOUND_CHANNEL)
        return bool(last)

    async def _runs(self, uow: UnitOfWork, row: Any) -> bool:
        """Whether a broadcast that is held runs. One whose time has come begins; one that is through ends."""
        if row.state == "waiting" and row.starts_at <= now():
            segment = Segment.from_json(row.segment)
            await repository.begin(uow, row.id, await repository.count(uow, row.avatar_id, segment))
            return False
        waits, _ = await repository.in_line(uow, row.id)
        if row.state == "paused":
            await repository.hold_back(uow, row.id)  # what was under way then, and had to wait
        elif row.state == "cancelled":
            await repository.drop(uow, row.id)
        over = (row.state == "running" and row.listed_at is not None) or row.state == "cancelled"
        if over and not waits:
            ended = "done" if row.state == "running" else "cancelled"
            await repository.end(uow, row.id, ended, await repository.counted(uow, row.id))
            return False
        return bool(row.state == "running")
