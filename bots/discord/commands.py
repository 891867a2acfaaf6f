"""The application commands: every chat command as Discord knows it, from the one table that there is.

What the creator's people order stands under `/avatar` and `/mod`; a command that is about a message is in its
menu.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
import structlog

from bots.discord import repository
from bots.discord.client import Client
from bots.discord.failures import CallFailed, Unauthorized
from bots.discord.roster import KnownApp
from bots.service import DISCORD
from kernel.chat import FAN, Command, CommandRouter
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import DEFAULT
from moderation.service import CLEAN, DRY, MOST_PURGED

log = structlog.get_logger(__name__)

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {"avatar": ("pause", "resume", "topic"), "mod": ()}
"""By group, what stands in it; what stands in none is the moderators'."""

CORRECT: Final = "Correct reply"
MENUS: Final[Mapping[str, tuple[str, str]]] = {
    "Why this answer": ("sources", "why"),
    "Report AI reply": ("report", "report"),
    CORRECT: ("fix", "correct"),
    "Take over": ("takeover", "takeover"),
}
"""The entries in messages' menus, with the commands that they call and their names in the catalogues; the one
that corrects asks for the right words first.
"""

_ABOUT_A_MESSAGE: Final = frozenset({"fix"})
_ALONE: Final = frozenset({"pause", "resume", "queue", "modlog"})
_TEXT, _INTEGER, _BOOLEAN, _USER, _SUBCOMMAND, _GROUP = 3, 4, 5, 6, 1, 2
_ON_MESSAGE: Final = 3
_GUILD, _PRIVATE, _INSTALLED_IN_GUILD = 0, 1, 0
_MANAGES_MESSAGES: Final = str(1 << 13)
_LONGEST: Final = 100
_LOCALES: Final = {
    "de": ("de",), "en": ("en-GB",), "es": ("es-ES", "es-419"), "fr": ("fr",), "hi": ("hi",), "id": ("id",),
    "ja": ("ja",), "ko": ("ko",), "pt": ("pt-BR",), "ru": ("ru",), "th": ("th",), "tr": ("tr",),
    "uk": ("uk",), "vi": ("vi",), "zh-Hans": ("zh-CN",), "zh-Hant": ("zh-TW",),
}  # fmt: skip
"""Discord's names of our languages. Arabic and Persian it has none for."""

Json = dict[str, Any]


def definitions(table: CommandRouter) -> list[Json]:
    """What Discord is told of the commands in a table that work there."""
    here = [one for one in table.commands.values() if one.platforms is None or DISCORD in one.platforms]
    fans = [one.name for one in here if one.role == FAN]
    staff = [one.name for one in here if one.role != FAN and one.name not in _ABOUT_A_MESSAGE]
    made = [
        _everywhere(
            _described(name) | {"name_localizations": _named(f"called.{name}"), "options": _options(name)}
        )
        for name in fans
    ]
    for group in GROUPS:
        if inner := [name for name in staff if _group_of(name) == group]:
            # A group can't be called: nobody sees more of its description than that it needs one.
            made.append(_everywhere(_ordered({"name": group, "description": group})))
            made[-1]["options"] = [_inside(name) for name in inner]
    menus = [
        _menu(name, key, table.commands[command])
        for name, (command, key) in MENUS.items()
        if command in table.commands
    ]
    return [*made, *menus]


def _menu(name: str, key: str, command: Command) -> Json:
    """An entry in messages' menus; what only the creator's people may use is offered as their orders are."""
    made = {"name": name, "name_localizations": _named(f"message_menu.{key}"), "type": _ON_MESSAGE}
    return _everywhere(made if command.role == FAN else _ordered(made))


def digest(made: Iterable[Json]) -> str:
    """By what two lists of definitions are told apart."""
    return hashlib.sha256(orjson.dumps(list(made), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _group_of(name: str) -> str:
    return next((group for group, own in GROUPS.items() if name in own), "mod")


def _everywhere(definition: Json) -> Json:
    return definition | {"contexts": [_GUILD, _PRIVATE], "integration_types": [_INSTALLED_IN_GUILD]}


def _ordered(definition: Json) -> Json:
    """What only the creator's people may order isn't offered to who moderates nothing."""
    return definition | {"default_member_permissions": _MANAGES_MESSAGES}


def _inside(name: str) -> Json:
    """A command within a group; what one needs to know is written as in a message: whom, how long, why."""
    if name != "topic":
        options = _options(name) or ([] if name in _ALONE else [_option(name, "words")])
        return {**_described(name), "type": _SUBCOMMAND, "options": options}
    words = _option(name, "words", required=True)
    block = {**_described(name), "name": "block", "type": _SUBCOMMAND}
    block["options"] = [words, _option(name, "days")]
    undo = {**_described(name), "name": "undo", "type": _SUBCOMMAND}
    return {**_described(name), "type": _GROUP, "options": [block, undo]}


def _options(name: str) -> list[Json]:
    match name:
        case "ask":
            return [_option(name, "question", required=True)]
        case "start":
            return [_option(name, "code")]
        case "takeover":
            return [_option(name, "number"), _option(name, "time")]
        case "lang":
            return [_option(name, "language") | {"autocomplete": True}]
        case "approve" | "reject":
            return [_option(name, "number", required=True)]
        case "edit":
            # Without words they are written into a form.
            return [_option(name, "number", required=True), _option(name, "words")]
        case "release":
            return [_option(name, "number")]
        case "warn" | "unmute" | "kick" | "unban" | "mute" | "ban":
            lasts = [_option(name, "duration")] if name == "mute" else []
            cleans = [_option(name, CLEAN)] if name == "ban" else []
            return [_person(name), *lasts, *cleans, _option(name, "reason"), _switch(name, DRY)]
        case "trust":
            return [_person(name), _switch(name, "off")]
        case "purge":
            amount = _option(name, "amount", required=True) | {"type": _INTEGER}
            return [amount | {"min_value": 1, "max_value": MOST_PURGED}, _switch(name, DRY)]
        case "slowmode":
            return [_option(name, "duration", required=True), _switch(name, DRY)]
        case "case":
            number = _option(name, "number", required=True) | {"type": _INTEGER, "min_value": 1}
            what = [{"name": each, "value": each} for each in ("undo", "approve", "deny")]
            return [number, _option(name, "what") | {"choices": what}]
        case _:
            return []


def _option(command: str, name: str, *, required: bool = False) -> Json:
    return {**_described(command), "name": name, "type": _TEXT, "required": required}


def _person(command: str) -> Json:
    return _option(command, "user", required=True) | {"type": _USER}


def _switch(command: str, name: str) -> Json:
    return _option(command, name) | {"type": _BOOLEAN}


def _described(name: str) -> Json:
    """A name, and in each language that Discord has what it does."""
    return {
        "name": name,
        "description": _short(DEFAULT, name),
        "description_localizations": {
            locale: _short(lang, name) for lang, locales in _LOCALES.items() for locale in locales
        },
    }


def _named(key: str) -> dict[str, str]:
    """What something is called in each language that Discord has."""
    return {locale: t(lang, key) for lang, locales in _LOCALES.items() for locale in locales}


def _short(lang: str, name: str) -> str:
    text = t(lang, f"menu.{name}")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class Published:
    """Tells Discord of the commands, where that is news."""

    def __init__(self, db: Database, client: Client, table: CommandRouter) -> None:
        self._db = db
        self._client = client
        self._table = table

    async def tell(self, app: KnownApp) -> None:
        """Have Discord know an app's commands as they are now. What doesn't work is tried the next time.

        Raises:
            Unauthorized: the token is worth nothing.
        """
        made = definitions(self._table)
        news = {"commands": digest(made)}
        async with self._db.uow(app.creator_id) as uow:
            told = await repository.told(uow, app.connection_id)
        if told.get("commands") == news["commands"]:
            return
        try:
            await self._client.app(app.token).call(
                "PUT", "/applications/{application_id}/commands", body=made,
                application_id=app.application_id,
            )  # fmt: skip
        except Unauthorized:
            raise
        except CallFailed as error:
            log.warning("discord.commands_not_told", app=app.application_id, error=str(error))
            return
        async with self._db.uow(app.creator_id) as uow:
            await repository.keep_told(uow, app.connection_id, news)
