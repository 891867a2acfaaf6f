"""What every request and response of a site passes: host and origin checks, the form token, security headers.

Who is signed in, and what they may do, is not decided here.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.errors import NotAllowed

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD: Final = "csrf_token"  # noqa: S105 - a field's name
TOKEN_HEADER: Final = "x-csrf-token"  # noqa: S105 - a header's name
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_PROBES = frozenset({"/healthz", "/readyz"})
_COOKIE_AGE_S = 30 * 86_400
# No address of ours is longer; longer numbers than this hold, the framework's own routing can't read.
_MAX_PATH = 2000
# A larger body is a stream of its own, which nobody keeps in order to find a form's field in it.
_MAX_FORM = 128 << 20
Admission = Callable[[Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Guarding:
    """What the checks need to know of a site.

    `hosts` are the names it answers to, without port. `address` is where a person should go instead.
    `secret` keys the form token, which is bound to the session cookie where the site has one.
    `exempt` are path prefixes that machines call with a proof of their own (webhooks).
    """

    hosts: frozenset[str]
    address: str
    secret: bytes
    csrf_cookie: str
    session_cookie: str | None = None
    exempt: tuple[str, ...] = ()


class Guard:
    """ASGI middleware: refuses foreign hosts (DNS rebinding), foreign origins, large bodies; adds headers.

    A body is bounded by `max_body` bytes, unless its route says otherwise. The framework has such a bound
    too, but answers with a bare text that no middleware sees. A route that takes more is for those alone whom
    `admit` lets pass: it is asked before the first byte of such a body, as forms are read before a route's
    dependencies are asked. It raises HTTPException, which the reading of forms passes on.

    `on_error` makes the page for an unexpected exception: here, since the framework's own place for it lies
    outside every middleware, where the headers would be missing. The exception is passed on, to be logged.
    """

    def __init__(
        self,
        app: ASGIApp,
        guarding: Guarding,
        max_body: int,
        on_error: Callable[[Request], Response],
        admit: Admission | None = None,
    ) -> None:
        self._app = app
        self._guarding = guarding
        self._max_body = max_body
        self._on_error = on_error
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, and dress what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = scope.get("scheme") == "https"
        kept = SimpleCookie(headers.get("cookie", "")).get(self._guarding.csrf_cookie)
        state = scope.setdefault("state", {})
        state |= {"guarding": self._guarding, "csrf_secret": kept.value if kept else None}
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                answer = MutableHeaders(scope=message)
                _dress(answer, secure=secure)
                if fresh := state.get("csrf_fresh"):
                    answer.append("set-cookie", _cookie(self._guarding.csrf_cookie, fresh, secure=secure))
            await send(message)

        try:
            await (self._refusal(scope, headers) or self._app)(scope, self._bounded(scope, receive), dressed)
        except Exception:
            if not started:
                await self._on_error(Request(scope))(scope, receive, dressed)
            raise

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        size, admitted = 0, self._admit is None

        async def bounded() -> Message:
            nonlocal size, admitted
            larger = MAX_BODY_SIZE_SCOPE_KEY in scope
            if larger and not admitted and self._admit:
                admitted = True
                await self._admit(Request(scope))
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._max_body and not larger:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return bounded

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        path = scope["path"]
        if path in _PROBES:
            return None
        if len(path) > _MAX_PATH or "\0" in path:
            return PlainTextResponse("There is no such address.", status_code=404)
        host = headers.get("host", "").lower()
        if _hostname(host) not in self._guarding.hosts:
            return PlainTextResponse(
                f"Nothing is served under this name. Open {self._guarding.address} instead.", status_code=421
            )
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(self._guarding.exempt):
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        foreign = site not in (None, "same-origin") or (
            origin is not None and origin.lower().partition("://")[2] != host
        )
        if foreign:
            return PlainTextResponse(
                "This came from another site, so nothing was changed. Open the page itself and try again.",
                status_code=403,
            )
        return None


def csrf_token(request: Request) -> str:
    """The token that forms of this browser and session carry. The first use sets the browser's cookie."""
    state = request.scope["state"]
    if state["csrf_secret"] is None:
        state["csrf_secret"] = state["csrf_fresh"] = secrets.token_urlsafe(32)
    return _token(request, state["csrf_secret"])


async def check_csrf(request: Request) -> None:
    """Require the form token on every unsafe method, in a header or a field. A dependency of whole sites.

    Routes that take streams instead of forms need it in the header.

    Raises:
        NotAllowed: it is missing or belongs to another session.
    """
    guarding: Guarding = request.scope["state"]["guarding"]
    if request.method in SAFE_METHODS or request.url.path.startswith(guarding.exempt):
        return
    given = request.headers.get(TOKEN_HEADER)
    small = request.scope.get(MAX_BODY_SIZE_SCOPE_KEY, 0) <= _MAX_FORM
    if given is None and small and request.headers.get("content-type", "").startswith(_FORMS):
        value = (await request.form()).get(TOKEN_FIELD)
        given = value if isinstance(value, str) else None
    kept = request.scope["state"]["csrf_secret"]
    if given is None or kept is None or not hmac.compare_digest(given, _token(request, kept)):
        raise NotAllowed("This page is out of date. Reload it and try again.", code="csrf")


def _token(request: Request, kept: str) -> str:
    guarding: Guarding = request.scope["state"]["guarding"]
    name = guarding.session_cookie
    # Under https a session's cookie bears the prefix that ties it to this host.
    session = (request.cookies.get(f"__Host-{name}") or request.cookies.get(name, "")) if name else ""
    digest = hmac.digest(guarding.secret, f"csrf\0{kept}\0{session}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _cookie(name: str, value: str, *, secure: bool) -> str:
    cookie = f"{name}={value}; Path=/; Max-Age={_COOKIE_AGE_S}; HttpOnly; SameSite=Lax"
    return cookie + ("; Secure" if secure else "")


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _dress(headers: MutableHeaders, *, secure: bool) -> None:
    # A stored file is sent under a policy of its own.
    headers.setdefault("content-security-policy", CSP)
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers.setdefault("cache-control", "no-store")
    if secure:
        headers["strict-transport-security"] = "max-age=31536000"
