"""Small real files of every type that is imported, and hostile ones, made when a test asks for them."""

import io
import json
import struct
import subprocess
import wave
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
import imageio_ffmpeg
import numpy as np
from docx.enum.text import WD_BREAK
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>The flame</i> is yellow
because of soot.

2
00:00:03,000 --> 00:00:04,000
- {\\an8}Wax melts & flows <b>up</b>.
"""

VTT = """WEBVTT
Kind: captions

NOTE nobody says this

1
00:00:01.000 --> 00:00:02.500 align:start position:0%
<v Ember>The flame is <00:00:01.500><c>yellow</c>

00:03.000 --> 00:04.000
Salt &amp; copper turn it green
"""

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>Candle Lab</title><link>https://candle.example/</link><language>en</language>
<item><title>Why &amp; how</title><link>https://candle.example/1</link>
<pubDate>Wed, 01 May 2024 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Hot &lt;b&gt;air&lt;/b&gt; rises.&lt;/p&gt;
&lt;script&gt;steal()&lt;/script&gt;</description></item>
<item><title>Wicks</title><link>https://candle.example/2</link>
<description>A wick draws the wax.</description></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Candle Lab</title><updated>2024-05-01T10:00:00Z</updated>
<entry><title>Tallow</title><link href="https://candle.example/t"/><updated>2024-05-02T10:00:00Z</updated>
<content type="html">&lt;p&gt;Tallow smells.&lt;/p&gt;</content></entry></feed>
"""

PAGE = """<!doctype html><html lang="en"><head><title>Flames | Candle Lab</title>
<script>steal("head")</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<article><h1>Why the flame rises</h1><p>Hot air is <b>lighter</b> than cold air.</p>
<h2>Colour</h2><p onclick="steal()">Soot glows yellow.</p><ul><li>Salt: yellow</li><li>Copper: green</li></ul>
</article><script>steal("body")</script></body></html>
"""


def pdf(
    pages: Sequence[str],
    *,
    title: str = "",
    password: str = "",
    bookmarks: Mapping[str, int] = {},
    meant: Mapping[str, str] = {},
) -> bytes:
    """A PDF with a line of Helvetica for each line of each page; ``bookmarks`` are titles by page index.

    ``meant`` is what its font says that letters stand for.
    """
    writer = PdfWriter()
    for text in pages:
        lines = [line.replace("(", r"\(").replace(")", r"\)") for line in text.split("\n")]
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 16 TL 72 720 Td {shown} ET".encode("latin-1"))
        _add_page(writer, stream, meant)
    for name, index in bookmarks.items():
        writer.add_outline_item(title=name, page_number=index)
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(user_password=password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_painted(content: str, *, meant: Mapping[str, str] = {}) -> bytes:
    """A PDF of a page with these operators as its content, in Helvetica as F1; ``meant`` as above."""
    writer = PdfWriter()
    stream = DecodedStreamObject()
    stream.set_data(content.encode("latin-1"))
    _add_page(writer, stream, meant)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def joined_pdf(parts: Sequence[bytes]) -> bytes:
    """The pages of several PDFs in one."""
    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _add_page(writer: PdfWriter, stream: StreamObject, meant: Mapping[str, str] = {}) -> None:
    """A page of A4 with this content and Helvetica as its font F1, in bold as F2."""
    fonts = DictionaryObject()
    for number, base in (("/F1", "/Helvetica"), ("/F2", "/Helvetica-Bold")):
        names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": base}
        font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
        if meant:
            chars = "".join(f"<{ord(letter):02x}> <{ord(char):04x}>\n" for letter, char in meant.items())
            table = DecodedStreamObject()
            table.set_data(f"{len(meant)} beginbfchar\n{chars}endbfchar".encode())
            font[NameObject("/ToUnicode")] = writer._add_object(table)
        fonts[NameObject(number)] = font
    page = writer.add_blank_page(width=595, height=842)
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})


def pdf_bomb() -> bytes:
    """A page whose content stream unpacks to 200 MB."""
    writer = PdfWriter()
    stream = StreamObject()
    stream.set_data(zlib.compress(b" " * 200_000_000, 9))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    _add_page(writer, stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scanned_pdf(text: str) -> bytes:
    """A PDF of one page that is a picture of the text."""
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(picture(text, size=32), (60, 120))
    out = io.BytesIO()
    page.save(out, "PDF", resolution=150)
    return out.getvalue()


def word(*, title: str = "", entity: bool = False) -> bytes:
    """A DOCX of two pages with headings and a table; with ``entity``, one that declares XML entities."""
    document = docx.Document()
    document.core_properties.title = title
    document.add_heading("Why yellow?", 1)
    document.add_paragraph("Because soot glows.")
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "Salt", "yellow"
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_heading("Copper", 2)
    document.add_paragraph("On the second page it burns green.")
    out = io.BytesIO()
    document.save(out)
    if not entity:
        return out.getvalue()
    laughs = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    return rezipped(
        out.getvalue(), {"word/document.xml": lambda old: laughs.encode() + old.split(b"?>", 1)[1]}
    )


def rezipped(data: bytes, changed: Mapping[str, Any]) -> bytes:
    """A zip with some members passed through functions of their bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, changed[name](content) if name in changed else content)
    return out.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files, the same at whatever time it is made: tests are named by it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def encrypted_zip() -> bytes:
    """A zip whose only member is marked as encrypted, as every program does that encrypts one."""
    data = bytearray(zipped({"secret.txt": b"x" * 40}))
    data[6] |= 1  # general purpose flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the central directory
    return bytes(data)


def false_size_zip(declared: int) -> bytes:
    """A zip whose headers state another size than its member has."""
    data = bytearray(zipped({"a.txt": b"The flame is yellow. " * 200}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, declared)
    return bytes(data)


def picture(text: str, *, font: str | None = None, size: int = 28) -> Image.Image:
    """Black text on white; ``font`` is a file, by default the font that comes with the library."""
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    canvas = Image.new("RGB", (1100, 60 + 2 * size * (text.count("\n") + 1)), "white")
    ImageDraw.Draw(canvas).multiline_text((30, 30), text, font=face, fill="black")
    return canvas


def png(text: str, **options: Any) -> bytes:
    """The picture as a PNG."""
    out = io.BytesIO()
    picture(text, **options).save(out, "PNG")
    return out.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be ``side`` pixels square."""
    data = bytearray(png(" "))
    struct.pack_into(">II", data, 16, side, side)
    struct.pack_into(">I", data, 29, zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def tone(path: Path, seconds: float, *, silence: tuple[float, float] = (0.0, 0.0)) -> Path:
    """A WAV file of a tone (8 kHz, mono), silent between two seconds."""
    rate = 8000
    at = np.arange(int(seconds * rate)) / rate
    samples = np.sin(2 * np.pi * 440 * at) * 8000
    samples[(at >= silence[0]) & (at < silence[1])] = 0
    return _wav(path, samples, rate)


def voice(path: Path, seconds: float) -> Path:
    """A WAV file (16 kHz, mono) that a detector takes for speech: one vowel, four times a second."""
    rate = 16_000
    at = np.arange(int(seconds * rate)) / rate
    buzz = 2 * (np.cumsum(120 + 10 * np.sin(2 * np.pi * 3 * at)) / rate % 1) - 1
    spectrum, hertz = np.fft.rfft(buzz), np.fft.rfftfreq(len(buzz), 1 / rate)
    formants = sum(loud / (1 + ((hertz - at) / 100) ** 2) for at, loud in ((700, 1), (1200, 1), (2600, 0.5)))
    vowel = np.fft.irfft(spectrum * formants, len(buzz)) * np.clip(np.sin(2 * np.pi * 4 * at) + 0.6, 0, 1)
    return _wav(path, vowel / abs(vowel).max() * 20_000, rate)


def voice_note(path: Path, seconds: float) -> bytes:
    """A voice message as Telegram's apps record it: OGG with Opus, one channel."""
    sound = voice(path.with_suffix(".wav"), seconds)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-i", str(sound)]
    subprocess.run(
        [*command, "-c:a", "libopus", "-b:a", "24k", "-f", "ogg", str(path)], check=True, capture_output=True
    )
    return path.read_bytes()


def _wav(path: Path, samples: NDArray[np.float64], rate: int) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return path


def video(
    path: Path,
    tracks: Mapping[str, str],
    *,
    sound: bool = True,
    chapters: Mapping[str, int] = {},
    seconds: int = 6,
) -> Path:
    """A short film with a subtitle track for each language (ISO 639-2) and its SRT text.

    ``chapters`` are titles and the seconds at which they begin.
    """
    codec = {".mp4": "mov_text", ".mkv": "subrip", ".webm": "webvtt"}[path.suffix]
    picture_codec = "libvpx" if path.suffix == ".webm" else "libx264"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc=size=64x64:rate=2:duration={seconds}"]
    if sound:
        command += ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"]
    for index, text in enumerate(tracks.values()):
        subtitle = path.with_name(f"{path.stem}.{index}.srt.in")
        subtitle.write_text(text, encoding="utf-8")
        command += ["-f", "srt", "-i", str(subtitle)]
    about = ";FFMETADATA1\n"
    for name, second in chapters.items():
        about += f"[CHAPTER]\nTIMEBASE=1/1\nSTART={second}\nEND={second + 1}\ntitle={name}\n"
    path.with_suffix(".ffmeta").write_text(about, encoding="utf-8")
    command += ["-f", "ffmetadata", "-i", str(path.with_suffix(".ffmeta"))]
    command += ["-map_metadata", str(1 + sound + len(tracks))]
    for index in range(1 + sound + len(tracks)):
        command += ["-map", str(index)]
    command += ["-c:v", picture_codec, "-metadata", "title=Soot"]
    command += ["-c:s", codec] if tracks else []
    for index, lang in enumerate(tracks):
        command += [f"-metadata:s:s:{index}", f"language={lang}"]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return path


def spoken(path: Path, text: str, *, seconds: int = 6) -> Path:
    """A short recording (M4A) with an English subtitle track of this SRT text inside."""
    subtitle = path.with_suffix(".srt.in")
    subtitle.write_text(text, encoding="utf-8")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", "-f", "lavfi"]
    command += [
        "-i",
        f"sine=440:duration={seconds}",
        "-f",
        "srt",
        "-i",
        str(subtitle),
        "-map",
        "0",
        "-map",
        "1",
    ]
    command += ["-c:a", "aac", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng", "-f", "mp4", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def channel_export(**changes: Any) -> dict[str, Any]:
    """A Telegram channel's export: two posts, a poll, a forward, a service message."""
    name = "Candle Lab"
    messages: list[dict[str, Any]] = [
        {
            "id": 1,
            "type": "service",
            "action": "create_channel",
            "date": "2024-05-01T09:00:00",
            "text": "Born",
        },
        {
            "id": 2,
            "type": "message",
            "date": "2024-05-01T10:00:00",
            "date_unixtime": "1714557600",
            "from": name,
            "from_id": "channel1",
            "photo": "photos/photo_1.jpg",
            "text": [
                "Why is the ",
                {"type": "bold", "text": "flame"},
                " yellow? ",
                {"type": "text_link", "text": "Read", "href": "https://candle.example/1"},
            ],
        },
        {
            "id": 3,
            "type": "message",
            "date_unixtime": "1714557700",
            "from": name,
            "forwarded_from": "Rival",
            "photo": "photos/photo_2.jpg",
            "text": "Somebody else's words",
        },
        {
            "id": 4,
            "type": "message",
            "date_unixtime": "1714557800",
            "from": name,
            "reply_to_message_id": 2,
            "text": "Because soot glows.",
        },
        {
            "id": 5,
            "type": "message",
            "date_unixtime": "1714557900",
            "from": name,
            "text": "",
            "poll": {"question": "Best wax?", "answers": [{"text": "Bees"}, {"text": "Soy"}]},
        },
    ]
    return {"name": name, "type": "public_channel", "id": 1, "messages": messages, **changes}


def telegram_json(**changes: Any) -> bytes:
    """The export as result.json."""
    return json.dumps(channel_export(**changes), ensure_ascii=False, indent=1).encode()


def takeout() -> dict[str, bytes]:
    """A YouTube Takeout: a public, a private and a captioned video, and what else an account holds."""
    root = "Takeout/YouTube and YouTube Music"
    film = b"\0\0\0\x18ftypmp42"
    rows = [
        "Video ID,Approx Duration (ms),Video Category,Video Description (Original),Video Title (Original),"
        "Privacy,Video Publish Timestamp",
        'aaaaaaaaaaa,60000,Education,"Soot makes the light of a candle, says this long description.",'
        "Why is the flame yellow? A title that goes on and on and on,Public,2024-01-02T03:04:05+00:00",
        'bbbbbbbbbbb,60000,Education,"A private text that nobody else shall see here.",Secret,Private,',
        "ccccccccccc,60000,Education,,Wax,Public,2024-02-03T04:05:06+00:00",
    ]
    return {
        f"{root}/video metadata/videos.csv": "\n".join(rows).encode(),
        f"{root}/videos/Why is the flame yellow_ A title that goes o.mp4": film + b"1",
        f"{root}/videos/Secret.mp4": film + b"2",
        f"{root}/videos/Wax.mp4": film + b"3",
        f"{root}/captions/Wax.es.srt": b"1\n00:00:01,000 --> 00:00:02,000\nLa cera\n",
        f"{root}/history/watch-history.json": b"[]",
        "Takeout/Mail/All mail.mbox": b"From: somebody else",
        "Takeout/archive_browser.html": b"<html><body>Your archive</body></html>",
    }
