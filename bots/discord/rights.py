"""What an app may do in a guild: Discord's bits, what it is invited with, what it can't do without."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

BITS: Final = {
    "kick_members": 1 << 1, "ban_members": 1 << 2, "administrator": 1 << 3, "manage_channels": 1 << 4,
    "add_reactions": 1 << 6, "view_channel": 1 << 10, "send_messages": 1 << 11, "manage_messages": 1 << 13,
    "embed_links": 1 << 14, "attach_files": 1 << 15, "read_message_history": 1 << 16,
    "change_nickname": 1 << 26, "manage_roles": 1 << 28, "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35, "send_messages_in_threads": 1 << 38, "moderate_members": 1 << 40,
    "send_polls": 1 << 49,
}  # fmt: skip

NEEDED: Final = (
    "view_channel", "send_messages", "send_messages_in_threads", "read_message_history", "embed_links",
    "attach_files",
)  # fmt: skip
"""Without one of these it can't answer as it should."""

_ANSWERS: Final = (*NEEDED, "add_reactions", "create_public_threads", "change_nickname", "send_polls")
_MODERATES: Final = (
    "manage_messages", "manage_threads", "manage_channels", "manage_roles", "moderate_members",
    "kick_members", "ban_members",
)  # fmt: skip

SCOPES: Final = ("bot", "applications.commands")
ASKED: Final = sum(BITS[name] for name in _ANSWERS)
"""What an app is invited with that only answers."""


def invitation(application_id: int, *, moderates: bool) -> str:
    """The address at which whoever manages a guild lets an app in; `moderates`: with those rights, too."""
    rights = ASKED | (sum(BITS[name] for name in _MODERATES) if moderates else 0)
    asked = urlencode({"client_id": application_id, "scope": " ".join(SCOPES), "permissions": rights})
    return f"https://discord.com/oauth2/authorize?{asked}"


def permissions(guild: Mapping[str, Any], member: Mapping[str, Any]) -> int:
    """What a member's roles let them do in a guild, as Discord tells of both."""
    own = {*member["roles"], str(guild["id"])}
    found = 0
    for role in guild["roles"]:
        if role["id"] in own:
            found |= int(role["permissions"])
    return found


def missing(permissions: int) -> list[str]:
    """What it needs and hasn't among the bits that its roles give it, by Discord's words."""
    if permissions & BITS["administrator"]:
        return []
    return [name for name in NEEDED if not permissions & BITS[name]]
