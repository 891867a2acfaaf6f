"""The chat commands that every conversation has: /start, /help, /lang."""

from community import service as community
from kernel import lang
from kernel.chat import CommandCall, CommandRouter, Outbound
from kernel.db import Database
from kernel.i18n import t


def router(db: Database) -> CommandRouter:
    """The commands of this room."""

    async def start(call: CommandCall) -> Outbound:
        async with db.uow(call.creator_id) as uow:
            avatar = await community.get_avatar(uow, call.avatar_id)
        hello = t(call.lang, "disclosure.first", creator=avatar.creator_name)
        return Outbound(f"{hello}\n\n{t(call.lang, 'command.help')}", call.lang)

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

    commands = CommandRouter()
    commands.add("start", start)
    commands.add("help", help_)
    commands.add("lang", choose_language)
    return commands
