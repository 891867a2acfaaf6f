"""A retriever whose words don't wait for vectors; what makes vectors, and keeps them, is known elsewhere."""

import logging
from collections.abc import Sequence

from kernel.clock import monotonic
from memory.retrieval.encoder import EncoderUnavailable
from memory.retrieval.retriever import Retriever
from memory.types import IndexedPassage

logger = logging.getLogger(__name__)

_REST_S = 30.0


class PatientRetriever(Retriever):
    """A retriever that takes passages in by their words while their vectors can't be made.

    Those are *owed*: put the passages in again, and what was missing is made up for. An encoder that didn't
    answer isn't asked to encode passages for half a minute.
    """

    _rest_until = 0.0

    def add(self, passages: Sequence[IndexedPassage]) -> None:
        """Put passages in, replacing those with the same ids; found after ``commit``."""
        if monotonic() >= self._rest_until:
            try:
                super().add(passages)
            except EncoderUnavailable as error:
                logger.warning("%s Passages are found by their words until it answers.", error)
                self._rest_until = monotonic() + _REST_S
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
        if self._dense is None or monotonic() < self._rest_until:
            return []
        return self._dense.owed(limit)
