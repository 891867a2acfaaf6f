"""Threads: begun from a message, without one, or as a post of a forum; their members; the archive."""

from typing import Any

from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import Invalid, refused, unknown
from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import (
    DM,
    FORUM,
    MEDIA,
    NEWS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREADS,
    Channel,
    Guild,
    Thread,
)
from tests.emulators.discord.people import Json
from tests.emulators.discord.permissions import May, inside, sees
from tests.emulators.discord.routes.messages import content_of
from tests.emulators.discord.telling import thread_member

MOST_TAGS = 5
REQUIRES_TAG = 1 << 4
_ARCHIVE_AFTER = (60, 1440, 4320, 10_080)


def check(given: Json, *, named: bool) -> None:
    """Refuse a thread's fields that can't be.

    Raises:
        ApiError: 50035.
    """
    form = Form()
    if (named and form.given("name", given.get("name"))) or given.get("name") is not None:
        form.between("name", given["name"], 1, 100)
    if given.get("auto_archive_duration") is not None:
        form.among("auto_archive_duration", given["auto_archive_duration"], _ARCHIVE_AFTER)
    if given.get("rate_limit_per_user") is not None:
        form.number("rate_limit_per_user", given["rate_limit_per_user"], 0, 21_600)
    form.at_most("applied_tags", given.get("applied_tags"), MOST_TAGS)
    form.end()


def _settings(given: Json) -> dict[str, Any]:
    made: dict[str, Any] = {"slow": given.get("rate_limit_per_user") or 0}
    if given.get("auto_archive_duration"):
        made["auto_archive"] = given["auto_archive_duration"]
    return made


@route("POST /channels/{channel_id}/messages/{message_id}/threads", 201)
async def from_message(call: Call) -> Json:
    channel = call.channel()
    if channel.guild is None or channel.type in THREADS:
        raise refused(50024)
    message = call.message(channel)
    check(call.body, named=True)
    if not inside(channel, call.me.id, call.now) & May.CREATE_PUBLIC_THREADS:
        raise refused(50013)
    if message.thread is not None:
        raise refused(160004)
    thread = call.world.thread(channel, call.me, call.body["name"], id=message.id, **_settings(call.body))
    message.thread = thread
    call.world.tell_message(message, "MESSAGE_UPDATE")
    call.world.log(channel.guild, call.me.id, 110, thread.id, call.reason)
    return call.world.thread_for(thread, call.me.id)


@route("POST /channels/{channel_id}/threads", 201)
async def begin(call: Call) -> Json:
    channel = call.channel()
    guild = channel.guild
    if guild is None or channel.type in THREADS:
        raise refused(50024)
    check(call.body, named=True)
    bits = inside(channel, call.me.id, call.now)
    if channel.type in (FORUM, MEDIA):
        return _post(call, channel, bits)
    kind = call.body.get("type") or PRIVATE_THREAD
    right = May.CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else May.CREATE_PUBLIC_THREADS
    if not bits & right:
        raise refused(50013)
    invitable = call.body.get("invitable") is not False
    made = call.world.thread(
        channel, call.me, call.body["name"], type=kind, invitable=invitable, **_settings(call.body)
    )
    call.world.log(guild, call.me.id, 110, made.id, call.reason)
    return call.world.thread_for(made, call.me.id)


def _post(call: Call, forum: Channel, bits: int) -> Json:
    """A post: a thread with its first message, which carries the same number."""
    if not bits & May.SEND_MESSAGES:
        raise refused(50013)
    tags = [int(one) for one in call.body.get("applied_tags") or ()]
    known = {int(one["id"]): one for one in forum.tags}
    if any(one not in known for one in tags):
        raise Invalid([("applied_tags", "INVALID_FORUM_TAG", "A tag is not available in this channel")])
    if not tags and forum.flags & REQUIRES_TAG:
        raise refused(40067)
    if not isinstance(call.body.get("message"), dict):
        raise Invalid([("message", "BASE_TYPE_REQUIRED", "This field is required")])
    content = content_of(call, forum, call.body["message"], reply=False)
    thread = call.world.thread(forum, call.me, call.body["name"], tags=tags, **_settings(call.body))
    message = call.world.post(thread, call.me, content, number=thread.id)
    return call.world.thread_for(thread, call.me.id) | {"message": call.seen(message)}


def change_thread(call: Call, channel: Channel) -> Json:
    """Take a thread's fields over."""
    given, thread, guild = call.body, channel.thread, channel.guild
    assert thread is not None
    assert guild is not None
    check(given, named=False)
    bits = inside(channel, call.me.id, call.now)
    manages = bool(bits & May.MANAGE_THREADS)
    opens = set(given) <= {"archived", "locked"} and given.get("archived") is False
    own = thread.owner_id == call.me.id
    inside_it = call.me.id in thread.members and not thread.locked
    if not manages and (
        "locked" in given or "rate_limit_per_user" in given or not (own or (opens and inside_it))
    ):
        raise refused(50013)
    if thread.archived and given.get("archived") is not False and set(given) - {"archived", "locked"}:
        raise refused(50083)
    for name, of in (
        ("locked", "locked"),
        ("invitable", "invitable"),
        ("auto_archive_duration", "auto_archive"),
    ):
        if given.get(name) is not None:
            setattr(thread, of, given[name])
    if given.get("name"):
        channel.name = given["name"]
    if given.get("rate_limit_per_user") is not None:
        channel.slow = given["rate_limit_per_user"]
    if given.get("applied_tags") is not None:
        thread.tags = [int(one) for one in given["applied_tags"]]
    if given.get("flags") is not None:
        channel.flags = given["flags"]
    if given.get("archived") is not None and given["archived"] != thread.archived:
        call.world.archive(channel, given["archived"])
    else:
        call.world.tell_channel(channel, "THREAD_UPDATE", channel.to_json())
    call.world.log(guild, call.me.id, 111, channel.id, call.reason)
    return call.world.thread_for(channel, call.me.id)


def _thread(call: Call) -> tuple[Channel, Thread]:
    channel = call.channel()
    if channel.thread is None:
        raise refused(50024)
    return channel, channel.thread


@route("PUT /channels/{channel_id}/thread-members/@me", 204)
async def join(call: Call) -> None:
    channel, _ = _thread(call)
    call.need_open(channel)
    call.world.join_thread(channel, call.me)


@route("DELETE /channels/{channel_id}/thread-members/@me", 204)
async def leave(call: Call) -> None:
    channel, _ = _thread(call)
    call.need_open(channel)
    call.world.leave_thread(channel, call.me.id)


@route("PUT /channels/{channel_id}/thread-members/{user_id}", 204)
async def add(call: Call) -> None:
    channel, _ = _thread(call)
    call.need_open(channel)
    assert channel.guild is not None
    call.world.join_thread(channel, call.member(channel.guild).user)


@route("DELETE /channels/{channel_id}/thread-members/{user_id}", 204)
async def remove(call: Call) -> None:
    channel, thread = _thread(call)
    call.need_open(channel)
    own = channel.type == PRIVATE_THREAD and thread.owner_id == call.me.id
    if not own and not inside(channel, call.me.id, call.now) & May.MANAGE_THREADS:
        raise refused(50013)
    call.world.leave_thread(channel, call.user().id)


@route("GET /channels/{channel_id}/thread-members/{user_id}")
async def one_member(call: Call) -> Json:
    channel, thread = _thread(call)
    joined = thread.members.get(call.number("user_id"))
    if joined is None:
        raise unknown("member")
    return thread_member(channel, call.number("user_id"), joined)


@route("GET /channels/{channel_id}/thread-members")
async def thread_members(call: Call) -> list[Json]:
    channel, thread = _thread(call)
    return [thread_member(channel, who, joined) for who, joined in thread.members.items()]


def _listed(call: Call, threads: list[Channel], *, more: bool = False) -> Json:
    mine = [
        thread_member(one, call.me.id, one.thread.members[call.me.id])
        for one in threads
        if one.thread and call.me.id in one.thread.members
    ]
    return {"threads": [one.to_json() for one in threads], "members": mine, "has_more": more}


@route("GET /guilds/{guild_id}/threads/active")
async def active(call: Call) -> Json:
    guild: Guild = call.guild()
    return _listed(
        call,
        [
            one for one in map(call.world.settled, list(guild.threads.values()))
            if one.thread and not one.thread.archived and sees(one, call.me.id, call.now)
        ],
    )  # fmt: skip


def _archived(call: Call, kinds: tuple[int, ...]) -> Json:
    channel = call.channel(May.READ_MESSAGE_HISTORY)
    if channel.guild is None or channel.type == DM:
        raise refused(50024)
    found = [
        one for one in map(call.world.settled, list(channel.guild.threads.values()))
        if one.parent is channel and one.type in kinds and one.thread and one.thread.archived
    ]  # fmt: skip
    limit = call.whole("limit", 50, 2, 100)
    found.sort(key=lambda one: one.thread.archived_at if one.thread else 0, reverse=True)
    return _listed(call, found[:limit], more=len(found) > limit)


@route("GET /channels/{channel_id}/threads/archived/public")
async def archived_public(call: Call) -> Json:
    return _archived(call, (PUBLIC_THREAD, NEWS_THREAD))


@route("GET /channels/{channel_id}/threads/archived/private")
async def archived_private(call: Call) -> Json:
    call.channel(May.MANAGE_THREADS)
    return _archived(call, (PRIVATE_THREAD,))
