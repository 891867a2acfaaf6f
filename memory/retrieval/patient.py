"""A retriever whose words don't wait for vectors; what makes vectors, and keeps them, is known elsewhere."""

import logging
from collections.abc import Sequence

from kernel.clock import monotonic
from memory.retrieval.encoder import EncoderUnavailable
from memory.retrieval.retriever import Retriever
from memory.types import IndexedPassage

logger = logging.getLogger(__name__)

_REST_S = 30.0
_away_until: dict[str, float] = {}  # encoders that don't answer: one creator's index finds it out for all


class PatientRetriever(Retriever):
    """A retriever that takes passages in by their words while their vectors can't be made.

    Those are *owed*: put the passages in again, and what was missing is made up for. An encoder that didn't
    answer isn't asked to encode passages for half a minute.
    """

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, replacing those with the same ids; found after ``commit``."""
        if not self._resting():
            try:
                super().add(passages)
            except EncoderUnavailable as error:
                logger.warning("%s Passages are found by their words until it answers.", error)
                if self._encoder is not None:
                    _away_until[self._encoder.name] = monotonic() + _REST_S
            else:
                return
        # Searches that run meanwhile do without the encoder: it doesn't answer anyway.
        encoder, self._encoder = self._encoder, None
        try:
            super().add(passages)
        finally:
            self._encoder = encoder
        if encoder is not None and self._dense is not None:
            self._dense.owe(passage.id for passage in passages if encoder.covers(passage.lang))

    def owed(self, limit: int) -> list[int]:
        """At most ``limit`` passages that are found by their words alone and could be put in again now."""
        return [] if self._dense is None or self._resting() else self._dense.owed(limit)

    def _resting(self) -> bool:
        return self._encoder is not None and monotonic() < _away_until.get(self._encoder.name, 0.0)
