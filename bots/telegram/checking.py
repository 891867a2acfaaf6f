"""Whether a bot can do what is expected of it: each thing looked at, and what to do where it can't.

An edge: it opens its own short units of work, and calls Telegram between them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberAdministrator, User, WebhookInfo

from bots.errors import NotConnected, TokenRefused
from bots.findings import Finding
from bots.service import TELEGRAM
from bots.telegram import joining_repository
from bots.telegram.asking import asking
from bots.telegram.client import Client
from bots.telegram.failures import REASONS
from bots.telegram.hooks import Hooks, place_of
from bots.telegram.joining import about
from bots.telegram.memberships import seen
from bots.telegram.roster import Roster, sealing
from community import service as community
from community.types import ChatInfo
from kernel.clock import now
from kernel.crypto import SecretBox
from kernel.db import Database
from kernel.errors import UnderstudyError
from kernel.i18n import said

CHATS_AT_ONCE: Final = 25
"""Chats that are looked at; those beyond are as they told of themselves last."""

_GONE: Final = (ChatMemberStatus.LEFT, ChatMemberStatus.KICKED)
_MUCH: Final = 100
"""Updates that wait before it is worth a word."""
_TROUBLED_FOR: Final = timedelta(hours=1)
_IN_CONFLICT_FOR: Final = timedelta(minutes=5)
"""While two programs ask for a bot's updates, that is noted every half minute."""


@dataclass(frozen=True, slots=True)
class BotInfo:
    """The bot that an avatar is, as its page shows it.

    `state`: active, quarantined, off. `webhook`: updates are to be posted here; `posted`: and can be.
    `held`: a process listens for it now. `token_end` is all that is ever shown of its token. `error` is what
    went wrong within the last hour, `untold` what Telegram didn't want of its profile, by what it was.
    """

    connection_id: int
    username: str
    name: str
    state: str
    webhook: bool
    posted: bool
    managed: bool
    held: bool
    reads_all: bool
    token_end: str
    error: str
    error_at: datetime | None
    checked_at: datetime | None
    untold: dict[str, str]


class Checks:
    """Looks at avatars' bots."""

    def __init__(
        self, db: Database, client: Client, roster: Roster, hooks: Hooks, secrets: SecretBox
    ) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._hooks = hooks
        self._secrets = secrets

    async def look(self, creator_id: int, avatar_id: int) -> BotInfo | None:
        """The bot that an avatar is, as far as it is known here; None where it is none."""
        async with self._db.uow(creator_id) as uow:
            row = await joining_repository.of_avatar(uow, avatar_id)
        if row is None:
            return None
        token = self._secrets.open(row.token, sealing(row.bot_id))
        return BotInfo(
            connection_id=row.connection_id,
            username=row.username,
            name=row.name,
            state=row.state,
            webhook=row.webhook,
            posted=row.webhook and self._hooks.possible,
            managed=row.managed,
            held=row.held,
            reads_all=row.reads_all,
            token_end=token[-4:],
            error=row.error if _lately(row.error_at) else "",
            error_at=row.error_at,
            checked_at=row.checked_at,
            untold=row.told.get("failed", {}),
        )

    async def examine(self, creator_id: int, avatar_id: int) -> list[Finding]:
        """Ask Telegram about a bot and its chats. A token that is worth nothing puts it in quarantine.

        Raises:
            NotConnected: the avatar is no bot.
        """
        async with self._db.uow(creator_id) as uow:
            row = await joining_repository.of_avatar(uow, avatar_id)
            chats = [one for one in await community.chats(uow, avatar_id) if one.platform == TELEGRAM]
        known = await self._roster.of(row.connection_id) if row else None
        if known is None:
            raise NotConnected("This avatar has no bot in Telegram yet.")
        api = self._client.bot(known.token)
        try:
            with asking():
                me = await api.get_me()
                hook = await api.get_webhook_info()
        except UnderstudyError as error:
            if isinstance(error, TokenRefused):
                await self._roster.quarantine(known, error.message)
            return [Finding(said("Telegram"), "fail", _words(error))]
        async with self._db.uow(creator_id) as uow:
            await joining_repository.note_about(uow, known.connection_id, about(me))
            reads_since = (await joining_repository.of_avatar(uow, avatar_id)).reads_all_since
        self._roster.forget(known.connection_id)
        here = [one for one in chats if one.state not in ("left", "moved")][:CHATS_AT_ONCE]
        looked_at = [await _chat(api, me, one, reads_since) for one in here]
        async with self._db.uow(creator_id) as uow:
            for one, found in zip(here, looked_at, strict=True):
                if found == _outside(found.name):
                    await community.left(
                        uow, known.connection_id, one.platform_chat_id, seen=seen(int(now().timestamp()))
                    )
        return [
            Finding(
                said("Telegram"), "ok", said("The token works: this is @{username}.", username=me.username)
            ),
            _listening(row),
            self._updates(row, hook),
            _groups(me),
            _privacy(me),
            *looked_at,
        ]

    def _updates(self, row: Any, hook: WebhookInfo) -> Finding:
        """Whether Telegram hands updates over as they are awaited here."""
        name = said("Messages")
        webhook = row.webhook
        wanted = self._hooks.address_of(row.bot_id) if webhook else ""
        if webhook and not wanted:
            return Finding(
                name,
                "fail",
                said("Telegram is to post messages here, but this instance has no PUBLIC_URL any more."),
                said("Press “Fetch messages”, or have the operator set PUBLIC_URL again."),
            )
        if hook.url != wanted:
            return Finding(
                name,
                "fail",
                said("Telegram hands them to another program: {place}", place=place_of(hook.url))
                if hook.url
                else said("Telegram doesn't post them here."),
                said("Press “Set up again”. If it comes back, another program uses this bot's token: "
                     "renew the token."),
            )  # fmt: skip
        if row.error == REASONS["conflict"] and _lately(row.error_at, _IN_CONFLICT_FOR):
            return Finding(name, "fail", row.error)
        waiting = hook.pending_update_count
        if webhook and hook.last_error_message and waiting:
            return Finding(
                name,
                "fail",
                said("Telegram can't post them here: {reason}", reason=hook.last_error_message[:200]),
                said(
                    "The operator should look at the proxy before this instance; nothing is lost for a day."
                ),
            )
        if waiting > _MUCH:
            return Finding(name, "warn", said("{count} wait to be handed over.", count=waiting))
        return Finding(
            name, "ok", said("Telegram posts them here.") if webhook else said("They are fetched from here.")
        )


def _lately(at: datetime | None, span: timedelta = _TROUBLED_FOR) -> bool:
    return at is not None and at > now() - span


def _words(error: UnderstudyError) -> str:
    return said(error.sentence, **error.params)


def _listening(row: Any) -> Finding:
    name = said("This instance")
    if row.held:
        return Finding(name, "ok", said("A process listens and sends."))
    return Finding(
        name,
        "fail",
        said("No process listens for this bot just now."),
        said("Reload this page in half a minute; if it stays so, the operator should start the role “bots”."),
    )


def _groups(me: User) -> Finding:
    name = said("Groups")
    if me.can_join_groups:
        return Finding(name, "ok", said("It can be added to groups."))
    return Finding(
        name,
        "warn",
        said("It can't be added to groups."),
        said("In @BotFather: /setjoingroups, choose the bot, Enable."),
    )


def _privacy(me: User) -> Finding:
    name = said("Privacy mode")
    if me.can_read_all_group_messages:
        return Finding(name, "ok", said("It is off: in groups the avatar hears whoever calls it by name."))
    return Finding(
        name,
        "warn",
        said("It is on: in groups the avatar hears commands and replies to it alone, unless it is an "
             "administrator."),
        said("In @BotFather: /setprivacy, choose the bot, Disable. Then press “Check again”, remove it from "
             "each group and add it again: groups remember."),
    )  # fmt: skip


async def _chat(api: Bot, me: User, chat: ChatInfo, reads_since: datetime | None) -> Finding:
    """Whether it can hear and speak in a chat. `reads_since`: when privacy mode was seen to be off first."""
    name = chat.title or chat.platform_chat_id
    try:
        with asking():
            try:
                member = await api.get_chat_member(int(chat.platform_chat_id), me.id)
                plain = chat.kind != "channel" and member.status == ChatMemberStatus.MEMBER
                allowed = (await api.get_chat(int(chat.platform_chat_id))).permissions if plain else None
            except (TelegramBadRequest, TelegramForbiddenError):  # it isn't there, or the chat is gone
                return _outside(name)
    except UnderstudyError as error:
        return Finding(name, "warn", _words(error))
    if member.status in _GONE:
        return _outside(name)
    if isinstance(member, ChatMemberAdministrator):
        return _administrator(name, member, channel=chat.kind == "channel")
    if chat.kind == "channel":
        return Finding(
            name,
            "fail",
            said("It is no administrator: it hears nothing of this channel."),
            said("In the channel: Manage, Administrators, add the bot."),
        )
    if member.status == ChatMemberStatus.RESTRICTED and not member.can_send_messages:
        return Finding(
            name,
            "fail",
            said("It may not write here."),
            said("In the group: Permissions, Exceptions, remove the bot from the list."),
        )
    if allowed and not allowed.can_send_messages:
        return Finding(
            name,
            "fail",
            said("Members may not write here, so it may not either."),
            said("Make it an administrator here."),
        )
    if reads_since and not (chat.entered_at and chat.entered_at >= reads_since.replace(microsecond=0)):
        return Finding(
            name,
            "warn",
            said("Member: it may hear commands and replies to it alone, as it was perhaps added while "
                 "privacy mode was on."),
            said("Take it out and add it again, or make it an administrator here."),
        )  # fmt: skip
    if reads_since:
        return Finding(
            name,
            "ok",
            said("Member: it hears everything but reactions."),
            said("Make it an administrator to have 👍 and 👎 below its answers counted."),
        )
    return Finding(
        name,
        "warn",
        said("Member in privacy mode: it hears commands and replies to it alone."),
        said("Make it an administrator here, or switch privacy mode off in @BotFather and add it again."),
    )


def _administrator(name: str, member: ChatMemberAdministrator, *, channel: bool) -> Finding:
    """What it can as an administrator: channels tell bots of nobody's reactions."""
    if not channel:
        return Finding(name, "ok", said("Administrator: it hears everything, reactions too."))
    if member.can_post_messages:
        return Finding(name, "ok", said("Administrator: it hears what is posted, and may post."))
    return Finding(
        name,
        "warn",
        said("Administrator: it hears what is posted, but may not post here."),
        said("If it is to: in the channel, Manage, Administrators, the bot, Post messages."),
    )


def _outside(name: str) -> Finding:
    return Finding(
        name, "warn", said("It isn't there any more."), said("Add it again if it is to answer there.")
    )
