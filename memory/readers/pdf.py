"""PDF: text page by page under its bookmarks and headings; pages that are only scans go through tesseract.

What a page shows where is pdf_glyphs.py's, its lines are pdf_lines.py's, its headings are pdf_headings.py's.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PIL import Image
from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdf.generic import Destination, DictionaryObject, PdfObject

from memory.notes import Note
from memory.readers.errors import ReadError, Waiting
from memory.readers.headings import Told, below_headings, joined, title_among
from memory.readers.image import check_pixels
from memory.readers.ocr import Recognised, recognise
from memory.readers.options import Limits, Progress, ReadOptions, ReadResult
from memory.readers.pdf_glyphs import Fonts, shown_on
from memory.readers.pdf_headings import Levels, by_headings
from memory.readers.pdf_lines import Above, Line, lines_of, set_apart
from memory.readers.plain import ends_sentence, goes_on, join_lines, join_printed
from memory.readers.tables import BAR
from memory.types import ABOVE, Block, Document, ReadFrom

# What a parser of other people's files raises on damage, besides its own errors.
_DAMAGE: Final = (
    PyPdfError, DependencyError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError,
    NotImplementedError, OSError, OverflowError, ZeroDivisionError, UnicodeError,
)  # fmt: skip
_FILE_NAME: Final = re.compile(r"\.\w{2,4}$|^untitled|^about:|^(?:https?|file)://|^data:", re.I)
_PRINTED_BY: Final = re.compile(r"^Microsoft \w+ - (.+?)(?:\.\w{2,4})?$", re.I)
_FIRST_SENTENCE: Final = re.compile(r"[^.!?。！？…؟।]{1,600}(?:[.!?。！？…؟।]+[\"'”’»）)」』]*(?:\s+|$)|$)")
_NUMBERING: Final = re.compile(r"^(?:chapter\s+)?[\dA-Z]{0,2}[\d.]*\d[.:)]?\s+", re.I)
_ITEM: Final = re.compile(r"[•◦▪‣·–*-]\s")
_RUNNING_SHARE: Final = 0.05  # of the pages: a chapter's own header stands on few
_NUMBERS: Final = re.compile(r"\d+")
_BOOKMARKS, _BOOKMARK_DEPTH = 2000, 4
_SCAN_SIDE: Final = 300  # pixels: smaller pictures on a page are logos
_FEW_CHARS: Final = 16  # a page with less text than this is a scan with a stamp on it

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each flaw of a file it then reads


def read(path: Path, _name: str, options: ReadOptions, progress: Progress) -> ReadResult:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("password_protected")
        count = len(reader.pages)
    except FileNotDecryptedError:
        raise ReadError("password_protected") from None
    except _DAMAGE as error:
        raise ReadError("damaged", detail=str(error)[:120] or type(error).__name__) from None
    if count > options.limits.pages:
        raise ReadError("too_many_pages", pages=count, limit=options.limits.pages)
    pages, notes, sure = _pages(reader, count, options, progress)
    told = tuple(_told(list(_without_running_lines(set_apart(pages))), _bookmarks(reader)))
    title, author, when = _about(reader)
    heads = title_among(told)
    printed = heads.text if heads is not None and heads is told[0] and heads.level else ""
    # A bookmark names a part: a file that states no title and prints none has none.
    title = title or printed
    blocks = [
        replace(block, locator=replace(block.locator, read_from=ReadFrom.PICTURE, sure=sure[page]))
        if (page := block.locator.page) in sure
        else block
        for block in below_headings(told, stated=title or " ")
    ]
    if doubtful := sorted({block.locator.page or 0 for block in blocks if block.locator.doubtful}):
        notes.append(Note("doubtful_pages", {"pages": _listed(doubtful)}))
    whole = tuple(_mended(blocks))
    document = Document("pdf", title, whole, author=author, published_at=when)
    return ReadResult((document,), notes=tuple(notes))


def _told(pages: Sequence[Sequence[Line]], bookmarks: Mapping[int, Mapping[str, str]]) -> Iterator[Told]:
    """All on the pages in its order, under its bookmarks (level 0) and the headings printed below them."""
    levels = Levels(pages)
    above = entered = None
    for number, lines in enumerate(pages, 1):
        for title, section in _sections(lines, bookmarks.get(number, {})):
            above = title or above
            for heading, level, part in by_headings(section, levels):
                if above != entered:
                    entered = above
                    yield Told(above or "", 0, number)
                # Printed over several lines, a bookmark's title is found only here.
                if heading and _flat(heading) != _flat((above or "").rpartition(ABOVE)[2]):
                    yield Told(heading, level, number)
                yield from (Told(text, page=number) for text in _paragraphs(part))


def _pages(
    reader: PdfReader, count: int, options: ReadOptions, progress: Progress
) -> tuple[list[list[Line]], list[Note], dict[int, float]]:
    """The lines of each page, notes on pages that could not be read, and how surely scans are read (0..1)."""
    pages: list[list[Line]] = []
    fonts, above = Fonts(), Above()
    scans: list[int] = []
    broken: list[int] = []
    shares = [0.0]  # told so far: a scan among the last pages makes the way longer
    for index in range(count):
        try:
            lines = lines_of(shown_on(reader.pages[index], fonts), above)
        except LimitReachedError:
            raise ReadError("decompression_bomb") from None
        except _DAMAGE:
            lines = []
            broken.append(index + 1)
        pages.append(lines)
        if sum(len("".join(line.text.split())) for line in lines) < _FEW_CHARS:
            scans.append(index)
        shares.append(max(shares[-1], (index + 1) / count / (2 if scans else 1)))
        progress(shares[-1])
    if len(broken) == count:
        raise ReadError("damaged", detail="no page is legible")
    notes = [Note("damaged_pages", {"pages": _listed(broken)})] if broken else []
    sure: dict[int, float] = {}
    failed: ReadError | None = None
    for done, index in enumerate(scans, 1):
        try:
            found = list(_scanned(reader.pages[index], options))
        except Waiting as waiting:
            if len(scans) == count:
                raise
            listed = _listed([page + 1 for page in scans])
            notes.append(Note("scanned_pages", {"pages": listed, "pack": str(waiting.params["pack"])}))
            break
        except (ReadError, *_DAMAGE) as error:
            if isinstance(error, ReadError | LimitReachedError):
                failed = error if isinstance(error, ReadError) else ReadError("decompression_bomb")
            notes.append(Note("damaged_scan", {"page": index + 1}))
            continue
        if lines := [Line(paragraph, apart=True) for one in found for paragraph in one.paragraphs]:
            pages[index] = lines
            sure[index + 1] = min(one.sure for one in found if one.paragraphs)
        progress(max(shares[-1], 0.5 + done / len(scans) / 2))
    if failed is not None and not any(pages):
        raise failed
    return pages, notes, sure


def _scanned(page: PageObject, options: ReadOptions) -> Iterator[Recognised]:
    """The text of each picture on a page."""
    return (recognise(picture, options) for picture in pictures_on(page, options.limits))


def pictures_on(page: PageObject, limits: Limits) -> Iterator[Image.Image]:
    """The pictures on a page that may be scans of text."""
    for name in _pictures(page, limits):
        picture = page.images[name].image
        if picture is not None and min(picture.size) >= _SCAN_SIDE:
            check_pixels(picture, limits)
            yield picture


def _pictures(page: PageObject, limits: Limits) -> list[str | list[str]]:
    """The names of a page's pictures; one that claims too many pixels is an error before it is unpacked.

    So are those in its forms, and the masks. Pictures written into the content itself claim no size here.
    """
    for stream in _objects(page):
        if stream.get("/Subtype") == "/Image":
            width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
            if width * height > limits.pixels:
                raise ReadError(
                    "too_many_pixels", width=width, height=height, limit_mp=limits.pixels // 1_000_000
                )
    return list(page.images.keys())


def _objects(page: PageObject) -> Iterator[DictionaryObject]:
    """The pictures and forms that a page may show, each once, with those within forms and what masks them."""
    found: list[object] = [page]
    seen: set[int] = set()
    while found:
        entry = found.pop()
        holder = entry.get_object() if isinstance(entry, PdfObject) else None
        if not isinstance(holder, DictionaryObject) or id(holder) in seen:
            continue
        seen.add(id(holder))
        yield holder
        found.append(holder.get("/SMask"))
        for name in ("/Resources", "/XObject"):
            within = holder.get(name)
            within = within.get_object() if within is not None else None
            holder = within if isinstance(within, DictionaryObject) else DictionaryObject()
        found.extend(holder.values())


def _without_running_lines(pages: Sequence[list[Line]]) -> Iterator[list[Line]]:
    """Each page's lines, without headers and footers: what stands first or last on page after page."""
    edges: Counter[str] = Counter()
    for lines in pages:
        filled = [line.text for line in lines if line.text and not line.row]
        edges.update({_NUMBERS.sub("#", text) for text in (*filled[:2], *filled[-2:])})
    often = max(3, len(pages) * _RUNNING_SHARE)
    running = {line for line, times in edges.items() if times >= often}
    for lines in pages:
        kept = list(lines)
        for side in (0, -1):
            for _ in range(2):
                while kept and not kept[side].text:
                    kept.pop(side)
                if kept and not kept[side].row and _NUMBERS.sub("#", kept[side].text) in running:
                    kept.pop(side)
        yield kept


def _sections(
    lines: Sequence[Line], titles: Mapping[str, str]
) -> Iterator[tuple[str | None, Sequence[Line]]]:
    """The page in parts, each with the bookmark whose title stands above it (None: the one before goes on).

    ``titles`` are those of the page's bookmarks, each with what it stands under, which the part gets. A page
    on which no title is found has the first of its bookmarks over all of it.
    """
    wanted = {_flat(title): above for title, above in titles.items()}
    heading: str | None = None
    held: list[Line] = []
    found = False
    for line in lines:
        title = wanted.get(_flat(line.text))
        if title is None:
            held.append(line)
            continue
        if any(each.text for each in held):
            yield heading, held
        heading, held, found = title, [], True
    yield heading if found or not titles else next(iter(titles.values())), held


def _mended(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks in which a sentence that runs over a page's end stands whole, on the page where it begins."""
    held: Block | None = None
    for block in blocks:
        if (
            held is None
            or held.locator.page == block.locator.page
            or held.locator.heading != block.locator.heading
            or ends_sentence(held.text)
            or BAR in held.text + block.text
        ):
            rest = block.text
        else:
            over = _FIRST_SENTENCE.match(block.text) if block.text[:1].islower() else None
            rest = block.text[over.end() :] if over else block.text
            if over:
                held = Block(join_lines([held.text, over.group().strip()]), held.locator)
        if held is not None:
            yield held
        held = Block(rest, block.locator) if rest else None
    if held is not None:
        yield held


def _flat(line: str) -> str:
    """A title without its number and blanks, which bookmarks and pages write differently."""
    return "".join(_NUMBERING.sub("", line).split()).casefold()


def _paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """Lines joined to paragraphs, which end at a list's item, a short line that ends a sentence, a blank.

    At a blank inside a sentence they go on: where lines stand far apart, each is followed by one. A table's
    row is a paragraph of its own.
    """
    longest = max((len(line.text) for line in lines if not line.row), default=0)
    held: list[str] = []
    over = False
    for each in lines:
        line = each.text
        if each.row:
            if held:
                yield join_printed(held)
            yield line
            held, over = [], False
            continue
        if each.apart and held:  # where all lines stand far apart, a full one may go on in the next
            over = over or ends_sentence(held[-1]) or len(held[-1]) < 0.8 * longest
        if not line:
            over = True
            continue
        if held and (_ITEM.match(line) or (over and not goes_on(held[-1], line))):
            yield join_printed(held)
            held = []
        held.append(line)
        over = len(line) < 0.8 * longest and ends_sentence(line)
    if held:
        yield join_printed(held)


def _bookmarks(reader: PdfReader) -> dict[int, dict[str, str]]:
    """Titles of bookmarks by page (from 1), in their order, each with those that it stands under."""
    found: dict[int, dict[str, str]] = {}
    count = 0

    def walk(entries: Sequence[object], above: tuple[str, ...]) -> None:
        nonlocal count
        last = ""
        for entry in entries:
            if isinstance(entry, Destination):
                number = reader.get_destination_page_number(entry)
                if number is not None and number >= 0 and entry.title:
                    count += 1
                    last = " ".join(str(entry.title).split())
                    found.setdefault(number + 1, {})[last] = joined((*above, last)) or last
            elif isinstance(entry, list) and len(above) < _BOOKMARK_DEPTH and count < _BOOKMARKS:
                walk(entry, (*above, last))

    try:
        outline = reader.outline
        # One bookmark over all others is the document's title.
        within = outline[1] if len(outline) == 2 else None
        if isinstance(within, list):
            walk(outline[:1], ())
            walk(within, ())
        else:
            walk(outline, ())
    except _DAMAGE:
        return {}
    return found


def _about(reader: PdfReader) -> tuple[str | None, str | None, datetime | None]:
    """Title, author and date, as far as the file states them legibly."""
    try:
        about = reader.metadata
        if about is None:
            return None, None, None
        title = about.title
        printed = _PRINTED_BY.match(title or "")
        if printed:
            title = printed.group(1)
        elif title and _FILE_NAME.search(title.strip()):
            title = None  # what programs write when nobody states one
        when = about.creation_date
        return title, about.author, when.replace(tzinfo=when.tzinfo or UTC) if when else None
    except _DAMAGE:
        return None, None, None


def _listed(pages: Sequence[int]) -> str:
    shown = ", ".join(map(str, pages[:20]))
    return shown + (" …" if len(pages) > 20 else "")
