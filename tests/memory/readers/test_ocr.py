"""Text in pictures is read in the content's languages. (Needs tesseract, and fonts to draw with.)"""

import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from kernel.lang import SUPPORTED
from memory.notes import Note
from memory.readers import ReadError, Waiting
from memory.readers.tesseract import Program
from memory.types import ReadFrom
from tests.factories import media
from tests.memory.readers.conftest import Reading, Refused

TESSERACT = shutil.which("tesseract")
pytestmark = pytest.mark.skipif(TESSERACT is None, reason="tesseract isn't installed")

CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ENGLISH = "The flame of a candle is yellow.\nWax melts at 62 degrees."


def need(data: str, font: Path | None = None) -> str | None:
    """The font's path; skips where tesseract's data or the font are missing."""
    listed = subprocess.run(
        [str(TESSERACT), "--list-langs"], capture_output=True, text=True, check=True
    ).stdout
    if data not in listed.split():
        pytest.skip(f"tesseract has no data for {data}")
    if font is not None and not font.exists():
        pytest.skip(f"{font.name} isn't installed")
    return str(font) if font else None


def text_of(reading: Reading, name: str, content: bytes, **options: object) -> str:
    (document,) = reading(name, content, **options).documents
    return "\n".join(block.text for block in document.blocks)


def test_a_picture_is_read(reading: Reading) -> None:
    need("eng")
    text = text_of(reading, "slide.png", media.png(ENGLISH), langs=("en", "zh-Hans", "es"))
    assert text == ENGLISH.replace("\n", " ")


def test_each_script_is_read_by_its_own_data(reading: Reading) -> None:
    font = need("chi_sim", CJK)
    need("spa")
    text = text_of(
        reading,
        "slide.png",
        media.png("蜡烛熄灭后可以隔空点燃，\n因为白烟里有石蜡蒸气。", font=font),
        langs=("en", "es", "zh-Hans"),
    )
    assert text == "蜡烛熄灭后可以隔空点燃，因为白烟里有石蜡蒸气。"


def test_a_caption_on_a_photograph_is_read(reading: Reading) -> None:
    need("eng")
    shades = np.linspace(60, 200, 1000)[None, :, None] * np.ones((600, 1, 3))
    photograph = Image.fromarray(shades.astype("uint8"))
    font = ImageFont.load_default(44)
    text = "Candle Lab opens on Friday at 18:00"
    ImageDraw.Draw(photograph).text(
        (60, 480), text, font=font, fill="white", stroke_width=3, stroke_fill="black"
    )
    out = io.BytesIO()
    photograph.save(out, "JPEG")
    assert text_of(reading, "meme.jpg", out.getvalue()) == text


def slide(lines: Sequence[str], apart: float) -> bytes:
    """A picture of lines in letters of 32 pixels, each so many pixels below the one before."""
    picture = Image.new("RGB", (1000, 400), "white")
    for row, line in enumerate(lines):
        ImageDraw.Draw(picture).text((40, 40 + row * apart), line, font_size=32, fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("apart", [1.2, 2.0, 2.5], ids=["close", "double", "further"])
def test_a_sentence_over_several_lines_is_one(reading: Reading, apart: float) -> None:
    need("eng")
    lines = ["The lighthouse keeper paints the tower", "turquoise every seven years, in sun-", "light only."]
    text = text_of(reading, "slide.png", slide(lines, 32 * apart))
    assert text == "The lighthouse keeper paints the tower turquoise every seven years, in sunlight only."


def test_a_heading_stays_apart_from_what_follows(reading: Reading) -> None:
    need("eng")
    lines = ["Opening hours", "The lighthouse is open on every Friday."]
    text = text_of(reading, "slide.png", slide(lines, 100))
    assert text == "Opening hours\nThe lighthouse is open on every Friday."


def test_a_list_stays_a_list(reading: Reading) -> None:
    need("eng")
    listed = (
        "- Soot glows yellow at a thousand degrees\n- Copper burns green, and salt burns orange\n- Wax melts"
    )
    text = text_of(reading, "slide.png", media.png(listed))
    assert len(text.split("\n")) == 3


def test_a_scanned_page_is_read_and_keeps_its_number(reading: Reading) -> None:
    need("eng")
    (document,) = reading("scan.pdf", media.scanned_pdf(ENGLISH)).documents
    assert "yellow" in document.blocks[0].text
    assert document.blocks[0].locator.page == 1


def test_what_is_read_from_a_picture_says_so_and_how_surely(reading: Reading) -> None:
    need("eng")
    for name, content in (("slide.png", media.png(ENGLISH)), ("scan.pdf", media.scanned_pdf(ENGLISH))):
        result = reading(name, content)
        at = result.documents[0].blocks[0].locator
        assert at.read_from is ReadFrom.PICTURE
        assert at.sure is not None
        assert 0.85 < at.sure <= 1.0
        assert (at.doubtful, result.notes) == (False, ())
    (printed,) = reading("book.pdf", media.pdf(["Soot glows in the flame of a candle."])).documents
    assert (printed.blocks[0].locator.read_from, printed.blocks[0].locator.sure) == (None, None)


def test_letters_that_are_hard_to_read_are_noted(reading: Reading, tmp_path: Path) -> None:
    """A tesseract that is sure of little."""
    need("eng")
    program = tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --list-langs ] && exec {TESSERACT} "$@"\n'
        f'{TESSERACT} "$@" | awk -F "\\t" -v OFS="\\t" \'NR > 1 && $11 > 60 {{ $11 = 60 }} {{ print }}\'\n'
    )
    program.chmod(0o755)
    for name, content, note in (
        ("slide.png", media.png(ENGLISH), Note("doubtful_picture")),
        ("scan.pdf", media.scanned_pdf(ENGLISH), Note("doubtful_pages", {"pages": "1"})),
    ):
        result = reading(name, content, tesseract=str(program))
        at = result.documents[0].blocks[0].locator
        assert (at.sure, at.doubtful) == (0.6, True)
        assert result.notes == (note,)


def test_a_scan_waits_where_tesseract_is_missing(reading: Reading) -> None:
    with pytest.raises(Waiting) as caught:
        reading("scan.pdf", media.scanned_pdf(ENGLISH), tesseract="/nowhere/tesseract")
    assert caught.value.code == "no_tesseract"


def test_a_language_without_data_waits(reading: Reading, tmp_path: Path) -> None:
    """A tesseract that has English only, as many machines have."""
    program = tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --list-langs ] && printf "List:\\neng\\n" || exec {TESSERACT} "$@"\n'
    )
    program.chmod(0o755)
    with pytest.raises(Waiting) as caught:
        reading("slide.png", media.png(ENGLISH), langs=("ja",), tesseract=str(program))
    assert caught.value.code == "no_tesseract_language"
    assert caught.value.params == {"langs": "ja", "pack": "jpn"}


def test_a_picture_without_text_says_so(refused: Refused) -> None:
    need("eng")
    assert refused("blank.png", media.png(" ")).code == "no_text"


SANS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("deu", "Die Bäckerei Müßig öffnet für Gäste\ntäglich um fünf Uhr früh."),
        ("tur", "Büyükbabam üzüm bağını Şirince köyünde\nkırk yıl önce dikmişti."),
        ("vie", "Quán phở của bà Nguyễn mở cửa lúc năm giờ sáng\nvà đóng cửa khi hết nước dùng."),
        ("por", "A avó põe três colheres de açúcar no pão\nde mel às terças."),
        ("fra", "Le château a été brûlé en été par le garçon\nboulanger François à Besançon."),
        ("ukr", "Мій дід збудував човен із сосни\nзавдовжки сім метрів і їздив до Києва."),
    ],
)
def test_a_picture_is_read_in_its_own_language_among_all(reading: Reading, data: str, text: str) -> None:
    font = need(data, SANS)
    read = text_of(reading, "slide.png", media.png(text, font=font, size=34), langs=SUPPORTED)
    assert read.replace("\n", " ") == text.replace("\n", " ")


@pytest.mark.parametrize(
    ("data", "font", "line"),
    [("chi_sim", CJK, "龙井茶每壶三十八元"), ("rus", SANS, "Добро пожаловать в музей порта")],
)
def test_lines_in_two_scripts_are_both_read(reading: Reading, data: str, font: Path, line: str) -> None:
    need(data, font)
    text = f"Tea house menu\n{line}\nOpening hours: 9 to 21"
    read = text_of(reading, "menu.png", media.png(text, font=str(font), size=34), langs=SUPPORTED)
    assert read.replace("\n", " ") == text.replace("\n", " ")


def test_few_lines_that_no_layout_is_seen_in_are_read(reading: Reading, tmp_path: Path) -> None:
    """A tesseract that sees nothing unless it is asked for letters anywhere, as with two lines of Thai."""
    need("eng")
    program = tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *--list-langs*|*"--psm 11"*) exec {TESSERACT} "$@";; esac\n'
        "printf 'level\\tblock_num\\tpar_num\\tline_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n'\n"
    )
    program.chmod(0o755)
    read = text_of(reading, "slide.png", media.png(ENGLISH), tesseract=str(program))
    assert read.replace("\n", " ") == ENGLISH.replace("\n", " ")


def test_a_later_reading_that_fails_leaves_the_earlier_ones(tmp_path: Path) -> None:
    need("eng")
    program = tmp_path / "tesseract"
    program.write_text(f'#!/bin/sh\nmkdir {tmp_path}/ran || exit 1\nexec {TESSERACT} "$@"\n')
    program.chmod(0o755)
    (tmp_path / "slide.png").write_bytes(media.png(ENGLISH))
    reading = Program(str(program))
    assert reading.lines(tmp_path / "slide.png", "eng", sparse=False)
    assert reading.lines(tmp_path / "slide.png", "eng", sparse=True) is None
    assert reading.late
    with pytest.raises(ReadError):
        Program(str(program)).lines(tmp_path / "slide.png", "eng", sparse=False)


def test_no_text_is_seen_in_leaves_by_any_script(refused: Refused) -> None:
    need("eng")
    shades = np.random.default_rng(1).random((150, 200)) * 255
    leaves = Image.fromarray(shades.astype("uint8")).resize((1600, 1200)).filter(ImageFilter.GaussianBlur(3))
    out = io.BytesIO()
    leaves.save(out, "PNG")
    assert refused("leaves.png", out.getvalue(), langs=SUPPORTED).code == "no_text"
