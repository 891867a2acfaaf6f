"""What a text was read from is drawn anew: its pixels alone, upright, small enough to be looked at."""

import io
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

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
