"""The page of Discord over HTTP, on an emulated Discord: connecting, the checklist, a test, who may what."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.container import Container, Roles
from app.services import Dsn
from app.sites import admin_site
from community import service as community
from community.types import ChatNews, Role
from kernel.db import Database
from kernel.settings import Settings
from tests.admin_web.auth.conftest import ORIGIN, Browser, Household, NewBrowser, sign_in
from tests.bots.discord.conftest import server, stage
from tests.emulators.discord.people import CONTENT, MEMBERS
from tests.emulators.discord.permissions import May
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage

__all__ = ["server", "stage"]

HERE = "/@ember/channels/discord"


@pytest.fixture
async def app(dsn: Dsn, tmp_path: Path, server: DiscordServer) -> AsyncIterator[FastAPI]:
    """The admin's site, whose Discord is the emulated one."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path / "data", discord_api=server.url, discord_gateway=server.gateway.url
    )
    container = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    await container.open()
    yield admin_site(container, ORIGIN)
    await container.close()


@pytest.fixture
async def creator(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    made = browser()
    await sign_in(database, made, ember.people[Role.CREATOR])
    return made


async def text(browser: Browser, path: str = HERE) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


async def connected(creator: Browser, stage: Stage) -> None:
    assert (await creator.post(f"{HERE}/connect", {"token": stage.app.token})).status_code == 303


async def test_a_pasted_token_connects_and_is_never_shown_again(creator: Browser, stage: Stage) -> None:
    assert "Connect an app of yours" in await text(creator)
    answer = await creator.post(f"{HERE}/connect", {"token": stage.app.token})
    page = await text(creator, answer.headers["location"])
    assert "Once the avatar is live, it answers in Discord" in page
    assert str(stage.app.id) in page
    assert f"…{stage.app.token[-4:]}" in page
    assert stage.app.token not in page


async def test_what_is_wrong_with_a_token_stands_beside_the_field(creator: Browser, stage: Stage) -> None:
    answer = await creator.post(f"{HERE}/connect", {"token": "12345:nothing"})
    assert answer.status_code == 422
    assert "There is no single app&#39;s token in this." in answer.text
    old = stage.app.token
    stage.app.renew_token()
    answer = await creator.post(f"{HERE}/connect", {"token": old})
    assert "Discord doesn&#39;t know this token." in answer.text
    assert old not in answer.text


async def test_another_programs_app_is_taken_over_by_a_tick(creator: Browser, stage: Stage) -> None:
    stage.app.endpoint = "https://elsewhere.example/hook"
    answer = await creator.post(f"{HERE}/connect", {"token": stage.app.token})
    assert answer.status_code == 409
    assert 'name="take_over"' in answer.text
    await creator.post(f"{HERE}/connect", {"token": stage.app.token, "take_over": "true"})
    assert str(stage.app.id) in await text(creator)


async def test_another_creators_app_is_refused_without_a_word_on_whose_it_is(
    creator: Browser, browser: NewBrowser, database: Database, stage: Stage, wick: Household
) -> None:
    await connected(creator, stage)
    other = browser()
    await sign_in(database, other, wick.people[Role.OWNER])
    answer = await other.post("/@wick/channels/discord/connect", {"token": stage.app.token})
    assert answer.status_code == 409
    assert "This app is another avatar&#39;s already." in answer.text
    assert "ember" not in answer.text.lower().replace("remember", "").replace("member", "")


async def test_the_invitations_ask_for_the_rights_that_are_needed(creator: Browser, stage: Stage) -> None:
    await connected(creator, stage)
    links = re.findall(r"https://discord\.com/oauth2/authorize\?[^\"]+", await text(creator))
    assert len(links) == 2
    rights = [int(re.search(r"permissions=(\d+)", one)[1]) for one in links]  # type: ignore[index]
    assert all(f"client_id={stage.app.id}" in one and "bot+applications.commands" in one for one in links)
    assert all(one & May.SEND_MESSAGES and one & May.READ_MESSAGE_HISTORY for one in rights)
    assert not rights[0] & May.BAN_MEMBERS
    assert rights[1] & May.BAN_MEMBERS


async def test_the_checklist_says_what_is_amiss_and_what_to_do(creator: Browser, stage: Stage) -> None:
    await connected(creator, stage)
    page = await text(creator, f"{HERE}/checks")
    assert "The token works: this is Ember&#39;s stand-in." in page
    assert "Candle lab</strong>" in page
    assert "It has the rights to read and to answer." in page
    assert "Privileged Gateway Intents" not in page
    stage.app.privileged &= ~(CONTENT | MEMBERS)
    for role in stage.guild.roles.values():
        role.permissions &= ~(May.EMBED_LINKS | May.READ_MESSAGE_HISTORY)
    page = await text(creator, f"{HERE}/checks")
    assert "in servers the avatar reads messages that mention it alone" in page
    assert "newcomers can&#39;t be welcomed" in page
    assert "Rights that it hasn&#39;t there: Read message history, Embed links" in page
    stage.world.leave(stage.guild, stage.app.user)
    assert "It is in no server yet." in await text(creator, f"{HERE}/checks")


async def test_a_channel_in_which_it_may_not_write_is_named(
    creator: Browser, stage: Stage, database: Database, ember: Household
) -> None:
    await connected(creator, stage)
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'discord'")
        for channel, rights in ((stage.general, {"send_messages"}), (stage.lab, set[str]())):
            news = ChatNews(
                connection.id,
                "discord",
                str(channel.id),
                "group",
                channel.name or "",
                rights=frozenset(rights),
            )
            await community.note_chat(uow, ember.avatar.id, news, seen=1)
    page = await text(creator, f"{HERE}/checks")
    assert "#lab</strong>" in page
    assert "#general" not in page
    assert "It may not write here." in page
    assert "#general" in await text(creator)


async def test_a_token_that_was_revoked_stops_the_app_until_it_has_a_new_one(
    creator: Browser, stage: Stage
) -> None:
    await connected(creator, stage)
    new = stage.app.renew_token()
    assert "Discord doesn&#39;t know this token" in await text(creator, f"{HERE}/checks")
    assert "its token is worth nothing any more" in await text(creator)
    assert "Discord refuses the token of" in await text(creator, "/@ember/today")
    await creator.post(f"{HERE}/rotate", {"token": new})
    assert "its token is worth nothing any more" not in await text(creator)
    assert "Discord refuses the token of" not in await text(creator, "/@ember/today")


async def test_a_test_goes_to_the_private_chat_of_whoever_asks_for_it(
    creator: Browser, stage: Stage, database: Database, ember: Household
) -> None:
    await connected(creator, stage)
    assert "Link your Discord account" in await text(creator)
    page = re.sub(r"\s+", " ", (await creator.post("/@ember/in-chats/link", {})).text)
    code = re.search(r"staff_[\w-]+", page)
    assert code
    assert 'choose <bdi dir="ltr">/start</bdi>' in page
    async with database.uow(ember.creator) as uow:
        fan = await community.ensure_fan(uow, "discord", str(stage.creator.user.id), "Ember")
    async with database.system_uow() as uow:
        await community.bind_staff(uow, ember.creator, code[0].removeprefix("staff_"), fan_id=fan.id)
    answer = await creator.post(f"{HERE}/test", {})
    assert answer.status_code == 303
    assert "On its way" in await text(creator, answer.headers["location"])
    async with database.uow(ember.creator) as uow:
        (row,) = await uow.fetch("SELECT chat_id FROM outbound WHERE once LIKE 'test:%%'")
    assert int(row.chat_id) == stage.world.private_channel(stage.app.user, stage.creator.user).id


async def test_what_can_be_posted_only_with_an_address_is_refused_without_one(
    creator: Browser, stage: Stage
) -> None:
    await connected(creator, stage)
    answer = await creator.post(f"{HERE}/mode", {"gateway": "false"})
    assert answer.status_code == 503
    assert "PUBLIC_URL" in answer.text
    assert "over a connection" in await text(creator)


async def test_disconnecting_forgets_the_token(creator: Browser, stage: Stage) -> None:
    await connected(creator, stage)
    answer = await creator.post(f"{HERE}/remove", {})
    assert "Disconnected." in await text(creator, answer.headers["location"])
    assert "Connect an app of yours" in await text(creator)


async def test_a_moderator_sees_it_and_changes_nothing(
    creator: Browser, browser: NewBrowser, database: Database, ember: Household, stage: Stage
) -> None:
    await connected(creator, stage)
    moderator = browser()
    await sign_in(database, moderator, ember.people[Role.MODERATOR])
    page = await text(moderator)
    assert str(stage.app.id) in page
    assert f"{HERE}/remove" not in page
    for path in ("connect", "rotate", "mode", "profile", "remove"):
        answer = await moderator.post(f"{HERE}/{path}", {"token": stage.app.token, "gateway": "true"})
        assert answer.status_code == 403
