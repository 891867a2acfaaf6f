"""Groups in Telegram: the team orders in reply to answers, fans report them, newcomers are welcomed."""

from datetime import timedelta
from typing import Any

import pytest

from app.container import Container
from community import service as community
from community.types import ChatNews, ChatSettings, Role
from kernel import clock
from kernel.i18n import t
from persona_engine.service import learning
from tests.bots.telegram.living import Living, said, texts
from tests.conversation.stand_ins import Avatar
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home

HEARD = "quoted 0.9 soot"


@pytest.fixture
def living(house: Container, joined: int) -> Living:
    house.responder = Avatar()
    return Living(house, joined)


@pytest.fixture
async def staffed(house: Container, home: Home, living: Living, place: Stage) -> Living:
    """The creator has told the bot who they are."""
    async with house.db.system_uow() as uow:
        await community.invite(uow, home.creator_id, "Robin", Role.CREATOR)
        account = (await community.members(uow, home.creator_id))[-1].account_id
    async with house.db.uow(home.creator_id) as uow:
        token = await community.link_staff(uow, account)
    place.creator.starts(place.bot, f"staff_{token}")
    await living.goes_on()
    assert private(place, place.creator)[-1] == t("en", "staff.known", name="Robin")
    return living


def private(place: Stage, visitor: Visitor) -> list[str]:
    return texts(place.world.private[place.bot.id, visitor.user.id], place.bot)


async def answered(living: Living, place: Stage) -> Any:
    """A fan's question in the group, and the message that answers it."""
    place.fan.says(place.supergroup, f"@EmberStandInBot {HEARD}")
    await living.goes_on()
    return said(place.supergroup, place.bot)[-1]


async def test_an_answer_is_put_right_in_reply_to_it_by_the_team_alone(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    answer = await answered(staffed, place)
    before = len(said(place.supergroup, place.bot))
    place.fan.says(place.supergroup, "/fix Green men make it.", reply_to=answer)
    await staffed.goes_on()
    assert len(said(place.supergroup, place.bot)) == before, "who may not, hears nothing"
    place.creator.says(place.supergroup, "/fix Soot glows yellow.", reply_to=answer)
    await staffed.goes_on()
    assert texts(place.supergroup, place.bot)[-1].endswith(t("en", "fix.done", question=HEARD))
    async with house.db.uow(home.creator_id) as uow:
        taught = (await learning.listing(uow, home.avatar.id)).items
    assert [each.text for each in taught] == ["Soot glows yellow."]


async def test_the_team_pauses_and_resumes_from_a_group(staffed: Living, place: Stage) -> None:
    place.creator.says(place.supergroup, "/pause")
    await staffed.goes_on()
    assert texts(place.supergroup, place.bot)[-1].endswith(t("en", "order.paused"))
    count = len(said(place.supergroup, place.bot))
    place.fan.says(place.supergroup, f"@EmberStandInBot {HEARD}")
    await staffed.goes_on()
    assert len(said(place.supergroup, place.bot)) == count
    place.creator.says(place.supergroup, "/resume")
    await staffed.goes_on()
    assert any(one.endswith(t("en", "order.resumed")) for one in texts(place.supergroup, place.bot))


async def test_who_orders_anonymously_is_told_that_nobody_knows_who_they_are(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    place.creator.says(place.supergroup, "/pause", as_chat=place.supergroup)
    await staffed.hear()
    staffed.offset = 0  # a process that died before it confirmed
    place.bot.updates.extendleft(reversed(place.bot.confirmed))
    await staffed.goes_on()
    assert texts(place.supergroup, place.bot) == [t("en", "order.faceless")]
    async with house.db.uow(home.creator_id) as uow:
        assert await uow.fetch("SELECT 1 FROM autonomy WHERE paused_at IS NOT NULL") == []
        assert await uow.fetch("SELECT 1 FROM message WHERE text = '/pause'") == []
    place.creator.says(place.supergroup, "/pause")
    await staffed.goes_on()
    place.creator.says(place.supergroup, "/resume", as_chat=place.supergroup)
    await staffed.goes_on()
    assert texts(place.supergroup, place.bot)[-1] == t("en", "order.faceless"), "also while it is paused"


async def test_anybody_may_report_an_answer_or_ask_for_its_sources(
    house: Container, home: Home, living: Living, place: Stage
) -> None:
    answer = await answered(living, place)
    place.creator.says(place.supergroup, "/report", reply_to=answer)
    await living.goes_on()
    done = t("en", "report.done", creator=home.avatar.creator_name)
    assert texts(place.supergroup, place.bot)[-1].endswith(done)
    async with house.db.uow(home.creator_id) as uow:
        (flag,) = await uow.fetch("SELECT kind FROM feedback")
    assert flag.kind == "flag"
    place.creator.says(place.supergroup, "/sources", reply_to=answer)
    await living.goes_on()
    assert "The flame" in texts(place.supergroup, place.bot)[-1]


async def test_what_is_for_one_pair_of_eyes_is_told_in_private(living: Living, place: Stage) -> None:
    place.fan.says(place.supergroup, "/me")
    await living.goes_on()
    (way,) = said(place.supergroup, place.bot)
    (button,) = way["reply_markup"]["inline_keyboard"][0]
    assert button["url"].endswith("?start=me")
    place.fan.starts(place.bot, "me")
    await living.goes_on()
    assert t("es", "facts.unknown.1") in private(place, place.fan)[-1]


async def welcoming(house: Container, home: Home, living: Living, place: Stage) -> None:
    """Have newcomers to the group welcomed."""
    room = str(place.supergroup.id)
    async with house.db.uow(home.creator_id) as uow:
        news = ChatNews(living.connection_id, "telegram", room, "group", "Candle lab", state="member")
        chat = await community.note_chat(uow, home.avatar.id, news, seen=1)
        await community.save_chat(uow, home.avatar.id, chat.id, ChatSettings(welcomes=True))


async def test_who_joins_a_group_that_shows_no_messages_of_that_is_welcomed_too(
    house: Container, home: Home, living: Living, place: Stage
) -> None:
    await welcoming(house, home, living, place)
    await living.hear()
    ada, grace = (place.world.user(name, "en") for name in ("Ada", "Grace"))
    place.world.enter(place.supergroup, ada, quietly=True)
    place.world.enter(place.supergroup, grace)
    place.world.enter(place.supergroup, place.world.bot("OtherBot"), quietly=True)
    place.world.promote(place.supergroup, grace, place.creator.user)
    place.world.enter(place.channel, ada)
    await living.goes_on()
    with clock.shifted(timedelta(seconds=20)):
        await living.send()
    (welcome,) = said(place.supergroup, place.bot)
    assert welcome["text"].startswith("Welcome, Ada and Grace! ")


async def test_newcomers_are_welcomed_together_and_their_names_lead_nowhere(
    house: Container, home: Home, living: Living, place: Stage
) -> None:
    await welcoming(house, home, living, place)
    for name in ("Ada", "\u202e@admin t.me/spam <b>https://evil.example</b>"):
        Visitor(place.world, place.world.user(name, "en")).joins(place.supergroup)
    await living.goes_on()
    assert said(place.supergroup, place.bot) == [], "more may come"
    with clock.shifted(timedelta(seconds=20)):
        await living.send()
    (welcome,) = said(place.supergroup, place.bot)
    assert welcome["text"].startswith("Welcome, Ada and admin t me spam b https evil ex…! ")
    assert not {"url", "mention", "text_link"} & {each["type"] for each in welcome.get("entities", [])}
    assert t("en", "disclosure.first", creator=home.avatar.creator_name) in welcome["text"]


async def test_somebody_of_the_team_talks_with_a_fan_from_their_private_chat(
    house: Container, home: Home, staffed: Living, place: Stage
) -> None:
    answer = await answered(staffed, place)
    place.fan.says(place.supergroup, "/takeover 30m", reply_to=answer)
    await staffed.goes_on()
    assert t("en", "order.taken", minutes=30) not in texts(place.supergroup, place.bot)
    place.creator.says(place.supergroup, "/takeover 30m", reply_to=answer)
    await staffed.goes_on()
    told = "\n".join(texts(place.supergroup, place.bot))
    assert t("en", "order.taken.for", count=30) in told
    assert t("en", "takeover.begun", creator=home.avatar.creator_name) in told
    card = said(place.world.private[place.bot.id, place.creator.user.id], place.bot)[-1]
    assert HEARD in card["text"]
    place.creator.says(place.bot, "I am here myself.", reply_to=card)
    await staffed.goes_on()
    assert texts(place.supergroup, place.bot)[-1].endswith("I am here myself.")
    assert texts(place.supergroup, place.bot)[-1].startswith("A person from ")
    place.fan.says(place.supergroup, "@EmberStandInBot quoted 0.9 really you?")
    await staffed.goes_on()
    assert "really you?" in private(place, place.creator)[-1]
    assert "really you?" not in texts(place.supergroup, place.bot)[-1]
    place.creator.says(place.bot, "/release")
    await staffed.goes_on()
    assert private(place, place.creator)[-1] == t("en", "order.released")
    assert t("en", "takeover.ended", creator=home.avatar.creator_name) in texts(place.supergroup, place.bot)
