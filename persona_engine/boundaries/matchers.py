"""A process's matchers, each kept while what it was built from stands. What a match means isn't said here."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol

from kernel.clock import monotonic
from memory import service as memory
from memory.service import Apart, Example, Matcher, OwnWords

# One for each language that is spoken, two for each avatar.
_KEPT: Final = 200
_INCOMPLETE_S: Final = 30.0
_FITTED_S: Final = 600.0  # what a creator says grows
_NOTHING_SAID: Final = (0.0, None)

Key = tuple[object, ...]
"""What a matcher is kept by: an avatar and its rules' version, or what no avatar has for itself."""


class Matching(Protocol):
    """The part of `memory` that compares messages with examples."""

    def own_words(self, texts: Sequence[tuple[str, str]]) -> OwnWords:
        """(language, text) of a creator's, as this process's encoder reads them. Blocking."""
        ...

    def matcher(
        self,
        examples: Sequence[Example],
        own: OwnWords | None = None,
        own_stopped: float = memory.OWN_STOPPED,
        apart: Apart = memory.never_apart,
    ) -> Matcher:
        """A matcher with this process's encoder. Blocking."""
        ...


class _Place:
    """Where a key's matcher is kept. Whoever builds it holds the lock, so that it is built once."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.matcher: Matcher | None = None
        self.until = 0.0


class Matchers:
    """Matchers by key, those of an avatar fitted to what its creator says. From any thread."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._lock = Lock()
        self._own: OrderedDict[object, tuple[float, OwnWords | None]] = OrderedDict()
        self._places: OrderedDict[Key, _Place] = OrderedDict()

    def knows(self, avatar: object) -> bool:
        """Whether what an avatar's creator says was told to `fit` lately."""
        return self._own.get(avatar, _NOTHING_SAID)[0] > monotonic()

    def read(self, texts: Sequence[tuple[str, str]]) -> OwnWords:
        """What a creator says in (language, text). Blocking."""
        return self._matching.own_words(texts)

    def fit(self, avatar: object, own: OwnWords) -> None:
        """Have an avatar's matchers, whose keys begin with it, fitted to what its creator says.

        Where that has changed, what was built with it as it was before is let go.
        """
        _, before = self._own.get(avatar, _NOTHING_SAID)
        if before != own:
            with self._lock:
                for key in [each for each in self._places if each[0] == avatar]:
                    del self._places[key]
        self._own[avatar] = (monotonic() + _FITTED_S, before if before == own else own)
        self._own.move_to_end(avatar)
        while len(self._own) > _KEPT:
            self._own.popitem(last=False)

    def fitted_to(self, key: Key | None) -> OwnWords | None:
        """What the matchers of a key are fitted to: nothing where nobody has told them."""
        return self._own.get(key[0], _NOTHING_SAID)[1] if key else None

    def of(
        self,
        key: Key | None,
        examples: Sequence[Example],
        own: OwnWords | None = None,
        own_stopped: float = memory.OWN_STOPPED,
        apart: Apart = memory.never_apart,
    ) -> Matcher:
        """The matcher of a key, built where there is none; one whose encoder was away is soon built again.

        Without a key it is built for this once. Blocking.
        """
        if key is None:
            return self._matching.matcher(examples, own, own_stopped, apart)
        key = (*key, own)
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > _KEPT:
                self._places.popitem(last=False)
        with place.lock:
            if place.matcher is None or place.until <= monotonic():
                place.matcher = self._matching.matcher(examples, own, own_stopped, apart)
                place.until = float("inf") if place.matcher.whole else monotonic() + _INCOMPLETE_S
            return place.matcher

    @property
    def whole(self) -> bool:
        """Whether none in use was built while the encoder was away: more may be found later."""
        now = monotonic()
        with self._lock:
            return all(each.until == float("inf") or each.until <= now for each in self._places.values())
