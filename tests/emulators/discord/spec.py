"""Discord's own OpenAPI document, where this machine has it. Requests and answers are held to it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kernel.settings import Settings
from tests.emulators.discord.people import Json

FILE = "discord-openapi.json"
_BASE = "urn:discord"
_FORM_CODES = {
    "required": ("BASE_TYPE_REQUIRED", "This field is required"),
    "enum": ("BASE_TYPE_CHOICES", "Value must be one of the known ones."),
    "maxLength": ("BASE_TYPE_MAX_LENGTH", "Must be {0} or fewer in length."),
    "minLength": ("BASE_TYPE_MIN_LENGTH", "Must be {0} or more in length."),
    "maxItems": ("BASE_TYPE_MAX_LENGTH", "Must be {0} or fewer in length."),
    "minItems": ("BASE_TYPE_MIN_LENGTH", "Must be {0} or more in length."),
    "minimum": ("NUMBER_TYPE_MIN", "int value should be greater than or equal to {0}."),
    "maximum": ("NUMBER_TYPE_MAX", "int value should be less than or equal to {0}."),
    "pattern": ("NUMBER_TYPE_COERCE", "Value is not snowflake."),
}
# Where the document is stricter than what Discord documents and takes.
_LOOSER: dict[str, dict[str, Any]] = {
    # Identifiers are taken as numbers, too.
    "SnowflakeType": {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"},
}
# What Discord documents beside it, and clients send and await.
_LATER: dict[str, dict[str, Any]] = {
    "MessageReferenceType": {"type": "integer", "enum": [0, 1]},
}
_LOOSER_FIELDS: dict[str, dict[str, dict[str, Any]]] = {
    # A plain text, as the documentation says.
    "ApplicationFormPartial": {"description": {"type": ["string", "object", "null"]}},
    "BotAccountPatchRequest": {},
}


@cache
def load() -> "Spec | None":
    """The document, None where the measuring data is absent."""
    path: Path = Settings().datasets.expanduser() / FILE
    return Spec(json.loads(path.read_text("utf-8"))) if path.exists() else None


def _is_integer(_: Any, value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").isdigit()
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool)


# Discord takes numbers that are written as text, as its permissions are.
_Lenient = validators.extend(
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
)


class Spec:
    """The document's routes, with what each takes and answers."""

    def __init__(self, raw: Json) -> None:
        self._paths: dict[str, Json] = raw["paths"]
        raw["components"]["schemas"] |= _LATER
        self._answers = self._registry(raw)
        # What is a number and a text written as a number at once would be two of a union's kinds.
        asked = json.loads(json.dumps(raw).replace('"oneOf":', '"anyOf":'))
        schemas = asked["components"]["schemas"]
        schemas |= _LOOSER
        for name, fields in _LOOSER_FIELDS.items():
            schemas[name].pop("required", None)
            schemas[name]["properties"] |= fields
        self._asked = self._registry(asked)
        self._validators: dict[str, Any] = {}

    @staticmethod
    def _registry(raw: Json) -> Any:
        made: Any = Registry()
        return made.with_resource(_BASE, Resource.from_contents(raw, default_specification=DRAFT202012))

    def find(self, method: str, path: str) -> bool:
        """Is there a route for such an address?"""
        return any(
            method.lower() in routes and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
            for template, routes in self._paths.items()
        )

    def problems_of_call(self, method: str, template: str, query: dict[str, str], body: Any) -> list[Any]:
        """What is wrong with a request: where, Discord's code of the rule, what it says."""
        operation = self._paths.get(template, {}).get(method.lower())
        if operation is None:
            return []
        found: list[tuple[str, str, str]] = []
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and one["name"] in query:
                validator = self._validator(f"{method} {template}?{one['name']}", one["schema"], self._asked)
                found += _told(validator, _from_query(query[one["name"]], one["schema"]), one["name"])
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None and isinstance(body, dict | list):
            validator = self._validator(f"{method} {template}", content["schema"], self._asked)
            found += _told(validator, body, "")
        return found

    def problems_of_answer(self, method: str, template: str, status: int, answer: Any) -> list[str]:
        """What is wrong with an answer."""
        operation = self._paths.get(template, {}).get(method.lower())
        if operation is None:
            return []
        told = operation["responses"].get(str(status))
        if told is None:
            return [f"{status} isn't among {', '.join(operation['responses'])}"]
        content = told.get("content", {}).get("application/json")
        if content is None:
            return [] if answer is None else ["there is to be no body"]
        validator = self._validator(
            f"answer of {method} {template} {status}", content["schema"], self._answers
        )
        return [f"{where}: {said}" for where, _, said in _told(validator, answer, "", own=True)]

    def _validator(self, key: str, schema: Json, registry: Any) -> Any:
        kept = self._validators.get(key)
        if kept is None:
            kind = _Lenient if registry is self._asked else Draft202012Validator
            kept = kind(_absolute(schema), registry=registry)
            self._validators[key] = kept
        return kept


def _absolute(schema: Any) -> Any:
    """A schema that is used outside of the document, with its references into it."""
    if isinstance(schema, dict):
        return {
            name: f"{_BASE}{value}" if name == "$ref" else _absolute(value) for name, value in schema.items()
        }
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema


def _from_query(text: str, schema: Json) -> Any:
    kinds = schema.get("type", "string")
    if "boolean" in kinds and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    if "integer" in kinds and text.lstrip("-").isdigit():
        return int(text)
    return text.split(",") if "array" in kinds else text


def _told(validator: Any, value: Any, where: str, *, own: bool = False) -> list[tuple[str, str, str]]:
    found = []
    for error in validator.iter_errors(value):
        for one in _meant(error):
            path = ".".join([*([where] if where else []), *(str(step) for step in one.absolute_path)])
            if one.validator == "required":
                missing = next(name for name in one.validator_value if name not in one.instance)
                path = f"{path}.{missing}" if path else missing
            code, said = _FORM_CODES.get(one.validator, ("BASE_TYPE_BAD_TYPE", one.message[:200]))
            if own:
                said = f"{one.message[:200]} ({one.validator})"
            elif one.validator in _FORM_CODES:
                said = said.format(one.validator_value)
            found.append((path, code, said))
    return found


def _meant(error: ValidationError) -> list[ValidationError]:
    """What an error stands for: of a union, the problems of the kind that the value comes closest to."""
    if error.validator not in ("anyOf", "oneOf", "allOf") or not error.context:
        return [error]
    kinds: dict[Any, list[ValidationError]] = {}
    for one in error.context:
        kinds.setdefault(one.schema_path[0], []).append(one)

    def distance(problems: list[ValidationError]) -> tuple[bool, int]:
        another = any(list(one.path) in ([], ["type"]) and one.validator != "required" for one in problems)
        return another, len(problems)

    return [deep for one in min(kinds.values(), key=distance) for deep in _meant(one)]
