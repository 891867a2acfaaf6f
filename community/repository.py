"""All SQL about creators, avatars and fans. (Accounts: `accounts_repository.py`.)"""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from community.models import Avatar, Creator, Fan, Identity
from kernel.clock import now
from kernel.db import UnitOfWork


async def serialise_creators(uow: UnitOfWork) -> None:
    """Have others who are about to make the first creator wait until this transaction ends."""
    await uow.fetch("SELECT pg_advisory_xact_lock(hashtextextended('community.creator', 0))")


async def add_creator(uow: UnitOfWork, name: str, *, demo: bool) -> Creator:
    """Insert a creator. Needs a system unit of work: the tenant doesn't exist yet."""
    creator = Creator(name=name, demo=demo)
    uow.session.add(creator)
    await uow.session.flush()
    return creator


async def rename_creator(uow: UnitOfWork, name: str) -> None:
    """Give this tenant another name."""
    creator = await uow.session.get(Creator, uow.tenant)
    if creator:
        creator.name = name


async def retire_creator(uow: UnitOfWork, creator_id: int) -> tuple[str, ...]:
    """Delete a creator's people and avatars, with all that hangs on them, and take its name."""
    mine = {"creator": creator_id}
    slugs = await uow.fetch("SELECT slug FROM avatar WHERE creator_id = %(creator)s", mine)
    alone = """
        DELETE FROM account WHERE id IN (SELECT account_id FROM membership WHERE creator_id = :creator)
          AND NOT EXISTS (SELECT 1 FROM membership
                          WHERE account_id = account.id AND creator_id <> :creator)
        """
    for statement in (
        alone,
        "DELETE FROM membership WHERE creator_id = :creator",
        "DELETE FROM avatar WHERE creator_id = :creator",
        "DELETE FROM fan WHERE creator_id = :creator",
        "UPDATE creator SET name = '' WHERE id = :creator",
    ):
        await uow.session.execute(text(statement), mine)
    return tuple(row[0] for row in slugs)


async def delete_retired(uow: UnitOfWork, creator_id: int) -> None:
    """Delete a creator without a name, and by the foreign keys every row of it."""
    await uow.session.execute(
        text("DELETE FROM creator WHERE id = :creator AND name = ''"), {"creator": creator_id}
    )


async def creators(uow: UnitOfWork) -> list[Creator]:
    """Every creator that this unit of work sees, oldest first."""
    return list((await uow.session.scalars(select(Creator).order_by(col(Creator.id)))).all())


async def avatar_by_slug(uow: UnitOfWork, slug: str) -> tuple[Avatar, Creator] | None:
    """The avatar at `/c/{slug}`, with its creator."""
    query = select(Avatar, Creator).join(Creator, col(Creator.id) == col(Avatar.creator_id))
    row = (await uow.session.execute(query.where(col(Avatar.slug) == slug))).first()
    return (row[0], row[1]) if row else None


async def avatars(uow: UnitOfWork) -> list[tuple[Avatar, Creator]]:
    """The tenant's avatars, oldest first."""
    query = select(Avatar, Creator).join(Creator, col(Creator.id) == col(Avatar.creator_id))
    rows = (await uow.session.execute(query.order_by(col(Avatar.id)))).all()
    return [(row[0], row[1]) for row in rows]


async def avatar(uow: UnitOfWork, avatar_id: int) -> tuple[Avatar, Creator] | None:
    """One avatar of the tenant, with its creator."""
    query = select(Avatar, Creator).join(Creator, col(Creator.id) == col(Avatar.creator_id))
    row = (await uow.session.execute(query.where(col(Avatar.id) == avatar_id))).first()
    return (row[0], row[1]) if row else None


async def read_avatar(uow: UnitOfWork, avatar_id: int) -> Any:
    """One avatar of the tenant as `AvatarInfo` wants it, to be read only: every reply asks for it."""
    await uow.flush()
    return await uow.fetch_one(
        """
        SELECT avatar.id, avatar.creator_id, slug, avatar.name, creator.name AS creator_name, tagline,
               languages, samples, time_zone, portrait, consent, live
        FROM avatar JOIN creator ON creator.id = avatar.creator_id WHERE avatar.id = %(id)s
        """,
        {"id": avatar_id},
    )


async def add_avatar(uow: UnitOfWork, **fields: Any) -> int | None:
    """Insert an avatar of the tenant; None where another has its slug."""
    values = {"creator_id": uow.tenant, "created_at": now(), **fields}
    query = insert(Avatar).values(values).on_conflict_do_nothing(index_elements=["slug"])
    return (await uow.session.scalars(query.returning(col(Avatar.id)))).first()


_KNOWN_FAN = """
    SELECT fan.id, fan.name, fan.chosen_language, fan.last_language
    FROM identity JOIN fan ON fan.id = identity.fan_id
    WHERE identity.creator_id = %(creator)s AND identity.platform = %(platform)s
      AND identity.platform_user_id = %(user)s
    """


async def fan_by_identity(uow: UnitOfWork, platform: str, user_id: str, *, hold: bool = False) -> Any:
    """The fan behind a platform's user as (id, name, chosen, last), or None.

    One that is held can't be erased before this transaction ends.
    """
    return await uow.fetch_one(
        f"{_KNOWN_FAN} FOR KEY SHARE OF fan" if hold else _KNOWN_FAN,
        {"creator": uow.tenant, "platform": platform, "user": user_id},
    )


async def add_fan(uow: UnitOfWork, platform: str, user_id: str, name: str) -> int:
    """Insert a fan with an identity; where another transaction was first, its fan."""
    fan = Fan(creator_id=uow.tenant, name=name)
    uow.session.add(fan)
    await uow.session.flush()
    values = {
        "creator_id": uow.tenant,
        "fan_id": fan.key,
        "platform": platform,
        "platform_user_id": user_id,
        "created_at": now(),
    }
    claim = insert(Identity).values(values).on_conflict_do_nothing().returning(col(Identity.fan_id))
    if (await uow.session.execute(claim)).first():
        return fan.key
    await uow.session.delete(fan)
    await uow.session.flush()
    other = await fan_by_identity(uow, platform, user_id)
    return int(other.id)


async def set_fan_languages(
    uow: UnitOfWork, fan_id: int, *, last: str | None = None, chosen: str | None = None
) -> None:
    """Remember the language a fan wrote in, or chose; nothing where the fan has been erased meanwhile."""
    await uow.fetch(
        """
        UPDATE fan SET last_language = coalesce(%(last)s, last_language),
                       chosen_language = coalesce(%(chosen)s, chosen_language)
        WHERE id = %(id)s
        """,
        {"id": fan_id, "last": last, "chosen": chosen},
    )


async def stop_for_fan(uow: UnitOfWork, fan_id: int, *, stopped: bool) -> None:
    """Remember whether a fan wants nothing unasked; since when is when they said so first."""
    await uow.send(
        """
        UPDATE fan SET stopped_at = CASE WHEN %(stopped)s THEN coalesce(stopped_at, %(now)s) END
        WHERE id = %(id)s
        """,
        {"id": fan_id, "stopped": stopped, "now": now()},
    )


async def set_news(uow: UnitOfWork, fan_id: int, *, wanted: bool) -> None:
    """Remember whether a fan wants the creator's news; since when is when they said so first."""
    await uow.send(
        """
        UPDATE fan SET
            news_at = CASE WHEN %(wanted)s AND (news_at IS NULL OR news_ended_at IS NOT NULL) THEN %(now)s
                           ELSE news_at END,
            news_ended_at = CASE WHEN NOT %(wanted)s AND news_at IS NOT NULL
                                 THEN coalesce(news_ended_at, %(now)s) END
        WHERE id = %(id)s
        """,
        {"id": fan_id, "wanted": wanted, "now": now()},
    )


async def wants_news(uow: UnitOfWork, fan_id: int) -> bool:
    """Whether a fan wants the creator's news."""
    row = await uow.fetch_one(
        "SELECT 1 FROM fan WHERE id = %(id)s AND news_at IS NOT NULL AND news_ended_at IS NULL",
        {"id": fan_id},
    )
    return row is not None
