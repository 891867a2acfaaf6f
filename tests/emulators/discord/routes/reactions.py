"""Reactions below messages."""

import re
from urllib.parse import unquote

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import refused
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.messages import Message
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May, inside

MOST = 20
_CUSTOM = re.compile(r"^\w{2,32}:\d+$")


def named(text: str) -> str:
    """The emoji that an address means.

    Raises:
        ApiError: it is none.
    """
    text = unquote(text)
    if text.isascii() and not _CUSTOM.match(text):
        raise refused(10014)
    return text


def _found(call: Call) -> tuple[Channel, Message]:
    channel = call.channel(May.READ_MESSAGE_HISTORY)
    return channel, call.message(channel)


@route("PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me", 204)
async def react(call: Call) -> None:
    channel, message = _found(call)
    name = named(call.path["emoji_name"])
    call.need_open(channel)
    if name not in message.reactions:
        if channel.guild is not None and not inside(channel, call.me.id, call.now) & May.ADD_REACTIONS:
            raise refused(50013)
        if len(message.reactions) >= MOST:
            raise refused(30010)
    call.world.react(message, call.me, name, add=True)


@route("DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me", 204)
async def take_back(call: Call) -> None:
    channel, message = _found(call)
    call.need_open(channel)
    name = named(call.path["emoji_name"])
    if name in message.reactions:
        call.world.react(message, call.me, name, add=False)


@route("DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}", 204)
async def remove(call: Call) -> None:
    channel, message = _found(call)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
        raise refused(50013)
    name = named(call.path["emoji_name"])
    if name in message.reactions:
        call.world.react(message, call.user(), name, add=False)


@route("DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}", 204)
async def remove_emoji(call: Call) -> None:
    channel, message = _found(call)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
        raise refused(50013)
    name = named(call.path["emoji_name"])
    if message.reactions.pop(name, None):
        call.world.tell_reaction(message, None, name, "REMOVE_EMOJI")


@route("DELETE /channels/{channel_id}/messages/{message_id}/reactions", 204)
async def remove_all(call: Call) -> None:
    channel, message = _found(call)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
        raise refused(50013)
    message.reactions.clear()
    call.world.tell_reaction(message, None, "", "REMOVE_ALL")


@route("GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}")
async def who(call: Call) -> list[Json]:
    _, message = _found(call)
    after, limit = int(call.query.get("after", 0)), call.whole("limit", 25, 1, 100)
    found = sorted(message.reactions.get(named(call.path["emoji_name"]), ()))
    return [call.world.users[one].to_json() for one in found if one > after][:limit]
