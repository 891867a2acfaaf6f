"""The file store: bytes under their SHA-256, per creator, written whole or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from kernel.clock import now
from kernel.errors import NotFound, TooLarge

_CHUNK = 1 << 20
_ABANDONED_S = 86_400


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file: its content hash (SHA-256, hex) and size in bytes."""

    sha256: str
    size: int


class FileStore:
    """Content-addressed files below one folder; a creator's files lie in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def save(self, creator_id: int, chunks: AsyncIterable[bytes], *, limit: int) -> StoredFile:
        """Store a stream.

        Raises:
            TooLarge: more than `limit` bytes came; nothing is kept.
        """
        digest, size = hashlib.sha256(), 0
        handle, name = await anyio.to_thread.run_sync(lambda: tempfile.mkstemp(dir=self._incoming))
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge("The file is larger than {limit} MB.", limit=limit >> 20)
                    digest.update(chunk)
                    await anyio.to_thread.run_sync(file.write, chunk)
                file.flush()
                await anyio.to_thread.run_sync(os.fsync, file.fileno())
            return await anyio.to_thread.run_sync(
                self._keep, creator_id, Path(name), digest.hexdigest(), size
            )
        finally:
            await anyio.Path(name).unlink(missing_ok=True)

    def save_path(self, creator_id: int, source: Path) -> StoredFile:
        """Store a copy of a local file (blocking: call it in a thread)."""
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(handle, "wb") as file, source.open("rb") as original:
                while chunk := original.read(_CHUNK):
                    size += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            return self._keep(creator_id, Path(name), digest.hexdigest(), size)
        finally:
            Path(name).unlink(missing_ok=True)

    def path(self, creator_id: int, sha256: str) -> Path:
        """Where a stored file lies.

        Raises:
            NotFound: this creator has no such file.
        """
        path = self._place(creator_id, sha256)
        if not path.is_file():
            raise NotFound("The file is no longer stored.")
        return path

    def delete(self, creator_id: int, sha256: str) -> None:
        """Remove a file; one that is already gone is no error."""
        self._place(creator_id, sha256).unlink(missing_ok=True)

    def scratch(self) -> Path:
        """A new private folder for work in progress; whoever asked removes it."""
        return Path(tempfile.mkdtemp(dir=self._incoming))

    def sweep(self) -> None:
        """Remove what a killed process left in the making, a day ago or longer."""
        before = now().timestamp() - _ABANDONED_S
        for left in self._incoming.iterdir():
            if left.stat().st_mtime > before:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _place(self, creator_id: int, sha256: str) -> Path:
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise NotFound("Not the name of a stored file.")
        return self._root / str(int(creator_id)) / sha256[:2] / sha256

    def _keep(self, creator_id: int, temporary: Path, sha256: str, size: int) -> StoredFile:
        place = self._place(creator_id, sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.replace(place)
        return StoredFile(sha256, size)
