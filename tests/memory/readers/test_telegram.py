"""Telegram exports: the creator's own posts with their addresses, and nobody else's words or pictures."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.notes import counted
from memory.readers import ReadOptions, read
from memory.types import Block, Locator
from tests.factories import media
from tests.memory.readers.conftest import Reading, Refused


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
def test_a_groups_messages_are_never_learned_from(refused: Refused, kind: str) -> None:
    assert refused("result.json", media.telegram_json(type=kind)).code == "not_own_messages"


@pytest.mark.parametrize("author", ["Ember Wick", "ember wick", "user7", "7"])
def test_of_a_group_only_the_creators_own_messages_are_read(
    reading: Reading, refused: Refused, author: str
) -> None:
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
    assert refused("result.json", data, author="Nobody").code == "author_not_found"


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


def test_a_groups_html_export_is_refused(refused: Refused) -> None:
    group = HTML.replace('<div class="from_name">Candle Lab', '<div class="from_name">A fan')
    assert refused("messages.html", group).code == "not_own_messages"


def test_an_account_that_tells_of_its_owner_first_is_known(reading: Reading) -> None:
    people = {"list": [{"first_name": f"Friend {number}", "phone": "1"} for number in range(400)]}
    export = {"about": "", "personal_information": {"first_name": "Ember"}, "contacts": people}
    channel = json.loads(media.telegram_json())
    text = json.dumps(export | {"chats": {"about": "", "list": [channel]}})
    assert text.index('"chats"') > 16_384
    (document,) = reading("result.json", text).documents
    assert document.title == "Candle Lab"
