"""The root of every expected error.

UnderstudyError (500)
├── BadInput (422)          what was sent can't be used; says what to do
├── NotSignedIn (401)
├── NotAllowed (403)
├── NotFound (404)
├── Conflict (409)          true a moment ago, no longer
├── TooLarge (413)
├── TooMany (429)           carries how many seconds to wait
└── Unavailable (503)       a part that is needed isn't there; says how to get it

Each room derives its own from these in its `errors.py`.
"""


class UnderstudyError(Exception):
    """An expected error: a stable code, a sentence for a person, the HTTP status it becomes.

    The sentence is one that the catalogues know, written out where it is raised; `params` fill its {places}.
    `message` is the whole of it in English, `sentence` and `params` are what it is translated from.
    """

    status = 500
    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, **params: object) -> None:
        self.sentence = message
        self.params = params
        self.message = message.format_map(params) if params else message
        super().__init__(self.message)
        if code:
            self.code = code


class BadInput(UnderstudyError):
    """What was sent can't be used."""

    status = 422
    code = "bad_input"


class NotSignedIn(UnderstudyError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "not_signed_in"


class NotAllowed(UnderstudyError):
    """Signed in, but the role doesn't allow this."""

    status = 403
    code = "not_allowed"


class NotFound(UnderstudyError):
    """It isn't here, or not for this creator."""

    status = 404
    code = "not_found"


class Conflict(UnderstudyError):
    """The thing has changed since it was read."""

    status = 409
    code = "conflict"


class TooLarge(UnderstudyError):
    """More bytes than are accepted here."""

    status = 413
    code = "too_large"


class TooMany(UnderstudyError):
    """Too often. `retry_after` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(UnderstudyError):
    """A part that this needs isn't running or configured."""

    status = 503
    code = "unavailable"
