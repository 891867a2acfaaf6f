"""Exports of other platforms: the creator's own words with their addresses, and nobody else's."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.notes import counted
from memory.readers import ReadError, ReadOptions, ReadResult, read
from memory.readers.links import at_page, at_second
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading


def test_a_channels_posts_have_addresses_and_dates(reading: Reading) -> None:
    (document,) = reading("result.json", media.telegram_json(), channel="@candlelab").documents
    assert (document.kind, document.title, document.url) == (
        "telegram",
        "Candle Lab",
        "https://t.me/candlelab",
    )
    first = "Why is the flame yellow? Read (https://candle.example/1)"
    assert document.blocks == (
        Block(
            first, Locator(url="https://t.me/candlelab/2", published_at=datetime(2024, 5, 1, 10, tzinfo=UTC))
        ),
        Block(
            "Because soot glows.",
            Locator(
                url="https://t.me/candlelab/4",
                heading=first,  # what it replies to
                published_at=datetime(2024, 5, 1, 10, 3, 20, tzinfo=UTC),
            ),
        ),
        Block(
            "Best wax?\n- Bees\n- Soy",
            Locator(url="https://t.me/candlelab/5", published_at=datetime(2024, 5, 1, 10, 5, tzinfo=UTC)),
        ),
    )


def test_a_channel_whose_username_is_unknown_has_no_addresses(reading: Reading) -> None:
    (document,) = reading("result.json", media.telegram_json()).documents
    assert {block.locator.url for block in document.blocks} == {None}


def test_forwarded_posts_are_left_out(reading: Reading) -> None:
    result = reading("result.json", media.telegram_json())
    assert "Somebody else" not in str(result.documents)
    assert result.notes == counted("forwarded_posts", 1)


@pytest.mark.parametrize(
    "kind", ["private_supergroup", "public_supergroup", "private_group", "personal_chat", "bot_chat", ""]
)
def test_a_groups_messages_are_never_learned_from(reading: Reading, kind: str) -> None:
    with pytest.raises(ReadError) as caught:
        reading("result.json", media.telegram_json(type=kind))
    assert caught.value.code == "not_own_messages"


@pytest.mark.parametrize("author", ["Ember Wick", "ember wick", "user7", "7"])
def test_of_a_group_only_the_creators_own_messages_are_read(reading: Reading, author: str) -> None:
    messages = [
        {"id": 1, "type": "message", "from": "A fan", "from_id": "user9", "text": "My address is 1 Wax Lane"},
        {
            "id": 2,
            "type": "message",
            "from": "Ember Wick",
            "from_id": "user7",
            "text": "Soot glows.",
            "reply_to_message_id": 1,
        },
    ]
    data = media.telegram_json(type="private_supergroup", messages=messages)
    (document,) = reading("result.json", data, author=author).documents
    assert [block.text for block in document.blocks] == ["Soot glows."]
    assert "Wax Lane" not in str(document)
    with pytest.raises(ReadError) as caught:
        reading("result.json", data, author="Nobody")
    assert caught.value.code == "author_not_found"


def test_of_an_account_only_channels_are_read(reading: Reading) -> None:
    chats = [media.channel_export(), media.channel_export(type="personal_chat", name="A fan")]
    result = reading("result.json", json.dumps({"chats": {"about": "", "list": chats}}))
    assert [document.title for document in result.documents] == ["Candle Lab"]
    assert counted("others_chats", 1)[0] in result.notes


def test_an_export_folder_keeps_the_pictures_of_own_posts_only(tmp_path: Path) -> None:
    for name, content in (
        ("result.json", media.telegram_json()),
        ("photos/photo_1.jpg", b"own"),
        ("photos/photo_1.jpg_thumb.jpg", b"own, small"),
        ("photos/photo_2.jpg", b"forwarded"),
        ("messages.html", b"<html></html>"),
    ):
        path = tmp_path / "ChatExport" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    result = read(tmp_path, "folder", ReadOptions(channel="candlelab"), lambda share: None)
    assert {member.name: member.url for member in result.members} == {
        "ChatExport/result.json": None,
        "ChatExport/photos/photo_1.jpg": "https://t.me/candlelab/2",
    }


def test_what_else_lies_beside_an_export_is_kept(tmp_path: Path) -> None:
    for name in ("result.json", "notes.md", "recipes/soap.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(media.telegram_json() if name == "result.json" else b"Of my own.")
    result = read(tmp_path, "folder", ReadOptions(), lambda share: None)
    assert {member.name for member in result.members} == {"result.json", "notes.md", "recipes/soap.txt"}


def test_a_message_whose_text_is_no_text_says_nothing(reading: Reading) -> None:
    export = media.channel_export()
    export["messages"] = [
        {"id": number, "type": "message", "date_unixtime": "1714557900", "from": export["name"], "text": text}
        for number, text in enumerate([None, 5, [None, "Soot glows."], [{"type": "bold", "text": None}]], 1)
    ]
    (document,) = reading("result.json", json.dumps(export)).documents
    assert [block.text for block in document.blocks] == ["Soot glows."]


def test_a_group_exports_pictures_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/photo_1.jpg").write_bytes(b"somebody")
    (tmp_path / "result.json").write_bytes(media.telegram_json(type="private_supergroup"))
    result = read(tmp_path, "folder", ReadOptions(), lambda share: None)
    assert [member.name for member in result.members] == ["result.json"]


HTML = """<!DOCTYPE html><html><body><div class="page_wrap">
<div class="page_header"><div class="content"><div class="text bold">Candle Lab</div></div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">1 May 2024</div></div>
<div class="message default clearfix" id="message2"><div class="body">
<div class="pull_right date details" title="01.05.2024 12:00:00 UTC+02:00">12:00</div>
<div class="from_name">Candle Lab</div><div class="text">Why <strong>yellow</strong>?<br>Soot.</div></div>
</div>
<div class="message default clearfix joined" id="message3"><div class="body">
<div class="forwarded body"><div class="from_name">Rival</div><div class="text">Not mine</div></div></div>
</div>
<div class="message default clearfix joined" id="message4"><div class="body">
<div class="text">A second post.</div></div></div>
</div></div></div></body></html>"""


def test_an_html_export_is_read_alike(reading: Reading) -> None:
    (document,) = reading("messages.html", HTML, channel="candlelab").documents
    at = datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert document.blocks == (
        Block("Why yellow?\nSoot.", Locator(url="https://t.me/candlelab/2", published_at=at)),
        Block("A second post.", Locator(url="https://t.me/candlelab/4")),
    )


def test_an_html_exports_pictures_are_left_out_since_they_may_be_anybodys(reading: Reading) -> None:
    files = {
        "Chat/messages.html": HTML.encode(),
        "Chat/messages2.html": HTML.encode(),
        "Chat/photos/photo_1.jpg": b"somebody's",
        "other/photos/photo_1.jpg": b"own",
    }
    result = reading("export.zip", media.zipped(files))
    assert {member.name for member in result.members} == {
        "Chat/messages.html", "Chat/messages2.html", "other/photos/photo_1.jpg",
    }  # fmt: skip


def test_a_groups_html_export_is_refused(reading: Reading) -> None:
    group = HTML.replace('<div class="from_name">Candle Lab', '<div class="from_name">A fan')
    with pytest.raises(ReadError) as caught:
        reading("messages.html", group)
    assert caught.value.code == "not_own_messages"


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


@pytest.mark.parametrize(
    ("url", "second", "expected"),
    [
        (
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            83.6,
            "https://www.youtube.com/watch?v=aaaaaaaaaaa&t=83s",
        ),
        ("https://youtu.be/aaaaaaaaaaa?t=4", 83, "https://youtu.be/aaaaaaaaaaa?t=83s"),
        ("https://candle.example/talk.mp4", 5, "https://candle.example/talk.mp4#t=5"),
    ],
)
def test_an_address_opens_at_its_second(url: str, second: float, expected: str) -> None:
    assert at_second(url, second) == expected


def test_an_address_opens_at_its_page() -> None:
    assert at_page("https://candle.example/book.pdf", 3) == "https://candle.example/book.pdf#page=3"


WHOLE = media.telegram_json().decode()


@pytest.mark.parametrize("kept", [1, 15, 40, 120, len(WHOLE) // 2, len(WHOLE) - 1])
@pytest.mark.parametrize("name", ["result.json", "chat.json"])
def test_an_export_that_breaks_off_says_so(reading: Reading, name: str, kept: int) -> None:
    with pytest.raises(ReadError) as caught:
        reading(name, WHOLE[:kept])
    assert caught.value.code == "cut_off"
    assert "Export it again" in caught.value.advice


@pytest.mark.parametrize("end", ["tru", "-", '"wax', '"wax\\', '"wax\\u00', "12", "[1, 2", "{"])
def test_wherever_it_breaks_off(reading: Reading, end: str) -> None:
    with pytest.raises(ReadError, match="breaks off"):
        reading("result.json", f'{{"name": "Lab", "id": {end}')


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"name": "Lab",}', 1, 15),
        ("{'name': 'Lab'}", 1, 2),
        ('{"name": "Lab"}}', 1, 16),
        ('{"name": "Lab"\n "type": "public_channel", "messages": []}', 2, 2),
        ("The wax melts at sixty degrees.", 1, 1),
    ],
)
def test_json_with_a_mistake_in_it_fails_with_its_place(
    reading: Reading, text: str, line: int, column: int
) -> None:
    with pytest.raises(ReadError) as caught:
        reading("result.json", text)
    assert (caught.value.code, caught.value.params["line"]) == ("not_json", line)
    assert abs(int(caught.value.params["column"]) - column) <= 1  # of a comma too many, or what follows it


def test_braces_in_a_text_of_ones_own_are_text(reading: Reading) -> None:
    (document,) = reading("song.txt", "[Chorus]\nBurn low, little flame, burn low.").documents
    assert document.kind == "text"


def test_an_account_that_tells_of_its_owner_first_is_known(reading: Reading) -> None:
    people = {"list": [{"first_name": f"Friend {number}", "phone": "1"} for number in range(400)]}
    export = {"about": "", "personal_information": {"first_name": "Ember"}, "contacts": people}
    channel = json.loads(media.telegram_json())
    text = json.dumps(export | {"chats": {"about": "", "list": [channel]}})
    assert text.index('"chats"') > 16_384
    (document,) = reading("result.json", text).documents
    assert document.title == "Candle Lab"
