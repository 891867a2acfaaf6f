"""Cases: what is decided about somebody, once, in the name of a person or a rule; and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from community import service as community
from conversation import service as conversation
from kernel.clock import now
from kernel.db import UnitOfWork
from moderation import actions_repository as actions
from moderation import questions, repository, rules_repository, telling
from moderation.errors import NoSuchCase, NotUndone
from moderation.rights import NEEDS
from moderation.rules import Rules
from moderation.telling import UNDOABLE
from moderation.types import ACTIONS_CHANNEL, CaseInfo, CasePage, Kind, Settings, Trusted, Verb

A_PAGE: Final = 25
MOST_NUMBER: Final = 2**31 - 1

_VERBS: Final[Mapping[Kind, Verb]] = {
    Kind.MUTE: Verb.RESTRICT,
    Kind.UNMUTE: Verb.RELEASE,
    Kind.BAN: Verb.BAN,
    Kind.UNBAN: Verb.UNBAN,
    Kind.KICK: Verb.KICK,
    Kind.PURGE: Verb.DELETE,
    Kind.DELETE: Verb.DELETE,
}
_BACK: Final[Mapping[Kind, Verb]] = {
    Kind.MUTE: Verb.RELEASE,
    Kind.BAN: Verb.UNBAN,
}
LONGEST_MUTE: Final = {"discord": timedelta(days=28)}
"""How long a platform keeps somebody from speaking, where that has an end."""

_LONGEST_WHY: Final = 300
_ENDS_CAPTCHA: Final = frozenset({Kind.MUTE, Kind.BAN, Kind.KICK})
LIFTS: Final[Mapping[Kind, Kind]] = {Kind.UNMUTE: Kind.MUTE, Kind.UNBAN: Kind.BAN}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is decided: the avatar's connection, the group, and the place in it where it is told.

    Nothing is told where `told` is empty.
    """

    avatar_id: int
    connection_id: int
    platform: str
    room: str
    told: str
    lang: str


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom it is about."""

    fan_id: int
    user_id: str
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided, by whom or by which rule, and why. `once` makes it one however often it is heard."""

    kind: Kind
    once: str
    by: str = ""
    rule: str = ""
    reason: str = ""
    until: datetime | None = None
    amount: int = 0
    args: Mapping[str, Any] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def verb_of(kind: Kind, platform: str) -> Verb | None:
    """What is done on a platform in a case of a kind; None where nothing is.

    Where the platform itself keeps the pace, slow mode is set there; elsewhere it is a rule of ours.
    """
    if kind is Kind.SLOWMODE and Verb.SLOW in NEEDS.get(platform, {}):
        return Verb.SLOW
    return _VERBS.get(kind)


def info(row: Any) -> CaseInfo:
    """A case of its row."""
    return CaseInfo(
        id=row.id, number=row.number, avatar_id=row.avatar_id, connection_id=row.connection_id,
        platform=row.platform, room=row.room, room_title=row.room_title, kind=Kind(row.kind), by=row.by,
        rule=row.rule, until=row.until, amount=row.amount, state=row.state, error=row.error,
        at=row.created_at, undone_by=row.undone_by, undone_at=row.undone_at, undoing=row.undoing,
        undo_error=row.undo_error, user_id=row.user_id, name=row.name, reason=row.reason, words=row.words,
        detail=row.detail,
    )  # fmt: skip


async def settings(uow: UnitOfWork) -> Settings:
    """How the creator's warnings count."""
    return Settings.from_json(await repository.settings(uow))


async def open_case(uow: UnitOfWork, place: Place, decided: Decision, whom: Whom | None = None) -> CaseInfo:
    """Decide something: a case, and what is to be done about it. The same key again is the same case."""
    verb = verb_of(decided.kind, place.platform)
    case_id = await repository.add_case(
        uow,
        avatar_id=place.avatar_id,
        connection_id=place.connection_id,
        platform=place.platform,
        room=place.room,
        kind=decided.kind,
        by=decided.by,
        rule=decided.rule,
        until=decided.until,
        amount=decided.amount,
        state="doing" if verb else "done",
        once=decided.once,
        detail=decided.detail,
    )
    if case_id is None:
        return info(await repository.case_by_key(uow, decided.once))
    if whom is not None:
        await repository.add_subject(
            uow, case_id, fan_id=whom.fan_id, user_id=whom.user_id, name=whom.name, reason=decided.reason,
            words=whom.words,
        )  # fmt: skip
        if decided.kind in _ENDS_CAPTCHA:
            await questions.close(uow, place.connection_id, place.room, whom.fan_id)
    if verb:
        await actions.add(
            uow, case_id=case_id, fan_id=whom.fan_id if whom else None, connection_id=place.connection_id,
            room=place.room, place=place.told, lang=place.lang, verb=verb, once=f"case:{case_id}",
            user_id=whom.user_id if whom else "", until=decided.until, by=decided.by,
            args={**(decided.args or {}), "why": _why(decided)},
        )  # fmt: skip
        await uow.notify(ACTIONS_CHANNEL)
    return info(await repository.case(uow, case_id))


def _why(decided: Decision) -> str:
    """Who decided, and why, in a line for a platform's log."""
    return ": ".join(filter(None, (decided.by or decided.rule, decided.reason)))[:_LONGEST_WHY]


async def warn(
    uow: UnitOfWork, place: Place, decided: Decision, whom: Whom, *, tells: bool = False
) -> CaseInfo:
    """Warn somebody; where that is one too many, they are muted or banned besides.

    `tells`: the warning is told in the group here, since no order is answered with it.
    """
    set_ = await settings(uow)
    counted = await count(uow, place, whom, set_) + 1
    warning = Decision(Kind.WARN, decided.once, decided.by, decided.rule, decided.reason, amount=counted)
    case = await open_case(uow, place, warning, whom)
    if tells:
        said = telling.done(case, place.lang)
        await conversation.deliveries.send_to(
            uow, place.connection_id, place.told, said, f"moderation:case:{case.id}", staff=True,
            about=whom.fan_id,
        )  # fmt: skip
    if further := further_of(case.amount, set_):
        span = min(set_.mute_for, LONGEST_MUTE.get(place.platform, set_.mute_for))
        until = now() + span if further is Kind.MUTE else None
        more = Decision(further, f"{decided.once}:{further}", decided.by, "warnings", decided.reason, until)
        await open_case(uow, place, more, whom)
    return case


async def count(uow: UnitOfWork, place: Place, whom: Whom, set_: Settings) -> int:
    """How many warnings of somebody count now."""
    since = now() - timedelta(days=set_.decay_days)
    return await repository.warnings(uow, whom.fan_id, place.connection_id, place.room, since)


def further_of(counted: int, set_: Settings) -> Kind | None:
    """What so many warnings bring about besides."""
    if set_.ban_at and counted >= set_.ban_at:
        return Kind.BAN
    return Kind.MUTE if set_.mute_at and counted >= set_.mute_at else None


async def get_case(uow: UnitOfWork, avatar_id: int, number: int) -> CaseInfo:
    """An avatar's case by its number.

    Raises:
        NoSuchCase: there is none.
    """
    row = await repository.numbered(uow, avatar_id, number) if 0 < number <= MOST_NUMBER else None
    if row is None:
        raise NoSuchCase("There is no such case.")
    return info(row)


async def cases(
    uow: UnitOfWork, avatar_id: int, page: int = 1, *, kind: str = "", state: str = "", who: str = "",
    room: str = "",
) -> CasePage:  # fmt: skip
    """An avatar's cases, newest first: of a kind, in a state, about somebody, in a group."""
    rows = await repository.cases(
        uow, avatar_id, kind=kind, state=state, who=who, room=room, offset=(page - 1) * A_PAGE, limit=A_PAGE
    )
    total = rows[0].total if rows else 0
    return CasePage(tuple(map(info, rows)), page, max(1, -(-total // A_PAGE)))


async def undo(
    uow: UnitOfWork, avatar_id: int, number: int, *, by: str, told: str = "", lang: str = "en"
) -> CaseInfo:
    """Take a case back; how it stands then. What has to be done for that is told at `told`, once it is.

    Raises:
        NoSuchCase: there is none.
        NotUndone: it can't be taken back, or was.
    """
    known = await get_case(uow, avatar_id, number)
    row = await repository.case(uow, known.id, hold=True)
    case = info(row)
    if case.kind in LIFTS:
        raise NotUndone("What was lifted isn't undone: mute or ban them again.")
    if case.kind not in UNDOABLE:
        raise NotUndone("What was deleted stays deleted, and who was put out may come again by themselves.")
    if not telling.undoable(case):
        raise NotUndone("Case {number} isn't in force: there is nothing to undo.", number=number)
    verb = _BACK.get(case.kind)
    if verb_of(case.kind, case.platform) is Verb.SLOW:
        was = await actions.done_as(uow, case.id)
        back = {**was, "seconds": was["before"], "expected": was["seconds"], "why": by}
        await _undoing(uow, case, Verb.SLOW, by=by, told=told, lang=lang, args=back)
    elif verb is None:
        await _restore(uow, case)
        await repository.undone(uow, case.id, by)
    elif row.fan_id is None:
        raise NotUndone("Whom this was about has been erased here: undo it in the group itself.")
    elif (
        other := await standing(uow, row.fan_id, case.connection_id, case.room, but=case.id)
    ) and other.kind is Kind.BAN is not case.kind:
        # Whom a ban keeps out isn't muted, either way.
        await repository.undone(uow, case.id, by)
    else:
        # What another case of the kind still asks for holds from here on, as long as that one says.
        holds = other is not None and other.kind is case.kind
        await _undoing(
            uow, case, _VERBS[case.kind] if holds else verb, by=by, told=told, lang=lang,
            fan_id=row.fan_id, until=other.until if other and holds else None, args={"why": by},
        )  # fmt: skip
    return info(await repository.case(uow, case.id))


async def _undoing(
    uow: UnitOfWork, case: CaseInfo, verb: Verb, *, by: str, told: str, lang: str, args: Mapping[str, Any],
    fan_id: int | None = None, until: datetime | None = None,
) -> None:  # fmt: skip
    """Have a case be taken back on its platform.

    Raises:
        NotUndone: the avatar isn't there any more.
    """
    if await actions.is_off(uow, case.connection_id):
        raise NotUndone("I am not connected there any more: undo it in the group itself.")
    await actions.add(
        uow, case_id=case.id, fan_id=fan_id, connection_id=case.connection_id, room=case.room, place=told,
        lang=lang, verb=verb, until=until, once=f"undo:{case.id}:{await actions.undos(uow, case.id)}",
        user_id=case.user_id, undoes=True, by=by, args=args,
    )  # fmt: skip
    await uow.notify(ACTIONS_CHANNEL)


async def standing(
    uow: UnitOfWork, fan_id: int, connection_id: int, room: str, *, but: int = 0
) -> CaseInfo | None:
    """The case (not `but`) that keeps somebody from speaking in a group: a ban first, the last first."""
    row = await repository.standing(uow, fan_id, connection_id, room, but=but)
    return info(row) if row else None


async def _restore(uow: UnitOfWork, case: CaseInfo) -> None:
    """Have a group's rules say what they said before a case, unless somebody has changed that since.

    Raises:
        NotUndone: somebody has.
    """
    row = await rules_repository.rules(uow, case.connection_id, case.room, hold=True)
    if case.kind is Kind.RAID:
        if row is None or row.raid_until != case.until:
            raise NotUndone("This was changed later: change it directly instead.")
        await rules_repository.save(uow, case.connection_id, case.room, raid_until=now())
    elif before := case.detail.get("before"):
        rules = Rules.from_json(row.rules if row else {}).to_json()
        for name, old in before.items():
            new = case.detail["after"][name]
            if name == "phrases":
                kept = [each for each in rules[name] if each in old or each not in new]
                rules[name] = [*kept, *(each for each in old if each not in new and each not in kept)]
            elif rules[name] != new:
                raise NotUndone("This was changed later: change it directly instead.")
            else:
                rules[name] = old
        await rules_repository.save(uow, case.connection_id, case.room, rules=rules)


async def trust(uow: UnitOfWork, fan_id: int, *, by: str) -> None:
    """Have no rule touch somebody."""
    await repository.trust(uow, fan_id, by)


async def distrust(uow: UnitOfWork, fan_id: int) -> bool:
    """Have rules touch somebody again; whether they didn't."""
    return await repository.distrust(uow, fan_id)


async def trusted(uow: UnitOfWork) -> tuple[Trusted, ...]:
    """Whom no rule touches."""
    rows = await repository.trusted(uow)
    return tuple(Trusted(row.fan_id, row.name, row.platform or "", row.by, row.at) for row in rows)


async def whom(uow: UnitOfWork, platform: str, user_id: str, name: str, words: str = "") -> Whom:
    """Somebody by the platform's name of them, known here from now on."""
    fan = await community.ensure_fan(uow, platform, user_id, name or user_id)
    return Whom(fan.id, user_id, name or fan.name or user_id, words)
