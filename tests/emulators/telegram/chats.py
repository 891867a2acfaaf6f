"""Chats of every type, their members and rights, topics and invite links."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.errors import ApiError, bad, forbidden
from tests.emulators.telegram.people import Json, User

MEMBER_RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info",
    "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics", "can_manage_tags")
# What anybody may in a group that nobody has set up.
_AT_FIRST = {right: right not in ("can_change_info", "can_pin_messages", "can_manage_topics", "can_edit_tag")
             for right in MEMBER_RIGHTS}  # fmt: skip


@dataclass(eq=False)
class Member:
    """One user in one chat. `reads_all`: a bot that came, or rose or fell, with its privacy mode off."""

    user: User
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)
    until: int = 0
    title: str = ""
    anonymous: bool = False
    promoted_by: int = 0
    present: bool = True
    reads_all: bool = False

    @property
    def inside(self) -> bool:
        """Is it in the chat?"""
        return self.status in ("creator", "administrator", "member") or (
            self.status == "restricted" and self.present
        )

    @property
    def administers(self) -> bool:
        """Is it an administrator, or the owner?"""
        return self.status in ("creator", "administrator")

    def to_json(self, chat: "Chat", viewer: int = 0) -> Json:
        """The `ChatMember` that it is, as `viewer` sees it."""
        known: Json = {"status": self.status, "user": self.user.to_json()}
        if self.status == "creator":
            known["is_anonymous"] = self.anonymous
        elif self.status == "administrator":
            names = ADMIN_RIGHTS + (CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)
            known |= {"can_be_edited": viewer == self.promoted_by, "is_anonymous": self.anonymous}
            known |= {name: self.rights.get(name, False) for name in names}
        elif self.status == "restricted":
            known |= {"is_member": self.present, "until_date": self.until}
            known |= {name: self.rights.get(name, False) for name in MEMBER_RIGHTS}
        elif self.status == "kicked":
            known["until_date"] = self.until
        if self.title and self.administers:
            known["custom_title"] = self.title
        return known


@dataclass
class Topic:
    """A topic of a forum; its number is that of the message which made it. The general one is 1."""

    id: int
    name: str
    color: int = 7322096
    icon: str = ""
    closed: bool = False
    hidden: bool = False

    def to_json(self) -> Json:
        """The `ForumTopic` that it is."""
        known: Json = {"message_thread_id": self.id, "name": self.name, "icon_color": self.color}
        return known | ({"icon_custom_emoji_id": self.icon} if self.icon else {})


@dataclass(eq=False)
class Chat:
    """A chat. A private one is what a bot and a user have together: each pair has its own."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    peer: User | None = None
    is_forum: bool = False
    description: str = ""
    linked: "Chat | None" = None
    permissions: dict[str, bool] = field(default_factory=lambda: dict(_AT_FIRST))
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    last_message_id: int = 0
    topics: dict[int, Topic] = field(default_factory=dict)
    slow_mode: int = 0
    links: dict[str, Json] = field(default_factory=dict)
    requests: dict[int, str] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    photo: Json | None = None
    migrated_to: int | None = None
    reactions: list[str] | None = None
    protected: bool = False
    last_bot: int = 0
    last_said: dict[int, float] = field(default_factory=dict)
    sender_bans: set[int] = field(default_factory=set)

    @property
    def called(self) -> str:
        """The word for its type in error messages."""
        return {"group": "group chat", "channel": "channel chat"}.get(self.type, self.type)

    def to_json(self) -> Json:
        """The `Chat` that messages carry."""
        known: Json = {"id": self.id, "type": self.type}
        if self.peer is not None:
            named = self.peer.to_json()
            return known | {
                key: named[key] for key in ("first_name", "last_name", "username") if key in named
            }
        known["title"] = self.title
        if self.username:
            known["username"] = self.username
        return known | ({"is_forum": True} if self.is_forum else {})

    def member(self, user_id: int) -> Member | None:
        """The member that a user is or was; None where the chat never saw them."""
        return self.members.get(user_id)

    def inside(self, user_id: int) -> bool:
        """Is the user in it now?"""
        return self.type == "private" or bool((found := self.member(user_id)) and found.inside)

    def administrator(self, user_id: int) -> Member | None:
        """The administrator that a user is here."""
        found = self.member(user_id)
        return found if found and found.administers else None

    def may(self, user_id: int, right: str) -> bool:
        """Has a user this right here: an administrator's own, a member's, else what anybody may."""
        if self.type == "private":
            return True
        found = self.member(user_id)
        if found is None or not found.inside:
            return False
        if found.status == "creator":
            return True
        if found.status == "administrator":
            return found.rights.get(right, False) or right.startswith(
                ("can_send_", "can_react_", "can_add_web")
            )
        if self.type == "channel":
            return False
        return self.permissions.get(right, False) and (
            found.status != "restricted" or found.rights.get(right, False)
        )

    def need(self, user_id: int, right: str, refusal: ApiError | None = None) -> None:
        """Refuse a bot that hasn't this right.

        Raises:
            ApiError: `refusal`, or that it isn't here, or that its rights don't suffice.
        """
        self.need_inside(user_id)
        if not self.may(user_id, right):
            raise refusal or bad("not enough rights")

    def need_inside(self, user_id: int) -> None:
        """Refuse a bot that isn't in this chat.

        Raises:
            ApiError: it was removed, or has never been a member.
        """
        if self.type == "private":
            return
        found = self.member(user_id)
        if found is not None and found.status == "kicked":
            raise forbidden(f"bot was kicked from the {self.called}")
        if found is None or not found.inside:
            raise forbidden(f"bot is not a member of the {self.called}")


def rights_of(names: tuple[str, ...], given: dict[str, Any]) -> dict[str, bool]:
    """The rights of a request, as they are stored."""
    return {name: bool(given.get(name)) for name in names}
