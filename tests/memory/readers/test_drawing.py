"""What a text was read from is drawn anew: its pixels alone, upright, small enough to be looked at."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from memory.readers import ImportProblem, ReadOptions, read
from tests.factories import media


def drawn(tmp_path: Path, name: str, content: bytes, page: int = 1) -> Image.Image:
    path = tmp_path / "upload"
    path.write_bytes(content)
    options = ReadOptions(page=page, extract_to=tmp_path / "drawn")
    (member,) = read(path, name, options, lambda _: None).members
    with Image.open(member.path) as picture:
        assert picture.format == "JPEG"
        return picture.copy()


def encoded(*pictures: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    first, *rest = pictures
    first.save(out, kind, save_all=bool(rest), append_images=rest, **more)  # type: ignore[arg-type]  # by name
    return out.getvalue()


def shade(colour: str, size: tuple[int, int] = (400, 300)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_a_picture_is_drawn_without_what_else_its_file_says(tmp_path: Path) -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "<script>alert(1)</script>")
    picture = drawn(tmp_path, "sign.png", encoded(shade("red"), kind="PNG", pnginfo=about))
    assert picture.size == (400, 300)
    assert b"script" not in (tmp_path / "drawn/page.jpg").read_bytes()


def test_a_large_picture_is_made_smaller_and_turned_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    content = encoded(shade("blue", (3000, 2000)), kind="JPEG", exif=turned)
    assert drawn(tmp_path, "photo.jpg", content).size == (1280, 1920)


def test_of_a_fax_the_page_that_is_asked_for(tmp_path: Path) -> None:
    content = encoded(shade("red"), shade("blue"), kind="TIFF")
    red, _, blue = drawn(tmp_path, "fax.tif", content, page=2).getpixel((5, 5))  # type: ignore[misc]  # RGB
    assert (red < 20, blue > 230) == (True, True)


def test_of_a_document_the_scan_on_the_page(tmp_path: Path) -> None:
    assert drawn(tmp_path, "scan.pdf", media.scanned_pdf("Soot glows.")).size == (1240, 1754)


def test_clear_ground_is_white(tmp_path: Path) -> None:
    content = encoded(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), kind="PNG")
    assert drawn(tmp_path, "ink.png", content).getpixel((5, 5)) == (255, 255, 255)


def test_grey_of_two_bytes_is_as_grey_as_it_was(tmp_path: Path) -> None:
    grey = Image.fromarray(np.full((300, 400), 128 * 256, dtype="uint16"))
    for name, kind in (("scan.png", "PNG"), ("scan.tif", "TIFF")):
        assert drawn(tmp_path, name, encoded(grey, kind=kind)).getpixel((5, 5)) == (128, 128, 128)


def scans(count: int, size: tuple[int, int]) -> bytes:
    """A page with a picture so many times."""
    writer = PdfWriter(clone_from=io.BytesIO(encoded(shade("red", size), kind="PDF")))
    resources = writer.pages[0]["/Resources"]
    assert isinstance(resources, DictionaryObject)
    pictures = resources["/XObject"]
    assert isinstance(pictures, DictionaryObject)
    (only,) = (pictures.raw_get(name) for name in list(pictures))
    pictures.update({NameObject(f"/I{number}"): only for number in range(count - 1)})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_of_very_many_pictures_the_first_are_drawn(tmp_path: Path) -> None:
    assert drawn(tmp_path, "scan.pdf", scans(2, (300, 2000))).size == (300, 4000)
    assert 15_000 < drawn(tmp_path, "scan.pdf", scans(40, (300, 2000))).height <= 20_000


def test_there_is_no_page_before_the_first(tmp_path: Path) -> None:
    with pytest.raises(ImportProblem):
        drawn(tmp_path, "scan.pdf", scans(1, (400, 400)), page=0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", b"# Soot\n\nIt glows."),
        ("text.pdf", media.pdf(["Soot glows."])),
        ("x.png", media.png_bomb()),
    ],
)
def test_where_nothing_is_pictured_nothing_is_drawn(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(ImportProblem):
        drawn(tmp_path, name, content)
