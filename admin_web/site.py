"""The admin's site: every router of this room, behind one guard."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from admin_web import (
    approvals,
    autonomy,
    boundaries,
    broadcasts,
    cards,
    channels,
    corrections,
    creators,
    discord,
    elsewhere,
    flagged,
    health,
    help_lines,
    in_chats,
    inbox,
    knowledge,
    models,
    moderation,
    moderation_rules,
    passages,
    persona,
    playground,
    privacy,
    setup,
    setup_questions,
    stopped,
    style,
    today,
    trials,
    unanswered,
    uploads,
)
from admin_web.auth import routes as auth
from admin_web.auth.deps import SESSION_COOKIE, admit, current
from admin_web.place import ViewerDesk, common, furnish
from admin_web.ports import Container, container_of
from community.types import SignedIn
from kernel.errors import NotFound
from kernel.web import Site, create_site, pages
from kernel.web.security import Guarding

__all__ = ["SESSION_COOKIE", "create"]

HERE = Path(__file__).parent
router = APIRouter()


def create(container: Container, guarding: Guarding) -> FastAPI:
    """The admin's application."""
    app = create_site(
        Site(
            name="Understudy",
            guarding=guarding,
            templates=[HERE / "templates", HERE / "auth" / "templates"],
            static={"admin": HERE / "static", "auth": HERE / "auth" / "static"},
            sign_in="/sign-in",
            common=common,
            dependencies=[Depends(furnish)],
            admit=admit,
        )
    )
    app.state.container = container
    auth.install(app)
    elsewhere.install(app)
    for room in (
        router,
        today.router,
        setup.router,
        setup_questions.router,
        knowledge.router,
        uploads.router,
        passages.router,
    ):
        app.include_router(room)
    app.include_router(approvals.router)
    app.include_router(inbox.router)
    app.include_router(in_chats.router)
    app.include_router(autonomy.router)
    app.include_router(broadcasts.router)
    app.include_router(channels.router)
    app.include_router(discord.router)
    app.include_router(models.router)
    app.include_router(creators.router)
    app.include_router(boundaries.router)
    app.include_router(help_lines.router)
    app.include_router(stopped.router)
    app.include_router(flagged.router)
    app.include_router(corrections.router)
    app.include_router(unanswered.router)
    app.include_router(persona.router)
    for room in (style.router, cards.router, playground.router, trials.router, health.router):
        app.include_router(room)
    app.include_router(privacy.router)
    app.include_router(moderation.router)
    app.include_router(moderation_rules.router)
    return app


@router.get("/")
async def first(request: Request, who: Annotated[SignedIn, Depends(current)]) -> Response:
    """The first page: today, of the first avatar."""
    if who.creator is None:
        return pages(request).page(request, "no_role.html", status=403)
    if not request.state.avatars:
        return RedirectResponse("/new", 303)
    return RedirectResponse(f"/@{request.state.avatars[0].slug}/today", 303)


@router.get("/@{slug}/portrait")
async def portrait(request: Request, desk: ViewerDesk) -> Response:
    """The avatar's picture."""
    if not desk.avatar.portrait:
        raise NotFound("There is no portrait.")
    path = container_of(request).files.path(desk.creator_id, desk.avatar.portrait)
    return FileResponse(
        path, media_type=setup.picture_type(path), headers={"cache-control": "private, max-age=86400"}
    )
