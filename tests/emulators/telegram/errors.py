"""What the Bot API says when it refuses, in its own words.

ApiError                      a status, a description, perhaps parameters
+-- NotEmulated               501: the caller uses what this emulator doesn't have
"""

from typing import Any

UNAUTHORIZED = "Unauthorized"
NO_METHOD = "Not Found: method not found"
NO_CHAT = "Bad Request: chat not found"
NO_USER = "Bad Request: user not found"
NO_RIGHTS = "Bad Request: not enough rights"
NO_TOPIC = "Bad Request: message thread not found"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
OLD_QUERY = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class ApiError(Exception):
    """A refusal: the HTTP status (the `error_code`, too), what is said, and what helps the caller."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        """As it goes over the wire."""
        said: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return said | ({"parameters": self.parameters} if self.parameters else {})


class NotEmulated(ApiError):
    """A method or parameter of the Bot API that nobody has needed yet: a test that meets it must not pass."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not emulated: {what}")


def bad(description: str) -> ApiError:
    """A request that can't be carried out."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """What the bot may not do."""
    return ApiError(403, f"Forbidden: {description}")


def too_many(retry_after: int) -> ApiError:
    """Sent too much: wait so many seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
