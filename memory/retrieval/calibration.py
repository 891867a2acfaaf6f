"""Keeps each language's gate fitted to one creator's corpus; what a gate is stands in ``gate``."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from memory.retrieval import gate
from memory.retrieval.analysis import base
from memory.retrieval.candidates import Channel
from memory.retrieval.dense import DenseIndex
from memory.retrieval.encoder import Encoder
from memory.retrieval.gate import Level
from memory.retrieval.kept_levels import KeptLevels
from memory.retrieval.lexical import LexicalIndex
from memory.retrieval.ranking import Asked, Scope

_SAMPLES = 96
# A gate belongs to the passages that it was fitted to: once one has changed, the next question waits for a
# new fit. Among more passages than these one changes little: the fit is made beside the questions, unless so
# large a share of them has changed.
_FEW = 1000
_USELESS = 0.5

_fitters = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gates")


class Gates:
    """The levels of unrelated questions per channel and language, measured when they are first needed."""

    def __init__(
        self,
        public: LexicalIndex,
        dense: DenseIndex | None,
        encoder: Encoder | None,
        kept: KeptLevels | None = None,
    ) -> None:
        self._public = public
        self._dense = dense
        self._encoder = encoder
        self._kept = kept
        self._lock = threading.Lock()
        self._changed = 0
        self._fitting: set[str] = set()
        self._levels: dict[str, tuple[int, Mapping[Channel, Level]]] = {}
        #: What was asked for a language's last fit: most of it is asked for the next one, too.
        self._asked: dict[str, dict[tuple[str, str], Asked]] = {}

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
            wait = changed > (_USELESS if self._public.count() > _FEW else 0.0)
            begin = changed > 0.0 and not wait and lang not in self._fitting
            if begin:
                self._fitting.add(lang)
        if known is None and (known := self._before(lang)) is not None:
            return known
        if known is None or wait:
            return self._fit(lang)
        if begin:
            _fitters.submit(self._fit, lang)
        return known

    def _before(self, lang: str) -> Mapping[Channel, Level] | None:
        """What was measured of these very passages before this process began."""
        known = self._kept.of(self._passages(), lang) if self._kept is not None else None
        if known is not None:
            with self._lock:
                self._levels[lang] = (self._changed, known)
        return known

    def _passages(self) -> str:
        """What tells one state of the passages and their vectors from another."""
        vectors = self._dense.count() if self._dense is not None else 0
        name = self._encoder.name if self._encoder is not None else ""
        return f"{self._public.position} {self._public.count()} {vectors} {name}"

    def _fit(self, lang: str) -> Mapping[Channel, Level]:
        with self._lock:
            at = self._changed
        passages = self._passages()
        try:
            measured = self._measure(lang)
            with self._lock:
                self._levels[lang] = (at, measured)
            if self._kept is not None and passages == self._passages():
                self._kept.keep(passages, lang, measured)
        finally:
            with self._lock:
                self._fitting.discard(lang)
        return measured

    def _measure(self, lang: str) -> Mapping[Channel, Level]:
        snapshot = self._public.snapshot()
        scope = Scope(snapshot, self._dense)
        before, asked_now = self._asked.get(lang, {}), dict[tuple[str, str], Asked]()

        def ready(text: str, own: str) -> Asked:
            key = (text, own)
            known = before.get(key) or asked_now.get(key)
            asked_now[key] = known or Asked(text, own, self._encoder)
            return asked_now[key]

        def strongest(asked: Asked, channel: Channel, source_id: int | None = None) -> float | None:
            found = [
                candidate
                for candidate in scope.candidates(asked, only=channel, at_home=lang)
                if candidate.view.passage.source_id != source_id
            ]
            return max(found, key=lambda one: one.score).evidence if found else None

        # A corpus's own sentences are near to its topic, but where it often says the same again they find
        # just what they ask for; everyday text is far from it. A fan's question may be either.
        everyday = [ready(text, lang) for text in gate.background(lang)]
        # On the common ground it matters little in which language something near to the topic was said.
        own = {"native": snapshot.sample(_SAMPLES, lang), "crossing": snapshot.sample(_SAMPLES)}

        seen = self._dense is not None and self._encoder is not None and self._encoder.covers(lang)

        def measured(channel: Channel) -> Level:
            near = gate.own_samples(
                own[channel],
                lambda text, p: strongest(ready(text, p.lang), channel, p.source_id),
            )
            far = [v for asked in everyday if (v := strongest(asked, channel)) is not None]
            believed = gate.prior(lang, channel, seen=seen)
            passages = len(own[channel]) or None if channel == "native" else None
            return gate.level(near, far, channel=channel, believed=believed, passages=passages)

        levels: dict[Channel, Level] = {"native": measured("native"), "crossing": measured("crossing")}
        self._asked[lang] = asked_now
        return levels
