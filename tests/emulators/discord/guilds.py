"""Guilds with their roles, members and channels; private channels; threads."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulators.discord.people import App, Json, User
from tests.emulators.discord.snowflakes import iso

if TYPE_CHECKING:
    from tests.emulators.discord.messages import Message

TEXT, DM, VOICE, CATEGORY, NEWS = 0, 1, 2, 4, 5
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM, MEDIA = 10, 11, 12, 13, 15, 16
THREADS = (NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)


@dataclass(eq=False)
class Role:
    """A role. `bot_id`: it came with a bot, and goes with it."""

    id: int
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None

    def to_json(self) -> Json:
        """The role as it goes over the wire."""
        known: Json = {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "hoist": self.hoist,
            "managed": self.bot_id is not None,
            "mentionable": self.mentionable,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }
        return known | ({"tags": {"bot_id": str(self.bot_id)}} if self.bot_id else {})


@dataclass(eq=False)
class Member:
    """A user in a guild. `until`: their timeout ends then, in Unix seconds."""

    user: User
    joined_at: float
    nick: str | None = None
    roles: list[int] = field(default_factory=list)
    until: float = 0.0
    avatar: str | None = None
    banner: str | None = None
    bio: str = ""

    def timed_out(self, now: float) -> bool:
        """May they do nothing but read?"""
        return self.until > now

    def to_json(self, *, with_user: bool = True) -> Json:
        """The member as it goes over the wire."""
        known: Json = {
            "avatar": self.avatar,
            "banner": self.banner,
            "communication_disabled_until": iso(self.until) if self.until else None,
            "flags": 0,
            "joined_at": iso(self.joined_at),
            "nick": self.nick,
            "pending": False,
            "premium_since": None,
            "roles": [str(one) for one in self.roles],
            "mute": False,
            "deaf": False,
        }
        return known | {"user": self.user.to_json()} if with_user else known


@dataclass
class Overwrite:
    """What a channel allows and denies a role (0) or a member (1)."""

    type: int
    allow: int = 0
    deny: int = 0


@dataclass
class Thread:
    """What makes a channel a thread. `idle_since`: its hours until it is archived are counted from then."""

    owner_id: int
    created_at: float
    idle_since: float
    auto_archive: int = 4320
    archived: bool = False
    archived_at: float = 0.0
    locked: bool = False
    invitable: bool = True
    members: dict[int, float] = field(default_factory=dict)
    tags: list[int] = field(default_factory=list)
    said: int = 0

    def to_json(self) -> Json:
        """The metadata as they go over the wire."""
        return {
            "archived": self.archived,
            "archive_timestamp": iso(self.archived_at or self.created_at),
            "auto_archive_duration": self.auto_archive,
            "locked": self.locked,
            "create_timestamp": iso(self.created_at),
        }


@dataclass(eq=False)
class Channel:
    """A channel of a guild, a thread, or what two have in private.

    `slow`: seconds between one person's messages. `spoke`: when who did last. `whispered`: what one alone
    sees.
    """

    id: int
    type: int
    name: str = ""
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    slow: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipients: list[User] = field(default_factory=list)
    messages: "dict[int, Message]" = field(default_factory=dict)
    last_message_id: int | None = None
    thread: Thread | None = None
    tags: list[Json] = field(default_factory=list)
    flags: int = 0
    archive_after: int | None = None
    spoke: dict[int, float] = field(default_factory=dict)
    whispered: "list[Message]" = field(default_factory=list)

    @property
    def private(self) -> bool:
        """Is it outside of every guild?"""
        return self.guild is None

    def to_json(self, viewer: int | None = None) -> Json:
        """The channel as it goes over the wire; `viewer` is somebody that a private one isn't told of."""
        last = str(self.last_message_id) if self.last_message_id else None
        known: Json = {"id": str(self.id), "type": self.type, "flags": self.flags, "last_message_id": last}
        if self.guild is None:
            return known | {"recipients": [one.to_json() for one in self.recipients if one.id != viewer]}
        known |= {
            "guild_id": str(self.guild.id),
            "name": self.name,
            "parent_id": str(self.parent.id) if self.parent else None,
            "rate_limit_per_user": self.slow,
        }
        if self.thread is not None:
            counted = min(len(self.thread.members), 50)
            known |= {
                "owner_id": str(self.thread.owner_id),
                "thread_metadata": self.thread.to_json(),
                "message_count": len(self.messages),
                "member_count": counted,
                "total_message_sent": self.thread.said,
            }
            if self.type == PRIVATE_THREAD:
                known["thread_metadata"]["invitable"] = self.thread.invitable
            if self.parent and self.parent.type == FORUM:
                known["applied_tags"] = [str(one) for one in self.thread.tags]
            return known
        known |= {
            "position": self.position,
            "topic": self.topic,
            "nsfw": self.nsfw,
            "permission_overwrites": [
                {"id": str(who), "type": one.type, "allow": str(one.allow), "deny": str(one.deny)}
                for who, one in self.overwrites.items()
            ],
        }
        if self.archive_after:
            known["default_auto_archive_duration"] = self.archive_after
        if self.type == FORUM:
            known |= {"available_tags": self.tags, "default_reaction_emoji": None, "default_sort_order": None}
            known["default_forum_layout"] = 0
        return known


@dataclass(eq=False)
class Guild:
    """A guild. The role that carries its own number is everybody's.

    `invites_from`, `private_from`: nobody joins, and members write to nobody in private, before then.
    """

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    apps: dict[int, App] = field(default_factory=dict)
    bans: dict[int, tuple[User, str | None]] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    locale: str = "en-US"
    verification: int = 0
    invites_from: float = 0.0
    private_from: float = 0.0
    unavailable: bool = False
    system_channel_id: int | None = None

    def rank(self, user_id: int) -> int:
        """How high somebody's highest role stands."""
        member = self.members.get(user_id)
        return max((self.roles[one].position for one in member.roles), default=0) if member else 0

    def to_json(self) -> Json:
        """The guild as it goes over the wire."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "description": None,
            "home_header": None,
            "splash": None,
            "discovery_splash": None,
            "features": [],
            "banner": None,
            "owner_id": str(self.owner_id),
            "application_id": None,
            "region": "us-west",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_id": str(self.system_channel_id) if self.system_channel_id else None,
            "system_channel_flags": 0,
            "widget_enabled": False,
            "widget_channel_id": None,
            "verification_level": self.verification,
            "roles": [one.to_json() for one in self.roles.values()],
            "default_message_notifications": 0,
            "mfa_level": 0,
            "explicit_content_filter": 0,
            "max_presences": None,
            "max_members": 500_000,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "vanity_url_code": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "preferred_locale": self.locale,
            "rules_channel_id": None,
            "safety_alerts_channel_id": None,
            "public_updates_channel_id": None,
            "premium_progress_bar_enabled": False,
            "nsfw": False,
            "nsfw_level": 0,
            "emojis": [],
            "stickers": [],
            "incidents_data": self.incidents() if self.invites_from or self.private_from else None,
        }

    def incidents(self) -> Json:
        """What is paused against a raid, and until when."""
        return {
            "invites_disabled_until": iso(self.invites_from) if self.invites_from else None,
            "dms_disabled_until": iso(self.private_from) if self.private_from else None,
        }
