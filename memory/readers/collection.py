"""Files that belong together: exports, a video and its captions; each file alone is its own reader's."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from memory.notes import Note, counted
from memory.readers.errors import ReadError
from memory.readers.options import ReadOptions, ReadResult, Refused
from memory.readers.parts import of_telegram
from memory.readers.subtitles import title_and_language
from memory.readers.takeout import of_film, take_youtube
from memory.readers.telegram import Export, read_export
from memory.readers.titles import readable
from memory.types import Member

_CLUTTER: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db"})
VIDEOS: Final = frozenset({".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".mp3", ".m4a", ".wav", ".ogg"})
CAPTIONS: Final = frozenset({".srt", ".vtt", ".ass", ".ssa", ".sbv"})
# Where Telegram puts a chat's files; `chats` are those of a whole account.
_EXPORT_FOLDERS: Final = frozenset(
    {"chats", "contacts", "css", "files", "images", "js", "lists", "photos", "profile_pictures",
     "round_video_messages", "stickers", "stories", "userpics", "video_files", "voice_messages"}
)  # fmt: skip
# A page of the HTML export, told by its name and what its beginning holds.
_PAGE: Final = re.compile(r"messages\d*\.html")
_HEAD_BYTES: Final = 1 << 16


def is_clutter(name: str) -> bool:
    """Whether a path is what systems leave behind: hidden files, previews, resource forks."""
    return any(
        (part.startswith(".") and part not in (".", "..")) or part.casefold() in _CLUTTER
        for part in name.split("/")
    )


def collected(members: Sequence[Member], options: ReadOptions, title: str) -> ReadResult:
    """The members to import, with what the others say of them; ``title`` names the whole."""
    result = ReadResult(members=tuple(members))
    result = _captions(take_youtube(_telegram(result, options), title))
    return replace(result, notes=(*result.notes, Note("films_alone"))) if _films_alone(result) else result


def _films_alone(result: ReadResult) -> bool:
    """Whether there are films and their captions only, as in that one folder of a Takeout's."""
    told = result.documents or result.refused or any(member.url for member in result.members)
    return not told and len(result.members) > 1 and all(map(of_film, result.members))


def told(result: ReadResult, refused: Sequence[Refused], *, hidden: int, empty: int) -> ReadResult:
    """What was collected, with what was refused before, and how many hidden and empty files were left out.

    Raises ReadError: "empty" where there was nothing at all, "only_empty" where every file is empty.
    """
    if not (result.members or result.documents or result.refused or refused or result.notes):
        raise ReadError("only_empty", files=empty) if empty else ReadError("empty")
    notes = (*result.notes, *counted("hidden_files", hidden), *counted("empty_files", empty))
    return replace(result, notes=notes, refused=(*refused, *result.refused))


def _telegram(result: ReadResult, options: ReadOptions) -> ReadResult:
    """In each Telegram export: only files of posts that may be learned from, under their posts' addresses."""
    roots: set[PurePosixPath] = set()
    for main in result.members:
        path = PurePosixPath(main.name)
        if _PAGE.fullmatch(path.name) and _is_page(main):
            roots.add(path.parent)
            result = _beside_pages(result, path.parent)
        if path.name != "result.json":
            continue
        try:
            export = read_export(main.path, options)
        except ReadError as problem:
            if problem.code == "unknown_format":
                continue  # another program's result.json
            export = Export(())
        roots.add(path.parent)
        result = _telegram_media(result, path.parent, export)
    return _without_strays(result, roots)


def _without_strays(result: ReadResult, roots: Collection[PurePosixPath]) -> ReadResult:
    """Without the files of exports whose messages aren't here."""
    kept: list[Member] = []
    strays: list[Refused] = []
    for member in result.members:
        if of_telegram(member.name) and not any(map(PurePosixPath(member.name).is_relative_to, roots)):
            strays.append(Refused(member.name, ReadError("telegram_part")))
        else:
            kept.append(member)
    return replace(result, members=tuple(kept), refused=(*result.refused, *strays))


def _is_page(member: Member) -> bool:
    with member.path.open("rb") as file:
        return b"page_body chat_page" in file.read(_HEAD_BYTES)


def _beside_pages(result: ReadResult, root: PurePosixPath) -> ReadResult:
    """Without the files beside an export's pages, which don't say whose a picture is."""
    pages = [
        member
        for member in result.members
        if not PurePosixPath(member.name).is_relative_to(root)
        or PurePosixPath(member.name).relative_to(root).parts[0] not in _EXPORT_FOLDERS
    ]
    dropped = len(result.members) - len(pages)
    notes = (*result.notes, *counted("files_without_owner", dropped))
    return replace(result, members=tuple(pages), notes=notes)


def _of_an_export(path: PurePosixPath) -> bool:
    """Whether Telegram writes such a file beside an export: it may be another member's."""
    if len(path.parts) > 1:
        return path.parts[0] in _EXPORT_FOLDERS
    return path.suffix.lower() == ".html" and path.stem.startswith(("messages", "export_results"))


def _telegram_media(result: ReadResult, root: PurePosixPath, export: Export) -> ReadResult:
    kept: list[Member] = []
    dropped = 0
    for member in result.members:
        path = PurePosixPath(member.name)
        inside = path.relative_to(root) if path.is_relative_to(root) else None
        post = export.media.get(inside.as_posix()) if inside else None
        if post is None and (inside is None or not _of_an_export(inside)):
            kept.append(member)
            continue
        if post is None:
            dropped += 1
        else:
            kept.append(replace(member, url=post[0], title=post[1]))
    notes = (*result.notes, *counted("files_without_post", dropped))
    return replace(result, members=tuple(kept), notes=notes)


def film_stems(captions: str) -> tuple[str, ...]:
    """What the film beside captions may be called, but for its ending: "talk.es" or "talk" (talk.es.srt)."""
    stem = str(PurePosixPath(captions).with_suffix(""))
    return tuple(dict.fromkeys((stem, title_and_language(stem)[0])))


def _captions(result: ReadResult) -> ReadResult:
    """Caption files take the address and title of the video beside them, which needn't be read itself.

    One that has an address is left out, since what is cited opens there. Another comes after its captions: it
    is played from here.
    """
    videos = {
        _stem(member): member
        for member in result.members
        if PurePosixPath(member.name).suffix.lower() in VIDEOS
    }
    by_url = {video.url: video for video in videos.values() if video.url}
    members: list[Member] = []
    spoken_for: dict[str, str] = {}
    for member in result.members:
        video = None
        if PurePosixPath(member.name).suffix.lower() in CAPTIONS:
            found = (videos.get(stem) for stem in film_stems(member.name))
            video = next(filter(None, found), None) or by_url.get(member.url or "")
        if video is not None:
            spoken_for[video.name] = PurePosixPath(member.name).name
            title = member.title or video.title or readable(PurePosixPath(video.name).stem)
            member = replace(member, url=member.url or video.url, title=title)
        members.append(member)
    first = [member for member in members if member.name not in spoken_for]
    played = [member for member in members if member.name in spoken_for and not member.url]
    notes = tuple(
        Note(
            "captions_instead",
            {"file": PurePosixPath(member.name).name, "captions": spoken_for[member.name]},
        )
        for member in members
        if member.name in spoken_for and member.url
    )
    return replace(result, members=(*first, *played), notes=(*result.notes, *notes))


def _stem(member: Member) -> str:
    return str(PurePosixPath(member.name).with_suffix(""))
