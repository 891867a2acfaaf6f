"""YouTube in a Google Takeout: which file is which video, its description and address; captions included."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from memory.notes import counted
from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ImportProblem, ReadError
from memory.readers.json_text import parsed
from memory.readers.options import MB, Limits, Progress, ReadOptions, ReadResult, Refused
from memory.readers.parts import of_youtube, youtube_roots
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
# The account's language decides the word, so only what surely means "public" counts; case folded.
_PUBLIC: Final = re.compile(
    "public|publique|público|públic|öffentlich|pubblico|pubblica|openbaar|offentlig|offentligt"
    "|julkinen|opinbert|publiczny|publiczna|publiczne|veřejné|veřejný|veřejná|verejné|verejný"
    "|verejná|nyilvános|publică|javno|јавно|публично|публичен|публичный|публичное|общедоступный"
    "|общедоступное|загальнодоступний|загальнодоступне|публічний|публічне|δημόσιο|δημόσια"
    "|δημόσιος|publik|awam|umma|publiko|pampubliko|สาธารณะ|सार्वजनिक|সর্বজনীন|পাবলিক|பொது"
    "|పబ్లిక్|સાર્વજનિક|ಸಾರ್ವಜನಿಕ|ציבורי|عام|عامة|علني|عمومی|عوامی|공개|公開|公开|viešas|vieša|viešai"
    "|publisks|publiska|avalik|publikoa|publike|հանրային|საჯარო|herkese açık|công khai"
    "|открытый доступ|відкритий доступ|pública|publiek|opinber|publiski|javna|javni|јавна|јавен"
    "|публичная|публична|публічна|общедоступная|загальнодоступна|агульнадаступна|общодостъпно"
    "|общодостъпен|общодостъпна|ציבורית|פומבי|גלוי לכולם|همگانی|ਜਨਤਕ|ସାର୍ବଜନୀନ|പൊതുവായത്"
    "|সার্বজনীন|ສາທາລະນະ|សាធារណៈ|အများမြင်"
)
_PRIVACY_VALUES: Final = 4
_PRIVACY_HEADS: Final = ("privacy", "visibility")
# What a person writes themselves, and YouTube's histories, comments and lists never are.
_WRITINGS: Final = frozenset({".md", ".txt", ".pdf", ".docx"})
_METADATA: Final = Limits(text_bytes=16 * MB)


@dataclass(frozen=True, slots=True)
class Video:
    """What a Takeout says of a video."""

    id: str
    title: str
    description: str = ""
    public: bool = False
    published_at: datetime | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.youtube.com/watch?v={self.id}"


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    """A single metadata file: the descriptions of its videos."""
    videos = list(_from_json(parsed(decode(read_bytes(path, options.limits)))))
    documents = _descriptions(videos, "")
    if not documents:
        hidden = videos and not any(video.public for video in videos)
        raise ReadError("not_public_video" if hidden else "no_text")
    return ReadResult(documents, title="")


def take_youtube(result: ReadResult, title: str) -> ReadResult:
    """Of each export of YouTube's among the members: the public videos, named; all else is left out.

    What else lies in such a Takeout (histories, comments, playlists) is other people's or private. An export
    is known by its folders' names, ``title`` (the whole's) among them, or by its list of videos. A part of
    an export without any list gives nothing away: nobody knows then which of its videos are public.
    """
    files = list(filter(of_film, result.members))
    metadata = [member for member in result.members if _suffix(member) in (".csv", ".json")]
    videos, listed = _videos(metadata, {_key(_stem(member)) for member in files})
    roots = {PurePosixPath(name).parent.parent for name in listed}
    roots |= youtube_roots(member.name for member in result.members)
    whole = of_youtube(title)
    kept: list[Member] = []
    refused: list[Refused] = []
    ignored = 0
    for member in result.members:
        path = PurePosixPath(member.name)
        folders = [part.casefold() for part in (title, *path.parts[:-1])]
        account = (
            whole
            or any(part.startswith("takeout") for part in folders)
            or any(map(path.is_relative_to, roots))
        )
        if not account and not any(part.startswith("youtube") for part in folders):
            kept.append(member)
        elif of_film(member):
            taken = _taken(member, videos)
            if isinstance(taken, Member):
                kept.append(taken)
            else:
                refused.append(taken)
        elif not account and not videos and _suffix(member) in _WRITINGS:
            kept.append(member)
        else:
            ignored += 1
    return replace(
        result,
        documents=(*result.documents, *_descriptions(videos, "YouTube")),
        members=tuple(kept),
        notes=(*result.notes, *counted("rest_of_takeout", ignored)),
        refused=(*result.refused, *refused),
    )


def _taken(member: Member, videos: Sequence[Video]) -> Member | Refused:
    """A video's file or captions under its name, if every video that it may be of is public."""
    if not videos:
        return Refused(member.name, ReadError("no_video_list"))
    found = _candidates(member, videos)
    if not found:
        return Refused(member.name, ReadError("unknown_video"))
    if not all(video.public for video in found):
        return Refused(member.name, ReadError("not_public_video"))
    # Where several fit: a wrong address is worse than none.
    return replace(member, url=found[0].url, title=found[0].title) if len(found) == 1 else member


def of_film(member: Member) -> bool:
    """Whether a file is a film or captions, by its name."""
    return _suffix(member) in _FILES


def _suffix(member: Member) -> str:
    return PurePosixPath(member.name).suffix.lower()


def _stem(member: Member) -> str:
    return PurePosixPath(member.name).stem


def _key(title: str) -> str:
    """A title as a file name may carry it: letters and digits only, since Takeout replaces the others."""
    return "".join(char for char in title.casefold() if char.isalnum())


def _candidates(member: Member, videos: Sequence[Video]) -> list[Video]:
    """Every video that a file may be of: its name may be cut, carry a language, or count equal names."""
    found: dict[str, Video] = {}
    for stem in (_stem(member), title_and_language(_stem(member))[0]):
        for key in {_key(stem), _key(_COPY.sub("", stem))}:
            for video in videos:
                title = _key(video.title)
                cut = len(key) >= _CUT_CHARS and title.startswith(key)
                if cut or key in (title, _key(video.id)):
                    found[video.id] = video
    return list(found.values())


def _videos(metadata: Iterable[Member], files: set[str]) -> tuple[list[Video], list[str]]:
    """The videos of all lists, and the lists' names. One that any list states otherwise isn't public."""
    found: dict[str, Video] = {}
    lists: list[str] = []
    for member in metadata:
        try:
            text = decode(read_bytes(member.path, _METADATA))
            if _suffix(member) == ".csv":
                videos = list(_from_csv(text, files))
            else:
                videos = list(_from_json(parsed(text)))
        except (ImportProblem, csv.Error):
            continue  # not metadata; what else lies in an account's export may be anything
        if videos:
            lists.append(member.name)
        for video in videos:
            before = found.get(video.id)
            found[video.id] = video if before is None or before.public else before
    return list(found.values()), lists


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
            privacy == "public",
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
    privacy = _privacy(values, {ids, title})
    for row_number in range(len(rows)):
        cells = {name: values[name][row_number] for name in columns}
        yield Video(
            cells[ids],
            cells[title],
            _description(cells, title),
            bool(privacy) and all(_PUBLIC.fullmatch(cells[name].casefold()) for name in privacy),
            max((when for name in columns if (when := _date(cells[name]))), default=None),
        )


def _privacy(values: Mapping[str, Sequence[str]], others: set[str]) -> list[str]:
    """The columns that say who may watch: by their heading, else those of few values, "public" among them."""
    headed = [name for name in values if any(head in name.casefold() for head in _PRIVACY_HEADS)]
    return headed or [
        name
        for name, cells in values.items()
        if name not in others
        and len(set(cells)) <= _PRIVACY_VALUES
        and any(_PUBLIC.fullmatch(cell.casefold()) for cell in cells)
    ]


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
    """The descriptions of the public videos, each a document; untitled ones have ``title``."""
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
        if video.description.strip() and video.public
    )


def _date(text: str) -> datetime | None:
    if not _DATE.match(text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
