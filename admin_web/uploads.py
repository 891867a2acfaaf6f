"""Files that a browser hands in: each is the body of a request of its own, so that each shows its progress,
fails alone and may be as large as the settings allow.
"""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from admin_web.place import CreatorDesk
from admin_web.ports import container_of
from kernel.errors import TooLarge
from kernel.i18n import translator
from kernel.web import page_lang, pages
from memory import service as memory
from memory.types import Added

router = APIRouter(prefix="/@{slug}/knowledge")

# What the framework lets through; the settings' own limit is kept while the bytes are stored.
_ANY_SIZE: Final = 1 << 50


@router.post("/files", max_body_size=_ANY_SIZE)
async def upload(
    request: Request,
    desk: CreatorDesk,
    name: Annotated[str, Query(max_length=500)],
    tier: Annotated[str, Query(max_length=120)] = "",
    licence: Annotated[str, Query(max_length=120)] = "",
    author: Annotated[str, Query(max_length=120)] = "",
    channel: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Store one file and have it imported; its row comes back. The same content again is the same item.

    `author` and `channel` are for a chat's export: whose messages count, and the channel's public name.

    The header `x-known` says where it was here already, and who sees it now, or that another of its name is
    here: a sentence, percent-encoded.
    """
    container = container_of(request)
    limit = container.settings.max_upload_mb << 20
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge("The file is larger than {limit} MB.", limit=limit >> 20)  # before any of it is stored
    stored = await container.files.save(desk.creator_id, request.stream(), limit=limit)
    async with container.db.uow(desk.creator_id) as uow:
        added = await memory.add_file(
            uow,
            stored,
            name,
            licence=licence or None,
            tier=tier or None,
            author=author or None,
            channel=channel or None,
            files=container.files,
        )
        earlier = await memory.earlier(uow, added.source) if added.new else ()
    context = {"desk": desk, "items": [added.source], "known": None}
    told = told_earlier(request) if earlier else "" if added.new else told_known(request, added)
    headers = {"x-known": quote(told)} if told else {}
    return pages(request).page(request, "knowledge/_rows.html", context, headers=headers)


def told_known(request: Request, added: Added) -> str:
    """What is said of an item that was here already: that it was, and who sees it."""
    _ = translator(page_lang(request)).gettext
    tier = added.source.tier
    if added.tightened:
        return _("It is here already; now only “%(tier)s” sees it.") % {"tier": tier}
    if added.again and added.source.origin == "url":
        return _("It is here already, and is looked at again. Its row tells what is new.")
    if tier:
        return _("It is here already; only “%(tier)s” sees it, as before.") % {"tier": tier}
    return _("It is here already; everyone sees it, as before.")


def told_earlier(request: Request) -> str:
    """What is said of a new item whose name an earlier one has."""
    _ = translator(page_lang(request)).gettext
    return _("Added. An item of this name with other content is here too: delete it if this one replaces it.")
