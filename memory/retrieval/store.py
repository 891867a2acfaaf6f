"""Where vectors rest: a replica's Chroma collections, in its folder or on a server. It searches nothing."""

import logging
import secrets
import shutil
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import numpy as np

from kernel.clock import monotonic
from memory.retrieval.encoder import Vectors

# Half a second of CPU, in processes of which most keep no vector: it is loaded where there is one.
if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

logger = logging.getLogger(__name__)

_STAMP = "encoder"
_PAGE = 5000
_NUMBERS = 500_000  # in one request: servers take 40 MB, and some write a number with 20 characters
_CONNECT_S, _ANSWER_S = 3.0, 60.0
_REST_S = 30.0
_away_until: dict[str, float] = {}  # servers that don't answer: one creator's index finds it out for all
# Chroma's own graph isn't searched (decision 0011), so it is built as thin as it may be.
_GRAPH: "CreateCollectionConfiguration" = {
    "hnsw": {"space": "cosine", "max_neighbors": 4, "ef_construction": 8}
}


class StoreUnavailable(Exception):
    """The Chroma server can't be asked just now; search goes on with what is in memory."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage's vector (unit length) and the tier it is behind (None: public)."""

    id: int
    tier: str | None
    vector: Vectors


class VectorStore:
    """The collections of one replica; they are made when there is a vector to keep.

    ``fresh`` says that it holds nothing of what was there before: new, or made by another encoder. A server
    that didn't answer is left alone for half a minute.
    """

    def __init__(self, folder: Path, encoder_name: str, url: str | None) -> None:
        self.shared = url is not None
        self._url = url
        self._folder = folder / "store"
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        self._rest_until = 0.0
        wanted = f"{encoder_name} {url or 'here'}"
        made_for, self._prefix = _stamped(folder)
        self.fresh = made_for != wanted
        if self.fresh:
            # What another encoder made is found by `remove_orphans`: the server may be away just now.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._prefix = f"{folder.parent.name}-{secrets.token_hex(4)}"
            (folder / _STAMP).write_text(f"{wanted}\n{self._prefix}", "utf-8")

    def resting(self) -> bool:
        """Whether it failed a moment ago, and isn't asked for now."""
        return monotonic() < max(self._rest_until, _away_until.get(self._url or "", 0.0))

    def read(self, name: str) -> Iterator[Entry]:
        """All vectors of a collection.

        Raises:
            StoreUnavailable: the server doesn't answer.
        """
        if not self.shared and not self._folder.exists():
            return
        from chromadb.errors import NotFoundError

        with self._asking():
            try:
                collection = self._connected().get_collection(self._called(name), embedding_function=None)
            except NotFoundError:
                return
            for start in range(0, collection.count(), _PAGE):
                page = collection.get(limit=_PAGE, offset=start, include=["embeddings", "metadatas"])
                vectors, metadatas = page["embeddings"], page["metadatas"]
                if vectors is None or metadatas is None:
                    continue
                for one, vector, metadata in zip(page["ids"], vectors, metadatas, strict=True):
                    tier = str((metadata or {}).get("tier", ""))
                    yield Entry(int(one), tier or None, np.asarray(vector, np.float32))

    def write(self, name: str, gone: Sequence[int], came: Sequence[Entry]) -> None:
        """Take vectors out of a collection and put others in, in place of those of the same passages.

        Raises:
            StoreUnavailable: the server doesn't answer; a part may have been written.
        """
        with self._asking():
            collection = self._collection(name)
            for start in range(0, len(gone), _PAGE):
                collection.delete(ids=[str(one) for one in gone[start : start + _PAGE]])
            size = min(_PAGE, max(1, _NUMBERS // came[0].vector.size)) if came else 1
            for start in range(0, len(came), size):
                page = came[start : start + size]
                collection.upsert(
                    ids=[str(entry.id) for entry in page],
                    embeddings=np.stack([entry.vector for entry in page]),
                    metadatas=[{"tier": entry.tier or ""} for entry in page],
                )

    def close(self) -> None:
        """Let go of the store."""
        if self._client is not None:
            _close(self._client)
        self._client, self._collections = None, {}

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn whatever goes wrong with a server into StoreUnavailable; trouble with our own files stays."""
        if self._url is None:
            yield
            return
        if self.resting():
            raise StoreUnavailable(_advice(self._url, "it didn't answer a moment ago"))
        try:
            yield
        except Exception as error:  # its client raises whatever it likes, bare Exception among it
            self._rest_until = monotonic() + _REST_S
            if isinstance(error, OSError | httpx.TransportError):
                _away_until[self._url] = self._rest_until
            self.close()
            logger.warning("%s", message := _advice(self._url, error))
            raise StoreUnavailable(message) from error

    def _connected(self) -> "ClientAPI":
        if self._client is None:
            self._client = _connect(self._url) if self._url else _open(self._folder)
        return self._client

    def _collection(self, name: str) -> "Collection":
        if name not in self._collections:
            self._collections[name] = self._connected().get_or_create_collection(
                self._called(name), embedding_function=None, configuration=_GRAPH
            )
        return self._collections[name]

    def _called(self, name: str) -> str:
        return f"{self._prefix}-{name}" if self.shared else name


def remove_orphans(url: str, slot: Path, owner: str) -> int:
    """Delete an owner's collections whose replicas aren't in its folder ``slot`` any more. Returns how many.

    Replicas' folders, and so their collections, are named ``…-{owner}-…``: nobody else's are touched.

    Raises:
        StoreUnavailable: the server doesn't answer.
    """
    kept = {_stamped(folder)[1] for folder in slot.glob("*/dense")}
    removed = 0
    try:
        client = _connect(url)
        try:
            for name in list(_names(client)):
                if f"-{owner}-" in name and name.rpartition("-")[0] not in kept:
                    client.delete_collection(name)
                    removed += 1
        finally:
            _close(client)
    except Exception as error:
        raise StoreUnavailable(_advice(url, error)) from error
    return removed


def _names(client: "ClientAPI") -> Iterable[str]:
    for start in range(0, client.count_collections(), _PAGE):
        yield from (found.name for found in client.list_collections(limit=_PAGE, offset=start))


def _stamped(folder: Path) -> tuple[str, str]:
    """What a replica's vectors were made with, and how its collections' names begin."""
    try:
        made_for, _, prefix = (folder / _STAMP).read_text("utf-8").partition("\n")
    except FileNotFoundError:
        return "", ""
    return (made_for, prefix) if prefix else ("", "")


def _open(folder: Path) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))


def _connect(url: str) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    secure, host = parts.scheme == "https", parts.hostname or "localhost"
    port = parts.port or (443 if secure else 8000)
    # The client waits without end, for a connection as for an answer.
    socket.create_connection((host, port), _CONNECT_S).close()
    client = chromadb.HttpClient(host, port, ssl=secure, settings=Settings(anonymized_telemetry=False))
    for session in _sessions(client):
        session.timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
    return client


def _sessions(client: "ClientAPI") -> list[httpx.Client]:
    """The connections under a server's client and its administrator: closing it leaves both open."""
    parts = (client, getattr(client, "_admin_client", None))
    found = (getattr(getattr(part, "_server", None), "_session", None) for part in parts)
    return [session for session in found if isinstance(session, httpx.Client)]


def _close(client: "ClientAPI") -> None:
    for session in _sessions(client):
        session.close()
    client.close()  # type: ignore[attr-defined]  # every client has it; the common type doesn't say so


def _advice(url: str, error: object) -> str:
    return (
        f"The Chroma server at {url} can't be used ({error}). Start it, or correct CHROMA_URL; "
        "until then recall works by words, and vectors are made up for afterwards."
    )
