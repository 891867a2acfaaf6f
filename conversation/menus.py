"""What commands there are and what each does, for who may give it: platforms' menus, and /help."""

from collections.abc import Iterable, Mapping
from typing import Final

from community.types import Role
from kernel.chat import FAN, Command, CommandRouter
from kernel.i18n import t

Lines = tuple[tuple[str, str], ...]

LONGEST: Final = 256
"""Characters of a description, the least that a platform takes (Telegram)."""


def for_role(commands: CommandRouter, lang: str, role: str, *, in_group: bool = False) -> Lines:
    """The commands that somebody of a role may give, each with a line on what it does."""
    return _lines(
        lang,
        (
            each
            for each in commands.commands.values()
            if (each.role == FAN or (role != FAN and Role(role).includes(Role(each.role))))
            and not (in_group and each.private)
        ),
    )


def menus(commands: CommandRouter, lang: str) -> Mapping[str, Lines]:
    """The menus of a language, by who sees them: everyone, private, groups. (The team's: `for_role`.)"""
    private = for_role(commands, lang, FAN)
    return {
        "everyone": private,
        "private": private,
        "groups": for_role(commands, lang, FAN, in_group=True),
    }


def _lines(lang: str, commands: Iterable[Command]) -> Lines:
    return tuple((each.name, t(lang, f"menu.{each.name}")[:LONGEST]) for each in commands)
