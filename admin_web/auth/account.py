"""One's own account: name, passkeys, the browsers it is signed in with, and which creator to work for."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from webauthn.helpers import generate_challenge

from admin_web.auth import passkeys
from admin_web.auth.ceremony import begin, secret_of
from admin_web.auth.deps import RowId, current, drop_session, keep_session
from admin_web.auth.targets import inside
from admin_web.ports import container_of
from community import service as community
from community.types import SignedIn
from kernel import ids
from kernel.web import pages

router = APIRouter(prefix="/account")

# What user agents call themselves: the first mark that is found counts, as most carry their ancestors' too.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_MAX_UNKNOWN = 60

Who = Annotated[SignedIn, Depends(current)]


class Registration(BaseModel):
    """A new passkey, in the JSON form of `PublicKeyCredential`, and what its owner calls it."""

    credential: dict[str, Any]
    name: str


def browser_name(user_agent: str) -> str:
    """A browser and its system as people call them; what is unknown, as it names itself."""
    found = (
        next((name for mark, name in table if mark in user_agent), None) for table in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name) or user_agent[:_MAX_UNKNOWN]


@router.get("")
async def account_page(request: Request, who: Who) -> Response:
    """The account's page."""
    async with container_of(request).db.system_uow() as uow:
        keys = await community.passkeys(uow, who.account_id)
        sessions = await community.sessions(uow, who)
    context = {
        "who": who,
        "passkeys": keys,
        "sessions": [(each, browser_name(each.user_agent)) for each in sessions],
    }
    return pages(request).page(request, "auth/account.html", context)


@router.post("/name")
async def rename(request: Request, who: Who, name: Annotated[str, Form()]) -> Response:
    """Change one's name."""
    async with container_of(request).db.system_uow() as uow:
        await community.rename_account(uow, who.account_id, name)
    return _back()


@router.post("/creator")
async def choose_creator(
    request: Request, who: Who, creator_id: Annotated[RowId, Form()], back: Annotated[str, Form()] = ""
) -> Response:
    """Work for another of one's creators, and go on at `back`; the cookie changes with what it may do."""
    async with container_of(request).db.system_uow() as uow:
        session = await community.choose_creator(uow, who, creator_id)
    response = RedirectResponse(inside(back), 303)
    keep_session(request, response, session)
    return response


@router.post("/passkeys/options")
async def ask_to_register(request: Request, who: Who) -> Response:
    """A challenge for a new passkey."""
    party, challenge = passkeys.party_of(request), generate_challenge()
    secret = ids.token()
    async with container_of(request).db.system_uow() as uow:
        await community.put_challenge(uow, secret, challenge, who.account_id)
        account = await community.get_account(uow, who.account_id)
        known = await community.passkeys(uow, who.account_id)
    response = JSONResponse(passkeys.ask_to_register(party, account, known, challenge))
    begin(request, response, secret)
    return response


@router.post("/passkeys")
async def add_passkey(request: Request, who: Who, answer: Registration) -> Response:
    """Keep a new passkey. The challenge is gone by this, whatever comes of it."""
    party, db = passkeys.party_of(request), container_of(request).db
    async with db.system_uow() as uow:
        challenge = await community.take_challenge(uow, secret_of(request), who.account_id)
    made = passkeys.check_registration(answer.credential, challenge, party)
    async with db.system_uow() as uow:
        await community.add_passkey(
            uow,
            who.account_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=answer.name,
        )
        session = await community.rotate_session(uow, who)
    response = JSONResponse({"to": "/account"})
    keep_session(request, response, session)
    return response


@router.post("/passkeys/{passkey_id}/remove")
async def remove_passkey(request: Request, who: Who, passkey_id: RowId) -> Response:
    """Forget one of one's passkeys."""
    async with container_of(request).db.system_uow() as uow:
        await community.remove_passkey(uow, who.account_id, passkey_id)
    return _back()


@router.post("/sessions/{session_id}/end")
async def end_session(request: Request, who: Who, session_id: RowId) -> Response:
    """Sign one of one's browsers out."""
    async with container_of(request).db.system_uow() as uow:
        await community.end_session(uow, who.account_id, session_id)
    return _back()


@router.post("/sessions/end")
async def end_sessions(request: Request, who: Who) -> Response:
    """Sign out everywhere, here too."""
    async with container_of(request).db.system_uow() as uow:
        await community.end_sessions(uow, who.account_id)
    response = RedirectResponse("/sign-in", 303)
    drop_session(request, response)
    return response


def _back() -> Response:
    return RedirectResponse("/account", 303)
