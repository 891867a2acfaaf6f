"""Which right of a platform's something needs, and whether the avatar is known to lack it in a chat."""

from collections.abc import Mapping
from typing import Final

from community.types import ChatInfo
from kernel.i18n import t
from moderation.types import Verb

_RESTRICT, _DELETE, _INVITE = "restrict", "delete", "invite"

NEEDS: Final[Mapping[str, Mapping[Verb, str]]] = {
    "telegram": {
        Verb.RESTRICT: _RESTRICT, Verb.RELEASE: _RESTRICT, Verb.BAN: _RESTRICT, Verb.UNBAN: _RESTRICT,
        Verb.KICK: _RESTRICT, Verb.DELETE: _DELETE, Verb.APPROVE: _INVITE, Verb.DECLINE: _INVITE,
    },
    "discord": {
        Verb.RESTRICT: "moderate_members", Verb.RELEASE: "moderate_members", Verb.BAN: "ban_members",
        Verb.UNBAN: "ban_members", Verb.KICK: "kick_members", Verb.DELETE: "manage_messages",
        Verb.SLOW: "manage_channels",
    },
}  # fmt: skip
"""By platform: the right that each thing needs, by our name of it or Discord's."""

_TOLD_AS: Final = {
    _RESTRICT: "can_restrict_members", _DELETE: "can_delete_messages", _INVITE: "can_invite_users",
}  # fmt: skip


def lacking(chat: ChatInfo, verb: Verb) -> str:
    """The right that is known to be missing for something; empty where nobody has told: then it is tried."""
    right = NEEDS.get(chat.platform, {}).get(verb)
    if right is None or not (chat.rights or chat.entered_at) or _TOLD_AS.get(right, right) in chat.rights:
        return ""
    return right


def named(right: str, lang: str) -> str:
    """What a right is called: Discord's by Discord's own name, as its settings have it."""
    return t(lang, f"mod.right.{right}") if right in _TOLD_AS else right.replace("_", " ").title()
