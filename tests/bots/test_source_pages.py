"""What an answer cites is shown in its place, inert, and to nobody who may not see it."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from app.container import Container
from kernel.db import Database
from memory.models import Chunk, Source
from tests.bots.conftest import MARKUP, Fan
from tests.factories.people import Home, make_home


async def passage(
    db: Database, home: Home, tier: str | None = None, *, ordinal: int = 1, **source_fields: Any
) -> int:
    async with db.uow(home.creator_id) as uow:
        source = Source(
            creator_id=home.creator_id, origin="upload", title=MARKUP, state="indexed",
            tier=tier, visibility="tier" if tier else "public", passages=ordinal + 2,
            **{"name": "a.txt", **source_fields},
        )  # fmt: skip
        uow.session.add(source)
        await uow.session.flush()
        rows = [
            Chunk(
                creator_id=home.creator_id,
                source_id=source.key,
                ordinal=n,
                text=f"passage {n} {MARKUP}",
                lang="en",
            )
            for n in range(ordinal + 2)
        ]
        uow.session.add_all(rows)
        await uow.session.flush()
    return rows[ordinal].key


async def kept(container: Container, home: Home, kind: str, body: bytes, **fields: Any) -> str:
    """The path of a passage of a stored file."""
    file = container.settings.data / "original"
    file.write_bytes(body)
    stored = container.files.save_path(home.creator_id, file)
    tier = fields.pop("tier", None)
    number = await passage(
        container.db, home, str(tier) if tier else None, kind=kind, sha256=stored.sha256, **fields
    )
    return f"/s/{home.avatar.slug}/{number}"


async def test_a_source_is_shown_in_its_place_and_inert(fan: Fan, container: Container) -> None:
    page = await fan.client.get(f"/s/{fan.home.avatar.slug}/{await passage(container.db, fan.home)}")
    assert [f"passage {n}" in page.text for n in range(3)] == [True] * 3
    assert "<img src=x" not in page.text


@pytest.mark.parametrize("ordinal", [49, 50])
async def test_a_passage_stands_between_its_neighbours_wherever_it_stands(
    fan: Fan, container: Container, ordinal: int
) -> None:
    number = await passage(container.db, fan.home, ordinal=ordinal)
    page = (await fan.client.get(f"/s/{fan.home.avatar.slug}/{number}")).text
    assert re.findall(r"passage (\d+) ", page) == [str(ordinal + step) for step in (-1, 0, 1)]


async def test_a_passage_tells_the_headings_that_it_stands_under(fan: Fan, container: Container) -> None:
    number = await passage(container.db, fan.home)
    async with container.db.uow(fan.home.creator_id) as uow:
        query = "UPDATE chunk SET heading = 'Shipping <b> › Returns' WHERE id = :id"
        await uow.session.execute(text(query), {"id": number})
    page = (await fan.client.get(f"/s/{fan.home.avatar.slug}/{number}")).text
    assert "Shipping &lt;b&gt; › Returns" in page


async def test_a_passage_that_a_machine_read_or_heard_says_so(fan: Fan, container: Container) -> None:
    number = await passage(container.db, fan.home)
    for read_from, said in (("picture", "read from a picture"), ("speech", "written down automatically")):
        async with container.db.uow(fan.home.creator_id) as uow:
            query = "UPDATE chunk SET read_from = :read_from, sure = 0.6 WHERE id = :id"
            await uow.session.execute(text(query), {"id": number, "read_from": read_from})
        page = (await fan.client.get(f"/s/{fan.home.avatar.slug}/{number}?lang=en")).text
        assert said in page


async def test_a_passage_bears_its_own_date(fan: Fan, container: Container) -> None:
    number = await passage(container.db, fan.home)
    async with container.db.uow(fan.home.creator_id) as uow:
        await uow.session.execute(
            text("UPDATE chunk SET published_at = '2024-05-01 10:00+00' WHERE id = :id"), {"id": number}
        )
    page = (await fan.client.get(f"/s/{fan.home.avatar.slug}/{number}?lang=en")).text
    assert "May 1, 2024" in page


async def test_the_quoted_sentence_is_marked_where_the_link_says(fan: Fan, container: Container) -> None:
    path = f"/s/{fan.home.avatar.slug}/{await passage(container.db, fan.home)}"
    assert "<mark>passage</mark> 1" in (await fan.client.get(f"{path}?q=0-7")).text
    for wrong in ("7-0", "0-70000", "x", "0-", "-1-3", ""):
        answer = await fan.client.get(f"{path}?q={wrong}")
        assert (answer.status_code, "<mark>" in answer.text) == (200, False), wrong


async def test_a_source_of_a_tier_or_of_another_creator_isnt_there(fan: Fan, container: Container) -> None:
    gated = await passage(container.db, fan.home, tier="Lamplighters")
    assert (await fan.client.get(f"/s/{fan.home.avatar.slug}/{gated}")).status_code == 404
    other = await make_home(container.db)
    theirs = await passage(container.db, other)
    assert (await fan.client.get(f"/s/{fan.home.avatar.slug}/{theirs}")).status_code == 404
    assert (await fan.client.get(f"/s/{other.avatar.slug}/{theirs}")).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "media", "shown"),
    [
        ("audio", b"ID3" + b"x" * 500, "audio/mpeg", "#t=0"),
        ("video", b"\0\0\0\x18ftypmp42" + b"x" * 500, "video/mp4", "#t=0"),
        ("pdf", b"%PDF-1.7" + b"x" * 500, "application/pdf", "#page=1"),
    ],
)
async def test_a_recording_or_a_pdf_is_sent_in_parts_and_runs_nothing(
    fan: Fan, container: Container, kind: str, body: bytes, media: str, shown: str
) -> None:
    path = await kept(container, fan.home, kind, body)
    assert f"{path}/file{shown}" in (await fan.client.get(path)).text
    part = await fan.client.get(f"{path}/file", headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, body[2:6])
    assert part.headers["content-type"] == media
    assert part.headers["x-content-type-options"] == "nosniff"
    assert part.headers["content-disposition"].startswith("inline")
    policy = part.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert ("sandbox" in policy) == (kind != "pdf")


async def test_a_picture_is_drawn_anew(fan: Fan, container: Container) -> None:
    original = BytesIO()
    Image.new("RGB", (20, 10)).save(original, "PNG")
    path = await kept(container, fan.home, "image", original.getvalue() + b"<script>")
    answer = await fan.client.get(f"{path}/file")
    assert answer.headers["content-type"] == "image/jpeg"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert b"<script>" not in answer.content


async def test_what_is_cited_of_captions_opens_the_recording_beside_them_at_the_second(
    fan: Fan, container: Container
) -> None:
    film = b"\0\0\0\x18ftypmp42" + b"x" * 500
    path = await kept(
        container, fan.home, "subtitles", b"1\n00:00:07,000 --> 00:00:09,000\nSoot", name="a.srt"
    )
    async with container.db.uow(fan.home.creator_id) as uow:
        await uow.session.execute(text("UPDATE chunk SET start_s = 7, end_s = 9"))
    assert "<video" not in (await fan.client.get(path)).text
    await kept(container, fan.home, "video", film, name="a.mp4")
    assert (
        f'<video class="reading-media" controls preload="metadata" src="{path}/file#t=7"'
        in (await fan.client.get(path)).text
    )
    assert (await fan.client.get(f"{path}/file")).content == film


@pytest.mark.parametrize(
    ("kind", "body"), [("video", b"\0\0\0\x18ftypmp42"), ("audio", b"ID3"), ("subtitles", b"1")]
)
async def test_a_recording_opens_at_the_caption_that_is_quoted_and_not_where_its_passage_begins(
    fan: Fan, container: Container, kind: str, body: bytes
) -> None:
    """Twelve captions in one passage, one every seven seconds from the third on."""
    path = await kept(container, fan.home, kind, body + b"x" * 500)
    lines = [f"This is sentence number {number} of the talk." for number in range(12)]
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(12)]
    cues = [(start, 3.0 + 7 * number, 9.0 + 7 * number) for number, start in enumerate(starts)]
    async with container.db.uow(fan.home.creator_id) as uow:
        query = "UPDATE chunk SET text = :text, start_s = 3, end_s = 86, cues = CAST(:cues AS jsonb)"
        await uow.session.execute(text(query), {"text": " ".join(lines), "cues": json.dumps(cues)})
    for number, said in ((0, "0:03"), (5, "0:38"), (11, "1:20")):
        span = f"{starts[number]}-{starts[number] + len(lines[number])}"
        page = (await fan.client.get(f"{path}?q={span}&lang=en")).text
        assert f"<mark>{lines[number]}</mark>" in page
        assert f'<bdi class="numeric">{said}</bdi>' in page
        assert (f'/file#t={3 + 7 * number}"' in page) == (kind != "subtitles")
    assert '<bdi class="numeric">0:03</bdi>' in (await fan.client.get(path)).text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("html", b"<script>alert(1)</script>"),
        ("text", b"<svg onload=alert(1)>"),
        ("pdf", b"<html>%PDF-1.7"),
        ("audio", b"<html>ID3"),
        ("image", b"<svg onload=alert(1)>"),
    ],
)
async def test_what_a_browser_might_run_stays_text(
    fan: Fan, container: Container, kind: str, body: bytes
) -> None:
    path = await kept(container, fan.home, kind, body)
    assert kind == "image" or "/file" not in (await fan.client.get(path)).text
    assert (await fan.client.get(f"{path}/file")).status_code == 404


async def test_a_file_of_a_tier_of_another_creator_or_deleted_isnt_sent(
    fan: Fan, container: Container
) -> None:
    sound = b"ID3" + b"x" * 50
    gated = await kept(container, fan.home, "audio", sound, tier="Lamplighters")
    assert (await fan.client.get(f"{gated}/file")).status_code == 404
    other = await make_home(container.db)
    theirs = (await kept(container, other, "audio", sound)).rpartition("/")[2]
    assert (await fan.client.get(f"/s/{fan.home.avatar.slug}/{theirs}/file")).status_code == 404
    assert (await fan.client.get(f"/s/{other.avatar.slug}/{theirs}/file")).status_code == 200
    gone = await kept(container, fan.home, "audio", sound + b"y")
    assert (await fan.client.get(f"{gone}/file")).status_code == 200
    async with container.db.uow(fan.home.creator_id) as uow:
        await uow.session.execute(text("UPDATE source SET state = 'deleting'"))
    assert (await fan.client.get(f"{gone}/file")).status_code == 404
