"""Who may do what: roles, a channel's overwrites, timeouts, and what follows from missing rights."""

from enum import IntFlag

from tests.emulators.discord.errors import refused
from tests.emulators.discord.guilds import Channel, Guild


class May(IntFlag):
    """Discord's permission bits, those that somebody asks for here."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


ALL = (1 << 53) - 1
# What anybody may in a guild that nobody has set up.
EVERYONE = int(
    May.ADD_REACTIONS | May.VIEW_CHANNEL | May.SEND_MESSAGES | May.EMBED_LINKS | May.ATTACH_FILES
    | May.READ_MESSAGE_HISTORY | May.MENTION_EVERYONE | May.CHANGE_NICKNAME | May.USE_APPLICATION_COMMANDS
    | May.CREATE_PUBLIC_THREADS | May.CREATE_PRIVATE_THREADS | May.SEND_MESSAGES_IN_THREADS
    | May.SEND_VOICE_MESSAGES | May.SEND_POLLS
)  # fmt: skip
IN_PRIVATE = int(EVERYONE | May.PIN_MESSAGES) & ~int(May.MENTION_EVERYONE)
_TIMED_OUT = int(May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY)
_NEEDS_SENDING = int(May.MENTION_EVERYONE | May.SEND_TTS_MESSAGES | May.ATTACH_FILES | May.EMBED_LINKS)
# Plain integers: the flags' own arithmetic is slow, and every event asks.
_ADMIN, _VIEW, _SEND = int(May.ADMINISTRATOR), int(May.VIEW_CHANNEL), int(May.SEND_MESSAGES)
_IN_THREADS = int(May.SEND_MESSAGES_IN_THREADS)


def in_guild(guild: Guild, user_id: int, now: float) -> int:
    """What a member may by their roles alone."""
    if guild.owner_id == user_id:
        return ALL
    member = guild.members.get(user_id)
    if member is None:
        return 0
    bits = guild.roles[guild.id].permissions
    for role in member.roles:
        bits |= guild.roles[role].permissions
    if bits & _ADMIN:
        return ALL
    return bits & _TIMED_OUT if member.timed_out(now) else bits


def inside(channel: Channel, user_id: int, now: float) -> int:
    """What somebody may in a channel."""
    guild = channel.guild
    if guild is None:
        return IN_PRIVATE if any(one.id == user_id for one in channel.recipients) else 0
    bits = in_guild(guild, user_id, now)
    member = guild.members.get(user_id)
    if bits == ALL or member is None:
        return bits
    thread = channel.thread
    overwrites = (channel.parent or channel).overwrites if thread else channel.overwrites
    if overwrites:
        if everyone := overwrites.get(guild.id):
            bits = bits & ~everyone.deny | everyone.allow
        allow = deny = 0
        for role in member.roles:
            if one := overwrites.get(role):
                allow, deny = allow | one.allow, deny | one.deny
        bits = bits & ~deny | allow
        if own := overwrites.get(user_id):
            bits = bits & ~own.deny | own.allow
        if member.timed_out(now):
            bits &= _TIMED_OUT
    if thread is not None:
        bits = bits | _SEND if bits & _IN_THREADS else bits & ~_SEND
        if channel.type == 12 and user_id not in thread.members and not bits & May.MANAGE_THREADS:
            return 0
    if not bits & _VIEW:
        return 0
    return bits if bits & _SEND else bits & ~_NEEDS_SENDING


def sees(channel: Channel, user_id: int, now: float) -> bool:
    """Does somebody see a channel?"""
    return bool(inside(channel, user_id, now) & _VIEW)


def need(channel: Channel, user_id: int, rights: int, now: float) -> None:
    """Refuse what somebody may not do in a channel.

    Raises:
        ApiError: they don't see it, or a right is missing.
    """
    bits = inside(channel, user_id, now)
    if not bits & _VIEW:
        raise refused(50001)
    if bits & rights != rights:
        raise refused(50013)


def need_in_guild(guild: Guild, user_id: int, rights: int, now: float) -> None:
    """Refuse what somebody may not do in a guild.

    Raises:
        ApiError: a right is missing.
    """
    if in_guild(guild, user_id, now) & rights != rights:
        raise refused(50013)


def need_above(guild: Guild, user_id: int, other_id: int) -> None:
    """Refuse to act on somebody whose highest role isn't below one's own.

    Raises:
        ApiError: it isn't.
    """
    if guild.owner_id == other_id or (
        guild.owner_id != user_id and guild.rank(user_id) <= guild.rank(other_id)
    ):
        raise refused(50013)
