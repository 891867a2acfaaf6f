"""Cards: what waits for a person, in the chats where the creator's people are, with buttons to decide.

A card goes to the chats that are the team's, else to each of its people in private. It is an outbound about
the fan's message, so it goes when that does; its buttons are orders (`orders.py`). Once somebody has decided,
wherever that was, every card of it says who, and has no buttons any more.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from community import service as community
from conversation import cards_repository, repository
from conversation.amending import amend
from conversation.splitting import fitted
from conversation.types import OUTBOUND_CHANNEL
from kernel.chat import CAPABILITIES, Button, Citation, Outbound, units
from kernel.db import UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, normalise
from persona_engine.service import Reply, boundaries

CARD: Final = "card"
"""What is `by` nobody but stands for the team: `Outbound.by` of a card."""

_QUESTION: Final = 300
_DRAFT: Final = 1_200
"""UTF-16 code units, so that a card is one message on every platform; the web shows all of it."""

_ORDERS: Final = {"send": "approve", "edit": "edit", "drop": "reject", "take": "takeover", "back": "release"}


async def reply_waits(
    uow: UnitOfWork, avatar_id: int, thread_id: int, message_id: int, approval_id: int, reason: str,
    reply: Reply,
) -> None:  # fmt: skip
    """Show a reply that waits for a person, or (`reason` shadow) is only suggested."""
    question = await repository.text_of(uow, message_id)
    rule = await _rule(uow, avatar_id, reply.outcome)

    def made(lang: str, who: dict[str, Any]) -> Outbound:
        sure = "" if reply.confidence is None else t(lang, "card.sure", percent=round(reply.confidence * 100))
        key = "card.suggested" if reason == "shadow" else "card.waits"
        why = (t(lang, f"card.why.{reason}"), sure, t(lang, "card.rule", rule=rule) if rule else "")
        return _card(
            lang,
            "waits",
            notice=f"{t(lang, key, id=approval_id, **who)} {' '.join(filter(None, why))}",
            question=question,
            text="\n\n".join(part.text for part in reply.parts),
            citations=[each for part in reply.parts for each in part.citations],
            buttons=_buttons(lang, ("send", "edit", "drop", "take"), str(approval_id)),
        )

    await _show(uow, avatar_id, thread_id, message_id, _of_reply(approval_id), made)


async def person_wanted(
    uow: UnitOfWork, avatar_id: int, thread_id: int, message_id: int, outcome: str = ""
) -> None:
    """Show that a thread is left to a person: by a boundary (`outcome`), or since its fan wants one."""
    question = await repository.text_of(uow, message_id)
    rule = await _rule(uow, avatar_id, outcome)

    def made(lang: str, who: dict[str, Any]) -> Outbound:
        why = t(lang, "card.rule", rule=rule) if rule else ""
        return _card(
            lang,
            "person",
            notice=" ".join(filter(None, (t(lang, "card.person", **who), why))),
            question=question,
            text="",
            buttons=_buttons(lang, ("take", "back"), f"t{thread_id}"),
        )

    await _show(uow, avatar_id, thread_id, message_id, f"card:person:{thread_id}:{message_id}", made)


async def flagged(uow: UnitOfWork, outbound_id: int) -> None:
    """Show an answer that its fan found wrong, once."""
    row = await cards_repository.flagged(uow, outbound_id)
    if row is None:
        return
    answer = Outbound.from_json(row.payload)

    def made(lang: str, who: dict[str, Any]) -> Outbound:
        return _card(
            lang,
            "flag",
            notice=f"⚑ {t(lang, 'card.flagged', **who)}",
            question=row.question,
            text=answer.text,
            citations=answer.citations,
            buttons=_buttons(lang, ("take",), f"t{row.thread_id}"),
        )

    name = f"card:flag:{row.thread_id}:{row.message_id}"
    await _show(uow, row.avatar_id, row.thread_id, row.message_id, name, made)


async def decided(uow: UnitOfWork, approval_id: int, how: str, by: str = "", final: str = "") -> None:
    """Say on a reply's cards how it was decided, and by whom: sent, edited, dropped, taken, expired, changed.

    `final` is what was sent in place of the draft.
    """
    await _settle(uow, _of_reply(approval_id), how, by, final)


async def taken(uow: UnitOfWork, thread_id: int, by: str) -> None:
    """Say on the cards about a thread that somebody has it now."""
    for kind in ("person", "flag"):
        await _settle(uow, f"card:{kind}:{thread_id}", "taken", by)


async def given_back(uow: UnitOfWork, thread_id: int, by: str = "") -> None:
    """Say on the cards about a thread that waited for a person that the avatar answers there again.

    `by` is who of the team wanted that; nobody, where its fan went back.
    """
    await _settle(uow, f"card:person:{thread_id}", "back" if by else "left", by)


def _of_reply(approval_id: int) -> str:
    return f"card:reply:{approval_id}"


async def _rule(uow: UnitOfWork, avatar_id: int, outcome: str) -> str:
    """What the boundary is called that an outcome names; empty where it names none."""
    kind, _, number = outcome.partition(":")
    if kind not in ("forbidden", "handover", "only", "promise") or not number:
        return ""
    kept = await boundaries.kept.current(uow, avatar_id)
    return next((rule.name for rule in kept.document.rules if rule.id == number), number)


def _buttons(lang: str, names: Sequence[str], number: str) -> tuple[Button, ...]:
    return tuple(Button(t(lang, f"card.{name}"), text=f"/{_ORDERS[name]} {number}") for name in names)


def _card(
    lang: str,
    what: str,
    *,
    notice: str,
    question: str,
    text: str,
    buttons: tuple[Button, ...],
    citations: Sequence[Citation] = (),
) -> Outbound:
    return Outbound(
        _cut(text, _DRAFT), lang, citations=tuple(citations), buttons=buttons, notice=notice,
        quote=_cut(question, _QUESTION), by=CARD, judged=False, card=what,
    )  # fmt: skip


def _cut(text: str, most: int) -> str:
    """A text of at most so many UTF-16 code units."""
    if units(text) <= most:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


async def _show(
    uow: UnitOfWork, avatar_id: int, thread_id: int, message_id: int, name: str, made: Any
) -> None:
    """Queue a card, as `made` in a place's language, wherever the avatar's people read cards."""
    places = [
        each
        for each in await cards_repository.places(uow, avatar_id, list(CAPABILITIES))
        if each.thread_id != thread_id
    ]
    if not places:
        return
    avatar = await community.get_avatar(uow, avatar_id)
    about = await cards_repository.about(uow, thread_id)
    who: dict[str, Any] = {
        "name": about.fan_name or f"#{about.fan_id}",
        "platform": about.platform.capitalize(),
    }
    for place in places:
        lang = normalise(place.lang) or avatar.languages[0] or DEFAULT
        where = f"t{place.thread_id}" if place.thread_id else f"c{place.connection_id}/{place.chat_id}"
        (card, *_) = fitted([made(lang, who)], place.platform)
        await repository.add_outbound(
            uow,
            thread_id=place.thread_id,
            chat_id=place.chat_id,
            connection_id=place.connection_id,
            message_id=message_id,
            once=f"{name}:{where}",
            payload=card.to_json(),
            kind="staff",
        )
    await uow.notify(OUTBOUND_CHANNEL)


async def _settle(uow: UnitOfWork, name: str, how: str, by: str, final: str = "") -> None:
    for row in await repository.named(uow, name):
        card = Outbound.from_json(row.payload)
        if not card.buttons:
            continue
        told = t(card.lang, f"card.told.{how}", name=by)
        said = replace(
            card, text=_cut(final, _DRAFT) or card.text, notice=f"{card.notice}\n{told}", buttons=(),
            card=card.card and "done",
        )  # fmt: skip
        await amend(uow, row, said, platform=row.platform, once=f"{row.once}:told")
