"""Telegram: avatars as real bots."""
