"""How a bot's updates come: posted to us, or fetched. What a bot's row says is arranged with Telegram.

The row comes first and Telegram after it, again and again where need be: `arrange` may be called by whoever
finds that the two don't agree. Nothing is lost between: Telegram keeps what it can't hand over.
"""

from typing import Final
from urllib.parse import urlsplit

from bots.telegram.client import Client
from bots.telegram.roster import KnownBot, Roster

ALLOWED: Final = (
    "message", "edited_message", "channel_post", "edited_channel_post", "message_reaction", "callback_query",
    "pre_checkout_query", "my_chat_member", "chat_member", "chat_join_request",
)  # fmt: skip
"""The updates that we ask for."""

AT_ONCE: Final = 40
"""Posts of one bot's updates that Telegram may have under way (1 to 100)."""


def place_of(url: str) -> str:
    """Whose address it is, without its path: in that, programs have their secrets, some the bot's token."""
    return (urlsplit(url).hostname or "")[:100]


class Hooks:
    """Where updates are posted to. `public_url` is what reaches this instance from outside, if anything."""

    def __init__(self, client: Client, roster: Roster, public_url: str | None) -> None:
        self._client = client
        self._roster = roster
        self._public_url = public_url

    @property
    def possible(self) -> bool:
        """Whether there is an address that updates could be posted to."""
        return self._public_url is not None

    @property
    def usual(self) -> bool:
        """Whether they are posted unless somebody chooses otherwise: Telegram wants HTTPS."""
        return (self._public_url or "").startswith("https://")

    def address_of(self, bot_id: int) -> str:
        """Where a bot's updates are posted; empty where nothing reaches this instance."""
        return f"{self._public_url}/tg/{bot_id}" if self._public_url else ""

    async def arrange(self, bot: KnownBot) -> None:
        """Have Telegram hand a bot's updates over as its row says; raises what the call does."""
        api = self._client.bot(bot.token)
        if bot.webhook and self.possible:
            await api.set_webhook(
                self.address_of(bot.bot_id),
                secret_token=self._roster.secret_of(bot),
                allowed_updates=list(ALLOWED),
                max_connections=AT_ONCE,
                drop_pending_updates=False,
            )
        else:
            await api.delete_webhook(drop_pending_updates=False)
