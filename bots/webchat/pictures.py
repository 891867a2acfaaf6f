"""Pictures in the size that a page shows them: a fan's phone needn't load the original."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

WIDTH = 640
"""Pixels: the widest place on the chat's page, on a screen of double density."""


# Those that are decoded here; others may start programs.
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")


@lru_cache(maxsize=64)
def rendition(path: Path, width: int = WIDTH) -> bytes:
    """A stored picture's pixels alone, as a JPEG of at most `width` pixels' width (blocking)."""
    with Image.open(path, formats=_FORMATS) as picture:
        picture.thumbnail((width, width * 2))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()
