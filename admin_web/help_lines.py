"""Lines of help: what the avatars name to fans who may harm themselves, as the fans read it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web.place import CreatorDesk, Desk, ViewerDesk
from admin_web.ports import container_of
from kernel.clock import now
from kernel.errors import BadInput
from kernel.i18n import said, tell
from kernel.lang import DEFAULT, SUPPORTED, native_name
from kernel.web import page_lang, pages, told
from persona_engine.errors import BadLine, NoSuchLine
from persona_engine.service import crisis, help_lines

router = APIRouter(prefix="/@{slug}/boundaries/help")

_FIELDS: Final = ("name", "country", "phone", "sms", "url", "source", "checked")
_LANGUAGES: Final = tuple((tag, native_name(tag)) for tag in SUPPORTED)
_EASTMOST: Final = timedelta(hours=14)

Key = Annotated[str, Form(max_length=40)]


def _today() -> date:
    """The latest day that it is anywhere: nobody's today is still to come."""
    return (now() + _EASTMOST).date()


@router.get("")
async def help_page(
    request: Request,
    desk: ViewerDesk,
    country: Annotated[str, Query(max_length=2)] = "",
    spoken: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Every line, and the text that a fan of a country and a language would read."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        lines = await help_lines.listed(uow)
    today, known = _today(), help_lines.countries(page_lang(request))
    there = country if country in known else None
    heard = spoken if spoken in SUPPORTED else (*desk.avatar.languages, DEFAULT)[0]
    fitting = crisis.fitting([each.line for each in lines if each.on], heard, there)
    context = {
        "desk": desk,
        "own": [each for each in lines if each.shipped is None],
        "shipped": [each for each in lines if each.shipped],
        "countries": known,
        "named": _LANGUAGES,
        "country": there or "",
        "spoken": heard,
        "text": crisis.text(heard, there and f"{heard}-{there}", fitting),
        "fitting": len(fitting),
        "most": crisis.MOST_NAMED,
        "today": today,
        "old": sum(each.on and each.line.old(today) for each in lines),
        "saved": "saved" in request.query_params,
    }
    return pages(request).page(request, "boundaries/help.html", context)


@router.get("/edit")
async def edit_page(
    request: Request, desk: CreatorDesk, line: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """A line as a form; without one, a new one.

    Raises:
        NoSuchLine: it isn't there any more.
    """
    if not line:
        return _form(request, desk, help_lines.LineForm())
    async with container_of(request).db.uow(desk.creator_id) as uow:
        known = await help_lines.find(uow, line)
    return _form(request, desk, help_lines.LineForm.of(known.line), key=line, on=known.on)


@router.post("/edit")
async def edit(request: Request, desk: CreatorDesk) -> Response:
    """Keep a line. What can't be kept stands in the form as it was written, with what to do beside it."""
    given = await request.form()
    key, on = str(given.get("line", "")), bool(given.get("on"))
    texts = {name: str(given.get(name, "")) for name in _FIELDS}
    form = help_lines.LineForm(languages=tuple(map(str, given.getlist("languages"))), **texts)
    try:
        line = help_lines.checked(form, _today())
        async with container_of(request).db.uow(desk.creator_id) as uow:
            await help_lines.save(uow, line, on=on, key=key)
    except BadLine as error:
        wrong = {field: told(request, each) for field, each in error.wrong.items()}
        return _form(request, desk, form, key=key, on=on, error=told(request, error), wrong=wrong)
    except NoSuchLine:
        gone = said("This line was deleted meanwhile. Save it once more, and it is a new one.")
        return _form(request, desk, form, on=on, error=tell(page_lang(request), gone), status=409)
    except BadInput as error:
        return _form(request, desk, form, key=key, on=on, error=told(request, error))
    return _back(desk)


@router.post("/switch")
async def switch(
    request: Request, desk: CreatorDesk, line: Key, on: Annotated[bool, Form()] = False
) -> Response:
    """Name a line to fans, or don't."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await help_lines.switch(uow, line, on=on)
    return _back(desk)


@router.post("/remove")
async def remove(request: Request, desk: CreatorDesk, line: Key) -> Response:
    """Delete a line, or have the one that came with the package again."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        await help_lines.remove(uow, line)
    return _back(desk)


def _back(desk: Desk) -> Response:
    return RedirectResponse(f"{desk.base}/boundaries/help?saved=1", 303)


def _form(
    request: Request,
    desk: Desk,
    form: help_lines.LineForm,
    *,
    key: str = "",
    on: bool = True,
    error: str = "",
    wrong: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    context: dict[str, Any] = {
        "desk": desk,
        "form_of": form,
        "key": key,
        "on": on,
        "error": error,
        "wrong": wrong or {},
        "countries": help_lines.countries(page_lang(request)),
        "named": _LANGUAGES,
    }
    return pages(request).page(request, "boundaries/help_edit.html", context, status=status if error else 200)
