"""What Discord says when it refuses, with its own codes.

ApiError                      a status, a code, a message, perhaps what is wrong with which field
+-- NotEmulated               501: the caller uses what this emulator doesn't have
"""

from typing import Any

# Code: the HTTP status it comes with, and the message.
KNOWN: dict[int, tuple[int, str]] = {
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10006: (404, "Unknown Invite"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10066: (404, "Unknown application command permissions"),
    20016: (429, "This action cannot be performed due to slowmode rate limit"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40007: (403, "The user is banned from this guild."),
    40058: (400, "Cannot send a message in a forum channel"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50016: (
        400,
        "Provided too few or too many messages to delete. "
        "Must provide at least 2 and fewer than 100 messages to delete",
    ),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid role"),
    50033: (400, "Invalid Recipient(s)"),
    50034: (400, "A message provided was too old to bulk delete"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50159: (400, "Voice messages do not support additional content."),
    50160: (400, "Voice messages must have a single audio attachment."),
    50161: (400, "Voice messages must have supporting metadata."),
    50162: (400, "Voice messages cannot be edited."),
    50173: (403, "You cannot send voice messages in this channel."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160014: (400, "You cannot forward a message whose content you cannot read."),
    500000: (400, "Failed to ban users"),
    520001: (400, "Poll expired"),
    520003: (400, "Cannot edit a poll message"),
    520006: (400, "Cannot expire a non-poll message"),
}


class ApiError(Exception):
    """A refusal: the HTTP status, Discord's code, the message; what is wrong where, with headers."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.more = more
        self.headers: dict[str, str] = {}

    def to_json(self) -> dict[str, Any]:
        """As it goes over the wire."""
        return {"message": self.message, "code": self.code} | self.more


class NotEmulated(ApiError):
    """A route or a part of one that nobody has needed yet: a test that meets it must not pass."""

    def __init__(self, what: str) -> None:
        super().__init__(501, 0, f"Not emulated: {what}")


class Invalid(ApiError):
    """50035: fields of the request aren't what they must be."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        """`problems`: where ("embeds.0.title"), Discord's code of the rule, what it says."""
        errors: dict[str, Any] = {}
        for where, code, said in problems:
            at = errors
            for step in where.split(".") if where else ():
                at = at.setdefault(step, {})
            at.setdefault("_errors", []).append({"code": code, "message": said})
        super().__init__(400, 50035, "Invalid Form Body", errors=errors)


def refused(code: int) -> ApiError:
    """The refusal that a code means."""
    status, message = KNOWN[code]
    return ApiError(status, code, message)


def unknown(what: str) -> ApiError:
    """Nothing is known under such an identifier."""
    return next(
        ApiError(status, code, said)
        for code, (status, said) in KNOWN.items()
        if said.lower() == f"unknown {what}"
    )


def invalid(where: str, code: str, said: str) -> Invalid:
    """One field isn't what it must be."""
    return Invalid([(where, code, said)])


def unauthorized() -> ApiError:
    """The token is no bot's."""
    return ApiError(401, 0, "401: Unauthorized")


def no_route() -> ApiError:
    """There is nothing at such an address."""
    return ApiError(404, 0, "404: Not Found")
