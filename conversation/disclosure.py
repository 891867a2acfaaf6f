"""When a fan is told that an AI speaks: with the first answer, and again every so many.

The sentence is the catalogue's, stands apart from the answer, and is put there last: no model, no persona
and no setting can write, move or leave it out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kernel.chat import Outbound
from kernel.i18n import t
from persona_engine.service import Reply

EVERY = 20
"""Answers between two reminders: about an hour of talk, and no further back than a fan would scroll.

Rules on companion chat bots ask for one every three hours; counting answers, nobody who talks fast waits
longer, and nobody who talks slowly hears it in every message.
"""

TELLING: Final = frozenset({"smalltalk:real", "smalltalk:identity", "smalltalk:person"})
"""Answers to who asks whether a person speaks, or for one: their own text says what does."""

# Whose own text says it already.
_TELL: Final = TELLING | {"command:start", "command:human", "command:ai"}


def disclosed(reply: Reply, since: int | None, creator: str) -> tuple[Sequence[Outbound], int | None]:
    """A reply's parts with the disclosure where it is due, and the count to go on with.

    `since` is how many answers the fan has had since they were last told; None where they never were.
    """
    parts = tuple(replace(part, notice="") for part in reply.parts)
    if not parts:
        return parts, since
    if reply.outcome in _TELL:
        return parts, 0
    if since is not None and since + 1 < EVERY:
        return parts, since + 1
    lang = parts[0].lang
    notice = (
        t(lang, "disclosure.first", creator=creator)
        if since is None
        else t(lang, "disclosure.again", creator=creator)
    )
    return (replace(parts[0], notice=notice), *parts[1:]), 0
