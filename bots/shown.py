"""What every platform shows of an avatar is made so: texts that fit, its portrait."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

SIDE: Final = 640
"""Pixels of a picture's longer side: as large as platforms show it."""


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, ended at a word where it is too long."""
    if len(text) <= most:
        return text
    kept = text[:most]
    head = kept.rpartition(" ")[0]
    return f"{head or kept[:-1]}…"


def jpeg(path: Path) -> bytes:
    """A portrait as platforms take it (blocking)."""
    out = io.BytesIO()
    with Image.open(path) as picture:
        flat = Image.new("RGB", picture.size, "white")
        seen = picture.convert("RGBA")
        flat.paste(seen, mask=seen)
        flat.thumbnail((SIDE, SIDE))
        flat.save(out, "JPEG", quality=90)
    return out.getvalue()
