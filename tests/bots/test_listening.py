"""A fan's page hears what is said as it is said: from where it was, and its own alone."""

import asyncio
import re
from dataclasses import replace

import pytest
from starlette.requests import Request

from app.container import Container
from bots.webchat import routes
from conversation import service as conversation
from kernel.db import UnitOfWork
from kernel.errors import TooMany
from kernel.web import Places, Streams
from tests.bots.conftest import Fan


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
