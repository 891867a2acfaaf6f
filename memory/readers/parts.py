"""Parts of exports that come without the rest, which would tell what of them is public, or whose they are."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

# YouTube's own numbers: of a video, and of a channel or comment, which nothing else looks like.
_VIDEO: Final = re.compile(r"[\w-]{11}")
_MIXED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[\d_-]).*")
_OTHERS: Final = re.compile(r"UC[\w-]{22}|Ug[\w-]{20,}(?:\.[\w-]+)?")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
_HEADS: Final = frozenset({"video id", "channel id", "comment id", "live chat id", "playlist id"})
_OF_VIDEOS: Final = re.compile(
    "vid[eéi]o|v[ií]deo|wideo|βίντεο|видео|відео|відэа|動画|视频|視頻|影片|동영상|فيديو|ویدیو|ویڈیو|וידאו|סרטון"
    "|वीडियो|व्हिडिओ|ভিডিও|வீடியோ|వీడియో|വീഡിയോ|ವೀಡಿಯೊ|વીડિયો|ਵੀਡੀਓ|วิดีโอ|ວິດີໂອ|វីដេអូ|ဗီဒီယို|ვიდეო|տեսանյութ"
)
_METADATA: Final = re.compile(
    "metadat|métadonnée|μεταδεδομέν|метадан|メタデータ|元数据|元資料|中繼資料|後設資料|메타데이터|وصفية|فراداده|מטא|मेटाडेटा|মেটাডেটা|ข้อมูลเมตา"
)
# The folders that an account's YouTube has, in some of its languages: one of them is anybody's, three aren't.
_OF_ACCOUNTS: Final = re.compile(
    "channels|comments|history|live[ -]chats|playlists|subscriptions|community posts"
    "|kanäle|kommentare|verlauf|abos|canales|comentarios|historial|suscripciones|listas de reproducción"
    "|canais|histórico|inscrições|chaînes|commentaires|historique|abonnements|canali|commenti|cronologia"
    "|iscrizioni|каналы|комментарии|история|подписки|плейлисты|チャンネル|コメント|履歴|登録チャンネル|再生リスト"
    "|频道|评论|历史记录|订阅内容|播放列表|頻道|留言|歷史記錄|訂閱內容|播放清單"
)
_TELLING_FOLDERS: Final = 3
_ROWS: Final = 500
# A page of an account's history, whatever its language: how Google lays it out.
_ACTIVITY: Final = re.compile(r"class=\"outer-cell mdl-cell\b")
# How Telegram names what has no name of its own, and the folders that nothing else calls so.
_NAMED: Final = re.compile(r"[a-z]+_\d+@\d\d-\d\d-\d{4}_\d\d-\d\d-\d\d\b", re.I)
_FOLDERS: Final = frozenset({"video_files", "voice_messages", "round_video_messages"})


def of_youtube(folder: str) -> bool:
    """Whether a folder's name is one that only YouTube's part of a Takeout has: "video metadata"."""
    name = folder.casefold()
    return bool(_METADATA.search(name) and _OF_VIDEOS.search(name))


def youtube_roots(names: Iterable[str]) -> set[PurePosixPath]:
    """The folders in which folders' names tell that YouTube's part of a Takeout lies there, if renamed."""
    within: dict[PurePosixPath, set[str]] = {}
    for name in names:
        for folder in PurePosixPath(name).parents:
            if folder.name:
                within.setdefault(folder.parent, set()).add(folder.name.casefold())
    return {
        root
        for root, folders in within.items()
        if any(map(of_youtube, folders))
        or sum(map(bool, map(_OF_ACCOUNTS.fullmatch, folders))) >= _TELLING_FOLDERS
    }


def of_takeout(table: str, *, whole: bool) -> bool:
    """Whether a text with commas is a table of a YouTube Takeout: its videos, channels, lists or comments.

    `whole`: its last row isn't cut off.
    """
    rows = list(_rows(table))
    heads, rows = rows[:1], rows[1:]
    if not whole and len(rows) > 1:
        rows.pop()
    if any(head.strip("\ufeff ").casefold() in _HEADS for row in heads for head in row):
        return True
    return any(_OTHERS.fullmatch(cell) for row in rows for cell in row) or any(
        _of_videos(head, [row[at] for row in rows if len(row) > at and row[at]], rows)
        for row in heads
        for at, head in enumerate(row)
    )


def _rows(table: str) -> Iterator[list[str]]:
    try:
        for row in islice(csv.reader(io.StringIO(table)), _ROWS):
            yield [cell.strip() for cell in row]
    except csv.Error:
        return  # what came before it counts


def _of_videos(head: str, cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds videos' numbers: its heading or the moments beside them say so, too."""
    if not cells or not all(map(_VIDEO.fullmatch, cells)):
        return False
    dated = any(_MOMENT.fullmatch(cell) for row in rows for cell in row)
    return bool(_OF_VIDEOS.search(head.casefold())) or (dated and any(map(_MIXED.fullmatch, cells)))


def of_history(page: str) -> bool:
    """Whether a web page is a history of an account: what was watched, searched for, or done elsewhere."""
    return bool(_ACTIVITY.search(page))


def of_telegram(name: str) -> bool:
    """Whether a file's name, with its folders, is one that only an export of Telegram's has."""
    path = PurePosixPath(name)
    return bool(_NAMED.match(path.name)) or not _FOLDERS.isdisjoint(path.parts[:-1])
