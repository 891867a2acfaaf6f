"""What became of a call of Discord that failed, and what a creator is told of it."""

from typing import Final

from kernel.logs import scrub

INTERACTION_TOKEN: Final = 50027
"""An interaction's token has run out, which Discord answers by 401 as if it were the app's."""

INTERACTION_OVER: Final = frozenset({10015, 10062, 40060, INTERACTION_TOKEN})
"""Codes of an interaction that can't be answered (any more) as one: unknown, answered, its token run out."""


class CallFailed(Exception):
    """A call wasn't answered as it should. `status` is HTTP's (0: no answer came), `code` Discord's own."""

    def __init__(self, status: int, code: int = 0, message: str = "") -> None:
        super().__init__(f"{status} ({code}): {message}")
        self.status = status
        self.code = code
        self.message = message


class Unauthorized(CallFailed):
    """401: Discord doesn't know the token, or doesn't any more."""


class Limited(CallFailed):
    """429, or our own knowledge that it would be: nothing was done; ask again after so many seconds."""

    def __init__(self, retry_after_s: float, message: str = "") -> None:
        super().__init__(429, 0, message)
        self.retry_after_s = retry_after_s


class TooSoon(Limited):
    """We know it by ourselves: Discord hasn't been asked."""


class NotYet(Limited):
    """An interaction that Discord doesn't know as deferred yet: our word of that is still on its way."""


class Broken(CallFailed):
    """5xx: nobody knows whether it was carried out."""


class NoAnswer(CallFailed):
    """The connection ended, or the time. `left`: the call may have reached Discord."""

    def __init__(self, message: str, *, left: bool) -> None:
        super().__init__(0, 0, message)
        self.left = left


REASONS: Final[dict[str, str]] = {
    "gone": "Discord knows no such channel, or the app isn't in it. Invite the app to the server again.",
    "rights": "The app may not send this here. Give it the right in the channel's settings.",
    "blocked": "This person takes no private messages from the app, or has blocked it.",
    "archived": "The thread is archived or locked. Open it again.",
    "too_large": "The file is larger than Discord takes from an app. Make it smaller, or send a link.",
    "deleted": "The message was deleted in Discord.",
    "missing": "The file is not stored any more.",
    "too_long": "The text is longer than Discord takes in one message.",
    "nowhere": "This is no channel of Discord's.",
    "removed": "This avatar is no Discord app any more.",
    "token": "Discord refuses the app's token. Paste the new one under Channels; until then it is silent.",
    "content": "Discord doesn't let the app read messages that don't name it. Switch the Message Content "
    "intent on in Discord's developer portal.",
    "never_left": "Discord couldn't be reached.",
    "broken": "The connection to Discord broke off, or it didn't answer in time.",
    "lost": "Discord didn't answer in time. Some messages may not have arrived.",
    "waits": "Discord had the app wait because it sent too much.",
    "sessions": "Discord lets the app connect no more often today. It connects again by itself.",
}
"""What a creator is told, by code: kept as these words, and translated where they are shown."""

_CODES: Final = {
    10003: "gone", 10004: "gone", 10008: "deleted", 50001: "gone", 50013: "rights", 50007: "blocked",
    50083: "archived", 160005: "archived", 40005: "too_large", 50278: "blocked",
}  # fmt: skip


def cause_of(error: CallFailed) -> str:
    """What a refusal is about, by its code among `REASONS`; empty where it is about something else."""
    if error.status == 413:
        return "too_large"
    if error.code in _CODES:
        return _CODES[error.code]
    return {403: "rights", 404: "gone"}.get(error.status, "")


def told(error: Exception) -> str:
    """Why a call failed, for the creator: Discord's words without secrets, or ours where it said nothing."""
    if isinstance(error, NoAnswer):
        return REASONS["broken" if error.left else "never_left"]
    words = error.message if isinstance(error, CallFailed) else f"{type(error).__name__}: {error}"
    return scrub(words)[:300]
