"""Audio and video: the subtitle tracks inside, else the speech; subtitle files are subtitles.py's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from kernel.lang import normalise
from memory.notes import Note
from memory.readers.errors import ReadError, Waiting
from memory.readers.options import Limits, Progress, ReadOptions, ReadResult
from memory.readers.speech import AudioPart, audio_parts
from memory.readers.subtitles import Cue, cue_blocks
from memory.types import Block, Document, ReadFrom

# The container is named to the library, never guessed by it: among those it would guess are playlists,
# which make it open other files and addresses.
_CONTAINERS: Final = (
    (4, b"ftyp", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (8, b"WAVE", "wav"),
    (8, b"AIFF", "aiff"),
    (8, b"AVI ", "avi"),
    (0, b"#!AMR", "amr"),
    (0, b"FLV\x01", "flv"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x30\x26\xb2\x75", "asf"),
    (0, b"\x47", "mpegts"),
)
_TEXT_CODECS: Final = frozenset({"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"})
# Containers name languages by ISO 639-2; those of the product, in both its forms.
_ISO_639_2: Final = {
    "eng": "en", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "spa": "es", "por": "pt", "fra": "fr",
    "fre": "fr", "deu": "de", "ger": "de", "rus": "ru", "ukr": "uk", "tur": "tr", "ara": "ar", "fas": "fa",
    "per": "fa", "hin": "hi", "ind": "id", "vie": "vi", "tha": "th",
}  # fmt: skip


def read(path: Path, _name: str, options: ReadOptions, progress: Progress) -> ReadResult:
    with _opened(path) as container:
        kind = "video" if _shows_pictures(container) else "audio"
        seconds = _duration(container, options.limits)
        title = container.metadata.get("title", "")
        documents, notes = _embedded(container, kind, title, seconds, progress)
        if not documents and not container.streams.audio:
            raise ReadError("no_sound")
    if documents:
        return ReadResult(tuple(documents), notes=tuple(notes))
    blocks = _speech(path, options, seconds, progress)
    return ReadResult((Document(kind, title, blocks),), notes=tuple(notes))


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    """The container, in which whatever the library finds wrong is the file's damage."""
    try:
        with open_media(path) as container:
            yield container
    except av.error.FFmpegError as error:
        raise ReadError("damaged", detail=error.strerror or type(error).__name__) from None


def open_media(path: Path) -> InputContainer:
    """The container, opened as what its first bytes say, without leave to open anything else.

    Raises av.error.FFmpegError.
    """
    with path.open("rb") as file:
        head = file.read(16)
    found = (name for offset, magic, name in _CONTAINERS if head.startswith(magic, offset))
    form = next(found, "aac" if head[1:2] and head[1] & 0xF6 == 0xF0 else "mp3")
    options = {"protocol_whitelist": "file"}
    return av.open(str(path), "r", format=form, options=options, metadata_errors="replace")


def _shows_pictures(container: InputContainer) -> bool:
    """Whether there is a video stream that isn't just a cover picture."""
    cover = av.stream.Disposition.attached_pic
    return any(not stream.disposition & cover for stream in container.streams.video)


def _duration(container: InputContainer, limits: Limits) -> float:
    seconds = (container.duration or 0) / av.time_base
    if seconds > limits.seconds:
        raise ReadError("too_long", minutes=round(seconds / 60), limit=limits.seconds // 60)
    return seconds


def _embedded(
    container: InputContainer, kind: str, title: str, seconds: float, progress: Progress
) -> tuple[list[Document], list[Note]]:
    """A document for each language of the text tracks inside, and notes on what can't be read."""
    notes: list[Note] = []
    tracks: list[SubtitleStream] = []
    for stream in container.streams.subtitles:
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        if codec in _TEXT_CODECS:
            tracks.append(stream)
        else:
            notes.append(Note("pictured_subtitles", {"codec": codec}))
    chapters = _chapters(container)
    best: dict[str | None, tuple[Block, ...]] = {}
    for index, cues in _cues(container, tracks, seconds, progress).items():
        language = container.streams[index].metadata.get("language", "und")
        lang = normalise(_ISO_639_2.get(language, language))
        blocks = cue_blocks(cues)
        # Two tracks of a language are the plain one and the one for the deaf: the fuller one is kept.
        if blocks and len(blocks) > len(best.get(lang, ())):
            best[lang] = blocks
    documents = [Document(kind, title, _under(chapters, blocks), lang=lang) for lang, blocks in best.items()]
    return documents, notes


def _cues(
    container: InputContainer, tracks: Sequence[SubtitleStream], seconds: float, progress: Progress
) -> dict[int, list[Cue]]:
    cues: dict[int, list[Cue]] = {track.index: [] for track in tracks}
    if not tracks:
        return cues
    for packet in container.demux(*tracks):
        if not packet.size or packet.pts is None:
            continue
        start = float(packet.pts * packet.time_base)
        end = start + float((packet.duration or 0) * packet.time_base)
        try:
            pictures = packet.decode()
        except av.error.InvalidDataError:
            continue  # one damaged cue; the others stand
        for line in pictures:
            if isinstance(line, AssSubtitle):
                text = line.ass.decode("utf-8", "replace")
                cues[packet.stream_index].append((start, end, text.split(",", 8)[-1]))
        if seconds:
            progress(min(start / seconds, 1.0))
    return cues


def _chapters(container: InputContainer) -> list[tuple[float, str]]:
    chapters = (
        (float(chapter["start"] * chapter["time_base"]), chapter["metadata"].get("title", ""))
        for chapter in container.chapters()
        if chapter["time_base"]
    )
    return sorted((start, title) for start, title in chapters if title)


def _under(chapters: list[tuple[float, str]], blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with the chapter they stand in as their heading."""
    if not chapters:
        return blocks
    return tuple(
        Block(block.text, replace(block.locator, heading=_chapter_at(chapters, block.locator.start or 0.0)))
        for block in blocks
    )


def _chapter_at(chapters: list[tuple[float, str]], second: float) -> str | None:
    return next((title for start, title in reversed(chapters) if start <= second + 0.05), None)


def _speech(path: Path, options: ReadOptions, seconds: float, progress: Progress) -> tuple[Block, ...]:
    """What is said in the file. Raises Waiting where nothing can recognise it."""
    transcriber = options.transcriber
    if transcriber is None:
        _heard(path)
        raise Waiting("no_transcriber")
    blocks: list[Block] = []
    for part in _parts(path, options.limits):
        span = part.seconds / seconds if seconds else 0.0
        done = part.start / seconds if seconds else 0.0

        def tell(share: float, done: float = done, span: float = span) -> None:
            progress(min(done + span * share, 1.0))

        for block in transcriber.transcribe(part.path, options.langs, tell):
            at = block.locator
            start = (at.start or 0.0) + part.start
            end = (at.end if at.end is not None else part.seconds) + part.start
            spoken = replace(at, start=round(start, 3), end=round(end, 3), read_from=ReadFrom.SPEECH)
            blocks.append(Block(block.text, spoken))
        part.path.unlink()
    return tuple(blocks)


def _heard(path: Path) -> None:
    """See that there is sound at all: nobody should set up speech recognition for a torn file."""
    with _opened(path) as container:
        if next(container.decode(audio=0), None) is None:
            raise ReadError("damaged", detail="Stream has ended unexpectedly")


def _parts(path: Path, limits: Limits) -> Iterator[AudioPart]:
    with _opened(path) as container:
        yield from audio_parts(container, limits.seconds)
