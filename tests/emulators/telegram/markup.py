"""Keyboards under messages, checked as Telegram checks them."""

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.errors import NotEmulated, bad
from tests.emulators.telegram.people import Bot, Json

_DOES = (
    "url",
    "callback_data",
    "copy_text",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "pay",
)
_LIMIT_BUTTONS, _LIMIT_DATA = 100, 64


def checked(markup: dict[str, Any], chat: Chat) -> Json | None:
    """The inline keyboard that stays with the message; None for a keyboard that belongs to the person.

    Raises:
        ApiError: a button that Telegram wouldn't take.
    """
    if "inline_keyboard" not in markup:
        if chat.type == "channel":
            raise bad("reply keyboard can't be used in channels")
        if "keyboard" in markup:
            for row in markup["keyboard"]:
                for button in row:
                    if (
                        isinstance(button, dict)
                        and "request_managed_bot" in button
                        and chat.type != "private"
                    ):
                        raise bad("a managed bot can be requested in private chats only")
                    if isinstance(button, dict) and "request_managed_bot" in button:
                        _need_manager(chat)
        return None
    rows = [[_button(one, chat) for one in row] for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > _LIMIT_BUTTONS:
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button(button: Json, chat: Chat) -> Json:
    label = button.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad("can't parse inline keyboard button: text is empty")
    does = [name for name in _DOES if name in button]
    if "web_app" in button:
        if chat.type != "private":
            raise bad("BUTTON_TYPE_INVALID")
        raise NotEmulated("Mini Apps")
    if len(does) != 1:
        raise bad("can't parse inline keyboard button: exactly one optional field must be used")
    if does == ["callback_data"] and not 1 <= len(str(button["callback_data"]).encode()) <= _LIMIT_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if does == ["url"]:
        _check_url(str(button["url"]))
    return {name: button[name] for name in ("text", *does)}


def _check_url(url: str) -> None:
    """Raises ApiError where a button may not open this address."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if "." not in parts.hostname or parts.hostname == "localhost":
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _need_manager(chat: Chat) -> None:
    asks = next(one.user for one in chat.members.values() if isinstance(one.user, Bot))
    if not asks.can_manage_bots:
        raise bad("the bot can't manage other bots")
