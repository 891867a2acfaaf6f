"""Becoming a Telegram bot: tokens, whose bot it is, how its updates come, letting it go."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.container import Container, Roles
from app.services import Dsn
from bots import errors
from bots.service import CONNECTIONS_CHANNEL
from kernel.settings import Settings
from tests.bots.telegram.conftest import join
from tests.emulators.telegram.people import Webhook
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage
from tests.factories.people import Home, make_home


async def rows(house: Container, query: str, **values: Any) -> list[Any]:
    async with house.db.system_uow() as uow:
        return list((await uow.session.execute(text(query), values)).all())


async def connect(house: Container, home: Home, pasted: str, **how: bool) -> int:
    done = await house.telegram_joining.connect(home.creator_id, home.avatar.id, pasted, **how)
    return done.connection_id


async def state(house: Container, connection_id: int) -> str:
    return str((await rows(house, "SELECT state FROM connection WHERE id = :id", id=connection_id))[0][0])


async def test_an_avatar_becomes_a_bot(house: Container, home: Home, place: Stage) -> None:
    done = await house.telegram_joining.connect(home.creator_id, home.avatar.id, f"  {place.bot.token}\n")
    known = await house.telegram_bots.of(done.connection_id)
    assert known
    assert (known.bot_id, known.username, known.token) == (place.bot.id, "EmberStandInBot", place.bot.token)
    assert (known.state, known.webhook) == ("active", False)
    ((kept,),) = await rows(house, "SELECT token FROM telegram_bot")
    assert place.bot.token not in kept


async def test_the_message_of_botfather_may_stand_around_the_token(
    house: Container, home: Home, place: Stage
) -> None:
    said = f"Done! Congratulations on your new bot. Use this token:\n{place.bot.token}\nKeep it secure."
    await connect(house, home, said)
    assert await house.telegram_bots.by_number(place.bot.id)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "hello",
        "123:abc",
        "７００００００００５:AAF" + "x" * 32,
        f"7000000005:{'x' * 20} {'y' * 20}",
        "@SomeBot",
    ],
)
async def test_what_is_no_token_is_told_apart_without_asking_telegram(
    house: Container, home: Home, telegram: TelegramServer, pasted: str
) -> None:
    with pytest.raises(errors.BadToken):
        await connect(house, home, pasted)
    assert telegram.calls == []


async def test_two_tokens_in_one_paste_are_refused(house: Container, home: Home, place: Stage) -> None:
    other = place.world.bot("OtherStandInBot")
    with pytest.raises(errors.BadToken, match="several"):
        await connect(house, home, f"{place.bot.token}\n{other.token}")


async def test_a_token_that_was_revoked_is_told_how_to_replace(
    house: Container, home: Home, place: Stage
) -> None:
    old = place.bot.token
    place.bot.renew_token()
    with pytest.raises(errors.TokenRefused, match="@BotFather"):
        await connect(house, home, old)
    assert await rows(house, "SELECT 1 FROM telegram_bot") == []


@pytest.mark.parametrize(
    ("status", "error"), [(502, errors.TelegramAway), (0, errors.TelegramAway), (429, errors.Busy)]
)
async def test_a_telegram_in_trouble_is_told_as_that(
    house: Container, home: Home, place: Stage, status: int, error: type[Exception]
) -> None:
    faults = place.world.faults
    if status == 429:
        faults.limit(3, "getMe")
    elif status:
        faults.refuse(status, "Bad Gateway", "getMe")
    else:
        faults.lose_call("getMe")
    with pytest.raises(error):
        await connect(house, home, place.bot.token)
    await connect(house, home, place.bot.token)


async def test_a_bot_is_one_avatars_whoever_the_creators_are(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    other = await make_home(house.db, name="Wick")
    with pytest.raises(errors.BotTaken) as refused:
        await connect(house, other, place.bot.token)
    assert home.avatar.name not in refused.value.message
    assert await rows(house, "SELECT 1 FROM connection WHERE avatar_id = :id AND platform = 'telegram'",
                      id=other.avatar.id) == []  # fmt: skip


async def test_an_avatar_is_one_bot(house: Container, home: Home, place: Stage, joined: int) -> None:
    other = place.world.bot("OtherStandInBot")
    with pytest.raises(errors.AlreadyConnected, match="@EmberStandInBot"):
        await connect(house, home, other.token)


async def test_the_same_token_again_changes_nothing(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    assert await connect(house, home, place.bot.token) == joined
    assert len(await rows(house, "SELECT 1 FROM telegram_bot")) == 1


async def test_another_programs_webhook_is_taken_over_only_when_told_so(
    house: Container, home: Home, place: Stage
) -> None:
    place.bot.webhook = Webhook("https://elsewhere.example/hook")
    with pytest.raises(errors.BotInUse, match="elsewhere"):
        await connect(house, home, place.bot.token)
    assert place.bot.webhook is not None
    await connect(house, home, place.bot.token, take_over=True)
    assert place.bot.webhook is None


async def test_a_new_token_of_the_same_bot_ends_its_quarantine(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    await rows(house, "UPDATE connection SET state = 'quarantined' WHERE id = :id RETURNING 1", id=joined)
    await rows(house, "UPDATE telegram_bot SET error = 'Unauthorized' RETURNING 1")
    new = place.bot.renew_token()
    await house.telegram_joining.rotate(home.creator_id, home.avatar.id, new)
    known = await house.telegram_bots.of(joined)
    assert known
    assert (known.token, known.state) == (new, "active")
    assert await rows(house, "SELECT error FROM telegram_bot") == [("",)]


async def test_another_bots_token_is_no_new_token(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    other = place.world.bot("OtherStandInBot")
    with pytest.raises(errors.OtherBot):
        await house.telegram_joining.rotate(home.creator_id, home.avatar.id, other.token)
    known = await house.telegram_bots.of(joined)
    assert known
    assert known.bot_id == place.bot.id


async def queue(house: Container, home: Home, connection: int, once: str, state: str = "queued") -> None:
    await rows(
        house,
        "INSERT INTO outbound (creator_id, created_at, connection_id, chat_id, once, payload, kind, state,"
        " priority, not_before, attempts, fence) VALUES (:creator, now(), :connection, '1', :once, '{}',"
        " 'reply', :state, 0, now(), 0, 0) RETURNING 1",
        creator=home.creator_id, connection=connection, once=once, state=state,
    )  # fmt: skip


async def test_a_removed_bot_leaves_nothing_and_another_may_come(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    await queue(house, home, joined, "a")
    await queue(house, home, joined, "b", "sending")
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert await rows(house, "SELECT 1 FROM telegram_bot") == []
    assert await state(house, joined) == "off"
    assert await rows(house, "SELECT once, state, error FROM outbound ORDER BY id") == [
        ("a", "failed", "the bot was removed"), ("b", "sending", None),
    ]  # fmt: skip
    assert await house.telegram_bots.of(joined) is None
    other = place.world.bot("OtherStandInBot")
    assert await connect(house, home, other.token) == joined
    assert await state(house, joined) == "active"


async def test_a_removed_bot_says_nothing_of_its_avatar_any_more(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    await house.telegram_profile.tell(home.creator_id, home.avatar.id)
    assert place.bot.commands
    assert any(place.bot.told.values())
    place.world.faults.refuse(400, "Bad Request: chat not found", "deleteMyCommands")  # the first of them
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert len(place.bot.commands) <= 1
    assert not any(text for (what, _), text in place.bot.told.items() if what != "name")


async def test_every_bot_of_a_creators_is_let_go(
    house: Container, home: Home, place: Stage, joined: int, telegram: TelegramServer
) -> None:
    await house.telegram_joining.remove_all(home.creator_id)
    assert await rows(house, "SELECT 1 FROM telegram_bot") == []
    assert telegram.made("deleteWebhook", place.bot)
    await house.telegram_joining.remove_all(home.creator_id)  # none is left: nothing happens


async def test_a_bot_whose_token_is_worth_nothing_can_be_removed(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    place.bot.renew_token()
    await house.telegram_joining.remove(home.creator_id, home.avatar.id)
    assert await rows(house, "SELECT 1 FROM telegram_bot") == []


async def test_what_is_not_connected_can_be_neither_renewed_nor_removed(
    house: Container, home: Home, place: Stage
) -> None:
    with pytest.raises(errors.NotConnected):
        await house.telegram_joining.rotate(home.creator_id, home.avatar.id, place.bot.token)
    with pytest.raises(errors.NotConnected):
        await house.telegram_joining.remove(home.creator_id, home.avatar.id)


@pytest.fixture
async def reached(dsn: Dsn, settings: Settings, unused_port: int) -> Any:
    """The house, with an address that Telegram reaches it at."""
    public = settings.model_copy(update={"public_url": f"http://127.0.0.1:{unused_port}"})
    made = Container(public, dsn.app, roles=Roles(bots=False, worker=False))
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def unused_port() -> int:
    return 9  # nobody listens there


async def test_updates_move_to_a_webhook_and_back_and_none_is_dropped(
    reached: Container, home: Home, place: Stage
) -> None:
    connection = await join(reached, home, place.bot)
    waiting = len(place.bot.updates)
    assert waiting
    joining = reached.telegram_joining
    await joining.switch(home.creator_id, home.avatar.id, webhook=True)
    known = await reached.telegram_bots.of(connection)
    assert known
    assert known.webhook
    assert place.bot.webhook
    assert place.bot.webhook.url == f"{reached.settings.public_url}/tg/{place.bot.id}"
    assert place.bot.webhook.secret == reached.telegram_bots.secret_of(known)
    place.fan.says(place.bot, "Between")
    await joining.switch(home.creator_id, home.avatar.id, webhook=False)
    assert place.bot.webhook is None
    assert len(place.bot.updates) == waiting + 1


async def test_a_new_token_brings_a_new_secret_to_the_webhook(
    reached: Container, home: Home, place: Stage
) -> None:
    connection = await join(reached, home, place.bot)
    await reached.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
    assert place.bot.webhook
    before = place.bot.webhook.secret
    await reached.telegram_joining.rotate(home.creator_id, home.avatar.id, place.bot.renew_token())
    known = await reached.telegram_bots.of(connection)
    assert known
    assert known.webhook
    assert place.bot.webhook.secret == reached.telegram_bots.secret_of(known) != before


async def test_a_webhook_that_telegram_refuses_leaves_the_bot_to_be_polled(
    reached: Container, home: Home, place: Stage, telegram: TelegramServer
) -> None:
    connection = await join(reached, home, place.bot)
    place.world.faults.refuse(400, "Bad Request: bad webhook: IP address 127.0.0.1 is reserved", "setWebhook")
    with pytest.raises(errors.Refused, match="reserved"):
        await reached.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
    known = await reached.telegram_bots.of(connection)
    assert known
    assert not known.webhook


async def test_no_webhook_without_an_address(house: Container, home: Home, joined: int) -> None:
    with pytest.raises(errors.NoPublicAddress, match="PUBLIC_URL"):
        await house.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)


async def test_behind_https_updates_are_posted_from_the_start_and_fetched_where_that_fails(
    dsn: Dsn, settings: Settings, place: Stage
) -> None:
    public = settings.model_copy(update={"public_url": "https://chat.example"})
    made = Container(public, dsn.app, roles=Roles(bots=False, worker=False))
    home, other = await make_home(made.db), await make_home(made.db)
    connection = await join(made, home, place.bot)
    known = await made.telegram_bots.of(connection)
    assert known
    assert known.webhook
    assert place.bot.webhook
    place.world.faults.refuse(400, "Bad Request: bad webhook: Failed to resolve host", "setWebhook")
    second = place.world.bot("OtherStandInBot")
    done = await made.telegram_joining.connect(other.creator_id, other.avatar.id, second.token)
    assert isinstance(done.notice, errors.Refused)
    polled = await made.telegram_bots.of(done.connection_id)
    assert polled
    assert not polled.webhook
    await made.db.close()
    await made.telegram.close()


async def test_whoever_holds_the_connection_is_told_of_each_change(
    house: Container, home: Home, place: Stage
) -> None:
    async with house.bus.subscribe(CONNECTIONS_CHANNEL) as heard:
        connection = await connect(house, home, place.bot.token)
        assert str(connection) in await heard.wait(5)
        await house.telegram_joining.remove(home.creator_id, home.avatar.id)
        assert str(connection) in await heard.wait(5)


async def test_a_token_is_in_no_error_and_no_representation(
    house: Container, home: Home, place: Stage, joined: int
) -> None:
    known = await house.telegram_bots.of(joined)
    assert place.bot.token not in repr(known)
    old = place.bot.token
    place.bot.renew_token()
    other = replace(home)
    with pytest.raises(errors.TokenRefused) as refused:
        await connect(house, other, old)
    assert old not in str(refused.value)


async def test_of_two_creators_who_connect_a_bot_at_once_one_has_it(
    house: Container, home: Home, place: Stage
) -> None:
    other = await make_home(house.db, name="Wick")
    ended = await asyncio.gather(
        *(connect(house, one, place.bot.token) for one in (home, other, home, other)), return_exceptions=True
    )
    assert len(await rows(house, "SELECT 1 FROM telegram_bot")) == 1
    assert sorted(type(one).__name__ for one in ended) == ["BotTaken", "BotTaken", "int", "int"]


async def test_whoever_dies_between_the_row_and_telegram_is_made_up_for(
    reached: Container, home: Home, place: Stage
) -> None:
    connection = await join(reached, home, place.bot)
    place.world.faults.lose_answer("setWebhook")  # Telegram has done it, and nobody heard so
    with pytest.raises(errors.TelegramAway):
        await reached.telegram_joining.switch(home.creator_id, home.avatar.id, webhook=True)
    assert place.bot.webhook
    known = await reached.telegram_bots.of(connection)
    assert known
    assert not known.webhook
    await reached.telegram_hooks.arrange(known)  # as the poller does at the 409
    assert place.bot.webhook is None
