"""The commands of every conversation: /start, /help, /lang, /human, /ai, /privacy, /export, /forgetme."""

from dataclasses import replace

from community import service as community
from conversation import approvals, rights
from kernel import lang
from kernel.chat import Button, CommandCall, CommandRouter, Outbound
from kernel.db import Database
from kernel.i18n import t


def router(db: Database) -> CommandRouter:
    """The commands of this room."""

    async def start(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
        hello = t(call.lang, "answer.hello.1")
        told = t(call.lang, "disclosure.first", creator=avatar.creator_name)
        return Outbound(f"{hello} {told}\n\n{t(call.lang, 'command.help')}", call.lang)

    async def help_(call: CommandCall) -> Outbound:
        return Outbound(t(call.lang, "command.help"), call.lang)

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
            back = await approvals.return_to_avatar(uow, call.avatar_id, call.thread_id, by=call.inbound_id)
        key = "human.returned" if back else "human.none"
        return Outbound(t(call.lang, key, creator=avatar.creator_name), call.lang)

    commands = CommandRouter()
    commands.add("start", start)
    commands.add("help", help_)
    commands.add("lang", choose_language)
    commands.add("human", human)
    commands.add("ai", ai)
    _add_rights(commands, db)
    return commands


def _add_rights(commands: CommandRouter, db: Database) -> None:
    """/privacy, /export, /forgetme."""

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
                return Outbound(t(call.lang, "forgetme.done"), call.lang)
        sure = Button(t(call.lang, "forgetme.sure"), text="/forgetme yes")
        said = t(call.lang, "forgetme.ask", creator=avatar.creator_name)
        return Outbound(said, call.lang, buttons=(sure,))

    commands.add("privacy", privacy, private=True)
    commands.add("export", export, private=True)
    commands.add("forgetme", forget_me, private=True)
