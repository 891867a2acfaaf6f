"""Persona: who the avatar is and how it speaks, with samples while it is set, and its versions."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web import versions
from admin_web.place import CreatorDesk, Desk, ViewerDesk
from admin_web.ports import container_of
from kernel.db import UnitOfWork
from kernel.errors import BadInput
from kernel.lang import DEFAULT, names_apart
from kernel.web import page_lang, pages, told
from memory import service as memory
from memory.types import PassageInfo, SourceFilter, SourceState
from persona_engine.service import PersonaContext, boundaries, character, styles

router = APIRouter(prefix="/@{slug}/persona")
router.include_router(versions.routes("persona", character.kept))

_OFFERED: Final = 100
_SAMPLED: Final = 2
_LOOKED_AT: Final = 6  # some may be kept back
_SAYINGS: Final = ("greetings", "sign_offs", "no_answers")


@router.get("")
async def persona_page(request: Request, desk: ViewerDesk) -> Response:
    """The persona in force as a form, samples of it, and every version."""
    return pages(request).page(request, "persona.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        kept = await character.kept.all(uow, desk.avatar.id)
        readable = await memory.list_sources(uow, SourceFilter(state=SourceState.INDEXED), size=_OFFERED)
        known = await memory.knowledge(uow)
        offered = await _offered(request, uow, desk, kept[0].document, _sampled(request, desk))
    found = await _samples(request, offered, _sampled(request, desk))
    pointing = kept[0].document.guidance
    listed = {each.id: each.title for each in readable.items}
    return {
        "desk": desk,
        "character": kept[0].document,
        "version": kept[0].version,
        "versions": kept,
        "items": [*listed.items(), *((each, f"#{each}") for each in pointing.items if each not in listed)],
        "tiers": [(each, each) for each in dict.fromkeys((*known.tiers, *pointing.tiers))],
        "spoken": desk.avatar.languages or (DEFAULT,),
        "named": list(names_apart(desk.avatar.languages or (DEFAULT,), page_lang(request)).items()),
        "limits": character,
        "sampled": _sampled(request, desk),
        "samples": found,
        "said_in": _sampled(request, desk),
        "saved": "saved" in request.query_params,
        "error": "",
    }


def _sampled(request: Request, desk: Desk) -> str:
    """The language that samples begin with."""
    spoken = desk.avatar.languages or (DEFAULT,)
    return page_lang(request) if page_lang(request) in spoken else spoken[0]


@router.post("")
async def save(request: Request, desk: CreatorDesk, based_on: Annotated[int, Form()]) -> Response:
    """Put what was written in force, as a new version; what can't be is shown with its reason."""
    form = await request.form()
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        now = await character.kept.current(uow, desk.avatar.id)
        rules = await boundaries.kept.current(uow, desk.avatar.id)
        await boundaries.fit(uow, container.guard, desk.avatar.id)
    given = _written(form, now.document)
    try:
        written = character.checked(given)
        key = (desk.avatar.id, rules.version)
        await character.allowed(container.guard, written, rules.document, desk.avatar.creator_name, key=key)
        async with container.db.uow(desk.creator_id) as uow:
            await character.kept.save(
                uow, desk.avatar.id, written, based_on=based_on, note=str(form.get("note", ""))
            )
    except BadInput as error:
        altered = {"character": given, "version": based_on, "error": told(request, error)}
        context = await _context(request, desk) | altered
        return pages(request).page(request, "persona.html", context, status=422)
    return RedirectResponse(f"{desk.base}/persona?saved=1", 303)


@router.post("/samples")
async def samples(request: Request, desk: CreatorDesk) -> Response:
    """What the avatar would say with what stands in the form."""
    form = await request.form()
    asked = str(form.get("lang", ""))
    lang = asked if asked in desk.avatar.languages else _sampled(request, desk)
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await character.kept.current(uow, desk.avatar.id)
        who = character.checked(_written(form, now.document))
        offered = await _offered(request, uow, desk, who, lang)
    found = await _samples(request, offered, lang)
    context = {"desk": desk, "samples": found, "said_in": lang}
    return pages(request).page(request, "persona/_samples.html", context)


async def _offered(
    request: Request, uow: UnitOfWork, desk: Desk, who: character.Character, lang: str
) -> tuple[PersonaContext, list[PassageInfo]]:
    """What samples of a character are made of: the avatar as it stands, and what it could quote."""
    style = await styles.current(uow, desk.avatar.id)
    rules = await boundaries.kept.current(uow, desk.avatar.id)
    await boundaries.fit(uow, container_of(request).guard, desk.avatar.id)
    context = PersonaContext(desk.avatar, style.document, rules.document, rules.version, character=who)
    return context, await _passages(uow, lang)


async def _samples(
    request: Request, offered: tuple[PersonaContext, list[PassageInfo]], lang: str
) -> list[character.Sample]:
    """What would be said; of the content, what a fan would get."""
    context, passages = offered
    quotes = await character.quotable(container_of(request).guard, context, passages, _SAMPLED)
    avatar = context.avatar
    return character.samples(
        context.character, context.style, lang, quotes=quotes, slug=avatar.slug, creator=avatar.creator_name
    )


async def _passages(uow: UnitOfWork, lang: str) -> list[PassageInfo]:
    """The beginnings of a few items that everyone may see, those in a language first."""
    found = await memory.list_sources(uow, SourceFilter(state=SourceState.INDEXED), size=_OFFERED)
    public = [each for each in found.items if not each.tier and each.passages]
    public.sort(key=lambda each: each.lang != lang)
    lists = [await memory.passages(uow, each.id, size=1) for each in public[:_LOOKED_AT]]
    return [each for one in lists for each in one.items]


def _written(form: FormData, before: character.Character) -> character.Character:
    """The character as a form has it, not checked yet. What the form doesn't show stays."""

    def said(name: str) -> Mapping[str, str]:
        shown = {
            key.removeprefix(f"{name}."): str(text)
            for key, text in form.items()
            if key.startswith(f"{name}.")
        }
        return {**getattr(before, name), **shown}

    def number(name: str, otherwise: int) -> int:
        given = str(form.get(name, ""))
        return int(given) if given.isdecimal() and len(given) <= 9 else otherwise

    def lines(name: str) -> list[str]:
        return [line for line in str(form.get(name, "")).splitlines() if line.strip()]

    return replace(
        before,
        purpose=str(form.get("purpose", "")),
        description=str(form.get("description", "")),
        tone=character.Tone(**{name: number(name, at) for name, at in asdict(before.tone).items()}),
        strictness=_chosen(character.Strictness, form.get("strictness"), before.strictness),
        length=_chosen(character.Length, form.get("length"), before.length),
        instructions=tuple(lines("instructions")),
        guidance=character.Guidance(
            tuple(_link(line) for line in lines("links")),
            tuple(
                int(each) for each in map(str, form.getlist("items")) if each.isdecimal() and len(each) <= 18
            ),
            tuple(map(str, form.getlist("tiers"))),
            number("every", before.guidance.every),
        ),
        **{name: said(name) for name in _SAYINGS},
    )


def _link(line: str) -> character.Link:
    title, _, url = line.strip().rpartition(" ")
    return character.Link(title, url)


def _chosen(kind: Any, given: object, before: Any) -> Any:
    return kind(given) if given in list(kind) else before
