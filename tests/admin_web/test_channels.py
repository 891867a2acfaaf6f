"""The channels page over HTTP, on an emulated Telegram: connecting, the checklist, chats, who may what."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.container import Container, Roles
from app.services import Dsn
from app.sites import admin_site
from bots.telegram.failures import REASONS
from bots.telegram.repository import note_error
from community import service as community
from community.types import ChatNews, Role
from kernel import clock
from kernel.clock import now
from kernel.db import Database
from kernel.settings import Settings
from memory import service as memory
from memory.types import ChannelPost
from tests.admin_web.auth.conftest import ORIGIN, Browser, Household, NewBrowser, sign_in
from tests.bots.telegram.conftest import place, telegram
from tests.emulators.telegram.people import Webhook
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage

__all__ = ["place", "telegram"]

HERE = "/@ember/channels"


@pytest.fixture
async def app(dsn: Dsn, tmp_path: Path, telegram: TelegramServer) -> AsyncIterator[FastAPI]:
    """The admin's site, whose Telegram is the emulated one."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", telegram_api=telegram.url)
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


async def connected(creator: Browser, place: Stage) -> None:
    assert (await creator.post(f"{HERE}/connect", {"token": place.bot.token})).status_code == 303


async def test_a_pasted_token_connects_and_is_never_shown_again(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    assert "Connect a bot of yours" in await text(creator)
    answer = await creator.post(f"{HERE}/connect", {"token": place.bot.token})
    page = await text(creator, answer.headers["location"])
    assert "Once the avatar is live, it answers in Telegram" in page
    assert "@EmberStandInBot" in page
    assert f"…{place.bot.token[-4:]}" in page
    assert place.bot.token not in page


async def test_what_is_wrong_with_a_token_stands_beside_the_field(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    answer = await creator.post(f"{HERE}/connect", {"token": "12345:nothing"})
    assert answer.status_code == 422
    assert "There is no bot&#39;s token in this." in answer.text
    old = place.bot.token
    place.bot.renew_token()
    answer = await creator.post(f"{HERE}/connect", {"token": old})
    assert "Telegram doesn&#39;t know this token" in answer.text
    assert old not in answer.text


async def test_another_programs_bot_is_taken_over_by_a_tick(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    place.bot.webhook = Webhook("https://elsewhere.example/hook")
    answer = await creator.post(f"{HERE}/connect", {"token": place.bot.token})
    assert answer.status_code == 409
    assert 'name="take_over"' in answer.text
    await creator.post(f"{HERE}/connect", {"token": place.bot.token, "take_over": "true"})
    assert "@EmberStandInBot" in await text(creator)


async def test_another_creators_bot_is_refused_without_a_word_on_whose_it_is(
    creator: Browser, browser: NewBrowser, database: Database, place: Stage, wick: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    other = browser()
    await sign_in(database, other, wick.people[Role.OWNER])
    answer = await other.post("/@wick/channels/connect", {"token": place.bot.token})
    assert answer.status_code == 409
    assert "This bot is another avatar&#39;s already." in answer.text
    assert "ember" not in answer.text.lower().replace("remember", "").replace("emberstandinbot", "")


async def test_the_checklist_says_what_is_amiss_and_what_to_do(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    await connected(creator, place)
    place.bot.can_join_groups = False
    page = await text(creator, f"{HERE}/checks")
    assert "The token works: this is @EmberStandInBot." in page
    assert "They are fetched from here." in page
    assert "/setjoingroups" in page
    assert "/setprivacy" in page
    place.bot.reads_all = place.bot.can_join_groups = True
    page = await text(creator, f"{HERE}/checks")
    assert "/setprivacy" not in page
    assert "/setjoingroups" not in page


async def test_another_program_that_asks_for_the_messages_is_on_the_checklist_as_long_as_it_does(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
        await note_error(uow, connection.id, REASONS["conflict"])
    page = await text(creator, f"{HERE}/checks")
    assert "Another program receives this bot&#39;s messages." in page
    assert "They are fetched from here." not in page
    with clock.shifted(timedelta(minutes=6)):
        assert "They are fetched from here." in await text(creator, f"{HERE}/checks")


async def test_a_token_that_was_revoked_stops_the_bot_until_it_has_a_new_one(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    await connected(creator, place)
    new = place.bot.renew_token()
    assert "Telegram refuses the token" not in await text(creator, "/@ember/today")
    assert "Telegram doesn&#39;t know this token" in await text(creator, f"{HERE}/checks")
    assert "its token is worth nothing any more" in await text(creator)
    assert "Telegram refuses the token of @EmberStandInBot" in await text(creator, "/@ember/today")
    metrics = (await creator.get("/metrics")).text
    assert 'understudy_connections{platform="telegram",state="quarantined"} 1.0' in metrics
    await creator.post(f"{HERE}/rotate", {"token": new})
    assert "its token is worth nothing any more" not in await text(creator)
    assert "The token works" in await text(creator, f"{HERE}/checks")


async def test_each_chat_is_looked_at(
    app: FastAPI, creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    place.world.leave(place.discussion, place.bot)
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
        for chat, kind in ((place.group, "group"), (place.forum, "forum"), (place.discussion, "group")):
            news = ChatNews(connection.id, "telegram", str(chat.id), kind, chat.title)
            await community.note_chat(uow, ember.avatar.id, news, seen=1)
    page = await text(creator, f"{HERE}/checks")
    assert "Candle friends</strong>" in page
    assert "Member in privacy mode: it hears commands and replies to it alone." in page
    assert "Administrator: it hears everything, reactions too." in page
    assert "It isn&#39;t there any more." in page
    assert "not there any more" in await text(creator)
    assert "Candle talk" not in await text(creator, f"{HERE}/checks")
    place.group.permissions["can_send_messages"] = False
    assert "Members may not write here, so it may not either." in await text(creator, f"{HERE}/checks")
    place.creator.promotes(place.group, place.bot)
    assert "Members may not write here" not in await text(creator, f"{HERE}/checks")


async def test_a_group_that_the_bot_came_to_in_privacy_mode_is_told_to_add_it_again(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)

    async def comes(seen: int) -> None:
        async with database.uow(ember.creator) as uow:
            (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
            news = ChatNews(
                connection.id,
                "telegram",
                str(place.group.id),
                "group",
                "Candle",
                state="member",
                entered=now(),
            )
            await community.note_chat(uow, ember.avatar.id, news, seen=seen)

    await comes(1)
    place.bot.reads_all = True
    with clock.shifted(timedelta(minutes=1)):
        page = await text(creator, f"{HERE}/checks")
        assert "it was perhaps added while privacy mode was on" in page
        assert "Take it out and add it again" in page
    with clock.shifted(timedelta(minutes=2)):
        await comes(2)
        assert "Member: it hears everything but reactions." in await text(creator, f"{HERE}/checks")
    place.bot.reads_all = False
    with clock.shifted(timedelta(minutes=3)):
        assert "Member in privacy mode" in await text(creator, f"{HERE}/checks")
    place.bot.reads_all = True
    with clock.shifted(timedelta(minutes=4)):
        assert "Take it out and add it again" in await text(creator, f"{HERE}/checks")


async def test_a_channel_where_the_bot_may_not_post_says_so(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
        news = ChatNews(connection.id, "telegram", str(place.channel.id), "channel", "Candle news")
        await community.note_chat(uow, ember.avatar.id, news, seen=1)
    page = await text(creator, f"{HERE}/checks")
    assert "it hears what is posted, and may post" in page
    assert "reactions too" not in page
    place.creator.promotes(place.channel, place.bot, "can_manage_chat")
    assert "may not post here" in await text(creator, f"{HERE}/checks")


async def test_how_messages_come_is_switched_with_the_reason_where_it_cannot_be(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    await connected(creator, place)
    page = await text(creator)
    assert "once the operator has set PUBLIC_URL" in page
    answer = await creator.post(f"{HERE}/mode", {"webhook": "true"})
    assert answer.status_code == 503
    assert "its operator has to set PUBLIC_URL" in answer.text
    assert (await creator.post(f"{HERE}/mode", {"webhook": "false"})).status_code == 303


async def test_a_bot_is_removed_and_its_profile_told_again(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    await connected(creator, place)
    assert (await creator.post(f"{HERE}/profile")).status_code == 303
    await creator.post(f"{HERE}/remove")
    assert "Connect a bot of yours" in await text(creator)
    assert (await creator.post(f"{HERE}/remove")).status_code == 404


async def a_chat(database: Database, ember: Household, kind: str) -> str:
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
        news = ChatNews(connection.id, "telegram", "-100123", kind, "Candle <b>friends</b>")
        found = await community.note_chat(uow, ember.avatar.id, news, seen=1)
    return f"{HERE}/chats/{found.id}"


async def test_without_an_address_nothing_is_called_posted(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    async with database.uow(ember.creator) as uow:
        await uow.send("UPDATE telegram_bot SET webhook = true", {})
    page = await text(creator)
    assert "Telegram posts them here" not in page
    assert "fetched from Telegram" in page


async def test_with_its_creator_a_bot_is_let_go(
    creator: Browser, place: Stage, database: Database, ember: Household, browser: NewBrowser,
    telegram: TelegramServer,
) -> None:  # fmt: skip
    await connected(creator, place)
    owner = browser()
    await sign_in(database, owner, ember.people[Role.OWNER])
    await owner.post("/creators/new", {"name": "Ada Flint"})
    await owner.post("/account/creator", {"creator_id": ember.creator, "back": "/"})
    before = len(telegram.made("deleteWebhook", place.bot))
    assert (await owner.post("/creators/delete", {"name": "Embers"})).status_code == 409
    assert len(telegram.made("deleteWebhook", place.bot)) == before
    assert (await owner.post("/creators/delete", {"name": "Ember"})).status_code == 303
    assert len(telegram.made("deleteWebhook", place.bot)) == before + 1


async def test_a_groups_settings(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    path = await a_chat(database, ember, "group")
    page = await text(creator, path)
    assert "Candle &lt;b&gt;friends" in page
    assert "Learn from the posts" not in page
    fields = re.search(r'name="fields" value="([^"]+)"', page)
    assert fields
    form = {"fields": fields[1], "comments": "on", "cool_down_s": "30", "per_minute": "5",
            "welcome_every_min": "10", "prompts_a_day": "2"}  # fmt: skip
    await creator.post(path, form)
    async with database.uow(ember.creator) as uow:
        (saved,) = await community.chats(uow, ember.avatar.id)
    it = saved.settings
    assert (it.answers, it.comments, it.cool_down_s, it.per_minute, it.prompts_a_day) == (
        False, True, 30, 5, 2,
    )  # fmt: skip


async def test_what_is_wrong_in_a_chats_form_stands_beside_its_field_and_nothing_put_in_is_lost(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    path = await a_chat(database, ember, "group")
    form = {"fields": "answers comments cool_down_s per_minute", "comments": "on", "cool_down_s": "45"}
    for wrong in ("a lot", "900", ""):
        bad = await creator.post(path, form | {"per_minute": wrong})
        assert bad.status_code == 422
        fields = dict(re.findall(r'<input class="input" id="f-(\w+)"([^>]*)>', bad.text))
        assert f'value="{wrong}"' in fields["per_minute"]
        assert 'aria-invalid="true"' in fields["per_minute"]
        assert 'value="45"' in fields["cool_down_s"]
        assert "aria-invalid" not in fields["cool_down_s"]
        ticked = {
            name: "checked" in more
            for name, more in re.findall(r'type="checkbox" id="f-(\w+)"([^>]*)>', bad.text)
        }
        assert (ticked["answers"], ticked["comments"]) == (False, True)
    async with database.uow(ember.creator) as uow:
        (kept,) = await community.chats(uow, ember.avatar.id)
    assert (kept.settings.answers, kept.settings.comments, kept.settings.cool_down_s) == (True, False, 10)


async def test_in_arabic_a_command_reads_as_it_is_to_be_written(creator: Browser, place: Stage) -> None:
    await connected(creator, place)
    assert "\u2068/revoke\u2069" in await text(creator, f"{HERE}?lang=ar")


async def test_of_two_channels_of_one_name_each_shows_its_address(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:  # fmt: skip
    await connected(creator, place)
    async with database.uow(ember.creator) as uow:
        (connection,) = await uow.fetch("SELECT id FROM connection WHERE platform = 'telegram'")
        for number, username in enumerate(("candle_news", "candle_nevvs")):
            news = ChatNews(connection.id, "telegram", f"-100{number}", "channel", "Candle news", username)
            found = await community.note_chat(uow, ember.avatar.id, news, seen=1)
    page = await text(creator)
    assert "@candle_news<" in page
    assert "@candle_nevvs<" in page
    assert "@candle_nevvs<" in await text(creator, f"{HERE}/chats/{found.id}")


async def test_nobody_reads_another_programs_address_beyond_its_host(
    creator: Browser, place: Stage
) -> None:  # fmt: skip
    await connected(creator, place)
    place.bot.webhook = Webhook(f"https://elsewhere.example/bot{place.bot.token}")
    page = await text(creator, f"{HERE}/checks")
    assert "elsewhere.example" in page
    assert place.bot.token not in page


async def test_a_channels_settings_leave_the_rest_alone(
    creator: Browser, place: Stage, database: Database, ember: Household, app: FastAPI
) -> None:  # fmt: skip
    await connected(creator, place)
    path = await a_chat(database, ember, "channel")
    assert "Learn from the posts" in await text(creator, path)
    await creator.post(path, {"fields": "keeps_posts", "keeps_posts": "on", "answers": ""})
    async with database.uow(ember.creator) as uow:
        (saved,) = await community.chats(uow, ember.avatar.id)
    assert saved.settings.keeps_posts
    assert saved.settings.answers
    page = await text(creator, path)
    assert "new posts only" in page
    assert "What was learned from this channel" not in page
    async with app.state.container.db.uow(ember.creator) as uow:
        post = ChannelPost(saved.platform_chat_id, "News", "news", 1, "Soot glows.", now())
        item = await memory.keep_post(uow, post)
    assert f'href="/@ember/knowledge/{item}"' in await text(creator, path)


@pytest.mark.parametrize(("role", "status"), [(Role.MODERATOR, 403), (Role.VIEWER, 403)])
async def test_moderators_see_and_only_creators_change(
    database: Database,
    browser: NewBrowser,
    ember: Household,
    creator: Browser,
    place: Stage,
    role: Role,
    status: int,
) -> None:
    await connected(creator, place)
    visitor = browser()
    await sign_in(database, visitor, ember.people[role])
    seen = (await visitor.get(HERE)).status_code
    assert seen == (200 if role == Role.MODERATOR else 403)
    if role == Role.MODERATOR:
        assert "Remove the bot" not in await text(visitor)
    for action in ("connect", "rotate", "mode", "profile", "remove"):
        form = {"token": place.bot.token, "webhook": "false"}
        assert (await visitor.post(f"{HERE}/{action}", form)).status_code == status


async def test_a_link_makes_a_bot_where_the_operator_has_one_for_that(
    app: FastAPI, creator: Browser, place: Stage
) -> None:
    assert "Make a bot by a button" not in await text(creator)
    assert (await creator.post(f"{HERE}/wish")).status_code == 503
    maker = place.world.bot("UnderstudyMakerBot", can_manage_bots=True)
    container = app.state.container
    container.settings.telegram_manager_token = SecretStr(maker.token)
    del container.telegram_manager
    assert "Make a bot by a button" in await text(creator)
    page = (await creator.post(f"{HERE}/wish")).text
    assert "https://t.me/UnderstudyMakerBot?start=make_" in page
    assert 'src="data:image/svg+xml' in page


async def test_a_bot_that_makes_bots_and_is_refused_is_told_as_the_operators_trouble(
    app: FastAPI, creator: Browser
) -> None:
    container = app.state.container
    container.settings.telegram_manager_token = SecretStr("123456789:AAF-never-known-0123456789-abcdefghi")
    answer = await creator.post(f"{HERE}/wish")
    assert answer.status_code == 503
    assert "UNDERSTUDY_TELEGRAM_MANAGER_TOKEN anew" in answer.text
    page = await text(creator)
    assert "Get the link" not in page
    assert "the operator has to set its token anew" in page


async def test_a_test_goes_to_ones_own_chat_and_its_fate_is_told(
    creator: Browser, place: Stage, database: Database, ember: Household
) -> None:
    await connected(creator, place)
    assert "Link your Telegram account" in await text(creator)
    assert (await creator.post(f"{HERE}/test")).status_code == 409
    async with database.uow(ember.creator) as uow:
        await uow.fetch(
            "INSERT INTO staff_identity"
            " (creator_id, account_id, platform, platform_user_id, name, created_at)"
            " VALUES (%(creator)s, %(account)s, 'telegram', '77', '', now())",
            {"creator": ember.creator, "account": ember.people[Role.CREATOR]},
        )
    where = (await creator.post(f"{HERE}/test")).headers["location"]
    key = where.partition("test=")[2].partition("#")[0]
    assert "On its way" in await text(creator, f"{HERE}/fate/{key}")
    async with database.uow(ember.creator) as uow:
        await uow.send("UPDATE connection SET state = 'quarantined' WHERE platform = 'telegram'", {})
    assert "It waits: the bot is stopped." in await text(creator, f"{HERE}/fate/{key}")
    async with database.uow(ember.creator) as uow:
        await uow.send("UPDATE connection SET state = 'active' WHERE platform = 'telegram'", {})
    await creator.post("/@ember/autonomy/pause")
    assert "It waits: the avatar is paused." in await text(creator, f"{HERE}/fate/{key}")
    async with database.uow(ember.creator) as uow:
        (row,) = await uow.fetch("SELECT chat_id, payload FROM outbound")
        assert row.chat_id == "77"
        assert "Ember can write to you here" in row.payload["text"]
        await uow.fetch("UPDATE outbound SET state = 'failed', error = 'the bot was removed' RETURNING 1")
    assert 'It failed: <span dir="auto">the bot was removed' in await text(creator, f"{HERE}/fate/{key}")
    assert "There is no such test." in await text(creator, f"{HERE}/fate/other")
