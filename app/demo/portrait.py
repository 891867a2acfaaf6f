"""Draws the demo creator's portrait: ``python -m app.demo.portrait``. Numbers only; it shows nobody.

The head is a field of heights, lit as clay would be, so that its features shade each other. Eyes, brows, lips
and hair are painted over it. Lengths are pixels of the finished picture; every run draws the same.
"""

from pathlib import Path
from typing import Final

import numpy as np

from app.demo.face import OUTLINE, paint_face
from app.demo.paint import (
    HEIGHT,
    MIDDLE,
    WIDTH,
    Canvas,
    Field,
    Point,
    Stroke,
    X,
    Y,
    blurred,
    colour,
    curve,
    hill,
    hills,
    mirrored,
    shape,
    strokes,
)

TARGET: Final = Path(__file__).with_name("portrait.png")


# The hair in front, parted at the side: outlines, and the strands' way (point, and how far it spreads).
_WIDE: Final[list[Point]] = [
    (462, 112), (550, 92), (664, 112), (764, 176), (830, 290), (856, 420), (862, 580), (868, 740),
    (874, 880),
    (856, 975), (800, 1008), (762, 930), (778, 840), (794, 730), (796, 640), (790, 560), (770, 480),
    (728, 412),
    (664, 354), (590, 306), (520, 256), (470, 196),
]  # fmt: skip
_NARROW: Final[list[Point]] = [
    (474, 110), (400, 116), (312, 168), (246, 282), (222, 420), (218, 580), (212, 740), (206, 880),
    (224, 975), (280, 1008), (318, 930), (302, 840), (288, 730), (284, 640), (288, 560), (304, 478),
    (336, 400),
    (388, 326), (438, 262), (476, 196),
]  # fmt: skip
_WIDE_WAY: Final = (
    (466, 210, 34, -104), (590, 302, 96, -178), (732, 412, 96, -160), (790, 560, 66, -70),
    (798, 740, 66, 0),
    (784, 880, 84, 0), (758, 1006, 76, -14),
)  # fmt: skip
_NARROW_WAY: Final = (
    (470, 210, -16, -100), (390, 322, -62, -152), (308, 460, -66, -150), (286, 600, -66, -70),
    (284, 740, -68, 0), (298, 880, -88, 0), (324, 1006, -82, -14),
)  # fmt: skip
_STRANDS: Final = (("#2f120b", 90, 4.5), ("#7d3a1c", 90, 4.0), ("#b0602f", 46, 3.2), ("#e8a35c", 16, 2.4))


def draw() -> Canvas:
    """The whole portrait."""
    canvas = Canvas()
    _background(canvas)
    _hair_behind(canvas)
    _shoulders(canvas)
    _ears(canvas)
    paint_face(canvas)
    _hair_before(canvas)
    _pin(canvas)
    _atmosphere(canvas)
    return canvas


def _background(canvas: Canvas) -> None:
    top, low = np.array(colour("#2a1a2b")), np.array(colour("#4b2a22"))
    depth = (Y / HEIGHT)[..., None]
    canvas.light[:] = top * (1 - depth) + low * depth
    canvas.glow(hill(120, 980, 330, 420), colour("#ff9a3d"), 0.34)
    canvas.glow(hill(980, 420, 330, 420), colour("#ffb066"), 0.2)
    random = np.random.default_rng(1861)
    for _ in range(30):
        x, y, size = random.uniform(0, WIDTH), random.uniform(60, 1150), random.uniform(10, 44)
        distance = np.hypot(X - x, Y - y)
        disc = np.clip((size - distance) / 3 + 0.5, 0, 1) * (
            0.72 + 0.28 * np.clip(distance / size, 0, 1) ** 3
        )
        canvas.glow(disc.astype(np.float32), colour("#ffb45e"), random.uniform(0.015, 0.075))
    canvas.light[:] = np.stack([blurred(canvas.light[..., band], 2.0) for band in range(3)], axis=-1)


def _strand(points: list[Point], thick: float) -> Stroke:
    line = curve(points)
    along = np.linspace(0, 1, len(line))
    return line, list(np.maximum(thick * np.sin(np.pi * np.clip(along * 0.84 + 0.08, 0, 1)), 0.4))


def _hair_behind(canvas: Canvas) -> None:
    left: list[Point] = [
        (540, 104), (430, 112), (318, 168), (246, 280), (222, 420), (220, 580), (214, 740), (206, 880),
        (226, 985), (300, 1020), (400, 1000), (470, 960),
    ]  # fmt: skip
    outline = curve([*left, *mirrored(left[::-1][:-1])], closed=True)
    mass = shape(outline, 1.2)
    canvas.paint(mass, colour("#4a1f14"))
    canvas.shade(mass * (hills(150, 760, 110, 260) + hill(MIDDLE, 640, 260, 400) * 0.6), (0.42, 0.38, 0.4))
    _locks(canvas, mass)


def _locks(canvas: Canvas, mass: Field) -> None:
    random = np.random.default_rng(3)
    for code, number in (("#2c100b", 150), ("#6e3018", 150), ("#a4532a", 90), ("#d98a4a", 26)):
        lines = []
        for _ in range(number):
            side = random.choice((-1, 1))
            root = random.uniform(236, 330)
            sway = random.normal(0, 14)
            points: list[Point] = [
                (MIDDLE - side * (MIDDLE - root - 60), 250 + random.normal(0, 30)),
                (MIDDLE - side * (MIDDLE - root + 4), 470 + random.normal(0, 30)),
                (MIDDLE - side * (MIDDLE - root + sway), 720 + random.normal(0, 30)),
                (MIDDLE - side * (MIDDLE - root - 18 + sway * 2), 930 + random.normal(0, 40)),
                (MIDDLE - side * (MIDDLE - root - 80 + sway), 1010 + random.normal(0, 14)),
            ]
            lines.append(_strand(points, random.uniform(1.2, 4.2)))
        canvas.paint(strokes(lines, 0.7) * mass, colour(code), 0.5)


def _shoulders(canvas: Canvas) -> None:
    side: list[Point] = [(424, 800), (424, 930), (414, 1000), (388, 1040), (440, 1180), (540, 1240)]
    neck = shape(curve([*side, *mirrored(side[-2::-1])], closed=True), 1.0)
    canvas.paint(neck, colour("#c98a64"))
    canvas.shade(neck * hill(MIDDLE, 900, 190, 66), (0.36, 0.27, 0.26))
    canvas.shade(neck * hills(112, 960, 34, 120), (0.5, 0.4, 0.38))
    canvas.glow(neck * hill(486, 1030, 36, 40), colour("#ffb27a"), 0.12)
    canvas.shade(neck * (hill(508, 1085, 30, 9, 0.5) + hill(572, 1085, 30, 9, -0.5)), (0.72, 0.62, 0.6))
    left: list[Point] = [
        (540, 1180), (470, 1128), (408, 1040), (372, 1032), (330, 1060), (220, 1100), (120, 1150),
        (60, 1230), (40, 1360),
        (540, 1372),
    ]  # fmt: skip
    coat = shape(curve([*left, *mirrored(left[-2:0:-1])], closed=True, steps=12), 1.0)
    fabric = np.array(colour("#1f4a4d"))
    folds = 0.75 + 0.5 * hills(230, 1190, 120, 60, 0.3) - 0.45 * hills(95, 1230, 34, 120, -0.35)
    canvas.paint(coat, fabric * folds[..., None])
    weave = 0.93 + 0.07 * np.sin((X + Y * 0.25) * 1.1)
    canvas.light *= 1 + coat[..., None] * (weave[..., None].astype(np.float32) - 1)
    collar: list[Point] = [
        (374, 1030),
        (414, 1034),
        (474, 1126),
        (540, 1182),
        (540, 1216),
        (470, 1170),
        (396, 1078),
    ]
    for half in (collar, mirrored(collar)):
        band = shape(curve(half, closed=True, steps=10), 0.9)
        canvas.shade(blurred(band, 9) * (1 - band), (0.62, 0.6, 0.6))
        canvas.paint(band, colour("#2f6b6a"))
        canvas.glow(band * hill(MIDDLE, 1060, 260, 60), colour("#ffcf9a"), 0.05)


def _ears(canvas: Canvas) -> None:
    outer: list[Point] = [(300, 520), (282, 506), (264, 520), (262, 566), (274, 622), (292, 650), (306, 640)]
    inner: list[Point] = [(292, 540), (278, 532), (274, 562), (284, 606), (296, 622)]
    for side in (lambda points: points, mirrored):
        ear = shape(curve(side(outer), closed=True), 0.9)
        canvas.paint(ear, colour("#c27b58"))
        canvas.shade(strokes([_strand(side(inner), 7)], 3.0) * ear, (0.45, 0.32, 0.3))


def _hair_before(canvas: Canvas) -> None:
    """A side parting: a long sweep to the picture's right, a shorter one to its left."""
    random = np.random.default_rng(21)
    sheens = (hill(680, 235, 120, 26, 0.72), hill(340, 235, 95, 24, -0.8))
    ways = ((_WIDE, _WIDE_WAY, 850), (_NARROW, _NARROW_WAY, 230))
    for (outline, way, tips), sheen in zip(ways, sheens, strict=True):
        mass = shape(curve(outline, closed=True), 1.0)
        canvas.shade(blurred(mass, 16) * (1 - mass) * shape(OUTLINE), (0.5, 0.38, 0.36))
        canvas.paint(mass, colour("#5a2515"))
        for code, number, thick in _STRANDS:
            lines: list[Stroke] = []
            for _ in range(number):
                at = random.uniform(0, 1)
                jitter = random.normal(0, 3.0, (len(way), 2))
                points = [
                    (x + spread * at + dx, y + rise * at + dy)
                    for (x, y, spread, rise), (dx, dy) in zip(way, jitter, strict=True)
                ]
                lines.append(_strand(points, random.uniform(0.5, 1.0) * thick))
            canvas.paint(strokes(lines, 0.6) * mass, colour(code), 0.5)
        canvas.glow(mass * sheen, colour("#ffb070"), 0.16)
        canvas.shade(mass * hill(tips, 900, 90, 90), (0.62, 0.58, 0.58))


def _pin(canvas: Canvas) -> None:
    """A small flame of brass, her only jewel."""
    flame: list[Point] = [
        (700, 1212),
        (716, 1238),
        (722, 1262),
        (712, 1284),
        (696, 1288),
        (680, 1280),
        (676, 1258),
        (690, 1238),
    ]
    heart: list[Point] = [(699, 1244), (708, 1262), (706, 1276), (696, 1280), (688, 1274), (690, 1260)]
    brass = shape(curve(flame, closed=True), 0.7)
    canvas.shade(
        blurred(shape(curve([(x + 4, y + 6) for x, y in flame], closed=True)), 4), (0.55, 0.55, 0.58)
    )
    canvas.paint(brass, colour("#c98a2e"))
    canvas.glow(brass * hill(690, 1246, 9, 22), colour("#fff0c0"), 0.5)
    canvas.paint(shape(curve(heart, closed=True), 0.7), colour("#ffe2a0"))


def _atmosphere(canvas: Canvas) -> None:
    canvas.glow(hill(0, 1120, 300, 380), colour("#ff8a30"), 0.05)
    distance = np.hypot((X - MIDDLE) / 760, (Y - 640) / 900)
    canvas.light *= (1 - 0.5 * np.clip(distance - 0.45, 0, 1) ** 1.4)[..., None].astype(np.float32)


if __name__ == "__main__":
    draw().image().save(TARGET, optimize=True)
