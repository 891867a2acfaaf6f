"""The cookie by which a passkey ceremony is bound to the browser that began it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from admin_web.auth.deps import cookie_name, set_cookie
from community import service as community
from kernel.clock import now

_COOKIE: Final = "understudy_ceremony"


def begin(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep the secret of a ceremony for as long as its challenge lives."""
    set_cookie(request, response, _COOKIE, secret, now() + community.CHALLENGE_TTL)


def secret_of(request: Request) -> str:
    """The secret of the ceremony that this browser began; empty if it began none."""
    return request.cookies.get(cookie_name(request, _COOKIE), "")
