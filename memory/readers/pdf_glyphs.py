"""What a page of a PDF shows and where, out of its content streams; putting it in lines is pdf_lines.py's."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from pypdf import PageObject
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ContentStream, DictionaryObject, PdfObject, StreamObject
from pypdf.generic._font import Font  # by which pypdf's own extraction knows letters and their widths

Matrix = tuple[float, float, float, float, float, float]

RIGHT_TO_LEFT: Final = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_SAME: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_BOLD: Final = re.compile(r"bold|black|heavy|semibd|[-,]bd", re.I)
_SHOWS: Final = re.compile(rb"T[jJ]|['\"]|Do")
# A small file may have forms that show each other billions of times.
_FORMS, _FORMS_IN_ALL, _FORM_DEPTH = 1000, 20_000, 8  # on a page, on all pages, within each other
_STATES: Final = 1000  # saved at a time; pages nest a dozen
_BLANK: Final = (0.1, 0.22)  # of the letters' size: bounds of the gap that is a blank
_EM: Final = 1000.0  # what fonts measure widths in
# What one damaged operator or font raises; the rest of its page is read.
_FLAW: Final = (
    PyPdfError, DependencyError, TypeError, ValueError, IndexError, KeyError, AttributeError, AssertionError,
    NotImplementedError, OverflowError, ZeroDivisionError,
)  # fmt: skip


@dataclass(slots=True)
class Shown:
    """Text at its place, in points: from `left` to `right` on the line that stands on `base`.

    `turn` is the direction it is written in, in degrees. A gap wider than `blank` parts words.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    turn: int
    blank: float


class _Face:
    """A font: the letters of a shown string, each with its width in thousandths of the size."""

    def __init__(self, resource: DictionaryObject) -> None:
        font = Font.from_font_resource(resource)
        self._font = font
        self._letters: dict[str | int, tuple[str, float, bool]] = {}
        self._legible = font.interpretable
        self._scale = 1.0
        self._missing = float(font.character_widths["default"])
        if "/DescendantFonts" in resource:  # nothing stated is a full one, and none at all is none: of marks
            below = cast(Sequence[PdfObject], resource["/DescendantFonts"])[0].get_object()
            self._missing = float(cast(DictionaryObject, below).get("/DW", _EM))
        if font.sub_type == "Type3":
            matrix = cast(Sequence[float], resource.get("/FontMatrix", (0.001,)))
            self._scale = abs(float(matrix[0])) * _EM
        self.bold = bool(_BOLD.search(font.name))
        self.down = str(resource.get("/Encoding", "")).endswith("-V")
        least, most = _BLANK
        self.blank = min(max(font.space_width * self._scale / _EM / 2, least), most)

    def letters(self, shown: bytes) -> Iterator[tuple[str, float, bool]]:
        """Text and width of each letter, and whether it is the blank that words are spaced by."""
        encoding = self._font.encoding
        codes: str | bytes = shown
        if isinstance(encoding, str):
            try:
                codes = shown.decode(encoding, "surrogatepass")
            except UnicodeDecodeError:
                codes = shown.decode(encoding, "replace")
        for code in codes:
            if code not in self._letters:
                self._letters[code] = self._letter(code)
            yield self._letters[code]

    def _letter(self, code: str | int) -> tuple[str, float, bool]:
        meant = self._font.character_map
        encoding = self._font.encoding
        raw = chr(code) if isinstance(code, int) else code
        named = encoding.get(code, raw) if isinstance(code, int) and isinstance(encoding, dict) else raw
        text = "".join(str(meant.get(each, each)) for each in named) if self._legible else ""
        width = self._font.character_widths.get(raw, self._missing)
        return text.replace("\0", ""), float(width) * self._scale, code == ord(" ")


class Fonts:
    """The fonts of a document, each read once on however many pages it is used.

    `forms` counts how often the pages have shown one so far.
    """

    def __init__(self) -> None:
        self.forms = 0
        self._known: dict[object, tuple[PdfObject, _Face | None]] = {}  # held, or another had its `id`

    def named(self, resources: DictionaryObject, name: object) -> _Face | None:
        fonts = _within(resources, "/Font")
        if fonts is None or name not in fonts:
            return None
        entry = fonts.raw_get(name)
        number = getattr(entry, "idnum", None)
        key = id(entry) if number is None else (number, getattr(entry, "generation", 0))
        if key not in self._known:
            self._known[key] = entry, self._read(entry)
        return self._known[key][1]

    @staticmethod
    def _read(entry: PdfObject) -> _Face | None:
        try:
            resource = entry.get_object()
            return _Face(resource) if isinstance(resource, DictionaryObject) else None
        except LimitReachedError:
            raise
        except _FLAW:
            return None


@dataclass(slots=True)
class _State:
    """What q saves and Q brings back."""

    page: Matrix = _SAME
    face: _Face | None = None
    size: float = 0.0
    between: float = 0.0  # Tc
    words: float = 0.0  # Tw
    wide: float = 1.0  # Tz
    leading: float = 0.0
    rise: float = 0.0


@dataclass(slots=True)
class _Mark:
    """A marked part of the content; `meant` is what the file says that its letters are to be read as."""

    meant: str | None = None
    shown: list[Shown] = field(default_factory=list)


class _Walk:
    """Goes through the content of a page, and of the forms in it, in the order in which it is painted."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._forms = 0
        self.shown: list[Shown] = []
        self._marks: list[_Mark] = []
        self._told: _Mark | None = None  # the outermost of them that says how it is to be read
        self._state = _State()
        self._text = self._line = _SAME

    def content(self, content: object, resources: DictionaryObject, owner: object, depth: int = 0) -> None:
        stream = ContentStream(content, owner, "bytes")
        if not _SHOWS.search(stream.get_data()):
            return
        saved: list[_State] = []
        marks = len(self._marks)
        for operands, operator in stream.operations:
            try:
                if operator == b"q" and len(saved) < _STATES:
                    saved.append(replace(self._state))
                elif operator == b"Q" and saved:
                    self._state = saved.pop()
                elif operator == b"Do":
                    self._form(resources, operands[0], owner, depth)
                elif operator == b"Tf":
                    self._state.face = self._fonts.named(resources, operands[0])
                    self._state.size = float(operands[1])
                elif operator in (b"BDC", b"BMC"):
                    self._mark(_Mark(_meant(operands, resources)))
                elif operator == b"EMC" and len(self._marks) > marks:
                    self._unmark()
                else:
                    self._operate(operator, operands)
            except LimitReachedError:
                raise
            except _FLAW:
                continue
        while len(self._marks) > marks:
            self._unmark()

    def _form(self, resources: DictionaryObject, name: object, owner: object, depth: int) -> None:
        form = (_within(resources, "/XObject") or DictionaryObject())[name].get_object()
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        self._forms += 1
        self._fonts.forms += 1
        if self._forms > _FORMS or self._fonts.forms > _FORMS_IN_ALL or depth >= _FORM_DEPTH:
            return
        before = replace(self._state), self._text, self._line
        matrix = form.get("/Matrix")
        if matrix is not None:
            self._state.page = _times(_matrix(matrix.get_object()), self._state.page)
        try:
            # Old programs leave a form's resources to what shows it.
            within = _within(form, "/Resources")
            self.content(form, resources if within is None else within, owner, depth + 1)
        finally:
            self._state, self._text, self._line = before

    def _operate(self, operator: bytes, operands: Sequence[object]) -> None:
        state = self._state
        numbers = [float(each) if isinstance(each, int | float) else 0.0 for each in operands]
        match operator:
            case b"Tj":
                self._show(operands[0])
            case b"TJ":
                self._show_all(cast(Sequence[object], operands[0]))
            case b"'":
                self._next_line(0.0, -state.leading)
                self._show(operands[0])
            case b'"':
                state.words, state.between = numbers[0], numbers[1]
                self._next_line(0.0, -state.leading)
                self._show(operands[2])
            case b"BT":
                self._text = self._line = _SAME
            case b"Tm":
                self._text = self._line = _matrix(numbers)
            case b"Td":
                self._next_line(numbers[0], numbers[1])
            case b"TD":
                state.leading = -numbers[1]
                self._next_line(numbers[0], numbers[1])
            case b"T*":
                self._next_line(0.0, -state.leading)
            case b"cm":
                state.page = _times(_matrix(numbers), state.page)
            case b"Tc":
                state.between = numbers[0]
            case b"Tw":
                state.words = numbers[0]
            case b"Tz":
                state.wide = numbers[0] / 100
            case b"TL":
                state.leading = numbers[0]
            case b"Ts":
                state.rise = numbers[0]

    def _next_line(self, right: float, up: float) -> None:
        self._text = self._line = _times((1, 0, 0, 1, right, up), self._line)

    def _show_all(self, parts: Sequence[object]) -> None:
        for part in parts:
            if isinstance(part, int | float):
                self._move(-float(part) / _EM * self._state.size)
            else:
                self._show(part)

    def _move(self, along: float) -> None:
        face = self._state.face
        step = (0.0, along) if face is not None and face.down else (along * self._state.wide, 0.0)
        self._text = _times((1, 0, 0, 1, *step), self._text)

    def _show(self, string: object) -> None:
        state = self._state
        face = state.face
        if face is None or not isinstance(string, bytes):
            return
        texts: list[str] = []
        steps: list[float] = []
        for text, width, blank in face.letters(string):
            texts.append(text)
            # Written downwards, each letter takes its own height.
            step = -state.size if face.down else width / _EM * state.size
            steps.append(step + state.between + (state.words if blank else 0.0))
        if RIGHT_TO_LEFT.search("".join(texts)):
            for text, step in zip(texts, steps, strict=True):
                self._place(text, step)
        else:
            self._place("".join(texts), sum(steps))

    def _place(self, text: str, along: float) -> None:
        """Show a text and move on behind it."""
        state, face = self._state, self._state.face
        a, b, c, d, _, _ = _times(self._text, state.page)
        start = _times((1, 0, 0, 1, 0, state.rise), _times(self._text, state.page))[4:]
        self._move(along)
        end = _times((1, 0, 0, 1, 0, state.rise), _times(self._text, state.page))[4:]
        if face is None or not (text or self._told):
            return
        one, other = (-c, -d) if face.down else (a * state.wide, b * state.wide)
        if a * d - b * c < 0 and one < 0:  # mirrored, as letters from right to left may be placed
            one, other = -one, -other
        length = math.hypot(one, other)
        size = abs(state.size) * math.hypot(c, d)
        if not length or not math.isfinite(length + size + start[0] + start[1] + end[0] + end[1]):
            return
        one, other = one / length, other / length
        places = [point[0] * one + point[1] * other for point in (start, end)]
        turn = round(math.degrees(math.atan2(other, one))) % 360
        base = start[1] * one - start[0] * other
        self._add(Shown(text, min(places), max(places), base, size, face.bold, turn, face.blank * size))

    def _add(self, shown: Shown) -> None:
        (self.shown if self._told is None else self._told.shown).append(shown)

    def _mark(self, mark: _Mark) -> None:
        self._marks.append(mark)
        if self._told is None and mark.meant is not None:
            self._told = mark

    def _unmark(self) -> None:
        mark = self._marks.pop()
        if mark is self._told:
            self._told = None
        if mark.meant is None or not mark.shown:
            return
        first = mark.shown[0]
        beside = [each for each in mark.shown if abs(each.base - first.base) < first.size]
        left, right = min(each.left for each in beside), max(each.right for each in beside)
        self._add(replace(first, text=mark.meant, left=left, right=right))


def shown_on(page: PageObject, fonts: Fonts) -> list[Shown]:
    """All text on a page, in the order in which it is painted. Raises what pypdf does on damage."""
    walk = _Walk(fonts)
    contents = page.get("/Contents")
    if contents is not None:
        resources = _within(page, "/Resources") or DictionaryObject()
        walk.content(contents.get_object(), resources, page.pdf)
    return walk.shown


def _meant(operands: Sequence[object], resources: DictionaryObject) -> str | None:
    """What a marked part is to be read as, where the file says so ("ActualText")."""
    about = operands[1] if len(operands) > 1 else None
    if isinstance(about, str):
        about = (_within(resources, "/Properties") or DictionaryObject()).get(about)
        about = about.get_object() if about is not None else None
    text = about.get("/ActualText") if isinstance(about, DictionaryObject) else None
    text = text.get_object() if isinstance(text, PdfObject) else text
    if not isinstance(text, bytes):
        return text if isinstance(text, str) else None
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return text.decode("utf-16", "ignore")
    return text.decode("utf-8-sig" if text[:3] == b"\xef\xbb\xbf" else "latin-1", "ignore")


def _within(holder: DictionaryObject, name: str) -> DictionaryObject | None:
    entry = holder.get(name)
    entry = entry.get_object() if entry is not None else None
    return entry if isinstance(entry, DictionaryObject) else None


def _matrix(numbers: Sequence[object]) -> Matrix:
    a, b, c, d, e, f = (float(cast(float, each)) for each in numbers[-6:])
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u
