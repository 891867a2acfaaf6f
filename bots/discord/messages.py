"""What a message of Discord means to the avatar. Nothing here asks anybody anything.

A message is read as Discord tells it, from the gateway or from a channel's history: both are alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bots.discord.roster import KnownApp
from bots.service import DISCORD
from kernel.chat import ORDERS, Addressed, Inbound, Medium
from kernel.chat import called as command_in

Json = Mapping[str, Any]

EPOCH_MS: Final = 1_420_070_400_000
"""The first millisecond of 2015, from which Discord's numbers count."""

SAID, REPLIED = 0, 19
"""The types of message in which somebody says something; the others tell of the channel."""

FORUMS: Final = frozenset({15, 16})
THREADS: Final = frozenset({10, 11, 12})
_VOICE: Final = 1 << 13
_FORWARDED: Final = 1
_KINDS: Final = {
    "image/jpeg": "photo", "image/png": "photo", "image/webp": "photo", "image/gif": "animation",
    "video/mp4": "video", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/x-m4a": "audio",
}  # fmt: skip
"""What every platform shows as what it is; anything else is a file."""

_LARGEST_PICTURE: Final = 10 << 20
# Who says nothing but the avatar's name is greeted.
_CALLED: Final = "/start"
_NAMED: Final = re.compile(r"<(?:@(?P<role>&)?!?|#)(?P<id>\d{1,20})>")
_EMOJI: Final = re.compile(r"<a?(:\w{1,40}:)\d{1,20}>")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: `channel`, a thread's own where it is one; `room` the channel that this is or
    stands in, empty in private.

    `starter` is who began the thread, `forum`: it is a post in a forum. `role` is the app's own in the guild,
    whose number is `guild`.
    """

    channel: int
    room: str = ""
    starter: int = 0
    forum: bool = False
    role: int = 0
    guild: int = 0

    @property
    def chat_id(self) -> str:
        """The conversation's name of it (`Thread.chat_id`)."""
        inside = self.room not in ("", str(self.channel))
        return f"{self.room}/{self.channel}" if inside else f"{self.channel}"


def channel_in(chat_id: str) -> int:
    """The channel of a place, in which is posted what goes there.

    Raises:
        ValueError: it is no place of Discord's.
    """
    return int(chat_id.rpartition("/")[2])


def moment(number: int) -> datetime:
    """When Discord gave a number to something."""
    return datetime.fromtimestamp(((number >> 22) + EPOCH_MS) / 1000, UTC)


def number_at(at: datetime) -> int:
    """The first number that Discord may have given at a moment."""
    return max(int(at.timestamp() * 1000) - EPOCH_MS, 0) << 22


BY_INTERACTION: Final = "i"
"""How the name of an interaction begins, where messages have their numbers."""


def update_id(app: KnownApp, number: str | int) -> str:
    """The name under which a message is taken in once, or an interaction by its name."""
    return f"{app.application_id}/{number}"


def spoken(app: KnownApp, place: Place, message: Json) -> Inbound | None:
    """What somebody said; None where nobody did: the channel itself, a bot, a webhook, the avatar."""
    author = message.get("author") or {}
    if message.get("type", SAID) not in (SAID, REPLIED) or message.get("webhook_id") or author.get("bot"):
        return None
    media, text = _content(message)
    named = _is_named(app, place, message)
    said = _readable(app, place, message, text)
    if not said and not media:
        if not named:
            return None
        said = _CALLED
    edited = message.get("edited_timestamp")
    replied = (message.get("referenced_message") or {}).get("id")
    return Inbound(
        connection_id=app.connection_id,
        platform=DISCORD,
        update_id=update_id(app, message["id"]),
        chat_id=place.chat_id,
        user_id=str(author["id"]),
        text=said,
        user_name=called(author, message.get("member")),
        reply_to=str(replied) if replied else None,
        sent_at=moment(int(message["id"])),
        room=place.room,
        message_ref=str(message["id"]),
        addressed=Addressed.COMMAND
        if place.room and command_in(said) in ORDERS
        else _addressed(app, place, message, named=named),
        medium=media[0] if media else None,
        others=media[1:],
        edited_at=datetime.fromisoformat(edited) if edited else None,
    )


def called(user: Json, member: Json | None) -> str:
    """What somebody is called where they speak."""
    return str((member or {}).get("nick") or user.get("global_name") or user.get("username") or "")


def _addressed(app: KnownApp, place: Place, message: Json, *, named: bool) -> Addressed:
    """How a message is meant for this app."""
    if not place.room:
        return Addressed.DIRECT
    replied = (message.get("referenced_message") or {}).get("author") or {}
    if replied.get("id") == str(app.user_id):
        # Whoever replies is told so by a mention, unless they choose otherwise.
        return Addressed.REPLY
    if named:
        return Addressed.MENTION
    if place.starter == app.user_id:
        return Addressed.REPLY
    # A forum's post is for whoever can answer it, as what its author adds; what others say there isn't.
    if place.forum and str(place.starter) == message["author"]["id"]:
        return Addressed.POST
    return Addressed.NOBODY


def _is_named(app: KnownApp, place: Place, message: Json) -> bool:
    """Whether the app is mentioned: its bot, or the role that is its bot's own, which looks the same."""
    users = {one.get("id") for one in message.get("mentions") or ()}
    if str(app.user_id) in users and f"{app.user_id}>" in (message.get("content") or ""):
        return True
    return bool(place.role) and str(place.role) in (message.get("mention_roles") or ())


def _content(message: Json) -> tuple[tuple[Medium, ...], str]:
    """What a message has beside its text, and the text."""
    text = str(message.get("content") or "")
    where = f"{message.get('channel_id', '')}/{message['id']}"
    reference = message.get("message_reference") or {}
    if reference.get("type") == _FORWARDED and not text:
        snapshots: list[Json] = message.get("message_snapshots") or [{}]
        forwarded = snapshots[0].get("message") or {}
        return _media(forwarded, where), str(forwarded.get("content") or "")
    return _media(message, where), text


def _media(message: Json, where: str) -> tuple[Medium, ...]:
    is_voice = bool(int(message.get("flags") or 0) & _VOICE)
    if files := message.get("attachments"):
        return tuple(_medium(one, where, is_voice=is_voice) for one in files)
    return (Medium("other"),) if message.get("sticker_items") or message.get("poll") else ()


def _medium(file: Json, where: str, *, is_voice: bool) -> Medium:
    mime = str(file.get("content_type") or "").partition(";")[0].lower()
    size = int(file.get("size") or 0)
    kind = _KINDS.get(mime, "document")
    return Medium(
        # What no other platform would show as a picture is a file.
        "voice" if is_voice else "document" if kind == "photo" and size > _LARGEST_PICTURE else kind,
        # The address works for a day; behind it stands the message by which it is renewed.
        file=f"{file['url']}#{where}" if file.get("url") else "",
        name=str(file.get("filename") or ""),
        mime=mime,
        seconds=float(file.get("duration_secs") or 0),
        size=size,
        width=int(file.get("width") or 0),
        height=int(file.get("height") or 0),
    )


def _readable(app: KnownApp, place: Place, message: Json, text: str) -> str:
    """A text as it would be said: names in place of numbers, and without what only calls the avatar.

    At its beginning or end a mention of the app calls the avatar. Within, it stands for the avatar's name.
    """
    own = {str(app.user_id), str(place.role)} - {"0"}
    users = {one["id"]: f"@{called(one, one.get('member'))}" for one in message.get("mentions") or ()}

    def bare(found: re.Match[str]) -> str:
        if found["id"] in own:
            return _OWN
        return users.get(found["id"], "") if not found["role"] else ""

    said = _EMOJI.sub(r"\1", _NAMED.sub(bare, text)).strip()
    while said.startswith(_OWN):
        said = said.removeprefix(_OWN).lstrip(" \t\n,:;，：、")
    while said.endswith(_OWN):
        said = said.removesuffix(_OWN).rstrip(" \t\n,，、")
    return said.replace(_OWN, app.name)


# Stands where the app is mentioned while a text is read: no sign that anybody writes.
_OWN: Final = "\ufdd0"
