"""Files as the Bot API keeps them: an identifier per bot, one unique identifier, limits on both ways."""

import secrets
from dataclasses import dataclass

from tests.emulators.telegram.errors import bad
from tests.emulators.telegram.people import Json

DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    """What was uploaded once. `kind` is what it was sent as: a photo can't be sent again as a video."""

    unique_id: str
    kind: str
    content: bytes
    name: str = ""
    mime: str = ""


class FileStore:
    """Every file of the emulator; a `file_id` belongs to the bot that was given it."""

    def __init__(self) -> None:
        self._ids: dict[tuple[int, str], StoredFile] = {}
        self._known: dict[tuple[int, str], str] = {}
        self._paths: dict[tuple[int, str], StoredFile] = {}

    def add(self, kind: str, content: bytes, name: str = "", mime: str = "") -> StoredFile:
        """Store an upload.

        Raises:
            ApiError: it is empty or too large.
        """
        if not content:
            raise bad("file must be non-empty")
        if len(content) > (PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT):
            raise bad(f"file of size {len(content)} bytes is too big for a {kind}")
        return StoredFile("AQAD" + secrets.token_urlsafe(12), kind, content, name, mime)

    def id_for(self, bot_id: int, file: StoredFile) -> str:
        """The identifier by which a bot knows a file."""
        key = (bot_id, file.unique_id)
        if key not in self._known:
            self._known[key] = f"{file.kind.capitalize()}-{bot_id}-{secrets.token_urlsafe(32)}"
            self._ids[bot_id, self._known[key]] = file
        return self._known[key]

    def find(self, bot_id: int, file_id: str, kind: str | None = None) -> StoredFile:
        """The file that a bot means.

        Raises:
            ApiError: this bot was never given such an identifier, or it is a file of another kind.
        """
        file = self._ids.get((bot_id, file_id))
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if kind is not None and file.kind != kind:
            raise bad(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
        return file

    def open(self, bot_id: int, file_id: str) -> Json:
        """What getFile answers: a path that downloads it.

        Raises:
            ApiError: no such file, or it is too large to be downloaded.
        """
        file = self._ids.get((bot_id, file_id))
        if file is None:
            raise bad("invalid file_id")
        if len(file.content) > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        ending = file.name.rpartition(".")[2] if "." in file.name else "bin"
        path = f"{file.kind}s/file_{file.unique_id}.{ending}"
        self._paths[bot_id, path] = file
        return {
            "file_id": file_id,
            "file_unique_id": file.unique_id,
            "file_size": len(file.content),
            "file_path": path,
        }

    def at(self, bot_id: int, path: str) -> StoredFile | None:
        """What lies at a path that getFile gave to this bot."""
        return self._paths.get((bot_id, path))
