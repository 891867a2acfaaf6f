"""How fast content is read and cut into passages: MB/s by type, and small files a second.

``python -m benchmarks.import_speed [--quick]``. Sizes are those of the text that comes out, since a DOCX is
packed and a page has markup; a type's first file, which loads its libraries, isn't counted.
"""

import argparse
import asyncio
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from memory.readers import ReadOptions, close_readers, read_isolated
from memory.types import Passage
from tests.factories import media

RESULTS = Path(__file__).parent / "results"
MB = 1_000_000
SMALL_FILES_GOAL = 30.0  # a second; a thousand small files then take half a minute
SENTENCE = "The flame of candle number {} is yellow because hot soot glows in it, said Faraday in 1861. "


def paragraphs(count: int) -> list[str]:
    """Paragraphs of four sentences, each different."""
    return ["".join(SENTENCE.format(4 * n + m) for m in range(4)).strip() for n in range(count)]


def text(size: int) -> bytes:
    return "\n\n".join(paragraphs(size // 375)).encode()


def markdown(size: int) -> bytes:
    parts = [
        f"## Part {n}\n\n{body}" if n % 5 == 0 else body for n, body in enumerate(paragraphs(size // 380))
    ]
    return "\n\n".join(parts).encode()


def page(size: int) -> bytes:
    body = "".join(f"<h2>Part {n}</h2><p>{each}</p>" for n, each in enumerate(paragraphs(size // 410)))
    return f"<!doctype html><html><body><article>{body}</article></body></html>".encode()


def pdf(size: int) -> bytes:
    lines = [
        line
        for each in paragraphs(size // 250)
        for line in (each[:90], each[90:180], each[180:270], each[270:])
    ]
    return media.pdf(["\n".join(lines[at : at + 40]) for at in range(0, len(lines), 40)])


def word(size: int) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs(size // 375))
    empty = media.word()
    return media.rezipped(
        empty, {"word/document.xml": lambda old: old.replace(b"<w:sectPr", body.encode() + b"<w:sectPr", 1)}
    )


def subtitles(size: int) -> bytes:
    def at(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"

    cues = (
        f"{n + 1}\n{at(3 * n)} --> {at(3 * n + 2)}\nAnd cue {n} says that soot glows.\n"
        for n in range(size // 72)
    )
    return "\n".join(cues).encode()


def channel(size: int) -> bytes:
    posts = [
        {
            "id": n,
            "type": "message",
            "date_unixtime": str(1714557600 + 60 * n),
            "from": "Candle Lab",
            "text": body,
        }
        for n, body in enumerate(paragraphs(size // 480))
    ]
    return media.telegram_json(messages=posts)


def feed(size: int) -> bytes:
    items = (
        f"<item><title>Entry {n}</title><link>https://candle.example/{n}</link><description>{body}</description></item>"
        for n, body in enumerate(paragraphs(size // 460))
    )
    return f"<rss version='2.0'><channel><title>Lab</title>{''.join(items)}</channel></rss>".encode()


TYPES: dict[str, Callable[[int], bytes]] = {
    "notes.txt": text,
    "post.md": markdown,
    "page.html": page,
    "book.pdf": pdf,
    "book.docx": word,
    "talk.srt": subtitles,
    "result.json": channel,
    "feed.xml": feed,
}


async def read_and_chunk(path: Path, name: str, folder: Path) -> list[Passage]:
    """Read one file in a reader process and cut it into passages."""
    options = ReadOptions(extract_to=folder / "members")
    result = await read_isolated(path, name, options, timeout_s=300)
    return [each for document in result.documents for each in document.passages]


async def by_type(folder: Path, size: int) -> dict[str, float]:
    """MB of text a second for each type, with about ``size`` bytes of text."""
    speeds = {}
    for name, make in TYPES.items():
        path = folder / name
        path.write_bytes(make(20_000))
        await read_and_chunk(path, name, folder)
        path.write_bytes(make(size))
        begun = time.perf_counter()
        passages = await read_and_chunk(path, name, folder)
        seconds = time.perf_counter() - begun
        speeds[name] = sum(len(each.text.encode()) for each in passages) / MB / seconds
        print(f"{name:<14}{speeds[name]:8.2f} MB/s {len(passages):8} passages {seconds:8.2f} s")
    return speeds


async def unpacking(folder: Path, size: int) -> float:
    """MB/s of unpacked content out of a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(20):
            archive.writestr(f"{n}.txt", text(size))
    path = folder / "all.zip"
    path.write_bytes(out.getvalue())
    begun = time.perf_counter()
    await read_and_chunk(path, "all.zip", folder)
    speed = 20 * size / MB / (time.perf_counter() - begun)
    print(f"{'all.zip':<14}{speed:8.2f} MB/s unpacked")
    return speed


async def small_files(folder: Path, count: int) -> float:
    """Files a second, of one paragraph each, four types mixed."""
    made = []
    for n in range(count):
        name = ("a.txt", "a.md", "a.html", "a.srt")[n % 4]
        path = folder / f"small-{n}"
        path.write_bytes(
            TYPES[
                {"a.txt": "notes.txt", "a.md": "post.md", "a.html": "page.html", "a.srt": "talk.srt"}[name]
            ](500)
        )
        made.append((path, name))
    begun = time.perf_counter()
    await asyncio.gather(*(read_and_chunk(path, name, folder) for path, name in made))
    rate = count / (time.perf_counter() - begun)
    print(f"{count} small files {rate:8.1f} files/s")
    return rate


async def run(*, quick: bool) -> dict[str, object]:
    """Measure all, and return what is written to the results."""
    size = 200_000 if quick else 2_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        speeds = await by_type(folder, size)
        unpacked = await unpacking(folder, size)
        rate = await small_files(folder, 200 if quick else 1000)
    close_readers()
    return {"mb_per_s": speeds, "unpacked_mb_per_s": unpacked, "small_files_per_s": rate}


def main() -> None:
    """Print and write the figures; exits with an error below the goal for small files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files, for a first look")
    figures = asyncio.run(run(quick=parser.parse_args().quick))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "import_speed.json").write_text(json.dumps(figures, indent=1))
    if float(str(figures["small_files_per_s"])) < SMALL_FILES_GOAL:
        raise SystemExit(f"Fewer than {SMALL_FILES_GOAL:.0f} small files a second.")


if __name__ == "__main__":
    main()
