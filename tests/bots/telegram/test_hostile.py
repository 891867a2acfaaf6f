"""What people with bad intentions write and are called: it is shown as it is, and does nothing."""

import pytest

from app.container import Container
from community import service as community
from tests.bots.telegram.living import Living, said, texts
from tests.conversation.stand_ins import Echo
from tests.emulators.telegram.stage import Stage
from tests.emulators.telegram.visitors import Visitor
from tests.factories.people import Home

MARKUP = (
    "<b>bold</b><a href='tg://user?id=1'>x</a>",
    "*bold* _it_ [here](https://evil.example) `code` ||spoiler||",
    "\\*escaped\\* \\[x\\](y)",
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; &#60;",
    "{name} %s %(name)s {{7*7}} ${x}",
    "' OR 1=1; DROP TABLE message; --",
    "/start/help//ask@@",
    "\u202ereversed\u202c and \u2066isolated",
    "zero\u200bwidth\u200djoined\ufeff",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 30,
)


@pytest.fixture
def living(house: Container, joined: int) -> Living:
    house.responder = Echo()
    return Living(house, joined)


@pytest.mark.parametrize("text", MARKUP)
async def test_markup_in_a_message_comes_back_as_its_letters(living: Living, place: Stage, text: str) -> None:
    asked = place.fan.says(place.bot, f"what is {text} ?")["text"]
    await living.goes_on()
    answer = said(place.world.private[place.bot.id, place.fan.user.id], place.bot)[-1]
    assert answer["text"].partition("re: ")[2] == asked
    begins = len(answer["text"].partition("re: ")[0])
    kinds = {mark["type"] for mark in answer.get("entities", ()) if mark["offset"] > begins}
    assert kinds <= {"url", "bot_command", "mention"}  # what Telegram finds in any text by itself


async def test_ten_thousand_characters_are_answered_piece_by_piece(living: Living, place: Stage) -> None:
    whole = "why does it burn? " * 555
    for begin in range(0, len(whole), 4_096):  # as an app sends what is too long
        place.fan.says(place.bot, whole[begin : begin + 4_096])
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert sum(text.count("why does it burn?") for text in texts(chat, place.bot)) >= 550
    assert all(len(text.encode("utf-16-le")) <= 2 * 4_096 for text in texts(chat, place.bot))


async def test_a_text_of_a_thousand_entities_is_one_question(living: Living, place: Stage) -> None:
    text = "#a @b /c " * 400
    marks = [{"type": "bold", "offset": n, "length": 1} for n in range(0, 3_000, 3)]
    place.fan.sends(place.bot, {"text": text.strip(), "entities": marks})
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert "#a @b /c" in texts(chat, place.bot)[-1]
    assert len(said(chat, place.bot)[-1].get("entities", ())) <= 1_000


@pytest.mark.parametrize(
    "name", ["\u202eeveS", "<b>Bo</b>", "x" * 64, "\u200b", "@admin", "/start", "🔥" * 32]
)
async def test_a_hostile_name_is_kept_readable(
    house: Container, home: Home, living: Living, place: Stage, name: str
) -> None:
    fan = Visitor(place.world, place.world.user(name, "en"))
    place.world.private_chat(place.bot, fan.user)
    fan.says(place.bot, "hello?")
    await living.goes_on()
    async with house.db.uow(home.creator_id) as uow:
        found = await community.find_fan(uow, "telegram", str(fan.user.id))
    assert found
    assert not set(found.name) & set("\u202e\u202d\u2066\u200b\x00")
    assert "re: hello?" in texts(place.world.private[place.bot.id, fan.user.id], place.bot)[-1]


async def test_a_message_claims_no_other_sender_and_no_other_chat(
    house: Container, home: Home, living: Living, place: Stage
) -> None:
    """An update whose sender is a bot, a channel's post or the avatar itself starts no conversation."""
    me = place.bot.to_json()
    told = {"message_id": 900, "date": 1, "chat": {"id": 77, "type": "private", "first_name": "X"}}
    for number, sender in enumerate((me, me | {"id": 5, "username": "OtherBot"})):
        place.bot.hear("message", told | {"message_id": 900 + number, "from": sender, "text": "hi"})
    place.bot.hear("message", told | {"text": "from nobody"})
    await living.hear()
    async with house.db.system_uow() as uow:
        assert not [row for row in await uow.fetch("SELECT text FROM message") if row.text != "/start"]
