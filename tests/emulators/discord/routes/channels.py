"""Channels: reading, making, changing and removing them, and their overwrites."""

from typing import Any

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import refused
from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import CATEGORY, FORUM, THREADS, Channel, Guild, Overwrite
from tests.emulators.discord.limits import NAMING
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May, in_guild, inside
from tests.emulators.discord.routes.threads import change_thread

MOST_SLOW_S = 21_600
LONGEST_TOPIC, LONGEST_FORUM_TOPIC = 1024, 4096
_ARCHIVE_AFTER = (60, 1440, 4320, 10_080)


def check(form: Form, given: Json, kind: int) -> None:
    """Note what is wrong with a channel's fields."""
    if "name" in given:
        form.between("name", given["name"] or "", 1, 100)
    form.at_most("topic", given.get("topic"), LONGEST_FORUM_TOPIC if kind == FORUM else LONGEST_TOPIC)
    if given.get("rate_limit_per_user") is not None:
        form.number("rate_limit_per_user", given["rate_limit_per_user"], 0, MOST_SLOW_S)
    if given.get("default_auto_archive_duration") is not None:
        form.among("default_auto_archive_duration", given["default_auto_archive_duration"], _ARCHIVE_AFTER)
    for number, one in enumerate(given.get("available_tags") or ()):
        form.between(f"available_tags.{number}.name", one.get("name") or "", 1, 20)


def change(call: Call, guild: Guild, channel: Channel, given: Json) -> None:
    """Take a channel's fields over."""
    for name, own in (
        ("name", "name"), ("topic", "topic"), ("nsfw", "nsfw"), ("position", "position"), ("flags", "flags"),
        ("rate_limit_per_user", "slow"), ("default_auto_archive_duration", "archive_after"),
    ):  # fmt: skip
        if name in given and (given[name] is not None or name in ("topic", "default_auto_archive_duration")):
            setattr(channel, own, given[name])
    if "parent_id" in given:
        parent = guild.channels.get(int(given["parent_id"] or 0))
        channel.parent = parent if parent is not None and parent.type == CATEGORY else None
    if given.get("permission_overwrites") is not None:
        channel.overwrites = {
            int(one["id"]): Overwrite(
                one.get("type") or 0, int(one.get("allow") or 0), int(one.get("deny") or 0)
            )
            for one in given["permission_overwrites"]
        }
    if given.get("available_tags") is not None:
        channel.tags = [
            {
                "id": str(one.get("id") or call.world.ids.new()),
                "name": one["name"],
                "moderated": bool(one.get("moderated")),
                "emoji_id": one.get("emoji_id"),
                "emoji_name": one.get("emoji_name"),
            }
            for one in given["available_tags"]
        ]


@route("GET /channels/{channel_id}")
async def get(call: Call) -> Json:
    channel = call.channel()
    return call.world.thread_for(channel, call.me.id) if channel.thread else channel.to_json(call.me.id)


@route("PATCH /channels/{channel_id}")
async def edit(call: Call) -> Json:
    channel = call.channel()
    if channel.thread is not None:
        return change_thread(call, channel)
    if channel.guild is None:
        raise refused(50003)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_CHANNELS:
        raise refused(50013)
    form = Form()
    check(form, call.body, channel.type)
    form.end()
    if any(call.body.get(one, getattr(channel, one)) != getattr(channel, one) for one in ("name", "topic")):
        call.world.limits.spend_within(call.app.id, NAMING, str(channel.id))
    change(call, channel.guild, channel, call.body)
    call.world.tell_room(channel, "CHANNEL_UPDATE")
    call.world.log(channel.guild, call.me.id, 11, channel.id, call.reason)
    return channel.to_json()


@route("DELETE /channels/{channel_id}")
async def delete(call: Call) -> Json:
    channel = call.channel()
    guild = channel.guild
    if guild is None:
        return channel.to_json(call.me.id)
    right = May.MANAGE_THREADS if channel.type in THREADS else May.MANAGE_CHANNELS
    if not inside(channel, call.me.id, call.now) & right:
        raise refused(50013)
    call.world.remove_channel(channel)
    call.world.log(guild, call.me.id, 112 if channel.type in THREADS else 12, channel.id, call.reason)
    return channel.to_json()


@route("PUT /channels/{channel_id}/permissions/{overwrite_id}", 204)
async def overwrite(call: Call) -> None:
    channel = call.channel()
    bits = inside(channel, call.me.id, call.now)
    form = Form()
    form.among("type", call.body.get("type"), (0, 1))
    form.end()
    allow, deny = int(call.body.get("allow") or 0), int(call.body.get("deny") or 0)
    if channel.guild is None:
        raise refused(50003)
    if not bits & May.MANAGE_ROLES or (allow | deny) & ~in_guild(channel.guild, call.me.id, call.now):
        raise refused(50013)
    channel.overwrites[call.number("overwrite_id")] = Overwrite(int(call.body["type"]), allow, deny)
    call.world.tell_room(channel, "CHANNEL_UPDATE")
    call.world.log(channel.guild, call.me.id, 14, channel.id, call.reason)


@route("DELETE /channels/{channel_id}/permissions/{overwrite_id}", 204)
async def remove_overwrite(call: Call) -> None:
    channel = call.channel()
    if channel.guild is None:
        raise refused(50003)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_ROLES:
        raise refused(50013)
    channel.overwrites.pop(call.number("overwrite_id"), None)
    call.world.tell_room(channel, "CHANNEL_UPDATE")
    call.world.log(channel.guild, call.me.id, 15, channel.id, call.reason)


@route("GET /guilds/{guild_id}/channels")
async def of_guild(call: Call) -> list[Json]:
    return [one.to_json() for one in call.guild().channels.values()]


@route("POST /guilds/{guild_id}/channels", 201)
async def create(call: Call) -> Json:
    guild = call.guild(May.MANAGE_CHANNELS)
    given: dict[str, Any] = call.body
    form, kind = Form(), given.get("type") or 0
    form.given("name", given.get("name"))
    check(form, given, kind)
    form.end()
    name = given["name"] if kind in (CATEGORY, 2, 13) else given["name"].lower().replace(" ", "-")
    channel = call.world.channel(guild, name, kind, tell=False)
    change(call, guild, channel, {key: value for key, value in given.items() if key != "name"})
    call.world.tell_room(channel, "CHANNEL_CREATE")
    call.world.log(guild, call.me.id, 10, channel.id, call.reason)
    return channel.to_json()
