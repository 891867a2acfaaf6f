"""Creators: making another of one's own beside those that are here, and deleting one, the demo or another."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import Context, keep_session, require, session_token
from admin_web.ports import container_of
from community import service as community
from community.errors import BadAvatar
from community.types import Role
from kernel.db import UnitOfWork
from kernel.errors import Conflict
from kernel.web import pages, told
from memory import service as memory

router = APIRouter(prefix="/creators")

Owner = Annotated[Context, Depends(require(Role.OWNER))]
_AT_ONCE: Final = 500


@router.get("/new", dependencies=[Depends(require(Role.OWNER))])
async def new_page(request: Request) -> Response:
    """The form of another creator."""
    return _form(request)


@router.post("/new")
async def create(request: Request, who: Owner, name: Annotated[str, Form()]) -> Response:
    """Make a creator that this account owns, and go on to its first avatar."""
    try:
        async with container_of(request).db.system_uow() as uow:
            creator_id = await community.create_creator(uow, name)
            await community.add_member(uow, creator_id, who.signed_in.account_id, Role.OWNER)
            here = await community.signed_in(uow, session_token(request) or "")
            session = await community.choose_creator(uow, here, creator_id)
    except BadAvatar as error:
        return _form(request, name, told(request, error))
    response = RedirectResponse("/new", 303)
    keep_session(request, response, session)
    return response


@router.post("/delete")
async def delete(request: Request, who: Owner, name: Annotated[str, Form()]) -> Response:
    """Delete the creator that one works for, whose name is typed: all of it, in one transaction,
    after its bots were let go, as their tokens go with it."""
    if name.strip() != who.creator.name:
        raise Conflict("Nothing was deleted: type the creator's name exactly as it stands there.")
    if len(who.signed_in.creators) < 2:
        raise Conflict("Make another creator first: somebody has to be left to work for.")
    container = container_of(request)
    await container.telegram_joining.remove_all(who.creator.id)
    await container.discord_joining.remove_all(who.creator.id)
    async with container.db.system_uow() as uow:
        slugs = await community.retire_creator(uow, who.creator.id)
        await uow.become(who.creator.id)
        await _erase_content(uow)
    for slug in slugs:
        container.webchat.forget(slug)
    return RedirectResponse("/", 303)


async def _erase_content(uow: UnitOfWork) -> None:
    """Have everything erased that this creator has imported."""
    while items := (await memory.list_sources(uow, size=_AT_ONCE)).items:
        await memory.delete(uow, [each.id for each in items])


def _form(request: Request, name: str = "", error: str = "") -> Response:
    context = {"name": name, "error": error}
    return pages(request).page(request, "new_creator.html", context, status=422 if error else 200)
