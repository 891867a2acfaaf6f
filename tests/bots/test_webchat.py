"""The fans' pages: a message goes in once, answers come back inert, nobody reads another's conversation."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from PIL import Image
from sqlalchemy import text
from starlette.requests import Request

from app.container import Container, Roles
from app.services import Dsn
from app.sites import public_site
from bots.webchat import routes
from community import service as community
from conversation import service as conversation
from kernel.chat import Citation, Outbound
from kernel.db import Database, UnitOfWork
from kernel.errors import TooMany
from kernel.settings import Settings
from kernel.web import Places, Streams
from memory.models import Chunk, Source
from persona_engine.service import Asked, PersonaContext, Reply
from tests.conversation.stand_ins import StandIn
from tests.factories.people import Home, make_home

ADDRESS = "http://127.0.0.1:8001"
MARKUP = "<img src=x onerror=alert(1)>"


class Parrot(StandIn):
    """Answers with the question, and a source whose name is markup."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        source = Citation(MARKUP, "/s/x/1", 1)
        return Reply((Outbound(asked.text, "en", citations=(source,)),), "en", "quoted", None)


@pytest.fixture
async def container(dsn: Dsn, tmp_path: Path) -> AsyncIterator[Container]:
    """A house without workers: a test answers by itself."""
    made = Container(
        Settings(_env_file=None, data_dir=tmp_path), dsn.app, roles=Roles(bots=False, worker=False)
    )
    made.responder = Parrot()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def home(container: Container) -> Home:
    """An avatar."""
    return await make_home(container.db)


class Fan:
    """A browser without scripts on the fans' site."""

    def __init__(self, container: Container, home: Home) -> None:
        self.site = public_site(container, ADDRESS)
        self.client = AsyncClient(transport=ASGITransport(self.site), base_url=ADDRESS)
        self.container = container
        self.home = home
        self.path = f"/c/{home.avatar.slug}"

    async def page(self, **headers: str) -> str:
        """The chat's page."""
        answer = await self.client.get(self.path, headers=headers)
        assert answer.status_code == 200
        return answer.text

    async def say(self, text: str, client_id: str = "one", **headers: str):  # type: ignore[no-untyped-def]
        """Send a message as the page's script does."""
        token = (await self.page()).partition('name="csrf-token" content="')[2].partition('"')[0]
        return await self.client.post(
            f"{self.path}/messages",
            data={"text": text, "client_id": client_id},
            headers={"accept": "application/json", "x-csrf-token": token, **headers},
        )

    async def answer(self) -> None:
        """Have what waits answered and sent, as worker and pump do."""
        async with self.container.db.system_uow() as uow:
            threads = await uow.fetch(
                "SELECT DISTINCT creator_id, thread_id FROM message WHERE state = 'new'"
            )
        for row in threads:
            await self.container.turns.run(row.creator_id, row.thread_id)
        await self.container.holder.tick()
        while await self.container.pump.once():
            pass


@pytest.fixture
async def fan(container: Container, home: Home) -> AsyncIterator[Fan]:
    """A fan's browser."""
    made = Fan(container, home)
    yield made
    await made.client.aclose()


async def test_the_page_says_at_once_that_this_is_an_ai(fan: Fan) -> None:
    page = await fan.page(**{"accept-language": "es"})
    assert 'lang="es"' in page
    assert fan.home.avatar.creator_name in page
    assert "IA" in page


async def test_a_message_is_taken_once_however_often_it_is_sent(fan: Fan) -> None:
    first, second = await fan.say("Why?"), await fan.say("Why?")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == {"message_id": first.json()["message_id"], "duplicate": True}
    await fan.answer()
    assert (await fan.page()).count('data-author="avatar"') == 1


async def test_it_works_without_scripts(fan: Fan) -> None:
    page = await fan.page()
    fields = {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("csrf_token", "client_id")
    }
    sent = await fan.client.post(f"{fan.path}/messages", data={**fields, "text": "No script here"})
    assert sent.status_code == 303
    await fan.answer()
    assert (await fan.page()).count("No script here") == 2


async def test_markup_in_messages_names_and_sources_stays_text(fan: Fan) -> None:
    await fan.say(MARKUP)
    await fan.answer()
    page = await fan.page()
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 3


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [("es", "x" * 4001, "4000"), ("zh-CN", "x" * 4001, "4000"), ("ar", " ", ""), ("ja", "", "")],
)
async def test_what_cannot_be_read_is_refused_in_the_fans_language(
    fan: Fan, language: str, text: str, word: str
) -> None:
    refused = await fan.say(text, **{"accept-language": language})
    in_english = await fan.say(text, **{"accept-language": "en"})
    assert refused.status_code == 422
    assert word in refused.json()["message"].replace(",", "").replace(".", "")
    assert refused.json()["message"] != in_english.json()["message"]


async def test_a_flood_is_refused_with_the_time_to_wait(fan: Fan) -> None:
    answers = [await fan.say("again", str(number)) for number in range(int(conversation.BURST) + 1)]
    assert [one.status_code for one in answers[:-1]] == [202] * int(conversation.BURST)
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_message_from_another_site_is_refused(fan: Fan) -> None:
    assert (await fan.say("hi", origin="https://evil.example")).status_code == 403
    forged = await fan.client.post(f"{fan.path}/messages", data={"text": "hi", "client_id": "x"})
    assert forged.status_code == 403


async def test_nobody_reads_anothers_conversation(fan: Fan, container: Container) -> None:
    await fan.say("my secret question")
    await fan.answer()
    stranger = Fan(container, fan.home)
    assert "my secret question" not in await stranger.page()
    elsewhere = Fan(container, await make_home(container.db))
    elsewhere.client.cookies = fan.client.cookies
    assert "my secret question" not in await elsewhere.page()
    for each in (stranger, elsewhere):
        await each.client.aclose()


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


async def test_a_source_of_a_tier_or_of_another_creator_isnt_there(fan: Fan, container: Container) -> None:
    gated = await passage(container.db, fan.home, tier="Lamplighters")
    assert (await fan.client.get(f"/s/{fan.home.avatar.slug}/{gated}")).status_code == 404
    other = await make_home(container.db)
    theirs = await passage(container.db, other)
    assert (await fan.client.get(f"/s/{fan.home.avatar.slug}/{theirs}")).status_code == 404
    assert (await fan.client.get(f"/s/{other.avatar.slug}/{theirs}")).status_code == 200


async def test_nobody_lives_at_an_unknown_address(fan: Fan) -> None:
    assert (await fan.client.get("/c/nobody")).status_code == 404
    assert (await fan.client.get("/c/..%2f..%2fetc")).status_code == 404


async def test_an_avatar_that_is_taken_offline_is_gone_for_fans_until_it_is_back(
    fan: Fan, container: Container
) -> None:
    for live, status in ((False, 404), (True, 200)):
        async with container.db.uow(fan.home.creator_id) as uow:
            await community.update_avatar(uow, fan.home.avatar.id, live=live)
        container.webchat.forget(fan.home.avatar.slug)
        assert (await fan.client.get(fan.path)).status_code == status


async def test_a_transcript_goes_on_from_its_cursor(fan: Fan, container: Container) -> None:
    await fan.say("one", "1")
    await fan.answer()
    async with container.db.system_uow() as uow:
        thread = (await uow.fetch_one("SELECT id FROM thread")).id
    async with container.db.uow(fan.home.creator_id) as uow:
        whole = await conversation.transcript(uow, thread)
        nothing = await conversation.transcript(uow, thread, whole.cursor)
        forged = await conversation.transcript(uow, thread, "9' OR 1=1")
    assert [line.author for line in whole.lines] == ["fan", "avatar"]
    assert nothing.lines == ()
    assert replace(forged) == whole


async def test_a_browser_without_our_cookie_is_told_to_stop_listening(fan: Fan) -> None:
    assert (await fan.client.get(f"{fan.path}/events")).status_code == 204


async def test_a_class_behind_one_address_listens_live_and_a_fan_in_a_few_tabs(
    fan: Fan, container: Container
) -> None:
    await fan.page()
    request = Request({"type": "http", "client": ("192.0.2.7", 5000), "headers": [], "path": "/"})
    pupils = [routes.Fan(request) for _ in range(100)]
    freed = [routes._place(request, pupil) for pupil in pupils]
    freed += [routes._place(request, pupils[0]) for _ in range(routes.STREAMS_PER_FAN - 1)]
    try:
        for _ in range(2):
            with pytest.raises(TooMany):
                routes._place(request, pupils[0])
    finally:
        for give_up in freed:
            give_up()
    routes._place(request, pupils[0])()


async def test_who_finds_no_place_hears_what_there_is_and_comes_back(
    fan: Fan, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners = Places(per_key=2, total=3)
    monkeypatch.setattr(routes, "_listeners", listeners)
    await fan.say("Why?", "1")
    await fan.answer()
    freed = [listeners.take("127.0.0.1") for _ in range(2)]
    async with asyncio.timeout(5):
        told = await fan.client.get(f"{fan.path}/events")
        cursor = re.findall(r"^id: (.*)$", told.text, re.M)[-1]
        again = await fan.client.get(f"{fan.path}/events", headers={"last-event-id": cursor})
    assert told.status_code == again.status_code == 200
    assert "line-avatar" in told.text
    assert "line-avatar" not in again.text
    assert "event: later" in told.text
    assert "event: later" in again.text
    freed[0]()
    for _ in range(2):  # the stream before gives its place up
        streams = fan.site.state.streams = Streams()
        asyncio.get_running_loop().call_later(0.3, streams.close)
        live = await fan.client.get(f"{fan.path}/events")
        assert live.status_code == 200
        assert "event: later" not in live.text


async def test_who_finds_no_place_is_told_that_all_was_erased(
    fan: Fan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_listeners", Places(per_key=0, total=0))
    await fan.page()
    told = await fan.client.get(f"{fan.path}/events", headers={"last-event-id": "7"})
    assert "event: erased" in told.text


async def test_who_has_not_written_yet_is_not_woken_by_others_but_hears_their_own_answer(
    fan: Fan, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await container.webchat.room(fan.home.avatar.slug)
    reads: list[str] = []
    read = conversation.find_thread

    async def counted(uow: UnitOfWork, **wanted: object) -> int | None:
        reads.append(str(wanted["user_id"]))
        return await read(uow, **wanted)  # type: ignore[arg-type]  # the same arguments, passed on

    monkeypatch.setattr(conversation, "find_thread", counted)
    following = container.webchat.follow(room, "newcomer", "")
    first = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0.2)
    for number in range(3):
        await container.webchat.say(room, "another", "Why?", f"n{number}")
        await fan.answer()
    await asyncio.sleep(0.2)
    assert reads.count("newcomer") == 1
    async with asyncio.timeout(2):
        await container.webchat.say(room, "newcomer", "My own first", "first")
        assert [line.text for line in (await first).lines] == ["My own first"]
    await following.aclose()  # type: ignore[attr-defined]  # it is a generator


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "a:b", "a\x00", "a\n", "é"])
async def test_an_id_that_no_page_makes_is_refused(fan: Fan, client_id: str) -> None:
    assert (await fan.say("hi", client_id)).status_code == 422


async def test_the_bare_address_leads_to_the_avatar_that_is_live(fan: Fan, container: Container) -> None:
    assert (await fan.client.get("/")).headers["location"] == fan.path
    async with container.db.uow(fan.home.creator_id) as uow:
        await community.update_avatar(uow, fan.home.avatar.id, live=False)
    assert (await fan.client.get("/")).status_code == 404


async def test_a_portrait_comes_in_the_size_of_the_page(
    fan: Fan, container: Container, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    Image.effect_noise((1080, 1350), 90).save(large)
    stored = container.files.save_path(fan.home.creator_id, large)
    async with container.db.uow(fan.home.creator_id) as uow:
        await community.update_avatar(uow, fan.home.avatar.id, portrait=stored.sha256)
    answer = await fan.client.get(f"{fan.path}/portrait")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.content)).width <= 640


async def test_the_page_offers_the_languages_that_the_avatar_speaks_and_no_others(
    container: Container, home: Home
) -> None:
    async with container.db.uow(home.avatar.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, languages=["en", "ja"])
    page = await Fan(container, home).page()
    offered = re.findall(
        r'<option value="([^"]+)"', page.partition('id="page-lang"')[2].partition("</select>")[0]
    )
    assert offered == ["en", "ja"]
