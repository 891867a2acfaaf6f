"""/broadcast: news for the fans who asked, from a chat of the creator's people. (The rules: `broadcasts`.)

`/broadcast #vip lang:es active:30 Text` makes a draft and shows it as fans would get it, with how many they
are; a button sends it. `/broadcast pause 12`, `resume`, `cancel` and `/broadcast 12` go on from there.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from community import service as community
from community.types import Entitlements
from conversation import broadcasts
from conversation.broadcasts import BroadcastInfo
from conversation.errors import BadBroadcast
from conversation.orders import MODERATOR, refusing
from conversation.segments import Segment
from kernel.chat import Button, CommandCall, CommandRouter, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import normalise
from memory import service as memory

_ACT: Final = re.compile(
    r"^(send|pause|resume|cancel|drop)\s+#?(\d{1,17})(?:\s+(\d{1,2}):(\d{2}))?$", re.I | re.A
)
_NUMBER: Final = re.compile(r"^#?(\d{1,17})$", re.A)
_FILTER: Final = re.compile(r"^(?:#(?P<tag>\S+)|(?P<name>lang|on|active|silent|tier):(?P<value>\S+))$", re.I)
_SHOWN: Final = 5
NAME: Final = "broadcast"
"""Its name, without the slash."""


def router(db: Database, entitlements: Callable[[], Entitlements]) -> CommandRouter:
    """The command."""
    orders = _Orders(db, entitlements)
    commands = CommandRouter()
    commands.add(NAME, refusing(orders.broadcast), role=MODERATOR, private=True)
    return commands


class _Orders:
    def __init__(self, db: Database, entitlements: Callable[[], Entitlements]) -> None:
        self._db = db
        self._entitlements = entitlements

    async def broadcast(self, call: CommandCall) -> Outbound:
        """What the words behind the command ask for."""
        if not call.argument:
            return await self._list(call)
        if found := _ACT.match(call.argument):
            act, number, hour, minute = found.groups()
            return await self._act(call, act.lower(), int(number), f"{hour}:{minute}" if hour else "")
        if found := _NUMBER.match(call.argument):
            async with self._db.uow(call.creator_id) as uow:
                info = await broadcasts.get(uow, call.avatar_id, int(found[1]))
            return Outbound(_line(info, call.lang), call.lang, buttons=_buttons(info, call.lang))
        return await self._draft(call)

    async def _draft(self, call: CommandCall) -> Outbound:
        segment, text = read(call.argument)
        async with self._db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            lang = memory.detect(text, avatar.languages).lang or avatar.languages[0]
            number = await broadcasts.draft(
                uow, avatar.id, texts={lang: text}, segment=segment, by=call.by,
                once=f"order:{call.inbound_id}",
            )  # fmt: skip
        many = await broadcasts.reach(self._db, self._entitlements(), avatar, segment)
        head = t(call.lang, "broadcast.preview", id=number, number=many, segment=told(segment, call.lang))
        shown = broadcasts.said(text, lang, avatar.creator_name)
        send = Button(t(call.lang, "broadcast.act.send"), text=f"/broadcast send {number}")
        drop = Button(t(call.lang, "broadcast.act.drop"), text=f"/broadcast drop {number}")
        said = Outbound(f"{head}\n\n{shown.notice}\n\n{shown.text}", call.lang)
        return replace(said, buttons=(send, drop))

    async def _act(self, call: CommandCall, act: str, number: int, at: str) -> Outbound:
        async with self._db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            moment = next_at(at, avatar.time_zone) if at else None
            if act == "send":
                await self._once(uow, call, number, moment)
            elif act == "drop":
                await broadcasts.discard(uow, avatar.id, number)
            else:
                change = {
                    "pause": broadcasts.pause, "resume": broadcasts.resume, "cancel": broadcasts.cancel
                }[act]  # fmt: skip
                await change(uow, avatar.id, number)
        if moment is not None:
            when = f"{moment.astimezone(ZoneInfo(avatar.time_zone)):%Y-%m-%d %H:%M} {avatar.time_zone}"
            return Outbound(t(call.lang, "broadcast.later", id=number, when=when), call.lang)
        said = Outbound(t(call.lang, f"broadcast.done.{act}", id=number), call.lang)
        if act in ("drop", "cancel"):
            return said
        how = Button(t(call.lang, "broadcast.how"), text=f"/broadcast {number}")
        return replace(said, buttons=(how,))

    async def _once(self, uow: UnitOfWork, call: CommandCall, number: int, at: datetime | None) -> None:
        """Send; the same order again changes nothing."""
        info = await broadcasts.get(uow, call.avatar_id, number)
        if info.state not in ("waiting", "running") or at is not None:
            await broadcasts.start(uow, call.avatar_id, number, at)

    async def _list(self, call: CommandCall) -> Outbound:
        async with self._db.uow(call.creator_id) as uow:
            found = (await broadcasts.listing(uow, call.avatar_id))[:_SHOWN]
        lines = [_line(each, call.lang) for each in found]
        return Outbound("\n\n".join([t(call.lang, "broadcast.usage"), *lines]), call.lang)


def read(argument: str) -> tuple[Segment, str]:
    """Whom an order is for, by the words it begins with, and what is to be said."""
    tags: list[str] = []
    asked: dict[str, list[str]] = {}
    rest = argument
    while rest:
        word, *after = rest.split(maxsplit=1)
        found = _FILTER.match(word)
        if not found:
            break
        if found["tag"]:
            tags.append(found["tag"])
        else:
            asked.setdefault(found["name"].lower(), []).append(found["value"])
        rest = after[0] if after else ""
    days = {name: _days(asked.get(name, ["0"])[-1]) for name in ("active", "silent")}
    languages = tuple(normalise(each) or each for each in asked.get("lang", ()))
    platforms = tuple(each.lower() for each in asked.get("on", ()))
    tier = asked.get("tier", [""])[-1]
    return Segment(tuple(tags), languages, platforms, days["active"], days["silent"], tier), rest


def _days(word: str) -> int:
    bare = word.lower().removesuffix("d")
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 6 else -1


def told(segment: Segment, lang: str) -> str:
    """Whom a segment has, in the words by which it is asked for: the same in every language."""
    parts = [f"#{each}" for each in segment.tags]
    parts += [f"lang:{each}" for each in segment.languages]
    parts += [f"on:{each}" for each in segment.platforms]
    parts += [f"active:{segment.active_days}d"] if segment.active_days else []
    parts += [f"silent:{segment.silent_days}d"] if segment.silent_days else []
    parts += [f"tier:{segment.tier}"] if segment.tier else []
    return " ".join(parts) or t(lang, "broadcast.everyone")


def _line(info: BroadcastInfo, lang: str) -> str:
    """How a broadcast goes, in a few lines."""
    progress = info.progress
    text = " ".join(info.text.split())
    state = t(lang, f"broadcast.state.{info.state}")
    head = f"#{info.id} · {state} · {text if len(text) <= 60 else text[:59] + '…'}"
    if info.state in ("draft", "waiting"):
        return head
    return f"{head}\n" + t(
        lang, "broadcast.progress", aimed=progress.aimed, delivered=progress.delivered,
        failed=progress.failed, blocked=progress.blocked, unknown=progress.unknown,
        skipped=progress.skipped, left=progress.left,
    )  # fmt: skip


def _buttons(info: BroadcastInfo, lang: str) -> tuple[Button, ...]:
    acts = {
        "draft": ("send", "drop"), "waiting": ("cancel",), "running": ("pause", "cancel"),
        "paused": ("resume", "cancel"),
    }.get(info.state, ())  # fmt: skip
    return tuple(
        Button(t(lang, f"broadcast.act.{each}"), text=f"/broadcast {each} {info.id}") for each in acts
    )


def next_at(clock: str, zone: str) -> datetime:
    """The next moment at which a clock of that zone shows this time.

    Raises:
        BadBroadcast: no clock ever does.
    """
    hour, minute = map(int, clock.split(":"))
    if hour > 23 or minute > 59:
        raise BadBroadcast("Choose a moment within the next year.", field="at")
    local = now().astimezone(ZoneInfo(zone))
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)
