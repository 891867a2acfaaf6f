"""The files that bots send: from the store the first time, afterwards by the name that Telegram gave them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import anyio.to_thread
from aiogram.types import BufferedInputFile, FSInputFile

from bots.relays import Relays
from bots.telegram import repository
from bots.telegram.calls import File, file_name, too_large
from bots.telegram.failures import REASONS
from conversation import service as conversation
from conversation.errors import NoSuchExport
from kernel.chat import EXPORT, RELAYED, Medium
from kernel.db import Database
from kernel.errors import TooLarge
from kernel.files import FileStore

_PICTURES: Final = "image/"


class SentFiles:
    """Which files Telegram has already, by connection: a name of one bot's means nothing to another."""

    def __init__(self, db: Database, store: FileStore, relays: Relays) -> None:
        self._db = db
        self._store = store
        self._relays = relays

    async def of(
        self, creator_id: int, connection_id: int, media: Sequence[Medium], *, anew: bool
    ) -> list[File]:
        """What to send for each; `anew`: from the store, whatever Telegram has.

        Raises:
            NotFound: the store has none of them any more, or what was to be exported is too old or gone.
            Unavailable: what is passed on can't be fetched just now.
            TooLarge: more than a bot may send.
        """
        if not media:
            return []
        known: dict[tuple[str, str], str] = {}
        if not anew:
            async with self._db.uow(creator_id) as uow:
                rows = await repository.known_files(uow, connection_id, [one.file for one in media])
            known = {(row.sha256, row.kind): row.file_id for row in rows}
        files: list[File] = []
        for one in media:
            name = known.get((one.file, one.kind))
            if one.file.startswith(EXPORT):
                files.append(await self._export(creator_id, one))
            elif one.file.startswith(RELAYED):
                files.append(await self._relayed(creator_id, connection_id, one))
            elif name is None:
                files.append(await anyio.to_thread.run_sync(self._upload, creator_id, one))
            else:
                files.append(name)
        return files

    async def _export(self, creator_id: int, medium: Medium) -> File:
        """What is kept about a fan now. It isn't spent before it has been sent."""
        async with self._db.uow(creator_id) as uow:
            export = await conversation.read_export(uow, medium.file.removeprefix(EXPORT))
        return BufferedInputFile(export.to_file(), filename=file_name(medium))

    async def _relayed(self, creator_id: int, connection_id: int, medium: Medium) -> File:
        """What somebody else has sent: by its name where the same bot got it, else fetched by the other.

        A photo has nothing of its camera's any more, by Telegram's own doing; a picture that was sent as a
        file has, and is sent without.
        """
        number, _, name = medium.file.removeprefix(RELAYED).partition(":")
        if int(number) == connection_id and not medium.mime.startswith(_PICTURES):
            return name
        content = await self._relays.relayed(creator_id, medium.file, medium)
        if too_large(medium.kind, len(content)):
            raise TooLarge(REASONS["too_large"])
        return BufferedInputFile(content, filename=file_name(medium))

    def _upload(self, creator_id: int, medium: Medium) -> File:
        path = self._store.path(creator_id, medium.file)
        if too_large(medium.kind, path.stat().st_size):
            raise TooLarge(REASONS["too_large"])
        return FSInputFile(path, filename=file_name(medium))

    async def remember(
        self, creator_id: int, connection_id: int, found: Iterable[tuple[Medium, str]]
    ) -> None:
        """Keep the names that Telegram gave; those of before it has forgotten."""
        async with self._db.uow(creator_id) as uow:
            for medium, file_id in found:
                if medium.file.startswith(EXPORT):
                    with suppress(NoSuchExport):
                        await conversation.take_export(uow, medium.file.removeprefix(EXPORT))
                    continue
                if medium.file.startswith(RELAYED):
                    continue
                await repository.remember_file(uow, connection_id, medium.file, medium.kind, file_id)
