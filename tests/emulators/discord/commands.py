"""Application commands: what may be registered, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import regex

from tests.emulators.discord.errors import refused
from tests.emulators.discord.form import Form
from tests.emulators.discord.limits import DAY_S
from tests.emulators.discord.people import Json

CHAT, ON_USER, ON_MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(1, 12)
IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2
MOST = {CHAT: 100, ON_USER: 15, ON_MESSAGE: 15}
CREATED_A_DAY = 200
_LARGEST = 8000
_NAME = regex.compile(r"^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$")
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
        "ar",
    ]
)


@dataclass
class Commands:
    """The commands of every app: global ones, and those of single guilds."""

    _kept: dict[tuple[int, int | None], dict[int, Json]] = field(default_factory=dict)
    _created: dict[tuple[int, int | None], list[float]] = field(default_factory=dict)

    def of(self, app_id: int, guild_id: int | None) -> dict[int, Json]:
        """The commands of an app: those of a guild, or the global ones."""
        return self._kept.setdefault((app_id, guild_id), {})

    def found(self, app_id: int, guild_id: int | None, name: str, kind: int) -> Json | None:
        """The command that somebody means by its name; a guild's own comes before a global one."""
        every = self.every(app_id, guild_id)
        return next((one for one in every if (one["name"], one["type"]) == (name, kind)), None)

    def every(self, app_id: int, guild_id: int | None) -> list[Json]:
        """An app's commands in a guild, or in private: a guild's own first, then the global ones."""
        places = (guild_id, None) if guild_id else (None,)
        return [one for place in places for one in self.of(app_id, place).values()]

    def put(
        self, app_id: int, guild_id: int | None, given: Json, now: float, number: Callable[[], int]
    ) -> tuple[Json, bool]:
        """Keep a checked command; one of the same name and type is replaced. Is it new?

        Raises:
            ApiError: there are too many, or too many were made today.
        """
        kept = self.of(app_id, guild_id)
        kind = given.get("type") or CHAT
        old = next(
            (one for one in kept.values() if (one["name"], one["type"]) == (given["name"], kind)), None
        )
        if old is None:
            if sum(one["type"] == kind for one in kept.values()) >= MOST[kind]:
                raise refused(30032)
            created = self._created.setdefault((app_id, guild_id), [])
            created[:] = [one for one in created if one > now - DAY_S]
            if len(created) >= CREATED_A_DAY:
                raise refused(30034)
            created.append(now)
        made = command(given, app_id, guild_id, old)
        made["id"] = old["id"] if old else str(number())
        made["version"] = (
            old["version"] if old and old == made | {"version": old["version"]} else str(number())
        )
        kept[int(made["id"])] = made
        return made, old is None

    def replace(
        self, app_id: int, guild_id: int | None, given: list[Json], now: float, number: Callable[[], int]
    ) -> list[Json]:
        """Have an app have these commands and no others.

        Raises:
            ApiError: there are too many, or too many were made today.
        """
        kept = self.of(app_id, guild_id)
        wanted = {(one["name"], one.get("type") or CHAT) for one in given}
        for gone in [n for n, one in kept.items() if (one["name"], one["type"]) not in wanted]:
            del kept[gone]
        return [self.put(app_id, guild_id, one, now, number)[0] for one in given]


def command(given: Json, app_id: int, guild_id: int | None, old: Json | None = None) -> Json:
    """A command as it is kept; what isn't given is as it was, or as it is at first."""
    bits = given.get("default_member_permissions")
    made: Json = {
        "application_id": str(app_id),
        "type": given.get("type") or CHAT,
        "name": given["name"],
        "name_localizations": given.get("name_localizations"),
        "description": given.get("description") or "",
        "description_localizations": given.get("description_localizations"),
        "default_member_permissions": str(int(bits)) if bits is not None else None,
        "nsfw": bool(given.get("nsfw")),
        "integration_types": given.get("integration_types") or [0],
        "contexts": given.get("contexts"),
        "version": old["version"] if old else "",
    }
    if given.get("options"):
        made["options"] = [_option(one) for one in given["options"]]
    if guild_id is not None:
        return made | {"guild_id": str(guild_id)}
    return made | {"dm_permission": given.get("dm_permission") is not False}


def _option(given: Json) -> Json:
    made = {name: value for name, value in given.items() if value is not None}
    if "options" in made:
        made["options"] = [_option(one) for one in made["options"]]
    if made.get("required") is False:
        del made["required"]
    return made


def localised(command: Json) -> Json:
    """A command without its translations, as lists show it where nobody asks for them."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: bare(one)
                for name, one in value.items()
                if name not in ("name_localizations", "description_localizations")
            }
        return [bare(one) for one in value] if isinstance(value, list) else value

    made: Json = bare(command)
    return made


def check(form: Form, at: str, given: Json) -> None:
    """Note what is wrong with a command."""
    kind = given.get("type") or CHAT
    where = f"{at}." if at else ""
    if form.given(f"{where}name", given.get("name")):
        _check_name(form, f"{where}name", given["name"], slash=kind == CHAT)
    if kind == CHAT:
        if form.given(f"{where}description", given.get("description")):
            form.between(f"{where}description", given["description"], 1, 100)
    elif given.get("description") or given.get("options"):
        name = "description" if given.get("description") else "options"
        said = "Context menu commands cannot have description or options"
        form.wrong(f"{where}{name}", "APPLICATION_COMMAND_INVALID_CONTEXT_MENU", said)
    _check_localised(form, where, given, slash=kind == CHAT)
    _check_options(form, f"{where}options", given.get("options") or [], depth=0)
    if _size(given) > _LARGEST:
        said = f"Command exceeds maximum size ({_LARGEST})"
        form.wrong(at, "APPLICATION_COMMAND_TOO_LARGE", said)


def check_all(form: Form, given: list[Json]) -> None:
    """Note what is wrong with a list of commands."""
    for number, one in enumerate(given):
        check(form, str(number), one)
    names = [(one.get("name"), one.get("type") or CHAT) for one in given]
    for number, name in enumerate(names):
        if name in names[:number]:
            said = "Application command names must be unique"
            form.wrong(str(number), "APPLICATION_COMMANDS_DUPLICATE_NAME", said)
    for kind, most in MOST.items():
        if sum(one == kind for _, one in names) > most:
            raise refused(30032)


def _check_name(form: Form, at: str, name: Any, *, slash: bool) -> None:
    if not isinstance(name, str) or not 1 <= len(name) <= 32:
        form.between(at, str(name), 1, 32)
    elif slash and (not _NAME.match(name) or name.lower() != name):
        form.wrong(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_localised(form: Form, where: str, given: Json, *, slash: bool) -> None:
    for field_ in ("name", "description"):
        for locale, text in (given.get(f"{field_}_localizations") or {}).items():
            at = f"{where}{field_}_localizations.{locale}"
            if locale not in LOCALES:
                form.wrong(
                    f"{where}{field_}_localizations", "DICT_TYPE_INVALID_KEY", f"Invalid locale {locale}"
                )
            elif field_ == "name":
                _check_name(form, at, text, slash=slash)
            else:
                form.between(at, text, 1, 100)


def _check_options(form: Form, at: str, options: list[Json], depth: int) -> None:
    form.at_most(at, options, 25)
    optional = False
    for number, one in enumerate(options):
        path, kind = f"{at}.{number}", one.get("type")
        form.among(f"{path}.type", kind, tuple(range(1, 12)))
        if form.given(f"{path}.name", one.get("name")):
            _check_name(form, f"{path}.name", one["name"], slash=True)
            if one["name"] in [each.get("name") for each in options[:number]]:
                said = "Option name already exists"
                form.wrong(f"{path}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", said)
        if form.given(f"{path}.description", one.get("description")):
            form.between(f"{path}.description", one["description"], 1, 100)
        _check_localised(form, f"{path}.", one, slash=True)
        if kind in (SUBCOMMAND, GROUP):
            if kind == GROUP and depth:
                said = "Sub-command option can only be nested one level"
                form.wrong(f"{path}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", said)
            _check_options(form, f"{path}.options", one.get("options") or [], depth + 1)
            continue
        if one.get("required") and optional:
            said = "Required options must be placed before non-required options"
            form.wrong(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", said)
        optional = optional or not one.get("required")
        _check_choices(form, path, one)
    kinds = {one.get("type") in (SUBCOMMAND, GROUP) for one in options}
    if kinds == {True, False}:
        said = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.wrong(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", said)


def _check_choices(form: Form, path: str, one: Json) -> None:
    choices = one.get("choices") or []
    form.at_most(f"{path}.choices", choices, 25)
    if choices and one.get("autocomplete"):
        said = "Autocomplete cannot be set to true if choices are present"
        form.wrong(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", said)
    if one.get("autocomplete") and one.get("type") not in (TEXT, INTEGER, NUMBER):
        said = "Autocomplete is not available for this option type"
        form.wrong(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_TYPE", said)
    for number, each in enumerate(choices):
        if form.given(f"{path}.choices.{number}.name", each.get("name")):
            form.between(f"{path}.choices.{number}.name", each["name"], 1, 100)
        if isinstance(each.get("value"), str):
            form.at_most(f"{path}.choices.{number}.value", each["value"], 100)


def _size(given: Json) -> int:
    """The characters of a command or option; of a text in several languages the longest counts."""
    in_all = 0
    for name in ("name", "description"):
        texts = [given.get(name) or "", *(given.get(f"{name}_localizations") or {}).values()]
        in_all += max(len(str(one)) for one in texts)
    for one in given.get("choices") or ():
        in_all += len(str(one.get("name"))) + len(str(one.get("value")))
    return in_all + sum(_size(one) for one in given.get("options") or ())
