"""Appeals: who a case is about says in private what speaks against it, and a person decides."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from community import service as community
from conversation import service as conversation
from kernel.chat import Button, CommandCall, CommandRouter, Outbound
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from moderation import appeals_repository as repository
from moderation import cases, telling
from moderation import repository as orders
from moderation.cases import Place
from moderation.errors import NoSuchCase, NotUndone
from moderation.guarding import tell_team
from moderation.types import CaseInfo, Ended

_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Appeal:
    """What somebody says against a case.

    `state`: waiting, approving (the case is being taken back), approved, denied. `demo`: it is of one of the
    demo's scripted fans.
    """

    number: int
    name: str
    text: str
    state: str
    at: datetime
    decided_by: str = ""
    demo: bool = False


def router(db: Database) -> CommandRouter:
    """The command of fans."""
    commands = CommandRouter()

    async def appeal(call: CommandCall) -> Outbound:
        number, _, words = call.argument.partition(" ")
        bare = number.lstrip("#")
        async with db.uow(call.creator_id) as uow:
            if not (bare.isdecimal() and len(bare) < 10):
                return await _own(uow, call)
            try:
                case = await cases.get_case(uow, call.avatar_id, int(bare))
            except NoSuchCase:
                return _said(call, "appeal.none")
            # Whom it isn't about learns nothing of it, not even that it is there.
            if case.kind not in telling.APPEALABLE or not await repository.is_about(
                uow, case.id, call.fan_id
            ):
                return _said(call, "appeal.none")
            if not words.strip():
                return _how(call, case)
            return await _appeal(uow, call, case, words.strip()[:_LONGEST])

    commands.add("appeal", appeal, private=True)
    return commands


def _said(call: CommandCall, key: str) -> Outbound:
    return Outbound(t(call.lang, key), call.lang, judged=False)


def _how(call: CommandCall, case: CaseInfo) -> Outbound:
    """A case, and how to say something against it."""
    shown = telling.done(case, call.lang).text
    return Outbound(f"{shown}\n\n{t(call.lang, 'appeal.how', id=case.number)}", call.lang, judged=False)


async def _own(uow: UnitOfWork, call: CommandCall) -> Outbound:
    """The cases about whoever asks, and how to say something against the last."""
    numbers = await repository.about(uow, call.avatar_id, call.fan_id)
    if not numbers:
        return _said(call, "appeal.none")
    found = [await cases.get_case(uow, call.avatar_id, number) for number in numbers]
    lines = [telling.log_line(each, call.lang) for each in found]
    return Outbound(
        "\n".join((*lines, "", t(call.lang, "appeal.how", id=numbers[0]))), call.lang, judged=False
    )


async def _appeal(uow: UnitOfWork, call: CommandCall, case: CaseInfo, words: str) -> Outbound:
    here = await orders.order(uow, call.inbound_id)
    await lodge(uow, case, call.fan_id, here.connection_id, here.place, call.lang, words)
    return _said(call, "appeal.taken")


async def lodge(
    uow: UnitOfWork, case: CaseInfo, fan_id: int, connection_id: int, place: str, lang: str, words: str
) -> None:
    """Put what a fan says against a case before the team, once; they are answered at `place`."""
    number = await repository.add(uow, case.id, fan_id, connection_id, place, lang, words)
    if number is not None:
        team = (await community.get_avatar(uow, case.avatar_id)).languages[0]
        told = Place(case.avatar_id, case.connection_id, case.platform, case.room, "", team)
        await tell_team(uow, told, card(case, words, team), f"appeal:{number}", about=fan_id)


def card(case: CaseInfo, words: str, lang: str) -> Outbound:
    """What the team is shown of an appeal."""
    said = t(lang, "appeal.card", case=telling.done(case, lang).text, text=words)
    buttons = tuple(
        Button(t(lang, f"appeal.{what}"), text=f"/case {case.number} {what}") for what in ("approve", "deny")
    )
    return Outbound(said, lang, buttons=buttons, judged=False)


async def decide(uow: UnitOfWork, avatar_id: int, number: int, *, approved: bool, by: str) -> Appeal:
    """Decide an appeal: approved, its case is taken back where it can be. The first decision holds.

    Where that takes a platform's doing, whoever appealed is told once it is done (`carried_out`).

    Raises:
        NoSuchCase: there is no such case, or no appeal on it.
        NotUndone: the case itself is still being carried out.
    """
    known = await cases.get_case(uow, avatar_id, number)
    # First the case, then the appeal: in this order how taking it back ended is stored, too.
    case = cases.info(await orders.case(uow, known.id, hold=True))
    row = await repository.of_case(uow, case.id, hold=True)
    if row is None:
        raise NoSuchCase("There is no such case.")
    if row.state == "waiting":
        if approved and case.state == "doing":
            raise NotUndone(
                "Case {number} is still being carried out: decide again in a moment.", number=number
            )
        if approved and await _taken_back_later(uow, case, by):
            await repository.decide(uow, row.id, "approving", by)
        else:
            await _decided(uow, row, case, "approved" if approved else "denied", by)
    found = await of_case(uow, case)
    assert found  # noqa: S101 - it is locked
    return found


async def _taken_back_later(uow: UnitOfWork, case: CaseInfo, by: str) -> bool:
    """Take a case back; whether that waits for the platform."""
    if case.undoing:
        return True
    try:
        return (await cases.undo(uow, case.avatar_id, case.number, by=by)).undoing
    except NotUndone:
        return False  # it was over, or taken back, or can only be said to have been wrong


async def _decided(uow: UnitOfWork, row: Any, case: CaseInfo, state: str, by: str) -> None:
    await repository.decide(uow, row.id, state, by)
    await _tell(uow, row, t(row.lang, f"appeal.{state}", id=case.number), f"appealed:{row.id}")


async def _tell(uow: UnitOfWork, row: Any, text: str, once: str) -> None:
    """Tell whoever appealed."""
    await conversation.deliveries.send_to(
        uow, row.connection_id, row.place, Outbound(text, row.lang, judged=False), once, staff=True,
        about=row.fan_id,
    )  # fmt: skip


async def carried_out(uow: UnitOfWork, case_id: int, action_id: int, ended: Ended) -> None:
    """Taking a case back has ended: an appeal that was approved is, or waits for a person once more.

    Either way both are told what is true.
    """
    row = await repository.of_case(uow, case_id, hold=True)
    if row is None or row.state != "approving":
        return
    case = cases.info(await orders.case(uow, case_id))
    if ended.state == "done":
        await _decided(uow, row, case, "approved", row.decided_by)
        return
    await repository.reopen(uow, row.id)
    await _tell(uow, row, t(row.lang, "appeal.stuck", id=case.number), f"appealed:{row.id}:{action_id}")
    place = Place(case.avatar_id, case.connection_id, case.platform, case.room, "", row.lang)
    lang = (await community.get_avatar(uow, case.avatar_id)).languages[0]
    shown = card(case, row.text, lang)
    why = (telling.why(ended.code, lang), t(lang, "appeal.stuck.team"))
    await tell_team(
        uow, place, replace(shown, text="\n\n".join((shown.text, " ".join(why)))),
        f"appeal:{row.id}:{action_id}", about=row.fan_id,
    )  # fmt: skip


async def of_case(uow: UnitOfWork, case: CaseInfo) -> Appeal | None:
    """The appeal on a case, if there is one."""
    row = await repository.of_case(uow, case.id)
    return (
        Appeal(case.number, case.name, row.text, row.state, row.created_at, row.decided_by) if row else None
    )


async def waiting(uow: UnitOfWork, avatar_id: int) -> tuple[Appeal, ...]:
    """The appeals that wait for a person, oldest first."""
    rows = await repository.waiting(uow, avatar_id)
    return tuple(
        Appeal(row.number, row.name or "", row.text, "waiting", row.at, demo=row.user_id.startswith("demo:"))
        for row in rows
    )


def decided(appeal: Appeal, lang: str) -> Outbound:
    """What the team is told of a decision: whose it was, if somebody was faster."""
    state = "approved" if appeal.state == "approving" else appeal.state
    said = t(lang, f"appeal.decided.{state}", id=appeal.number, name=appeal.decided_by)
    return Outbound(said, lang, judged=False)
