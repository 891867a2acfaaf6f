"""Two creators with two bots each in one Telegram: the same people at all of them; nothing crosses over."""

from dataclasses import dataclass

import pytest

from app.container import Container
from app.services import Dsn
from community import service as community
from community.types import AvatarInfo, Role
from kernel.chat import Button, Outbound
from persona_engine.service import Asked, PersonaContext, Reply
from tests.bots.telegram.living import Living, said, texts
from tests.conversation.stand_ins import StandIn
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.people import Bot, Json
from tests.emulators.telegram.stage import Stage
from tests.factories.people import set_mode
from tests.factories.rows import snapshot

SECRETS = ("EMBERSECRET", "WICKSECRET")


class Whose(StandIn):
    """Answers with whose it is, and a button whose text is too long to be sent along."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        whose = context.avatar.creator_name
        button = Button("More", text=f"{whose} {'and so on ' * 8}")
        return Reply((Outbound(f"{whose}: {asked.text}", "en", buttons=(button,)),), "en", "quoted", None)


@dataclass
class Here:
    """One of the bots: whose it is, and its processes."""

    secret: str
    creator: int
    avatar: AvatarInfo
    bot: Bot
    living: Living

    def chat(self, place: Stage) -> Chat:
        """Its private chat with the fan."""
        return place.world.private_chat(self.bot, place.fan.user)


@pytest.fixture
async def four(house: Container, place: Stage) -> list[Here]:
    house.responder = Whose()
    made = []
    for secret in SECRETS:
        async with house.db.system_uow() as uow:
            creator = await community.create_creator(uow, f"{secret} House")
        for number in (1, 2):
            async with house.db.uow(creator) as uow:
                avatar = await community.create_avatar(
                    uow, slug=f"{secret.lower()}-{number}", name=secret, languages=["en"], live=True
                )
                await set_mode(uow, avatar.id)
            bot = place.world.bot(f"{secret}{number}Bot", secret, owner=place.creator.user)
            for chat in (place.supergroup, place.forum):
                place.world.enter(chat, bot, place.creator.user)
            done = await house.telegram_joining.connect(creator, avatar.id, bot.token)
            made.append(Here(secret, creator, avatar, bot, Living(house, done.connection_id)))
    return made


def others_of(four: list[Here], one: Here) -> list[str]:
    return [each.secret for each in four if each.secret != one.secret]


async def go_on(four: list[Here]) -> None:
    for one in four:
        while await one.living.hear():
            pass
    await four[0].living.answer()
    await four[0].living.send()


def heard(place: Stage, one: Here) -> str:
    """Everything that a bot has said, anywhere, buttons and all."""
    chats = (one.chat(place), place.supergroup, place.forum)
    return repr([message for chat in chats for message in said(chat, one.bot)])


async def refill(house: Container) -> None:
    async with house.db.system_uow() as uow:
        await uow.send("UPDATE thread SET allowance = 12")
        await uow.send("UPDATE chat SET allowance = 60, settings = settings || '{\"cool_down_s\": 0}'")


async def test_every_command_at_each_bot_is_answered_by_its_own_avatar(
    house: Container, four: list[Here], place: Stage
) -> None:
    for name in house.commands.commands:
        for one in four:
            place.fan.says(one.bot, f"/{name}")
            place.fan.says(place.supergroup, f"/{name}@{one.bot.username} 1")
        await go_on(four)
        await refill(house)
    for one in four:
        told = heard(place, one)
        assert not [secret for secret in others_of(four, one) if secret in told]
        assert one.secret in told
    async with house.db.system_uow() as uow:
        crossed = await uow.fetch(
            "SELECT thread.id FROM thread JOIN avatar ON avatar.id = thread.avatar_id "
            "JOIN connection ON connection.id = thread.connection_id "
            "WHERE thread.creator_id <> avatar.creator_id OR connection.avatar_id <> thread.avatar_id"
        )
        fans = await uow.fetch("SELECT creator_id, count(*) AS n FROM fan GROUP BY creator_id")
    assert crossed == []
    assert {row.n for row in fans} == {1}  # one fan of each creator, though it is the same person


async def test_a_person_of_one_team_orders_nothing_at_the_others_bots(
    house: Container, dsn: Dsn, four: list[Here], place: Stage
) -> None:
    mine, theirs = four[0], four[2]
    async with house.db.system_uow() as uow:
        await community.invite(uow, mine.creator, "Robin", Role.OWNER)
        account = (await community.members(uow, mine.creator))[-1].account_id
    async with house.db.uow(mine.creator) as uow:
        token = await community.link_staff(uow, account)
    place.creator.starts(mine.bot, f"staff_{token}")
    await go_on(four)
    place.creator.says(theirs.bot, "hello")
    await go_on(four)
    async with house.db.uow(mine.creator) as uow:
        again = await community.link_staff(uow, account)
    place.creator.starts(theirs.bot, f"staff_{again}")
    for order in ("/pause", "/queue", "/approve 1", "/reject 1", "/topic block soot"):
        place.creator.says(theirs.bot, order)
        await go_on(four)
        await refill(house)
    async with house.db.system_uow() as uow:
        paused = await uow.fetch("SELECT avatar_id FROM autonomy WHERE paused_at IS NOT NULL")
        staff = await uow.fetch("SELECT creator_id FROM staff_identity")
    assert paused == []
    assert [row.creator_id for row in staff] == [mine.creator]
    place.creator.says(mine.bot, "/pause")
    await go_on(four)
    async with house.db.system_uow() as uow:
        paused = await uow.fetch("SELECT avatar_id FROM autonomy WHERE paused_at IS NOT NULL")
    assert [row.avatar_id for row in paused] == [mine.avatar.id]


async def test_a_button_or_an_opinion_about_anothers_answer_is_about_nothing(
    house: Container, dsn: Dsn, four: list[Here], place: Stage
) -> None:
    mine, theirs = four[0], four[2]
    for one in (mine, theirs):
        place.fan.says(one.bot, "Why?")
    await go_on(four)
    answer: Json = said(theirs.chat(place), theirs.bot)[-1]
    (button,) = (
        each for row in answer["reply_markup"]["inline_keyboard"] for each in row if each["text"] == "More"
    )
    assert button["callback_data"].startswith("o:")
    before = snapshot(dsn, theirs.creator)
    own: Json = said(mine.chat(place), mine.bot)[-1]
    for number, data in enumerate(
        (button["callback_data"], "o:1:0", "o:-1:0", "o:1:99", "fb:flag", "say:", "x")
    ):
        mine.bot.hear(
            "callback_query",
            {
                "id": str(900 + number),
                "from": place.fan.user.to_json(),
                "chat_instance": "1",
                "data": data,
                "message": own | {"message_id": answer["message_id"]},
            },
        )
    while await mine.living.hear():
        pass
    await mine.living.answer()
    assert snapshot(dsn, theirs.creator) == before
    await go_on(four)
    assert theirs.secret not in heard(place, mine)


async def test_what_one_creator_erases_stays_with_the_other(
    house: Container, four: list[Here], place: Stage
) -> None:
    for one in four:
        place.fan.says(one.bot, "Remember me?")
    await go_on(four)
    place.fan.says(four[0].bot, "/forgetme yes")
    await go_on(four)
    async with house.db.system_uow() as uow:
        await uow.send("UPDATE outbound SET sent_at = sent_at - interval '1 hour'")
    await house.erasures.sweep()
    async with house.db.system_uow() as uow:
        left = await uow.fetch("SELECT DISTINCT creator_id FROM message")
    assert [row.creator_id for row in left] == [four[2].creator]
    assert "Remember me?" in texts(four[2].chat(place), four[2].bot)[-1]
