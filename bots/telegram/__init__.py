"""Telegram: avatars as real bots."""

from bots.telegram import late

late.import_aiogram()
