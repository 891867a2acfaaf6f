"""Setup: the steps from nothing to a live avatar, and who the avatar is."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Form, UploadFile
from PIL import Image, UnidentifiedImageError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.auth.deps import Context, require
from admin_web.place import CreatorDesk, Desk
from admin_web.ports import container_of
from admin_web.setup_questions import looked_at, questions
from admin_web.today import public_url
from community import service as community
from community.errors import BadAvatar
from community.types import AvatarInfo, Role
from conversation import service as conversation
from kernel import lang
from kernel.clock import now
from kernel.errors import BadInput, UnderstudyError
from kernel.files import StoredFile
from kernel.web import page_lang, pages, told
from memory import service as memory
from memory.types import SourceState

router = APIRouter()

PORTRAIT_BYTES: Final = 12 << 20
_MAX_PIXELS = 40_000_000
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg"}
_SAMPLES = 5
_MAX_SAMPLE = 200
# What letters of scripts are called that write their vowels, whose words can be spelt in Latin ones.
_SOUNDED = re.compile("DIGIT|LATIN|GREEK|CYRILLIC|ARMENIAN|GEORGIAN|HIRAGANA|KATAKANA|HANGUL")


@router.get("/@{slug}/setup")
async def setup_page(request: Request, desk: CreatorDesk) -> Response:
    """The steps, and the form of who the avatar is."""
    return pages(request).page(request, "setup.html", await _context(request, desk))


@router.post("/@{slug}/setup")
async def save(
    request: Request,
    desk: CreatorDesk,
    name: Annotated[str, Form()],
    time_zone: Annotated[str, Form()],
    languages: Annotated[list[str] | None, Form()] = None,
    consent: Annotated[str | None, Form()] = None,
    creator_name: Annotated[str | None, Form()] = None,
) -> Response:
    """Keep who the avatar is, and for whom it stands in; the taglines come one for each language."""
    form = await request.form()
    spoken = languages or []
    taglines = {tag: str(form.get(f"tagline_{tag}", "")) for tag in spoken}
    samples = {tag: _lines(str(form.get(f"samples_{tag}", ""))) for tag in spoken}
    try:
        async with container_of(request).db.uow(desk.creator_id) as uow:
            if creator_name is not None:
                await community.rename_creator(uow, creator_name)
            await community.update_avatar(
                uow,
                desk.avatar.id,
                name=name,
                time_zone=time_zone,
                languages=spoken,
                tagline=taglines,
                samples={tag: lines for tag, lines in samples.items() if lines},
                consent=consent,
            )
    except BadAvatar as error:
        context = await _context(request, desk) | {"error": told(request, error)}
        return pages(request).page(request, "setup.html", context, status=422)
    for each in request.state.avatars:
        container_of(request).webchat.forget(each.slug)
    return RedirectResponse(f"{desk.base}/setup?saved=1", 303)


@router.post("/@{slug}/setup/portrait", max_body_size=8 * PORTRAIT_BYTES)
async def set_portrait(request: Request, desk: CreatorDesk, portrait: UploadFile) -> Response:
    """Keep another picture, without what a camera wrote into it."""
    container = container_of(request)
    stored = await keep_picture(request, desk.creator_id, portrait)
    async with container.db.uow(desk.creator_id) as uow:
        await community.update_avatar(uow, desk.avatar.id, portrait=stored.sha256)
    return RedirectResponse(f"{desk.base}/setup?saved=1", 303)


@router.post("/@{slug}/setup/live")
async def set_live(request: Request, desk: CreatorDesk, live: Annotated[bool, Form()]) -> Response:
    """Open or close the avatar to fans."""
    if live and not desk.avatar.consent:
        raise BadInput("Say first whose likeness this is: that is the step “Consent”.")
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await community.update_avatar(uow, desk.avatar.id, live=live)
    container_of(request).webchat.forget(desk.avatar.slug)
    return RedirectResponse(f"{desk.base}/setup?saved=1", 303)


Creator = Annotated[Context, Depends(require(Role.CREATOR))]


@router.get("/new")
async def new_page(request: Request, who: Creator) -> Response:
    """The form of a creator's first avatar, and of further ones."""
    known = _named(who)
    return _new_form(request, who, known, known, _slug(known) if known else "")


def _named(who: Context) -> str:
    """The creator's name, once somebody has said it."""
    return "" if who.creator.name == community.UNNAMED else who.creator.name


def _new_form(
    request: Request,
    who: Context,
    creator_name: str,
    name: str,
    address: str,
    error: str = "",
    spoken: Sequence[str] = lang.SUPPORTED,
) -> Response:
    context = {
        **_choices(page_lang(request)),
        "creator_name": creator_name,
        "further": bool(request.state.avatars),
        "others": [each for each in who.signed_in.creators if each.id != who.creator.id],
        "owns": who.role is Role.OWNER,
        "name": name,
        "address": address,
        "spoken": spoken,
        "error": error,
    }
    return pages(request).page(request, "new.html", context, status=422 if error else 200)


@router.post("/new")
async def create(
    request: Request,
    who: Creator,
    name: Annotated[str, Form()],
    address: Annotated[str, Form()],
    time_zone: Annotated[str, Form()],
    languages: Annotated[list[str] | None, Form()] = None,
    creator_name: Annotated[str | None, Form()] = None,
) -> Response:
    """Make an avatar, of a creator who has a name."""
    called = _named(who) if creator_name is None else creator_name
    try:
        async with container_of(request).db.uow(who.creator.id) as uow:
            await community.rename_creator(uow, called)
            avatar = await community.create_avatar(
                uow, slug=address, name=name, languages=languages or [], time_zone=time_zone
            )
    except BadAvatar as error:
        return _new_form(request, who, called, name, address, told(request, error), languages or [])
    return RedirectResponse(f"/@{avatar.slug}/setup", 303)


def picture_type(path: Path) -> str:
    """The media type of a stored portrait."""
    with path.open("rb") as file:
        return "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    avatar = desk.avatar
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = await memory.knowledge(uow)
        chosen = await conversation.autonomy.chosen(uow, avatar.id)
        autonomy = await conversation.autonomy.settings(uow, avatar.id)
        looked = await looked_at(uow, avatar.id)
    return {
        **_choices(page_lang(request)),
        **await questions(request, desk),
        "avatar": avatar,
        "steps": _steps(avatar, known.states.get(SourceState.INDEXED, 0), looked, chosen),
        "mode": autonomy.mode_at(now()),
        "waiting": request.state.signs[avatar.id].waiting,
        "chat_url": public_url(request, desk),
        "error": "",
        "saved": "saved" in request.query_params,
    }


def _steps(avatar: AvatarInfo, items: int, looked: bool, chosen: bool) -> list[tuple[str, bool]]:
    return [
        ("who", bool(avatar.name and avatar.languages)),
        ("portrait", bool(avatar.portrait)),
        ("consent", bool(avatar.consent)),
        ("content", items > 0),
        ("autonomy", chosen),
        ("questions", looked),
        ("live", avatar.live),
    ]


def _choices(reader: str) -> dict[str, Any]:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return {
        "all_langs": [(tag, lang.native_name(tag)) for tag in lang.SUPPORTED],
        "zones": [*zones, "UTC"],
        "reader": reader,
    }


def _lines(text: str) -> list[str]:
    return [line.strip()[:_MAX_SAMPLE] for line in text.splitlines() if line.strip()][:_SAMPLES]


def _slug(name: str) -> str:
    """The address that a name suggests; empty where it is in a script whose sounds aren't told here.

    An address can't be changed, so that none is better than one that nobody would choose.
    """
    plain = re.sub("['’ʼ\N{COMBINING DOT ABOVE}]", "", unicodedata.normalize("NFC", name.casefold()))
    words = re.findall(r"\w+", plain)
    told = [memory.romanise(word) for word in words if _SOUNDED.match(unicodedata.name(word[0], ""))]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(told)).strip("-")[:40].strip("-")


async def keep_picture(request: Request, creator_id: int, upload: UploadFile) -> StoredFile:
    """Store a picture, without what a camera wrote into it.

    Raises:
        BadInput: it is none, or too large.
    """
    files = container_of(request).files
    folder = files.scratch()
    try:
        cleaned = await run_in_threadpool(_clean_picture, await upload.read(PORTRAIT_BYTES + 1), folder)
        return await run_in_threadpool(files.save_path, creator_id, cleaned)
    finally:
        await run_in_threadpool(_remove, folder)


def _clean_picture(data: bytes, folder: Path) -> Path:
    """The picture written anew: its pixels alone, so neither a place nor a payload comes along."""
    if len(data) > PORTRAIT_BYTES:
        raise BadInput("The picture is larger than 12 MB. Save it smaller and try again.")
    source = folder / "given"
    source.write_bytes(data)
    try:
        with Image.open(source, formats=list(_PICTURES)) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise BadInput("The picture has too many pixels. 2000 pixels on the longer side are plenty.")
            kind = "PNG" if picture.format == "PNG" else "JPEG"
            result = folder / "clean"
            picture.convert("RGB").save(result, kind, quality=92, optimize=True)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, UnderstudyError):
            raise
        raise BadInput("This isn't a picture that can be read. Use a PNG or a JPEG.") from error
    return result


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
