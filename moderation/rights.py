"""Whether the avatar lacks a right in a chat, as far as its platform has told."""

from collections.abc import Mapping
from typing import Final

from community.types import ChatInfo
from moderation.types import Right

_NAMES: Final[Mapping[str, Mapping[Right, frozenset[str]]]] = {
    "telegram": {
        Right.RESTRICT: frozenset({"can_restrict_members"}),
        Right.DELETE: frozenset({"can_delete_messages"}),
        Right.INVITE: frozenset({"can_invite_users"}),
    }
}


def lacks(chat: ChatInfo, right: Right) -> bool:
    """Whether a right is known to be missing; where nobody has told, it is tried."""
    names = _NAMES.get(chat.platform, {}).get(right)
    if names is None or not (chat.rights or chat.entered_at):
        return False
    return not names <= chat.rights
