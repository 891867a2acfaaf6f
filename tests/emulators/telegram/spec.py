"""The published specification of the Bot API, where this machine has it. Calls and answers are held to it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from kernel.settings import Settings

FILE = "telegram-bot-api.json"
_SIMPLE: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "String": (str,),
    "Float": (int, float),
    "InputFile": (str,),
}
# What versions after the file's have brought that clients of today send or await.
_LATER = dict.fromkeys(("ChatAdministratorRights", "ChatMemberAdministrator"), ("can_send_welcome_messages",))


@cache
def load() -> "Spec | None":
    """The specification, None where the measuring data is absent."""
    path: Path = Settings().datasets.expanduser() / FILE
    return Spec(json.loads(path.read_text("utf-8"))) if path.exists() else None


class Spec:
    """Methods and types with their fields."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.methods: dict[str, dict[str, Any]] = raw["methods"]
        self.types: dict[str, dict[str, Any]] = raw["types"]
        for kind, names in _LATER.items():
            later = [{"name": name, "types": ["Boolean"], "required": False} for name in names]
            self.types[kind]["fields"] += [one for one in later if one not in self.types[kind]["fields"]]
        self._by_lower = {name.lower(): name for name in self.methods}

    def name_of(self, method: str) -> str | None:
        """A method's name as Telegram writes it."""
        return self._by_lower.get(method.lower())

    def problems_of_call(self, method: str, given: dict[str, Any], files: frozenset[str]) -> list[str]:
        """What is wrong with a request: unknown, missing, or of another type, however deep."""
        fields = {one["name"]: one for one in self.methods[method].get("fields", ())}
        found = [
            f"{method} has no parameter {name}" for name in given if name not in fields and name not in files
        ]
        for name, one in fields.items():
            if name in given:
                found += self._problems(one["types"], _parsed(given[name], one["types"]), name)
            elif one["required"] and name not in files:
                found.append(f"{name} is missing")
        return found

    def problems_of_answer(self, method: str, answer: Any) -> list[str]:
        """What is wrong with a result."""
        return self._problems(self.methods[method]["returns"], answer, method)

    def problems_of(self, kind: str, value: Any) -> list[str]:
        """What is wrong with an object of a type."""
        return self._problems([kind], value, kind)

    def _problems(self, kinds: list[str], value: Any, at: str) -> list[str]:
        found: list[list[str]] = []
        for kind in kinds:
            problems = self._problems_as(kind, value, at)
            if not problems:
                return []
            found.append(problems)
        return min(found, key=len)

    def _problems_as(self, kind: str, value: Any, at: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{at} is no array"]
            return [
                problem
                for index, one in enumerate(value)
                for problem in self._problems([kind.removeprefix("Array of ")], one, f"{at}[{index}]")
            ]
        if (simple := _SIMPLE.get(kind)) is not None:
            fits = isinstance(value, simple) and not isinstance(value, bool)
            return [] if fits else [f"{at} is no {kind}: {value!r:.60}"]
        if kind in ("Boolean", "True"):
            return [] if isinstance(value, bool) else [f"{at} is no {kind}: {value!r:.60}"]
        if not isinstance(value, dict):
            return [f"{at} is no {kind}: {value!r:.60}"]
        declared = self.types[kind]
        if subtypes := declared.get("subtypes"):
            return min((self._problems_as(one, value, at) for one in subtypes), key=len)
        fields = {one["name"]: one for one in declared.get("fields", ())}
        found = [f"{at} ({kind}) has no field {name}" for name in value if name not in fields]
        for name, one in fields.items():
            if name in value:
                found += self._problems(one["types"], value[name], f"{at}.{name}")
            elif one["required"]:
                found.append(f"{at}.{name} is missing")
        return found


def _parsed(value: Any, kinds: list[str]) -> Any:
    """A value as it was meant: forms carry everything as text."""
    if not isinstance(value, str) or ("String" in kinds and not value.lstrip("-").isdigit()):
        return value
    if "Integer" in kinds and value.lstrip("-").isdigit():
        return int(value)
    if "String" in kinds or ("InputFile" in kinds and not value.startswith(("{", "["))):
        return value
    if "Boolean" in kinds and value.lower() in ("true", "false", "0", "1"):
        return value.lower() in ("true", "1")
    try:
        return json.loads(value)
    except ValueError:
        return value
