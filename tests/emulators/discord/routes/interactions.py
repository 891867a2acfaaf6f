"""Answering interactions: the first answer, and what follows by the interaction's token."""

from dataclasses import replace
from typing import Any

from tests.emulators.discord.calling import Call, Status, route
from tests.emulators.discord.components import check_modal, numbered
from tests.emulators.discord.errors import NotEmulated, invalid, unknown
from tests.emulators.discord.form import Form
from tests.emulators.discord.interactions import (
    CHOICES,
    COMMAND,
    DEFER,
    SAY,
    SHOW_MODAL,
    UPDATE,
    Interaction,
)
from tests.emulators.discord.messages import COMMAND as BY_COMMAND
from tests.emulators.discord.messages import CONTEXT_MENU, EPHEMERAL, LOADING, REPLY, Content, Message
from tests.emulators.discord.people import Json
from tests.emulators.discord.routes.messages import changes_of, content_of


@route("POST /interactions/{interaction_id}/{interaction_token}/callback", 204, secret=True)
async def callback(call: Call) -> Any:
    one = call.world.interactions.find(call.number("interaction_id"), call.path["interaction_token"])
    call = replace(call, known=one.app)
    answer(call, one, call.body or {})
    if call.query.get("with_response", "").lower() not in ("true", "1"):
        return None
    return Status(200, _resource(call, one))


def answer(call: Call, one: Interaction, given: Json) -> None:
    """Take the first answer to an interaction.

    Raises:
        ApiError: it isn't one that this interaction may have, or not what it must be.
    """
    kind, data = given.get("type"), given.get("data") or {}
    if kind in (10, 12):
        raise NotEmulated(f"interaction callback {kind}")
    form = Form()
    form.among("type", kind, one.allowed)
    form.end()
    if kind == CHOICES:
        one.choices = _choices(data)
    elif kind == SHOW_MODAL:
        one.modal = _modal(data)
    elif kind == SAY:
        one.original = say(call, one, content_of(call, one.channel, data, flags=EPHEMERAL, reply=False))
    elif kind == DEFER:
        one.whispers = bool(int(data.get("flags") or 0) & EPHEMERAL)
        flags = LOADING | (EPHEMERAL if one.whispers else 0)
        one.original = say(call, one, Content(flags=flags))
    else:
        one.original = one.message
        if kind == UPDATE and one.message is not None:
            call.world.edit(one.message, **changes_of(call, one.message, data))
    one.answered = kind or 0
    one.changes()


def say(call: Call, one: Interaction, content: Content, *, follows: bool = False) -> Message:
    """Put a message that answers an interaction into its channel, or before one person alone."""
    before = one.original if follows else one.message
    kind = REPLY if before is not None else CONTEXT_MENU if one.data.get("target_id") else BY_COMMAND
    if one.type != COMMAND and before is None:
        kind = 0
    alone = one.user.id if content.flags & EPHEMERAL else None
    made = replace(
        content,
        type=kind,
        reference=before,
        only_for=alone,
        interaction=call.world.interactions.metadata(one),
    )
    message = call.world.post(one.channel, one.app.user, made, app=one.app)
    if alone is not None:
        one.channel.whispered.append(message)
    return message


def _choices(data: Json) -> list[Json]:
    choices = data.get("choices") or []
    form = Form()
    form.at_most("data.choices", choices, 25)
    for number, each in enumerate(choices):
        if form.given(f"data.choices.{number}.name", each.get("name")):
            form.between(f"data.choices.{number}.name", each["name"], 1, 100)
        if isinstance(each.get("value"), str):
            form.between(f"data.choices.{number}.value", each["value"], 1, 100)
    form.end()
    return list(choices)


def _modal(data: Json) -> Json:
    form = Form()
    if form.given("data.custom_id", data.get("custom_id")):
        form.between("data.custom_id", data["custom_id"], 1, 100)
    if form.given("data.title", data.get("title")):
        form.between("data.title", data["title"], 1, 45)
    check_modal(form, "data.components", data.get("components") or [])
    form.end()
    return data | {"components": numbered(data["components"])}


def _resource(call: Call, one: Interaction) -> Json:
    known: Json = {"interaction": {"id": str(one.id), "type": one.type}}
    if one.original is not None:
        shown = one.original
        known["interaction"] |= {
            "response_message_id": str(shown.id),
            "response_message_loading": bool(shown.flags & LOADING),
            "response_message_ephemeral": shown.only_for is not None,
        }
        if one.answered in (SAY, UPDATE):
            known["resource"] = {"type": one.answered, "message": call.seen(shown)}
    return known


# What follows


def _found(call: Call) -> tuple[Call, Interaction]:
    one = call.world.interactions.by_token(call.number("webhook_id"), call.path["webhook_token"])
    return replace(call, known=one.app), one


def _message(call: Call, one: Interaction) -> Message:
    if "message_id" not in call.path:
        found = one.original
    else:
        number = call.number("message_id")
        mine = [*one.followups, *([one.original] if one.original else [])]
        found = next((each for each in mine if each.id == number), None)
    if found is None or found.deleted:
        raise unknown("message")
    return found


_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"


@route(f"POST {_WEBHOOK}", secret=True)
async def follow_up(call: Call) -> Json:
    call, one = _found(call)
    given = call.body or {}
    if given.get("thread_name"):
        raise invalid("thread_name", "WEBHOOK_THREAD_NAME", "Only webhooks of forums can begin threads")
    content = content_of(call, one.channel, given, flags=EPHEMERAL, reply=False)
    waiting = one.original
    if waiting is not None and waiting.flags & LOADING:
        # The first that follows takes the place of what was deferred, before whom that was.
        _fill(call, waiting, content)
        made = waiting
    else:
        made = say(call, one, content, follows=True)
        one.followups.append(made)
    one.changes()
    return call.seen(made)


def _fill(call: Call, waiting: Message, content: Content) -> None:
    flags = (waiting.content.flags & ~LOADING) | (content.flags & ~EPHEMERAL)
    call.world.edit(
        waiting,
        text=content.text,
        embeds=content.embeds,
        components=content.components,
        attachments=content.attachments,
        poll=content.poll,
        allowed_mentions=content.allowed_mentions,
        flags=flags,
    )


async def _get(call: Call) -> Json:
    call, one = _found(call)
    return call.seen(_message(call, one))


async def _edit(call: Call) -> Json:
    call, one = _found(call)
    message = _message(call, one)
    changes = changes_of(call, message, call.body or {})
    changes["flags"] &= ~LOADING
    call.world.edit(message, **changes)
    one.changes()
    return call.seen(message)


async def _delete(call: Call) -> None:
    call, one = _found(call)
    message = _message(call, one)
    call.world.delete(message)
    one.changes()


for _which in ("@original", "{message_id}"):
    route(f"GET {_WEBHOOK}/messages/{_which}", secret=True)(_get)
    route(f"PATCH {_WEBHOOK}/messages/{_which}", secret=True)(_edit)
    route(f"DELETE {_WEBHOOK}/messages/{_which}", 204, secret=True)(_delete)
