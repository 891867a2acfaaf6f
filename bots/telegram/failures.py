"""What became of a call that failed: what its refusal means, and whether it may have arrived.

Telegram has no names for its refusals but their words (tdlib and the servers write them), so these are read.
"""

from enum import Enum
from typing import Final

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
)
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from kernel.logs import scrub


class Cause(Enum):
    """What a refusal is about."""

    REPLY = "reply"
    FILE = "file"
    DRESS = "dress"
    SAME = "same"
    GONE = "gone"
    TOPIC_GONE = "topic_gone"
    TOPIC_CLOSED = "topic_closed"
    RIGHTS = "rights"
    TOO_LARGE = "too_large"
    OTHER = "other"


REASONS: Final[dict[str, str]] = {
    "reply": "The post or message that this belongs below isn't there any more.",
    "file": "Telegram can't use this file as what it was sent as.",
    "gone": "Telegram knows no such chat, or the bot isn't in it. Add the bot to the chat again.",
    "topic_gone": "The topic isn't there any more.",
    "topic_closed": "The topic is closed. Open it, or give the bot the right to manage topics.",
    "rights": "The bot may not send this here. Give it the right in the chat's settings.",
    "too_large": "The file is larger than Telegram takes from a bot. Make it smaller, or send a link.",
    "unsent": "The message that was to be changed has not arrived.",
    "missing": "The file is not stored any more.",
    "too_long": "The text is longer than Telegram takes in one message.",
    "blocked": "The bot was blocked by this person, or removed from the chat.",
    "nowhere": "This is no chat of Telegram's.",
    "removed": "This avatar is no Telegram bot any more.",
    "token": "Telegram refuses the bot's token. Paste the new one under Channels; until then it is silent.",
    "conflict": "Another program receives this bot's messages. Stop it there, or give the bot a new token.",
    "never_left": "Telegram couldn't be reached.",
    "broken": "The connection to Telegram broke off, or it didn't answer in time.",
    "lost": "Telegram didn't answer in time. Some messages may not have arrived.",
    "waits": "Telegram had the bot wait because it sent too much.",
}
"""What a creator is told, by code: kept as these words, and translated where they are shown."""

# In the words of refusals, each in lower case; the first that is found says what it is about.
_WORDS: Final = (
    (Cause.SAME, ("message is not modified",)),
    (Cause.REPLY, ("to be replied not found", "replied message not found", "message to reply not found")),
    (
        Cause.FILE,
        ("wrong file identifier", "wrong remote file", "file reference", "file_reference", "of type",
         "invalid file_id", "file_id_invalid"),
    ),
    (Cause.TOO_LARGE, ("too big", "too large", "file_parts_invalid")),
    (Cause.TOPIC_GONE, ("thread not found", "topic_deleted", "topic_id_invalid")),
    (Cause.TOPIC_CLOSED, ("topic_closed",)),
    (Cause.GONE, ("chat not found", "peer_id_invalid", "deactivated", "user not found", "channel_private")),
    (Cause.RIGHTS, ("rights", "chat_write_forbidden", "chat_send_", "chat_restricted", "_forbidden")),
    (Cause.DRESS, ("button", "keyboard", "url", "entit", "markup")),
)  # fmt: skip


def cause_of(refusal: str) -> Cause:
    """What a refusal (status 400) is about."""
    said = refusal.lower()
    return next((cause for cause, words in _WORDS if any(word in said for word in words)), Cause.OTHER)


def told(error: Exception) -> str:
    """Why a call failed, for the creator: Telegram's words without secrets, or ours where it said nothing."""
    if isinstance(error, TelegramNetworkError):
        return REASONS["never_left" if never_left(error) else "broken"]
    words = error.message if isinstance(error, TelegramAPIError) else f"{type(error).__name__}: {error}"
    return scrub(words)[:300]


def never_left(error: TelegramAPIError) -> bool:
    """Whether a call that ended without an answer surely never began: there was no connection for it."""
    return isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError)


def is_too_large(error: Exception) -> bool:
    """Whether what stands before Telegram's servers refused a body for its size."""
    if isinstance(error, ClientDecodeError):
        return "Entity Too Large" in str(error.data)
    return isinstance(error, TelegramEntityTooLarge)
