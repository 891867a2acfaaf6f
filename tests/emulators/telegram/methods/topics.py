"""Forums: their topics, opened, renamed, closed and removed."""

from tests.emulators.telegram.calling import Call, ChatRef, method
from tests.emulators.telegram.chats import Chat, Topic
from tests.emulators.telegram.errors import NO_TOPIC, ApiError, bad
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.world import GENERAL

_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def _forum(call: Call, chat_id: ChatRef) -> Chat:
    chat = call.world.chat_for(call.bot, chat_id)
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    chat.need(call.bot.id, "can_manage_topics", bad("not enough rights to create a topic"))
    return chat


def _topic(call: Call, chat_id: ChatRef, message_thread_id: int) -> tuple[Chat, Topic]:
    chat = _forum(call, chat_id)
    topic = chat.topics.get(message_thread_id)
    if topic is None:
        raise ApiError(400, NO_TOPIC)
    return chat, topic


def open_topic(call: Call, chat: Chat, name: str, color: int = _COLORS[0], icon: str = "") -> Topic:
    """Make a topic; its number is that of the message that tells of it."""
    told: Json = {"name": name, "icon_color": color} | ({"icon_custom_emoji_id": icon} if icon else {})
    message = call.world.post(chat, call.bot, {"forum_topic_created": told})
    number: int = message["message_id"]
    message |= {"message_thread_id": number, "is_topic_message": True}
    chat.topics[number] = Topic(number, name, color, icon)
    return chat.topics[number]


@method("createForumTopic")
async def create_forum_topic(
    call: Call, chat_id: ChatRef, name: str, icon_color: int = _COLORS[0], icon_custom_emoji_id: str = ""
) -> Json:
    chat = _forum(call, chat_id)
    if not 1 <= len(name) <= 128:
        raise bad("TOPIC_TITLE_EMPTY")
    if icon_color not in _COLORS:
        raise bad("invalid icon color specified")
    return open_topic(call, chat, name, icon_color, icon_custom_emoji_id).to_json()


def _rename(call: Call, chat: Chat, topic: Topic, name: str | None, icon: str | None) -> bool:
    if name in (None, topic.name) and icon in (None, topic.icon):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon = name or topic.name, topic.icon if icon is None else icon
    told = {"name": topic.name} if name else {}
    call.world.post(chat, call.bot, {"forum_topic_edited": told}, topic=topic.id)
    return True


def _close(call: Call, chat: Chat, topic: Topic, closed: bool) -> bool:
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    event = "forum_topic_closed" if closed else "forum_topic_reopened"
    call.world.post(chat, call.bot, {event: {}}, topic=topic.id)
    return True


@method("editForumTopic")
async def edit_forum_topic(
    call: Call,
    chat_id: ChatRef,
    message_thread_id: int,
    name: str | None = None,
    icon_custom_emoji_id: str | None = None,
) -> bool:
    return _rename(call, *_topic(call, chat_id, message_thread_id), name, icon_custom_emoji_id)


@method("closeForumTopic")
async def close_forum_topic(call: Call, chat_id: ChatRef, message_thread_id: int) -> bool:
    return _close(call, *_topic(call, chat_id, message_thread_id), closed=True)


@method("reopenForumTopic")
async def reopen_forum_topic(call: Call, chat_id: ChatRef, message_thread_id: int) -> bool:
    return _close(call, *_topic(call, chat_id, message_thread_id), closed=False)


@method("deleteForumTopic")
async def delete_forum_topic(call: Call, chat_id: ChatRef, message_thread_id: int) -> bool:
    chat, topic = _topic(call, chat_id, message_thread_id)
    chat.need(call.bot.id, "can_delete_messages")
    if topic.id == GENERAL:
        raise bad("TOPIC_ID_INVALID")
    del chat.topics[topic.id]
    for number in [n for n, one in chat.messages.items() if one.get("message_thread_id") == topic.id]:
        del chat.messages[number]
    return True


@method("unpinAllForumTopicMessages")
async def unpin_all_forum_topic_messages(call: Call, chat_id: ChatRef, message_thread_id: int) -> bool:
    chat, topic = _topic(call, chat_id, message_thread_id)
    chat.need(call.bot.id, "can_pin_messages")
    chat.pinned = [n for n in chat.pinned if chat.messages.get(n, {}).get("message_thread_id") != topic.id]
    return True


@method("editGeneralForumTopic")
async def edit_general_forum_topic(call: Call, chat_id: ChatRef, name: str) -> bool:
    return _rename(call, *_topic(call, chat_id, GENERAL), name, None)


@method("closeGeneralForumTopic")
async def close_general_forum_topic(call: Call, chat_id: ChatRef) -> bool:
    return _close(call, *_topic(call, chat_id, GENERAL), closed=True)


@method("reopenGeneralForumTopic")
async def reopen_general_forum_topic(call: Call, chat_id: ChatRef) -> bool:
    return _close(call, *_topic(call, chat_id, GENERAL), closed=False)


@method("hideGeneralForumTopic")
async def hide_general_forum_topic(call: Call, chat_id: ChatRef) -> bool:
    chat, topic = _topic(call, chat_id, GENERAL)
    if topic.hidden:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.hidden = topic.closed = True
    call.world.post(chat, call.bot, {"general_forum_topic_hidden": {}})
    return True


@method("unhideGeneralForumTopic")
async def unhide_general_forum_topic(call: Call, chat_id: ChatRef) -> bool:
    chat, topic = _topic(call, chat_id, GENERAL)
    if not topic.hidden:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.hidden = False
    call.world.post(chat, call.bot, {"general_forum_topic_unhidden": {}})
    return True


@method("unpinAllGeneralForumTopicMessages")
async def unpin_all_general_forum_topic_messages(call: Call, chat_id: ChatRef) -> bool:
    chat, _ = _topic(call, chat_id, GENERAL)
    chat.need(call.bot.id, "can_pin_messages")
    chat.pinned = [n for n in chat.pinned if chat.messages.get(n, {}).get("message_thread_id")]
    return True
