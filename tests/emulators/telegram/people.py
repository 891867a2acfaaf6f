"""Users and bots: who they are, what a bot has said of itself, and what waits for it."""

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# Left out unless they are asked for.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TELEGRAM_ID = 777000
GROUP_ANONYMOUS_ID = 1087968824
CHANNEL_BOT_ID = 136817688


@dataclass(eq=False)
class User:
    """Somebody with an account."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    deactivated: bool = False
    blocks: set[int] = field(default_factory=set)

    def to_json(self) -> Json:
        """As others see it."""
        known: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return known | {name: value for name, value in optional.items() if value}


@dataclass
class Webhook:
    """Where a bot's updates are sent."""

    url: str
    secret: str = ""
    max_connections: int = 40
    error: str = ""
    error_at: float = 0.0


@dataclass(eq=False)
class Bot(User):
    """A bot's account, with the queue of its updates.

    `reads_all`: its privacy mode is off. `manager`: the bot by which it was made, which may have its token.
    """

    token: str = ""
    owner: User | None = None
    manager: "Bot | None" = None
    reads_all: bool = False
    can_join_groups: bool = True
    can_manage_bots: bool = False
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    photo: Json | None = None
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    default_rights: dict[bool, Json] = field(default_factory=dict)
    access: Json = field(default_factory=lambda: {"is_access_restricted": False})
    stars: int = 0
    webhook: Webhook | None = None
    allowed: frozenset[str] | None = None
    updates: deque[Json] = field(default_factory=deque)
    confirmed: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))
    next_update_id: int = field(default_factory=lambda: 100_000_000 + secrets.randbelow(1_000_000))
    next_message_id: int = 1
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poller: int = 0
    logged_out: bool = False

    def renew_token(self) -> str:
        """A new token; the one before it is worth nothing any more."""
        self.token = f"{self.id}:AA{secrets.token_urlsafe(25)[:33]}"
        return self.token

    def about_itself(self) -> Json:
        """What getMe says."""
        return self.to_json() | {
            "can_join_groups": self.can_join_groups,
            "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": self.can_manage_bots,
        }

    def hear(self, kind: str, content: Json) -> None:
        """Queue an update, unless the bot doesn't want such."""
        wanted = self.allowed
        if (kind in NOT_BY_DEFAULT) if wanted is None else (kind not in wanted):
            return
        self.updates.append({"update_id": self.next_update_id, kind: content})
        self.next_update_id += 1
        self.arrived.set()
