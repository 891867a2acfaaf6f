"""Creators, avatars and fans: the rules. (Accounts and sign-in: `accounts.py`.)"""

import re
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from community import linking, repository
from community.errors import BadAvatar, NoSuchAvatar
from community.events import AvatarChanged
from community.names import readable
from community.types import AvatarInfo, FanInfo
from kernel import lang
from kernel.clock import now
from kernel.db import UnitOfWork

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_MAX_NAME = 80
_MAX_TAGLINE = 200
UNNAMED = "My community"  # until its owner says whom the first avatar stands in for
CONSENTS = ("self", "authorised", "fictional")


def _info(avatar: Any, creator_name: str) -> AvatarInfo:
    return AvatarInfo(
        id=avatar.id,
        creator_id=avatar.creator_id,
        slug=avatar.slug,
        name=avatar.name,
        creator_name=creator_name,
        tagline=dict(avatar.tagline),
        languages=tuple(avatar.languages),
        samples={key: tuple(value) for key, value in avatar.samples.items()},
        time_zone=avatar.time_zone,
        portrait=avatar.portrait,
        consent=avatar.consent,
        live=avatar.live,
    )


def _name(value: str) -> str:
    name = readable(value)
    if not name or len(name) > _MAX_NAME:
        raise BadAvatar("A name has 1 to {most} characters.", most=_MAX_NAME)
    return name


def _taglines(values: dict[str, str]) -> dict[str, str]:
    lines = {key: readable(value)[:_MAX_TAGLINE] for key, value in values.items()}
    return {key: line for key, line in lines.items() if line}


def _languages(values: list[str]) -> list[str]:
    tags = list(dict.fromkeys(lang.normalise(value) or value for value in values))
    unknown = [tag for tag in tags if tag not in lang.SUPPORTED]
    if unknown or not tags:
        raise BadAvatar("Choose one or more of: {choices}.", choices=", ".join(lang.SUPPORTED))
    return tags


def _in_their_places(tags: list[str], before: list[str]) -> list[str]:
    return [tag for tag in before if tag in tags] + [tag for tag in tags if tag not in before]


@cache
def _time_zones() -> frozenset[str]:
    """All there are: they are looked up in six hundred files."""
    return frozenset(available_timezones())


def _time_zone(value: str) -> str:
    if value not in _time_zones():
        raise BadAvatar("Choose a time zone such as Europe/London or Asia/Shanghai.")
    return value


def _consent(value: str) -> str:
    if value not in CONSENTS:
        raise BadAvatar("Consent is one of: {choices}.", choices=", ".join(CONSENTS))
    return value


async def create_creator(uow: UnitOfWork, name: str, *, demo: bool = False) -> int:
    """A new creator, in a system unit of work. Returns its id."""
    return (await repository.add_creator(uow, _name(name), demo=demo)).key


async def serialise_creators(uow: UnitOfWork) -> None:
    """Wait for others who are making the first creator, and have them wait; in a system unit of work.

    Processes that start at once on an empty database would each make one.
    """
    await repository.serialise_creators(uow)


async def create_avatar(
    uow: UnitOfWork,
    *,
    slug: str,
    name: str,
    languages: list[str],
    time_zone: str = "UTC",
    tagline: dict[str, str] | None = None,
    samples: dict[str, list[str]] | None = None,
    portrait: str | None = None,
    consent: str | None = None,
    live: bool = False,
) -> AvatarInfo:
    """A new avatar of the tenant.

    Raises:
        BadAvatar: a field that can't be used, or a slug that is taken.
    """
    if not _SLUG.fullmatch(slug):
        raise BadAvatar("The address may have up to 40 small letters, digits and hyphens.")
    avatar_id = await repository.add_avatar(
        uow,
        slug=slug,
        name=_name(name),
        languages=_languages(languages),
        time_zone=_time_zone(time_zone),
        tagline=_taglines(tagline or {}),
        samples=samples or {},
        portrait=portrait,
        consent=_consent(consent) if consent else None,
        consent_at=now() if consent else None,
        live=live,
    )
    if avatar_id is None:
        raise BadAvatar("This address is taken. Choose another.")
    return await get_avatar(uow, avatar_id)


async def update_avatar(
    uow: UnitOfWork,
    avatar_id: int,
    *,
    name: str | None = None,
    tagline: dict[str, str] | None = None,
    languages: list[str] | None = None,
    time_zone: str | None = None,
    samples: dict[str, list[str]] | None = None,
    portrait: str | None = None,
    consent: str | None = None,
    live: bool | None = None,
) -> AvatarInfo:
    """Change what is given, leave the rest.

    Languages that it spoke already keep their places: the first is spoken where nothing tells another, and a
    form of boxes sends them in the order of its boxes.

    Raises:
        NoSuchAvatar: not the tenant's.
        BadAvatar: a field that can't be used.
    """
    found = await repository.avatar(uow, avatar_id)
    if not found:
        raise NoSuchAvatar("There is no such avatar.")
    row, creator = found
    if name is not None:
        row.name = _name(name)
    if tagline is not None:
        row.tagline = _taglines(tagline)
    if languages is not None:
        row.languages = _in_their_places(_languages(languages), row.languages)
    if time_zone is not None:
        row.time_zone = _time_zone(time_zone)
    if samples is not None:
        row.samples = samples
    if portrait is not None:
        row.portrait = portrait
    if consent is not None:
        row.consent, row.consent_at = _consent(consent), now()
    if live is not None:
        row.live = live
    await uow.publish(AvatarChanged(row.creator_id, avatar_id))
    return _info(row, creator.name)


async def rename_creator(uow: UnitOfWork, name: str) -> None:
    """Give the tenant another name."""
    await repository.rename_creator(uow, _name(name))
    for avatar, _ in await repository.avatars(uow):
        await uow.publish(AvatarChanged(uow.tenant, avatar.key))


async def retire_creator(uow: UnitOfWork, creator_id: int) -> tuple[str, ...]:
    """Erase a creator's avatars, fans and roles, in a system unit of work. Returns the freed addresses.

    Accounts without another role go as well. What it imported is `memory`'s to erase; until that is done, the
    creator stays without a name, for the jobs that do it: `bury_creator` is the last step.
    """
    return await repository.retire_creator(uow, creator_id)


async def retired_creators(uow: UnitOfWork) -> tuple[int, ...]:
    """The creators that are retired and not yet buried; in a system unit of work."""
    return tuple(each.key for each in await repository.creators(uow) if not each.name)


async def bury_creator(uow: UnitOfWork, creator_id: int) -> None:
    """Delete what is left of a retired creator, with every row of it; in a system unit of work."""
    await repository.delete_retired(uow, creator_id)


async def get_avatar(uow: UnitOfWork, avatar_id: int) -> AvatarInfo:
    """One of the tenant's avatars.

    Raises:
        NoSuchAvatar: not the tenant's.
    """
    found = await repository.read_avatar(uow, avatar_id)
    if not found:
        raise NoSuchAvatar("There is no such avatar.")
    return _info(found, found.creator_name)


async def avatars(uow: UnitOfWork) -> tuple[AvatarInfo, ...]:
    """The tenant's avatars, oldest first."""
    return tuple(_info(avatar, creator.name) for avatar, creator in await repository.avatars(uow))


async def avatar_by_slug(uow: UnitOfWork, slug: str) -> AvatarInfo:
    """The avatar at `/c/{slug}`; in a system unit of work, as the address names the tenant.

    Raises:
        NoSuchAvatar: nobody lives there.
    """
    found = await repository.avatar_by_slug(uow, slug)
    if not found:
        raise NoSuchAvatar("Nobody lives at this address.")
    return _info(found[0], found[1].name)


async def demo_since(uow: UnitOfWork, slug: str) -> datetime | None:
    """When the demo's avatar at `/c/{slug}` was made; None where no demo's avatar lives there."""
    found = await repository.avatar_by_slug(uow, slug)
    return found[0].created_at if found and found[1].demo else None


async def find_fan(uow: UnitOfWork, platform: str, user_id: str, *, hold: bool = False) -> FanInfo | None:
    """The fan behind a platform's user, if they have written before.

    One that is held (`hold`) stays until this transaction ends, whoever erases them meanwhile.
    """
    row = await repository.fan_by_identity(uow, platform, user_id, hold=hold)
    return FanInfo(row.id, row.name, row.chosen_language, row.last_language) if row else None


async def ensure_fan(uow: UnitOfWork, platform: str, user_id: str, name: str) -> FanInfo:
    """The fan behind a platform's user, made at the first message; held until this transaction ends."""
    known = await find_fan(uow, platform, user_id, hold=True)
    if known:
        return known
    shown = readable(name)[:_MAX_NAME]
    return FanInfo(await repository.add_fan(uow, platform, user_id, shown), shown, None, None)


async def remember_language(
    uow: UnitOfWork, fan_id: int, *, last: str | None = None, chosen: str | None = None
) -> None:
    """Remember the language a fan wrote in, or chose by command."""
    await repository.set_fan_languages(uow, fan_id, last=last, chosen=chosen)


async def write_unasked(uow: UnitOfWork, fan_id: int, *, wanted: bool) -> None:
    """Remember whether a fan wants to hear anything that they haven't asked for."""
    for account in await linking.linked(uow, fan_id):
        await repository.stop_for_fan(uow, account, stopped=not wanted)


async def want_news(uow: UnitOfWork, fan_id: int, *, wanted: bool) -> None:
    """Remember whether a fan wants the creator's news: nobody gets them who hasn't said so.

    They are wanted where that is said, and no more in any of the fan's accounts.
    """
    for account in (fan_id,) if wanted else await linking.linked(uow, fan_id):
        await repository.set_news(uow, account, wanted=wanted)


async def wants_news(uow: UnitOfWork, fan_id: int) -> bool:
    """Whether a fan wants the creator's news."""
    return await repository.wants_news(uow, fan_id)


async def creator_ids(uow: UnitOfWork) -> tuple[int, ...]:
    """Every creator that isn't retired, oldest first; in a system unit of work."""
    return tuple(creator.key for creator in await repository.creators(uow) if creator.name)


async def first_avatar(uow: UnitOfWork) -> AvatarInfo:
    """The oldest avatar of all; in a system unit of work.

    Raises:
        NoSuchAvatar: there is none yet.
    """
    found = await repository.avatars(uow)
    if not found:
        raise NoSuchAvatar("There is no avatar yet: sign in and set one up, or run `understudy seed`.")
    return _info(found[0][0], found[0][1].name)


async def slug_taken(uow: UnitOfWork, slug: str) -> bool:
    """Whether an avatar lives at `/c/{slug}` already; in a system unit of work."""
    return await repository.avatar_by_slug(uow, slug) is not None
