"""Subtitle files (SRT, WebVTT, ASS, SBV): cues with their seconds; tracks inside videos are media.py's."""

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kernel.lang import normalise
from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.readers.titles import readable
from memory.types import Block, Document, Locator

_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,200}|[\d:.]{5,12})>")
_OVERRIDE = re.compile(r"\{[^{}]{0,500}\}")
_SBV = re.compile(r"^(\d+:\d\d:\d\d)\.(\d{3}),(\d+:\d\d:\d\d)\.(\d{3})[ \t]*$", re.M)
_LANG_SUFFIX = re.compile(r"(?P<stem>.+)[._ -](?P<tag>[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)\Z")

Cue = tuple[float, float, str]


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    text = decode(read_bytes(path, options.limits)).lstrip()
    stem, lang = title_and_language(Path(name).stem)
    blocks = cue_blocks(_cues(text))
    return ReadResult((Document("subtitles", readable(stem, blocks), blocks, lang=lang),))


def title_and_language(stem: str) -> tuple[str, str | None]:
    """``talk.es`` -> ("talk", "es"): how players and YouTube name the language of a caption file."""
    match = _LANG_SUFFIX.match(stem)
    lang = normalise(match["tag"]) if match else None
    return (match["stem"], lang) if match and lang else (stem, None)


def plain_cue(text: str) -> str:
    """A cue's words: without formatting tags, ASS overrides, karaoke times, entities."""
    text = _OVERRIDE.sub("", text).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    lines = (" ".join(line.split()) for line in html.unescape(_TAG.sub("", text)).split("\n"))
    return "\n".join(line for line in lines if line)


def cue_blocks(cues: Iterable[Cue]) -> tuple[Block, ...]:
    """Blocks in order of time, in seconds from the start, without what a rolling caption repeats."""
    return tuple(
        Block(text, Locator(start=round(start, 3), end=round(end, 3))) for start, end, text in _unrolled(cues)
    )


def _unrolled(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Automatic captions show each line twice, first below and then above the next one: keep the first."""
    shown: list[str] = []
    held: Cue | None = None
    for start, end, text in sorted(cues, key=lambda cue: cue[0]):
        start = max(start, 0.0)
        end = max(end, start)
        lines = plain_cue(text).split("\n")
        fresh = lines[_repeated(shown, lines) :]
        shown = lines
        if not any(fresh):
            if held and lines != [""]:
                held = (held[0], max(held[1], end), held[2])
            continue
        if held:
            yield held
        held = (start, end, "\n".join(fresh))
    if held:
        yield held


def _repeated(shown: list[str], lines: list[str]) -> int:
    """How many of ``lines``' first lines are the last ones of what is shown already."""
    for count in range(min(len(shown), len(lines)), 0, -1):
        if shown[-count:] == lines[:count]:
            return count
    return 0


def _cues(text: str) -> Iterator[Cue]:
    from pysubs2 import SSAFile
    from pysubs2.exceptions import Pysubs2Error

    if _SBV.match(text):
        text, format_ = _srt_of_sbv(text), "srt"
    elif text.startswith("WEBVTT"):
        format_ = "vtt"
    else:
        format_ = "ass" if text.startswith("[Script Info]") or "\nDialogue:" in text else "srt"
    try:
        events = SSAFile.from_string(text, format_=format_).events
    except (Pysubs2Error, ValueError, IndexError, KeyError, OverflowError) as error:
        raise ReadError("damaged", detail=type(error).__name__) from None
    for event in events:
        if not (event.is_comment or event.is_drawing):
            yield event.start / 1000, event.end / 1000, event.text


def _srt_of_sbv(text: str) -> str:
    """YouTube's caption format is SRT without numbers and with another arrow."""
    return _SBV.sub(r"1\n\1,\2 --> \3,\4", text)
