"""The demo portrait's face: a field of heights lit like clay; eyes, brows, nose and mouth painted over it."""

from collections.abc import Callable
from typing import Final

import numpy as np

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

Placing = Callable[[list[Point]], list[Point]]

# The classic rules: eyes at half the head's height, five eyes wide, equal thirds below the hairline.
_LEFT: Final[list[Point]] = [
    (540, 176), (440, 190), (352, 250), (304, 350), (292, 450), (294, 545), (304, 640), (326, 730),
    (366, 812), (424, 872), (486, 908), (540, 916),
]  # fmt: skip
OUTLINE: Final = curve([*_LEFT, *mirrored(_LEFT[-2:0:-1])], closed=True)
_EYE_Y: Final = 540.0
_EYE_X: Final = 104.0  # from the middle to the centre of an eye
_MOUTH_Y: Final = 768.0
_SKIN: Final = colour("#e6b08c")


def paint_face(canvas: Canvas) -> None:
    """The face with all its features."""
    _face(canvas)
    _brows(canvas)
    for side in (-1, 1):
        _eye(canvas, side)
    _nose(canvas)
    _mouth(canvas)


def _heights() -> Field:
    """The relief of the face in pixels, towards the viewer."""
    across, down = (X - MIDDLE) / 262, (Y - 545) / 392
    round_head = 235 * np.sqrt(np.clip(1 - across**2 * 0.9 - down**2 * 0.86, 0.0, None))
    relief = np.asarray(round_head, np.float32)
    relief += 17 * hills(96, 480, 60, 26)  # brow ridges
    relief -= 30 * hills(_EYE_X, 530, 54, 30)  # eye sockets
    relief += 17 * hills(_EYE_X, 545, 46, 26)  # eyeballs
    relief += 22 * hill(MIDDLE, 560, 26, 78)  # bridge
    relief += 40 * hill(MIDDLE, 650, 34, 44)  # nose
    relief += 28 * hill(MIDDLE, 674, 30, 22)  # its tip
    relief += 24 * hills(39, 686, 17, 15)  # wings of the nose
    relief += 26 * hills(150, 640, 74, 60)  # cheeks
    relief -= 12 * hills(126, 768, 30, 56, 0.35)  # below them
    relief -= 8 * hill(MIDDLE, 724, 9, 18)  # groove above the lip
    relief += 20 * hill(MIDDLE, 766, 84, 42)  # the mouth's barrel
    relief -= 13 * hill(MIDDLE, 822, 58, 13)  # below the lip
    relief += 22 * hill(MIDDLE, 868, 60, 32)  # chin
    relief += 10 * hill(MIDDLE, 330, 180, 110)  # forehead
    return relief


def _face(canvas: Canvas) -> None:
    cover = shape(OUTLINE, 0.9)
    relief = _heights()
    slope_y, slope_x = np.gradient(relief)
    normal = np.stack([-slope_x, -slope_y, np.full_like(relief, 0.98)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)

    def lit(x: float, y: float, z: float, wrap: float) -> Field:
        lamp = np.array([x, y, z]) / np.linalg.norm([x, y, z])
        return np.asarray(np.clip((normal @ lamp + wrap) / (1 + wrap), 0, None), np.float32)

    key, fill, rim = lit(-0.5, -0.55, 1.0, 0.22), lit(0.75, 0.1, 0.7, 0.5), lit(-0.8, 0.7, 0.35, 0.1)
    light = (
        0.15 * np.array(colour("#ffd0b4"))
        + 1.0 * key[..., None] * np.array(colour("#fff0dc"))
        + 0.2 * fill[..., None] * np.array(colour("#e8b7c0"))
        + 0.16 * rim[..., None] * np.array(colour("#ff9a4a"))
    )
    skin = np.broadcast_to(np.array(_SKIN, np.float32), (*cover.shape, 3)).copy()

    def tint(where: Field, code: str, strength: float) -> None:
        skin[:] += (np.clip(where, 0, 1) * strength)[..., None] * (np.array(colour(code)) - skin)

    tint(hills(160, 668, 74, 54), "#d96f58", 0.42)
    tint(hill(MIDDLE, 672, 34, 26), "#d3745c", 0.4)
    tint(hill(MIDDLE, 872, 60, 34), "#d98468", 0.25)
    tint(hills(_EYE_X, 582, 56, 15), "#b9735f", 0.3)
    tint(hills(_EYE_X, 508, 62, 22), "#b8705a", 0.34)
    painted = skin * light
    shine = np.clip(normal @ (np.array([-0.32, -0.3, 1.0]) / np.linalg.norm([-0.32, -0.3, 1.0])), 0, 1) ** 26
    painted += (0.1 * shine)[..., None] * np.array(colour("#fff3e2"))
    edge = np.clip(1 - blurred(cover, 26), 0, 1) * 2
    painted *= 1 - 0.42 * np.clip(edge, 0, 1)[..., None] * np.array([0.75, 0.95, 1.0])
    canvas.paint(cover, painted.astype(np.float32))
    _freckles(canvas, cover)


def _freckles(canvas: Canvas, cover: Field) -> None:
    random = np.random.default_rng(12)
    spots = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(80):
        side = random.choice((-1, 1))
        x, y = MIDDLE + side * abs(random.normal(95, 52)), random.normal(640, 24)
        size = random.uniform(0.9, 2.3)
        spots += hill(x, y, size, size * 0.9) * random.uniform(0.25, 0.8)
    canvas.shade(np.clip(spots, 0, 1) * cover, (0.7, 0.5, 0.42))


def _brows(canvas: Canvas) -> None:
    random = np.random.default_rng(5)
    low = curve([(482, 474), (446, 463), (404, 452), (364, 456), (328, 480)])
    high = curve([(481, 450), (446, 438), (404, 430), (366, 440), (328, 478)])
    for mirror in (False, True):
        outline = [*low, *high[::-1]]
        cover = shape(mirrored(outline) if mirror else outline, 3.2)
        canvas.paint(cover, colour("#45200f"), 0.72)
        lines: list[Stroke] = []
        for _ in range(150):
            at = random.uniform(0, 0.97)
            index = int(at * (len(low) - 1))
            mix = random.uniform(0.05, 0.95)
            x = low[index][0] * mix + high[index][0] * (1 - mix)
            y = low[index][1] * mix + high[index][1] * (1 - mix)
            lean, reach = 0.25 + at * 0.95, random.uniform(12, 20)
            tip = (x - reach * np.sin(lean) - 3, y - reach * np.cos(lean) * 0.75 + at * 8)
            line = curve([(x, y), ((x + tip[0]) / 2 - 1, (y + tip[1]) / 2 - 1), tip], steps=6)
            lines.append((mirrored(line) if mirror else line, list(np.linspace(1.9, 0.5, len(line)))))
        canvas.paint(strokes(lines, 0.4), colour("#2a110c"), 0.42)


def _eye(canvas: Canvas, side: int) -> None:
    def placed(points: list[Point]) -> list[Point]:
        # Written for the eye on the left of the picture, whose inner corner points right.
        left = [(MIDDLE - _EYE_X + x * 1.05, _EYE_Y + y * 1.16) for x, y in points]
        return left if side < 0 else mirrored(left)

    upper: list[Point] = [(53, 11), (38, -8), (12, -23), (-16, -25), (-40, -12), (-56, 5)]
    lower: list[Point] = [(-56, 5), (-36, 17), (-8, 23), (22, 20), (42, 14), (53, 11)]
    lid, under = curve(placed(upper)), curve(placed(lower))
    white = shape([*lid, *under], 0.8)
    x, y = MIDDLE + side * _EYE_X - side * 2, _EYE_Y - 3
    canvas.paint(white, colour("#efe4da"))
    canvas.shade(white * np.clip(1 - blurred(white, 7) * 1.05, 0, 1), (0.5, 0.38, 0.36))
    radius = np.hypot(X - x, Y - y)
    iris = np.clip((29.5 - radius) / 1.6 + 0.5, 0, 1).astype(np.float32) * white
    angle = np.arctan2(Y - y, X - x)
    rays = 0.82 + 0.18 * np.sin(angle * 23 + 2 * np.sin(angle * 7)) * np.clip(radius / 29, 0, 1)
    tone = (np.clip((radius - 9) / 20, 0, 1) ** 0.8)[..., None]
    shades = np.array(colour("#c98b3a")) * (1 - tone) + np.array(colour("#4f6b3c")) * tone
    canvas.paint(iris, (shades * rays[..., None]).astype(np.float32))
    canvas.glow(iris * hill(x + 7, y + 12, 13, 8), colour("#ffcf7a"), 0.28)
    canvas.shade(iris * np.clip((radius - 22.5) / 7, 0, 1).astype(np.float32), (0.22, 0.2, 0.18))
    canvas.paint(np.clip((12.2 - radius) / 1.6 + 0.5, 0, 1).astype(np.float32) * white, colour("#0c0706"))
    canvas.shade(
        white * shape(placed([(-62, -40), (60, -40), (56, 4), (14, -11), (-18, -12), (-60, 10)]), 5.0),
        (0.42, 0.34, 0.33),
    )
    canvas.paint(
        np.clip((6.2 - np.hypot(X - x + 9, Y - y + 10)) / 1.3 + 0.5, 0, 1).astype(np.float32) * white,
        colour("#fffaf0"),
    )
    canvas.paint(hill(x + 9, y + 9, 2.4, 2.2) * white, colour("#ffdba8"), 0.8)
    corner = placed([(50, 10)])[0]
    canvas.paint(hill(corner[0], corner[1], 5, 4) * white, colour("#c9765f"), 0.8)
    _lids(canvas, placed, lid, under)


def _lids(canvas: Canvas, placed: Placing, lid: list[Point], under: list[Point]) -> None:
    along = np.linspace(0, 1, len(lid))
    canvas.paint(
        strokes([(lid, list(2.6 + 6.4 * np.sin(np.pi * (0.08 + 0.8 * along)) ** 1.2))], 0.7),
        colour("#1d0d0a"),
        0.94,
    )
    canvas.paint(strokes([(under, [1.5] * len(under))], 1.0), colour("#6e3a2d"), 0.55)
    canvas.glow(
        strokes([([(x, y + 4.5) for x, y in under], [2.2] * len(under))], 1.6), colour("#ffc9a4"), 0.12
    )
    crease = curve(placed([(50, -8), (32, -28), (6, -40), (-20, -41), (-46, -26), (-62, -8)]))
    canvas.shade(
        strokes([(crease, list(1.2 + 3.4 * np.sin(np.pi * np.linspace(0.05, 0.95, len(crease)))))], 1.8),
        (0.42, 0.3, 0.27),
    )
    lashes: list[Stroke] = []
    random = np.random.default_rng(9)
    for at in np.linspace(0.3, 1.0, 15):
        x, y = lid[min(int(at * (len(lid) - 1)), len(lid) - 1)]
        outward = 1.0 if lid[-1][0] > lid[0][0] else -1.0
        reach = 6 + 15 * at + random.uniform(-2, 2)
        tip = (x + outward * reach * (at - 0.3) * 1.05, y - reach * (0.95 - 0.35 * at))
        line = curve([(x, y), ((x + tip[0]) / 2 + outward * 2.0, (y + tip[1]) / 2 + 2.5), tip], steps=6)
        lashes.append((line, list(np.linspace(2.3, 0.5, len(line)))))
    canvas.paint(strokes(lashes, 0.4), colour("#160a08"), 0.85)


def _nose(canvas: Canvas) -> None:
    nostril = curve([(524, 699), (516, 692), (505, 692), (499, 699), (507, 704), (518, 704)], closed=True)
    wing = curve([(496, 664), (487, 678), (487, 694), (498, 704)])
    for mirror in (False, True):
        hole = shape(mirrored(nostril) if mirror else nostril, 1.8)
        canvas.paint(hole, colour("#4a1d16"), 0.85)
        edge = mirrored(wing) if mirror else wing
        canvas.shade(
            strokes([(edge, list(1.0 + 3.0 * np.linspace(0, 1, len(edge))))], 3.0), (0.5, 0.36, 0.32)
        )
    canvas.shade(hill(MIDDLE, 709, 34, 7), (0.6, 0.48, 0.45))
    canvas.glow(hill(533, 662, 7, 9), colour("#fff0dd"), 0.2)
    canvas.glow(hill(535, 600, 5, 34), colour("#fff0dd"), 0.07)


def _mouth(canvas: Canvas) -> None:
    y = _MOUTH_Y
    line: list[Point] = [
        (438, y - 10), (466, y - 1), (502, y + 1), (526, y + 2), (540, y + 5), (554, y + 2),
        (578, y + 1), (614, y - 1),
        (642, y - 10),
    ]  # fmt: skip
    top: list[Point] = [
        (642, y - 10), (602, y - 17), (568, y - 25), (553, y - 26), (540, y - 21), (527, y - 26),
        (512, y - 25),
        (478, y - 17), (438, y - 10),
    ]  # fmt: skip
    low: list[Point] = [
        (642, y - 10), (610, y + 13), (574, y + 29), (540, y + 33), (506, y + 29), (470, y + 13),
        (438, y - 10),
    ]  # fmt: skip
    middle = curve(line)
    upper, lower = shape([*middle, *curve(top)], 1.3), shape([*middle, *curve(low)], 1.3)
    canvas.paint(upper, colour("#a34a42"), 0.82)
    canvas.paint(lower, colour("#bd5c50"), 0.82)
    canvas.shade(upper * np.clip((Y - y + 16) / 20, 0, 1), (0.62, 0.52, 0.52))
    canvas.glow(lower * hill(520, y + 14, 30, 6), colour("#ffe3d2"), 0.2)
    canvas.shade(lower * np.clip((Y - y - 16) / 16, 0, 1), (0.68, 0.6, 0.6))
    canvas.paint(
        strokes([(middle, list(1.6 + 2.6 * np.sin(np.pi * np.linspace(0, 1, len(middle)))))], 0.9),
        colour("#471a18"),
        0.9,
    )
    canvas.shade(hills(103, y - 11, 8, 6), (0.5, 0.38, 0.36))
    canvas.shade(hills(118, y - 30, 7, 26, -0.45), (0.84, 0.76, 0.73))
    canvas.shade(hill(MIDDLE, y + 44, 46, 8), (0.66, 0.56, 0.53))
