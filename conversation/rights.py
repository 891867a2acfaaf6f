"""Fans' rights: having what is kept about them as a file, and having it erased. (Commands: `commands.py`.)

An erasure is one transaction, so that a death anywhere leaves it done or not begun. A fan's own is noted
first and done once its last word has reached them, or after half a minute, where nothing is sent: a pause
holds up no erasure. Whoever is at work then does it, or the next one.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import orjson

from community import service as community
from community.events import FanErased
from conversation import rights_repository as repository
from conversation.errors import NoSuchExport, NoSuchFan
from conversation.types import SENT_CHANNEL, FanEntry, Page, PrivacyRequestInfo
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.ids import token, token_hash
from kernel.rounds import forever

EXPORT_FOR = timedelta(minutes=15)
"""How long an export's link holds once it is sent: long enough to open it, too short to be found later."""

_LAST_WORD_STAYS = timedelta(seconds=5)
_LAST_WORD_WITHIN = timedelta(seconds=30)
_ECHOES_FOR = timedelta(hours=1)
_SWEEP_EVERY_S = 1.0
_PAGE = 20
# Means of ours, which say nothing about the fan; the link's hash would be worth guessing at. `answers` are
# what the creator tries out, and no fan was told.
_NOT_EXPORTED = frozenset(
    (
        *("creator_id", "token_hash", "code_hash", "lease", "lease_until", "fence", "echoes"),
        *("decided_by", "answers"),
    )
)
_TEAMS: Final = {
    "takeover": {"account_id", "name"},
    "fan_note": {"by"},
    "moderation_action": {"by", "place"},
    "moderation_trusted": {"by"},
}
"""By table what says who of the creator's people it was, or where they read it."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is kept about a fan, ready to be written as JSON."""

    creator: str
    kept: dict[str, list[dict[str, Any]]]

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {"creator": self.creator, "made_at": now(), "kept": self.kept}

    def to_file(self) -> bytes:
        """The whole file, as JSON."""
        return orjson.dumps(self.to_json(), option=orjson.OPT_INDENT_2, default=str)


def digest(connection_id: int, update_id: str) -> str:
    """What is remembered for a while of an update that was erased."""
    return token_hash(f"{connection_id}:{update_id}")


async def ask_export(uow: UnitOfWork, *, fan_id: int, message_id: int, platform: str) -> str:
    """Note that a fan wants what is kept about them. Returns the secret part of the link to it."""
    secret = token()
    await repository.ask(
        uow,
        kind="export",
        fan_id=fan_id,
        message_id=message_id,
        platform=platform,
        token_hash=token_hash(secret),
        expires_at=now() + EXPORT_FOR,
    )
    return secret


async def look_at_export(uow: UnitOfWork, secret: str) -> None:
    """Whether a link still holds; nothing is spent.

    Raises:
        NoSuchExport: it doesn't.
    """
    if await repository.export_by(uow, token_hash(secret), take=False) is None:
        raise NoSuchExport("This link was used already, or is too old. Write /export for a new one.")


async def read_export(uow: UnitOfWork, secret: str) -> Export:
    """What `take_export` gives, without spending it: for a platform that hands the file over by itself.

    Raises:
        NoSuchExport: it doesn't hold any more.
    """
    return await _export(uow, secret, take=False)


async def take_export(uow: UnitOfWork, secret: str) -> Export:
    """Everything that is kept about the fan whose link this is; the link is spent.

    Raises:
        NoSuchExport: it doesn't hold any more.
    """
    return await _export(uow, secret, take=True)


async def _export(uow: UnitOfWork, secret: str, *, take: bool) -> Export:
    fan_id = await repository.export_by(uow, token_hash(secret), take=take)
    if fan_id is None:
        raise NoSuchExport("This link was used already, or is too old. Write /export for a new one.")
    creator = (await community.avatars(uow))[0].creator_name
    fans = await community.linking.linked(uow, fan_id)
    kept = {
        table: [_exported(table, row) for row in rows]
        for table, rows in (await repository.kept_about(uow, *fans)).items()
    }
    return Export(creator, kept)


def _exported(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row as a fan gets it. Who of the team it was, is told above their words where they have chosen so."""
    left_out = _NOT_EXPORTED | _TEAMS.get(table, set())
    kept = {name: value for name, value in row.items() if name not in left_out}
    if table == "outbound" and kept["payload"].get("by") == "person":
        kept["payload"] = kept["payload"] | {"who": ""}
    return kept


async def ask_erasure(uow: UnitOfWork, *, fan_id: int, message_id: int, platform: str) -> None:
    """Note that a fan wants to be forgotten: done as soon as the answer to the message has reached them."""
    await repository.ask(uow, kind="erase", fan_id=fan_id, message_id=message_id, platform=platform)


async def erase(uow: UnitOfWork, fan_id: int, *, by: str) -> bool:
    """Erase a fan with every account that they have linked, and everything of theirs, in this transaction;
    False where they are gone already.

    Whoever is writing for them just now is waited for; what they would write afterwards finds nobody.
    """
    wanted = await community.linking.linked(uow, fan_id)
    held = {each: await repository.hold_fan(uow, each) for each in wanted}
    # Only now nobody links or parts them any more.
    fans = set(await community.linking.linked(uow, fan_id)) & held.keys()
    gone = [await _erase(uow, each, held[each], by=by) for each in sorted(fans)]
    return any(gone)


async def _erase(uow: UnitOfWork, fan_id: int, fan: Any, *, by: str) -> bool:
    """Erase one account, which is held."""
    if fan is None:
        return False
    await uow.publish(FanErased(uow.tenant, fan_id))
    threads = await repository.threads_of(uow, fan_id)
    await uow.forget_jobs("thread_id", threads)
    await uow.forget_jobs("fan_id", [fan_id])
    updates = await repository.updates_since(uow, fan_id, now() - _ECHOES_FOR)
    echoes = [digest(each.connection_id, each.update_id) for each in updates]
    await repository.settle(uow, fan_id, by=by, platform=fan.platform, echoes=echoes)
    await repository.erase_passed_on(uow, threads)
    await repository.erase_fan(uow, fan_id)
    for thread in threads:
        await uow.notify(SENT_CHANNEL, f"{uow.tenant}:{thread}")
    return True


async def erase_by_creator(uow: UnitOfWork, fan_id: int) -> None:
    """Erase a fan because the creator says so.

    Raises:
        NoSuchFan: not the tenant's, or gone already.
    """
    if not await erase(uow, fan_id, by="creator"):
        raise NoSuchFan("There is no such fan any more.")


async def privacy_requests(uow: UnitOfWork, page: int = 1) -> Page[PrivacyRequestInfo]:
    """The requests, newest first, in pages from 1."""
    rows = await repository.requests(uow, limit=_PAGE, offset=(page - 1) * _PAGE)
    items = tuple(
        PrivacyRequestInfo(
            row.id, row.kind, row.by, _state(row), row.platform, row.fan_id, row.fan_name or "",
            row.created_at, row.done_at,
        )
        for row in rows
    )  # fmt: skip
    return Page(items, page, -(-(rows[0].total if rows else 0) // _PAGE))


def _state(row: Any) -> str:
    return "expired" if row.state == "asked" and row.expires_at and row.expires_at < now() else row.state


async def fans(uow: UnitOfWork, page: int = 1, find: str = "") -> Page[FanEntry]:
    """The fans, who wrote last first, in pages from 1; `find` is part of a name, or a number."""
    rows = await repository.fans(uow, find=find.strip(), limit=_PAGE, offset=(page - 1) * _PAGE)
    items = tuple(
        FanEntry(row.id, row.name, row.platform or "", row.text or "", row.last_at or row.created_at)
        for row in rows
    )
    return Page(items, page, -(-(rows[0].total if rows else 0) // _PAGE))


class Erasures:
    """Does the erasures that fans have asked for. Any number of processes may."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def sweep(self) -> int:
        """Do what is due; how many there were."""
        moment = now()
        async with self._db.system_uow() as uow:
            await repository.drop_echoes(uow, moment - _ECHOES_FOR)
            found = await repository.due(
                uow, sent_before=moment - _LAST_WORD_STAYS, asked_before=moment - _LAST_WORD_WITHIN, limit=50
            )
        for row in found:
            async with self._db.uow(row.creator_id) as uow:
                fan_id = await repository.fan_of(uow, row.id)
                if fan_id is not None:
                    await erase(uow, fan_id, by="fan")
        return len(found)

    async def sweep_forever(self) -> None:
        """Sweep every second until cancelled."""
        await forever(self.sweep, _SWEEP_EVERY_S, "erasure")
