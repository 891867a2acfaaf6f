"""What a person sees when something fails: a page, a part for htmx, or JSON, each saying what to do."""

from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

import psycopg
import sqlalchemy.exc
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ExceptionHandler

from kernel.db import DATABASE_AWAY
from kernel.errors import UnderstudyError
from kernel.i18n import tell
from kernel.web.pages import page_lang, pages
from kernel.web.security import SAFE_METHODS

_log = structlog.get_logger(__name__)
_DATABASE_BACK_S = "5"


def install(app: FastAPI, *, sign_in: str | None) -> None:
    """Give the app its failure pages. `sign_in` is where those who aren't signed in are sent, if anywhere."""

    def expected(request: Request, error: UnderstudyError) -> Response:
        if error.status == HTTPStatus.UNAUTHORIZED and sign_in and (away := _to_sign_in(request, sign_in)):
            return away
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.warning("web.failed", path=request.url.path, code=error.code, error=error.message)
        wait = getattr(error, "retry_after", None)
        headers = {"retry-after": str(max(1, round(wait)))} if wait is not None else {}
        return failure(request, error.status, told(request, error), error.code, headers)

    def http(request: Request, error: HTTPException) -> Response:
        return failure(request, error.status_code, None, "http", dict(error.headers or {}))

    def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
        return failure(request, 422, None, "invalid", fields=fields)

    def unstorable(request: Request, error: Exception) -> Response:
        _log.info("web.unstorable", path=request.url.path, error=type(error).__name__)
        return failure(request, 422, None, "unstorable")

    def away(request: Request, error: Exception) -> Response:
        _log.warning("web.database_away", path=request.url.path, error=type(error).__name__)
        return failure(request, 503, None, "unavailable", {"retry-after": _DATABASE_BACK_S})

    def listen(kind: type[Exception], handler: Callable[..., Response]) -> None:
        app.add_exception_handler(kind, cast(ExceptionHandler, handler))

    listen(UnderstudyError, expected)
    listen(HTTPException, http)
    listen(RequestValidationError, invalid)
    # A NUL in a text, a number too large for its column: whoever checks input may overlook one.
    listen(psycopg.DataError, unstorable)
    listen(sqlalchemy.exc.DataError, unstorable)
    for kind in DATABASE_AWAY:
        listen(kind, away)


def told(request: Request, error: UnderstudyError) -> str:
    """An expected error's sentence in the reader's language."""
    return tell(page_lang(request, pages(request).langs), error.sentence, error.params)


def unexpected(request: Request) -> Response:
    """The page for an exception nobody expected."""
    return failure(request, 500, None, "internal")


def failure(
    request: Request,
    status: int,
    message: str | None,
    code: str,
    headers: dict[str, str] | None = None,
    *,
    fields: str = "",
) -> Response:
    """The answer to a request that failed, in the form that the asker reads."""
    headers = headers or {}
    if "application/json" in request.headers.get("accept", ""):
        body = {"error": code, "message": message or HTTPStatus(status).phrase}
        return JSONResponse(body, status, headers)
    context = {
        "status": status,
        "message": message,
        "code": code,
        "fields": fields,
        "home": request.url.path != "/",
    }
    if "hx-request" in request.headers:
        # A notice beside what the person was doing, which stays as it was.
        headers |= {"hx-retarget": "#toasts", "hx-reswap": "beforeend"}
        return pages(request).page(request, "_failure.html", context, status=status, headers=headers)
    return pages(request).page(request, "failure.html", context, status=status, headers=headers)


def _to_sign_in(request: Request, sign_in: str) -> Response | None:
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"hx-redirect": sign_in})
    if request.method in SAFE_METHODS and "text/html" in request.headers.get("accept", ""):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{sign_in}?next={quote(target, safe='')}", 303)
    return None
