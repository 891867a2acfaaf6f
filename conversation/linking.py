"""/link and /unlink: a fan says that their accounts on two platforms are theirs. (The rules: `community`.)

Both private chats are asked, each naming the other account, before either hears anything of the other's: who
was talked into entering or showing a code reads whose account it is first.
"""

from datetime import timedelta
from typing import Any, Final

from community import service as community
from community.errors import BadLink
from community.types import Account, Asked
from conversation import linking_repository as repository
from conversation.repository import add_outbound
from conversation.types import OUTBOUND_CHANNEL
from kernel.chat import Button, CommandCall, CommandRouter, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t

MOST_TRIES: Final = 12
WITHIN: Final = timedelta(hours=1)
"""So many /link of one account within so long: nobody guesses one of 31 to the eighth codes by that."""

_PLATFORMS: Final = {"telegram": "Telegram", "discord": "Discord"}


def router(db: Database) -> CommandRouter:
    """The commands."""
    linking = _Linking(db)
    commands = CommandRouter()
    commands.add("link", linking.link, private=True)
    commands.add("unlink", linking.unlink, private=True)
    return commands


def named(account: Account, lang: str) -> str:
    """An account as the other side reads it: where it is, and what it is called there."""
    where = _PLATFORMS.get(account.platform) or t(lang, "link.webchat")
    name = community.readable(account.name)[:40]
    return t(lang, "link.account", name=name, platform=where) if name else where


def told(accounts: tuple[Account, ...], lang: str) -> str:
    """Several accounts, in a row."""
    return " · ".join(named(each, lang) for each in accounts)


class _Linking:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def link(self, call: CommandCall) -> Outbound:
        """Show a code, enter one, confirm or refuse."""
        act, _, number = call.argument.partition(" ")
        try:
            async with self._db.uow(call.creator_id) as uow:
                if await repository.tries(uow, call.fan_id, now() - WITHIN) > MOST_TRIES:
                    return _said(call, "link.often")
                if act.casefold() in ("yes", "no") and number.isascii() and number.isdigit():
                    return await self._decide(uow, call, int(number[:18]), yes=act.casefold() == "yes")
                if call.argument:
                    asked = await community.linking.claim(uow, call.fan_id, call.thread_id, call.argument)
                    return _ask(asked, call.lang)
                code = await community.linking.offer(uow, call.fan_id, call.thread_id)
        except BadLink as problem:
            return _said(call, f"link.{problem.code}")
        minutes = int(community.linking.CODE_FOR.total_seconds() // 60)
        return Outbound(t(call.lang, "link.code", code=f"/link {code}", minutes=minutes), call.lang)

    async def _decide(self, uow: UnitOfWork, call: CommandCall, number: int, *, yes: bool) -> Outbound:
        if not yes:
            await community.linking.refuse(uow, call.fan_id, number)
            return _said(call, "link.refused")
        asked, done = await community.linking.agree(uow, call.fan_id, number)
        there = await repository.place(uow, asked.thread_id)
        mine = await community.linking.account(uow, call.fan_id)
        if there is not None:
            lang = there.lang or call.lang
            seen = Asked(asked.id, mine, asked.thread_id)
            said = (
                Outbound(t(lang, "link.done", account=named(mine, lang)), lang) if done else _ask(seen, lang)
            )
            await _tell(uow, there, said, f"link:{number}:{'done' if done else 'ask'}")
        key = "link.done" if done else "link.waits"
        return _said(call, key, account=named(asked.other, call.lang))

    async def unlink(self, call: CommandCall) -> Outbound:
        """Have this account be apart from the others again, and tell them; the same message again says so
        again.
        """
        async with self._db.uow(call.creator_id) as uow:
            before = await community.linking.unlink(uow, call.fan_id)
            mine = await community.linking.account(uow, call.fan_id)
            for each in before:
                there = await repository.last_place(uow, call.avatar_id, each.fan_id)
                if there is not None:
                    lang = there.lang or call.lang
                    said = Outbound(t(lang, "unlink.done", accounts=named(mine, lang)), lang)
                    await _tell(uow, there, said, f"unlink:{call.inbound_id}:{each.fan_id}")
            if not before:
                parted = await repository.parted_by(uow, call.inbound_id)
                before = tuple([await community.linking.account(uow, each) for each in parted])
        if not before:
            return _said(call, "unlink.none")
        return _said(call, "unlink.done", accounts=told(before, call.lang))


def _said(call: CommandCall, key: str, **params: str) -> Outbound:
    return Outbound(t(call.lang, key, count=None, **params), call.lang)


def _ask(asked: Asked, lang: str) -> Outbound:
    """The question whether the other account is theirs, with its name, and what comes of it."""
    buttons = (
        Button(t(lang, "link.yes"), text=f"/link yes {asked.id}"),
        Button(t(lang, "link.no"), text=f"/link no {asked.id}"),
    )
    return Outbound(t(lang, "link.ask", account=named(asked.other, lang)), lang, buttons=buttons)


async def _tell(uow: UnitOfWork, there: Any, said: Outbound, once: str) -> None:
    """Say something in the other account's private chat, once."""
    await add_outbound(
        uow, thread_id=there.id, connection_id=there.connection_id, message_id=None, once=once,
        payload=said.to_json(),
    )  # fmt: skip
    await uow.notify(OUTBOUND_CHANNEL)
