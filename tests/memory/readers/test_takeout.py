"""YouTube Takeouts: the public videos with their titles and addresses, and nothing else of the account."""

import json
from datetime import UTC, datetime

import pytest

from memory.readers import ReadResult
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading


@pytest.fixture
def youtube(reading: Reading) -> ReadResult:
    return reading("takeout.zip", media.zipped(media.takeout()))


def test_a_takeouts_videos_have_titles_and_addresses(youtube: ReadResult) -> None:
    assert {(member.title, member.url) for member in youtube.members} == {
        (
            "Why is the flame yellow? A title that goes on and on and on",
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
        ),
        ("Wax", "https://www.youtube.com/watch?v=ccccccccccc"),
    }


def test_a_takeouts_captions_are_read_in_place_of_the_video(youtube: ReadResult) -> None:
    assert [member.name.rsplit("/")[-1] for member in youtube.members if member.title == "Wax"] == [
        "Wax.es.srt"
    ]


def test_a_takeouts_private_videos_fail_with_their_reason(youtube: ReadResult) -> None:
    (refused,) = youtube.refused
    assert refused.name.endswith("Secret.mp4")
    assert refused.problem.code == "not_public_video"
    assert "nobody else shall" not in str(youtube.documents)


def test_what_else_an_account_holds_is_left_out(youtube: ReadResult) -> None:
    assert not [member for member in youtube.members if "mbox" in member.name or "history" in member.name]


def test_a_takeouts_descriptions_are_read(youtube: ReadResult) -> None:
    (document,) = youtube.documents
    (block,) = document.blocks
    assert block.text == "Soot makes the light of a candle, says this long description."
    assert block.locator == Locator(
        url="https://www.youtube.com/watch?v=aaaaaaaaaaa",
        heading="Why is the flame yellow? A title that goes on and on and on",
        published_at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def test_a_takeout_in_another_language(reading: Reading) -> None:
    files = media.takeout()
    table = "Takeout/YouTube and YouTube Music/video metadata/videos.csv"
    german = (
        files[table]
        .decode()
        .replace("Video ID", "Video-ID")
        .replace("Video Title (Original)", "Videotitel (Original)")
    )
    files[table] = german.replace("Private,", "Privat,").replace("Public", "Öffentlich").encode()
    result = reading("takeout.zip", media.zipped(files))
    assert {member.title for member in result.members} > {"Wax"}
    assert [refused.problem.code for refused in result.refused] == ["not_public_video"]


def test_older_takeouts_state_videos_in_json(reading: Reading) -> None:
    snippet = {"title": "Wax", "description": "Wax burns as a gas.", "publishedAt": "2020-01-02T03:04:05Z"}
    secret = {
        "id": "bbbbbbbbbbb",
        "snippet": {**snippet, "title": "Secret"},
        "status": {"privacyStatus": "private"},
    }
    unstated = {"id": "ccccccccccc", "snippet": {**snippet, "title": "Unstated"}}
    public = {"id": "aaaaaaaaaaa", "snippet": snippet, "status": {"privacyStatus": "public"}}
    videos = [public, secret, unstated]
    (document,) = reading("Wax.json", json.dumps(videos)).documents
    assert document.blocks == (
        Block(
            "Wax burns as a gas.",
            Locator(
                url="https://www.youtube.com/watch?v=aaaaaaaaaaa",
                heading="Wax",
                published_at=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
            ),
        ),
    )


SRT = b"1\n00:00:01,000 --> 00:00:02,000\nWords of a film\n"
ROOT = "Takeout/YouTube and YouTube Music"


def listed(*videos: tuple[str, str], heads: str = "Video ID,Duration,Category,Tags,Title,Seen by") -> bytes:
    """A table of videos, each a title and its privacy, in an account of any language."""
    rows = [f"{'abcdefgh'[at] * 11},6,Film,,{title},{privacy}" for at, (title, privacy) in enumerate(videos)]
    return "\n".join([heads, *rows]).encode()


def problems(result: ReadResult) -> dict[str, str]:
    return {refused.name.rsplit("/")[-1]: refused.problem.code for refused in result.refused}


def names(result: ReadResult) -> set[str]:
    return {member.name.rsplit("/")[-1] for member in result.members}


@pytest.mark.parametrize("order", [("Public", "Private"), ("Private", "Public")])
def test_captions_that_may_be_a_hidden_videos_are_left_out(reading: Reading, order: tuple[str, str]) -> None:
    files = {
        f"{ROOT}/video metadata/videos.csv": listed(
            ("Live stream", order[0]), ("Live stream", order[1]), ("Wax", "Public"), ("Wax(1)", "Private")
        ),
        f"{ROOT}/captions/Live stream.srt": SRT,
        f"{ROOT}/captions/Live stream(1).srt": SRT,
        f"{ROOT}/captions/Wax(1).srt": SRT,
        f"{ROOT}/captions/Nowhere in the list.srt": SRT,
        f"{ROOT}/captions/Wax.srt": SRT,
    }
    result = reading("a.zip", media.zipped(files))
    assert names(result) == {"Wax.srt"}
    assert problems(result) == {
        "Live stream.srt": "not_public_video",
        "Live stream(1).srt": "not_public_video",
        "Wax(1).srt": "not_public_video",
        "Nowhere in the list.srt": "unknown_video",
    }


@pytest.mark.parametrize(
    ("public", "other"),
    [
        ("Public", "Unlisted"),
        ("Publiczny", "Prywatny"),
        ("Öffentlich", "Nicht gelistet"),
        ("Público", "Oculto"),
        ("公开", "私享"),
        ("公開", "限定公開"),
        ("공개", "비공개"),
        ("عام", "خاص"),
        ("Herkese açık", "Liste dışı"),
        ("Công khai", ""),
        ("Pública", "Oculta"),
        ("Общодостъпно", "Частно"),
        ("גלוי לכולם", "לא רשום"),
        ("ਜਨਤਕ", "ਨਿੱਜੀ"),
        ("ສາທາລະນະ", "ສ່ວນຕົວ"),
        ("សាធារណៈ", "ឯកជន"),
        ("Public", "A word of no language"),
    ],
)
def test_only_what_is_surely_public_is_read(reading: Reading, public: str, other: str) -> None:
    files = {
        f"{ROOT}/metadata/videos.csv": listed(("Wax", public), ("Secret", other), ("Public", other)),
        f"{ROOT}/captions/Wax.srt": SRT,
        f"{ROOT}/captions/Secret.srt": SRT,
        f"{ROOT}/captions/Public.srt": SRT,
    }
    result = reading("a.zip", media.zipped(files))
    assert names(result) == {"Wax.srt"}
    assert set(problems(result).values()) == {"not_public_video"}


def test_a_list_that_doesn_t_say_who_may_watch_makes_nothing_public(reading: Reading) -> None:
    table = listed(("Wax", ""), heads="Video ID,Duration,Category,Tags,Title,Language")
    files = {f"{ROOT}/metadata/videos.csv": table, f"{ROOT}/captions/Wax.srt": SRT}
    assert problems(reading("a.zip", media.zipped(files))) == {"Wax.srt": "not_public_video"}


@pytest.mark.parametrize("root", ["Takeout/YouTube und YouTube Music", "deep/down/YouTube e YouTube Music"])
def test_a_part_without_the_list_of_videos_gives_nothing_away(reading: Reading, root: str) -> None:
    files = {
        f"{root}/Untertitel/Wax.srt": SRT,
        f"{root}/Videos/Wax.mp4": b"\0\0\0\x18ftypmp42",
        f"{root}/Verlauf/Suchverlauf.html": b"<p>Searched for something private</p>",
        f"{root}/Verlauf/Wiedergabeverlauf.json": b'[{"title": "Watched something private"}]',
        f"{root}/Kommentare/Kommentare.csv": b"a,b\n1,2",
        "beside/notes.txt": b"Soot glows.",
    }
    result = reading("a.zip", media.zipped(files))
    assert names(result) == {"notes.txt"}
    assert problems(result) == {"Wax.srt": "no_video_list", "Wax.mp4": "no_video_list"}


def test_the_parts_of_a_split_takeout_know_each_others_list(reading: Reading) -> None:
    files = {
        f"part-2/{ROOT}/captions/Wax.srt": SRT,
        f"part-2/{ROOT}/captions/Secret.srt": SRT,
        f"part-2/{ROOT}/history/watch-history.json": b"[]",
        f"part-1/{ROOT}/metadata/videos.csv": listed(("Wax", "Public"), ("Secret", "Private")),
    }
    result = reading("parts.zip", media.zipped(files))
    assert names(result) == {"Wax.srt"}
    assert problems(result) == {"Secret.srt": "not_public_video"}


def test_an_export_without_its_folders_is_known_by_its_archives_name(reading: Reading) -> None:
    files = {"captions/Wax.srt": SRT, "history/watch-history.json": b"[]"}
    result = reading("YouTube and YouTube Music.zip", media.zipped(files))
    assert (names(result), problems(result)) == (set(), {"Wax.srt": "no_video_list"})


VIDEO = b"\0\0\0\x18ftypmp42"


@pytest.mark.parametrize(
    "folders",
    [
        ("video metadata",),
        ("Videometadaten",),
        ("métadonnées des vidéos",),
        ("metadatos de los vídeos",),
        ("動画のメタデータ",),
        ("视频元数据",),
        ("影片中繼資料",),
        ("동영상 메타데이터",),
        ("метаданные видео",),
        ("comments", "subscriptions", "history"),
        ("Kommentare", "Abos", "Verlauf"),
    ],
)
def test_a_renamed_export_is_known_by_the_folders_in_it(reading: Reading, folders: tuple[str, ...]) -> None:
    files = {"my channel/videos/Wax.mp4": VIDEO, "my channel/videos/Wax.srt": SRT, "notes.md": b"Soot glows."}
    files |= {f"my channel/{folder}/{folder}.csv": b"a,b\n1,2" for folder in folders}
    result = reading("a.zip", media.zipped(files))
    assert names(result) == {"notes.md"}
    assert problems(result) == {"Wax.mp4": "no_video_list", "Wax.srt": "no_video_list"}


def test_a_folder_of_ones_own_is_no_export(reading: Reading) -> None:
    files = {
        "videos/my-wax_talk.srt": SRT,
        "history/of wax.md": b"Wax is old.",
        "metadata/a.txt": b"Soot glows.",
    }
    result = reading("a.zip", media.zipped(files))
    assert len(result.members) == 3
    assert result.refused == ()
