"""Where somebody is in the admin web: whose avatar's pages, in which role, in which frame."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import Request

from admin_web.auth.deps import Context, current, require, signed_in_of, visitor
from admin_web.elsewhere import OfAnotherCreator
from admin_web.ports import container_of
from community import service as community
from community.types import AvatarInfo, CreatorInfo, Role, SignedIn, StaffInfo
from conversation.service import autonomy
from kernel.errors import NotFound
from kernel.i18n import translator
from kernel.web import page_lang


def _(message: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation: who may open it, its key after `g`, and whether a phone shows it below."""

    id: str
    label: str
    icon: str
    key: str
    role: Role
    short: bool = False


ENTRIES: Final = (
    Entry("today", _("Today"), "house", "t", Role.VIEWER, short=True),
    Entry("inbox", _("Inbox"), "messages-square", "i", Role.VIEWER),
    Entry("approvals", _("Approvals"), "badge-check", "a", Role.VIEWER, short=True),
    Entry("moderation", _("Moderation"), "flag", "d", Role.VIEWER),
    Entry("knowledge", _("Knowledge"), "book-open", "k", Role.VIEWER, short=True),
    Entry("style", _("Style"), "palette", "s", Role.VIEWER),
    Entry("persona", _("Persona"), "smile", "r", Role.VIEWER),
    Entry("boundaries", _("Boundaries"), "ban", "b", Role.VIEWER),
    Entry("autonomy", _("Autonomy"), "scale", "y", Role.CREATOR),
    Entry("broadcasts", _("Broadcasts"), "rss", "w", Role.MODERATOR),
    Entry("channels", _("Channels"), "send", "l", Role.MODERATOR),
    Entry("playground", _("Playground"), "message-circle", "p", Role.MODERATOR, short=True),
    Entry("unanswered", _("Unanswered"), "message-circle-question-mark", "n", Role.VIEWER),
    Entry("corrections", _("Corrections"), "pencil", "c", Role.VIEWER),
    Entry("models", _("Models"), "sparkles", "m", Role.CREATOR),
    Entry("setup", _("Setup"), "list-checks", "u", Role.CREATOR),
    Entry("health", _("Health"), "activity", "h", Role.VIEWER),
    Entry("people", _("People"), "users", "o", Role.CREATOR),
    Entry("privacy", _("Privacy requests"), "shield", "v", Role.CREATOR),
)
_ROLES: Final = {
    Role.OWNER: _("Owner"),
    Role.CREATOR: _("Creator"),
    Role.MODERATOR: _("Moderator"),
    Role.VIEWER: _("Viewer"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """An avatar as the frame shows it."""

    slug: str
    name: str
    portrait_url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works here, and on which avatar."""

    who: Context
    avatar: AvatarInfo

    @property
    def creator_id(self) -> int:
        """The tenant."""
        return self.who.creator.id

    @property
    def base(self) -> str:
        """Where this avatar's pages begin."""
        return f"/@{self.avatar.slug}"

    @property
    def staff(self) -> StaffInfo:
        """Who works here, as conversations know them."""
        return StaffInfo(self.who.signed_in.account_id, self.who.signed_in.account_name, self.who.role)

    def may(self, role: Role) -> bool:
        """Whether the person's role includes another."""
        return self.who.role.includes(role)


def face_of(avatar: AvatarInfo) -> Face:
    """An avatar for the frame."""
    version = (avatar.portrait or "")[:12]
    return Face(avatar.slug, avatar.name, f"/@{avatar.slug}/portrait?v={version}" if version else "")


async def furnish(request: Request, who: Annotated[SignedIn | None, Depends(visitor)]) -> None:
    """Look up what every page's frame shows: avatars, what waits, pauses. A dependency of the whole site."""
    request.state.avatars = ()
    if who and who.creator:
        async with container_of(request).db.uow(who.creator.id) as uow:
            request.state.avatars = await community.avatars(uow)
            request.state.signs = await autonomy.signs(uow)
            request.state.standstill = await autonomy.standstill(uow)


def still_at(request: Request, desk: Desk, role: Role) -> Callable[[], Awaitable[bool]]:
    """For live streams: whether their session lasts, for the same creator, in a role that suffices."""

    async def look() -> bool:
        found = await visitor(request)
        return bool(
            found
            and found.creator
            and found.creator.id == desk.creator_id
            and found.creator.role.includes(role)
        )

    return look


@dataclass(frozen=True)
class AtDesk:
    """A dependency that lets in who has at least this role, at an avatar of the creator they work for."""

    role: Role

    async def __call__(
        self, request: Request, slug: str, signed_in: Annotated[SignedIn, Depends(current)]
    ) -> Desk:
        """Who works here, and on which avatar.

        Raises:
            NotSignedIn, NotAllowed: as `require` says.
            OfAnotherCreator: another creator has it, whom this person may work for, too.
            NotFound: no creator of theirs has such an avatar.
        """
        avatar = next((each for each in request.state.avatars if each.slug == slug), None)
        if avatar is None:
            if other := await _other(request, slug, signed_in):
                raise OfAnotherCreator("This avatar is another creator's of yours: choose them first.", other)
            raise NotFound("This creator has no avatar of that name.")
        return Desk(await require(self.role)(signed_in), avatar)


async def _other(request: Request, slug: str, signed_in: SignedIn) -> CreatorInfo | None:
    """Which of a person's other creators has an avatar of that name."""
    for other in signed_in.creators:
        async with container_of(request).db.uow(other.id) as uow:
            if any(each.slug == slug for each in await community.avatars(uow)):
                return other
    return None


ViewerDesk = Annotated[Desk, Depends(AtDesk(Role.VIEWER))]
ModeratorDesk = Annotated[Desk, Depends(AtDesk(Role.MODERATOR))]
CreatorDesk = Annotated[Desk, Depends(AtDesk(Role.CREATOR))]


def common(request: Request) -> Mapping[str, Any]:
    """What every page's frame shows: the navigation, who is signed in, whose pages these are."""
    signed_in = signed_in_of(request)
    if signed_in is None or signed_in.creator is None:
        return {"nav": (), "viewer": None, "place": None}
    say = translator(page_lang(request)).gettext
    # Not looked up where the request was refused before.
    avatars: tuple[AvatarInfo, ...] = getattr(request.state, "avatars", ())
    slug = request.path_params.get("slug")
    here = next((each for each in avatars if each.slug == slug), avatars[0] if avatars else None)
    role = signed_in.creator.role
    sign = request.state.signs.get(here.id) if here else None
    counts = {"approvals": sign.waiting if sign else 0}
    return {
        "nav": [
            _link(entry, here, say(entry.label), counts) for entry in ENTRIES if role.includes(entry.role)
        ]
        if here
        else (),
        "viewer": {"name": signed_in.account_name, "role": role, "role_label": say(_ROLES[role])},
        "place": here
        and {
            "face": face_of(here),
            "creator_name": signed_in.creator.name,
            "faces": [face_of(each) for each in avatars],
            "others": [each for each in signed_in.creators if each.id != signed_in.creator.id],
            "paused": sign and sign.paused,
            "standstill": request.state.standstill,
            "may_pause": role.includes(Role.MODERATOR),
        },
    }


def _link(entry: Entry, here: AvatarInfo, label: str, counts: Mapping[str, int]) -> Mapping[str, Any]:
    href = f"/@{here.slug}/{entry.id}"
    return {
        "id": entry.id,
        "label": label,
        "icon": entry.icon,
        "key": entry.key,
        "short": entry.short,
        "href": href,
        "count": counts.get(entry.id, 0),
    }
