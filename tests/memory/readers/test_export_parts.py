"""A part of an export without the rest of it is refused: what of it is private, or another's, isn't known."""

import json

import pytest

from memory.readers import ReadError, ReadResult
from memory.readers.parts import of_telegram
from tests.factories import media
from tests.memory.readers.conftest import Reading

VIDEO, CHANNEL, MOMENT = "dQw4w9WgXcQ", "UC" + "aB3-_x" * 3 + "aB3-", "2024-01-02T03:04:05+00:00"
TABLES = {
    "videos.csv": f"Video ID,Title,Description,Privacy\n{VIDEO},Wax,What nobody else shall read,Private",
    "Videos.csv": f"Video-ID,Videotitel,Datenschutz\n{'a' * 11},Wachs,Privat\n{'b' * 11},Docht,Öffentlich",
    "動画.csv": f"動画 ID,タイトル,公開設定\n{VIDEO},蝋,非公開",
    "Watch later-videos.csv": f"Identyfikator,Dodano\n{VIDEO},{MOMENT}\nxvFZjo5PgG0,{MOMENT}",
    "channel.csv": f"Kennung,Land,Titel\n{CHANNEL},DE,Kerzen",
    "comments.csv": f"Comment ID,Text\nUgxKREWxIgDrw8w2e_Z4AaABAg,A stranger's words\n,{MOMENT}",
    "subscriptions.csv": "Channel ID,Channel URL,Channel title\n",
}
HISTORY = (
    '<html><head><title>My Activity History</title></head><body><div class="mdl-grid">'
    '<div class="outer-cell mdl-cell mdl-cell--12-col"><p>Searched for a doctor</p></div></div></body></html>'
)
OTHERS = "photos/photo_12@13-04-2023_15-20-30.jpg"


def code(reading: Reading, name: str, content: str) -> str:
    with pytest.raises(ReadError) as problem:
        reading(name, content)
    return problem.value.code


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_takeout(reading: Reading, name: str) -> None:
    assert code(reading, name, TABLES[name]) == "takeout_part"


def test_a_long_table(reading: Reading) -> None:
    rows = [f'{VIDEO},"Line, one\nand two, {"wax " * 200}",{MOMENT}' for _ in range(300)]
    assert code(reading, "x.csv", "\n".join(["Numer,Opis,Kiedy", *rows])) == "takeout_part"


def test_a_history(reading: Reading) -> None:
    style = "<style>.mdl-cell{}" + " " * 100_000 + "</style></head>"
    assert code(reading, "watch-history.html", HISTORY) == "takeout_part"
    assert code(reading, "MyActivity.html", HISTORY.replace("</head>", style)) == "takeout_part"


def test_in_an_archive_without_the_lists(reading: Reading) -> None:
    files = {"channel.csv": TABLES["channel.csv"].encode(), "notes.md": b"Wax burns as a gas."}
    members = reading("channels.zip", media.zipped(files)).members
    assert code(reading, "channel.csv", members[0].path.read_text()) == "takeout_part"


@pytest.mark.parametrize(
    "table",
    [
        "Name,Price\nBeeswax,12\nParaffin wax,4",
        "Code,Weight,Date\nABC-1234567,12,2024-01-02\nABC-7654321,4,2024-01-02",
        "Information,Phone\nInformation,15551234567",
        "When,What\n01-Jan-2024,Poured the wax\n02-Jan-2024,Cut the wick",
        "Video,Minutes\nWhy the flame is yellow,12",
    ],
)
def test_a_table_of_ones_own_is_read(reading: Reading, table: str) -> None:
    (document,) = reading("mine.csv", table).documents
    assert document.kind == "text"


@pytest.mark.parametrize(
    "name",
    [
        "photo_12@13-04-2023_15-20-30.jpg",
        OTHERS,
        "voice_messages/audio_3@01-01-2024_10-00-00.ogg",
        "chat/video_files/talk.mp4",
        "files/file_45@01-01-2024_10-00-00.pdf_thumb.jpg",
    ],
)
def test_names_that_only_telegram_gives(name: str) -> None:
    assert of_telegram(name)


@pytest.mark.parametrize(
    "name", ["photo_12.jpg", "photos/me@home.jpg", "files/plan.pdf", "voice messages.md"]
)
def test_names_that_anybody_gives(name: str) -> None:
    assert not of_telegram(name)


def refused(result: ReadResult) -> dict[str, str]:
    return {each.name: each.problem.code for each in result.refused}


def test_files_of_a_chat_in_an_archive_without_its_messages(reading: Reading) -> None:
    files = {OTHERS: media.png("Another's"), "voice_messages/a.ogg": b"x", "notes.md": b"Wax burns."}
    result = reading("chat.zip", media.zipped(files))
    assert [member.name for member in result.members] == ["notes.md"]
    assert refused(result) == {OTHERS: "telegram_part", "voice_messages/a.ogg": "telegram_part"}


def test_files_of_a_chat_beside_another_chats_messages(reading: Reading) -> None:
    export = media.channel_export()
    own = "photos/photo_1@01-05-2024_10-00-00.jpg"
    export["messages"].append({**export["messages"][-1], "id": 9, "text": "Soot", "photo": own})
    files = {"one/result.json": json.dumps(export).encode(), f"one/{own}": media.png("Mine")}
    result = reading("all.zip", media.zipped({**files, f"two/{OTHERS}": media.png("Another's")}))
    assert {member.name for member in result.members} == {"one/result.json", f"one/{own}"}
    assert refused(result) == {f"two/{OTHERS}": "telegram_part"}


def noted(reading: Reading, *names: str) -> list[str]:
    files = {name: name.encode() for name in names}
    return [note.code for note in reading("videos.zip", media.zipped(files)).notes]


@pytest.mark.parametrize("folder", ["", "videos/", "Meine Filme/2024/"])
def test_videos_alone_may_be_a_takeouts(reading: Reading, folder: str) -> None:
    names = [f"{folder}{name}" for name in ("Wax.mp4", "The wick.MOV", "Wax.srt")]
    assert noted(reading, *names) == ["films_alone"]
    assert noted(reading, *names, "about.md") == noted(reading, names[0]) == []


def test_videos_of_a_takeout_with_its_list_are_not_alone(reading: Reading) -> None:
    table = f"Video ID,A,B,C,Title,Privacy\n{VIDEO},1,2,3,Wax,Public\n{'b' * 11},1,2,3,Wick,Public"
    files = {"videos/Wax.mp4": b"1", "videos/Wick.mp4": b"2", "video metadata/videos.csv": table.encode()}
    result = reading("part.zip", media.zipped(files))
    assert {member.title for member in result.members} == {"Wax", "Wick"}
    assert "films_alone" not in {note.code for note in result.notes}
