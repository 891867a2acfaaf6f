"""Calls of the API: which methods there are, what each takes, and how the wire's values become those.

A method is a function whose signature says what it takes; a parameter that is a dataclass stands for several.
"""

import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.errors import NotEmulated, bad
from tests.emulators.telegram.files import StoredFile
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.world import World

ChatRef = int | str
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


@dataclass(frozen=True)
class Uploaded:
    """A file that came with a request."""

    content: bytes
    name: str
    mime: str


@dataclass(frozen=True)
class Call:
    """One call of one bot, with the files that came with it."""

    world: World
    bot: Bot
    files: dict[str, Uploaded] = field(default_factory=dict)

    def file(self, given: str, kind: str) -> StoredFile:
        """The file that a parameter means: one that came with the call, or one that this bot knows.

        Raises:
            ApiError: there is no such file, or it is of another kind, or too large.
        """
        if given.startswith("attach://"):
            upload = self.files.get(given.removeprefix("attach://"))
            if upload is None:
                raise bad("can't find the uploaded file")
            return self.world.files.add(kind, upload.content, upload.name, upload.mime)
        if given.startswith(("http://", "https://")):
            raise NotEmulated("files by their address: there is no network here")
        return self.world.files.find(self.bot.id, given, kind)


@dataclass(frozen=True)
class Parameter:
    """What one parameter must be; `default` is `inspect.Parameter.empty` where it must be given."""

    name: str
    kinds: tuple[type, ...]
    default: Any

    @property
    def required(self) -> bool:
        """Must it be given?"""
        return self.default is inspect.Parameter.empty


Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Method:
    """A method of the API: its name as Telegram writes it, and what carries it out."""

    name: str
    handler: Handler
    parameters: dict[str, Parameter]
    groups: dict[str, tuple[type, tuple[str, ...]]]

    async def carry_out(self, call: Call, given: dict[str, Any]) -> Any:
        """Do it.

        Raises:
            ApiError: the parameters aren't what it takes, or it can't be done.
        """
        values = self.read(given, call.files)
        arguments = {
            group: kind(**{name: values.pop(name) for name in names if name in values})
            for group, (kind, names) in self.groups.items()
        }
        return await self.handler(call, **arguments, **values)

    def read(self, given: dict[str, Any], files: dict[str, Uploaded]) -> dict[str, Any]:
        """The values of the parameters.

        Raises:
            ApiError: one is missing, of another kind, or unknown here.
        """
        given = given | {name: f"attach://{name}" for name in files if name in self.parameters}
        values = {}
        for name, value in given.items():
            if name in files and name not in self.parameters:
                continue
            parameter = self.parameters.get(name)
            if parameter is None:
                raise NotEmulated(f"parameter {name} of {self.name}")
            values[name] = _read(name, value, parameter.kinds)
        for name, parameter in self.parameters.items():
            if parameter.required and values.get(name) in (None, ""):
                raise bad("message text is empty" if name == "text" else f"{name.replace('_', ' ')} is empty")
        return values


METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Have a function carry out a method of the API."""

    def add(handler: Handler) -> Handler:
        parameters: dict[str, Parameter] = {}
        groups: dict[str, tuple[type, tuple[str, ...]]] = {}
        hints = typing.get_type_hints(handler)
        for one in list(inspect.signature(handler).parameters.values())[1:]:
            hint = hints[one.name]
            if dataclasses.is_dataclass(hint) and isinstance(hint, type):
                of_group = {
                    each.name: _parameter(each, typing.get_type_hints(hint))
                    for each in dataclasses.fields(hint)
                }
                parameters |= of_group
                groups[one.name] = (hint, tuple(of_group))
            else:
                parameters[one.name] = Parameter(one.name, _kinds(hint), one.default)
        METHODS[name.lower()] = Method(name, handler, parameters, groups)
        return handler

    return add


def _parameter(one: "dataclasses.Field[Any]", hints: dict[str, Any]) -> Parameter:
    missing = one.default is dataclasses.MISSING
    return Parameter(one.name, _kinds(hints[one.name]), inspect.Parameter.empty if missing else one.default)


def _kinds(hint: Any) -> tuple[type, ...]:
    parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return tuple(typing.get_origin(one) or one for one in parts if one is not type(None))


def _read(name: str, value: Any, kinds: tuple[type, ...]) -> Any:
    for kind in kinds:
        try:
            return _as(value, kind)
        except (ValueError, TypeError):
            continue
    raise bad(f"can't parse {name}: expected {' or '.join(kind.__name__ for kind in kinds)}")


def _as(value: Any, kind: type) -> Any:
    if kind in (dict, list):
        if isinstance(value, str):
            value = json.loads(value)
        if not isinstance(value, kind):
            raise TypeError
        return value
    if kind is bool:
        known = _BOOLEANS.get(str(value).lower())
        if known is None:
            raise ValueError
        return known
    if kind in (int, float):
        if isinstance(value, bool):
            raise TypeError
        return kind(value)
    if isinstance(value, dict | list | bool):
        raise TypeError
    return str(value)
