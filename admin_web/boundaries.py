"""Boundaries: the creator's rules by kind, their history, a tester, and what a rule would have stopped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_web import stopped, versions
from admin_web.asked import AboutMessage, AboutTried, about
from admin_web.place import CreatorDesk, Desk, ModeratorDesk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.ids import token
from kernel.lang import SUPPORTED, base
from kernel.web import page_lang, pages
from memory import service as memory
from persona_engine import service as persona
from persona_engine.errors import BadCard
from persona_engine.service import PersonaContext, boundaries, models

router = APIRouter(prefix="/@{slug}/boundaries")
router.include_router(versions.routes("boundaries", boundaries.kept))

_REPLAYED: Final = 500
_SHOWN: Final = 50
_LONGEST: Final = 2_000

Text = Annotated[str, Form(max_length=40_000)]


@router.get("")
async def boundaries_page(request: Request, desk: ViewerDesk) -> Response:
    """The rules in force, and every version."""
    return pages(request).page(request, "boundaries.html", await _context(request, desk))


async def _context(request: Request, desk: Desk) -> dict[str, Any]:
    async with container_of(request).db.uow(desk.creator_id) as uow:
        kept = await boundaries.kept.all(uow, desk.avatar.id)
        connected = await models.named(uow)
        counts = await stopped.counted(uow, desk.avatar.id)
    rules = kept[0].document.rules
    return {
        "desk": desk,
        "current": kept[0],
        "versions": kept,
        "kinds": [(kind.value, [rule for rule in rules if rule.kind is kind]) for kind in boundaries.Kind],
        "connected": bool(connected),
        "stopped": counts,
        "days": stopped.DAYS,
        "saved": "saved" in request.query_params,
    }


@router.get("/edit")
async def edit_page(
    request: Request,
    desk: CreatorDesk,
    rule: Annotated[str, Query(max_length=40)] = "",
    message: AboutMessage = None,
    tried: AboutTried = None,
) -> Response:
    """A rule as a form; without a rule, a new one. What should have been stopped stands among its examples.

    Raises:
        NoSuchMessage, NoSuchTrial: what was asked isn't there any more.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        missed = await about(uow, desk, message, tried)
    of = f"message={message}" if message else f"tried={tried}" if tried else ""
    found = now.document.rule(rule) or boundaries.Rule("", boundaries.Kind.FORBIDDEN, "")
    if missed:
        example = boundaries.as_text(missed.text)
        found = replace(found, examples=tuple(dict.fromkeys((*found.examples, example))))
    context = {
        "desk": desk, "rule": found, "version": now.version, "missed": missed and missed.text, "of": of,
        "wanting": await run_in_threadpool(_wanting, found, desk.avatar.languages or SUPPORTED),
        "others": [each for each in now.document.rules if each.id != found.id],
    }  # fmt: skip
    return pages(request).page(request, "boundaries/edit.html", context)


def _wanting(rule: boundaries.Rule, languages: Sequence[str]) -> list[str]:
    """In which languages a rule by examples holds surely only with one of its own, and has none."""
    own = {base(memory.detect(each, SUPPORTED).lang) for each in rule.examples}
    return [lang for lang in languages if not memory.glossed(base(lang)) and base(lang) not in own]


def _written(
    rule_id: str, kind: str, name: str, phrases: str, examples: str, exceptions: str, on: bool
) -> boundaries.Rule:
    """The rule that a form holds.

    Raises:
        BadCard: it can't be used; says why.
    """
    if kind not in [each.value for each in boundaries.Kind]:
        raise BadCard("Choose what the boundary does.")
    said, like, unlike = (tuple(text.splitlines()) for text in (phrases, examples, exceptions))
    return boundaries.checked(boundaries.Rule(rule_id, boundaries.Kind(kind), name, said, like, unlike, on))


@router.post("/edit")
async def edit(
    request: Request,
    desk: CreatorDesk,
    based_on: Annotated[int, Form()],
    rule: Annotated[str, Form(max_length=40)] = "",
    kind: Annotated[str, Form()] = "",
    name: Text = "",
    phrases: Text = "",
    examples: Text = "",
    exceptions: Text = "",
    on: Annotated[bool, Form()] = False,
    message: AboutMessage = None,
    tried: AboutTried = None,
) -> Response:
    """Put a rule in force, in a new version of them all. What of it is left as a fan wrote it, is theirs.

    Raises:
        NoSuchMessage, NoSuchTrial: what should have been stopped isn't there any more.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        missed = await about(uow, desk, message, tried)
        if missed and missed.message_id:
            await boundaries.said_by_fan(uow, desk.avatar.id, missed.message_id, missed.text)
        known = now.document.rule(rule)
        written = _written(known.id if known else token(6), kind, name, phrases, examples, exceptions, on)
        if known:
            written = replace(written, until=known.until)
        elif len(now.document.rules) >= boundaries.MOST_RULES:
            raise BadCard("There are as many boundaries as an avatar can have. Delete one first.")
        await boundaries.kept.save(
            uow, desk.avatar.id, now.document.with_rule(written), based_on=based_on, note=written.name
        )
    return RedirectResponse(f"{desk.base}/boundaries?saved=1", 303)


@router.post("/tried")
async def tried(
    request: Request,
    desk: CreatorDesk,
    kind: Annotated[str, Form()] = "",
    name: Text = "",
    phrases: Text = "",
    examples: Text = "",
    exceptions: Text = "",
) -> Response:
    """What a rule, as it stands in the form, would have done to the last messages and what they were told."""
    rule = _written("tried", kind, name or "–", phrases, examples, exceptions, True)
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        recent = await conversation.last_asked(uow, desk.avatar.id, limit=_REPLAYED)
        own = await boundaries.own_words(uow, container.guard)
    rules = boundaries.Boundaries((rule,))
    if rule.kind is boundaries.Kind.PROMISE:
        # It is the avatar that never promises: what it has said is held against the rule.
        recent = tuple(each for each in recent if each.answer)
        said = await run_in_threadpool(lambda: [_heard(each.answer or "") for each in recent])
        verdicts = await container.guard.given_all(said, rules, own=own)
    else:
        asked = await run_in_threadpool(lambda: [_heard(each.text) for each in recent])
        verdicts = await container.guard.judge_all(asked, rules, own=own)
        verdicts = await _with_quotes(request, desk, rules, [each.id for each in recent], verdicts)
    stopped = [
        (message, verdict)
        for message, verdict in zip(recent, verdicts, strict=True)
        if verdict.rule and not (message.outcome or "").startswith(("smalltalk", "command"))
    ]
    context = {"desk": desk, "asked": len(recent), "count": len(stopped), "stopped": stopped[:_SHOWN]}
    context["promise"] = rule.kind is boundaries.Kind.PROMISE
    context["answered"] = sum(_was_answered(message.outcome or "") for message, _ in stopped)
    return pages(request).page(request, "boundaries/_tried.html", context)


def _was_answered(outcome: str) -> bool:
    return outcome in ("quoted", "drafted") or outcome.startswith("taught:")


async def _with_quotes(
    request: Request,
    desk: Desk,
    rules: boundaries.Boundaries,
    messages: Sequence[int],
    verdicts: Sequence[boundaries.Verdict],
) -> list[boundaries.Verdict]:
    """The verdicts on messages; where one passes, that on what it was answered with, in its surroundings."""
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        await boundaries.fit(uow, container.guard, desk.avatar.id)
        traces = await persona.traces_of(uow, messages)
        quoted = {each: persona.quotes(found.trace) for each, found in traces.items()}
        passages = await memory.passages_of(uow, [each for said in quoted.values() for each, _ in said])
    # These rules have no version yet, and are like no other's.
    context = PersonaContext(desk.avatar, None, rules, hash(rules))
    found: list[boundaries.Verdict] = []
    for message, verdict in zip(messages, verdicts, strict=True):
        for passage, quote in quoted.get(message, ()):
            if not verdict.stops and passage in passages:
                verdict = await persona.kept_back(container.guard, context, passages[passage], quote)
        found.append(verdict)
    return found


def _heard(text: str) -> tuple[str, str]:
    """A message as boundaries see it, and its language."""
    said = boundaries.readable(text)[:_LONGEST]
    return said, memory.detect(said, SUPPORTED).lang


@router.post("/test")
async def test(
    request: Request, desk: ModeratorDesk, text: Annotated[str, Form(max_length=_LONGEST)]
) -> Response:
    """What would become of a message, and by which rule."""
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        await boundaries.fit(uow, container.guard, desk.avatar.id)
        connected = await models.named(uow)
    said = boundaries.readable(text)
    found = memory.detect(said, desk.avatar.languages or SUPPORTED, known=SUPPORTED)
    whole = PersonaContext(desk.avatar, None, now.document, now.version, connected)
    verdict, talk = await persona.falls_under(container.guard, whole, said, found.lang)
    opinion = None
    if not verdict.stops and not talk:
        opinion = await container.judge.opinion(said, whole)
    if opinion and opinion.rule:
        verdict = opinion.verdict
    told = persona.told(opinion.step(said), page_lang(request)).reason if opinion else ""
    context = {"desk": desk, "heard": found.lang, "verdict": verdict, "opinion": told, "talk": talk}
    return pages(request).page(request, "boundaries/_tested.html", context)


@router.post("/switch")
async def switch(
    request: Request,
    desk: CreatorDesk,
    rule: Annotated[str, Form()],
    based_on: Annotated[int, Form()],
    on: Annotated[bool, Form()] = False,
) -> Response:
    """Switch a rule on or off."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        known = now.document.rule(rule)
        if known:
            altered = now.document.with_rule(replace(known, on=on))
            await boundaries.kept.save(uow, desk.avatar.id, altered, based_on=based_on, note=known.name)
    return RedirectResponse(f"{desk.base}/boundaries?saved=1", 303)


@router.post("/judged")
async def judged(
    request: Request, desk: CreatorDesk, based_on: Annotated[int, Form()], on: Annotated[bool, Form()] = False
) -> Response:
    """Have a connected model read along, or no longer."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        altered = replace(now.document, judged=on)
        await boundaries.kept.save(uow, desk.avatar.id, altered, based_on=based_on)
    return RedirectResponse(f"{desk.base}/boundaries?saved=1", 303)


@router.post("/delete")
async def delete(
    request: Request, desk: CreatorDesk, rule: Annotated[str, Form()], based_on: Annotated[int, Form()]
) -> Response:
    """Delete a rule; earlier versions keep it."""
    async with container_of(request).db.uow(desk.creator_id) as uow:
        now = await boundaries.kept.current(uow, desk.avatar.id)
        known = now.document.rule(rule)
        if known:
            left = now.document.without(rule)
            await boundaries.kept.save(uow, desk.avatar.id, left, based_on=based_on, note=f"− {known.name}")
    return RedirectResponse(f"{desk.base}/boundaries?saved=1", 303)


@router.post("/exception")
async def exception(
    request: Request,
    desk: CreatorDesk,
    rule: Annotated[str, Form()],
    message: AboutMessage = None,
    tried: AboutTried = None,
) -> Response:
    """Let through what a rule stopped wrongly.

    Raises:
        NoSuchMessage, NoSuchTrial: what was stopped isn't there any more.
    """
    async with container_of(request).db.uow(desk.creator_id) as uow:
        if asked := await about(uow, desk, message, tried):
            texts, out_of = asked.stopped_by(rule)
            await boundaries.add_exceptions(uow, desk.avatar.id, rule, texts, message_id=out_of)
    return RedirectResponse(f"{desk.base}/boundaries?saved=1", 303)
