"""Portraits in the size that a page shows them: a fan's phone needn't load the original."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

WIDTH = 640
"""Pixels: the widest place on the chat's page, on a screen of double density."""


@lru_cache(maxsize=64)
def rendition(path: Path) -> bytes:
    """A stored portrait as a JPEG of at most `WIDTH` pixels' width (blocking: call it in a thread)."""
    with Image.open(path) as picture:
        picture.thumbnail((WIDTH, WIDTH * 2))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()
