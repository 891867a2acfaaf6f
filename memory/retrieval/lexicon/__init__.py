"""The word lexicon: glosses of eleven languages' words in English stems. Its training is in ``train``."""

from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np

from memory.retrieval.lexicon.segment import segment

PATH = Path(__file__).resolve().parents[2] / "data" / "lexicon.npz"
_LOADING = Lock()
# A word without an entry borrows from those that begin alike (an inflection the stemmer missed).
_SHARED_LETTERS = 4
_SHARED_PART = 0.5
_BORROWED = 0.5
_LONGEST_PIECE = 8
_SAME = 3  # borrowed entries at most
# A lone character that the training saw too seldom is better known by the word that an ending makes of it:
# a colour (yellow: 黄, 黄色), a quality (large: 大, 大的).
_WORD_ENDINGS = ("色", "的")
_UNSURE = 0.25

Gloss = tuple[tuple[str, float], ...]


class _Words:
    """Sorted words in one block of bytes: compact, and searchable by bisection."""

    def __init__(self, blob: "np.ndarray[tuple[int], np.dtype[np.uint8]]") -> None:
        self._blob = blob.tobytes()
        breaks = np.flatnonzero(blob == 10)
        self._starts = np.concatenate(([0], breaks + 1)).astype(np.uint32)
        self._ends = np.concatenate((breaks, [len(blob)])).astype(np.uint32)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> str:
        return self._blob[int(self._starts[index]) : int(self._ends[index])].decode()

    def place(self, word: str) -> int:
        """Where the word is, or would be."""
        return bisect_left(range(len(self)), word, key=self.__getitem__)


class LanguageLexicon:
    """One language's words with their likely English stems."""

    def __init__(self, arrays: "np.lib.npyio.NpzFile", lang: str, stems: _Words) -> None:
        self._words = _Words(arrays[f"{lang}.words"])
        sizes = arrays[f"{lang}.sizes"].astype(np.uint32)
        self._ends = np.cumsum(sizes, dtype=np.uint32)
        self._sizes = arrays[f"{lang}.sizes"]
        self._targets = arrays[f"{lang}.stems"]
        self._chances = arrays[f"{lang}.chances"]
        self._stems = stems
        self._pieces: dict[str, float] = {}
        if f"{lang}.pieces" in arrays:
            pieces = arrays[f"{lang}.pieces"].tobytes().decode().split("\n")
            self._pieces = dict(zip(pieces, arrays[f"{lang}.scores"].astype(float).tolist(), strict=True))
        self.gloss = lru_cache(maxsize=20000)(self._gloss)

    @property
    def segments(self) -> bool:
        """Whether runs of this language can be cut into words."""
        return bool(self._pieces)

    def cut(self, run: str) -> list[str]:
        """The words of an unsegmented run."""
        return segment(run, self._pieces, _LONGEST_PIECE)

    def _entry(self, index: int) -> Gloss:
        end = int(self._ends[index])
        start = end - int(self._sizes[index])
        return tuple(
            (self._stems[int(target)], chance / 255.0)
            for target, chance in zip(
                self._targets[start:end].tolist(), self._chances[start:end].tolist(), strict=True
            )
        )

    def exact(self, word: str) -> Gloss:
        """A stemmed word's own entry; empty where it has none."""
        index = self._words.place(word)
        return self._entry(index) if index < len(self._words) and self._words[index] == word else ()

    def _gloss(self, word: str) -> Gloss:
        """English stems with their chances (0..1), likeliest first; borrowed where the word has no entry."""
        own = self.exact(word)
        if len(word) == 1 and self._pieces and (not own or own[0][1] < _UNSURE):
            longer = [entry for ending in _WORD_ENDINGS if (entry := self.exact(word + ending))]
            own = max(longer, default=own, key=lambda entry: entry[0][1])
        if own:
            return own
        parts = self._parts(word) if self._pieces else self._alike(word)
        merged: dict[str, float] = {}
        for share, entry in parts:
            for stem, chance in entry:
                merged[stem] = max(merged.get(stem, 0.0), _BORROWED * share * chance)
        return tuple(sorted(merged.items(), key=lambda item: (-item[1], item[0]))[:6])

    def _alike(self, word: str) -> list[tuple[float, Gloss]]:
        """Entries that share at least half of their letters with the word, from the first on."""
        place = self._words.place(word)
        near: list[tuple[float, int]] = []
        for index in range(max(0, place - 6), min(len(self._words), place + 6)):
            other = self._words[index]
            shared = 0
            for mine, theirs in zip(word, other, strict=False):
                if mine != theirs:
                    break
                shared += 1
            part = shared / max(len(word), len(other))
            if shared >= _SHARED_LETTERS and part >= _SHARED_PART:
                near.append((part, index))
        near.sort(reverse=True)
        return [(part, self._entry(index)) for part, index in near[:_SAME]]

    def _parts(self, word: str) -> list[tuple[float, Gloss]]:
        """Entries of the longest pieces that the word can be read as, from the left."""
        found: list[tuple[float, Gloss]] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                entry = self.exact(word[start:end])
                if entry:
                    found.append((1.0, entry))
                    start = end
                    break
            else:
                start += 1
        return found


class Lexicon:
    """All languages' lexicons, each read from the file when it is first asked for."""

    def __init__(self, path: Path = PATH) -> None:
        self._arrays = np.load(path)
        self._stems = _Words(self._arrays["stems"])
        self._surfaces = _Words(self._arrays["surfaces"])
        self.languages = frozenset(name.split(".")[0] for name in self._arrays.files if "." in name)
        self.language = lru_cache(maxsize=None)(self._language)

    def _language(self, lang: str) -> LanguageLexicon | None:
        """The lexicon of a primary language subtag, None where there is none."""
        return LanguageLexicon(self._arrays, lang, self._stems) if lang in self.languages else None

    def words(self, lang: str) -> list[str]:
        """All words of a language, as stems; English ones in full."""
        own = self._surfaces if lang == "en" else _Words(self._arrays[f"{lang}.words"])
        return [own[index] for index in range(len(own))]

    def knows(self, stem: str) -> bool:
        """Whether a stem is that of an English word that the training saw."""
        index = self._stems.place(stem)
        return index < len(self._stems) and self._stems[index] == stem

    def surface(self, stem: str) -> str:
        """An English stem's commonest full word (the stem itself where it is unknown)."""
        index = self._stems.place(stem)
        if index < len(self._stems) and self._stems[index] == stem:
            return self._surfaces[index]
        return stem


@lru_cache(maxsize=1)
def _own() -> Lexicon:
    return Lexicon()


def load() -> Lexicon:
    """The lexicon that comes with the project."""
    # Two threads that want it first would each open the file, and one would be dropped open.
    with _LOADING:
        return _own()
