"""Our bots of Telegram and bare ones, side by side."""
