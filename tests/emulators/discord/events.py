"""What happens, as gateways tell it: encoded once, however many hear of it."""

from dataclasses import dataclass, field

import orjson

from tests.emulators.discord.people import MEMBERS, Json

GUILDS, MODERATION, MESSAGES, REACTIONS, TYPING = 1 << 0, 1 << 2, 1 << 9, 1 << 10, 1 << 11
DM_MESSAGES, DM_REACTIONS, DM_TYPING = 1 << 12, 1 << 13, 1 << 14
POLLS, DM_POLLS = 1 << 24, 1 << 25
# The intent by which a session hears of an event: in a guild, in private. What isn't here is heard without.
INTENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        (
            "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE",
            "GUILD_ROLE_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE",
            "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE",
            "THREAD_MEMBERS_UPDATE",
        ),
        (GUILDS, DM_MESSAGES),
    ),
    **dict.fromkeys(("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"), (MEMBERS, 0)),
    **dict.fromkeys(("GUILD_BAN_ADD", "GUILD_BAN_REMOVE", "GUILD_AUDIT_LOG_ENTRY_CREATE"), (MODERATION, 0)),
    **dict.fromkeys(
        ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"),
        (MESSAGES, DM_MESSAGES),
    ),
    **dict.fromkeys(
        (
            "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL",
            "MESSAGE_REACTION_REMOVE_EMOJI",
        ),
        (REACTIONS, DM_REACTIONS),
    ),
    "TYPING_START": (TYPING, DM_TYPING),
    **dict.fromkeys(("MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE"), (POLLS, DM_POLLS)),
}  # fmt: skip


@dataclass
class Event:
    """One thing that happened. `guild_id` says which shard hears of it; 0 is in private.

    `free`: it is heard without its intent.
    """

    name: str
    data: Json
    guild_id: int = 0
    free: bool = False
    _body: bytes = field(default=b"", repr=False)

    @property
    def intents(self) -> int:
        """The intent that it takes to hear of it; 0 where it takes none."""
        return 0 if self.free else INTENTS.get(self.name, (0, 0))[0 if self.guild_id else 1]

    def frame(self, sequence: int) -> bytes:
        """What is sent over a session's gateway."""
        if not self._body:
            self._body = orjson.dumps(self.data)
        return b'{"t":"%s","s":%d,"op":0,"d":%s}' % (self.name.encode(), sequence, self._body)
