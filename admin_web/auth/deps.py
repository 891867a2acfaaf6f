"""What every route of the admin web asks first: who is signed in, and whether their role suffices.

A route that answers anybody depends on neither; the tests hold the list of those.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from admin_web.ports import container_of
from community import service as community
from community.types import CreatorInfo, NewSession, Role, SignedIn
from kernel import lang
from kernel.clock import now
from kernel.errors import NotAllowed, NotSignedIn
from kernel.i18n import PAGE_LANGS, Word

# A row's number: what doesn't fit the database's column is refused before it gets there.
RowId = Annotated[int, Field(ge=1, lt=1 << 63)]
SESSION_COOKIE: Final = "understudy_session"


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, for which creator, in which role."""

    signed_in: SignedIn
    creator: CreatorInfo

    @property
    def role(self) -> Role:
        """The role with that creator."""
        return self.creator.role


def cookie_name(request: Request, name: str = SESSION_COOKIE) -> str:
    """A cookie's name: under https with the prefix that has browsers hold it to this host alone."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def session_token(request: Request) -> str | None:
    """The session cookie, if the browser has one."""
    return request.cookies.get(cookie_name(request))


def set_cookie(request: Request, response: Response, name: str, value: str, until: datetime) -> None:
    """Give the browser a secret that scripts and other sites don't see."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max(0, int((until - now()).total_seconds())),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def keep_session(request: Request, response: Response, session: NewSession) -> None:
    """Give the browser the cookie of a session that was opened or rotated."""
    set_cookie(request, response, SESSION_COOKIE, session.token, session.expires_at)


def drop_session(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


async def visitor(request: Request) -> SignedIn | None:
    """Who is signed in, if anybody. A language chosen with this request is kept with their account."""
    token = session_token(request)
    if not token:
        return None
    try:
        async with container_of(request).db.system_uow() as uow:
            found = await community.signed_in(uow, token)
            chosen = lang.normalise(request.query_params.get("lang"))
            if chosen in PAGE_LANGS and chosen != found.language:
                await community.choose_language(uow, found.account_id, chosen)
    except NotSignedIn:
        return None
    request.state.signed_in = found
    request.state.reader_lang = found.language
    return found


async def admit(request: Request) -> None:
    """Let pass who is signed in, whoever they are: asked before a large body is read.

    Raises:
        HTTPException: nobody is signed in.
    """
    if await visitor(request) is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)


async def current(found: Annotated[SignedIn | None, Depends(visitor)]) -> SignedIn:
    """Who is signed in.

    Raises:
        NotSignedIn: nobody: a browser that reads a page is sent to sign in.
    """
    if found is None:
        raise NotSignedIn("Please sign in.")
    return found


def signed_in_of(request: Request) -> SignedIn | None:
    """Who is signed in, for templates: known once a route has asked by one of the dependencies."""
    return getattr(request.state, "signed_in", None)


@dataclass(frozen=True)
class Require:
    """A dependency that lets in who has at least this role with the creator that they work for."""

    role: Role

    async def __call__(self, signed_in: Annotated[SignedIn, Depends(current)]) -> Context:
        """Who asks, for which creator.

        Raises:
            NotSignedIn: nobody is signed in.
            NotAllowed: the role doesn't suffice, or there is none any more.
        """
        creator = signed_in.creator
        if creator is None:
            raise NotAllowed("You have no role here any more. Ask an owner to invite you.")
        if not creator.role.includes(self.role):
            raise NotAllowed(
                "This needs the role “{needed}”; yours is “{yours}”. Ask an owner.",
                needed=Word(self.role.capitalize()),
                yours=Word(creator.role.capitalize()),
            )
        return Context(signed_in, creator)


def require(role: Role) -> Require:
    """The dependency for a role: `who: Annotated[Context, Depends(require(Role.CREATOR))]`."""
    return Require(role)
