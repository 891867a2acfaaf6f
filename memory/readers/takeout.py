"""YouTube in a Google Takeout: which file is which video, its description and address; captions included."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ImportProblem, ReadError
from memory.readers.options import MB, Limits, Progress, ReadOptions, ReadResult, Refused
from memory.readers.subtitles import title_and_language
from memory.types import Block, Document, Locator, Member

_FILES: Final = frozenset(
    {".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".3gp", ".srt", ".vtt", ".sbv", ".ass"}
)
_ID: Final = re.compile(r"[\w-]{11}\Z")
_COPY: Final = re.compile(r"\(\d+\)\Z")
# Takeout cuts a file's name; a shorter beginning could fit several titles.
_CUT_CHARS: Final = 20
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# The account's language decides these words; exact values of the column, case folded.
_PRIVATE: Final = re.compile(
    "private|privat|privada|privado|privé|privée|privato|私享|不公開|非公開|비공개|закрытый"
    "|ограниченный доступ|приватний|özel|निजी|pribadi|riêng tư|ส่วนตัว|خاص|خصوصی"
)
_UNLISTED: Final = re.compile(
    "unlisted|nicht gelistet|oculto|no listado|não listado|non répertoriée|限定公開|不公开列出"
    "|不公開列出|일부 공개|доступ по ссылке|доступ за посиланням"
)
_METADATA: Final = Limits(text_bytes=16 * MB)


@dataclass(frozen=True, slots=True)
class Video:
    """What a Takeout says of a video."""

    id: str
    title: str
    description: str = ""
    private: bool = False
    unlisted: bool = False
    published_at: datetime | None = None

    @property
    def url(self) -> str | None:
        """Its address, unless that is known only to those who were told."""
        return None if self.private or self.unlisted else f"https://www.youtube.com/watch?v={self.id}"


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    """A single metadata file: the descriptions of its videos."""
    try:
        videos = list(_from_json(json.loads(decode(read_bytes(path, options.limits)))))
    except ValueError as error:
        raise ReadError("damaged", detail=str(error)[:120]) from None
    documents = _descriptions(videos, Path(name).stem)
    if not documents:
        raise ReadError("no_text")
    return ReadResult(documents, title=Path(name).stem)


def take_youtube(result: ReadResult) -> ReadResult:
    """Where the members hold YouTube's metadata: name the videos, leave out private ones and all else.

    What else lies in such a Takeout (histories, comments, playlists) is other people's or private.
    """
    files = [member for member in result.members if _suffix(member) in _FILES]
    metadata = [member for member in result.members if _suffix(member) in (".csv", ".json")]
    videos = _videos(metadata, {_key(_stem(member)) for member in files})
    if not videos:
        return result
    root = _root(metadata)
    kept: list[Member] = []
    refused: list[Refused] = []
    ignored = 0
    for member in result.members:
        if not PurePosixPath(member.name).is_relative_to(root):
            kept.append(member)
        elif _suffix(member) not in _FILES:
            ignored += 1
        else:
            video = _match(member, videos)
            if video is not None and video.private:
                refused.append(Refused(member.name, ReadError("private_video")))
            else:
                kept.append(replace(member, url=video.url, title=video.title) if video else member)
    notes = (f"Other files of the Takeout, left out: {ignored}.",) if ignored else ()
    return replace(
        result,
        documents=(*result.documents, *_descriptions(videos, "YouTube")),
        members=tuple(kept),
        notes=(*result.notes, *notes),
        refused=(*result.refused, *refused),
    )


def _suffix(member: Member) -> str:
    return PurePosixPath(member.name).suffix.lower()


def _stem(member: Member) -> str:
    return PurePosixPath(member.name).stem


def _key(title: str) -> str:
    """A title as a file name may carry it: letters and digits only, since Takeout replaces the others."""
    return "".join(char for char in title.casefold() if char.isalnum())


def _root(metadata: Sequence[Member]) -> PurePosixPath:
    """The folder of the account's data: Takeout's own where it is there, since mail may lie in it, too."""
    for member in metadata:
        parents = PurePosixPath(member.name).parents
        for wanted in ("takeout", "youtube"):
            found = next((parent for parent in parents if wanted in parent.name.casefold()), None)
            if found is not None:
                return found
    return PurePosixPath(metadata[0].name).parent.parent


def _match(member: Member, videos: Sequence[Video]) -> Video | None:
    """The video of a file, or None where several fit: a wrong address is worse than none."""
    stem = _stem(member)
    for name in (stem, title_and_language(stem)[0]):
        key = _key(_COPY.sub("", name))
        exact = [video for video in videos if _key(video.title) == key or _key(video.id) == key]
        cut = [video for video in videos if len(key) >= _CUT_CHARS and _key(video.title).startswith(key)]
        found = exact or cut
        if len(found) == 1:
            return found[0]
        if found and all(video.private for video in found):
            return found[0]
    return None


def _videos(metadata: Iterable[Member], files: set[str]) -> list[Video]:
    found: dict[str, Video] = {}
    for member in metadata:
        try:
            text = decode(read_bytes(member.path, _METADATA))
            if _suffix(member) == ".csv":
                videos = list(_from_csv(text, files))
            else:
                videos = list(_from_json(json.loads(text)))
        except (ImportProblem, ValueError, RecursionError, csv.Error):
            continue  # not metadata; what else lies in an account's export may be anything
        found.update({video.id: video for video in videos})
    return list(found.values())


def _from_json(data: Any) -> Iterator[Video]:
    """Videos in the API's form, as older Takeouts have it: an ``id``, a ``snippet``, a ``status``."""
    for entry in data if isinstance(data, list) else [data]:
        snippet = entry.get("snippet") if isinstance(entry, dict) else None
        if not isinstance(snippet, dict) or not _ID.match(str(entry.get("id", ""))):
            continue
        status = entry.get("status")
        privacy = str(status.get("privacyStatus", "")) if isinstance(status, dict) else ""
        yield Video(
            str(entry["id"]),
            str(snippet.get("title", "")),
            str(snippet.get("description", "")),
            privacy == "private",
            privacy == "unlisted",
            _date(str(snippet.get("publishedAt", ""))),
        )


def _from_csv(text: str, files: set[str]) -> Iterator[Video]:
    """Videos in a table with headings in any language: columns are told by what stands in them."""
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = [name for name in (rows[0] if rows else ()) if name]
    values = {name: [str(row.get(name) or "").strip() for row in rows] for name in columns}
    ids = next((name for name in columns if rows and all(map(_ID.match, values[name]))), None)
    if ids is None or not _looks_like_videos(columns):
        return
    title = max(columns, key=lambda name: _title_score(name, values[name], files))
    for row_number in range(len(rows)):
        cells = {name: values[name][row_number] for name in columns}
        privacy = [cell.casefold() for cell in cells.values() if len(cell) < 30]
        yield Video(
            cells[ids],
            cells[title],
            _description(cells, title),
            any(map(_PRIVATE.fullmatch, privacy)),
            any(map(_UNLISTED.fullmatch, privacy)),
            max((when for name in columns if (when := _date(cells[name]))), default=None),
        )


def _looks_like_videos(columns: Sequence[str]) -> bool:
    """A list of videos has many columns; playlists and comments, which name videos too, have few."""
    return len(columns) >= 6


def _title_score(name: str, values: Sequence[str], files: set[str]) -> tuple[int, int, int]:
    """The column whose values are the files' names; without files, the one headed "title"."""
    keys = [_key(value) for value in values]
    matches = sum(any(key == file or key.startswith(file) for file in files if file) for key in keys if key)
    headed = "title" in name.casefold()
    return matches, headed, "original" in name.casefold()


def _description(cells: Mapping[str, str], title: str) -> str:
    """The longest cell of several words that isn't the title."""
    texts = [cell for name, cell in cells.items() if name != title and ("\n" in cell or " " in cell)]
    texts = [cell for cell in texts if not _DATE.match(cell)]
    longest = max(texts, key=len, default="")
    return longest if len(longest) > 40 else ""


def _descriptions(videos: Sequence[Video], title: str) -> tuple[Document, ...]:
    """The descriptions of the videos that everyone may see, each a document; untitled ones have ``title``."""
    return tuple(
        Document(
            "youtube",
            video.title or title,
            (
                Block(
                    video.description,
                    Locator(url=video.url, heading=video.title, published_at=video.published_at),
                ),
            ),
            url=video.url,
            published_at=video.published_at,
        )
        for video in videos
        if video.description.strip() and not video.private
    )


def _date(text: str) -> datetime | None:
    if not _DATE.match(text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
