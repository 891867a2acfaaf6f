"""Brushes for the demo's portrait: shapes and strokes as coverage, soft hills, paint in linear light."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

WIDTH: Final = 1080
HEIGHT: Final = 1350
MIDDLE: Final = 540.0
_FINE: Final = 4  # shapes are drawn so much larger and averaged down
_MARGIN: Final = 8

Field = NDArray[np.float32]
Point = tuple[float, float]
Colour = tuple[float, float, float]
Stroke = tuple[Sequence[Point], Sequence[float]]

Y, X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) + np.float32(0.5)


def colour(code: str) -> Colour:
    """A colour written as in CSS (``#d9a066``), in linear light."""
    red, green, blue = ((int(code[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5))
    return red, green, blue


def curve(points: Sequence[Point], *, closed: bool = False, steps: int = 16) -> list[Point]:
    """A smooth line through ``points`` (Catmull-Rom)."""
    known = np.array(points, dtype=np.float64)
    if closed:
        around = np.vstack([known[-1:], known, known[:2]])
    else:
        around = np.vstack([2 * known[0] - known[1], known, 2 * known[-1] - known[-2]])
    at = (np.arange(steps) / steps)[:, None]
    parts = []
    for index in range(1, len(around) - 2):
        before, start, end, after = around[index - 1 : index + 3]
        parts.append(
            0.5
            * (
                2 * start
                + (end - before) * at
                + (2 * before - 5 * start + 4 * end - after) * at**2
                + (3 * start - before - 3 * end + after) * at**3
            )
        )
    if not closed:
        parts.append(known[-1:])
    return [(float(x), float(y)) for x, y in np.vstack(parts)]


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The same points on the other side of the face."""
    return [(2 * MIDDLE - x, y) for x, y in points]


def shape(points: Sequence[Point], soft: float = 0.0) -> Field:
    """A filled outline as coverage 0..1, its edge blurred by ``soft`` pixels."""
    sheet = _Sheet(points)
    sheet.draw.polygon(sheet.placed(points), fill=255)
    return sheet.coverage(soft)


def strokes(lines: Sequence[Stroke], soft: float = 0.0) -> Field:
    """Lines as coverage 0..1; each has its points and, for each point, its width in pixels."""
    sheet = _Sheet([point for points, _ in lines for point in points])
    for points, widths in lines:
        placed = sheet.placed(points)
        for ((x0, y0), (x1, y1)), width in zip(pairwise(placed), widths[1:], strict=True):
            half = max(width * _FINE / 2, 0.5)
            length = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-6)
            dx, dy = -(y1 - y0) / length * half, (x1 - x0) / length * half
            sheet.draw.polygon(
                [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)], fill=255
            )
            sheet.draw.ellipse((x1 - half, y1 - half, x1 + half, y1 + half), fill=255)
    return sheet.coverage(soft)


class _Sheet:
    """A small fine-grained piece of paper that covers some points."""

    def __init__(self, points: Sequence[Point]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self._left, self._top = max(int(min(xs)) - _MARGIN, 0), max(int(min(ys)) - _MARGIN, 0)
        self._right = min(max(int(max(xs)) + _MARGIN, self._left + 1), WIDTH)
        self._bottom = min(max(int(max(ys)) + _MARGIN, self._top + 1), HEIGHT)
        size = ((self._right - self._left) * _FINE, (self._bottom - self._top) * _FINE)
        self._image = Image.new("L", size)
        self.draw = ImageDraw.Draw(self._image)

    def placed(self, points: Sequence[Point]) -> list[Point]:
        return [((x - self._left) * _FINE, (y - self._top) * _FINE) for x, y in points]

    def coverage(self, soft: float) -> Field:
        size = (self._right - self._left, self._bottom - self._top)
        small = self._image.resize(size, Image.Resampling.BOX)
        full = np.zeros((HEIGHT, WIDTH), np.float32)
        full[self._top : self._bottom, self._left : self._right] = np.asarray(small, np.float32) / 255
        return blurred(full, soft) if soft else full


def blurred(field: Field, radius: float) -> Field:
    """A coverage 0..1 out of focus; ``radius`` is the standard deviation in pixels."""
    image = Image.fromarray((np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / np.float32(255)


def hill(x: float, y: float, wide: float, high: float, turn: float = 0.0) -> Field:
    """A soft hill of height 1 at (x, y), turned by ``turn`` radians."""
    dx, dy = X - x, Y - y
    across, along = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    return np.asarray(np.exp(-0.5 * ((across / wide) ** 2 + (along / high) ** 2)), np.float32)


def hills(x: float, y: float, wide: float, high: float, turn: float = 0.0) -> Field:
    """The same hill on both sides of the face; ``x`` is the distance from its middle."""
    return np.asarray(
        hill(MIDDLE - x, y, wide, high, turn) + hill(MIDDLE + x, y, wide, high, -turn), np.float32
    )


class Canvas:
    """A picture in linear light."""

    def __init__(self) -> None:
        self.light = np.zeros((HEIGHT, WIDTH, 3), np.float32)

    def paint(self, cover: Field, paint: Colour | NDArray[np.float32], strength: float = 1.0) -> None:
        """Lay a colour, or a picture of colours, over what is there."""
        alpha = (np.clip(cover, 0, 1) * strength)[..., None]
        self.light += alpha * (np.asarray(paint, np.float32) - self.light)

    def shade(self, cover: Field, factor: Colour) -> None:
        """Multiply what is there: where ``cover`` is 1, by ``factor``."""
        self.light *= 1 + np.clip(cover, 0, 1)[..., None] * (np.asarray(factor, np.float32) - 1)

    def glow(self, cover: Field, paint: Colour, strength: float) -> None:
        """Add light."""
        self.light += cover[..., None] * np.asarray(paint, np.float32) * np.float32(strength)

    def image(self) -> Image.Image:
        """The picture as a screen shows it, with a trace of grain against banding."""
        bright = np.clip(self.light, 0, None)
        shown = np.clip(bright / (1 + 0.1 * bright), 0, 1) ** (1 / 2.2)
        grain = np.random.default_rng(7).normal(0, 0.0025, (HEIGHT, WIDTH, 1))
        return Image.fromarray((np.clip(shown + grain, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
