"""What kind of file this is, by its content first and its name second; each kind has its reader."""

import re
import struct
import zipfile
from pathlib import Path, PurePosixPath

from memory.readers.decode import decode
from memory.readers.errors import ReadError
from memory.readers.json_text import parsed
from memory.readers.mail import is_saved_page
from memory.readers.options import MB, Limits
from memory.readers.parts import of_takeout

_HEAD = 64 * 1024
# A zip's list of its files, which the library takes in whole: twenty thousand have some three.
_LONGEST_LIST = 16 * MB
_LIST_END = 22 + 0xFFFF  # bytes: what says how long the list is, and the longest remark behind that

# (offset, bytes, kind): what only files with bytes that no text has begin with. "!" is refused.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF87a", "image"),
    (0, b"GIF89a", "image"),
    (0, b"BM", "bmp?"),
    (0, b"II*\0", "image"),
    (0, b"MM\0*", "image"),
    (4, b"ftyp", "ftyp?"),
    (0, b"\x1a\x45\xdf\xa3", "video"),
    (0, b"FLV\x01", "video"),
    (0, b"\x00\x00\x01\xba", "video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),
    (0, b"OggS", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"#!AMR\n", "audio"),
    (0, b"#!AMR-WB\n", "audio"),
    (0, b"PK\x03\x04", "zip?"),
    (0, b"PK\x05\x06", "zip?"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole?"),
    (0, b"MZ", "!executable"),
    (0, b"\x7fELF", "!executable"),
    (0, b"\xca\xfe\xba\xbe", "!executable"),
    (0, b"\xcf\xfa\xed\xfe", "!executable"),
    (0, b"\xce\xfa\xed\xfe", "!executable"),
    (0, b"\xfe\xed\xfa", "!executable"),
    (0, b"\0asm", "!executable"),
    (0, b"dex\n", "!executable"),
    (0, b"L\0\0\0\x01\x14\x02\0", "!executable"),
    (0, b"7z\xbc\xaf\x27\x1c", "!7z"),
    (0, b"Rar!", "!RAR"),
    (0, b"\x1f\x8b", "!gzip"),
    (0, b"BZh", "!bzip2"),
    (0, b"\xfd7zXZ", "!xz"),
    (0, b"\x28\xb5\x2f\xfd", "!zstd"),
    (257, b"ustar", "!tar"),
    (0, b"SQLite format 3", "!SQLite"),
    (0, b"8BPS", "!Photoshop"),
    (60, b"BOOKMOBI", "!Kindle"),
)
_CONTAINER = re.compile(rb"(?:RIFF|FORM).{4}(?:(WEBP)|(AVI )|(?:WAVE|AIFF|AIFC))", re.S)
# Its version, then flags, then a size of four times seven bits.
_ID3 = re.compile(rb"ID3[\x02-\x04][\x00-\x0a][\x00-\xff][\x00-\x7f]{4}", re.S)
# Formats that are written in letters, and what says that a file is one and doesn't tell of one.
_PDF = re.compile(rb"[\xef\xbb\xbf\s]*%PDF-\d\.\d[ \t]*[\r\n%]")
_SCRIPT = re.compile(rb"(?:\xef\xbb\xbf)?#! ?/")
_RTF = re.compile(rb"\{\\rtf\d?[\\\s{]")
# What no text holds, in whatever encoding of single bytes; an escape begins a terminal's colour.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_INSTEAD = {"RTF": "DOCX or PDF", "Photoshop": "PNG or JPEG", "Kindle": "PDF", "SQLite": "text"}
_TEXTS = (".txt", ".csv", ".tsv")
_BY_SUFFIX = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".srt": "subtitles",
    ".vtt": "subtitles",
    ".ass": "subtitles",
    ".ssa": "subtitles",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
# What a name promises that ends so; bytes of another of these are read as what they are.
PROMISED = {
    **dict.fromkeys((".pdf",), "pdf"),
    **dict.fromkeys((".docx",), "docx"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic"), "image"),
    **dict.fromkeys((".mp3", ".m4a", ".m4b", ".wav", ".flac", ".ogg", ".oga", ".opus", ".aac"), "audio"),
    **dict.fromkeys((".aiff", ".aif", ".amr", ".wma"), "audio"),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg"), "video"),
    **dict.fromkeys((".flv", ".wmv", ".3gp", ".m2ts"), "video"),
    **dict.fromkeys((".zip",), "zip"),
}
# Lists of other files, and scripts by which ffmpeg opens them.
_PLAYLIST = re.compile(
    r"#EXTM3U\b|#EXT-X-[A-Z]|#EXTINF:\s*-?\d|ffconcat version \d|<asx\b[^>]{0,200}>"
    r"|\[playlist\]\s*\n(?:.*\n){0,9}?(?:File\d+|NumberOfEntries|Version)\s*="
    r"|\[Reference\]\s*\n(?:.*\n){0,9}?Ref\d+\s*=",
    re.I,
)
_PLAYLISTS = (".m3u", ".m3u8", ".pls", ".asx", ".ffconcat", ".mpd", ".xspf")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*){0,5}<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_XML = re.compile(r"\s*(?:<\?xml\b|<!DOCTYPE\b|<(?:rss|feed|rdf:RDF|svg)\b)", re.I)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(rss|feed|RDF|svg|html)\b")
_SBV = re.compile(r"\s*\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}[ \t]*\n")
_SRT = re.compile(r"\s*\d+[ \t]*\n\s*\d{1,2}:\d\d:\d\d[,.]\d{1,3}[ \t]*-->")
# Of one chat; of an account, whose chats may come behind much else.
_TELEGRAM_KEYS = ({"messages", "type"}, {"chats", "list"}, {"about", "personal_information"})
_HTML_HINT = re.compile(r"<(?:p|div|h[1-6]|br|a|ul|table|article|section|span)\b", re.I)


def sniff(path: Path, name: str) -> str:
    """The kind of reader for this file.

    ``name`` is the name it was given by a person; the path's own doesn't count. Raises ReadError for
    what isn't content (programs, unknown bytes) or can't be read (with what to save it as instead).
    """
    if path.is_dir():
        return "folder"
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise ReadError("missing") from None
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise ReadError("empty" if size <= _HEAD else "unknown_type")
    suffix = PurePosixPath(name).suffix.lower()
    return _binary_kind(path, head, suffix) or _text_kind(head, name, size)


def promised(name: str) -> str:
    """The kind that a file's name promises; empty where its ending says nothing."""
    suffix = PurePosixPath(name).suffix.lower()
    return PROMISED.get(suffix) or _BY_SUFFIX.get(suffix) or ("text" if suffix in _TEXTS else "")


def _binary_kind(path: Path, head: bytes, suffix: str) -> str | None:
    if _PDF.match(head) or (suffix == ".pdf" and head.startswith(b"%PDF-")):
        return "pdf"
    if _SCRIPT.match(head):
        raise ReadError("executable")
    if _RTF.match(head):
        return _settle(path, head, "!RTF", suffix)
    if not _NO_TEXT.search(head):
        return None  # a text may begin with any letters: "MZ was a maker of motorcycles"
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            if kind == "bmp?" and int.from_bytes(head[14:18], "little") not in (12, 40, 52, 56, 108, 124):
                continue
            return _settle(path, head, kind, suffix)
    if container := _CONTAINER.match(head):
        return "image" if container[1] else "video" if container[2] else "audio"
    if _ID3.match(head) or _is_mpeg_audio(head, suffix):
        return "audio"
    if b"%PDF-" in head[:1024]:
        return "pdf"  # behind what a server or a mail program put before it
    if len(head) > 752 and all(head[i] == 0x47 for i in (0, 188, 376, 564, 752)):
        return "video"
    return None


def _settle(path: Path, head: bytes, kind: str, suffix: str) -> str:
    """The kind behind a container's magic; raises for what is refused."""
    if kind == "!executable":
        raise ReadError("executable")
    if kind.startswith("!"):
        kind = kind[1:]
        raise ReadError("unsupported_type", type=kind, instead=_INSTEAD.get(kind, "a zip"))
    if kind == "zip?":
        return _zip_kind(path)
    if kind == "ole?":
        # Office wraps an encrypted DOCX into the old container; old .doc files are the same container.
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes()[: 8 * 1024 * 1024]:
            raise ReadError("password_protected")
        raise ReadError("unsupported_type", type="Old Office", instead="DOCX or PDF")
    if kind == "ftyp?":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
            raise ReadError("unsupported_type", type="HEIC and AVIF", instead="JPEG or PNG")
        # Many programs write the brand of films into sound, too.
        return "audio" if brand in (b"M4A ", b"M4B ") or suffix in (".m4a", ".m4b") else "video"
    return "image" if kind == "bmp?" else kind


def _list_bytes(path: Path) -> int:
    """How long a zip's list of its files claims to be; 0 where it has no end that says so."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LIST_END))
        tail = file.read()
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) < end + 22:
        return 0
    claims = [int.from_bytes(tail[end + 12 : end + 16], "little")]
    large = tail.rfind(b"PK\6\6", 0, end)  # of more than 65,535 files or 4 GiB: another record before it
    if large >= 0:
        claims.append(int.from_bytes(tail[large + 40 : large + 48], "little"))
    return max((claim for claim in claims if claim != 0xFFFFFFFF), default=0)


def _zip_kind(path: Path) -> str:
    if _list_bytes(path) > _LONGEST_LIST:
        raise ReadError("too_many_members", limit=Limits().members)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, struct.error, ValueError, LookupError, OSError, NotImplementedError) as error:
        raise ReadError("damaged", detail=str(error) or "not a zip") from None
    if "word/document.xml" in names:
        return "docx"
    if "[Content_Types].xml" in names:
        raise ReadError("unsupported_type", type="Spreadsheet and slide", instead="PDF")
    if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
        raise ReadError("executable")
    if "META-INF/container.xml" in names or "content.xml" in names:
        raise ReadError("unsupported_type", type="EPUB and OpenDocument", instead="DOCX or PDF")
    return "zip"


def _is_mpeg_audio(head: bytes, suffix: str) -> bool:
    """MP3 or AAC frames without a tag: eleven sync bits, and a name that agrees (two bytes prove little)."""
    sync = len(head) > 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return sync and suffix in (".mp3", ".mp2", ".aac", ".mpga")


def _text_kind(head: bytes, name: str, size: int) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    text = decode(_whole_characters(head) if size > _HEAD else head).lstrip()
    _refuse_binary(text)
    if _PLAYLIST.match(text) or suffix in _PLAYLISTS:
        raise ReadError("unsupported_type", type="Playlist", instead="MP3 or MP4")
    if suffix in PROMISED:
        raise ReadError("wrong_type_page" if _HTML.match(text) else "wrong_type", suffix=suffix)
    if is_saved_page(text, name):
        return "mhtml"
    if text.startswith(("WEBVTT", "[Script Info]")) or _SRT.match(text) or _SBV.match(text):
        return "subtitles"
    if _HTML.match(text):
        return _html_kind(text)
    if _XML.match(text):
        return _xml_kind(text)
    if text[:1] in "{[" or suffix == ".json":
        kind = _json_kind(text, suffix, whole=size <= _HEAD)
        if kind:
            return kind
    if suffix in (".html", ".htm", ".xhtml") and not _HTML_HINT.search(text):
        return "text"
    if suffix == ".csv" and of_takeout(text, whole=size <= _HEAD):
        raise ReadError("takeout_part")
    if suffix in (".srt", ".vtt", ".ass", ".ssa"):
        return "subtitles" if "-->" in text or "Dialogue:" in text else "text"
    return _BY_SUFFIX.get(suffix, "text")


def _whole_characters(head: bytes) -> bytes:
    """The head without a character that its end cut in two, which would make valid UTF-8 look damaged."""
    for cut in range(1, 4):
        if head[-cut] >= 0xC0:
            return head[:-cut]
        if head[-cut] < 0x80:
            break
    return head


def _refuse_binary(text: str) -> None:
    """Statistics find an encoding for almost any bytes; text has words, mostly of letters."""
    sample = text[:8192]
    odd = sum(not (char.isprintable() or char.isspace()) for char in sample) + sample.count("\ufffd")
    if not sample or odd * 10 > len(sample):
        raise ReadError("unknown_type")


def _html_kind(text: str) -> str:
    exported = 'class="page_wrap"' in text and 'class="page_body chat_page"' in text
    return "telegram_html" if exported else "html"


def _xml_kind(text: str) -> str:
    root = _ROOT.search(text)
    match root.group(1).lower() if root else "":
        case "rss" | "feed" | "rdf":
            return "feed"
        case "html":
            return "html"
        case "svg":
            raise ReadError("unsupported_type", type="SVG", instead="PNG")
        case _:
            raise ReadError("unsupported_type", type="Other XML", instead="text or HTML")


def _json_kind(text: str, suffix: str, *, whole: bool) -> str | None:
    """Exports state their keys early. A file in braces that is no JSON is text, unless its name says so."""
    keys = set(re.findall(r'"(\w+)"\s*:', text[:16_384]))
    if any(marks <= keys for marks in _TELEGRAM_KEYS):
        return "telegram"
    if {"snippet", "id"} <= keys:
        return "youtube"
    named = suffix == ".json"
    if not whole:
        if named or len(keys) > 3:
            raise ReadError("unknown_format")
        return None
    try:
        parsed(text)
    except ReadError:
        if named:
            raise
        return None
    raise ReadError("unknown_format")
