"""The commands that fans give, in every conversation. (The creator's people's: `orders.py`.)"""

from dataclasses import replace
from typing import Any

from community import service as community
from community.errors import StaffLinkSpent
from community.types import Account
from conversation import (
    approvals,
    broadcasts,
    cards,
    facts_repository,
    feedback_repository,
    history_repository,
    linking,
    menus,
    rights,
    takeover,
)
from kernel import lang
from kernel.chat import CAPABILITIES, EXPORT, Button, Citation, CommandCall, CommandRouter, Medium, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import one_after_another, t
from kernel.i18n.bidi import commands_isolated

STAFF = "staff_"
"""What a link to a private chat begins there by which one of the creator's people says who they are."""

NEWS_ON, NEWS_OFF = "news on", "news off"
"""What a fan writes behind /me to get the creator's news, and to get them no more."""


def router(db: Database, table: CommandRouter | None = None) -> CommandRouter:
    """The commands of this room. `table` has every room's: what /help tells of."""

    async def start(call: CommandCall) -> Outbound:
        if call.argument.startswith(STAFF):
            return await known_as(call, call.argument.removeprefix(STAFF))
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            await community.write_unasked(uow, call.fan_id, wanted=True)
            offered = not call.room and not await community.wants_news(uow, call.fan_id)
        hello = t(call.lang, "answer.hello.1")
        told = t(call.lang, "disclosure.first", creator=avatar.creator_name)
        how = t(call.lang, "welcome.how" if call.room else "command.help")
        said = Outbound(f"{one_after_another(call.lang, hello, told)}\n\n{how}", call.lang)
        return replace(said, buttons=(news_button(call.lang, avatar.creator_name),)) if offered else said

    async def known_as(call: CommandCall, token: str) -> Outbound:
        if call.room:
            return Outbound(t(call.lang, "command.private"), call.lang)
        async with db.system_uow() as uow:
            try:
                who = await community.bind_staff(uow, call.creator_id, token, fan_id=call.fan_id)
            except StaffLinkSpent:
                return Outbound(t(call.lang, "staff.refused"), call.lang)
        return Outbound(t(call.lang, "staff.known", name=who.name), call.lang)

    async def help_(call: CommandCall) -> Outbound:
        known = menus.for_role(table or commands, call.lang, call.role, in_group=bool(call.room))
        lines = (commands_isolated(f"/{name}", call.lang) + f": {does}" for name, does in known)
        how = t(call.lang, "welcome.how" if call.room else "help.how")
        return Outbound("\n".join((how, "", *lines)), call.lang)

    async def ask(call: CommandCall) -> Outbound:
        # With a question it has become one before it got here.
        return Outbound(t(call.lang, "ask.usage"), call.lang)

    async def choose_language(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            wanted = lang.normalise(call.argument)
            if wanted in avatar.languages:
                await community.remember_language(uow, call.fan_id, chosen=wanted)
                return Outbound(t(wanted, "command.lang.chosen", language=lang.native_name(wanted)), wanted)
        choices = ", ".join(f"{tag} ({lang.native_name(tag)})" for tag in avatar.languages)
        return Outbound(t(call.lang, "command.lang.choices", choices=choices), call.lang)

    async def human(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            asked = Outbound(t(call.lang, "human.asked", creator=avatar.creator_name), call.lang)
            said = await approvals.ask_for_person(
                uow, call.avatar_id, call.thread_id, asked, by=call.inbound_id
            )
        return replace(said[-1], text="\n\n".join(each.text for each in said))

    async def ai(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            back = await takeover.return_to_avatar(uow, call.avatar_id, call.thread_id, by=call.inbound_id)
        key = "human.returned" if back else "human.none"
        return Outbound(t(call.lang, key, creator=avatar.creator_name), call.lang)

    commands = CommandRouter()
    commands.add("start", start)
    commands.add("help", help_)
    commands.add("ask", ask)
    commands.add("lang", choose_language)
    _add_answers(commands, db)
    commands.add("human", human)
    commands.add("ai", ai)
    _add_rights(commands, db)
    return commands


def linked_with(others: tuple[Account, ...], lang: str) -> str:
    """Which accounts are read together with the caller's."""
    return t(lang, "link.accounts", accounts=linking.told(others, lang))


def news_button(lang: str, creator: str) -> Button:
    """What a fan presses to get news: asking for them is their own act."""
    return Button(t(lang, "news.yes", creator=creator), text=f"/me {NEWS_ON}")


def _add_answers(commands: CommandRouter, db: Database) -> None:
    """/sources and /report: about the answer that they reply to, or the last one to their caller."""

    async def sources(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            parts = [Outbound.from_json(row.payload) for row in await _answer_meant(uow, call)]
        found = dict.fromkeys(each for part in parts for each in part.citations)
        if not found:
            return Outbound(t(call.lang, "sources.none"), call.lang)
        cited = tuple[Citation, ...](found)
        return Outbound(t(call.lang, "sources.are"), call.lang, citations=cited, judged=False, card="sources")

    async def report(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            parts = await _answer_meant(uow, call)
            if parts:
                await feedback_repository.put(uow, parts[0].id, call.fan_id, "flag", now())
                await cards.flagged(uow, parts[0].id)
        key = "report.done" if parts else "report.none"
        return Outbound(t(call.lang, key, creator=avatar.creator_name), call.lang)

    commands.add("sources", sources)
    commands.add("report", report)


async def _answer_meant(uow: UnitOfWork, call: CommandCall) -> list[Any]:
    """The parts of the answer that a command is about."""
    if call.reply_to:
        replied = await history_repository.replied_to(uow, call.thread_id, call.reply_to)
        if replied is not None:
            return await history_repository.answers_to(uow, replied.id)
    last = await history_repository.answered_before(uow, call.thread_id, call.inbound_id)
    return [] if last is None else await history_repository.answers_to(uow, last)


def _add_rights(commands: CommandRouter, db: Database) -> None:
    """/me, /privacy, /export, /forgetme, /terms, /stop."""

    async def news(call: CommandCall, *, wanted: bool) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            await broadcasts.want(uow, call.fan_id, wanted=wanted)
        key = "news.on" if wanted else "news.off"
        return Outbound(t(call.lang, key, creator=avatar.creator_name), call.lang)

    async def me(call: CommandCall) -> Outbound:
        if (asked := " ".join(call.argument.casefold().split())) in (NEWS_ON, NEWS_OFF):
            return await news(call, wanted=asked == NEWS_ON)
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            wants = await community.wants_news(uow, call.fan_id)
            fans = await community.linking.linked(uow, call.fan_id)
            known = await facts_repository.told_by(uow, call.avatar_id, fans)
            others = await community.linking.accounts(uow, call.fan_id)
        lines = [t(call.lang, f"facts.line.{each.kind}", value=each.text) for each in known]
        told = (
            "\n".join((t(call.lang, "facts.known.1"), *lines)) if lines else t(call.lang, "facts.unknown.1")
        )
        how = f"\n\n{t(call.lang, 'facts.how')}" if lines else ""
        creator = avatar.creator_name
        gets = t(call.lang, "news.is_on" if wants else "news.is_off", creator=creator)
        ends = Button(t(call.lang, "news.no"), text=f"/me {NEWS_OFF}")
        button = ends if wants else news_button(call.lang, creator)
        with_others = f"\n\n{linked_with(others, call.lang)}" if others else ""
        return Outbound(f"{told}{how}{with_others}\n\n{gets}", call.lang, buttons=(button,))

    async def terms(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
        return Outbound(t(call.lang, "terms.told", creator=avatar.creator_name), call.lang)

    async def stop(call: CommandCall) -> Outbound:
        if call.room:
            return Outbound(t(call.lang, "stop.group"), call.lang)
        async with db.uow(call.creator_id) as uow:
            await community.write_unasked(uow, call.fan_id, wanted=False)
            await broadcasts.want(uow, call.fan_id, wanted=False)
        return Outbound(t(call.lang, "stop.done"), call.lang)

    async def privacy(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
        said = t(call.lang, "privacy.told", creator=avatar.creator_name)
        # What they send is a command, the same in every language.
        buttons = (Button("/export", text="/export"), Button("/forgetme", text="/forgetme"))
        return Outbound(said, call.lang, buttons=buttons)

    async def export(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            secret = await rights.ask_export(
                uow, fan_id=call.fan_id, message_id=call.inbound_id, platform=call.platform
            )
        if call.platform in CAPABILITIES and CAPABILITIES[call.platform].files:
            name = f"{avatar.slug}-about-me.json"
            file = Medium("document", file=f"{EXPORT}{secret}", name=name, mime="application/json")
            said = t(call.lang, "privacy.export.here", creator=avatar.creator_name)
            return Outbound(said, call.lang, media=(file,))
        minutes = int(rights.EXPORT_FOR.total_seconds() // 60)
        said = t(call.lang, "privacy.export", creator=avatar.creator_name, minutes=minutes)
        # A path of the public site; a platform whose links must be whole puts the site's address before it.
        link = Button(t(call.lang, "privacy.export.open"), url=f"/c/{avatar.slug}/export/{secret}")
        return Outbound(said, call.lang, buttons=(link,))

    async def forget_me(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
            if call.argument.casefold() == "yes":
                await rights.ask_erasure(
                    uow, fan_id=call.fan_id, message_id=call.inbound_id, platform=call.platform
                )
                # In an app of somebody else's what was said stays on its screen; a page of ours is emptied.
                done = "forgetme.done.app" if call.platform in CAPABILITIES else "forgetme.done"
                return Outbound(t(call.lang, done), call.lang)
            others = await community.linking.accounts(uow, call.fan_id)
        sure = Button(t(call.lang, "forgetme.sure"), text="/forgetme yes")
        said = t(call.lang, "forgetme.ask", creator=avatar.creator_name)
        if others:
            said = f"{said}\n\n{t(call.lang, 'link.forget', accounts=linking.told(others, call.lang))}"
        return Outbound(said, call.lang, buttons=(sure,))

    commands.add("me", me, private=True)
    commands.add("privacy", privacy, private=True)
    commands.add("export", export, private=True)
    commands.add("forgetme", forget_me, private=True)
    commands.add("terms", terms)
    commands.add("stop", stop)
