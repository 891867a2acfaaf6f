"""Sending, reading, changing and removing messages; bulk deletion; typing; the end of a poll."""

from typing import Any

from tests.emulators.discord import components, embeds, mentions, polls
from tests.emulators.discord.calling import Call, route
from tests.emulators.discord.errors import invalid, refused, unknown
from tests.emulators.discord.files import MOST, Attachment
from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import CATEGORY, FORUM, MEDIA, Channel
from tests.emulators.discord.messages import (
    COMPONENTS_V2,
    REPLY,
    SAID,
    SILENT,
    SUPPRESS_EMBEDS,
    VOICE,
    Content,
    Message,
)
from tests.emulators.discord.people import CONTENT, Json
from tests.emulators.discord.permissions import May, inside
from tests.emulators.discord.snowflakes import moment

LONGEST, LONGEST_NONCE = 2000, 25
BULK_WITHIN_S = 14 * 86_400
_LEGACY = ("content", "embeds", "poll", "sticker_ids")


def content_of(call: Call, channel: Channel, given: Json, *, flags: int = 0, reply: bool = True) -> Content:
    """What a request puts into a message; `flags` are allowed besides those that any message may have.

    Raises:
        ApiError: it isn't what it must be, or there is nothing in it.
    """
    asked = int(given.get("flags") or 0) & (SUPPRESS_EMBEDS | SILENT | VOICE | COMPONENTS_V2 | flags)
    v2 = bool(asked & COMPONENTS_V2)
    form = Form()
    text = check(form, given, v2=v2)
    named = given.get("attachments")
    about = {str(one.get("id")): one for one in named or () if isinstance(one, dict)}
    form.at_most("attachments", call.files, MOST)
    for name in call.files:
        number = name.removeprefix("files[").removesuffix("]")
        if named is not None and number not in about:
            said = "An upload has no entry among the attachments"
            form.wrong("attachments", "ATTACHMENT_NOT_FOUND", said)
    names = [_name(about, number, file.name) for number, file in call.files.items()]
    components.check_media(form, "components", given.get("components") or [], names)
    form.end()
    reference, forwards = _reference(call, channel, given) if reply else (None, False)
    attached = attach(call, channel, about)
    if asked & VOICE:
        _check_voice(given, text, attached)
    if not (
        text or given.get("embeds") or attached or given.get("poll") or given.get("components") or forwards
    ):
        raise refused(50006)
    return Content(
        text,
        embeds.shown(given.get("embeds") or []),
        components.numbered(_placed(call, given, attached)),
        attached,
        polls.made(given["poll"], call.now) if given.get("poll") else None,
        asked,
        bool(given.get("tts")),
        REPLY if reference is not None and not forwards else 0,
        given.get("nonce"),
        reference,
        forwards,
        given.get("allowed_mentions"),
    )


def check(form: Form, given: Json, *, v2: bool) -> str:
    """Note what is wrong with a message; its text, without the spaces around it."""
    text = given.get("content") or ""
    if not isinstance(text, str):
        form.wrong("content", "BASE_TYPE_BAD_TYPE", "Could not interpret the value as string.")
        text = ""
    text = text.strip()
    form.at_most("content", text, LONGEST)
    if isinstance(given.get("nonce"), str) and len(given["nonce"]) > LONGEST_NONCE:
        form.wrong("nonce", "NONCE_TYPE_TOO_LONG", "Nonce is too long")
    embeds.check(form, "embeds", given.get("embeds") or [])
    components.check(form, "components", given.get("components") or [], v2=v2)
    mentions.check(form, given.get("allowed_mentions"))
    if given.get("poll"):
        polls.check(form, given["poll"])
    if v2:
        for name in _LEGACY:
            if given.get(name):
                said = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.wrong(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", said)
    return text


def _placed(call: Call, given: Json, attached: list[Attachment]) -> list[Json]:
    files = {one.file.name: one.to_json(call.world.files.url, call.now) for one in attached}
    return components.placed(given.get("components") or [], files)


def _name(about: dict[str, Any], field: str, name: str) -> str:
    said = about.get(field.removeprefix("files[").removesuffix("]"), {})
    return str(said.get("filename") or name)


def attach(call: Call, channel: Channel, about: dict[str, Any]) -> list[Attachment]:
    """The files that came with a request, kept.

    Raises:
        ApiError: one is too large.
    """
    made = []
    for name, file in call.files.items():
        said = about.get(name.removeprefix("files[").removesuffix("]"), {})
        renamed = type(file)(file.content, _name(about, name, file.name), file.mime)
        made.append(call.world.files.add(call.world.ids.new(), channel.id, renamed, said))
    return made


def _check_voice(given: Json, text: str, attached: list[Attachment]) -> None:
    if text or given.get("embeds") or given.get("components"):
        raise refused(50159)
    if len(attached) != 1 or not attached[0].file.mime.startswith("audio/"):
        raise refused(50160)
    if attached[0].duration_s is None or not attached[0].waveform:
        raise refused(50161)


def _reference(call: Call, channel: Channel, given: Json) -> tuple[Message | None, bool]:
    meant = given.get("message_reference")
    if not meant:
        return None, False
    forwards = meant.get("type") == 1
    place = call.world.channels.get(int(meant.get("channel_id") or channel.id))
    if not forwards and place is not None and place is not channel:
        said = "Cannot reply to a message in a different channel"
        raise invalid("message_reference", "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", said)
    found = place.messages.get(int(meant["message_id"])) if place else None
    if found is None:
        if meant.get("fail_if_not_exists") is False and not forwards:
            return None, False
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if forwards and (given.get("content") or given.get("embeds") or call.files):
        said = "A forward cannot have content of its own"
        raise invalid("message_reference", "MESSAGE_REFERENCE_FORWARD_CONTENT", said)
    if not inside(found.channel, call.me.id, call.now) & May.READ_MESSAGE_HISTORY:
        raise refused(160002)
    if forwards and not (call.app.privileged & CONTENT or found.concerns(call.app)):
        raise refused(160014)
    return found, forwards


def need_for(channel: Channel, user_id: int, content: Content, now: float) -> None:
    """Refuse a message that somebody may not put into a channel.

    Raises:
        ApiError: they don't see it, or a right is missing.
    """
    bits = inside(channel, user_id, now)
    if not bits & May.VIEW_CHANNEL:
        raise refused(50001)
    rights = May.SEND_MESSAGES
    if content.embeds:
        rights |= May.EMBED_LINKS
    if content.attachments:
        rights |= May.ATTACH_FILES
    if content.tts:
        rights |= May.SEND_TTS_MESSAGES
    if content.poll:
        rights |= May.SEND_POLLS
    if content.flags & VOICE and not bits & May.SEND_VOICE_MESSAGES:
        raise refused(50173)
    if channel.guild is not None and bits & rights != rights:
        raise refused(50013)
    if channel.thread is not None and channel.thread.locked and not bits & May.MANAGE_THREADS:
        raise refused(160005)


@route("POST /channels/{channel_id}/messages")
async def create(call: Call) -> Json:
    channel = call.channel()
    if channel.type in (FORUM, MEDIA):
        raise refused(40058)
    if channel.type == CATEGORY:
        raise refused(50008)
    given = call.body or {}
    content = content_of(call, channel, given)
    need_for(channel, call.me.id, content, call.now)
    if channel.guild is None:
        _need_heard(call, channel)
    return call.seen(call.world.post(channel, call.me, content, once=bool(given.get("enforce_nonce"))))


def _need_heard(call: Call, channel: Channel) -> None:
    other = next(one for one in channel.recipients if one is not call.me)
    if other.deleted or not other.dms or call.me.id in other.blocks:
        raise refused(50007)
    if not call.world.share_a_guild(call.me, other):
        raise refused(50278)


@route("GET /channels/{channel_id}/messages")
async def history(call: Call) -> list[Json]:
    channel = call.channel()
    limit = call.whole("limit", 50, 1, 100)
    if channel.guild is not None and not inside(channel, call.me.id, call.now) & May.READ_MESSAGE_HISTORY:
        return []
    found = list(channel.messages.values())
    if "around" in call.query:
        middle = int(call.query["around"])
        before = [one for one in found if one.id < middle][-(limit // 2) :]
        found = before + [one for one in found if one.id >= middle][: limit - len(before)]
    elif "after" in call.query:
        found = [one for one in found if one.id > int(call.query["after"])][:limit]
    else:
        before_id = int(call.query.get("before", 1 << 63))
        found = [one for one in found if one.id < before_id][-limit:]
    return [call.seen(one) for one in reversed(found)]


@route("GET /channels/{channel_id}/messages/{message_id}")
async def one_message(call: Call) -> Json:
    return call.seen(call.message(call.channel(May.READ_MESSAGE_HISTORY)))


def changes_of(call: Call, message: Message, given: Json) -> dict[str, Any]:
    """What an edit changes.

    Raises:
        ApiError: it isn't what it must be, or nothing would be left.
    """
    old = message.content
    if old.type not in SAID:
        raise refused(50021)
    if old.poll is not None:
        raise refused(520003)
    if old.flags & VOICE:
        raise refused(50162)
    flags = old.flags
    if given.get("flags") is not None:
        changeable = SUPPRESS_EMBEDS | COMPONENTS_V2
        flags = (old.flags & ~SUPPRESS_EMBEDS) | (int(given["flags"]) & changeable)
    form = Form()
    text = check(form, given, v2=bool(flags & COMPONENTS_V2))
    about = {str(one.get("id")): one for one in given.get("attachments") or ()}
    names = [_name(about, number, file.name) for number, file in call.files.items()]
    names += [one.file.name for one in old.attachments]
    components.check_media(form, "components", given.get("components") or [], names)
    form.end()
    changes: dict[str, Any] = {"flags": flags}
    if "content" in given:
        changes["text"] = text
    if "embeds" in given:
        changes["embeds"] = embeds.shown(given["embeds"] or [])
    if "allowed_mentions" in given:
        changes["allowed_mentions"] = given["allowed_mentions"]
    if "attachments" in given or call.files:
        kept = [one for one in old.attachments if str(one.id) in about or "attachments" not in given]
        changes["attachments"] = kept + attach(call, message.channel, about)
    if "components" in given:
        there = changes.get("attachments", old.attachments)
        changes["components"] = components.numbered(_placed(call, given, there))
    left = {
        name: changes.get(name, getattr(old, name))
        for name in ("text", "embeds", "components", "attachments")
    }
    if not any(left.values()):
        raise refused(50006)
    return changes


@route("PATCH /channels/{channel_id}/messages/{message_id}")
async def edit(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    given = call.body or {}
    if message.author is not call.me:
        if set(given) - {"flags"}:
            raise refused(50005)
        if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
            raise refused(50013)
    call.need_open(channel, unlocked=True)
    call.world.edit(message, **changes_of(call, message, given))
    return call.seen(message)


@route("DELETE /channels/{channel_id}/messages/{message_id}", 204)
async def delete(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.me:
        if channel.guild is None:
            raise refused(50003)
        if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
            raise refused(50013)
    call.need_open(channel)
    call.world.delete(message)
    if channel.guild is not None and message.author is not call.me:
        call.world.log(channel.guild, call.me.id, 72, message.author.id, call.reason)


@route("POST /channels/{channel_id}/messages/bulk-delete", 204)
async def delete_many(call: Call) -> None:
    channel = call.channel()
    if channel.guild is None:
        raise refused(50003)
    if not inside(channel, call.me.id, call.now) & May.MANAGE_MESSAGES:
        raise refused(50013)
    ids = list(dict.fromkeys(int(one) for one in call.body.get("messages") or ()))
    if not 2 <= len(ids) <= 100:
        raise refused(50016)
    if any(moment(one) < call.now - BULK_WITHIN_S for one in ids):
        raise refused(50034)
    found = [channel.messages[one] for one in ids if one in channel.messages]
    if found:
        call.world.delete(*found)
        call.world.log(channel.guild, call.me.id, 73, channel.id, call.reason)


@route("POST /channels/{channel_id}/typing", 204)
async def type_(call: Call) -> None:
    channel = call.channel(May.SEND_MESSAGES)
    call.world.starts_typing(channel, call.me)


@route("POST /channels/{channel_id}/polls/{message_id}/expire")
async def end_poll(call: Call) -> Json:
    message = call.message(call.channel())
    if message.content.poll is None:
        raise refused(520006)
    if message.author is not call.me:
        raise refused(50005)
    if message.content.poll.ended(call.now):
        raise refused(520001)
    call.world.end_poll(message)
    return call.seen(message)


@route("GET /channels/{channel_id}/polls/{message_id}/answers/{answer_id}")
async def voters(call: Call) -> Json:
    message = call.message(call.channel())
    if message.content.poll is None:
        raise unknown("message")
    who = message.content.poll.votes.get(call.number("answer_id"), [])
    after, limit = int(call.query.get("after", 0)), call.whole("limit", 25, 1, 100)
    users = [call.world.users[one] for one in sorted(who) if one > after][:limit]
    return {"users": [one.to_json() for one in users]}
