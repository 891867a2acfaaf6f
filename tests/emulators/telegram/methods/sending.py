"""Sending: texts, media, albums, polls, invoices, copies and forwards."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.calling import Call, ChatRef, method
from tests.emulators.telegram.chats import Chat, Topic
from tests.emulators.telegram.entities import CAPTION_LIMIT, formatted, units
from tests.emulators.telegram.errors import NO_TOPIC, ApiError, NotEmulated, bad
from tests.emulators.telegram.markup import checked
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.world import GENERAL

# What a media message's field is called, and the right that a member needs to send one.
MEDIA_RIGHTS = {
    "photo": "can_send_photos",
    "video": "can_send_videos",
    "animation": "can_send_other_messages",
    "audio": "can_send_audios",
    "document": "can_send_documents",
    "voice": "can_send_voice_notes",
    "video_note": "can_send_video_notes",
}
_CALLED = {
    "can_send_messages": "text messages",
    "can_send_photos": "photos",
    "can_send_videos": "videos",
    "can_send_other_messages": "animations",
    "can_send_audios": "audio files",
    "can_send_documents": "documents",
    "can_send_voice_notes": "voice notes",
    "can_send_video_notes": "video notes",
    "can_send_polls": "polls",
}


@dataclass(frozen=True)
class Target:
    """Where a message goes, and what holds for it whatever it is."""

    chat_id: ChatRef
    message_thread_id: int | None = None
    disable_notification: bool = False
    protect_content: bool = False
    message_effect_id: str | None = None
    reply_parameters: dict[str, Any] | None = None
    reply_markup: dict[str, Any] | None = None


@dataclass(frozen=True)
class Caption:
    """What stands below a picture or a sound."""

    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Any] | None = None
    show_caption_above_media: bool = False
    has_spoiler: bool = False

    def to_json(self) -> Json:
        """The fields of the message."""
        if not self.caption:
            return {}
        text, marks = formatted(self.caption, self.caption_entities, self.parse_mode, limit=CAPTION_LIMIT)
        known: Json = {"caption": text} | ({"caption_entities": marks} if marks else {})
        return known | ({"show_caption_above_media": True} if self.show_caption_above_media else {})


def _place(call: Call, to: Target, right: str, count: int = 1) -> tuple[Chat, int | None, Json | None]:
    """Where a message may go: the chat, its thread, and the message that it replies to.

    Raises:
        ApiError: it may not, or there is no such place; 429 where too much was sent.
    """
    world, bot = call.world, call.bot
    chat = world.chat_for(bot, to.chat_id)
    world.need_reachable(bot, chat)
    if chat.type == "channel":
        chat.need(bot.id, "can_post_messages", bad("need administrator rights in the channel chat"))
    elif not chat.may(bot.id, right):
        raise bad(f"not enough rights to send {_CALLED[right]} to the chat")
    replied = None
    if to.reply_parameters is not None:
        if to.reply_parameters.get("chat_id") not in (None, chat.id):
            raise NotEmulated("replies to messages of other chats")
        replied = chat.messages.get(int(to.reply_parameters.get("message_id", 0)))
        if replied is None and not to.reply_parameters.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        if replied is not None and (quote := to.reply_parameters.get("quote")) is not None:
            said = replied.get("text") or replied.get("caption") or ""
            if quote not in said:
                raise bad("QUOTE_TEXT_INVALID")
    thread = to.message_thread_id
    if thread is None and replied is not None and chat.is_forum:
        thread = replied.get("message_thread_id") if replied.get("is_topic_message") else None
    if thread is not None:
        _need_thread(call, chat, thread)
    elif chat.is_forum:
        _need_open(call, chat, chat.topics[GENERAL])
    world.limits.spend(bot.id, chat.id, count=count, group=chat.type in ("group", "supergroup"))
    return chat, thread, replied


def _need_thread(call: Call, chat: Chat, thread: int) -> None:
    if chat.is_forum:
        topic = chat.topics.get(thread)
        if topic is None:
            raise ApiError(400, NO_TOPIC)
        _need_open(call, chat, topic)
    elif chat.type != "supergroup" or not any(
        thread in (one["message_id"], one.get("message_thread_id")) for one in chat.messages.values()
    ):
        raise ApiError(400, NO_TOPIC)


def _need_open(call: Call, chat: Chat, topic: Topic) -> None:
    if topic.closed and not chat.may(call.bot.id, "can_manage_topics"):
        raise bad("TOPIC_CLOSED")


def _send(call: Call, to: Target, content: Json, right: str = "can_send_messages") -> Json:
    chat, thread, replied = _place(call, to, right)
    return _put(call, to, chat, thread, replied, content)


def _put(call: Call, to: Target, chat: Chat, thread: int | None, replied: Json | None, content: Json) -> Json:
    if to.reply_markup is not None and (markup := checked(to.reply_markup, chat)):
        content = content | {"reply_markup": markup}
    if to.protect_content or chat.protected:
        content = content | {"has_protected_content": True}
    if to.message_effect_id:
        content = content | {"effect_id": to.message_effect_id}
    if replied is not None and to.reply_parameters and (quote := to.reply_parameters.get("quote")):
        said = replied.get("text") or replied.get("caption") or ""
        content = content | {
            "quote": {"text": quote, "position": units(said[: said.index(quote)]), "is_manual": True}
        }
    message = call.world.post(chat, call.bot, content, topic=thread, reply_to=replied)
    return _known(call, message)


def _known(call: Call, message: Json) -> Json:
    seen: Json = call.world.seen_by(call.bot, message)
    return seen


def said(text: str | None, marks: list[Any] | None, parse_mode: str | None) -> Json:
    """The text of a message with its entities.

    Raises:
        ApiError: nothing is left of it, or it is too long.
    """
    text, found = formatted(text or "", marks, parse_mode)
    if not text:
        raise bad("message text is empty")
    return {"text": text} | ({"entities": found} if found else {})


def medium(call: Call, kind: str, given: str, **about: Any) -> Json:
    """The field of a message that carries a file; `about` it is what the sender says.

    The identifier by which each bot knows the file is put in when the message is shown.
    """
    return call.world.medium(call.file(given, kind), **about)


@method("sendMessage")
async def send_message(
    call: Call,
    to: Target,
    text: str,
    parse_mode: str | None = None,
    entities: list[Any] | None = None,
    link_preview_options: dict[str, Any] | None = None,
) -> Json:
    content = said(text, entities, parse_mode)
    if link_preview_options:
        content["link_preview_options"] = link_preview_options
    return _send(call, to, content)


@method("sendPhoto")
async def send_photo(call: Call, to: Target, photo: str, caption: Caption) -> Json:
    spoiler = {"has_media_spoiler": True} if caption.has_spoiler else {}
    return _send(call, to, medium(call, "photo", photo) | caption.to_json() | spoiler, MEDIA_RIGHTS["photo"])


@method("sendVideo")
async def send_video(
    call: Call,
    to: Target,
    video: str,
    caption: Caption,
    duration: int | None = None,
    width: int | None = None,
    height: int | None = None,
    thumbnail: str | None = None,
    cover: str | None = None,
    start_timestamp: int | None = None,
    supports_streaming: bool = False,
) -> Json:
    _need_pictures(call, thumbnail, cover)
    about = medium(call, "video", video, duration=duration, width=width, height=height)
    spoiler = {"has_media_spoiler": True} if caption.has_spoiler else {}
    return _send(call, to, about | caption.to_json() | spoiler, MEDIA_RIGHTS["video"])


@method("sendAnimation")
async def send_animation(
    call: Call,
    to: Target,
    animation: str,
    caption: Caption,
    duration: int | None = None,
    width: int | None = None,
    height: int | None = None,
    thumbnail: str | None = None,
) -> Json:
    _need_pictures(call, thumbnail)
    about = medium(call, "animation", animation, duration=duration, width=width, height=height)
    return _send(call, to, about | caption.to_json(), MEDIA_RIGHTS["animation"])


@dataclass(frozen=True)
class PlainCaption:
    """What stands below a sound or a document."""

    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Any] | None = None

    def to_json(self) -> Json:
        """The fields of the message."""
        return Caption(self.caption, self.parse_mode, self.caption_entities).to_json()


@method("sendAudio")
async def send_audio(
    call: Call,
    to: Target,
    audio: str,
    caption: PlainCaption,
    duration: int | None = None,
    performer: str | None = None,
    title: str | None = None,
    thumbnail: str | None = None,
) -> Json:
    _need_pictures(call, thumbnail)
    about = medium(call, "audio", audio, duration=duration, performer=performer, title=title)
    return _send(call, to, about | caption.to_json(), MEDIA_RIGHTS["audio"])


@method("sendDocument")
async def send_document(
    call: Call,
    to: Target,
    document: str,
    caption: PlainCaption,
    thumbnail: str | None = None,
    disable_content_type_detection: bool = False,
) -> Json:
    _need_pictures(call, thumbnail)
    return _send(call, to, medium(call, "document", document) | caption.to_json(), MEDIA_RIGHTS["document"])


@method("sendVoice")
async def send_voice(
    call: Call, to: Target, voice: str, caption: PlainCaption, duration: int | None = None
) -> Json:
    about = medium(call, "voice", voice, duration=duration)
    return _send(call, to, about | caption.to_json(), MEDIA_RIGHTS["voice"])


@method("sendVideoNote")
async def send_video_note(
    call: Call,
    to: Target,
    video_note: str,
    duration: int | None = None,
    length: int | None = None,
    thumbnail: str | None = None,
) -> Json:
    _need_pictures(call, thumbnail)
    about = medium(call, "video_note", video_note, duration=duration, length=length)
    return _send(call, to, about, MEDIA_RIGHTS["video_note"])


def _need_pictures(call: Call, *given: str | None) -> None:
    """Raises ApiError where a thumbnail or cover isn't a file that came along."""
    for one in given:
        if one and not one.startswith("attach://"):
            raise bad("a thumbnail must be uploaded as a new file")
        if one:
            call.file(one, "photo")


@dataclass(frozen=True)
class AlbumTarget:
    """Where an album goes."""

    chat_id: ChatRef
    message_thread_id: int | None = None
    disable_notification: bool = False
    protect_content: bool = False
    message_effect_id: str | None = None
    reply_parameters: dict[str, Any] | None = None

    def one(self) -> Target:
        """Where each of its messages goes."""
        return Target(
            self.chat_id,
            self.message_thread_id,
            self.disable_notification,
            self.protect_content,
            self.message_effect_id,
            self.reply_parameters,
        )


@method("sendMediaGroup")
async def send_media_group(call: Call, to: AlbumTarget, media: list[Any]) -> list[Json]:
    if not 2 <= len(media) <= 10:
        raise bad("media group must include 2-10 items")
    kinds = {one.get("type") for one in media}
    if not kinds <= {"photo", "video", "audio", "document"}:
        raise bad("can't parse InputMedia: media type is unsupported")
    if len(kinds) > 1 and kinds != {"photo", "video"}:
        raise bad("media group can't be made of these types together")
    contents = [input_medium(call, one) for one in media]
    target = to.one()
    chat, thread, replied = _place(call, target, MEDIA_RIGHTS[media[0]["type"]], len(media))
    group = {"media_group_id": str(secrets.randbelow(10**17))}
    return [_put(call, target, chat, thread, replied, content | group) for content in contents]


def input_medium(call: Call, given: Json) -> Json:
    """What an `InputMedia` puts into a message."""
    about = {
        name: given[name]
        for name in ("duration", "width", "height", "performer", "title")
        if name in given and given["type"] not in ("photo", "document")
    }
    caption = Caption(given.get("caption"), given.get("parse_mode"), given.get("caption_entities"))
    return medium(call, given["type"], str(given.get("media", "")), **about) | caption.to_json()


@method("sendPoll")
async def send_poll(
    call: Call,
    to: Target,
    question: str,
    options: list[Any],
    question_parse_mode: str | None = None,
    question_entities: list[Any] | None = None,
    is_anonymous: bool = True,
    type: str = "regular",
    allows_multiple_answers: bool = False,
    allows_revoting: bool = True,
    correct_option_ids: list[int] | None = None,
    explanation: str | None = None,
    open_period: int | None = None,
    close_date: int | None = None,
    is_closed: bool = False,
) -> Json:
    question, marks = formatted(question, question_entities, question_parse_mode, limit=300)
    if not question:
        raise bad("poll question must be non-empty")
    if not 1 <= len(options) <= 12:
        raise bad(f"poll can't have {'more than 12' if options else 'no'} options")
    texts = [one["text"] if isinstance(one, dict) else str(one) for one in options]
    if any(not 1 <= units(text.strip()) <= 100 for text in texts):
        raise bad("poll options length must not exceed 100")
    if type == "quiz" and not correct_option_ids:
        raise bad("poll has no correct option")
    poll: Json = {
        "id": str(secrets.randbelow(10**18)),
        "question": question,
        "options": [
            {"persistent_id": str(number), "text": text.strip(), "voter_count": 0}
            for number, text in enumerate(texts)
        ],
        "total_voter_count": 0,
        "is_closed": is_closed,
        "is_anonymous": is_anonymous,
        "type": type,
        "allows_multiple_answers": allows_multiple_answers,
        "allows_revoting": allows_revoting,
        "members_only": False,
    }
    if marks:
        poll["question_entities"] = marks
    if type == "quiz":
        poll |= {"correct_option_ids": correct_option_ids} | (
            {"explanation": explanation} if explanation else {}
        )
    poll |= {
        name: value for name, value in (("open_period", open_period), ("close_date", close_date)) if value
    }
    message = _send(call, to, {"poll": poll}, "can_send_polls")
    chat = call.world.chat_for(call.bot, to.chat_id)
    call.world.polls[poll["id"]] = (chat, message["message_id"])
    return message


@method("sendInvoice")
async def send_invoice(
    call: Call,
    to: Target,
    title: str,
    description: str,
    payload: str,
    currency: str,
    prices: list[Any],
    provider_token: str = "",
    start_parameter: str = "",
    photo_url: str | None = None,
) -> Json:
    total = invoice_total(currency, prices, provider_token, payload, title, description)
    invoice = {
        "title": title,
        "description": description,
        "start_parameter": start_parameter,
        "currency": currency,
        "total_amount": total,
    }
    message = _send(call, to, {"invoice": invoice})
    chat = call.world.chat_for(call.bot, to.chat_id)
    call.world.invoices[chat.id, message["message_id"], call.bot.id] = (payload, total)
    return message


def invoice_total(
    currency: str, prices: list[Any], provider_token: str, payload: str, title: str, description: str
) -> int:
    """What an invoice in Stars costs.

    Raises:
        ApiError: it isn't one, or is ill made.
    """
    if currency != "XTR":
        raise NotEmulated("invoices in other currencies than Stars")
    if provider_token:
        raise bad("STARS_INVOICE_INVALID")
    if len(prices) != 1:
        raise bad("payments in Telegram Stars must have exactly one price component")
    if not 1 <= len(payload.encode()) <= 128:
        raise bad("INVOICE_PAYLOAD_INVALID")
    if not 1 <= len(title) <= 32 or not 1 <= len(description) <= 255:
        raise bad("invoice title or description is too long")
    amount = prices[0].get("amount")
    if not isinstance(amount, int) or not 1 <= amount <= 100_000:
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amount


@method("sendChatAction")
async def send_chat_action(
    call: Call, chat_id: ChatRef, action: str, message_thread_id: int | None = None
) -> bool:
    if action not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat = call.world.chat_for(call.bot, chat_id)
    call.world.need_reachable(call.bot, chat)
    call.world.actions.append((call.bot.id, chat.id, action))
    return True


_ACTIONS_WORDS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)
_ACTIONS = frozenset(_ACTIONS_WORDS.split())


@method("sendMessageDraft")
async def send_message_draft(
    call: Call,
    chat_id: int,
    draft_id: int,
    text: str | None = None,
    message_thread_id: int | None = None,
    parse_mode: str | None = None,
    entities: list[Any] | None = None,
) -> bool:
    chat = call.world.chat_for(call.bot, chat_id)
    if chat.type != "private":
        raise bad("drafts can be sent to private chats only")
    if draft_id == 0:
        raise bad("draft_id must be non-zero")
    call.world.need_reachable(call.bot, chat)
    shown, _ = formatted(text or "", entities, parse_mode)
    call.world.drafts[call.bot.id, chat.id, draft_id] = {"text": shown, "date": int(call.world.clock.now())}
    return True


def _original(call: Call, from_chat_id: ChatRef, message_id: int, what: str) -> Json:
    chat = call.world.chat_for(call.bot, from_chat_id)
    message = chat.messages.get(message_id)
    if message is None or "_deleted" in message:
        raise bad(f"message to {what} not found")
    if message.get("has_protected_content"):
        raise bad(f"message can't be {'forwarded' if what == 'forward' else 'copied'}")
    return message


_OF_THE_PLACE = (
    "message_id", "date", "chat", "from", "sender_chat", "reply_to_message", "message_thread_id", "edit_date",
    "is_topic_message", "reply_markup", "media_group_id", "quote",
)  # fmt: skip


def _content(message: Json) -> Json:
    return {name: value for name, value in message.items() if name not in _OF_THE_PLACE}


def _origin(message: Json) -> Json:
    if (told := message.get("forward_origin")) is not None:
        known: Json = told
        return known
    if message["chat"]["type"] == "channel":
        chat, number = message["chat"], message["message_id"]
        return {"type": "channel", "date": message["date"], "chat": chat, "message_id": number}
    if "sender_chat" in message:
        return {"type": "chat", "date": message["date"], "sender_chat": message["sender_chat"]}
    return {"type": "user", "date": message["date"], "sender_user": message["from"]}


@dataclass(frozen=True)
class ForwardTarget:
    """Where a forwarded message goes."""

    chat_id: ChatRef
    from_chat_id: ChatRef
    message_thread_id: int | None = None
    disable_notification: bool = False
    protect_content: bool = False

    def one(self) -> Target:
        """Where each of its messages goes."""
        return Target(self.chat_id, self.message_thread_id, self.disable_notification, self.protect_content)


@method("forwardMessage")
async def forward_message(call: Call, to: ForwardTarget, message_id: int) -> Json:
    message = _original(call, to.from_chat_id, message_id, "forward")
    return _send(call, to.one(), _content(message) | {"forward_origin": _origin(message)})


@method("forwardMessages")
async def forward_messages(call: Call, to: ForwardTarget, message_ids: list[int]) -> list[Json]:
    _need_ascending(message_ids)
    found = [_original(call, to.from_chat_id, one, "forward") for one in message_ids]
    sent = [_send(call, to.one(), _content(one) | {"forward_origin": _origin(one)}) for one in found]
    return [{"message_id": one["message_id"]} for one in sent]


@method("copyMessage")
async def copy_message(
    call: Call,
    to: Target,
    from_chat_id: ChatRef,
    message_id: int,
    caption: str | None = None,
    parse_mode: str | None = None,
    caption_entities: list[Any] | None = None,
    show_caption_above_media: bool = False,
) -> Json:
    content = _content(_original(call, from_chat_id, message_id, "copy"))
    content.pop("forward_origin", None)
    if caption is not None:
        content = {k: v for k, v in content.items() if k not in ("caption", "caption_entities")}
        content |= Caption(caption, parse_mode, caption_entities).to_json()
    return {"message_id": _send(call, to, content)["message_id"]}


@method("copyMessages")
async def copy_messages(
    call: Call, to: ForwardTarget, message_ids: list[int], remove_caption: bool = False
) -> list[Json]:
    _need_ascending(message_ids)
    left_out = ("forward_origin", *(("caption", "caption_entities") if remove_caption else ()))
    copies = []
    for one in [_original(call, to.from_chat_id, one, "copy") for one in message_ids]:
        content = {name: value for name, value in _content(one).items() if name not in left_out}
        copies.append({"message_id": _send(call, to.one(), content)["message_id"]})
    return copies


def _need_ascending(message_ids: list[int]) -> None:
    if not 1 <= len(message_ids) <= 100:
        raise bad("message identifiers must be 1-100")
    if sorted(set(message_ids)) != message_ids:
        raise bad("message identifiers must be in a strictly increasing order")
