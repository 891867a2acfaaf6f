"""Telegram's sign that somebody writes."""

from typing import Final

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bots.typing import CannotShow

EVERY_S: Final = 4.5
"""Telegram shows it for five seconds."""


async def show(bot: Bot, chat_id: str) -> None:
    """Show it once in a chat (`Thread.chat_id`).

    Raises:
        CannotShow: Telegram doesn't.
    """
    chat, _, topic = chat_id.partition("/")[0].partition(":")
    try:
        await bot.send_chat_action(int(chat), "typing", message_thread_id=int(topic) if topic else None)
    except AiogramError as error:
        raise CannotShow from error
