"""The picture that a text was read from, drawn anew as a JPEG; the text is read by image.py and pdf.py."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps
from pypdf import PdfReader

from memory.readers.errors import ReadError
from memory.readers.image import FORMATS, check_pixels
from memory.readers.ocr import in_bytes
from memory.readers.options import Limits, ReadOptions, ReadResult
from memory.readers.pdf import pictures_on
from memory.types import Member

_WIDTH: Final = 1280  # pixels: legible when it is opened by itself
_HEIGHT: Final = 20_000  # pixels: a JPEG ends at 65,500, and long before nobody looks any more
_QUALITY: Final = 82


def draw(path: Path, kind: str, options: ReadOptions, page: int) -> ReadResult:
    """The pictures on a page (from 1), one below the other, as a file of nothing but their pixels.

    Of very many only the first.

    Raises ReadError where there are none; others, too, on a damaged file.
    """
    found = _in_image if kind == "image" else _in_pdf if kind == "pdf" else None
    if page < 1:
        raise ReadError("no_text")
    drawn: list[Image.Image] = []
    for each in found(path, page, options.limits) if found else ():
        drawn.append(_smaller(each))
        if sum(one.height for one in drawn) > _HEIGHT - 2 * _WIDTH:
            break
    if not drawn or options.extract_to is None:
        raise ReadError("no_text")
    options.extract_to.mkdir(parents=True, exist_ok=True)
    target = options.extract_to / "page.jpg"
    _sheet(drawn).save(target, "JPEG", quality=_QUALITY)
    return ReadResult(members=(Member(target.name, target),))


def _in_image(path: Path, page: int, limits: Limits) -> Iterator[Image.Image]:
    with Image.open(path, formats=FORMATS) as picture:
        check_pixels(picture, limits)
        picture.seek(page - 1)
        check_pixels(picture, limits)
        yield picture


def _in_pdf(path: Path, page: int, limits: Limits) -> Iterator[Image.Image]:
    reader = PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")
    return pictures_on(reader.pages[page - 1], limits)


def _smaller(picture: Image.Image) -> Image.Image:
    """Upright, on white, and no wider than is needed."""
    picture = in_bytes(ImageOps.exif_transpose(picture)).convert("RGBA")
    picture.thumbnail((_WIDTH, 2 * _WIDTH))
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB")


def _sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    size = max(each.width for each in pictures), sum(each.height for each in pictures)
    sheet = Image.new("RGB", size, "white")
    top = 0
    for each in pictures:
        sheet.paste(each, (0, top))
        top += each.height
    return sheet
