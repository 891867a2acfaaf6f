"""What one run at the gateway hears, taken in: in each channel in order, and what was said meanwhile first.

The gateway tells nothing of what was said while we were away, unless a session is resumed. So up to where
each channel was heard is kept (`marks.py`); a guild tells of each of its channels what was said there last,
and what lies between is read from the channel's history.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from bots.discord.client import Api
from bots.discord.failures import CallFailed
from bots.discord.guilds import Guilds
from bots.discord.interactions import Interactions
from bots.discord.lanes import Deed, Lanes
from bots.discord.marks import Marks
from bots.discord.messages import FORUMS, THREADS, Json, Place, called, number_at
from bots.discord.receiver import Receiver
from bots.discord.roster import KnownApp, Roster
from kernel.clock import monotonic, now
from kernel.db import DATABASE_AWAY, Database

if TYPE_CHECKING:
    from bots.discord.session import Session

log = structlog.get_logger(__name__)

FURTHEST_BACK: Final = timedelta(hours=24)
MOST_READ: Final = 500
"""How much of a channel is read of what was missed: no older, and no more messages."""

MOST_PRIVATE: Final = 200
"""Private chats that are read so, those where something was said last: of these Discord tells nothing."""

_PAGE: Final = 100
_MARK_EVERY_S: Final = 5.0
_LOOK_FOR_QUIET_S: Final = 86_400.0
_CLOSED: Final = (403, 404)
_AGAIN_S: Final = 1.0
_GUILDS: Final = 0
"""The lane of what is told of guilds and their channels."""


class Hearing:
    """One run's ears. `session` is set once it is there; the lanes are the run's."""

    session: "Session"

    def __init__(
        self,
        app: KnownApp,
        db: Database,
        roster: Roster,
        api: Api,
        receiver: Receiver,
        interactions: Interactions,
        guilds: Guilds,
        group: asyncio.TaskGroup,
        *,
        whole: bool,
    ) -> None:
        """`whole`: this run hears of all the app's guilds, not only of a shard's."""
        self._app = app
        self._db = db
        self._roster = roster
        self._api = api
        self._receiver = receiver
        self._interactions = interactions
        self._guilds = guilds
        self._lanes = Lanes(group)
        # Discord waits three seconds for these, whatever else is to be read.
        self._at_once = Lanes(group)
        self._whole = whole
        self._marks = Marks(app, db)
        self._newest = 0
        self._first = False
        self._unheard: set[int] = set()

    async def recall(self) -> None:
        """Know how far each channel was heard, before anything new comes."""
        await self._marks.recall()

    async def keep_marks(self) -> None:
        """Write down from time to time how far each channel was heard, until cancelled."""
        look = monotonic() + _LOOK_FOR_QUIET_S
        try:
            while True:
                await asyncio.sleep(_MARK_EVERY_S)
                await self._marks.write()
                if monotonic() > look:
                    await self._marks.forget_quiet()
                    look = monotonic() + _LOOK_FOR_QUIET_S
        finally:
            # What was heard just now may have overtaken something: another run reads it again.
            with suppress(*DATABASE_AWAY):
                await self._marks.write_reached()

    def heard(self, kind: str, data: Mapping[str, Any]) -> None:
        """Take one event, in the order in which they come. Whatever this raises ends the run."""
        match kind:
            case "READY":
                self._unheard = {int(one["id"]) for one in data["guilds"]}
                self._first = self._marks.newest is None
                self._newest = self._marks.newest or number_at(now())
                for number in self._marks.private(MOST_PRIVATE):
                    self._put(number, partial(self._read_missed, Place(number), 0))
                if not self._unheard:
                    self._put(_GUILDS, self._all_told)
            case "GUILD_CREATE":
                self._guild(data)
            case "GUILD_DELETE":
                self._put(_GUILDS, partial(self._gone, data["channels"]))
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "GUILD_ROLES":
                self._put(_GUILDS, partial(self._told, int(data.get("guild_id") or 0), joined=False))
            case "CHANNEL_DELETE":
                self._put(_GUILDS, partial(self._gone, [int(data["id"])]))
            case "THREAD_DELETE":
                # After what was said in it.
                self._put(int(data["id"]), partial(self._marks.forget, [int(data["id"])]))
            case "GUILD_MEMBER_ADD":
                self._put(_GUILDS, partial(self._came, data))
            case "MESSAGE_CREATE" | "MESSAGE_UPDATE":
                if is_new := kind == "MESSAGE_CREATE":
                    self._marks.comes(int(data["channel_id"]), int(data["id"]))
                if is_new or data.get("edited_timestamp"):
                    self._put(int(data["channel_id"]), partial(self._said, data, mark=is_new))
            case "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK":
                for one in data.get("ids") or [data["id"]]:
                    self._put(int(data["channel_id"]), partial(self._deleted, int(one)))
            case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
                added = kind == "MESSAGE_REACTION_ADD"
                self._put(int(data["channel_id"]), partial(self._reacted, data, added=added))
            case "INTERACTION_CREATE":
                self._put(int(data["id"]), partial(self._acted, data), at_once=True)

    # In the lanes

    def _put(self, lane: int, deed: Deed, *, at_once: bool = False) -> None:
        """Do something in its turn. What fails by itself would fail again: it is logged, the rest goes on.

        Where Discord or the database is away the run ends: the next one reads what this one can't keep.
        """

        async def done() -> None:
            try:
                await deed()
            except (CallFailed, *DATABASE_AWAY):
                raise
            except Exception:
                log.exception("discord.event_failed", app=self._app.application_id)

        (self._at_once if at_once else self._lanes).put(lane, done)

    async def _said(self, message: Json, *, mark: bool) -> None:
        place = await self._place(int(message["channel_id"]), int(message.get("guild_id") or 0))
        if place is not None:
            await self._take(place, message)
        if mark:
            self._marks.taken(place, int(message["channel_id"]), int(message["id"]))

    async def _take(self, place: Place, message: Json) -> None:
        try:
            await self._receiver.said(await self._now(), place, message)
        except DATABASE_AWAY:
            raise
        # It would be the same again: the others go on.
        except Exception:
            log.exception("discord.message_failed", app=self._app.application_id, message=message.get("id"))

    async def _deleted(self, message: int) -> None:
        """Forget a message; where it is being answered just now, a little later, beside its channel."""
        if not await self._receiver.deleted(self._app, message):
            self._put(message, partial(self._deleted_again, message))

    async def _deleted_again(self, message: int) -> None:
        await asyncio.sleep(_AGAIN_S)
        await self._deleted(message)

    async def _reacted(self, data: Mapping[str, Any], *, added: bool) -> None:
        if int(data["user_id"]) == self._app.user_id or data.get("member", {}).get("user", {}).get("bot"):
            return
        place = await self._place(int(data["channel_id"]), int(data.get("guild_id") or 0))
        emoji = str((data.get("emoji") or {}).get("name") or "")
        if place is not None:
            await self._receiver.reacted(
                await self._now(), place, str(data["user_id"]), str(data["message_id"]), emoji, added=added
            )

    async def _acted(self, data: Mapping[str, Any]) -> None:
        app = await self._now()
        answer = await self._interactions.take(app, data)
        if answer is not None:
            await self._interactions.give(self._api, data, answer)

    async def _told(self, guild_id: int, *, joined: bool) -> None:
        channels = self.session.channels(guild_id)
        await self._guilds.told(await self._now(), channels, entered=now() if joined else None)

    async def _gone(self, channels: list[int]) -> None:
        await self._guilds.gone(self._app, channels)
        await self._marks.forget(channels)

    async def _all_told(self) -> None:
        if not self._whole:
            return
        seen = [
            one.id for guild in self.session.guilds for one in self.session.channels(guild.id) if one.sees
        ]
        await self._guilds.only(self._app, seen)
        await self._marks.keep_only(self.session.rooms())

    async def _came(self, data: Mapping[str, Any]) -> None:
        user, guild = data["user"], int(data["guild_id"])
        room = self.session.greets_in(guild)
        if room and not user.get("bot"):
            await self._guilds.came(
                await self._now(), room, str(user["id"]), called(user, data),
                joined=str(data.get("joined_at") or ""), guild=guild,
            )  # fmt: skip

    async def _now(self) -> KnownApp:
        """The app as it is now: whether it is open to fans may have changed since the run began."""
        return await self._roster.of(self._app.connection_id) or self._app

    # Where, and how far

    async def _place(self, channel_id: int, guild_id: int) -> Place | None:
        if not guild_id:
            return Place(channel_id)
        if found := self.session.place(channel_id, guild_id):
            return found
        try:
            told = await self._api.call("GET", "/channels/{channel_id}", channel_id=channel_id)
        except CallFailed as error:
            if error.status not in _CLOSED:
                raise
            return None
        return placed(told)

    def _guild(self, data: Mapping[str, Any]) -> None:
        guild_id = int(data["id"])
        known = any(self._marks.of(int(one["id"])) is not None for one in data.get("channels") or ())
        joined = guild_id not in self._unheard and not known
        # Before anybody relies on it: another run wouldn't know since when a channel is to be heard.
        self._put(_GUILDS, self._marks.write_reached)
        self._put(_GUILDS, partial(self._told, guild_id, joined=joined))
        self._unheard.discard(guild_id)
        if not self._unheard:
            self._put(_GUILDS, self._all_told)
        for one in (*(data.get("channels") or ()), *(data.get("threads") or ())):
            self._compare(int(one["id"]), guild_id, int(one.get("last_message_id") or 0), new=joined)

    def _compare(self, channel_id: int, guild_id: int, last: int, *, new: bool) -> None:
        """Read what was said in a channel since it was heard; where it has no mark, since anything was heard
        anywhere, but in a `new` guild, and where nothing ever was heard, from now on. What was said where the
        app may not read wasn't for it.
        """
        place = self.session.place(channel_id, guild_id)
        if place is None:
            return
        if self._marks.of(channel_id) is None:
            unknown = new or self._first
            since = max(last, channel_id) if unknown else self._newest
            self._marks.reach(place, channel_id - 1 if channel_id > self._newest else since)
        if last > (self._marks.of(channel_id) or 0):
            if self.session.reads(channel_id, guild_id):
                self._put(channel_id, partial(self._read_missed, place, last))
            else:
                self._marks.reach(place, last)

    async def _read_missed(self, place: Place, last: int) -> None:
        """Take in what was said in a channel since it was heard, up to `last`, the oldest first."""
        after = max(self._marks.of(place.channel) or 0, number_at(now() - FURTHEST_BACK))
        for _ in range(0, MOST_READ, _PAGE):
            try:
                page = await self._api.call(
                    "GET", "/channels/{channel_id}/messages", channel_id=place.channel,
                    query={"after": str(after), "limit": _PAGE},
                )  # fmt: skip
            except CallFailed as error:
                if error.status not in _CLOSED:
                    raise
                # The app may not read there: its checklist says so. Asked each time, Discord shuts us out.
                self._marks.reach(place, last)
                log.info("discord.history_refused", app=self._app.application_id, code=error.code)
                return
            for message in sorted(page, key=lambda one: int(one["id"])):
                await self._take(place, message)
                after = int(message["id"])
                self._marks.reach(place, after)
            if len(page) < _PAGE:
                return


def placed(channel: Mapping[str, Any], *, forum: bool = False) -> Place:
    """Where something is said, by what Discord tells of a channel."""
    number, kind = int(channel["id"]), int(channel.get("type") or 0)
    guild = int(channel.get("guild_id") or 0)
    if kind in THREADS:
        owner = int(channel.get("owner_id") or 0)
        return Place(number, str(channel.get("parent_id") or ""), owner, forum or kind in FORUMS, guild=guild)
    return Place(number, str(number) if guild else "", guild=guild)
