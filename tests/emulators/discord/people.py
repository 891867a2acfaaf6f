"""Users and apps: who they are, and what an app has said of itself."""

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from tests.emulators.discord.sessions import Session

Json = dict[str, Any]

MEMBERS, PRESENCES, CONTENT = 1 << 1, 1 << 8, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | CONTENT
# What an app's flags say of each privileged intent: granted in fewer than a hundred guilds.
INTENT_FLAGS = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, CONTENT: 1 << 19}


@dataclass(eq=False)
class User:
    """Somebody with an account. `dms`: they may be written to in private by who shares a guild with them."""

    id: int
    username: str
    global_name: str | None = None
    locale: str = "en-US"
    bot: bool = False
    avatar: str | None = None
    banner: str | None = None
    dms: bool = True
    blocks: set[int] = field(default_factory=set)
    deleted: bool = False

    def to_json(self) -> Json:
        """As others see it."""
        known: Json = {
            "id": str(self.id),
            "username": self.username,
            "avatar": self.avatar,
            "discriminator": "0000" if self.bot else "0",
            "public_flags": 0,
            "flags": 0,
            "global_name": self.global_name,
            "primary_guild": None,
            "banner": self.banner,
            "accent_color": None,
        }
        return known | ({"bot": True} if self.bot else {})


@dataclass(eq=False)
class App:
    """An application with its bot, as its developer has set it up.

    `privileged`: the privileged intents switched on in the portal. `endpoint`: where its interactions are
    posted instead of going over its gateway. `shards`: how many it is told to use.
    """

    id: int
    name: str
    user: User
    owner: User
    token: str = ""
    description: str = ""
    icon: str | None = None
    privileged: int = PRIVILEGED
    endpoint: str | None = None
    tags: list[str] = field(default_factory=list)
    public: bool = True
    shards: int = 1
    max_concurrency: int = 1
    session_budget: int = 1000
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sessions: dict[str, "Session"] = field(default_factory=dict)
    install: Json = field(default_factory=dict)

    def renew_token(self) -> str:
        """A new token; the one before it is worth nothing any more, and its connections end."""
        head = base64.urlsafe_b64encode(str(self.id).encode()).decode().rstrip("=")
        self.token = f"{head}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
        for session in self.sessions.values():
            if session.connection is not None:
                session.connection.close(4004)
        self.sessions.clear()
        return self.token

    @property
    def flags(self) -> int:
        """What the portal says of it, as bits."""
        return sum(flag for intent, flag in INTENT_FLAGS.items() if self.privileged & intent)

    @property
    def verify_key(self) -> str:
        """The public key by which its interactions are known to be Discord's, in hex."""
        return self.key.public_key().public_bytes_raw().hex()

    def in_short(self) -> Json:
        """The application as messages and READY carry it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": self.icon,
            "description": self.description,
            "type": None,
            "bot": self.user.to_json(),
        }

    def to_json(self, guilds: int) -> Json:
        """The application as it sees itself; `guilds` it is in."""
        return (
            self.in_short()
            | {
                "bot_public": self.public,
                "bot_require_code_grant": False,
                "verify_key": self.verify_key,
                "flags": self.flags,
                "flags_new": str(self.flags),
                "tags": self.tags,
                "redirect_uris": [],
                "interactions_endpoint_url": self.endpoint,
                "role_connections_verification_url": None,
                "owner": self.owner.to_json(),
                "approximate_guild_count": guilds,
                "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0,
                "explicit_content_filter": 0,
                "team": None,
                "eligible_oauth2_scopes": [],
                "rpc_origins": [],
                "integration_types_config": {"0": {}},
            }
            | ({"install_params": self.install} if self.install else {})
        )
