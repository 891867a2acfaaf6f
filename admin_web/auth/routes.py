"""Signing in by a one-time link or a passkey, and out. (Oneself: `account.py`; others: `people.py`.)"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from webauthn.helpers import generate_challenge

from admin_web.auth import account, passkeys, people
from admin_web.auth.ceremony import begin, secret_of
from admin_web.auth.deps import (
    current,
    drop_session,
    keep_session,
    session_token,
    visitor,
)
from admin_web.auth.targets import inside
from admin_web.ports import container_of
from community import service as community
from community.errors import LinkSpent
from community.types import SignedIn
from kernel import ids
from kernel.web import RateLimiter, pages

router = APIRouter()

# Generous to people, and to several behind one address; guessing 256 bits gains nothing by more.
_ATTEMPTS_PER_MINUTE = 30
_PREFETCH = ("sec-purpose", "purpose", "x-moz")


def install(app: FastAPI) -> None:
    """Add the routes of signing in, of one's account and of people to the admin site."""
    app.state.sign_in_attempts = RateLimiter(per_minute=_ATTEMPTS_PER_MINUTE, burst=_ATTEMPTS_PER_MINUTE)
    for each in (router, account.router, people.router):
        app.include_router(each)


def attempt(request: Request) -> None:
    """Count an attempt to sign in against the address that it comes from.

    Raises:
        TooMany: too many lately.
    """
    limiter: RateLimiter = request.app.state.sign_in_attempts
    limiter.check(request.client.host if request.client else "")


Visitor = Annotated[SignedIn | None, Depends(visitor)]


class Assertion(BaseModel):
    """A browser's answer to the request for a passkey, in the JSON form of `PublicKeyCredential`."""

    credential: dict[str, Any]
    next: str = "/"


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


@router.get("/sign-in")
async def sign_in_page(request: Request, who: Visitor, next: str | None = None) -> Response:
    """How to sign in; whoever is signed in goes on."""
    if who:
        return RedirectResponse(inside(next), 303)
    return pages(request).page(request, "auth/sign_in.html", {"next": inside(next)})


@router.post("/sign-in/passkey/options", dependencies=[Depends(attempt)])
async def ask_for_passkey(request: Request) -> Response:
    """A challenge for this browser's passkeys."""
    party, challenge = passkeys.party_of(request), generate_challenge()
    secret = ids.token()
    async with container_of(request).db.system_uow() as uow:
        await community.put_challenge(uow, secret, challenge, None)
    response = JSONResponse(passkeys.ask_to_sign_in(party, challenge))
    begin(request, response, secret)
    return response


@router.post("/sign-in/passkey", dependencies=[Depends(attempt)])
async def sign_in_by_passkey(request: Request, answer: Assertion) -> Response:
    """Sign in by a passkey's signature. The challenge is gone by this, whatever comes of it."""
    party, db = passkeys.party_of(request), container_of(request).db
    credential = passkeys.parse_assertion(answer.credential)
    async with db.system_uow() as uow:
        challenge = await community.take_challenge(uow, secret_of(request), None)
    async with db.system_uow() as uow:
        proof = await community.passkey_proof(uow, credential.raw_id)
    count = passkeys.check_assertion(credential, challenge, proof, party)
    async with db.system_uow() as uow:
        session = await community.sign_in_by_passkey(
            uow, proof, count, user_agent=_agent(request), replacing=session_token(request)
        )
    response = JSONResponse({"to": inside(answer.next)})
    keep_session(request, response, session)
    return response


@router.get("/sign-in/{token}", dependencies=[Depends(attempt)])
async def link_page(request: Request, token: str, who: Visitor) -> Response:
    """Whom a link signs in, and the button that does it: fetching a link ahead doesn't use it up."""
    try:
        async with container_of(request).db.system_uow() as uow:
            link = await community.look_at_link(uow, token)
    except LinkSpent:
        return _spent(request, who)
    ahead = any(request.headers.get(name) for name in _PREFETCH)
    other = who is not None and who.account_id != link.account_id
    context = {
        "link": link,
        "token": token,
        "who": who if other else None,
        "at_once": not (ahead or other),
    }
    return pages(request).page(request, "auth/link.html", context)


@router.post("/sign-in/{token}", dependencies=[Depends(attempt)])
async def sign_in_by_link(request: Request, token: str, who: Visitor) -> Response:
    """Sign in by a link, once. The cookie that the browser had before is worth nothing afterwards."""
    try:
        async with container_of(request).db.system_uow() as uow:
            session = await community.sign_in_by_link(
                uow, token, user_agent=_agent(request), replacing=session_token(request)
            )
    except LinkSpent:
        return _spent(request, who)
    response = RedirectResponse("/", 303)
    keep_session(request, response, session)
    return response


@router.post("/sign-in/{token}/join", dependencies=[Depends(attempt)])
async def join(request: Request, token: str, who: Annotated[SignedIn, Depends(current)]) -> Response:
    """Take an invitation's role over into the account that is signed in."""
    try:
        async with container_of(request).db.system_uow() as uow:
            session = await community.accept_invitation(uow, token, who)
    except LinkSpent:
        return _spent(request, None)
    response = RedirectResponse("/", 303)
    keep_session(request, response, session)
    return response


@router.post("/logout")
async def sign_out(request: Request) -> Response:
    """End this browser's session."""
    if token := session_token(request):
        async with container_of(request).db.system_uow() as uow:
            await community.sign_out(uow, token)
    response = RedirectResponse("/sign-in", 303)
    drop_session(request, response)
    return response


def _spent(request: Request, who: SignedIn | None) -> Response:
    # Who is signed in has just used it, by a second click or a reload.
    if who:
        return RedirectResponse("/", 303)
    return pages(request).page(request, "auth/spent.html", status=410)
