"""The commands by which the creator's people keep order in a group: as `/mute 2h spam` in reply to a message.

Each decides within one transaction; what has to be done on the platform is done by who holds the connection,
and told in the group once it is.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from community import service as community
from community.types import ChatInfo, Role
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.errors import UnderstudyError
from kernel.i18n import t, tell
from moderation import appeals, cases, durations, guarding, repository, telling
from moderation.cases import Decision, Place, Whom
from moderation.errors import BadModeration
from moderation.guarding import Changing, RuleBook
from moderation.rights import lacking, named
from moderation.rules import BUTTON, LIMITS, QUESTION, Rules
from moderation.types import SERVERS, Kind

MODERATOR: Final = Role.MODERATOR
MUTED_FOR: Final = timedelta(hours=1)
"""How long an order mutes that doesn't say."""

MOST_PURGED: Final = 300
SHORTEST: Final = timedelta(minutes=1)
LOGGED: Final = 10
ABOUT_SOMEBODY: Final = ("warn", "mute", "unmute", "ban", "unban", "kick", "trust")
OTHERS: Final = ("purge", "case", "modlog", "slowmode", "captcha", "lock", "raid")

_ANYWHERE: Final = frozenset({"case", "modlog"})
_RULES: Final = frozenset({"captcha", "lock", "raid"})
DRY: Final = "dry"
"""The word by which an order only tells what it would do."""

CLEAN: Final = "clean"
"""The word by which a ban in a server deletes what was written in a span that follows, at most a week."""

_CLEANED: Final = timedelta(days=7)
_ON, _OFF = "on", "off"
_LOCKS: Final = {"link": "links", "invite": "invites", "phrases": "phrase"}
_DECISIONS: Final = frozenset({"approve", "deny"})
_LONGEST_REASON: Final = 500
_SPANS: Final = frozenset({Kind.MUTE, Kind.BAN})

Handler = Callable[[CommandCall], Awaitable[Outbound]]


def router(db: Database, book: RuleBook) -> CommandRouter:
    """Their commands. `book` has to look again at rules that they change."""
    orders = Orders(db, book)
    commands = appeals.router(db)
    for name in ("warn", "mute", "unmute", "ban", "unban", "kick"):
        commands.add(name, _refusing(orders.about_somebody), role=MODERATOR, platforms=book.platforms)
    for name in ("trust", *OTHERS):
        here = None if name in _ANYWHERE else book.ruled if name in _RULES else book.platforms
        commands.add(name, _refusing(getattr(orders, name)), role=MODERATOR, platforms=here)
    return commands


def _refusing(handler: Handler) -> Handler:
    """What can't be done is told, with the reason."""

    async def handled(call: CommandCall) -> Outbound:
        try:
            return await handler(call)
        except _Refused as refused:
            return Outbound(refused.said, call.lang, judged=False)
        except UnderstudyError as error:
            return Outbound(tell(call.lang, error.sentence, error.params), call.lang, judged=False)

    return handled


class _Refused(Exception):
    """An order that isn't carried out; `said` is why, in its giver's language."""

    def __init__(self, call: CommandCall, key: str, **params: str | int) -> None:
        super().__init__(key)
        self.said = t(call.lang, key, count=None, **params)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an order says after its name."""

    dry: bool
    span: timedelta | None
    reason: str


def _wanted(argument: str, said: str) -> _Wanted:
    """Read what follows the name: `dry`, how the person is called and a span in either order, a reason."""
    rest = argument
    dry, rest = _without(rest, DRY)
    named, rest = _without(rest, said)
    if not dry:
        dry, rest = _without(rest, DRY)
    span, rest = durations.read(rest)
    if not named:
        _, rest = _without(rest, said)
    return _Wanted(dry, span, rest[:_LONGEST_REASON])


def _without(text: str, word: str) -> tuple[bool, str]:
    """Whether a text begins with a word or a name, and what follows it."""
    if word and text.casefold().startswith(word.casefold()):
        rest = text[len(word) :]
        if not rest or rest[0].isspace():
            return True, rest.strip()
    return False, text


@dataclass(frozen=True, slots=True)
class _Heard:
    """An order in a group: where, what is known of that, and in reply to what."""

    place: Place
    chat: ChatInfo | None
    ref: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class Orders:
    """What the commands do."""

    db: Database
    book: RuleBook

    async def about_somebody(self, call: CommandCall) -> Outbound:
        """Warn, mute, ban, put out or let in again whom the order points at."""
        kind = Kind(call.name)
        async with self.db.uow(call.creator_id) as uow:
            heard = await self._heard(uow, call)
            whom, said = await _pointed(uow, call)
            wanted = _wanted(call.argument, said)
            if kind in _SPANS and wanted.span is None and wanted.reason[:1].isdecimal():
                raise _Refused(call, "mod.usage.span", order=call.name)
            await _spared(uow, call, whom)
            _need(call, heard, kind)
            _lasts(call, kind, wanted.span)
            args, reason = _cleaned(call, kind, wanted.reason)
            decided = Decision(
                kind, _key(call), call.by, reason=reason, until=_until(kind, wanted.span), args=args
            )
            set_ = await cases.settings(uow)
            if wanted.dry or set_.dry:
                amount = await cases.count(uow, heard.place, whom, set_) + 1 if kind is Kind.WARN else 0
                deed = telling.Deed(kind, whom.name, decided.until, amount, decided.reason)
                return telling.dry(deed, call.lang)
            if kind is Kind.WARN:
                # In a server an order may be answered for its giver's eyes alone; a warning is for all.
                tells = call.platform in SERVERS
                case = await cases.warn(uow, heard.place, decided, whom, tells=tells)
                return _later(call) if tells else telling.done(case, call.lang)
            await cases.open_case(uow, heard.place, decided, whom)
        return _later(call)

    async def purge(self, call: CommandCall) -> Outbound:
        """Delete the last so many messages, or those from the one that the order replies to."""
        async with self.db.uow(call.creator_id) as uow:
            heard = await self._heard(uow, call)
            dry, rest = _without(call.argument, DRY)
            count = int(rest) if rest.isdecimal() and len(rest) < 5 else 0
            if not (heard.reply_to or 1 <= count <= MOST_PURGED):
                raise _Refused(call, "mod.usage.purge", most=MOST_PURGED)
            _need(call, heard, Kind.PURGE)
            count = count or MOST_PURGED if call.platform in SERVERS else _numbered(call, heard, count)
            if dry or (await cases.settings(uow)).dry:
                return telling.dry(telling.Deed(Kind.PURGE, "", amount=count), call.lang)
            args = {"to": heard.ref, "start": heard.reply_to, "count": count, "where": heard.place.told}
            decided = Decision(Kind.PURGE, _key(call), call.by, amount=count, args=args)
            await cases.open_case(uow, heard.place, decided)
        return _later(call)

    async def case(self, call: CommandCall) -> Outbound:
        """Show a case, take it back, or decide the appeal on it."""
        number, _, what = call.argument.partition(" ")
        bare = number.lstrip("#")
        if not (bare.isdecimal() and len(bare) < 10):
            raise _Refused(call, "mod.usage.case")
        async with self.db.uow(call.creator_id) as uow:
            if (word := what.strip().casefold()) in _DECISIONS:
                approved = word == "approve"
                appeal = await appeals.decide(uow, call.avatar_id, int(bare), approved=approved, by=call.by)
                return appeals.decided(appeal, call.lang)
            if word != "undo":
                return telling.whole(await cases.get_case(uow, call.avatar_id, int(bare)), call.lang)
            order = await repository.order(uow, call.inbound_id)
            known = await cases.get_case(uow, call.avatar_id, int(bare))
            if known.undoing or (known.state == "undone" and known.undone_by == call.by):
                return telling.undone(known, call.lang) if known.state == "undone" else _later(call)
            # Where the case is of another connection, its end is told in the group itself.
            here = order.place if order and order.connection_id == known.connection_id else known.room
            if here == known.room and known.platform in SERVERS:
                here = ""
            case = await cases.undo(uow, call.avatar_id, int(bare), by=call.by, told=here, lang=call.lang)
        self.book.forget()
        if case.state == "undone":
            return telling.undone(case, call.lang)
        return _later(call) if here else telling.whole(case, call.lang)

    async def modlog(self, call: CommandCall) -> Outbound:
        """The last cases: of this group, or in private of all."""
        async with self.db.uow(call.creator_id) as uow:
            order = await repository.order(uow, call.inbound_id) if call.room else None
            chat = await community.chat_at(uow, order.connection_id, order.room) if order else None
            page = await cases.cases(uow, call.avatar_id, room=_group(call.platform, call.room, chat))
        if not page.items:
            raise _Refused(call, "mod.log.none")
        return Outbound(
            "\n".join(telling.log_line(each, call.lang) for each in page.items[:LOGGED]),
            call.lang,
            judged=False,
        )

    async def slowmode(self, call: CommandCall) -> Outbound:
        """One message in so long for each, or `off`."""
        dry, rest = _without(call.argument, DRY)
        span, _ = durations.read(rest)
        if (span is None and rest.casefold() != _OFF) or span == timedelta.max:
            raise _Refused(call, "mod.usage.slowmode")
        seconds = int(span.total_seconds()) if span else 0
        if cases.verb_of(Kind.SLOWMODE, call.platform):
            return await self._slow(call, seconds, dry=dry)
        return await self._change(call, Kind.SLOWMODE, lambda _: {"slow_s": seconds}, dry=dry)

    async def _slow(self, call: CommandCall, seconds: int, *, dry: bool) -> Outbound:
        """Have the platform itself keep the pace in the channel of the order."""
        least, most = LIMITS["slow_s"]
        if not least <= seconds <= most:
            raise BadModeration("Choose a number from {least} to {most}.", least=least, most=most)
        async with self.db.uow(call.creator_id) as uow:
            heard = await self._heard(uow, call)
            _need(call, heard, Kind.SLOWMODE)
            after = {"slow_s": seconds}
            if dry or (await cases.settings(uow)).dry:
                return telling.dry(telling.Deed(Kind.SLOWMODE, "", after=after), call.lang)
            args = {"seconds": seconds, "where": heard.place.told}
            decided = Decision(Kind.SLOWMODE, _key(call), call.by, args=args, detail={"after": after})
            await cases.open_case(uow, heard.place, decided)
        return _later(call)

    async def captcha(self, call: CommandCall) -> Outbound:
        """Have who joins show that they are a person, by a button or a `question`; or `off`."""
        dry, rest = _without(call.argument, DRY)
        word = rest.casefold()
        if word not in (_ON, _OFF, BUTTON, QUESTION):
            raise _Refused(call, "mod.usage.onoff")
        value = "" if word == _OFF else QUESTION if word == QUESTION else BUTTON
        return await self._change(call, Kind.CAPTCHA, lambda _: {"captcha": value}, dry=dry)

    async def lock(self, call: CommandCall) -> Outbound:
        """Have links, invites, media or a phrase be deleted; `off` before that lifts it."""
        dry, rest = _without(call.argument, DRY)
        off, rest = _without(rest, _OFF)
        what, _, words = rest.partition(" ")
        phrase = " ".join(words.split())
        what = {"link": "links", "invite": "invites", "phrases": "phrase"}.get(
            what.casefold(), what.casefold()
        )
        if what in ("links", "invites", "media"):
            return await self._change(call, Kind.LOCK, lambda _: {what: not off}, dry=dry)
        if what != "phrase" or not (phrase or off):
            raise _Refused(call, "mod.usage.lock")

        def changing(rules: Rules) -> dict[str, Any]:
            others = [each for each in rules.phrases if phrase and each.casefold() != phrase.casefold()]
            return {"phrases": others if off else [*others, phrase]}

        return await self._change(call, Kind.LOCK, changing, dry=dry)

    async def raid(self, call: CommandCall) -> Outbound:
        """Have whoever joins be put out for a while, or `off`."""
        dry, rest = _without(call.argument, DRY)
        on, rest = _without(rest, _ON)
        span, _ = durations.read(rest)
        if not (on or span or rest.casefold() == _OFF):
            raise _Refused(call, "mod.usage.onoff")
        async with self.db.uow(call.creator_id) as uow:
            heard = await self._heard(uow, call)
            _need(call, heard, Kind.KICK)
            place = heard.place
            rules = (await guarding.watched(uow, place.connection_id, place.room)).rules
            span = span and min(span, durations.LONGEST)
            until = now() + (span or timedelta(minutes=rules.raid_min)) if on or span else None
            if dry or (await cases.settings(uow)).dry:
                return telling.dry(telling.Deed(Kind.RAID, "", until), call.lang)
            case = await guarding.close(uow, place, until, by=call.by, once=_key(call))
        self.book.forget()
        return telling.done(case, call.lang)

    async def _change(self, call: CommandCall, kind: Kind, changing: Changing, *, dry: bool) -> Outbound:
        """Change a group's rules; told is also where another bot has them step aside."""
        async with self.db.uow(call.creator_id) as uow:
            heard = await self._heard(uow, call)
            known = await guarding.watched(uow, heard.place.connection_id, heard.place.room)
            changes = changing(known.rules)
            if any(changes.values()):
                _need(call, heard, Kind.MUTE if kind is Kind.CAPTCHA else Kind.DELETE)
            if dry or (await cases.settings(uow)).dry:
                return telling.dry(telling.Deed(kind, "", after=changes), call.lang)
            case = await guarding.change(uow, heard.place, kind, changing, by=call.by, once=_key(call))
        self.book.forget()
        said = telling.done(case, call.lang)
        if known.aside:
            aside = t(call.lang, "mod.aside", names=", ".join(f"@{each}" for each in known.others))
            return replace(said, text=f"{said.text}\n{aside}")
        return said

    async def trust(self, call: CommandCall) -> Outbound:
        """Have no rule touch somebody, or `off`: have them touched again."""
        async with self.db.uow(call.creator_id) as uow:
            await self._heard(uow, call)
            whom, said = await _pointed(uow, call)
            off, _ = _without(_without(call.argument, said)[1], "off")
            off = off or _without(call.argument, "off")[0]
            if off:
                await cases.distrust(uow, whom.fan_id)
            else:
                await cases.trust(uow, whom.fan_id, by=call.by)
        return Outbound(t(call.lang, "mod.trust.off" if off else "mod.trust.on", name=whom.name), call.lang)

    async def _heard(self, uow: UnitOfWork, call: CommandCall) -> _Heard:
        """Where an order was given: in a group, on a platform where it can be carried out, or it is none."""
        row: Any = await repository.order(uow, call.inbound_id) if call.room else None
        if row is None:
            raise _Refused(call, "mod.usage.room")
        if row.platform not in (self.book.ruled if call.name in _RULES else self.book.platforms):
            raise _Refused(call, "mod.elsewhere")
        chat = await community.chat_at(uow, row.connection_id, row.room)
        room = _group(row.platform, row.room, chat)
        place = Place(call.avatar_id, row.connection_id, row.platform, room, row.place, call.lang)
        return _Heard(place, chat, row.ref or "", row.reply_to or "")


def _group(platform: str, room: str, chat: ChatInfo | None) -> str:
    """The group whose members an order given in a room is about: the server that a channel stands in."""
    return (platform in SERVERS and chat and chat.linked) or room


def _numbered(call: CommandCall, heard: _Heard, count: int) -> int:
    """How many messages an order deletes where they are numbered one after the other."""
    if heard.place.told != heard.place.room or (heard.chat and heard.chat.kind == "forum"):
        raise _Refused(call, "mod.failed.topic")
    between = int(heard.ref) - int(heard.reply_to) if heard.reply_to else MOST_PURGED
    return min(count or MOST_PURGED, between, MOST_PURGED)


def _lasts(call: CommandCall, kind: Kind, span: timedelta | None) -> None:
    """Refuse a span that the platform doesn't keep: Discord's timeouts are short, its bans have no end."""
    if kind is Kind.MUTE and span and span > cases.LONGEST_MUTE.get(call.platform, timedelta.max):
        raise _Refused(call, "mod.span.mute")
    if kind is Kind.BAN and span not in (None, timedelta.max) and call.platform in SERVERS:
        raise _Refused(call, "mod.span.ban")


def _cleaned(call: CommandCall, kind: Kind, reason: str) -> tuple[dict[str, int], str]:
    """What a ban deletes besides, and the reason without that."""
    cleans, rest = _without(reason, CLEAN)
    span, left = durations.read(rest) if cleans else (None, reason)
    if kind is not Kind.BAN or call.platform not in SERVERS or span is None:
        return {}, reason
    return {"clean_s": int(min(span, _CLEANED).total_seconds())}, left


def _key(call: CommandCall) -> str:
    """What makes an order's case one, however often its turn comes."""
    return f"order:{call.inbound_id}"


def _later(call: CommandCall) -> Outbound:
    """Nothing is said now: what comes of it is told once it has."""
    return Outbound("", call.lang)


async def _pointed(uow: UnitOfWork, call: CommandCall) -> tuple[Whom, str]:
    """Whom an order points at, and how it calls them."""
    row = await repository.pointed(uow, call.inbound_id)
    if row is None:
        key = "mod.who.unseen" if call.argument.startswith("@") else "mod.who"
        raise _Refused(call, key, name=call.name)
    return Whom(row.fan_id, row.user_id, row.name or row.user_id, row.words), row.said


async def _spared(uow: UnitOfWork, call: CommandCall, whom: Whom) -> None:
    """Nobody orders anything against the creator's own people."""
    if await community.staff_role(uow, call.platform, whom.user_id):
        raise _Refused(call, "mod.failed.protected")


def _need(call: CommandCall, heard: _Heard, kind: Kind) -> None:
    """Name the right that is missing, where that is known."""
    verb = cases.verb_of(kind, call.platform)
    if verb is not None and heard.chat is not None and (right := lacking(heard.chat, verb)):
        raise _Refused(call, "mod.need", right=named(right, call.lang))


def _until(kind: Kind, span: timedelta | None) -> datetime | None:
    if kind not in _SPANS or span == timedelta.max:
        return None
    if span is None:
        return now() + MUTED_FOR if kind is Kind.MUTE else None
    return now() + max(span, SHORTEST)
