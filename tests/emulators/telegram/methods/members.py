"""Members and rights: who is in a chat, who may do what there, who asks to come in."""

import secrets
from dataclasses import dataclass, fields
from typing import Any

from tests.emulators.telegram.calling import Call, ChatRef, method
from tests.emulators.telegram.chats import MEMBER_RIGHTS, Chat, Member, rights_of
from tests.emulators.telegram.errors import NO_USER, ApiError, bad
from tests.emulators.telegram.people import Bot, Json, User

_NOT_ENOUGH = "not enough rights to restrict/unrestrict chat member"


def _chat(call: Call, chat_id: ChatRef, right: str | None = None, refusal: str | None = None) -> Chat:
    chat = call.world.chat_for(call.bot, chat_id)
    if chat.type == "private":
        raise bad("method is available for supergroup and channel chats only" if right else "chat is private")
    if right is None:
        chat.need_inside(call.bot.id)
    else:
        chat.need(call.bot.id, right, bad(refusal) if refusal else None)
        # What members may do by hand, bots do as administrators.
        if chat.administrator(call.bot.id) is None and right == "can_invite_users":
            raise bad(refusal or "not enough rights")
    return chat


def _user(call: Call, user_id: int) -> User:
    user = call.world.users.get(user_id)
    if user is None:
        raise ApiError(400, NO_USER)
    return user


def _restrictable(call: Call, chat: Chat, user_id: int) -> tuple[User, Member | None]:
    user = _user(call, user_id)
    member = chat.member(user_id)
    if user_id == call.bot.id:
        raise bad("can't restrict self")
    if member is not None and member.status == "creator":
        raise bad("can't remove chat owner")
    if member is not None and member.administers and member.promoted_by != call.bot.id:
        raise bad("user is an administrator of the chat")
    return user, member


@method("getChat")
async def get_chat(call: Call, chat_id: ChatRef) -> Json:
    chat = call.world.chat_for(call.bot, chat_id)
    if chat.type != "private" and not chat.username:
        chat.need_inside(call.bot.id)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    known = chat.to_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.type in ("group", "supergroup"):
        known["permissions"] = chat.permissions
        if chat.slow_mode:
            known["slow_mode_delay"] = chat.slow_mode
    if chat.description:
        known["description"] = chat.description
    if chat.linked is not None:
        known["linked_chat_id"] = chat.linked.id
    if chat.reactions is not None:
        known["available_reactions"] = [{"type": "emoji", "emoji": one} for one in chat.reactions]
    if chat.pinned and (pinned := chat.messages.get(chat.pinned[-1])):
        known["pinned_message"] = call.world.seen_by(call.bot, pinned)
    if chat.protected:
        known["has_protected_content"] = True
    return known


@method("getChatAdministrators")
async def get_chat_administrators(call: Call, chat_id: ChatRef, return_bots: bool = False) -> list[Json]:
    chat = call.world.chat_for(call.bot, chat_id)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    chat.need_inside(call.bot.id)
    return [
        one.to_json(chat, call.bot.id)
        for one in chat.members.values()
        if one.administers and (return_bots or one.user is call.bot or not isinstance(one.user, Bot))
    ]


@method("getChatMemberCount")
async def get_chat_member_count(call: Call, chat_id: ChatRef) -> int:
    chat = call.world.chat_for(call.bot, chat_id)
    chat.need_inside(call.bot.id)
    return sum(one.inside for one in chat.members.values())


@method("getChatMember")
async def get_chat_member(call: Call, chat_id: ChatRef, user_id: int) -> Json:
    chat = call.world.chat_for(call.bot, chat_id)
    chat.need_inside(call.bot.id)
    if chat.type == "channel" and user_id != call.bot.id and chat.administrator(call.bot.id) is None:
        raise bad("member list is inaccessible")
    user = call.world.users.get(user_id)
    if user is None:
        raise bad("PARTICIPANT_ID_INVALID")
    return (chat.member(user_id) or Member(user, "left")).to_json(chat, call.bot.id)


@method("leaveChat")
async def leave_chat(call: Call, chat_id: ChatRef) -> bool:
    chat = call.world.chat_for(call.bot, chat_id)
    if chat.type == "private":
        raise bad("chat can't be left")
    chat.need_inside(call.bot.id)
    call.world.leave(chat, call.bot)
    return True


@method("banChatMember")
async def ban_chat_member(
    call: Call, chat_id: ChatRef, user_id: int, until_date: int = 0, revoke_messages: bool = False
) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", _NOT_ENOUGH)
    user, member = _restrictable(call, chat, user_id)
    if member is not None and member.inside:
        call.world.leave(chat, user, call.bot, status="kicked")
    call.world.change(chat, call.bot, user, status="kicked", until=until_date, present=False, rights={})
    if revoke_messages:
        theirs = [n for n, one in chat.messages.items() if one.get("from", {}).get("id") == user_id]
        for number in theirs:
            del chat.messages[number]
    return True


@method("unbanChatMember")
async def unban_chat_member(call: Call, chat_id: ChatRef, user_id: int, only_if_banned: bool = False) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", _NOT_ENOUGH)
    user, member = _restrictable(call, chat, user_id)
    if member is not None and (member.status == "kicked" or (member.inside and not only_if_banned)):
        call.world.change(chat, call.bot, user, status="left", present=False)
    return True


@method("restrictChatMember")
async def restrict_chat_member(
    call: Call,
    chat_id: ChatRef,
    user_id: int,
    permissions: dict[str, Any],
    use_independent_chat_permissions: bool = False,
    until_date: int = 0,
) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", _NOT_ENOUGH)
    if chat.type != "supergroup":
        raise bad("method is available only for supergroups")
    user, member = _restrictable(call, chat, user_id)
    rights = rights_of(MEMBER_RIGHTS, permissions)
    free = all(rights[name] for name in MEMBER_RIGHTS if chat.permissions.get(name))
    present = member is not None and member.inside
    if free:
        call.world.change(chat, call.bot, user, status="member" if present else "left", rights={}, until=0)
    else:
        call.world.change(
            chat, call.bot, user, status="restricted", rights=rights, until=until_date, present=present
        )
    return True


@dataclass(frozen=True)
class AdminRights:
    """What an administrator may do."""

    can_manage_chat: bool = False
    can_delete_messages: bool = False
    can_manage_video_chats: bool = False
    can_restrict_members: bool = False
    can_promote_members: bool = False
    can_change_info: bool = False
    can_invite_users: bool = False
    can_post_stories: bool = False
    can_edit_stories: bool = False
    can_delete_stories: bool = False
    can_post_messages: bool = False
    can_edit_messages: bool = False
    can_pin_messages: bool = False
    can_manage_topics: bool = False
    can_manage_direct_messages: bool = False
    can_manage_tags: bool = False


@method("promoteChatMember")
async def promote_chat_member(
    call: Call, chat_id: ChatRef, user_id: int, rights: AdminRights, is_anonymous: bool = False
) -> bool:
    chat = _chat(call, chat_id, "can_promote_members", "not enough rights")
    user, member = _restrictable(call, chat, user_id)
    if member is None or not member.inside:
        raise bad("USER_NOT_PARTICIPANT")
    given = {one.name: getattr(rights, one.name) for one in fields(AdminRights)}
    mine = chat.member(call.bot.id)
    if mine is not None and mine.status != "creator":
        over = [name for name, wanted in given.items() if wanted and not mine.rights.get(name)]
        if over:
            raise bad("RIGHT_FORBIDDEN")
    if any(given.values()):
        call.world.change(
            chat, call.bot, user, status="administrator", rights=given, promoted_by=call.bot.id,
            anonymous=is_anonymous,
        )  # fmt: skip
    else:
        call.world.change(chat, call.bot, user, status="member", rights={})
    return True


@method("setChatAdministratorCustomTitle")
async def set_chat_administrator_custom_title(
    call: Call, chat_id: ChatRef, user_id: int, custom_title: str
) -> bool:
    chat = _chat(call, chat_id, "can_promote_members")
    member = chat.administrator(user_id)
    if member is None or member.promoted_by != call.bot.id:
        raise bad("not enough rights to change custom title of the user")
    if len(custom_title) > 16:
        raise bad("ADMIN_RANK_INVALID")
    member.title = custom_title
    return True


@method("setChatPermissions")
async def set_chat_permissions(
    call: Call, chat_id: ChatRef, permissions: dict[str, Any], use_independent_chat_permissions: bool = False
) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", "not enough rights to change chat permissions")
    new = rights_of(MEMBER_RIGHTS, permissions)
    if new == chat.permissions:
        raise bad("CHAT_NOT_MODIFIED")
    chat.permissions = new
    return True


@method("setChatTitle")
async def set_chat_title(call: Call, chat_id: ChatRef, title: str) -> bool:
    chat = _chat(call, chat_id, "can_change_info", "not enough rights to change chat title")
    if not 1 <= len(title) <= 128:
        raise bad("title must be 1-128 characters")
    chat.title = title
    call.world.post(chat, call.bot, {"new_chat_title": title})
    return True


@method("setChatDescription")
async def set_chat_description(call: Call, chat_id: ChatRef, description: str = "") -> bool:
    chat = _chat(call, chat_id, "can_change_info", "not enough rights to set chat description")
    if len(description) > 255:
        raise bad("chat description is too long")
    if description == chat.description:
        raise bad("chat description is not modified")
    chat.description = description
    return True


@method("setChatPhoto")
async def set_chat_photo(call: Call, chat_id: ChatRef, photo: str) -> bool:
    chat = _chat(call, chat_id, "can_change_info", "not enough rights to change chat photo")
    if not photo.startswith("attach://"):
        raise bad("photo must be uploaded as a file")
    stored = call.file(photo, "photo")
    chat.photo = {"_file": stored}
    return True


@method("deleteChatPhoto")
async def delete_chat_photo(call: Call, chat_id: ChatRef) -> bool:
    chat = _chat(call, chat_id, "can_change_info", "not enough rights to change chat photo")
    if chat.photo is None:
        raise bad("CHAT_NOT_MODIFIED")
    chat.photo = None
    return True


@method("banChatSenderChat")
async def ban_chat_sender_chat(call: Call, chat_id: ChatRef, sender_chat_id: int) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", _NOT_ENOUGH)
    if sender_chat_id not in call.world.chats:
        raise bad("sender chat not found")
    chat.sender_bans.add(sender_chat_id)
    return True


@method("unbanChatSenderChat")
async def unban_chat_sender_chat(call: Call, chat_id: ChatRef, sender_chat_id: int) -> bool:
    chat = _chat(call, chat_id, "can_restrict_members", _NOT_ENOUGH)
    if sender_chat_id not in call.world.chats:
        raise bad("sender chat not found")
    chat.sender_bans.discard(sender_chat_id)
    return True


# Invitations


def _link(call: Call, chat: Chat, *, primary: bool = False, **more: Any) -> Json:
    link: Json = {
        "invite_link": f"https://t.me/+{secrets.token_urlsafe(12)}",
        "creator": call.bot.to_json(),
        "creates_join_request": False,
        "is_primary": primary,
        "is_revoked": False,
    }
    link |= {name: value for name, value in more.items() if value not in (None, "", 0)}
    chat.links[link["invite_link"]] = link
    return link


def _known_link(chat: Chat, address: str) -> Json:
    found = chat.links.get(address)
    if found is None:
        raise bad("INVITE_HASH_INVALID")
    return found


@dataclass(frozen=True)
class Invitation:
    """What an invite link allows."""

    name: str | None = None
    expire_date: int | None = None
    member_limit: int | None = None
    creates_join_request: bool = False

    def to_json(self) -> Json:
        """The fields of the link.

        Raises:
            ApiError: a limit beside the need to ask, or a limit out of bounds.
        """
        if self.creates_join_request and self.member_limit:
            raise bad("member limit can't be specified for links requiring administrator approval")
        if self.member_limit is not None and not 1 <= self.member_limit <= 99_999:
            raise bad("USAGE_LIMIT_INVALID")
        if self.name is not None and len(self.name) > 32:
            raise bad("invite link name is too long")
        return {one.name: getattr(self, one.name) for one in fields(Invitation)}


_INVITING = "not enough rights to manage chat invite link"


@method("exportChatInviteLink")
async def export_chat_invite_link(call: Call, chat_id: ChatRef) -> str:
    chat = _chat(call, chat_id, "can_invite_users", _INVITING)
    for link in chat.links.values():
        if link["is_primary"]:
            link["is_revoked"] = True
    return str(_link(call, chat, primary=True)["invite_link"])


@method("createChatInviteLink")
async def create_chat_invite_link(call: Call, chat_id: ChatRef, invitation: Invitation) -> Json:
    return _link(call, _chat(call, chat_id, "can_invite_users", _INVITING), **invitation.to_json())


@method("editChatInviteLink")
async def edit_chat_invite_link(
    call: Call, chat_id: ChatRef, invite_link: str, invitation: Invitation
) -> Json:
    link = _known_link(_chat(call, chat_id, "can_invite_users", _INVITING), invite_link)
    if link["creator"]["id"] != call.bot.id or link["is_primary"]:
        raise bad("invite link can't be edited")
    link.update({name: value for name, value in invitation.to_json().items() if value is not None})
    return link


@method("createChatSubscriptionInviteLink")
async def create_chat_subscription_invite_link(
    call: Call, chat_id: ChatRef, subscription_period: int, subscription_price: int, name: str | None = None
) -> Json:
    chat = _chat(call, chat_id, "can_invite_users", _INVITING)
    if chat.type != "channel":
        raise bad("CHAT_INVALID")
    if subscription_period != 2_592_000:
        raise bad("SUBSCRIPTION_PERIOD_INVALID")
    if not 1 <= subscription_price <= 10_000:
        raise bad("SUBSCRIPTION_PRICE_INVALID")
    return _link(
        call,
        chat,
        name=name,
        subscription_period=subscription_period,
        subscription_price=subscription_price,
    )


@method("revokeChatInviteLink")
async def revoke_chat_invite_link(call: Call, chat_id: ChatRef, invite_link: str) -> Json:
    link = _known_link(_chat(call, chat_id, "can_invite_users", _INVITING), invite_link)
    link["is_revoked"] = True
    return link


def _request(call: Call, chat_id: ChatRef, user_id: int) -> tuple[Chat, User]:
    chat = _chat(call, chat_id, "can_invite_users")
    user = _user(call, user_id)
    if chat.inside(user_id):
        raise bad("USER_ALREADY_PARTICIPANT")
    if user_id not in chat.requests:
        raise bad("HIDE_REQUESTER_MISSING")
    del chat.requests[user_id]
    return chat, user


@method("approveChatJoinRequest")
async def approve_chat_join_request(call: Call, chat_id: ChatRef, user_id: int) -> bool:
    chat, user = _request(call, chat_id, user_id)
    call.world.enter(chat, user, call.bot)
    return True


@method("declineChatJoinRequest")
async def decline_chat_join_request(call: Call, chat_id: ChatRef, user_id: int) -> bool:
    _request(call, chat_id, user_id)
    return True
