"""The kinds of small talk, and what a recognised message is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Intent(StrEnum):
    """Small talk that needs no knowledge.

    ``MORE`` asks to go on with what was just said: what that was, the thread knows, not the message.
    ``PERSON`` asks to speak with somebody of the creator's.
    ``PRIVACY`` asks what is kept of the fan, who reads it, or how it is deleted.
    ``ASK`` asks whether one may ask, ``AGE`` how old the avatar is, ``JOKE`` for one.
    ``LAUGHTER`` is every short reaction: emoji, "ok", "wow"; ``SAD`` is an everyday low mood, ``JOY`` good
    news or a high one, ``INSULT`` what is flung at the avatar; ``MAKE`` asks to have a poem, a picture, a
    translation made.
    """

    GREETING = "greeting"
    THANKS = "thanks"
    COMPLIMENT = "compliment"
    GOODBYE = "goodbye"
    HOW_ARE_YOU = "how_are_you"
    REAL = "real"
    IDENTITY = "identity"
    SAD = "sad"
    LAUGHTER = "laughter"
    EMPTY = "empty"
    MORE = "more"
    PERSON = "person"
    ASK = "ask"
    AGE = "age"
    JOKE = "joke"
    JOY = "joy"
    INSULT = "insult"
    PRIVACY = "privacy"
    MAKE = "make"


MAY_MEAN_MORE: Final = frozenset({Intent.SAD, Intent.INSULT, Intent.MAKE})
"""Who says that they are sad may mean more by it; of whom a hard word is said isn't always told; and what is
to be made is about something."""


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A recognised piece of small talk. ``lang`` is None where several languages say it alike.

    ``beside`` is what a message says besides a mood: the content may answer it.
    """

    intent: Intent
    lang: str | None
    beside: str = ""
