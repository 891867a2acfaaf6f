"""All SQL about Discord's apps."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork

_APP: Final = """
    SELECT discord_app.connection_id, discord_app.creator_id, discord_app.avatar_id,
           discord_app.application_id, discord_app.user_id, discord_app.token, discord_app.public_key,
           discord_app.gateway, discord_app.reads_all, connection.state, avatar.live, avatar.name
    FROM discord_app JOIN connection ON connection.id = discord_app.connection_id
    JOIN avatar ON avatar.id = discord_app.avatar_id
    """


async def apps_of(uow: UnitOfWork, connection_ids: list[int]) -> list[Any]:
    """The apps of connections, with what it takes to be them."""
    return await uow.fetch(
        f"{_APP} WHERE discord_app.connection_id = ANY(%(ids)s) ORDER BY discord_app.id",
        {"ids": connection_ids},
    )


async def app(uow: UnitOfWork, application_id: int) -> Any:
    """An app by its own number; in a system unit of work. None where it is nobody's."""
    return await uow.fetch_one(f"{_APP} WHERE discord_app.application_id = %(app)s", {"app": application_id})


async def of_avatar(uow: UnitOfWork, avatar_id: int) -> Any:
    """The app that an avatar is, its connection's state, whether a process holds that; None: it is none."""
    return await uow.fetch_one(
        """
        SELECT discord_app.*, connection.state, coalesce(connection.lease_until > %(now)s, false) AS held
        FROM discord_app JOIN connection ON connection.id = discord_app.connection_id
        WHERE discord_app.avatar_id = %(avatar)s
        """,
        {"avatar": avatar_id, "now": now()},
    )


async def of_creator(uow: UnitOfWork, creator_id: int) -> list[Any]:
    """The avatars of a creator that are apps: (avatar_id)."""
    return await uow.fetch(
        "SELECT avatar_id FROM discord_app WHERE creator_id = %(creator)s ORDER BY id",
        {"creator": creator_id},
    )


async def add(
    uow: UnitOfWork, connection_id: int, avatar_id: int, sealed: str, about: Mapping[str, Any]
) -> bool:
    """Keep a connection's app. False where the app is another avatar's, whoever's it is."""
    found = await uow.fetch(
        """
        INSERT INTO discord_app (creator_id, created_at, connection_id, avatar_id, application_id, user_id,
               name, token, public_key, gateway, reads_all, told, error)
        VALUES (%(creator)s, %(now)s, %(connection)s, %(avatar)s, %(application)s, %(user)s, %(name)s,
                %(token)s, %(key)s, true, %(reads)s, '{}', '')
        ON CONFLICT (application_id) DO NOTHING RETURNING id
        """,
        {
            **about, "creator": uow.tenant, "connection": connection_id, "avatar": avatar_id,
            "token": sealed, "now": now(),
        },
    )  # fmt: skip
    return bool(found)


async def renew(uow: UnitOfWork, connection_id: int, sealed: str, about: Mapping[str, Any]) -> None:
    """Keep an app's new token, and what it is now; what went wrong with the old one is past."""
    await uow.send(
        """
        UPDATE discord_app SET token = %(token)s, name = %(name)s, user_id = %(user)s, public_key = %(key)s,
               reads_all = %(reads)s, error = '', error_at = NULL
        WHERE connection_id = %(id)s
        """,
        {**about, "token": sealed, "id": connection_id},
    )


async def remove(uow: UnitOfWork, connection_id: int) -> None:
    """Keep nothing of a connection's app: neither its token nor what was heard where."""
    await uow.send("DELETE FROM discord_interaction WHERE connection_id = %(id)s", {"id": connection_id})
    await uow.send("DELETE FROM discord_channel WHERE connection_id = %(id)s", {"id": connection_id})
    await uow.send("DELETE FROM discord_app WHERE connection_id = %(id)s", {"id": connection_id})


async def set_gateway(uow: UnitOfWork, connection_id: int, sealed: str, *, on: bool) -> None:
    """Have an app heard over a socket, or only by what is posted; its token is sealed so from now on."""
    await uow.send(
        "UPDATE discord_app SET gateway = %(on)s, token = %(token)s, error = '', error_at = NULL "
        "WHERE connection_id = %(id)s",
        {"id": connection_id, "on": on, "token": sealed},
    )


async def note_error(uow: UnitOfWork, connection_id: int, error: str) -> None:
    """Keep what went wrong with an app."""
    await uow.send(
        "UPDATE discord_app SET error = %(error)s, error_at = %(now)s WHERE connection_id = %(id)s",
        {"id": connection_id, "error": error[:500], "now": now()},
    )


async def note_reading(uow: UnitOfWork, connection_id: int, *, all_: bool) -> None:
    """Keep whether an app is granted the Message Content intent."""
    await uow.send(
        "UPDATE discord_app SET reads_all = %(all)s WHERE connection_id = %(id)s AND reads_all <> %(all)s",
        {"id": connection_id, "all": all_},
    )


async def quarantine(uow: UnitOfWork, connection_id: int, sealed: str, error: str) -> bool:
    """Have nobody hold, hear or send an app whose token was refused; whether it is its token still.

    Whoever is giving it another one just now is waited for.
    """
    await uow.fetch("SELECT 1 FROM connection WHERE id = %(id)s FOR UPDATE", {"id": connection_id})
    row = await uow.fetch_one(
        """
        UPDATE connection SET state = 'quarantined', holder = NULL, lease_until = NULL
        FROM discord_app
        WHERE connection.id = %(id)s AND state = 'active'
          AND discord_app.connection_id = connection.id AND discord_app.token = %(sealed)s
        RETURNING connection.id
        """,
        {"id": connection_id, "sealed": sealed},
    )
    if row:
        await note_error(uow, connection_id, error)
    return row is not None


async def told(uow: UnitOfWork, connection_id: int) -> dict[str, Any]:
    """What Discord has been told of an app, by its digest."""
    row = await uow.fetch_one(
        "SELECT told FROM discord_app WHERE connection_id = %(id)s", {"id": connection_id}
    )
    return dict(row.told) if row else {}


async def forget_told(uow: UnitOfWork, connection_id: int) -> None:
    """Have everything told anew."""
    await uow.send("UPDATE discord_app SET told = '{}' WHERE connection_id = %(id)s", {"id": connection_id})


async def keep_told(uow: UnitOfWork, connection_id: int, news: Mapping[str, Any]) -> None:
    """Remember what Discord has been told of an app."""
    await uow.send(
        "UPDATE discord_app SET told = told || %(news)s WHERE connection_id = %(id)s",
        {"id": connection_id, "news": Jsonb(dict(news))},
    )


# How far channels were heard


async def marks(uow: UnitOfWork, connection_id: int) -> list[Any]:
    """The channels of a connection that were heard: (channel_id, room, last_id)."""
    return await uow.fetch(
        "SELECT channel_id, room, last_id FROM discord_channel WHERE connection_id = %(id)s",
        {"id": connection_id},
    )


async def mark(uow: UnitOfWork, connection_id: int, heard: Sequence[tuple[int, str, int]]) -> None:
    """Channels were heard so far: (channel, room, message). A mark never goes back."""
    await uow.send(
        """
        INSERT INTO discord_channel (creator_id, created_at, connection_id, channel_id, room, last_id,
                                     updated_at)
        SELECT %(creator)s, %(now)s, %(connection)s, heard.channel, heard.room, heard.last, %(now)s
        FROM unnest(%(channels)s::bigint[], %(rooms)s::text[], %(last)s::bigint[])
             AS heard (channel, room, last)
        ORDER BY heard.channel
        ON CONFLICT (connection_id, channel_id)
        DO UPDATE SET last_id = greatest(discord_channel.last_id, excluded.last_id), room = excluded.room,
                      updated_at = excluded.updated_at
        """,
        {
            "creator": uow.tenant, "now": now(), "connection": connection_id,
            "channels": [one[0] for one in heard], "rooms": [one[1] for one in heard],
            "last": [one[2] for one in heard],
        },
    )  # fmt: skip


async def forget_channels(uow: UnitOfWork, connection_id: int, channels: Sequence[int]) -> None:
    """Keep no marks of channels, and of the threads in them."""
    await uow.send(
        """
        DELETE FROM discord_channel
        WHERE connection_id = %(id)s
          AND (channel_id = ANY(%(channels)s::bigint[]) OR room = ANY(%(channels)s::bigint[]::text[]))
        """,
        {"id": connection_id, "channels": list(channels)},
    )


async def forget_quiet(uow: UnitOfWork, connection_id: int, after: timedelta) -> list[int]:
    """Keep no marks of a guild's channels in which nothing was said for so long, but for the newest of all.

    Those of private chats stay: Discord lists none of them. The channels whose marks are gone.
    """
    rows = await uow.fetch(
        """
        DELETE FROM discord_channel
        WHERE connection_id = %(id)s AND room <> '' AND updated_at < %(before)s
          AND last_id < (SELECT max(last_id) FROM discord_channel WHERE connection_id = %(id)s)
        RETURNING channel_id
        """,
        {"id": connection_id, "before": now() - after},
    )
    return [row.channel_id for row in rows]


async def is_private(uow: UnitOfWork, connection_id: int, channel_id: int) -> bool | None:
    """Whether a channel is a private chat; None where it wasn't heard yet."""
    row = await uow.fetch_one(
        "SELECT room = '' AS private FROM discord_channel "
        "WHERE connection_id = %(id)s AND channel_id = %(channel)s",
        {"id": connection_id, "channel": channel_id},
    )
    return row.private if row else None


# Interactions that wait for an answer


async def keep_interaction(
    uow: UnitOfWork,
    connection_id: int,
    message_id: int,
    *,
    interaction_id: int,
    sealed: str,
    expires_at: datetime,
) -> None:
    """Keep the token that answers an interaction, which was taken in as this message."""
    await uow.send(
        """
        INSERT INTO discord_interaction (creator_id, created_at, connection_id, message_id, interaction_id,
                                         token, expires_at)
        VALUES (%(creator)s, %(now)s, %(connection)s, %(message)s, %(interaction)s, %(token)s, %(expires)s)
        ON CONFLICT (connection_id, interaction_id) DO NOTHING
        """,
        {
            "creator": uow.tenant, "now": now(), "connection": connection_id, "message": message_id,
            "interaction": interaction_id, "token": sealed, "expires": expires_at,
        },
    )  # fmt: skip


async def claim_interaction(
    uow: UnitOfWork, connection_id: int, interaction_id: int, outbound_id: int
) -> Any:
    """The sealed token of an interaction that this outbound answers: (token).

    The first that asks is what answers it, also when it asks again; None for the others, and when it is late.
    """
    return await uow.fetch_one(
        """
        UPDATE discord_interaction SET outbound_id = %(outbound)s
        WHERE connection_id = %(connection)s AND interaction_id = %(interaction)s AND expires_at > %(now)s
          AND coalesce(outbound_id, %(outbound)s) = %(outbound)s
        RETURNING token
        """,
        {
            "connection": connection_id, "interaction": interaction_id, "outbound": outbound_id,
            "now": now(),
        },
    )  # fmt: skip


async def forget_fan(uow: UnitOfWork, fan_id: int) -> None:
    """Keep nothing of the private chats of a fan who is being erased; their interactions go with messages."""
    await uow.send(
        """
        DELETE FROM discord_channel USING thread
        WHERE thread.fan_id = %(fan)s AND discord_channel.connection_id = thread.connection_id
          AND thread.room = '' AND discord_channel.channel_id::text = thread.chat_id
        """,
        {"fan": fan_id},
    )


async def forget_interactions(uow: UnitOfWork, connection_id: int) -> None:
    """Keep no token that answers nothing any more."""
    await uow.send(
        "DELETE FROM discord_interaction WHERE connection_id = %(id)s AND expires_at <= %(now)s",
        {"id": connection_id, "now": now()},
    )
