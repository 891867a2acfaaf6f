"""Sentence encoders: the bundled English one and an OpenAI-compatible endpoint. Nothing is ranked here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    dimensions: int
    status: str

    def applies(self, lang: str) -> bool:
        """Whether texts of this language are encoded usefully."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape ``(len(texts), dimensions)``."""


def load_encoder(
    cache: Path, *, endpoint: str | None, model: str | None, api_key: str | None
) -> Encoder | None:
    """The configured endpoint's encoder, else the bundled model's, else None."""
    return None
