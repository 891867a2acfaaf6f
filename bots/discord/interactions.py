"""Interactions: commands, buttons, menus and modals, as the messages that they stand for.

What somebody asks by one is taken in, and only then Discord is told that an answer comes: it waits three
seconds for that, and fifteen minutes for the answer itself, which the pump sends (`answering.py`). However an
interaction came, by the gateway or posted to us, it is taken here.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import structlog

from bots.discord import forms, pointing
from bots.discord.answering import sealing
from bots.discord.client import Api, Json
from bots.discord.commands import CORRECT, GROUPS, MENUS
from bots.discord.failures import CallFailed
from bots.discord.messages import BY_INTERACTION, THREADS, Place, called, moment, update_id
from bots.discord.receiver import Receiver
from bots.discord.roster import KnownApp
from bots.discord.text import FLAG, GOOD, OF_OUTBOUND, SAY
from bots.service import DISCORD
from community import service as community
from community.types import Role
from conversation import service as conversation
from kernel.chat import Addressed, CommandRouter, Inbound, units
from kernel.chat import called as command_in
from kernel.crypto import SecretBox
from kernel.db import DATABASE_AWAY, Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, native_name, normalise
from moderation.service import ABOUT_SOMEBODY, OTHERS

log = structlog.get_logger(__name__)

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
PONG, SAID, DEFERRED, CHOICES = 1, 4, 5, 8
ALONE: Final = 1 << 6
"""A message's flag: for the eyes of who caused it alone."""

TOKEN_WORKS: Final = timedelta(minutes=15)
_MARGIN: Final = timedelta(seconds=30)
_OPINIONS: Final = {GOOD: "good", FLAG: "flag"}
_MOST_CHOICES: Final = 25
_KEEPS_ORDER: Final = frozenset({*ABOUT_SOMEBODY, *OTHERS})
_SUBCOMMANDS: Final = (1, 2)


class Interactions:
    """Takes interactions in, and says what Discord is to be told at once."""

    def __init__(self, db: Database, receiver: Receiver, commands: CommandRouter, secrets: SecretBox) -> None:
        self._db = db
        self._receiver = receiver
        self._commands = commands
        self._secrets = secrets

    async def take(self, app: KnownApp, data: Mapping[str, Any]) -> Json | None:
        """Take one in; the answer at once, or None where nothing can be said.

        Raises:
            DATABASE_AWAY: it wasn't taken in.
        """
        try:
            return await self._take(app, data)
        except DATABASE_AWAY:
            raise
        # It would be the same again. Discord tells who caused it that nothing came.
        except Exception:
            log.exception("discord.interaction_failed", app=app.application_id, interaction=data.get("id"))
            return None

    async def give(self, api: Api, data: Mapping[str, Any], answer: Json) -> None:
        """Answer one that came by the gateway; a lost answer is Discord's to tell, as after three seconds."""
        try:
            await api.call(
                "POST", "/interactions/{interaction_id}/{webhook_token}/callback", body=answer,
                interaction_id=data["id"], webhook_token=data["token"],
            )  # fmt: skip
        except CallFailed as error:
            log.info("discord.interaction_not_answered", status=error.status, code=error.code)

    async def _take(self, app: KnownApp, data: Mapping[str, Any]) -> Json | None:
        kind, told = data["type"], data.get("data") or {}
        if kind == AUTOCOMPLETE:
            return await self._choices(app, told)
        if kind == COMMAND and told.get("name") == CORRECT and told.get("target_id"):
            return await self._correcting(app, data, str(told["target_id"]))
        if kind == COMPONENT and (opinion := _OPINIONS.get(told.get("custom_id", ""))):
            return await self._judged(app, data, opinion)
        said = await self._said(app, data)
        if said is None:
            return None
        if kind != MODAL and (form := await self._editing(app, data, said[0])):
            return form
        return await self._receive(app, data, *said)

    async def _editing(self, app: KnownApp, data: Mapping[str, Any], said: str) -> Json | None:
        """The form for the reply that somebody of the creator's people wants to edit, if it waits still.

        Whatever else it is, it is answered as if it had been typed.
        """
        number = forms.waits_for_words(said)
        if number is None:
            return None
        async with self._db.uow(app.creator_id) as uow:
            if not await self._moderates(uow, data):
                return None
            draft = await conversation.approvals.draft(uow, app.avatar_id, number)
        # A longer one wouldn't fit in: its words are asked for below a message.
        if not draft or units(draft) > forms.LONGEST:
            return None
        return forms.editing(_language(data), number, draft)

    async def _correcting(self, app: KnownApp, data: Mapping[str, Any], message: str) -> Json:
        """The form for the right words; the wrong ones stand in it for the creator's people alone."""
        async with self._db.uow(app.creator_id) as uow:
            shown = await self._moderates(uow, data)
            reply = await conversation.said_as(uow, app.connection_id, message) if shown else ""
        return forms.correcting(_language(data), message, reply)

    async def _moderates(self, uow: UnitOfWork, data: Mapping[str, Any]) -> bool:
        user = data.get("user") or data["member"]["user"]
        role = await community.staff_role(uow, DISCORD, str(user["id"]))
        return role is not None and role.includes(Role.MODERATOR)

    async def _said(self, app: KnownApp, data: Mapping[str, Any]) -> tuple[str, str | None] | None:
        """What an interaction says, and the message that it is about; None where it says nothing."""
        kind, told = data["type"], data.get("data") or {}
        if kind == COMMAND:
            target = told.get("target_id")
            if target:
                entry = MENUS.get(told.get("name", ""))
                return (f"/{entry[0]}", str(target)) if entry else None
            return _called(told), None
        if kind == MODAL:
            return forms.order(told)
        name = str(told.get("custom_id") or "")
        if kind == COMPONENT and name.startswith(SAY):
            return name.removeprefix(SAY), None
        if kind == COMPONENT and name.startswith(OF_OUTBOUND):
            async with self._db.uow(app.creator_id) as uow:
                text = await conversation.button_text(uow, app.connection_id, name.removeprefix(OF_OUTBOUND))
            return (text, None) if text else None
        return None

    async def _receive(self, app: KnownApp, data: Mapping[str, Any], text: str, about: str | None) -> Json:
        place, user = place_of(data), data.get("user") or data["member"]["user"]
        number = int(data["id"])
        inbound = Inbound(
            connection_id=app.connection_id,
            platform=DISCORD,
            update_id=update_id(app, f"{BY_INTERACTION}{number}"),
            chat_id=place.chat_id,
            user_id=str(user["id"]),
            text=text,
            user_name=called(user, data.get("member")),
            language_hint=data.get("locale"),
            reply_to=about,
            sent_at=moment(number),
            room=place.room,
            message_ref=f"{BY_INTERACTION}{number}",
            # Whoever uses one means it, and waits for no cool-down.
            addressed=Addressed.COMMAND if place.room else Addressed.DIRECT,
        )
        await self._receiver.point(app, place, inbound, pointing.chosen(app, data.get("data") or {}))
        received = await self._receiver.receive(
            app,
            place,
            inbound,
            {
                "interaction_id": number,
                "sealed": self._secrets.seal(str(data["token"]), sealing(number)),
                "expires_at": moment(number) + TOKEN_WORKS - _MARGIN,
            },
        )
        lang = _language(data)
        if received is None:
            return _told(t(lang, "interaction.passed_over"), forms.written(data.get("data") or {}))
        # "/ask" with a question is a question, whatever it is asked by.
        name = command_in(text)
        command = self._commands.commands.get(name) if name != "ask" else None
        if received.silent and command is None:
            return _told(t(lang, "interaction.taken"))
        if place.room and name in _KEEPS_ORDER:
            # What comes of it is told to all in its channel, why nothing does to its giver alone.
            return _told(t(lang, "interaction.taken"))
        # What was written into a form is its writer's, too, where it is given back.
        private = data["type"] == MODAL or (command is not None and command.private)
        alone = bool(place.room) and private
        return {"type": DEFERRED, "data": {"flags": ALONE}} if alone else {"type": DEFERRED}

    async def _judged(self, app: KnownApp, data: Mapping[str, Any], opinion: str) -> Json:
        user = data.get("user") or data["member"]["user"]
        kept = await self._receiver.judged(
            app, place_of(data), str(user["id"]), str(data["message"]["id"]), opinion
        )
        return _told(t(_language(data), f"feedback.{opinion}" if kept else "interaction.passed_over"))

    async def _choices(self, app: KnownApp, told: Mapping[str, Any]) -> Json:
        """What an option may be while it is typed: the avatar's languages."""
        typed = next(
            (str(one.get("value") or "") for one in _leaves(told) if one.get("focused")), ""
        ).casefold()
        choices = []
        if told.get("name") == "lang":
            async with self._db.uow(app.creator_id) as uow:
                avatar = await community.get_avatar(uow, app.avatar_id)
            choices = [
                {"name": f"{native_name(tag)} ({tag})", "value": tag}
                for tag in avatar.languages
                if typed in f"{native_name(tag)} {tag}".casefold()
            ]
        return {"type": CHOICES, "data": {"choices": choices[:_MOST_CHOICES]}}


def place_of(data: Mapping[str, Any]) -> Place:
    """Where an interaction happened."""
    channel = data.get("channel") or {}
    number = int(data.get("channel_id") or channel.get("id") or 0)
    if not data.get("guild_id"):
        return Place(number)
    if channel.get("type") in THREADS:
        return Place(number, str(channel.get("parent_id") or number), guild=int(data["guild_id"]))
    return Place(number, str(number), guild=int(data["guild_id"]))


def _called(told: Mapping[str, Any]) -> str:
    """A slash command as it would be typed: its words in the order in which its options stand."""
    name = str(told.get("name") or "")
    inner = list(told.get("options") or ())
    words: list[str] = []
    while inner and inner[0].get("type") in _SUBCOMMANDS:
        if name in GROUPS:
            name = str(inner[0]["name"])
        else:
            words.append(str(inner[0]["name"]))
        inner = list(inner[0].get("options") or ())
    words += pointing.words(told, inner)
    return " ".join((f"/{name}", *filter(None, words)))


def _leaves(told: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for one in told.get("options") or ():
        if one.get("type") in _SUBCOMMANDS:
            yield from _leaves(one)
        else:
            yield one


def _told(text: str, words: str = "") -> Json:
    """A line for who caused it alone, and the `words` that they wrote into a form and stand nowhere else."""
    said: Json = {"content": text, "flags": ALONE, "allowed_mentions": {"parse": []}}
    if words:
        said["embeds"] = [{"description": words}]
    return {"type": SAID, "data": said}


def _language(data: Mapping[str, Any]) -> str:
    """The language of somebody's Discord, for what is said beside a conversation."""
    return normalise(str(data.get("locale") or "")) or DEFAULT
