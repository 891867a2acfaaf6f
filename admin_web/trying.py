"""A test message of whoever is signed in, and what became of it: of each platform's page."""

from typing import Annotated, Final, Protocol

from fastapi import Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import Desk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.chat import Outbound
from kernel.i18n import said, translator
from kernel.ids import token
from kernel.web import page_lang, pages

Key = Annotated[str, Path(pattern="^[\\w-]{1,20}$")]
_KEY_BYTES: Final = 9
_TEST: Final = said("This is a test of yours from the admin web: {name} can write to you here.")


class Connected(Protocol):
    """What an avatar is on a platform."""

    @property
    def connection_id(self) -> int:
        """Its connection."""
        ...

    @property
    def state(self) -> str:
        """ "active", or why nothing is sent there."""
        ...


async def send_test(request: Request, desk: Desk, to: Connected, chat: str, page: str) -> Response:
    """Send a test to a private chat, and go back to the page, which asks what becomes of it."""
    key, lang = token(_KEY_BYTES), page_lang(request)
    message = Outbound(translator(lang).gettext(_TEST).format(name=desk.avatar.name), lang)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await conversation.deliveries.send_to(uow, to.connection_id, chat, message, f"test:{key}")
    return RedirectResponse(f"{page}?test={key}#test", 303)


async def fate_of_test(request: Request, desk: Desk, to: Connected | None, key: str, page: str) -> Response:
    """What became of a test, for a page that asks again until that is known."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        found = await conversation.deliveries.fate(uow, f"test:{key}")
    context = {
        "desk": desk,
        "here": page,
        "fate": found,
        "key": key,
        "stopped": to is None or to.state != "active",
    }
    return pages(request).page(request, "channels/_fate.html", context)
