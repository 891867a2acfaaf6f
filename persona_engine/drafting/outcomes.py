"""How a call to a model can end: the codes that are kept, their sentences, and which error is which."""

from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final

import httpx

from kernel.clock import now
from kernel.errors import Unavailable


class Outcome(StrEnum):
    """How a call ended, or why there was none."""

    OK = "ok"
    OFF = "off"
    RESTING = "resting"
    BUSY = "busy"
    OVER_DAY = "over_day"
    OVER_FAN = "over_fan"
    OVER_MONTH = "over_month"
    OVER_SPARE = "over_spare"
    RESERVED = "reserved"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    PRIVATE = "private"
    REDIRECTED = "redirected"
    BAD_KEY = "bad_key"
    NO_CREDIT = "no_credit"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    SERVER_ERROR = "server_error"
    BROKEN = "broken"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NO_PACKAGE = "no_package"


# The catalogues take this table's sentences in: keep them written out.
OUTCOMES: Final[dict[str, str]] = {
    "ok": "It answered.",
    "off": "No model is switched on.",
    "resting": "It failed several times in a row and rests for a minute.",
    "busy": "Too many questions were being answered at once.",
    "over_day": "The day's cap is reached.",
    "over_fan": "The fan's cap for the day is reached.",
    "over_month": "The month's cap is reached.",
    "over_spare": "Half of a cap is spent, and the other half is kept for fans' answers.",
    "reserved": "The call began and its end is not known: Understudy was stopped meanwhile.",
    "timeout": "It didn't answer in time.",
    "unreachable": "Nothing answers at this address. Check the address, and that the server runs.",
    "private": "This address is inside a private network, which this instance's operator doesn't allow.",
    "redirected": "The address sends its callers elsewhere, which isn't followed. Enter the final address.",
    "bad_key": "The key was refused. Enter it again.",
    "no_credit": "The provider says that the account has no credit left.",
    "rate_limited": "The provider says that it is asked too often.",
    "not_found": "There is no such model at this address. Check the model's name and the address.",
    "rejected": "The provider rejected the request. Check the model's name.",
    "server_error": "The provider had an error of its own.",
    "broken": "The connection broke before the answer was whole.",
    "too_long": "The answer didn't end: it was cut off.",
    "unreadable": "What came back is no answer of a model. Check the address: it often ends with /v1.",
    "empty": "The answer was empty.",
    "no_package": "The provider's package isn't installed. The operator can install it.",
}

AGAIN: Final = frozenset({Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.UNREACHABLE, Outcome.BROKEN})
"""Worth one more try."""

FREE: Final = frozenset(
    {
        Outcome.UNREACHABLE,
        Outcome.PRIVATE,
        Outcome.REDIRECTED,
        Outcome.BAD_KEY,
        Outcome.NO_CREDIT,
        Outcome.RATE_LIMITED,
        Outcome.NOT_FOUND,
        Outcome.REJECTED,
        Outcome.SERVER_ERROR,
        Outcome.NO_PACKAGE,
        Outcome.BUSY,
    }
)
"""Nobody bills for these. Whatever else failed may have been billed, and keeps what was reserved for it."""


class AddressRefused(Exception):
    """A host resolves to a private address, and the operator doesn't allow those."""


class TooLong(Exception):
    """More bytes than any answer needs."""


class NoPackage(Exception):
    """The provider's package isn't installed."""


_OWN: Final = {
    AddressRefused: Outcome.PRIVATE,
    TooLong: Outcome.TOO_LONG,
    NoPackage: Outcome.NO_PACKAGE,
    TimeoutError: Outcome.TIMEOUT,
    Unavailable: Outcome.BAD_KEY,  # the stored key can't be opened any more
}
_TRANSPORT: Final = {
    httpx.TimeoutException: Outcome.TIMEOUT,
    httpx.ConnectError: Outcome.UNREACHABLE,
    httpx.UnsupportedProtocol: Outcome.UNREACHABLE,
    httpx.TransportError: Outcome.BROKEN,
}
_STATUS: Final = {
    401: Outcome.BAD_KEY,
    402: Outcome.NO_CREDIT,
    403: Outcome.BAD_KEY,
    404: Outcome.NOT_FOUND,
    408: Outcome.TIMEOUT,
    429: Outcome.RATE_LIMITED,
}


def classify(error: BaseException) -> tuple[Outcome, float | None]:
    """What an error of any provider's client means, and how many seconds it asks to wait.

    Clients wrap each other's errors and share no base, so the whole chain is looked through: our own
    errors first, then the HTTP status, then the transport's.
    """
    chain = _chain(error)
    for kinds in (_OWN, _TRANSPORT):
        for each in chain:
            if kinds is _TRANSPORT and (status := _status(each)):
                return _by_status(status, each)
            for kind, outcome in kinds.items():
                if isinstance(each, kind):
                    return outcome, None
    return Outcome.UNREADABLE, None


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found and len(found) < 20:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and 300 <= status < 600:
            return status
    return None


def _by_status(status: int, error: BaseException) -> tuple[Outcome, float | None]:
    if status == 429 and getattr(error, "code", None) == "insufficient_quota":
        return Outcome.NO_CREDIT, None
    if status in _STATUS:
        return _STATUS[status], _retry_after(error)
    if status < 400:
        return Outcome.REDIRECTED, None
    return (Outcome.SERVER_ERROR, _retry_after(error)) if status >= 500 else (Outcome.REJECTED, None)


def _retry_after(error: BaseException) -> float | None:
    """The seconds that a response asks to wait, given as seconds or as a date."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None) or {}
    asked = str(headers.get("retry-after", "")).strip()
    if not asked:
        return None
    try:
        return max(float(asked), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(asked) - now()).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
