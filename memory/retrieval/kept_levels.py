"""Gates' levels beside their index, so that a start needn't measure again what hasn't changed."""

import hashlib
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import orjson

from memory.retrieval.candidates import Channel
from memory.retrieval.gate import Level

_CHANNELS: tuple[Channel, ...] = ("native", "crossing")


class KeptLevels:
    """The levels of one index by language, in one file. They belong to the passages and to the code that
    measured them: of others nothing is known. Thread-safe; a file that can't be read is as good as none.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def of(self, passages: str, lang: str) -> Mapping[Channel, Level] | None:
        """What was kept of these passages in a language; None where nothing was."""
        with self._lock:
            found = self._read(passages).get(lang)
        if found is None:
            return None
        return {channel: Level(*numbers) for channel, numbers in zip(_CHANNELS, found, strict=True)}

    def keep(self, passages: str, lang: str, levels: Mapping[Channel, Level]) -> None:
        """Keep what was measured, and nothing of other passages any more."""
        with self._lock:
            told = self._read(passages)
            told[lang] = [[levels[each].centre, levels[each].spread] for each in _CHANNELS]
            fresh = self._file.with_suffix(".new")
            fresh.write_bytes(orjson.dumps({"of": [code(), passages], "levels": told}))
            fresh.replace(self._file)

    def _read(self, passages: str) -> dict[str, list[list[float]]]:
        try:
            told = orjson.loads(self._file.read_bytes())
            return dict(told["levels"]) if told["of"] == [code(), passages] else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}


@lru_cache(maxsize=1)
def code() -> str:
    """A digest of this package and of its words: another version weighs the same passages otherwise."""
    package = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted((*package.rglob("*.py"), *(package.parent / "data").iterdir())):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()
