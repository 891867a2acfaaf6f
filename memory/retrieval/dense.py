"""Sentence vectors of one creator's passages, searched in memory. Knows no text; they rest in `store.py`."""

import json
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from memory.retrieval.encoder import Vectors
from memory.retrieval.store import Entry, StoreUnavailable, VectorStore

__all__ = ["DenseIndex", "Entry"]

_PUBLIC, _GATED = "public", "gated"
_CROWD = 1000
_NEIGHBOURS = 10
_RESCORED = 200  # by measurement: signatures put the exact best ten among their best two hundred
_RESCORED_MOST = 2000  # a chat repeats itself: ten thousand copies of a greeting are equally near


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

    ``fresh`` says that it holds nothing of what was there before: new, or made by another encoder. Where a
    server keeps the vectors and is away, searches go on with those in memory, and what can't be written is
    *owed*: remembered in the folder until it has been put in again. So is what the server has lost.
    """

    def __init__(self, folder: Path, encoder_name: str, chroma_url: str | None) -> None:
        self._store = VectorStore(folder, encoder_name, chroma_url)
        self.fresh = self._store.fresh
        self._ledger = folder / "ledger.json"
        self._lock = threading.Lock()  # for a moment each time
        self._asking = threading.Lock()  # the store, which may take its time
        self._pending: dict[int, Entry | None] = {}
        self._matrices: dict[str, _Matrix] = {}
        self._held: dict[str, list[int]] = {}
        self._owed: set[int] = set()
        if self._ledger.is_file():
            noted = json.loads(self._ledger.read_bytes())
            self._held, self._owed = noted["held"], set(noted["owed"])
        self._noted = frozenset(self._owed)

    def close(self) -> None:
        """Let go of the store; what wasn't committed is given up."""
        with self._asking:
            self._store.close()

    def _matrix(self, name: str) -> _Matrix:
        """The vectors of one collection, read when they are first asked for; none while they can't be."""
        try:
            return self._loaded(name)
        except StoreUnavailable:
            return _EMPTY

    def _loaded(self, name: str) -> _Matrix:
        if (known := self._matrices.get(name)) is not None:
            return known
        with self._asking:
            if name not in self._matrices:
                matrix = _Matrix().change(set(), list(self._store.read(name)))
                with self._lock:
                    # A server that was begun anew has lost what it was given.
                    self._owed.update(one for one in self._held.get(name, ()) if not matrix.holds(one))
                    self._matrices[name] = matrix
            return self._matrices[name]

    def add(self, entries: Iterable[Entry]) -> None:
        """Put vectors in, in place of those of the same passages; found after the next ``commit``."""
        with self._lock:
            self._pending.update((entry.id, entry) for entry in entries)

    def remove(self, passage_ids: Iterable[int]) -> None:
        """Take vectors out, from the next ``commit`` on; unknown ids are ignored, debts forgotten."""
        with self._lock:
            ids = list(passage_ids)
            self._pending.update((passage_id, None) for passage_id in ids)
            self._owed.difference_update(ids)

    def owe(self, passage_ids: Iterable[int]) -> None:
        """Remember, from the next ``commit`` on durably, passages whose vectors couldn't be made."""
        with self._lock:
            self._owed.update(passage_ids)

    def owed(self, limit: int) -> list[int]:
        """Passages to put in again; none while the server is away."""
        with self._lock:
            return [] if self._store.resting() else list(islice(self._owed, limit))

    def commit(self) -> None:
        """Write what changed, and search in it from now on. Repeating a change changes nothing."""
        with self._lock:
            pending, self._pending = self._pending, {}
        written = False
        try:
            written = bool(pending) and self._write(pending)
        except StoreUnavailable:
            self.owe(pending)
        if (written and self._store.shared) or self._owed != self._noted:
            self._note()

    def _write(self, pending: dict[int, Entry | None]) -> bool:
        written = False
        for name, gated in ((_PUBLIC, False), (_GATED, True)):
            came = [e for e in pending.values() if e is not None and (e.tier is not None) == gated]
            matrix = self._loaded(name)
            gone = [one for one in pending if matrix.holds(one)]
            if not came and not gone:
                continue
            with self._asking:
                self._store.write(name, sorted(set(gone) - {entry.id for entry in came}), came)
            self._matrices[name] = matrix.change(set(gone), came)
            written = True
        return written

    def _note(self) -> None:
        """Keep, in one piece, what is owed and what a server was given."""
        with self._lock:
            if self._store.shared:
                self._held |= {name: matrix.ids.tolist() for name, matrix in self._matrices.items()}
            self._noted = frozenset(self._owed)
        kept = self._ledger.with_suffix(".new")
        kept.write_text(json.dumps({"held": self._held, "owed": sorted(self._noted)}), "utf-8")
        kept.replace(self._ledger)

    def holds_any(self, tiers: frozenset[str]) -> bool:
        """Whether there is a vector at all: public, or (``tiers`` given) gated."""
        return len(self._matrix(_GATED if tiers else _PUBLIC)) > 0

    def count(self) -> int:
        """How many public passages have a vector."""
        return len(self._matrix(_PUBLIC))

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
