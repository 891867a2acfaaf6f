"""What an app shows of its avatar in Discord: name, picture, what stands on its page, its commands.

Only what has changed since it was told is told again. Whatever Discord refuses is noted and holds up nothing:
a name may be changed twice an hour only, and the app works with the old one.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import anyio.to_thread
import structlog

from bots.discord import repository
from bots.discord.asking import asking
from bots.discord.client import Api, Client
from bots.discord.commands import Published
from bots.discord.rights import ASKED, SCOPES
from bots.discord.roster import KnownApp, Roster
from bots.errors import Busy, DiscordAway
from bots.shown import cut, jpeg
from community import service as community
from community.types import AvatarInfo
from kernel.db import Database
from kernel.errors import NotFound, UnderstudyError
from kernel.files import FileStore
from kernel.i18n import t

log = structlog.get_logger(__name__)

MOST_NAME, MOST_ABOUT = 32, 400
"""Discord's limits, in characters."""

_LEAST_NAME: Final = 2
FAILED: Final = "failed"
"""Under which it is kept what Discord didn't want."""

Call = Callable[[Api], Awaitable[Any]]


def about(avatar: AvatarInfo) -> str:
    """What stands on the app's page: that it is an AI, and whose, in its languages; what it is for.

    Discord shows everybody the same. Of the languages as many are told as there is room for.
    """
    first, *others = avatar.languages
    told = cut(t(first, "disclosure.first", creator=avatar.creator_name), MOST_ABOUT)
    line = avatar.tagline.get(first, "")
    more = [line] if line else []
    more += [t(lang, "profile.bio", creator=avatar.creator_name) for lang in others]
    for one in more:
        if len(told) + len(one) + 1 <= MOST_ABOUT:
            told = f"{told}\n{one}"
    return told


def name_of(avatar: AvatarInfo) -> str:
    """An avatar's name as an app may have it; empty where Discord takes none so short."""
    name = cut(avatar.name, MOST_NAME)
    return name if len(name) >= _LEAST_NAME else ""


class Profile:
    """Tells Discord what avatars are."""

    def __init__(
        self, db: Database, client: Client, roster: Roster, files: FileStore, published: Published
    ) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._files = files
        self._published = published

    async def tell(self, creator_id: int, avatar_id: int) -> dict[str, str]:
        """Bring an app's profile up to date; what Discord didn't want, by what it was, and why.

        Raises:
            DiscordAway, Busy: some of it may go later.
        """
        async with self._db.uow(creator_id) as uow:
            row = await repository.of_avatar(uow, avatar_id)
            avatar = await community.get_avatar(uow, avatar_id)
        app = await self._roster.of(row.connection_id) if row else None
        if app is None or app.state != "active":
            return {}
        await self._published.tell(app)
        told, failed, later = await self._tell(app, await self._wanted(avatar), row.told)
        async with self._db.uow(creator_id) as uow:
            await repository.keep_told(uow, app.connection_id, told | {FAILED: failed})
        if later:
            raise later
        return failed

    async def _tell(
        self, app: KnownApp, wanted: Mapping[str, tuple[str, Call]], before: Mapping[str, Any]
    ) -> tuple[dict[str, str], dict[str, str], UnderstudyError | None]:
        told: dict[str, str] = {}
        failed: dict[str, str] = {}
        later: UnderstudyError | None = None
        for what, (digest, call) in wanted.items():
            if before.get(what) == digest:
                continue
            try:
                with asking():
                    await call(self._client.app(app.token))
            except UnderstudyError as error:
                failed[what] = error.message
                log.info("discord.profile_refused", app=app.application_id, what=what, error=error.message)
                if isinstance(error, (DiscordAway, Busy)):
                    later = error
            else:
                told[what] = digest
        return told, failed, later

    async def _wanted(self, avatar: AvatarInfo) -> dict[str, tuple[str, Call]]:
        """What is to be told, by what it is: its digest, and the call."""
        page = {
            "description": about(avatar),
            "install_params": {"scopes": list(SCOPES), "permissions": str(ASKED)},
        }
        wanted: dict[str, tuple[str, Call]] = {"about": (_digest(page), _patch("/applications/@me", page))}
        if name := name_of(avatar):
            wanted["name"] = (_digest(name), _patch("/users/@me", {"username": name}))
        if avatar.portrait and (picture := await self._picture(avatar.creator_id, avatar.portrait)):
            wanted["picture"] = (avatar.portrait, _patch("/users/@me", {"avatar": picture}))
        return wanted

    async def _picture(self, creator_id: int, sha256: str) -> str | None:
        try:
            path = self._files.path(creator_id, sha256)
        except NotFound:
            return None
        content = await anyio.to_thread.run_sync(jpeg, path)
        return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"


def _patch(path: str, body: Any) -> Call:
    # Waiting for the next hour's change would hold up a worker.
    return lambda api: api.call("PATCH", path, body=body, patient=False)


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
