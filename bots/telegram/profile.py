"""What a bot shows of its avatar in Telegram: name, bio, description, picture, commands, suggested rights.

Only what has changed since it was told is told again. Whatever Telegram refuses is noted and holds up
nothing: a name may be changed a few times a day only, and the bot works with the old one.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Protocol

import anyio.to_thread
import structlog
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
    BufferedInputFile,
    ChatAdministratorRights,
    InputProfilePhotoStatic,
)

from bots.errors import Busy, Refused, TelegramAway
from bots.shown import cut, jpeg
from bots.telegram import joining_repository
from bots.telegram.asking import asking
from bots.telegram.client import Client
from bots.telegram.roster import KnownBot, Roster
from community import service as community
from community.types import AvatarInfo, Role
from conversation import service as conversation
from conversation.types import StaffHere
from kernel.db import Database
from kernel.errors import NotFound, UnderstudyError
from kernel.files import FileStore
from kernel.i18n import t
from kernel.lang import SUPPORTED

log = structlog.get_logger(__name__)

MOST_NAME, MOST_DESCRIPTION, MOST_BIO = 64, 512, 120
"""Telegram's limits, in characters."""

Lines = Sequence[tuple[str, str]]
"""Commands, each with what it does."""

Menus = Callable[[str], Mapping[str, Lines]]
"""The commands of a language by who sees them: everyone, private, groups."""


class RoleMenu(Protocol):
    """The commands of a language that somebody of a role may give, in private or in a group."""

    def __call__(self, lang: str, role: Role, *, in_group: bool = False) -> Lines:
        """Each with a line on what it does."""
        ...


_CHAT: Final = "chat-"
_MEMBER: Final = "member-"

_SCOPES: Final[Mapping[str, Callable[[], BotCommandScopeUnion]]] = {
    "everyone": BotCommandScopeDefault,
    "private": BotCommandScopeAllPrivateChats,
    "groups": BotCommandScopeAllGroupChats,
    # Whose administrators aren't the team: nothing is told to them any more, what was is taken back.
    "staff": BotCommandScopeAllChatAdministrators,
}

_NO_RIGHTS: Final = {
    name: False
    for name, about in ChatAdministratorRights.model_fields.items()
    if about.is_required()
}  # fmt: skip
_RIGHTS: Final = {
    "groups": ("can_manage_chat", "can_delete_messages", "can_restrict_members", "can_invite_users"),
    "channels": ("can_manage_chat", "can_post_messages", "can_edit_messages"),
}
"""Suggested to whoever makes the bot an administrator, who may take any of them away."""


def bio(avatar: AvatarInfo, lang: str) -> str:
    """The line on the bot's page: that it is an AI, and whose. A long name is shortened, never the rest."""
    words, marks = len(t(lang, "profile.bio", creator="")), 4  # the name stands there twice, isolated
    return t(lang, "profile.bio", creator=cut(avatar.creator_name, (MOST_BIO - words - marks) // 2))


def description(avatar: AvatarInfo, lang: str) -> str:
    """What stands in an empty chat: that it is an AI, and whose; what it is for."""
    told = t(lang, "disclosure.first", creator=avatar.creator_name)
    line = avatar.tagline.get(lang) or avatar.tagline.get(avatar.languages[0], "")
    return cut(f"{told}\n\n{line}".strip(), MOST_DESCRIPTION)


def codes(languages: Sequence[str]) -> dict[str, str]:
    """Languages by Telegram's codes; "" is the first, for whoever speaks none of them.

    Telegram knows two letters: of two scripts of one language the first counts.
    """
    first = languages[0]
    found = {"": first}
    for lang in languages:
        if lang[:2] != first[:2]:
            found.setdefault(lang[:2], lang)
    return found


class Profile:
    """Tells Telegram what avatars are."""

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        files: FileStore,
        menus: Menus,
        role_menu: RoleMenu,
    ) -> None:
        self._role_menu = role_menu
        self._db = db
        self._client = client
        self._roster = roster
        self._files = files
        self._menus = menus

    async def tell(self, creator_id: int, avatar_id: int) -> dict[str, str]:
        """Bring a bot's profile up to date; what Telegram didn't want, by what it was, and why.

        Raises:
            TelegramAway, Busy: some of it may go later.
        """
        async with self._db.uow(creator_id) as uow:
            row = await joining_repository.of_avatar(uow, avatar_id)
            avatar = await community.get_avatar(uow, avatar_id)
            staff = await conversation.staff_here(uow, row.connection_id) if row else ()
        bot = await self._roster.of(row.connection_id) if row else None
        if bot is None or bot.state != "active":
            return {}
        before: dict[str, str] = {key: digest for key, digest in row.told.items() if key != "failed"}
        wanted = await self._wanted(avatar, staff, before)
        after, failed, later = await self._tell(bot, wanted, before)
        name = cut(avatar.name, MOST_NAME) if after.get("name") == wanted["name"][0] else None
        async with self._db.uow(creator_id) as uow:
            await joining_repository.keep_told(uow, bot.connection_id, after | {"failed": failed}, name)
        if later:
            raise later
        return failed

    async def _tell(
        self, bot: KnownBot, wanted: Mapping[str, tuple[str, "Call"]], before: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str], UnderstudyError | None]:
        after, failed, later = dict(before), {}, None
        for key, (digest, call) in wanted.items():
            if before.get(key) == digest:
                continue
            try:
                with asking():
                    await call(self._client.bot(bot.token))
            except UnderstudyError as error:
                if isinstance(error, Refused) and (not digest or _MEMBER in key):
                    after[key] = digest  # there is nothing to take back, or they have left that group
                    continue
                failed[key] = error.message
                later = error if isinstance(error, (TelegramAway, Busy)) else later
                log.info("telegram.profile_refused", bot=bot.bot_id, what=key, error=error.message)
                if isinstance(error, TelegramAway):
                    break  # nothing else would arrive
            else:
                after[key] = digest
        return {key: digest for key, digest in after.items() if digest}, failed, later

    async def _wanted(
        self, avatar: AvatarInfo, staff: Sequence[StaffHere], before: Mapping[str, str]
    ) -> dict[str, tuple[str, "Call"]]:
        """What is to be told, by what it is: its digest, and the call. Empty digests take back."""
        wanted: dict[str, tuple[str, Call]] = {}

        def want(key: str, value: Any, call: Call) -> None:
            wanted[key] = (_digest(value) if value else "", call)

        name = cut(avatar.name, MOST_NAME)
        want("name", name, lambda api: api.set_my_name(name))
        # That it is an AI is told in every language: fans are answered in theirs, whatever the avatar speaks.
        for code, lang in codes((*avatar.languages, *SUPPORTED)).items():
            for what, text in (("bio", bio(avatar, lang)), ("description", description(avatar, lang))):
                want(f"{what}:{code}", text, _TEXTS[what](text, code))
        for code, lang in codes(avatar.languages).items():
            for scope, commands in self._menus(lang).items():
                want(f"commands:{scope}:{code}", list(commands), _commands(scope, commands, code))
            for one in staff:
                if not one.room:
                    commands, scope = self._role_menu(lang, one.role), f"{_CHAT}{one.user_id}"
                    want(f"commands:{scope}:{code}", list(commands), _commands(scope, commands, code))
        # One menu for each of them in each group, as whoever reads it is known.
        for one in staff:
            if one.room:
                lang, scope = one.lang or avatar.languages[0], f"{_MEMBER}{one.room}/{one.user_id}"
                commands = self._role_menu(lang, one.role, in_group=True)
                want(f"commands:{scope}:", list(commands), _commands(scope, commands, ""))
        for where, rights in _RIGHTS.items():
            want(f"rights:{where}", rights, _suggestion(rights, channels=where == "channels"))
        if avatar.portrait and (picture := await self._picture(avatar.creator_id, avatar.portrait)):
            want("picture", avatar.portrait, _photo(picture))
        for key in before.keys() - wanted.keys() - {"picture"}:
            want(key, "", _taken_back(key))
        return wanted

    async def _picture(self, creator_id: int, sha256: str) -> bytes | None:
        try:
            path = self._files.path(creator_id, sha256)
        except NotFound:
            return None
        return await anyio.to_thread.run_sync(jpeg, path)


Call = Callable[[Bot], Awaitable[Any]]


def _bio(text: str, code: str) -> Call:
    return lambda api: api.set_my_short_description(text, language_code=code or None)


def _description(text: str, code: str) -> Call:
    return lambda api: api.set_my_description(text, language_code=code or None)


_TEXTS: Final = {"bio": _bio, "description": _description}


def _commands(scope: str, commands: Sequence[tuple[str, str]], code: str) -> Call:
    told = [BotCommand(command=name, description=about) for name, about in commands]
    return lambda api: api.set_my_commands(told, scope=_scope(scope), language_code=code or None)


def _scope(name: str) -> BotCommandScopeUnion:
    """Who sees a menu: all of a kind, or one of the creator's people, in their private chat or in a group."""
    if name.startswith(_MEMBER):
        chat, _, user = name.removeprefix(_MEMBER).partition("/")
        return BotCommandScopeChatMember(chat_id=int(chat), user_id=int(user))
    if name.startswith(_CHAT):
        return BotCommandScopeChat(chat_id=int(name.removeprefix(_CHAT)))
    return _SCOPES[name]()


def _suggestion(rights: Sequence[str], *, channels: bool) -> Call:
    told = ChatAdministratorRights(**(_NO_RIGHTS | dict.fromkeys(rights, True)))
    return lambda api: api.set_my_default_administrator_rights(told, for_channels=channels)


def _photo(picture: bytes) -> Call:
    told = InputProfilePhotoStatic(photo=BufferedInputFile(picture, "portrait.jpg"))
    return lambda api: api.set_my_profile_photo(told)


def _taken_back(key: str) -> Call:
    """The call that leaves a bot without what it was told under a key of `Profile._wanted`."""
    what, _, rest = key.partition(":")
    if what in _TEXTS:
        return _TEXTS[what]("", rest)
    if what == "rights":
        return lambda api: api.set_my_default_administrator_rights(for_channels=rest == "channels")
    if what == "picture":
        return lambda api: api.remove_my_profile_photo()
    scope, _, code = rest.partition(":")
    return lambda api: api.delete_my_commands(scope=_scope(scope), language_code=code or None)


async def take_back(api: Bot, told: Mapping[str, Any], *, name: str, before: str) -> None:
    """Leave a bot without what Telegram was told of its avatar, as far as it lets us.

    It is called again what it was `before`, where that is known and it is still called `name`. Whatever
    picture it had before comes back; nobody can tell ours from one that somebody has given it since.

    Raises:
        TelegramAway, Busy, TokenRefused: nothing else would be taken back either.
    """
    for key in sorted(told):
        if key.partition(":")[0] in (*_TEXTS, "commands", "rights", "picture"):
            await _try(api, key, _taken_back(key))

    async def rename(api: Bot) -> None:
        if (await api.get_my_name()).name == name:
            await api.set_my_name(before)

    # A name may be changed a few times a day only: what it holds up is nothing.
    if before and before != name and "name" in told:
        await _try(api, "name", rename)


async def _try(api: Bot, what: str, call: Call) -> None:
    try:
        with asking():
            await call(api)
    except Refused as error:  # whoever a menu was for may have blocked the bot
        log.info("telegram.left_behind", bot=api.id, what=what, error=error.message)


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
