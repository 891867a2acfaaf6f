"""Sentence vectors of one creator's passages: kept in Chroma, searched in process. Knows no text."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings

from memory.retrieval.encoder import Vectors

_PUBLIC, _GATED = "public", "gated"
_PAGE = 5000
_CROWD = 1000
_NEIGHBOURS = 10
_RESCORED = 200  # by measurement: signatures put the exact best ten among their best two hundred
_RESCORED_MOST = 2000  # a chat repeats itself: ten thousand copies of a greeting are equally near
# Chroma's own graph isn't searched (decision 0011), so it is built as thin as it may be.
_GRAPH: CreateCollectionConfiguration = {
    "hnsw": {"space": "cosine", "max_neighbors": 4, "ef_construction": 8}
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage's vector (unit length) and the tier it is behind (None: public)."""

    id: int
    tier: str | None
    vector: Vectors


class _Matrix:
    """Vectors in memory: one sign bit per dimension to find candidates by, eight bits to score them."""

    def __init__(self) -> None:
        self.ids: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.tiers: list[str] = []
        # One row per 64 dimensions, so that a search runs along each in one stride.
        self._signs: npt.NDArray[np.uint64] = np.empty((0, 0), np.uint64)
        self._values: npt.NDArray[np.int8] = np.empty((0, 0), np.int8)
        self._rows: dict[int, int] = {}
        self._crowds: npt.NDArray[np.float32] = np.empty(0, np.float32)

    def __len__(self) -> int:
        return len(self.ids)

    def holds(self, passage_id: int) -> bool:
        return passage_id in self._rows

    @staticmethod
    def _signatures(vectors: Vectors) -> npt.NDArray[np.uint64]:
        """Sign bits, shape ``(ceil(dimensions / 64), vectors)``."""
        bits = np.packbits(vectors > 0, axis=1)
        padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
        padded[:, : bits.shape[1]] = bits
        return np.ascontiguousarray(padded.view(np.uint64).T)

    def change(self, gone: set[int], came: Sequence[Entry]) -> "_Matrix":
        """A new matrix without the ones and with the others; searches go on in the old one."""
        fresh = _Matrix()
        keep = np.array([int(one) not in gone for one in self.ids], bool)
        fresh.ids, fresh.tiers = self.ids[keep], [t for t, k in zip(self.tiers, keep, strict=True) if k]
        fresh._values, fresh._crowds = self._values[keep], self._crowds[keep]
        fresh._signs = self._signs[:, keep] if len(self) else self._signs
        if came:
            vectors = np.stack([entry.vector for entry in came])
            # Components of unit vectors of some hundred dimensions seldom pass 0.4; those are cut.
            values = np.clip(np.rint(vectors * 320.0), -127, 127).astype(np.int8)
            signs = self._signatures(vectors)
            old = len(fresh.ids) > 0
            fresh.ids = np.concatenate((fresh.ids, np.array([entry.id for entry in came], np.int64)))
            fresh.tiers += [entry.tier or "" for entry in came]
            fresh._signs = np.concatenate((fresh._signs, signs), axis=1) if old else signs
            fresh._values = np.concatenate((fresh._values, values)) if old else values
            fresh._crowds = np.concatenate((fresh._crowds, np.zeros(len(came), np.float32)))
            # A small collection is measured whole whenever it grows, a large one only where it grew.
            begin = 0 if len(fresh) <= _CROWD else len(fresh) - len(came)
            fresh._measure_crowds(begin)
        fresh._rows = {int(one): row for row, one in enumerate(fresh.ids)}
        return fresh

    def _measure_crowds(self, begin: int) -> None:
        """How near each vector from row ``begin`` on is to its ten nearest among the first thousand."""
        others = self._values[:_CROWD].astype(np.float32) / 320.0
        for start in range(begin, len(self), _CROWD):
            rows = self._values[start : start + _CROWD].astype(np.float32) / 320.0
            near = rows @ others.T
            for row in range(start, min(start + _CROWD, len(others))):
                near[row - start, row] = -1.0
            size = min(_NEIGHBOURS, len(others) - 1)
            if size > 0:
                top = np.partition(near, len(others) - size, axis=1)[:, len(others) - size :]
                self._crowds[start : start + len(rows)] = top.mean(axis=1)

    def crowd(self, passage_id: int) -> float:
        row = self._rows.get(passage_id)
        return 0.0 if row is None else float(self._crowds[row])

    def _score(self, vector: Vectors, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        return np.asarray(self._values[rows].astype(np.float32) @ vector / 320.0, np.float32)

    def _nearest_signs(self, vector: Vectors, signs: npt.NDArray[np.uint64]) -> npt.NDArray[np.intp]:
        """Places of the ``_RESCORED`` vectors whose signs differ least, and of those as near."""
        apart = np.zeros(signs.shape[1], np.uint16)
        for line, bits in zip(signs, self._signatures(vector[None])[:, 0], strict=True):
            apart += np.bitwise_count(line ^ bits)
        # A count of each distance finds the farthest to keep sooner than any sorting would.
        farthest = int(np.searchsorted(np.cumsum(np.bincount(apart)), _RESCORED))
        return np.flatnonzero(apart <= farthest)[:_RESCORED_MOST]

    def search(self, vector: Vectors, limit: int, tiers: frozenset[str]) -> dict[int, float]:
        if tiers:
            mine = [row for row, tier in enumerate(self.tiers) if tier in tiers]
            rows = np.array(mine, np.intp)
            if len(rows) > _RESCORED:
                rows = rows[self._nearest_signs(vector, self._signs[:, rows])]
        elif len(self) > _RESCORED:
            rows = self._nearest_signs(vector, self._signs)
        else:
            rows = np.arange(len(self))
        if not len(rows):
            return {}
        scores = self._score(vector, rows)
        order = np.argsort(-scores, kind="stable")[:limit]
        return {int(self.ids[rows[place]]): float(scores[place]) for place in order}

    def similarities(self, vector: Vectors, passage_ids: Iterable[int]) -> dict[int, float]:
        known = [(one, self._rows[one]) for one in passage_ids if one in self._rows]
        if not known:
            return {}
        scores = self._score(vector, np.array([row for _, row in known], np.intp))
        return {one: float(score) for (one, _), score in zip(known, scores, strict=True)}


_EMPTY = _Matrix()


class DenseIndex:
    """The vectors of one creator: two collections, public and gated, so that neither needs a filter.

    ``fresh`` says that it holds nothing of what was there before: new, or made by another encoder. Chroma is
    opened when there is a vector to keep, so that a creator without any costs nothing.
    """

    def __init__(self, folder: Path, encoder_name: str, chroma_url: str | None) -> None:
        self._store = folder / "store"
        self._name = folder.parent.name
        self._url = chroma_url
        self._lock = threading.Lock()
        self._pending: dict[int, Entry | None] = {}
        self._matrices: dict[str, _Matrix] = {}
        self._client: ClientAPI | None = None
        self._collections: dict[str, Collection] = {}
        stamp = folder / "encoder"
        wanted = f"{encoder_name} {chroma_url or 'here'}"
        self.fresh = not stamp.is_file() or stamp.read_text("utf-8") != wanted
        if self.fresh:
            self._begin_anew(folder)
            stamp.write_text(wanted, "utf-8")

    def _begin_anew(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self._url is not None:
            client = self._connect()
            existing = {collection.name for collection in client.list_collections()}
            for name in (_PUBLIC, _GATED):
                if f"{self._name}-{name}" in existing:
                    client.delete_collection(f"{self._name}-{name}")

    def _connect(self) -> ClientAPI:
        if self._client is None:
            settings = Settings(anonymized_telemetry=False)
            if self._url is None:
                self._client = chromadb.PersistentClient(self._store, settings=settings)
            else:
                parts = urlsplit(self._url)
                secure = parts.scheme == "https"
                port = parts.port or (443 if secure else 8000)
                self._client = chromadb.HttpClient(
                    parts.hostname or "localhost", port, ssl=secure, settings=settings
                )
        return self._client

    def _collection(self, name: str) -> Collection:
        if name not in self._collections:
            self._collections[name] = self._connect().get_or_create_collection(
                f"{self._name}-{name}" if self._url is not None else name,
                embedding_function=None,
                configuration=_GRAPH,
            )
        return self._collections[name]

    def close(self) -> None:
        """Let go of the store; what wasn't committed is given up."""
        if self._client is not None:
            self._client.close()  # type: ignore[attr-defined]  # every client has it; the common type doesn't say so
            self._client = None
            self._collections = {}

    def _matrix(self, name: str) -> _Matrix:
        """The vectors of one collection, read from Chroma when they are first asked for."""
        with self._lock:
            if name not in self._matrices and self._url is None and not self._store.exists():
                return _EMPTY
            if name not in self._matrices:
                self._matrices[name] = _Matrix().change(set(), list(self._stored(name)))
            return self._matrices[name]

    def _stored(self, name: str) -> Iterator[Entry]:
        collection = self._collection(name)
        for start in range(0, collection.count(), _PAGE):
            page = collection.get(limit=_PAGE, offset=start, include=["embeddings", "metadatas"])
            vectors, metadatas = page["embeddings"], page["metadatas"]
            if vectors is None or metadatas is None:
                continue
            for one, vector, metadata in zip(page["ids"], vectors, metadatas, strict=True):
                tier = str((metadata or {}).get("tier", ""))
                yield Entry(int(one), tier or None, np.asarray(vector, np.float32))

    def add(self, entries: Iterable[Entry]) -> None:
        """Put vectors in, in place of those of the same passages; found after the next ``commit``."""
        with self._lock:
            self._pending.update((entry.id, entry) for entry in entries)

    def remove(self, passage_ids: Iterable[int]) -> None:
        """Take vectors out, from the next ``commit`` on; unknown ids are ignored."""
        with self._lock:
            self._pending.update((passage_id, None) for passage_id in passage_ids)

    def commit(self) -> None:
        """Write what changed to Chroma, and search in it from now on. Repeating a change changes nothing."""
        with self._lock:
            pending, self._pending = self._pending, {}
        if not pending:
            return
        for name, gated in ((_PUBLIC, False), (_GATED, True)):
            came = [e for e in pending.values() if e is not None and (e.tier is not None) == gated]
            matrix = self._matrix(name)
            if not came and not any(matrix.holds(one) for one in pending):
                continue
            collection = self._collection(name)
            gone = [one for one in pending if matrix.holds(one)]
            stale = sorted(set(gone) - {entry.id for entry in came})
            for start in range(0, len(stale), _PAGE):
                collection.delete(ids=[str(one) for one in stale[start : start + _PAGE]])
            for start in range(0, len(came), _PAGE):
                page = came[start : start + _PAGE]
                collection.upsert(
                    ids=[str(entry.id) for entry in page],
                    embeddings=np.stack([entry.vector for entry in page]),
                    metadatas=[{"tier": entry.tier or ""} for entry in page],
                )
            changed = matrix.change(set(gone), came)
            with self._lock:
                self._matrices[name] = changed

    def holds_any(self, tiers: frozenset[str]) -> bool:
        """Whether there is a vector at all: public, or (``tiers`` given) gated."""
        return len(self._matrix(_GATED if tiers else _PUBLIC)) > 0

    def search(self, vector: Vectors, limit: int, tiers: frozenset[str]) -> dict[int, float]:
        """Cosines of the nearest passages, nearest first: public ones, or (``tiers`` given) gated ones."""
        return self._matrix(_GATED if tiers else _PUBLIC).search(vector, limit, tiers)

    def similarities(
        self, vector: Vectors, passage_ids: Iterable[int], tiers: frozenset[str]
    ) -> dict[int, float]:
        """Cosines of those of the given passages that have vectors."""
        return self._matrix(_GATED if tiers else _PUBLIC).similarities(vector, passage_ids)

    def crowd(self, passage_id: int, tiers: frozenset[str]) -> float:
        """A passage's mean cosine with its ten nearest: high where it is near to everything."""
        return self._matrix(_GATED if tiers else _PUBLIC).crowd(passage_id)
