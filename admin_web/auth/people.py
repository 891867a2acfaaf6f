"""A creator's people: who they are, inviting them, their roles."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import RowId, keep_session
from admin_web.place import AtDesk, CreatorDesk, Desk
from admin_web.ports import container_of
from community import service as community
from community.types import Role
from kernel.web import pages

router = APIRouter(prefix="/@{slug}/people")

OwnerDesk = Annotated[Desk, Depends(AtDesk(Role.OWNER))]


@router.get("")
async def people_page(request: Request, desk: CreatorDesk) -> Response:
    """Everybody who has a role with this creator."""
    async with container_of(request).db.system_uow() as uow:
        members = await community.members(uow, desk.creator_id)
    context = {"desk": desk, "members": members, "roles": tuple(Role)}
    return pages(request).page(request, "auth/people.html", context)


@router.post("")
async def invite(
    request: Request, desk: OwnerDesk, name: Annotated[str, Form()], role: Annotated[Role, Form()]
) -> Response:
    """Make an account with a role, and show its invitation, this once."""
    async with container_of(request).db.system_uow() as uow:
        token = await community.invite(uow, desk.creator_id, name, role)
    return _link(request, desk, name, token, invitation=True)


@router.post("/{account_id}/link")
async def new_link(request: Request, desk: OwnerDesk, account_id: RowId) -> Response:
    """Another sign-in link for somebody who has lost theirs, shown this once."""
    async with container_of(request).db.system_uow() as uow:
        token = await community.member_link(uow, desk.creator_id, account_id)
        link = await community.look_at_link(uow, token)
    return _link(request, desk, link.account_name, token, invitation=link.invitation)


@router.post("/{account_id}/role")
async def set_role(
    request: Request, desk: OwnerDesk, account_id: RowId, role: Annotated[Role, Form()]
) -> Response:
    """Give somebody another role: their browsers are signed out. One's own stays, under a new cookie."""
    own = account_id == desk.who.signed_in.account_id
    async with container_of(request).db.system_uow() as uow:
        await community.set_role(
            uow,
            desk.creator_id,
            account_id,
            role,
            keep_session=desk.who.signed_in.session_id if own else None,
        )
        session = await community.rotate_session(uow, desk.who.signed_in) if own else None
    response = RedirectResponse("/" if own else f"{desk.base}/people", 303)
    if session:
        keep_session(request, response, session)
    return response


@router.post("/{account_id}/remove")
async def remove(request: Request, desk: OwnerDesk, account_id: RowId) -> Response:
    """Take somebody's role away."""
    async with container_of(request).db.system_uow() as uow:
        await community.remove_member(uow, desk.creator_id, account_id)
    own = account_id == desk.who.signed_in.account_id
    return RedirectResponse("/" if own else f"{desk.base}/people", 303)


def _link(request: Request, desk: Desk, name: str, token: str, *, invitation: bool) -> Response:
    context = {
        "desk": desk,
        "name": name,
        "url": f"{request.base_url}sign-in/{token}",
        "days": community.INVITATION_TTL.days if invitation else None,
        "minutes": int(community.LINK_TTL.total_seconds() // 60),
    }
    return pages(request).page(request, "auth/new_link.html", context)
