"""Rules at work: what a message breaks, who comes too fast, and what is done about it, once an update."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from community import service as community
from community.events import FanErased
from community.types import Role
from conversation import service as conversation
from kernel.chat import Outbound
from kernel.clock import monotonic, now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from moderation import cases, telling
from moderation import repository as orders
from moderation import rules_repository as repository
from moderation.cases import Decision, Place
from moderation.errors import BadModeration
from moderation.matching import Seen, forbidden
from moderation.rules import LIMITS, LOCKS, LONGEST_PHRASE, MOST_PHRASES, Rules
from moderation.types import Kind

FRESH_S: Final = 2.0
LOOK_AGAIN: Final = timedelta(hours=1)
_MOST_KNOWN: Final = 20_000
_OFF: Final = Rules()

Changing = Callable[[Rules], Mapping[str, Any]]
"""What an order changes in a group's rules, given what they say."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A group's rules as they are in force, and what is known of it."""

    rules: Rules = _OFF
    others: tuple[str, ...] = ()
    looked_at: datetime | None = None
    raid_until: datetime | None = None

    @property
    def aside(self) -> bool:
        """Whether another bot keeps order there, so that the rules step aside."""
        return bool(self.others) and not self.rules.despite

    @property
    def acts(self) -> bool:
        """Whether any rule acts there now."""
        return (self.rules.on or self.closed) and not self.aside

    @property
    def closed(self) -> bool:
        """Whether whoever joins is put out."""
        return self.raid_until is not None and self.raid_until > now()

    @property
    def stale(self) -> bool:
        """Whether nobody has looked for other bots of late."""
        return self.looked_at is None or self.looked_at < now() - LOOK_AGAIN


class RuleBook:
    """The rules of groups, each remembered for a moment: they are asked for at each message.

    `platforms` are those on which somebody can act; on others there are no orders. `ruled` are those whose
    groups have rules that act by themselves.
    """

    def __init__(self, db: Database, platforms: frozenset[str], ruled: frozenset[str]) -> None:
        self.platforms = platforms
        self.ruled = ruled
        self._db = db
        self._known: dict[tuple[int, str], tuple[float, Watched]] = {}

    async def of(self, creator_id: int, connection_id: int, room: str) -> Watched:
        """What holds in a group now."""
        key = (connection_id, room)
        known = self._known.get(key)
        if known is None or known[0] < monotonic():
            async with self._db.uow(creator_id) as uow:
                found = await watched(uow, connection_id, room)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = (monotonic() + FRESH_S, found)
        return known[1]

    def forget(self) -> None:
        """Look again at the next question."""
        self._known.clear()


async def watched(uow: UnitOfWork, connection_id: int, room: str, *, hold: bool = False) -> Watched:
    """What holds in a group."""
    row = await repository.rules(uow, connection_id, room, hold=hold)
    if row is None:
        return Watched()
    return Watched(Rules.from_json(row.rules), tuple(row.others), row.looked_at, row.raid_until)


async def save_rules(uow: UnitOfWork, connection_id: int, room: str, rules: Rules) -> None:
    """Put a group's rules in force.

    Raises:
        BadModeration: something that can't be used; its `field` says which.
    """
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(rules, name) <= most:
            raise BadModeration("Choose a number from {least} to {most}.", least=least, most=most, field=name)
    if len(rules.phrases) > MOST_PHRASES or any(len(each) > LONGEST_PHRASE for each in rules.phrases):
        raise BadModeration(
            "Up to {most} phrases of {length} characters each.",
            most=MOST_PHRASES, length=LONGEST_PHRASE, field="phrases",
        )  # fmt: skip
    await repository.save(uow, connection_id, room, rules=rules.to_json())


async def note_others(uow: UnitOfWork, connection_id: int, room: str, names: tuple[str, ...]) -> None:
    """Keep which bots of others keep order in a group."""
    await repository.save(uow, connection_id, room, others=names)


async def change(uow: UnitOfWork, place: Place, kind: Kind, changing: Changing, *, by: str, once: str) -> Any:
    """Change some of a group's rules by an order: a case, by which that is undone.

    What `changing` makes of the rules is made of those that no other order changes meanwhile.
    """
    await repository.save(uow, place.connection_id, place.room)  # a row that isn't there can't be held
    known = await watched(uow, place.connection_id, place.room, hold=True)
    changes = changing(known.rules)
    was = known.rules.to_json()
    before = {name: was[name] for name in changes}
    await save_rules(uow, place.connection_id, place.room, Rules.from_json({**was, **changes}))
    detail = {"before": before, "after": dict(changes)}
    return await cases.open_case(uow, place, Decision(kind, once, by, detail=detail))


async def close(
    uow: UnitOfWork, place: Place, until: datetime | None, *, by: str = "", rule: str = "", once: str
) -> Any:
    """Have whoever joins a group be put out until a moment; None opens it again."""
    await repository.save(uow, place.connection_id, place.room, raid_until=until or now())
    return await cases.open_case(uow, place, Decision(Kind.RAID, once, by, rule, until=until))


async def is_spared(uow: UnitOfWork, platform: str, user_id: str) -> bool:
    """Whether no rule touches somebody: the creator's people, and who is trusted."""
    if await community.staff_role(uow, platform, user_id):
        return True
    return await repository.is_trusted(uow, platform, user_id)


async def broken(uow: UnitOfWork, place: Place, seen: Seen, rules: Rules) -> str:
    """The rule that a message breaks; empty where none. It is counted, once."""
    joined = None
    if rules.counts:
        window = timedelta(seconds=rules.flood_s)
        who = digest(place.platform, seen.user_id)
        row = await repository.spoke(
            uow, place.connection_id, place.room, who, ref=seen.ref, at=seen.at, window=window
        )
        # An edit, or what comes once more, was counted already.
        if row is None:
            joined = await repository.joined_at(uow, place.connection_id, place.room, who)
        elif rules.flood and row.spoke > rules.flood:
            return "flood"
        elif rules.slow_s and row.before and seen.at < row.before + timedelta(seconds=rules.slow_s):
            return "slow"
        else:
            joined = row.joined_at
    newcomer = joined is not None and seen.at < joined + timedelta(hours=rules.newcomer_h)
    return forbidden(seen, rules, newcomer=newcomer)


async def enforce(uow: UnitOfWork, place: Place, seen: Seen, rule: str, rules: Rules) -> None:
    """Do what a broken rule asks for: a case, with its rule's name."""
    whom = await cases.whom(uow, place.platform, seen.user_id, seen.name, seen.text[:1_000])
    once = f"rule:{place.connection_id}:{seen.key}"
    quiet = Place(place.avatar_id, place.connection_id, place.platform, place.room, "", place.lang)
    args = {"to": seen.ref, "start": seen.ref, "count": 0}
    gone = Decision(Kind.DELETE, f"{once}:delete:{seen.ref}", rule=rule, args=args)
    await cases.open_case(uow, quiet, gone, whom)
    if rule == "flood":
        until = now() + timedelta(minutes=rules.flood_min)
        # However many messages of a flood are still to come: one case until it is over.
        mute = f"flood:{place.connection_id}:{place.room}:{seen.user_id}:{seen.at:%Y%m%d%H%M}"
        await cases.open_case(uow, place, Decision(Kind.MUTE, mute, rule=rule, until=until), whom)
    elif rules.warns and rule in LOCKS:
        await cases.warn(uow, place, Decision(Kind.WARN, f"{once}:warn", rule=rule), whom, tells=True)


async def came(uow: UnitOfWork, place: Place, user_id: str, name: str, at: datetime, rules: Rules) -> str:
    """What becomes of who has joined: "" (nothing), "out", "captcha"; "told" where it has already."""
    who = digest(place.platform, user_id)
    first = await repository.joined(uow, place.connection_id, place.room, who, at)
    known = await watched(uow, place.connection_id, place.room, hold=True)
    if not first:
        return "told" if rules.captcha or known.closed else ""
    stamp = f"{at:%Y%m%d%H%M%S}"
    if not known.closed and rules.raid:
        # Whom somebody has let in since doesn't count again.
        since = max(at - timedelta(seconds=rules.raid_s), known.raid_until or at - timedelta(days=1))
        if await repository.joins(uow, place.connection_id, place.room, since) >= rules.raid:
            until = now() + timedelta(minutes=rules.raid_min)
            once = f"raid:{place.connection_id}:{place.room}:{stamp}"
            case = await close(uow, place, until, rule="raid", once=once)
            await tell_team(uow, place, telling.done(case, place.lang), once)
            known = Watched(raid_until=until)
    if known.closed:
        whom = await cases.whom(uow, place.platform, user_id, name)
        quiet = Place(place.avatar_id, place.connection_id, place.platform, place.room, "", place.lang)
        once = f"raid:{place.connection_id}:{place.room}:{user_id}:{stamp}"
        await cases.open_case(uow, quiet, Decision(Kind.KICK, once, rule="raid"), whom)
        return "out"
    return "captcha" if rules.captcha else ""


async def tell_team(
    uow: UnitOfWork, place: Place, said: Outbound, once: str, *, about: int | None = None
) -> None:
    """Tell moderators who have a private chat with the avatar there; `about` a fan, perhaps."""
    for each in await conversation.staff_here(uow, place.connection_id):
        if not each.room and each.role.includes(Role.MODERATOR):
            await conversation.deliveries.send_to(
                uow, place.connection_id, each.chat_id, said, f"{once}:{each.user_id}", staff=True,
                about=about,
            )  # fmt: skip


def digest(platform: str, user_id: str) -> str:
    """What somebody is counted under: nobody reads their account from it."""
    return blake2b(f"{platform}:{user_id}".encode(), digest_size=16, person=b"moderation").hexdigest()


async def fan_erased(uow: UnitOfWork, event: FanErased) -> None:
    """Let go of how often somebody spoke, when they joined, and what was ordered about them.

    What still waited to be done about them is not done: nobody knows any more whom it was about.
    """
    await orders.forget_orders(uow, event.fan_id)
    await orders.fail_cases(uow, event.fan_id, "erased")
    accounts = await repository.identities(uow, event.fan_id)
    await repository.forget(uow, [digest(each.platform, each.platform_user_id) for each in accounts])


def rule_name(rule: str, lang: str) -> str:
    """What a rule is called."""
    return t(lang, f"mod.rule.{rule}")
