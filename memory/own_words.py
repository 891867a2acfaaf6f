"""What a creator says, as messages are compared with it: read once, packed, and then only unpacked.

Reading two hundred sentences takes most of a second. Where what was read is kept isn't known here.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from threading import Lock
from typing import Final

import orjson

from memory import likeness
from memory.likeness import Likeness, views
from memory.retrieval import Encoder, code, sentences_of

_OWN: Final = 200
_SAYS_SOMETHING, _LONGEST_OWN = 20, 200  # bytes, in which no script is much shorter than others; characters


class OwnWords:
    """(language, text) of a creator's, for what their fans will ask about anyway. Used from any thread.

    `digest` is that of the texts, of the encoder and of the code that reads them: what was `packed` under one
    is good for all that have the same. Two of the same digest are equal.
    """

    def __init__(self, texts: Sequence[tuple[str, str]] = (), encoder: Encoder | None = None) -> None:
        self._texts: Sequence[tuple[str, str]] = texts
        self._encoder = encoder
        told = (_code(), encoder.name if encoder else "", [tuple(each) for each in texts])
        self.digest = blake2b(orjson.dumps(told), digest_size=16).digest()
        self._lock = Lock()
        self._packed = b""
        self._read: Likeness | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnWords) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __bool__(self) -> bool:
        return bool(self._texts or self._packed) or self._read is not None

    def unpack(self, packed: bytes) -> None:
        """Take what was packed under the same digest, instead of reading."""
        self._packed, self._texts = packed, ()

    def packed(self) -> bytes | None:
        """The sentences as they are compared; None while their encoder is away. Blocking: up to a second."""
        found = self.sentences()
        return found.packed() if found is self._read else None

    def sentences(self) -> Likeness:
        """The sentences as they are compared. Blocking: up to a second where nothing was unpacked."""
        with self._lock:
            if self._packed:
                self._read, self._packed = Likeness.unpacked(self._packed), b""
            if self._read is not None:
                return self._read
            pairs = [(each, lang) for lang, each in _sentences(self._texts)]
            found = Likeness(views(pairs, self._encoder))
            if found.whole or self._encoder is None:
                self._read, self._texts = found, ()
            return found


def _sentences(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sentences of (language, text), each as long as what is asked: the first of each, then the second."""
    told: list[list[tuple[str, str]]] = []
    for lang, text in texts[:_OWN]:
        long = [each for each in sentences_of(text, lang) if len(each.encode()) >= _SAYS_SOMETHING]
        told.append([(lang, each[:_LONGEST_OWN]) for each in long or [text]])
    return [each for row in zip_longest(*told) for each in row if each][:_OWN]


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of what reads sentences: another version compares them otherwise."""
    files = (likeness.__file__, __file__)
    digest = blake2b(code().encode(), digest_size=8)
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()
