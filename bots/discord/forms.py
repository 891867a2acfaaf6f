"""Forms (Discord's modals), in which words are written: for a reply that waits, or one that was wrong.

A form begins with the words that there are, and its name says what they are for. What is written stands
nowhere else, so who can't have their way is given it back (`Capabilities.forms`). What it says is an order
like any other: who may give it, and who was first, is decided where orders are. No draft ever changes: a
question that is asked anew has another number.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bots.discord.client import Json
from kernel.chat import units
from kernel.i18n import t

LONGEST: Final = 1_700
"""UTF-16 code units of what may be written into a form, and stand in it before: so much can be given back in
one message, which is for its writer's eyes alone.
"""

SHOWN: Final = 9
"""The answer to an interaction that brings a form up."""

_EDIT, _FIX = "edit", "fix"
_WORDS: Final = "words"
_LABEL, _TEXT_INPUT, _PARAGRAPH = 18, 4, 2
_TITLE_MOST, _LABEL_MOST, _HINT_MOST = 45, 45, 100
_ASKING: Final = re.compile(r"/edit\s+#?(\d{1,17})")


def waits_for_words(said: str) -> int | None:
    """The reply that an order without words is to edit; None where it is anything else."""
    found = _ASKING.fullmatch(said.strip())
    return int(found[1]) if found else None


def editing(lang: str, approval_id: int, draft: str) -> Json:
    """The form for a reply that waits, with its draft."""
    return _form(
        f"{_EDIT}:{approval_id}", f"{t(lang, 'card.edit')} · {approval_id}", t(lang, "menu.edit"), draft
    )


def correcting(lang: str, message: str, reply: str) -> Json:
    """The form for the right words, with those of the reply that had the wrong ones."""
    return _form(f"{_FIX}:{message}", t(lang, "message_menu.correct"), t(lang, "menu.fix"), reply)


def order(told: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """What a form that was sent says, and the message that this is about; None where it is none of these."""
    what, _, number = str(told.get("custom_id") or "").partition(":")
    words = written(told)
    if what == _EDIT:
        return f"/edit {number} {words}", None
    return (f"/fix {words}", number) if what == _FIX else None


def written(told: Mapping[str, Any]) -> str:
    """What was written into a form's field."""
    for one in _fields(told.get("components") or ()):
        if one.get("custom_id") == _WORDS:
            return str(one.get("value") or "").strip()
    return ""


def _fields(components: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for one in components:
        # A field stands in a label, in a row as older forms have it, or by itself.
        yield from (each for each in (*(one.get("components") or ()), one.get("component"), one) if each)


def _form(name: str, title: str, hint: str, words: str) -> Json:
    field: Json = {
        "type": _TEXT_INPUT, "custom_id": _WORDS, "style": _PARAGRAPH, "required": True,
        "max_length": LONGEST,
    }  # fmt: skip
    if words and units(words) <= LONGEST:
        field["value"] = words
    label: Json = {"type": _LABEL, "label": title[:_LABEL_MOST], "component": field}
    if len(hint) <= _HINT_MOST:
        label["description"] = hint
    return {
        "type": SHOWN,
        "data": {"custom_id": name, "title": title[:_TITLE_MOST], "components": [label]},
    }
