"""What a bot is and says of itself, the bots that it manages, and how its updates come."""

from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram import updates
from tests.emulators.telegram.calling import Call, method
from tests.emulators.telegram.chats import ADMIN_RIGHTS
from tests.emulators.telegram.errors import ApiError, NotEmulated, bad, too_many
from tests.emulators.telegram.people import Bot, Json, Webhook

KINDS_WORDS = (
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages guest_message message_reaction "
    "message_reaction_count inline_query chosen_inline_result callback_query shipping_query "
    "pre_checkout_query purchased_paid_media poll poll_answer my_chat_member chat_member "
    "chat_join_request chat_boost removed_chat_boost managed_bot"
)
KINDS = frozenset(KINDS_WORDS.split())
SECRET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@method("getMe")
async def get_me(call: Call) -> Json:
    return call.bot.about_itself()


@method("getUpdates")
async def get_updates(
    call: Call,
    offset: int = 0,
    limit: int = 100,
    timeout: int = 0,  # noqa: ASYNC109 - Telegram's name
    allowed_updates: list[str] | None = None,
) -> list[Json]:
    if not 1 <= limit <= 100:
        raise bad("limit must be between 1 and 100")
    _allow(call.bot, allowed_updates)
    return await updates.poll(
        call.bot, call.world.clock, call.world.faults, offset=offset, limit=limit, wait_s=min(timeout, 50)
    )


def _allow(bot: Bot, kinds: list[str] | None) -> None:
    if kinds is not None:
        bot.allowed = frozenset(kinds) & KINDS or None


@method("setWebhook")
async def set_webhook(
    call: Call,
    url: str = "",
    max_connections: int = 40,
    allowed_updates: list[str] | None = None,
    drop_pending_updates: bool = False,
    secret_token: str = "",
    ip_address: str | None = None,
) -> bool:
    if ip_address is not None:
        raise NotEmulated("a webhook's fixed address")
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if url and parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret_token) > 256 or not set(secret_token) <= SECRET:
        raise bad("secret token contains unallowed characters")
    if not 1 <= max_connections <= 100:
        raise bad("max_connections must be between 1 and 100")
    _allow(call.bot, allowed_updates)
    if drop_pending_updates:
        call.bot.updates.clear()
    call.bot.webhook = Webhook(url, secret_token, max_connections) if url else None
    call.bot.arrived.set()
    if url:
        call.world.deliverer.begin(call.bot)
    else:
        call.world.deliverer.end(call.bot)
    return True


@method("deleteWebhook")
async def delete_webhook(call: Call, drop_pending_updates: bool = False) -> bool:
    call.bot.webhook = None
    call.world.deliverer.end(call.bot)
    if drop_pending_updates:
        call.bot.updates.clear()
    return True


@method("getWebhookInfo")
async def get_webhook_info(call: Call) -> Json:
    hook = call.bot.webhook
    known: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(call.bot.updates),
    }
    if hook is not None:
        known["max_connections"] = hook.max_connections
        if hook.error:
            known |= {"last_error_date": int(hook.error_at), "last_error_message": hook.error}
    if call.bot.allowed is not None:
        known["allowed_updates"] = sorted(call.bot.allowed)
    return known


@method("logOut")
async def log_out(call: Call) -> bool:
    call.bot.logged_out = True
    return True


@method("close")
async def close(call: Call) -> bool:
    raise too_many(600)


@method("getFile")
async def get_file(call: Call, file_id: str) -> Json:
    return call.world.files.open(call.bot.id, file_id)


# Commands and descriptions

_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def _key(call: Call, scope: dict[str, Any] | None, language_code: str) -> tuple[str, str]:
    kind = (scope or {"type": "default"}).get("type", "")
    if kind not in _SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    given = {name: (scope or {}).get(name) for name in _SCOPES[kind]}
    if given and given["chat_id"] is not None:
        call.world.chat_for(call.bot, given["chat_id"])
    _need_language(language_code)
    return ":".join([kind, *map(str, given.values())]), language_code


def _need_language(code: str) -> None:
    if code and not (len(code) == 2 and code.isascii() and code.isalpha() and code.islower()):
        raise bad("invalid language code specified")


@method("setMyCommands")
async def set_my_commands(
    call: Call, commands: list[Any], scope: dict[str, Any] | None = None, language_code: str = ""
) -> bool:
    key = _key(call, scope, language_code)
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        name, about = one.get("command", ""), one.get("description", "")
        if not 1 <= len(name) <= 32 or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_"):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(about) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[key] = commands
    return True


@method("getMyCommands")
async def get_my_commands(
    call: Call, scope: dict[str, Any] | None = None, language_code: str = ""
) -> list[Json]:
    return call.bot.commands.get(_key(call, scope, language_code), [])


@method("deleteMyCommands")
async def delete_my_commands(
    call: Call, scope: dict[str, Any] | None = None, language_code: str = ""
) -> bool:
    call.bot.commands.pop(_key(call, scope, language_code), None)
    return True


def _tell(call: Call, what: str, text: str, language_code: str, most: int) -> bool:
    _need_language(language_code)
    if len(text) > most:
        raise bad(f"{what.replace('_', ' ')} is too long")
    call.bot.told[what, language_code] = text
    return True


def _told(call: Call, what: str, language_code: str, otherwise: str = "") -> Json:
    _need_language(language_code)
    told = call.bot.told
    return {what: told.get((what, language_code)) or told.get((what, "")) or otherwise}


@method("setMyName")
async def set_my_name(call: Call, name: str = "", language_code: str = "") -> bool:
    _tell(call, "name", name, language_code, 64)
    if name and not language_code:
        call.bot.first_name = name
    return True


@method("getMyName")
async def get_my_name(call: Call, language_code: str = "") -> Json:
    return _told(call, "name", language_code, call.bot.first_name)


@method("setMyDescription")
async def set_my_description(call: Call, description: str = "", language_code: str = "") -> bool:
    return _tell(call, "description", description, language_code, 512)


@method("getMyDescription")
async def get_my_description(call: Call, language_code: str = "") -> Json:
    return _told(call, "description", language_code)


@method("setMyShortDescription")
async def set_my_short_description(call: Call, short_description: str = "", language_code: str = "") -> bool:
    return _tell(call, "short_description", short_description, language_code, 120)


@method("getMyShortDescription")
async def get_my_short_description(call: Call, language_code: str = "") -> Json:
    return _told(call, "short_description", language_code)


@method("setMyProfilePhoto")
async def set_my_profile_photo(call: Call, photo: dict[str, Any]) -> bool:
    if photo.get("type") != "static":
        raise NotEmulated("animated profile pictures")
    if not str(photo.get("photo", "")).startswith("attach://"):
        raise bad("a profile photo must be uploaded as a new file")
    call.bot.photo = {"_file": call.file(photo["photo"], "photo")}
    return True


@method("removeMyProfilePhoto")
async def remove_my_profile_photo(call: Call) -> bool:
    if call.bot.photo is None:
        raise bad("there is no profile photo to remove")
    call.bot.photo = None
    return True


@method("setChatMenuButton")
async def set_chat_menu_button(
    call: Call, chat_id: int | None = None, menu_button: dict[str, Any] | None = None
) -> bool:
    button = menu_button or {"type": "default"}
    if button.get("type") not in ("commands", "default"):
        raise NotEmulated("Mini Apps")
    if chat_id is not None:
        call.world.chat_for(call.bot, chat_id)
    call.bot.menu_buttons[chat_id or 0] = button
    return True


@method("getChatMenuButton")
async def get_chat_menu_button(call: Call, chat_id: int | None = None) -> Json:
    buttons = call.bot.menu_buttons
    return buttons.get(chat_id or 0) or buttons.get(0) or {"type": "commands"}


@method("setMyDefaultAdministratorRights")
async def set_my_default_administrator_rights(
    call: Call, rights: dict[str, Any] | None = None, for_channels: bool = False
) -> bool:
    call.bot.default_rights[for_channels] = rights or {}
    return True


@method("getMyDefaultAdministratorRights")
async def get_my_default_administrator_rights(call: Call, for_channels: bool = False) -> Json:
    names = ("is_anonymous", *ADMIN_RIGHTS)
    return dict.fromkeys(names, False) | call.bot.default_rights.get(for_channels, {})


# Bots that a bot manages


def _managed(call: Call, user_id: int) -> Bot:
    found = call.world.bots.get(user_id)
    if found is None or found.manager is not call.bot or not call.bot.can_manage_bots:
        raise ApiError(400, "Bad Request: BOT_INVALID")
    return found


@method("getManagedBotToken")
async def get_managed_bot_token(call: Call, user_id: int) -> str:
    return _managed(call, user_id).token


@method("replaceManagedBotToken")
async def replace_managed_bot_token(call: Call, user_id: int) -> str:
    return _managed(call, user_id).renew_token()


@method("getManagedBotAccessSettings")
async def get_managed_bot_access_settings(call: Call, user_id: int) -> Json:
    return _managed(call, user_id).access


@method("setManagedBotAccessSettings")
async def set_managed_bot_access_settings(
    call: Call, user_id: int, is_access_restricted: bool, added_user_ids: list[int] | None = None
) -> bool:
    bot = _managed(call, user_id)
    added = [call.world.users[one].to_json() for one in added_user_ids or () if one in call.world.users]
    restricted = {"is_access_restricted": True} | ({"added_users": added} if added else {})
    bot.access = restricted if is_access_restricted else {"is_access_restricted": False}
    return True
