"""Doing in Discord what moderation has decided. Each call may be made twice with the effect of once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog

from bots.discord.client import Api, Client
from bots.discord.failures import REASONS, CallFailed, Limited, Unauthorized
from bots.discord.messages import BY_INTERACTION, channel_in, number_at
from bots.discord.rights import BITS, permissions
from bots.discord.roster import KnownApp, Roster
from bots.service import DISCORD
from kernel.clock import now
from moderation.service import NEEDS
from moderation.types import Act, Ended, Verb

log = structlog.get_logger(__name__)

AGAIN_S: Final = 5.0
REFUSED_S: Final = 60.0
AT_ONCE: Final = 100
"""Messages that one call reads, or deletes."""

SINGLY: Final = 10
"""Messages that are deleted one by one before what is left is kept."""

YOUNGEST: Final = timedelta(days=14) - timedelta(minutes=5)
"""Older messages Discord doesn't delete together."""

LONGEST_TIMEOUT: Final = timedelta(days=28)
_NO_MEMBER, _NO_USER, _NO_MESSAGE, _NO_BAN, _FORBIDDEN = 10007, 10013, 10008, 10026, 50013
_CODES: Final = {_NO_MEMBER: "gone", _NO_USER: "gone", 10003: "outside", 10004: "outside", 50001: "outside"}
_DONE: Final = {Verb.KICK: _NO_MEMBER, Verb.UNBAN: _NO_BAN}
"""What is so already."""

_MEMBER: Final = "/guilds/{guild_id}/members/{user_id}"
_BAN: Final = "/guilds/{guild_id}/bans/{user_id}"
_CHANNEL: Final = "/channels/{channel_id}"
_ABOUT_SOMEBODY: Final = frozenset({Verb.RESTRICT, Verb.RELEASE, Verb.BAN, Verb.KICK})


class DiscordEnforcer:
    """Moderates on Discord connections. What is about somebody has their guild for its room."""

    platform = DISCORD

    def __init__(self, client: Client, roster: Roster) -> None:
        self._client = client
        self._roster = roster

    async def act(self, act: Act) -> Ended:
        """Do it, or say when to try again."""
        app = await self._roster.of(act.connection_id)
        if app is None:
            return Ended("failed", "outside")
        if app.state != "active":
            self._roster.forget(act.connection_id)
            return Ended("queued", "outside", REFUSED_S)
        api = self._client.app(app.token)
        try:
            return await _do(api, act)
        except Limited as error:
            return Ended("queued", "lost", error.retry_after_s)
        except Unauthorized:
            self._client.forget(app.token)
            await self._roster.quarantine(app, REASONS["token"])
            return Ended("queued", "outside", REFUSED_S)
        except CallFailed as error:
            return await self._after(error, app, api, act)

    async def _after(self, error: CallFailed, app: KnownApp, api: Api, act: Act) -> Ended:
        if error.status == 0 or error.status >= 500:
            # Whether it was done or not: it is done again.
            return Ended("queued", "lost", AGAIN_S)
        if error.code == _DONE.get(act.verb):
            return Ended("done")
        if error.code in _CODES:
            return Ended("failed", _CODES[error.code])
        if error.code != _FORBIDDEN:
            log.warning("discord.not_enforced", verb=act.verb, code=error.code, said=error.message)
            return Ended("failed", "outside")
        try:
            return Ended("failed", await _forbidden(api, app, act))
        except CallFailed:
            return Ended("failed", f"right.{NEEDS[DISCORD][act.verb]}")


async def _do(api: Api, act: Act) -> Ended:
    if act.until is not None and act.until <= now():
        return Ended("done")
    guild, user, why = act.room, act.user_id, str(act.args.get("why") or "")
    match act.verb:
        case Verb.DELETE:
            return await _delete(api, act)
        case Verb.SLOW:
            return await _slow(api, act)
        case Verb.RESTRICT | Verb.RELEASE:
            most = now() + LONGEST_TIMEOUT
            until = min(act.until or most, most).isoformat() if act.verb is Verb.RESTRICT else None
            await api.call(
                "PATCH", _MEMBER, body={"communication_disabled_until": until}, why=why, patient=False,
                guild_id=guild, user_id=user,
            )  # fmt: skip
        case Verb.BAN:
            await api.call(
                "PUT", _BAN, body={"delete_message_seconds": int(act.args.get("clean_s") or 0)}, why=why,
                patient=False, guild_id=guild, user_id=user,
            )  # fmt: skip
        case Verb.UNBAN:
            await api.call("DELETE", _BAN, why=why, patient=False, guild_id=guild, user_id=user)
        case Verb.KICK:
            await api.call("DELETE", _MEMBER, why=why, patient=False, guild_id=guild, user_id=user)
        case _:
            return Ended("failed", "outside")
    return Ended("done")


async def _slow(api: Api, act: Act) -> Ended:
    """Set how long each waits between two messages; first what it was is kept, by which that is undone."""
    channel, wanted = channel_in(act.args["where"]), int(act.args["seconds"])
    if "before" not in act.args:
        told = await api.call("GET", _CHANNEL, patient=False, channel_id=channel)
        before = int(told.get("rate_limit_per_user") or 0)
        return Ended("queued", args={**act.args, "before": before})
    if "expected" in act.args:
        told = await api.call("GET", _CHANNEL, patient=False, channel_id=channel)
        if int(told.get("rate_limit_per_user") or 0) not in (int(act.args["expected"]), wanted):
            return Ended("failed", "changed")
    await api.call(
        "PATCH", _CHANNEL, body={"rate_limit_per_user": wanted}, why=str(act.args.get("why") or ""),
        patient=False, channel_id=channel,
    )  # fmt: skip
    return Ended("done")


async def _delete(api: Api, act: Act) -> Ended:
    """Delete messages: first which is found out and kept, so that another time it is no others."""
    channel, why = channel_in(act.args["where"]), str(act.args.get("why") or "")
    if "ids" not in act.args:
        ids = await _found(api, channel, act.args)
        if not ids:
            return Ended("done", amount=0)
        return Ended("queued", args={**act.args, "ids": ids, "count": len(ids)})
    ids = list(act.args["ids"])
    young = [one for one in ids if int(one) >= number_at(now() - YOUNGEST)]
    if len(young) > 1:
        some = young[:AT_ONCE]
        await api.call(
            "POST", "/channels/{channel_id}/messages/bulk-delete", body={"messages": some}, why=why,
            patient=False, channel_id=channel,
        )  # fmt: skip
    else:
        some = ids[:SINGLY]
        for one in some:
            await _delete_one(api, channel, one, why)
    if rest := [one for one in ids if one not in some]:
        return Ended("queued", args={**act.args, "ids": rest})
    return Ended("done", amount=int(act.args["count"]))


async def _delete_one(api: Api, channel: int, message: str, why: str) -> None:
    try:
        await api.call(
            "DELETE", "/channels/{channel_id}/messages/{message_id}", why=why, patient=False,
            channel_id=channel, message_id=message,
        )  # fmt: skip
    except CallFailed as error:
        if error.code != _NO_MESSAGE:
            raise


async def _found(api: Api, channel: int, args: Mapping[str, Any]) -> list[str]:
    """The last so many messages of a channel before one, from another one on, the newest first."""
    before, most = str(args["to"]).removeprefix(BY_INTERACTION), int(args["count"])
    oldest = int(args["start"] or 0)
    ids: list[str] = [] if before != str(args["to"]) else [before]
    most += len(ids)
    while len(ids) < most:
        page = await api.call(
            "GET", "/channels/{channel_id}/messages", patient=False, channel_id=channel,
            query={"before": before, "limit": min(AT_ONCE, most - len(ids))},
        )  # fmt: skip
        meant = sorted((int(one["id"]) for one in page if int(one["id"]) >= oldest), reverse=True)
        ids += map(str, meant)
        if not page or len(meant) < len(page):
            break
        before = ids[-1]
    return ids


async def _forbidden(api: Api, app: KnownApp, act: Act) -> str:
    """Why Discord forbids something: it says no more than that it does."""
    lacking = f"right.{NEEDS[DISCORD][act.verb]}"
    if act.verb not in _ABOUT_SOMEBODY:
        return lacking
    guild = await api.call("GET", "/guilds/{guild_id}", patient=False, guild_id=act.room)
    me = await api.call("GET", _MEMBER, patient=False, guild_id=act.room, user_id=app.user_id)
    may = permissions(guild, me)
    if not may & (BITS["administrator"] | BITS[NEEDS[DISCORD][act.verb]]):
        return lacking
    if guild.get("owner_id") == act.user_id:
        return "protected"
    them = await api.call("GET", _MEMBER, patient=False, guild_id=act.room, user_id=act.user_id)
    if act.verb is Verb.RESTRICT and permissions(guild, them) & BITS["administrator"]:
        return "protected"
    return "higher"
