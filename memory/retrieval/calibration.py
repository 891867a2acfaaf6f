"""Keeps each language's gate fitted to one creator's corpus; what a gate is stands in ``gate``."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from memory.retrieval import gate
from memory.retrieval.analysis import base
from memory.retrieval.dense import DenseIndex
from memory.retrieval.encoder import Encoder
from memory.retrieval.gate import Level
from memory.retrieval.lexical import LexicalIndex
from memory.retrieval.ranking import Asked, Channel, Scope

_SAMPLES = 96
# Shares of the passages that have changed since a gate was fitted: from the one on it is fitted anew beside
# the questions, from the other on the next question waits for that.
_STALE = 0.1
_USELESS = 0.5

_fitters = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gates")


class Gates:
    """The levels of unrelated questions per channel and language, measured when they are first needed."""

    def __init__(self, public: LexicalIndex, dense: DenseIndex | None, encoder: Encoder | None) -> None:
        self._public = public
        self._dense = dense
        self._encoder = encoder
        self._lock = threading.Lock()
        self._changed = 0
        self._fitting: set[str] = set()
        self._levels: dict[str, tuple[int, Mapping[Channel, Level]]] = {}

    def changed(self, count: int) -> None:
        """Tell that so many passages came, went or were replaced."""
        with self._lock:
            self._changed += count

    def levels(self, lang: str) -> Mapping[Channel, Level]:
        """Each channel's level for questions in a language; the first question waits (up to a second)."""
        lang = base(lang)
        with self._lock:
            at, known = self._levels.get(lang, (0, None))
            changed = (self._changed - at) / max(1, self._public.count())
            begin = known is not None and changed > _STALE and lang not in self._fitting
            if begin:
                self._fitting.add(lang)
        if known is None or changed > _USELESS:
            return self._fit(lang)
        if begin:
            _fitters.submit(self._fit, lang)
        return known

    def _fit(self, lang: str) -> Mapping[Channel, Level]:
        with self._lock:
            at = self._changed
        try:
            measured = self._measure(lang)
            with self._lock:
                self._levels[lang] = (at, measured)
        finally:
            with self._lock:
                self._fitting.discard(lang)
        return measured

    def _measure(self, lang: str) -> Mapping[Channel, Level]:
        snapshot = self._public.snapshot()
        scope = Scope(snapshot, self._dense)

        def strongest(asked: Asked, channel: Channel, source_id: int | None = None) -> float | None:
            found = [
                candidate
                for candidate in scope.candidates(asked, only=channel, at_home=lang)
                if candidate.view.passage.source_id != source_id
            ]
            return max(found, key=lambda one: one.score).evidence if found else None

        # A corpus's own sentences are near to its topic, but where it often says the same again they find
        # just what they ask for; everyday text is far from it. A fan's question may be either.
        everyday = [Asked(text, lang, self._encoder) for text in gate.background(lang)]
        # On the common ground it matters little in which language something near to the topic was said.
        own = {"native": snapshot.sample(_SAMPLES, lang), "crossing": snapshot.sample(_SAMPLES)}

        def measured(channel: Channel) -> Level:
            near = gate.own_samples(
                own[channel],
                lambda text, p: strongest(Asked(text, p.lang, self._encoder), channel, p.source_id),
            )
            far = [v for asked in everyday if (v := strongest(asked, channel)) is not None]
            return gate.level(near, far, channel=channel)

        return {"native": measured("native"), "crossing": measured("crossing")}
