"""Whom a text mentions, and whom it may."""

import re
from typing import Any

from tests.emulators.discord.form import Form
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.people import Json, User

_USER, _ROLE, _EVERYONE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>"), re.compile(r"@(everyone|here)")


def check(form: Form, allowed: Any) -> None:
    """Note what is wrong with a message's allowed mentions."""
    if not isinstance(allowed, dict):
        return
    for one in allowed.get("parse") or ():
        form.among("allowed_mentions.parse", one, ("roles", "users", "everyone"))
    for kind in ("users", "roles"):
        form.at_most(f"allowed_mentions.{kind}", allowed.get(kind), 100)
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            said = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", said)


def mentioned(
    text: str,
    channel: Channel,
    users: dict[int, User],
    allowed: Json | None,
    *,
    replied: User | None,
    may_all: bool,
) -> tuple[list[User], list[int], bool]:
    """The users and roles that are told of a message, and whether everybody is."""
    parse = None if allowed is None else set(allowed.get("parse") or ())
    found: list[User] = []

    def wanted(kind: str, number: int) -> bool:
        if allowed is None or parse is None:
            return True
        return kind in parse or str(number) in {str(one) for one in allowed.get(kind) or ()}

    if "<@" in text:
        named = dict.fromkeys(int(one) for one in _USER.findall(text))
        found += [users[one] for one in named if one in users and wanted("users", one)]
    if replied is not None and replied not in found and (allowed is None or allowed.get("replied_user")):
        found.append(replied)
    roles: list[int] = []
    guild = channel.guild
    if guild is not None and "<@&" in text:
        for number in dict.fromkeys(int(one) for one in _ROLE.findall(text)):
            role = guild.roles.get(number)
            if role is not None and wanted("roles", number) and (role.mentionable or may_all):
                roles.append(number)
    everyone = (
        may_all
        and guild is not None
        and (parse is None or "everyone" in parse)
        and "@" in text
        and _EVERYONE.search(text) is not None
    )
    return found, roles, everyone
