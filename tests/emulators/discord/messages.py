"""Messages: what is kept of one, and how each viewer gets it."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.emulators.discord.files import Attachment
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.people import App, Json, User
from tests.emulators.discord.polls import Poll
from tests.emulators.discord.snowflakes import iso

DEFAULT, REPLY, COMMAND, CONTEXT_MENU = 0, 19, 20, 23
POLL_RESULT = 46
SAID = (DEFAULT, REPLY, COMMAND, CONTEXT_MENU)
SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SILENT, VOICE, SNAPSHOT, COMPONENTS_V2 = 1 << 12, 1 << 13, 1 << 14, 1 << 15


@dataclass(frozen=True)
class Content:
    """What somebody puts into a message."""

    text: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    poll: Poll | None = None
    flags: int = 0
    tts: bool = False
    type: int = DEFAULT
    nonce: str | int | None = None
    reference: "Message | None" = None
    forwards: bool = False
    allowed_mentions: Json | None = None
    interaction: Json | None = None
    only_for: int | None = None


@dataclass(eq=False)
class Message:
    """A message in a channel. `app`: it answers an interaction with that app."""

    id: int
    channel: Channel
    author: User
    content: Content
    sent_at: float
    mentions: list[User]
    mention_roles: list[int]
    everyone: bool
    app: App | None = None
    edited_at: float | None = None
    thread: Channel | None = None
    deleted: bool = False
    reactions: dict[str, list[int]] = field(default_factory=dict)

    @property
    def only_for(self) -> int | None:
        """Who alone sees it."""
        return self.content.only_for

    @property
    def flags(self) -> int:
        """Its flags, as they are now."""
        return self.content.flags | (HAS_THREAD if self.thread else 0)

    def change(self, now: float, **fields: Any) -> None:
        """Have another content from now on."""
        self.content = replace(self.content, **fields)
        self.edited_at = now

    def concerns(self, app: App) -> bool:
        """May an app read it whatever its intents are?"""
        return (
            self.channel.guild is None
            or self.author is app.user
            or self.app is app
            or app.user in self.mentions
        )

    def to_json(
        self, cdn: str, now: float, viewer: int = 0, *, reads: bool = True, deep: bool = True
    ) -> Json:
        """The message as a viewer gets it; without what was written, where they may not read that."""
        content = self.content
        known: Json = {
            "id": str(self.id),
            "type": content.type,
            "channel_id": str(self.channel.id),
            "author": self.author.to_json(),
            "timestamp": iso(self.sent_at),
            "edited_timestamp": iso(self.edited_at) if self.edited_at else None,
            "tts": content.tts,
            "mention_everyone": self.everyone,
            "mentions": [one.to_json() for one in self.mentions],
            "mention_roles": [str(one) for one in self.mention_roles],
            "pinned": False,
            "flags": self.flags,
            "content": "",
            "embeds": [],
            "attachments": [],
            "components": [],
        }
        if reads:
            known["content"] = content.text
            if not content.flags & SUPPRESS_EMBEDS:
                known["embeds"] = content.embeds
            known["attachments"] = [
                one.to_json(cdn, now, ephemeral=self.only_for is not None) for one in content.attachments
            ]
            known["components"] = content.components
            if content.poll is not None:
                known["poll"] = content.poll.to_json(now, viewer)
        if self.app is not None:
            known |= {"application_id": str(self.app.id), "webhook_id": str(self.app.id)}
        if content.interaction is not None:
            known["interaction_metadata"] = content.interaction
        if content.nonce is not None:
            known["nonce"] = content.nonce
        if content.reference is not None:
            known |= self._reference(cdn, now, viewer, reads, deep)
        if self.thread is not None and deep:
            known["thread"] = self.thread.to_json()
        if self.reactions:
            known["reactions"] = [reaction(name, who, viewer) for name, who in self.reactions.items()]
        return known

    def _reference(self, cdn: str, now: float, viewer: int, reads: bool, deep: bool) -> Json:
        meant = self.content.reference
        assert meant is not None
        known: Json = {
            "message_reference": {
                "type": 1 if self.content.forwards else 0,
                "channel_id": str(meant.channel.id),
                "message_id": str(meant.id),
            }
        }
        if meant.channel.guild is not None:
            known["message_reference"]["guild_id"] = str(meant.channel.guild.id)
        if self.content.forwards:
            names = ("type", "content", "mentions", "mention_roles", "attachments", "embeds", "timestamp",
                     "edited_timestamp", "flags", "components")  # fmt: skip
            whole = meant.to_json(cdn, now, viewer, reads=reads, deep=False)
            known["message_snapshots"] = [{"message": {name: whole[name] for name in names}}]
        elif deep and self.content.type == REPLY:
            known["referenced_message"] = (
                None if meant.deleted else meant.to_json(cdn, now, viewer, reads=reads, deep=False)
            )
        return known


def emoji(name: str) -> Json:
    """An emoji by the name that addresses and events use: a character, or name:number."""
    called, _, number = name.partition(":")
    return {"id": number or None, "name": called}


def reaction(name: str, who: list[int], viewer: int) -> Json:
    """A reaction as messages carry it."""
    return {
        "emoji": emoji(name),
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "burst_colors": [],
        "me_burst": False,
        "me": viewer in who,
        "burst_me": False,
        "burst_count": 0,
    }
