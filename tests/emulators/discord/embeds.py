"""Embeds: what they may hold, and how much."""

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.discord.form import Form
from tests.emulators.discord.people import Json

MOST, IN_ALL, FIELDS = 10, 6000, 25
_LONGEST = {"title": 256, "description": 4096, "footer.text": 2048, "author.name": 256, "provider.name": 256}
_ADDRESSES = (
    "url", "author.url", "author.icon_url", "footer.icon_url", "image.url", "thumbnail.url", "video.url",
)  # fmt: skip
_KEPT = (
    "title",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "author",
    "fields",
)


def check(form: Form, where: str, embeds: list[Any]) -> None:
    """Note what is wrong with a message's embeds."""
    form.at_most(where, embeds, MOST)
    in_all = 0
    for number, one in enumerate(embeds):
        at = f"{where}.{number}"
        if not isinstance(one, dict):
            form.wrong(at, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        for path, longest in _LONGEST.items():
            value = _within(one, path)
            form.at_most(f"{at}.{path}", value, longest)
            in_all += len(value) if isinstance(value, str) and path != "provider.name" else 0
        for path in _ADDRESSES:
            _check_address(form, f"{at}.{path}", _within(one, path))
        color = one.get("color")
        if color is not None:
            form.number(f"{at}.color", color, 0, 0xFFFFFF)
        if "footer" in one and one["footer"] is not None:
            form.given(f"{at}.footer.text", _within(one, "footer.text"))
        fields = one.get("fields") or []
        form.at_most(f"{at}.fields", fields, FIELDS)
        for index, line in enumerate(fields):
            for name, longest in (("name", 256), ("value", 1024)):
                if form.given(f"{at}.fields.{index}.{name}", line.get(name)):
                    form.at_most(f"{at}.fields.{index}.{name}", line[name], longest)
                    in_all += len(str(line[name]))
        if not any(one.get(name) for name in _KEPT):
            form.given(f"{at}.description", None)
    if in_all > IN_ALL:
        form.wrong(where, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def shown(embeds: list[Json]) -> list[Json]:
    """The embeds as messages carry them."""
    made = []
    for one in embeds:
        kept: Json = {"type": "rich"} | {k: one[k] for k in _KEPT if one.get(k) not in (None, [], {})}
        if "fields" in kept:
            kept["fields"] = [
                {"name": each["name"], "value": each["value"], "inline": bool(each.get("inline"))}
                for each in kept["fields"]
            ]
        made.append(kept)
    return made


def _within(embed: Json, path: str) -> Any:
    value: Any = embed
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _check_address(form: Form, where: str, value: Any) -> None:
    if value in (None, ""):
        return
    form.at_most(where, value, 2048)
    parts = urlsplit(str(value))
    allowed = (
        ("http", "https", "attachment") if ".icon_url" in where or ".url" in where else ("http", "https")
    )
    if parts.scheme not in allowed:
        names = "('http', 'https')" if len(allowed) == 2 else "('http', 'https', 'attachment')"
        said = f'Scheme "{parts.scheme}" must be one of {names}.'
        form.wrong(where, "URL_TYPE_INVALID_SCHEME", said)
    elif not parts.netloc:
        form.wrong(where, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
