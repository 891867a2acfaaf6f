"""Buttons, selects and what stands around them: which may stand where, in messages and in modals."""

from collections.abc import Collection, Iterator
from copy import deepcopy
from typing import Any

from tests.emulators.discord.form import Form
from tests.emulators.discord.people import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = range(
    1, 9
)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = (
    9,
    10,
    11,
    12,
    13,
    14,
    17,
    18,
    19,
)
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK = 5
MOST_ROWS, MOST_IN_ALL, MOST_TEXT = 5, 40, 4000
_TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, however deep."""
    for one in components:
        yield one
        yield from walk(one.get("components") or [])
        for inner in (one.get("accessory"), one.get("component")):
            if inner:
                yield from walk([inner])


def numbered(components: list[Json]) -> list[Json]:
    """The components as messages carry them: each with a number of its own."""
    taken = {one["id"] for one in walk(components) if one.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)

    def number(one: Json) -> Json:
        made = {name: value for name, value in one.items() if value is not None}
        made["id"] = one.get("id") or next(free)
        if "components" in made:
            made["components"] = [number(each) for each in made["components"]]
        for inner in ("accessory", "component"):
            if inner in made:
                made[inner] = number(made[inner])
        if made["type"] in SELECTS:
            made = {"min_values": 1, "max_values": 1, "disabled": False} | made
        if made["type"] == CONTAINER:
            made = {"spoiler": False, "accent_color": None} | made
        if made["type"] == SEPARATOR:
            made = {"divider": True, "spacing": 1} | made
        if made["type"] in (THUMBNAIL, FILE, GALLERY):
            made = _media(made)
        return made

    return [number(one) for one in components]


def check(form: Form, where: str, components: list[Any], *, v2: bool) -> None:
    """Note what is wrong with a message's components."""
    if v2:
        _check_list(form, where, components, _TOP_V2)
        if sum(1 for _ in walk(components)) > MOST_IN_ALL:
            form.wrong(where, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "Must be 40 or fewer in total.")
        if (
            sum(len(one.get("content") or "") for one in walk(components) if one.get("type") == TEXT)
            > MOST_TEXT
        ):
            said = "Component displayable text exceeds maximum size of 4000"
            form.wrong(where, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", said)
    else:
        form.at_most(where, components, MOST_ROWS)
        _check_list(form, where, components, (ROW,))
    _check_names(form, where, components)


def check_media(form: Form, where: str, components: list[Any], names: Collection[str]) -> None:
    """Note which pictures and files of a message's components are none that came along, nor on the web."""
    for one in walk(components):
        for field, medium in _shown(one):
            scheme, _, rest = str((medium or {}).get("url") or "").partition("://")
            if scheme == "attachment" and rest not in names:
                said = "The referenced attachment was not found in attachments."
                form.wrong(f"{where}.{field}", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", said)
            elif scheme not in (("attachment",) if one["type"] == FILE else ("http", "https", "attachment")):
                said = f'Scheme "{scheme}" is not allowed here.'
                form.wrong(f"{where}.{field}", "URL_TYPE_INVALID_SCHEME", said)


def placed(components: list[Json], files: dict[str, Json]) -> list[Json]:
    """The components with the numbers and addresses of what came along, by its names."""
    made = deepcopy(components)
    for one in walk(made):
        for _, medium in _shown(one):
            scheme, _, name = str(medium["url"]).partition("://")
            if scheme == "attachment":
                medium.update(url=files[name]["url"], id=files[name]["id"])
    return made


def _shown(one: Json) -> Iterator[tuple[str, Json]]:
    if one.get("type") == GALLERY:
        yield from (
            (f"items.{at}.media.url", each.get("media")) for at, each in enumerate(one.get("items") or [])
        )
    if one.get("type") == THUMBNAIL:
        yield "media.url", one.get("media") or {}
    if one.get("type") == FILE:
        yield "file.url", one.get("file") or {}


def check_modal(form: Form, where: str, components: list[Any]) -> None:
    """Note what is wrong with a modal's components."""
    form.between(where, components, 1, 5)
    for number, one in enumerate(components):
        at = f"{where}.{number}"
        if one.get("type") == ROW:
            form.between(f"{at}.components", one.get("components") or [], 1, 1)
            inner = [(f"{at}.components.{n}", each) for n, each in enumerate(one.get("components") or [])]
        elif one.get("type") == LABEL:
            if form.given(f"{at}.label", one.get("label")):
                form.at_most(f"{at}.label", one["label"], 45)
            form.at_most(f"{at}.description", one.get("description"), 100)
            inner = [(f"{at}.component", one.get("component") or {})]
        elif one.get("type") == TEXT:
            inner = []
        else:
            form.among(f"{at}.type", one.get("type"), (ROW, TEXT, LABEL))
            inner = []
        for path, each in inner:
            if each.get("type") == TEXT_INPUT:
                _check_input(form, path, each, labelled=one.get("type") == LABEL)
            elif one.get("type") == LABEL and each.get("type") in (*SELECTS, UPLOAD):
                _check_select(form, path, each)
            else:
                form.among(f"{path}.type", each.get("type"), (TEXT_INPUT,))
    _check_names(form, where, components)


def _check_list(form: Form, where: str, components: list[Any], allowed: tuple[int, ...]) -> None:
    for number, one in enumerate(components):
        at, kind = f"{where}.{number}", one.get("type")
        if kind not in allowed:
            said = f'Value of field "type" must be one of {allowed}.'
            form.wrong(f"{at}.type", "UNION_TYPE_CHOICES", said)
        elif kind == ROW:
            _check_row(form, at, one.get("components") or [])
        elif kind == CONTAINER:
            form.between(f"{at}.components", one.get("components") or [], 1, MOST_IN_ALL)
            _check_list(form, f"{at}.components", one.get("components") or [], _IN_CONTAINER)
        elif kind == SECTION:
            form.between(f"{at}.components", one.get("components") or [], 1, 3)
            _check_list(form, f"{at}.components", one.get("components") or [], (TEXT,))
            form.given(f"{at}.accessory", one.get("accessory"))
            if (one.get("accessory") or {}).get("type") == BUTTON:
                _check_button(form, f"{at}.accessory", one["accessory"])
        elif kind == TEXT and form.given(f"{at}.content", one.get("content")):
            form.between(f"{at}.content", one["content"], 1, MOST_TEXT)
        elif kind == GALLERY:
            form.between(f"{at}.items", one.get("items") or [], 1, 10)


def _check_row(form: Form, at: str, inner: list[Any]) -> None:
    form.between(f"{at}.components", inner, 1, 5)
    for number, one in enumerate(inner):
        path, kind = f"{at}.components.{number}", one.get("type")
        if kind == BUTTON:
            _check_button(form, path, one)
        elif kind in SELECTS:
            _check_select(form, path, one)
            if len(inner) > 1:
                said = "The specified component exceeds the maximum width"
                form.wrong(f"{at}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", said)
        else:
            said = f'Value of field "type" must be one of {(BUTTON, *SELECTS)}.'
            form.wrong(f"{path}.type", "UNION_TYPE_CHOICES", said)


def _check_button(form: Form, at: str, one: Json) -> None:
    form.among(f"{at}.style", one.get("style"), (1, 2, 3, 4, 5, 6))
    form.at_most(f"{at}.label", one.get("label"), 80)
    if one.get("style") == LINK:
        form.given(f"{at}.url", one.get("url"))
        form.at_most(f"{at}.url", one.get("url"), 512)
        if one.get("custom_id"):
            said = "A custom id and url cannot both be specified"
            form.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", said)
    elif one.get("style") != 6:
        form.given(f"{at}.custom_id", one.get("custom_id"))
        form.at_most(f"{at}.custom_id", one.get("custom_id"), 100)
    if not one.get("label") and not one.get("emoji") and one.get("style") != 6:
        said = "A label or emoji is required"
        form.wrong(at, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", said)


def _check_select(form: Form, at: str, one: Json) -> None:
    if form.given(f"{at}.custom_id", one.get("custom_id")):
        form.between(f"{at}.custom_id", one["custom_id"], 1, 100)
    form.at_most(f"{at}.placeholder", one.get("placeholder"), 150)
    if one.get("type") != STRING_SELECT:
        return
    options = one.get("options") or []
    form.between(f"{at}.options", options, 1, 25)
    for number, each in enumerate(options):
        for name in ("label", "value"):
            if form.given(f"{at}.options.{number}.{name}", each.get(name)):
                form.between(f"{at}.options.{number}.{name}", each[name], 1, 100)
        form.at_most(f"{at}.options.{number}.description", each.get("description"), 100)
    values = [each.get("value") for each in options]
    for number, value in enumerate(values):
        if value in values[:number]:
            said = "The specified option value is already used"
            form.wrong(f"{at}.options.{number}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", said)
    if (one.get("max_values") or 1) > max(len(options), 1):
        form.number(f"{at}.max_values", one["max_values"], 1, len(options))


def _check_input(form: Form, at: str, one: Json, *, labelled: bool) -> None:
    if form.given(f"{at}.custom_id", one.get("custom_id")):
        form.between(f"{at}.custom_id", one["custom_id"], 1, 100)
    form.among(f"{at}.style", one.get("style"), (1, 2))
    if not labelled and form.given(f"{at}.label", one.get("label")):
        form.at_most(f"{at}.label", one["label"], 45)
    form.at_most(f"{at}.placeholder", one.get("placeholder"), 100)
    form.at_most(f"{at}.value", one.get("value"), 4000)
    for name in ("min_length", "max_length"):
        if one.get(name) is not None:
            form.number(f"{at}.{name}", one[name], 0 if name == "min_length" else 1, 4000)
    if one.get("value"):
        form.between(f"{at}.value", one["value"], one.get("min_length") or 0, one.get("max_length") or 4000)


def _check_names(form: Form, where: str, components: list[Any]) -> None:
    seen: set[str] = set()
    for one in walk(components):
        name = one.get("custom_id")
        if name and name in seen:
            said = "Component custom id cannot be duplicated"
            form.wrong(where, "COMPONENT_CUSTOM_ID_DUPLICATED", said)
            return
        seen |= {name} if name else set()


def _media(one: Json) -> Json:
    def known(medium: Json) -> Json:
        return {"id": "1", "proxy_url": medium["url"], "loading_state": 2, "flags": 0} | medium

    if one["type"] == GALLERY:
        items = [
            {"spoiler": False, "description": None} | each | {"media": known(each["media"])}
            for each in one["items"]
        ]
        return one | {"items": items}
    field = "file" if one["type"] == FILE else "media"
    return {"spoiler": False} | one | {field: known(one[field])}
