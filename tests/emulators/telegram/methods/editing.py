"""Changing and removing what was sent: edits, deletions, pins, reactions, the end of a poll."""

from typing import Any

from tests.emulators.telegram.calling import Call, ChatRef, method
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.errors import NOT_MODIFIED, ApiError, bad
from tests.emulators.telegram.markup import checked
from tests.emulators.telegram.methods.sending import Caption, input_medium, said
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.world import is_service

DELETED_WITHIN_S = 48 * 3600
EMOJI_WORDS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 🌚 🌭 💯 🤣 ⚡ 🏆 💔 🤨 😐 👀 ✍ 🤗 🫡"
)
EMOJI = frozenset(EMOJI_WORDS.split())


def _find(call: Call, chat_id: ChatRef, message_id: int, what: str) -> tuple[Chat, Json]:
    chat = call.world.chat_for(call.bot, chat_id)
    call.world.need_reachable(call.bot, chat)
    message = chat.messages.get(message_id)
    if message is None:
        raise bad(f"message to {what} not found")
    return chat, message


def _edit(call: Call, chat: Chat, message: Json, changes: Json, gone: tuple[str, ...] = ()) -> Json:
    """Change a message of the bot's own (or a channel's post, for who may)."""
    own = message.get("from", {}).get("id") == call.bot.id
    if not own and not (chat.type == "channel" and chat.may(call.bot.id, "can_edit_messages")):
        raise bad("message can't be edited")
    new = {name: value for name, value in message.items() if name not in gone} | changes
    if {**new, "edit_date": 0} == {**message, "edit_date": 0}:
        raise ApiError(400, NOT_MODIFIED)
    call.world.limits.spend(call.bot.id, chat.id, group=chat.type in ("group", "supergroup"))
    new["edit_date"] = int(call.world.clock.now())
    chat.messages[message["message_id"]] = new
    kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
    call.world.show(chat, kind, new, call.bot)
    seen: Json = call.world.seen_by(call.bot, new)
    return seen


def _keyboard(markup: dict[str, Any] | None, chat: Chat) -> Json:
    found = checked(markup, chat) if markup is not None else None
    return {"reply_markup": found} if found else {}


@method("editMessageText")
async def edit_message_text(
    call: Call,
    chat_id: ChatRef,
    message_id: int,
    text: str,
    parse_mode: str | None = None,
    entities: list[Any] | None = None,
    link_preview_options: dict[str, Any] | None = None,
    reply_markup: dict[str, Any] | None = None,
) -> Json:
    chat, message = _find(call, chat_id, message_id, "edit")
    changes = said(text, entities, parse_mode)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    gone = ("entities", "reply_markup", "link_preview_options")
    if link_preview_options:
        changes["link_preview_options"] = link_preview_options
    return _edit(call, chat, message, changes | _keyboard(reply_markup, chat), gone)


@method("editMessageCaption")
async def edit_message_caption(
    call: Call,
    chat_id: ChatRef,
    message_id: int,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Any] | None = None,
    show_caption_above_media: bool = False,
    reply_markup: dict[str, Any] | None = None,
) -> Json:
    chat, message = _find(call, chat_id, message_id, "edit")
    if not any(kind in message for kind in ("photo", "video", "animation", "audio", "document", "voice")):
        raise bad("there is no caption in the message to edit")
    changes = Caption(caption, parse_mode, caption_entities, show_caption_above_media).to_json()
    gone = ("caption", "caption_entities", "reply_markup", "show_caption_above_media")
    return _edit(call, chat, message, changes | _keyboard(reply_markup, chat), gone)


@method("editMessageMedia")
async def edit_message_media(
    call: Call,
    chat_id: ChatRef,
    message_id: int,
    media: dict[str, Any],
    reply_markup: dict[str, Any] | None = None,
) -> Json:
    chat, message = _find(call, chat_id, message_id, "edit")
    kinds = ("photo", "video", "animation", "audio", "document")
    if not any(kind in message for kind in (*kinds, "text")) or "poll" in message:
        raise bad("message can't be edited")
    gone = (*kinds, "text", "entities", "caption", "caption_entities", "reply_markup")
    return _edit(call, chat, message, input_medium(call, media) | _keyboard(reply_markup, chat), gone)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(
    call: Call, chat_id: ChatRef, message_id: int, reply_markup: dict[str, Any] | None = None
) -> Json:
    chat, message = _find(call, chat_id, message_id, "edit")
    return _edit(call, chat, message, _keyboard(reply_markup, chat), ("reply_markup",))


@method("stopPoll")
async def stop_poll(
    call: Call, chat_id: ChatRef, message_id: int, reply_markup: dict[str, Any] | None = None
) -> Json:
    chat, message = _find(call, chat_id, message_id, "stop the poll")
    if "poll" not in message or message.get("from", {}).get("id") != call.bot.id:
        raise bad("poll can't be stopped")
    if message["poll"]["is_closed"]:
        raise bad("poll has already been closed")
    poll: Json = message["poll"] | {"is_closed": True}
    chat.messages[message_id] = message | {"poll": poll}
    call.bot.hear("poll", poll)
    return poll


def _delete(call: Call, chat: Chat, message: Json) -> None:
    own = message.get("from", {}).get("id") == call.bot.id
    age = call.world.clock.now() - message["date"]
    if chat.type == "private":
        allowed = age <= DELETED_WITHIN_S
    else:
        allowed = (own and age <= DELETED_WITHIN_S) or chat.may(call.bot.id, "can_delete_messages")
    if not allowed or "supergroup_chat_created" in message:
        raise bad("message can't be deleted")
    del chat.messages[message["message_id"]]


@method("deleteMessage")
async def delete_message(call: Call, chat_id: ChatRef, message_id: int) -> bool:
    _delete(call, *_find(call, chat_id, message_id, "delete"))
    return True


@method("deleteMessages")
async def delete_messages(call: Call, chat_id: ChatRef, message_ids: list[int]) -> bool:
    if not 1 <= len(message_ids) <= 100:
        raise bad("message identifiers must be 1-100")
    chat = call.world.chat_for(call.bot, chat_id)
    for one in message_ids:
        if one in chat.messages:
            _delete(call, chat, chat.messages[one])
    return True


@method("pinChatMessage")
async def pin_chat_message(
    call: Call, chat_id: ChatRef, message_id: int, disable_notification: bool = False
) -> bool:
    chat, message = _find(call, chat_id, message_id, "pin")
    chat.need(call.bot.id, "can_edit_messages" if chat.type == "channel" else "can_pin_messages",
              bad("not enough rights to manage pinned messages in the chat"))  # fmt: skip
    if message_id not in chat.pinned:
        chat.pinned.append(message_id)
        pinned = {name: value for name, value in message.items() if name != "reply_to_message"}
        call.world.post(chat, call.bot, {"pinned_message": pinned})
    return True


@method("unpinChatMessage")
async def unpin_chat_message(call: Call, chat_id: ChatRef, message_id: int | None = None) -> bool:
    chat = call.world.chat_for(call.bot, chat_id)
    chat.need(call.bot.id, "can_edit_messages" if chat.type == "channel" else "can_pin_messages",
              bad("not enough rights to manage pinned messages in the chat"))  # fmt: skip
    number = message_id if message_id is not None else (chat.pinned[-1] if chat.pinned else None)
    if number is None or number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    return True


@method("unpinAllChatMessages")
async def unpin_all_chat_messages(call: Call, chat_id: ChatRef) -> bool:
    chat = call.world.chat_for(call.bot, chat_id)
    chat.need(call.bot.id, "can_edit_messages" if chat.type == "channel" else "can_pin_messages",
              bad("not enough rights to manage pinned messages in the chat"))  # fmt: skip
    chat.pinned.clear()
    return True


@method("setMessageReaction")
async def set_message_reaction(
    call: Call,
    chat_id: ChatRef,
    message_id: int,
    reaction: list[Any] | None = None,
    is_big: bool = False,
) -> bool:
    chat, message = _find(call, chat_id, message_id, "react")
    if is_service(message):
        raise bad("message can't be reacted to")
    if not chat.may(call.bot.id, "can_react_to_messages"):
        raise bad("not enough rights to react to messages in the chat")
    given = reaction or []
    if len(given) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for one in given:
        if one.get("type") != "emoji" or one.get("emoji") not in EMOJI:
            raise bad("REACTION_INVALID")
        if chat.reactions is not None and one["emoji"] not in chat.reactions:
            raise bad("REACTION_INVALID")
    call.world.reactions[chat.id, message_id, call.bot.id] = given
    return True
