"""The demo's fans say their lines once, however often a start was interrupted meanwhile."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app import seed
from app.container import Container, Roles
from app.demo import DEMO
from app.runner import Runner
from app.services import Dsn
from app.warming import warm
from community import service as community
from conversation import service as conversation
from conversation.types import RecentMessage
from kernel.clock import now
from kernel.settings import Settings

TALKS = tuple(replace(talk, messages=("Hello!", "Thanks!")) for talk in DEMO.conversations[-3:])


@pytest.fixture
async def container(dsn: Dsn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Container]:
    """A running house with a demo of three short conversations."""
    monkeypatch.setattr(seed, "DEMO", replace(DEMO, conversations=TALKS))
    monkeypatch.setattr(seed, "POSTS", ())
    made = Container(Settings(_env_file=None, data_dir=tmp_path), dsn.app, roles=Roles(web=False))
    runner = Runner(made)
    async with runner.running():
        await seed.first_start(made)
        runner.aside(lambda: warm(made), "warming")
        yield made


async def messages(container: Container) -> tuple[RecentMessage, ...]:
    room = await container.webchat.room(DEMO.slug)
    async with container.db.uow(room.avatar.creator_id) as uow:
        return await conversation.recent(uow, limit=100)


async def test_what_an_interrupted_start_left_out_is_said_at_the_next_and_nothing_twice(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    dated = conversation.backdate
    times = 0

    async def killed_at_the_second(*given: object) -> None:
        nonlocal times
        times += 1
        if times == 2:
            raise RuntimeError("killed")
        await dated(*given)  # type: ignore[arg-type]  # handed on as it came

    with monkeypatch.context() as once:
        once.setattr(seed, "backdate", killed_at_the_second)
        with pytest.raises(RuntimeError, match="killed"):
            await seed.liven(container)
    async with container.db.system_uow() as uow:
        made = await community.demo_since(uow, DEMO.slug)
    assert made is not None
    half = await messages(container)
    assert len(half) == 4
    assert sum(message.at > made for message in half) == 2, "those of the second are of today yet"

    await seed.liven(container)
    whole = await messages(container)
    assert Counter(message.fan_name for message in whole) == {talk.fan: 2 for talk in TALKS}
    assert all(message.answer for message in whole)
    begun = {message.fan_name: message.at for message in whole}  # newest first: the first line stays
    assert begun == {talk.fan: made - timedelta(hours=talk.hours) for talk in TALKS}

    await seed.liven(container)
    assert await messages(container) == whole


async def test_nobody_speaks_to_an_avatar_that_has_been_lived_with_or_is_no_demo(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(seed, "now", lambda: now() + timedelta(days=8))
        await seed.liven(container)
    monkeypatch.setattr(seed, "DEMO", replace(DEMO, slug="another"))
    await seed.liven(container)
    assert await messages(container) == ()


@pytest.mark.slow
async def test_fans_of_the_demo_who_say_their_names_are_known_by_them(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ("Hello! My name is Mina.", "你好，我叫小明")
    talks = tuple(
        replace(talk, messages=talk.messages[:1]) for talk in DEMO.conversations if talk.messages[0] in told
    )
    assert len(talks) == len(told)
    monkeypatch.setattr(seed, "DEMO", replace(DEMO, conversations=talks))
    await seed.liven(container)
    room = await container.webchat.room(DEMO.slug)
    for talk, question, name in ((talks[1], "What's my name?", "Mina"), (talks[0], "我叫什么？", "小明")):
        fan = f"demo:{talk.fan}"
        await container.webchat.say(room, fan, question, "asked")
        async for found in container.webchat.follow(room, fan, ""):
            if not found.typing:
                break
        assert name in found.lines[-1].text, found.lines[-1].text
