"""The files that apps send, from the store. Discord keeps no names of them that could be used again."""

from collections.abc import Sequence
from contextlib import suppress

import anyio.to_thread

from bots.discord.calls import LARGEST, file_name
from bots.discord.client import Upload
from bots.discord.failures import REASONS
from bots.relays import Relays
from conversation import service as conversation
from conversation.errors import NoSuchExport
from kernel.chat import EXPORT, RELAYED, Medium
from kernel.db import Database
from kernel.errors import TooLarge
from kernel.files import FileStore


class SentFiles:
    """What goes along with messages."""

    def __init__(self, db: Database, store: FileStore, relays: Relays) -> None:
        self._db = db
        self._store = store
        self._relays = relays

    async def of(self, creator_id: int, media: Sequence[Medium]) -> list[Upload]:
        """What to send for each.

        Raises:
            NotFound: the store has one not any more, or what was to be exported is too old or gone.
            Unavailable: what is passed on can't be fetched just now.
            TooLarge: more than an app may send.
        """
        files: list[Upload] = []
        for one in media:
            if one.file.startswith(EXPORT):
                async with self._db.uow(creator_id) as uow:
                    export = await conversation.read_export(uow, one.file.removeprefix(EXPORT))
                files.append(Upload(file_name(one), export.to_file()))
            elif one.file.startswith(RELAYED):
                content = await self._relays.relayed(creator_id, one.file, one)
                files.append(Upload(file_name(one), content))
            else:
                files.append(await anyio.to_thread.run_sync(self._read, creator_id, one))
        if sum(len(file.content) for file in files) > LARGEST:
            raise TooLarge(REASONS["too_large"])
        return files

    async def sent(self, creator_id: int, media: Sequence[Medium]) -> None:
        """These have arrived: an export is spent."""
        exports = [one.file.removeprefix(EXPORT) for one in media if one.file.startswith(EXPORT)]
        if exports:
            async with self._db.uow(creator_id) as uow:
                for secret in exports:
                    with suppress(NoSuchExport):
                        await conversation.take_export(uow, secret)

    def _read(self, creator_id: int, medium: Medium) -> Upload:
        path = self._store.path(creator_id, medium.file)
        if path.stat().st_size > LARGEST:
            raise TooLarge(REASONS["too_large"])
        return Upload(file_name(medium), path.read_bytes())
