"""Whom an order in a server is about: chosen in its option, named by its words, or replied to."""

from collections.abc import Mapping
from typing import Any, Final

from bots.discord.messages import Json, called
from bots.discord.roster import KnownApp
from moderation import service as moderation
from moderation.service import CLEAN, DRY
from moderation.types import Person

USER, BOOLEAN = 6, 5
_LONGEST: Final = 1_000
_RANK: Final = {name: at for at, name in enumerate((DRY, "user", "duration", CLEAN, "reason"))}


def chosen(app: KnownApp, told: Mapping[str, Any]) -> Person | None:
    """Whom a slash command's option names, wherever in it that stands; not the app itself."""
    for one in told.get("options") or ():
        if one.get("type") == USER:
            user_id = str(one["value"])
            return None if user_id == str(app.user_id) else Person(user_id, *_name(told, user_id))
        if found := chosen(app, {**told, "options": one.get("options") or ()}):
            return found
    return None


def words(told: Mapping[str, Any], options: list[Mapping[str, Any]]) -> list[str]:
    """Options as they would be typed, in the order that orders have: Discord tells them in another."""
    found = []
    for one in sorted(options, key=lambda one: _RANK.get(str(one["name"]), len(_RANK))):
        value = one.get("value", "")
        if one.get("type") == USER:
            found.append(_name(told, str(value))[1])
        elif one.get("type") == BOOLEAN:
            found.append(str(one["name"]) if value else "")
        elif one["name"] == CLEAN:
            found.append(f"{CLEAN} {value}")
        else:
            found.append(str(value))
    return found


def _name(told: Mapping[str, Any], user_id: str) -> tuple[str, str]:
    """What somebody is called, and how an order calls them."""
    known = told.get("resolved") or {}
    user = (known.get("users") or {}).get(user_id) or {}
    name = " ".join(called(user, (known.get("members") or {}).get(user_id)).split())
    return name, f"@{name or user_id}"


def pointed(app: KnownApp, message: Json, text: str) -> Person | None:
    """Whom an order that was written is about: whom it names at once, else whose message it replies to.

    Whom its reason names it isn't about, nor is a number in it anybody's; and never the app itself.
    """
    replied = message.get("referenced_message") or {}
    author = replied.get("author")
    rest = "".join(text.split(maxsplit=1)[1:]).strip()
    if rest.casefold().split(maxsplit=1)[:1] == [DRY]:
        rest = rest[len(DRY) :].lstrip()
    if not author:
        _, rest = moderation.read_span(rest)
    found: Person | None = None
    if rest.startswith("@"):
        names = ((f"@{called(one, one.get('member'))}", one) for one in message.get("mentions") or ())
        begun = [(said, one) for said, one in names if rest.startswith(said)]
        if begun:
            said, one = max(begun, key=lambda each: len(each[0]))
            found = Person(str(one["id"]), said[1:], said)
    else:
        word = "".join(rest.split(maxsplit=1)[:1])
        if author:
            found = Person(str(author["id"]), called(author, None), words=_written(replied))
        elif word.isdecimal() and len(word) > 4:
            found = Person(word, said=word)
    return None if found is None or found.user_id == str(app.user_id) else found


def _written(message: Json) -> str:
    return str(message.get("content") or "")[:_LONGEST]
