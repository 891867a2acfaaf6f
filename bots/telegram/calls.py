"""Which call of the Bot API sends an outbound, and with what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from aiogram.methods import (
    EditMessageCaption,
    EditMessageText,
    SendAnimation,
    SendAudio,
    SendDocument,
    SendInvoice,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendPoll,
    SendVideo,
    SendVideoNote,
    SendVoice,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    FSInputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    InputPollOption,
    LabeledPrice,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    TelegramObject,
    User,
)
from pydantic import Field

from bots.telegram.text import Rendered, Setting, rendered, short
from conversation.types import ToSend
from kernel.chat import CAPABILITIES, Medium

_QUESTION, _OPTION, _TITLE, _DESCRIPTION = 300, 100, 32, 255
_GENERAL_TOPIC: Final = 1
_MOST_BYTES: Final = {"photo": 10 << 20}
_MOST_BYTES_ELSE: Final = 50 << 20
_SINGLE: Final[Mapping[str, Any]] = {
    "photo": SendPhoto, "video": SendVideo, "video_note": SendVideoNote, "animation": SendAnimation,
    "voice": SendVoice, "audio": SendAudio, "document": SendDocument,
}  # fmt: skip
_IN_ALBUM: Final[Mapping[str, Any]] = {
    "photo": InputMediaPhoto, "video": InputMediaVideo, "audio": InputMediaAudio,
    "document": InputMediaDocument,
}  # fmt: skip
_TIMED: Final = frozenset({"video", "video_note", "animation", "voice", "audio"})
_SIZED: Final = frozenset({"video", "animation"})
_ENDINGS: Final = {
    "photo": "jpg", "video": "mp4", "video_note": "mp4", "animation": "mp4", "voice": "ogg", "audio": "mp3",
}  # fmt: skip
_UNSAFE: Final = re.compile(r'[\\/"\r\n]')


class Said(TelegramObject):
    """What is read of a text that was sent: its number, and who Telegram says has sent it."""

    message_id: int
    from_user: User | None = Field(None, alias="from")


class Say(SendMessage):
    """`sendMessage`, of whose answer no more than that is read."""

    __returning__ = Said  # type: ignore[assignment]
    __api_method__ = "sendMessage"


File = str | FSInputFile | BufferedInputFile
"""Telegram's name of a file that it has, or the file itself."""


def chat_in(place: str) -> str:
    """The chat of a place (`Thread.chat_id`), without its topic or post."""
    return place.partition("/")[0].partition(":")[0]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a message goes: the chat, a forum's topic, the post that it stands under."""

    chat: int
    topic: int | None = None
    root: int | None = None

    @classmethod
    def of(cls, chat_id: str) -> "Destination":
        """What the conversation's name of a place means.

        Raises:
            ValueError: it is no place of Telegram's.
        """
        place, _, root = chat_id.partition("/")
        chat, _, topic = place.partition(":")
        found = cls(int(chat), int(topic) if topic else None, int(root) if root else None)
        # A forum's first topic is where it is said in none.
        return replace(found, topic=None) if found.topic == _GENERAL_TOPIC else found

    def replies(self, answers: str | None) -> tuple[ReplyParameters | None, ...]:
        """What to reply to, best first.

        Below a post whatever is said has to stand under it; elsewhere what is answered may have been deleted.
        """
        answered = int(answers) if answers and answers.isdecimal() else None
        if self.root is None:
            if answered is None:
                return (None,)
            return (ReplyParameters(message_id=answered, allow_sending_without_reply=True),)
        above = dict.fromkeys(one for one in (answered, self.root) if one is not None)
        return tuple(ReplyParameters(message_id=one) for one in above)


def too_large(kind: str, size: int) -> bool:
    """Whether a file has more bytes than a bot may send."""
    return size > _MOST_BYTES.get(kind, _MOST_BYTES_ELSE)


def file_name(medium: Medium) -> str:
    """The name that a file gets on its way, of nothing that could end the header it stands in."""
    given = _UNSAFE.sub("_", short(medium.name, 80))
    return given or f"{medium.kind}.{_ENDINGS.get(medium.kind, 'bin')}"


def call(
    one: ToSend,
    to: Destination,
    reply: ReplyParameters | None,
    files: Sequence[File],
    setting: Setting,
    *,
    bare: bool = False,
) -> TelegramMethod[Any]:
    """The call that sends it; `bare`: as nothing but its words, of which Telegram can refuse nothing.

    Raises:
        TooLong: it doesn't fit.
        ValueError: Telegram has nothing of this kind.
    """
    said = one.outbound
    place: dict[str, Any] = {"chat_id": to.chat, "message_thread_id": to.topic, "reply_parameters": reply}
    limits = CAPABILITIES["telegram"]
    limit = limits.caption_units if said.media else limits.text_units
    made = rendered(said, setting, outbound_id=one.id, limit=limit)
    if bare:
        made = Rendered(made.text, [], None)
    if said.poll:
        return SendPoll(
            **place,
            question=short(said.poll.question, _QUESTION),
            options=[InputPollOption(text=short(text, _OPTION)) for text in said.poll.options],
            is_anonymous=said.poll.anonymous,
            allows_multiple_answers=said.poll.several,
            reply_markup=made.keyboard,
        )
    if said.invoice:
        # Its only button is the one that pays; Stars need no provider.
        return SendInvoice(
            **place,
            title=short(said.invoice.title, _TITLE),
            description=short(said.invoice.description, _DESCRIPTION),
            payload=said.invoice.payload,
            provider_token="",
            currency=said.invoice.currency,
            prices=[LabeledPrice(label=short(said.invoice.title, _TITLE), amount=said.invoice.amount)],
        )
    if not said.media:
        return Say(
            **place,
            text=made.text,
            entities=made.entities,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=made.keyboard,
        )
    unknown = next((medium.kind for medium in said.media if medium.kind not in _SINGLE), None)
    if unknown:
        raise ValueError(f"nothing of Telegram's is a {unknown}")
    if len(said.media) > 1:
        return SendMediaGroup(**place, media=_album(said.media, files, made))
    (medium,), (file,) = said.media, files
    caption: dict[str, Any] = {"caption": made.text, "caption_entities": made.entities}
    if medium.kind == "video_note":
        caption = {}
    about = _about(medium) | ({"supports_streaming": True} if medium.kind == "video" else {})
    method: TelegramMethod[Any] = _SINGLE[medium.kind](
        **place, **{medium.kind: file}, **caption, **about, reply_markup=made.keyboard
    )
    return method


def edit(
    one: ToSend, to: Destination, name: str, setting: Setting, *, bare: bool = False
) -> TelegramMethod[Any]:
    """The call that puts it in the place of the message `name`: of its text, or what is below its medium.

    Raises:
        TooLong: it doesn't fit.
    """
    said = one.outbound
    limits = CAPABILITIES["telegram"]
    limit = limits.caption_units if said.media else limits.text_units
    made = rendered(said, setting, outbound_id=one.id, limit=limit)
    entities, keyboard = ([], None) if bare else (made.entities, made.keyboard)
    place: dict[str, Any] = {"chat_id": to.chat, "message_id": int(name), "reply_markup": keyboard}
    if said.media:
        return EditMessageCaption(**place, caption=made.text, caption_entities=entities)
    preview = LinkPreviewOptions(is_disabled=True)
    return EditMessageText(**place, text=made.text, entities=entities, link_preview_options=preview)


def _album(media: Sequence[Medium], files: Sequence[File], made: Rendered) -> list[Any]:
    """An album's pictures; what stands below the first stands below all."""
    album: list[Any] = []
    for medium, file in zip(media, files, strict=True):
        if medium.kind not in _IN_ALBUM:
            raise ValueError(f"no album has a {medium.kind}")
        caption: dict[str, Any] = {} if album else {"caption": made.text, "caption_entities": made.entities}
        album.append(_IN_ALBUM[medium.kind](media=file, **caption, **_about(medium)))
    return album


def _about(medium: Medium) -> dict[str, Any]:
    """What is known of a file, by the parameters' names."""
    about: dict[str, Any] = {}
    if medium.seconds and medium.kind in _TIMED:
        about["duration"] = round(medium.seconds)
    if medium.width and medium.height and medium.kind in _SIZED:
        about |= {"width": medium.width, "height": medium.height}
    return about


def file_ids(media: Sequence[Medium], sent: Sequence[Message]) -> list[tuple[Medium, str]]:
    """By what names Telegram has the files now; of one that it made something else of, none."""
    found = []
    for medium, message in zip(media, sent, strict=False):
        there: Any = getattr(message, medium.kind, None)
        if medium.kind == "photo" and there:
            there = there[-1]
        if there:
            found.append((medium, there.file_id))
    return found
