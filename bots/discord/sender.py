"""Sending to Discord: one connection's batch, its channels side by side, each channel's messages in order.

A call that was refused, or never began, is tried again or fails. One that ended without an answer may have
been carried out: it is made again while Discord surely makes one message of the same nonce, within this one
send, so that nobody takes it up later; after that it is `unknown`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import structlog

from bots.discord import repository
from bots.discord.answering import Answering
from bots.discord.calls import body
from bots.discord.cards import names_of
from bots.discord.client import Api, Client, Json, Upload
from bots.discord.failures import (
    REASONS,
    Broken,
    CallFailed,
    Limited,
    NoAnswer,
    NotYet,
    TooSoon,
    Unauthorized,
    cause_of,
    told,
)
from bots.discord.files import SentFiles
from bots.discord.messages import channel_in
from bots.discord.roster import KnownApp, Roster
from bots.discord.text import Setting, TooLong
from bots.sending import AGAIN_S, Noting, replaced, side_by_side
from bots.service import DISCORD
from conversation.types import Gate, Sent, ToSend
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database
from kernel.errors import NotFound, TooLarge, Unavailable

log = structlog.get_logger(__name__)

SAME_FOR_S: Final = 60.0
"""How long after the first try the same nonce is surely the same message."""

_PAUSE_S, _PAUSE_MOST_S = 0.5, 8.0
_MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class _Batch:
    """One connection's batch under way. `lost`: its token was refused, and there is no other."""

    app: KnownApp
    may_go: Gate
    lost: bool = False
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class _Post:
    """One message to be posted to a channel, or put in the place of the one named so."""

    one: ToSend
    channel: int
    replaces: str
    body: Json
    files: list[Upload]


class DiscordSender:
    """Sends what waits on Discord connections. `public` is the public site's address now.

    `again_for_s`: how long a send whose end nobody knows is repeated under its nonce.
    """

    platform = DISCORD
    repeatable = False

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        files: SentFiles,
        answering: Answering,
        public: Callable[[], str],
        typing_ends: Callable[[int, str], None],
        *,
        again_for_s: float = SAME_FOR_S - 10,
    ) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._files = files
        self._answering = answering
        self._public = public
        self._typing_ends = typing_ends
        self._again_for_s = again_for_s
        self._noting = Noting(db, DISCORD, REASONS, repository.note_error)
        self._private: dict[tuple[int, int], bool] = {}

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        """Send these, of one connection; one result each."""
        try:
            app = await self._roster.active(batch[0].connection_id)
        except (*DATABASE_AWAY, Unavailable) as error:
            return tuple(Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S) for one in batch)
        if app is None:
            return tuple(_failed(one, "removed") for one in batch)
        if app.state != "active":
            return tuple(Sent(one.id, "held") for one in batch)
        under_way = _Batch(app, may_go)
        return await side_by_side(
            batch, lambda one: one.chat_id.rpartition("/")[2], partial(self._one, under_way)
        )

    async def _one(self, batch: _Batch, one: ToSend) -> Sent:
        self._typing_ends(one.connection_id, one.chat_id)
        try:
            channel = channel_in(one.chat_id)
        except ValueError:
            return _failed(one, "nowhere")
        try:
            before = await replaced(self._db, one, REASONS["missing"]) if one.outbound.edits else ""
            if isinstance(before, Sent):
                return before
            made = await self._made(batch.app, one, channel)
            if isinstance(made, Sent):
                return made
            return await self._post(batch, _Post(one, channel, before, *made))
        # It was away before the call: what is kept after one can't fail it any more.
        except DATABASE_AWAY as error:
            return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
        # Whatever else it was, nobody knows what arrived; the other channels go on.
        except Exception as error:
            log.exception("discord.sender_failed", outbound=one.id)
            return Sent(one.id, "unknown", error=told(error))

    async def _made(self, app: KnownApp, one: ToSend, channel: int) -> tuple[Json, list[Upload]] | Sent:
        """What is to be posted, or why that can't be made."""
        private = await self._is_private(one, channel)
        try:
            # What is changed keeps its files.
            media = () if one.outbound.edits else one.outbound.media
            files = await self._files.of(one.creator_id, media)
            if one.outbound.card:
                names = names_of(media, [file.name for file in files])
                files = [replace(file, name=name) for file, name in zip(files, names, strict=True)]
            return body(one, files, Setting(app.user_id, self._public(), private=private)), files
        except NotFound:
            return await self._failed(one, "missing")
        except Unavailable as error:
            return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
        except TooLarge:
            return await self._failed(one, "too_large")
        except TooLong:
            return await self._failed(one, "too_long")
        except ValueError as error:
            return Sent(one.id, "failed", error=told(error))

    async def _is_private(self, one: ToSend, channel: int) -> bool:
        key = (one.connection_id, channel)
        if key not in self._private:
            async with self._db.uow(one.creator_id) as uow:
                known = await repository.is_private(uow, one.connection_id, channel)
            if known is None:
                return False
            if len(self._private) >= _MOST_KEPT:
                self._private.clear()
            self._private[key] = known
        return self._private[key]

    async def _post(self, batch: _Batch, post: _Post) -> Sent:
        """Post it, again while that is safe where nobody knows whether it arrived."""
        one = post.one
        pause, perhaps, until = _PAUSE_S, False, monotonic() + self._again_for_s
        while True:
            app = batch.app
            try:
                if batch.lost or not await batch.may_go(one):
                    return _unknown(one) if perhaps else Sent(one.id, "held")
                sent = await self._call(app, post)
            except Limited as error:
                if isinstance(error, NotYet):
                    return Sent(one.id, "queued", retry_after_s=error.retry_after_s)
                if not perhaps and isinstance(error, TooSoon):
                    return Sent(one.id, "queued", retry_after_s=error.retry_after_s)
                if not perhaps:
                    await self._note(one, "waits")
                    return Sent(one.id, "queued", error=REASONS["waits"], retry_after_s=error.retry_after_s)
                pause = max(pause, error.retry_after_s)
            except Unauthorized:
                await self._refused(batch, app, one)
                continue
            except NoAnswer as error:
                if not error.left and not perhaps:
                    await self._note(one, "lost")
                    return Sent(one.id, "queued", error=told(error), retry_after_s=AGAIN_S)
                perhaps = True
            except Broken:
                perhaps = True
            except CallFailed as error:
                return await self._refusal(error, one)
            except DATABASE_AWAY:
                if not perhaps:
                    raise
            else:
                await self._arrived(one)
                return Sent(one.id, "sent", platform_message_id=sent.get("id") and str(sent["id"]))
            if monotonic() + pause >= until:
                await self._note(one, "lost")
                return _unknown(one)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _PAUSE_MOST_S)

    async def _call(self, app: KnownApp, post: _Post) -> Json:
        api: Api = self._client.app(app.token)
        if post.replaces:
            return await self._change(api, post)
        answered = await self._answering.answer(app, api, post.one, post.body, post.files)
        if answered is not None:
            return answered
        posted: Any = await api.call(
            "POST", "/channels/{channel_id}/messages", channel_id=post.channel, body=post.body,
            files=post.files, patient=False, priority=post.one.priority,
        )  # fmt: skip
        return dict(posted)

    async def _change(self, api: Api, post: _Post) -> Json:
        """Put it in the place of a message that was sent; the same again changes nothing."""
        changed = ("content", "components", "allowed_mentions", "flags")
        bare: Json = {"components": []} if post.one.outbound.card else {"content": "", "components": []}
        changes = bare | {name: each for name, each in post.body.items() if name in changed}
        await api.call(
            "PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=post.channel,
            message_id=post.replaces, body=changes, patient=False,
        )  # fmt: skip
        return {}

    async def _arrived(self, one: ToSend) -> None:
        """A message that was sent stays sent, even if what is kept of it can't be."""
        try:
            await self._files.sent(one.creator_id, one.outbound.media)
        except DATABASE_AWAY:
            log.warning("discord.export_not_spent", outbound=one.id)

    async def _refusal(self, error: CallFailed, one: ToSend) -> Sent:
        """After a refusal, which changed nothing and would be the same again."""
        cause = cause_of(error)
        log.info("discord.refused", connection=one.connection_id, said=told(error))
        if cause:
            failed = await self._failed(one, cause, of_app=cause not in ("blocked", "archived", "deleted"))
            return replace(failed, unreachable=cause == "blocked")
        return Sent(one.id, "failed", error=told(error))

    async def _refused(self, batch: _Batch, app: KnownApp, one: ToSend) -> None:
        """Discord doesn't know the token: there is another one already, or nobody sends with it any more."""
        async with batch.checking:
            if not batch.lost and batch.app.token == app.token:
                self._client.forget(app.token)
                lost = await self._roster.quarantine(app, REASONS["token"])
                fresh = None if lost else await self._roster.of(one.connection_id)
                if fresh is not None and fresh.state == "active":
                    batch.app = fresh
                else:
                    batch.lost = True

    async def _failed(self, one: ToSend, code: str, *, of_app: bool = True) -> Sent:
        await self._note(one, code, of_app=of_app)
        return _failed(one, code)

    async def _note(self, one: ToSend, code: str, *, of_app: bool = True) -> None:
        await self._noting.note(one, one.chat_id.partition("/")[0], code, of_bot=of_app)


def _unknown(one: ToSend) -> Sent:
    return Sent(one.id, "unknown", error=REASONS["broken"])


def _failed(one: ToSend, code: str) -> Sent:
    return Sent(one.id, "failed", error=REASONS[code])
