"""Pictures: the text in them, page by page where a file holds several."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageSequence, UnidentifiedImageError

from memory.notes import Note
from memory.readers.errors import ReadError
from memory.readers.ocr import recognise
from memory.readers.options import Limits, Progress, ReadOptions, ReadResult
from memory.types import Block, Document, Locator, ReadFrom

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
# The size is checked below, before a pixel is unpacked; the library would warn at a limit of its own.
Image.MAX_IMAGE_PIXELS = None


def read(path: Path, name: str, options: ReadOptions, progress: Progress) -> ReadResult:
    blocks: list[Block] = []
    try:
        with Image.open(path, formats=FORMATS) as picture:
            check_pixels(picture, options.limits)
            pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
            if pages > options.limits.pages:
                raise ReadError("too_many_pages", pages=pages, limit=options.limits.pages)
            for number, page in enumerate(_pages(picture, pages), 1):
                check_pixels(page, options.limits)
                found = recognise(page, options)
                at = Locator(page=number if pages > 1 else None, read_from=ReadFrom.PICTURE, sure=found.sure)
                blocks.extend(Block(text, at) for text in found.paragraphs)
                progress(number / pages)
    except UnidentifiedImageError:
        raise ReadError("damaged", detail="no picture in it") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # Some of these name the file by where it lies here, which is nobody's business.
        detail = str(error).replace(str(path), name)[:120]
        raise ReadError("damaged", detail=detail or type(error).__name__) from None
    doubtful = any(block.locator.doubtful for block in blocks)
    notes = (Note("doubtful_picture"),) if doubtful else ()
    return ReadResult((Document("image", "", tuple(blocks)),), notes=notes)


def check_pixels(picture: Image.Image, limits: Limits) -> None:
    """Raises ReadError("too_many_pixels"): a small file can claim a picture that fills the memory."""
    if picture.width * picture.height > limits.pixels:
        raise ReadError(
            "too_many_pixels",
            width=picture.width,
            height=picture.height,
            limit_mp=limits.pixels // 1_000_000,
        )


def _pages(picture: Image.Image, pages: int) -> Iterator[Image.Image]:
    """The pages of a fax-like file; of an animation only the first frame."""
    return iter(ImageSequence.Iterator(picture)) if pages > 1 else iter([picture])
