"""The team decides in Discord: a card in private with buttons, changed once somebody has decided."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.discord.cards import COMPONENTS_V2, MOST_UNITS, card, names_of
from bots.discord.text import Setting, TooLong
from conversation import repository
from conversation.broadcasts import said as news
from kernel.chat import Button, Citation, Medium, Outbound, units
from kernel.i18n import t
from kernel.lang import SUPPORTED
from moderation import service as moderation
from moderation.types import Kind
from tests.bots.discord.living import Living, buttons, said, texts, until, words
from tests.conversation.stand_ins import Avatar
from tests.emulators.discord.components import CONTAINER, GALLERY, MOST_IN_ALL, TEXT, walk
from tests.emulators.discord.stage import Stage

HERE = Setting(42, "https://chat.example", private=True)


async def test_a_reply_is_sent_by_a_cards_button_and_the_card_says_so(staffed: Living, stage: Stage) -> None:
    await staffed.hears(stage.fan, "Why yellow?")
    own = stage.world.private_channel(stage.app.user, stage.moderator.user)
    card = said(own, stage.app)[-1]
    assert "re: Why yellow?" in words(card)
    stage.moderator.presses(card, t("en", "card.send"))
    await until(lambda: any_order(staffed))
    await staffed.answers()
    private = stage.world.private_channel(stage.app.user, stage.fan.user)
    await until(lambda: "re: Why yellow?" in texts(private, stage.app)[-1])
    changed = next(one for one in said(own, stage.app) if one.id == card.id)
    assert t("en", "card.told.sent", name="Robin").rstrip(".") in words(changed)
    assert buttons(changed) == []


async def test_an_appeal_comes_to_the_moderators_private_chat(staffed: Living, stage: Stage) -> None:
    home, connection, fan = staffed.home, staffed.connection, str(stage.fan.user.id)
    async with staffed.house.db.uow(home.creator_id) as uow:
        place = moderation.Place(home.avatar.id, connection, "discord", str(stage.general.id), "", "en")
        whom = await moderation.whom(uow, "discord", fan, "Ana")
        case = await moderation.warn(uow, place, moderation.Decision(Kind.WARN, "one", "Robin"), whom)
        private = str(stage.world.private_channel(stage.app.user, stage.fan.user).id)
        await moderation.appeals.lodge(uow, case, whom.fan_id, connection, private, "en", "It was a joke.")
    await staffed.answers()
    card = said(stage.world.private_channel(stage.app.user, stage.moderator.user), stage.app)[-1]
    assert "It was a joke." in words(card)
    assert buttons(card) == [t("en", "appeal.approve"), t("en", "appeal.deny")]


async def test_an_order_that_nobody_can_carry_out_here_says_so(staffed: Living, stage: Stage) -> None:
    stage.moderator.says(stage.general, f"<@{stage.app.user.id}> /captcha on")
    await until(lambda: any_said(staffed, "captcha"))
    await staffed.answers()
    await until(lambda: t("en", "mod.elsewhere") in texts(stage.general, stage.app)[-1])


async def any_said(living: Living, word: str) -> bool:
    return any(word in one for one in await living.messages())


async def any_order(living: Living) -> bool:
    return any(one.startswith("/approve") for one in await living.messages())


class TestHowACardLooks:
    async def test_it_is_a_container_whose_colour_changes_once_it_is_decided(
        self, staffed: Living, stage: Stage
    ) -> None:
        await staffed.hears(stage.fan, "Why yellow?")
        own = stage.world.private_channel(stage.app.user, stage.moderator.user)
        shown = said(own, stage.app)[-1]
        (container,) = shown.content.components
        assert (container["type"], shown.flags & COMPONENTS_V2) == (CONTAINER, COMPONENTS_V2)
        before = container["accent_color"]
        stage.moderator.presses(shown, t("en", "card.drop"))
        await until(lambda: any_said(staffed, "/reject"))
        await staffed.answers()
        (changed,) = shown.content.components
        assert changed["accent_color"] != before

    async def test_sources_stand_in_one_that_takes_the_place_of_what_was_deferred(
        self, living: Living, stage: Stage
    ) -> None:
        living.house.responder = Avatar()
        await living.hears(stage.fan, "quoted 0.9 yellow")
        asked = stage.fan.runs(stage.app, stage.app, "sources")
        assert await asked.acknowledged()
        await living.answers()
        shown = await asked.answer(5)
        assert shown is not None
        assert shown.flags & COMPONENTS_V2
        assert "The flame" in words(shown)

    async def test_an_answer_stays_a_text(self, living: Living, stage: Stage) -> None:
        await living.hears(stage.fan, "Why yellow?")
        private = stage.world.private_channel(stage.app.user, stage.fan.user)
        assert not said(private, stage.app)[-1].flags & COMPONENTS_V2

    async def test_a_picture_of_news_stands_within_it(self, living: Living, stage: Stage) -> None:
        house, home = living.house, living.home
        stored = await house.files.save(home.creator_id, _bytes(b"a picture"), limit=100)
        candle = Medium("photo", stored.sha256, "neue Kerze.jpg")
        told = news("The new candles are here.", "en", "Ember", candle)
        async with house.db.uow(home.creator_id) as uow:
            await repository.add_outbound(
                uow, thread_id=None, connection_id=living.connection, message_id=None, once="news:1",
                payload=told.to_json(), chat_id=str(stage.general.id),
            )  # fmt: skip
        await living.answers()
        shown = said(stage.general, stage.app)[-1]
        (gallery,) = [one for one in walk(shown.content.components) if one["type"] == GALLERY]
        (kept,) = shown.content.attachments
        assert kept.file.content == b"a picture"
        assert f"/{kept.id}/" in gallery["items"][0]["media"]["url"]


FULL = Outbound(
    "*" * 1_200, "en",
    citations=tuple(Citation(f"Source {n} {'x' * 100}", "", n) for n in range(10)),
    buttons=tuple(Button(f"{n} {'y' * 90}", text=f"/approve {n}") for n in range(25)),
    notice="_" * 200, quote="`" * 300, judged=False, card="waits",
)  # fmt: skip


def paragraphs(made: dict[str, Any]) -> list[str]:
    return [one["content"] for one in walk([made]) if one["type"] == TEXT]


class TestWithinWhatDiscordTakes:
    def test_the_fullest_card_fits(self) -> None:
        (made,) = card(FULL, HERE, [], outbound_id=7).components
        assert sum(map(units, paragraphs(made))) <= MOST_UNITS
        assert sum(1 for _ in walk([made])) <= MOST_IN_ALL

    def test_what_is_more_than_a_message_is_refused(self) -> None:
        with pytest.raises(TooLong):
            card(Outbound("x" * 4_001, "en", card="note"), HERE, [], outbound_id=7)

    def test_nothing_in_it_is_markup_but_its_first_line_and_what_it_answers(self) -> None:
        told = Outbound("# *x*", "en", notice="**Waits**\nMore", quote="> [a](b)\n-# c", card="waits")
        notice, quote, text = paragraphs(card(told, HERE, [], outbound_id=7).components[0])
        assert notice == r"**\*\*Waits\*\***" + "\nMore"
        assert quote.split("\n") == [r"> \> \[a\](b)", r"> \-# c"]
        assert text == r"\# \*x\*"

    def test_files_have_names_that_need_no_other_signs(self) -> None:
        media = [Medium("photo", "a"), Medium("photo", "b"), Medium("document", "c")]
        assert names_of(media, ["ä b.jpg", "شمعة", "x.p/d"]) == ["photo1.jpg", "photo2.bin", "document3.bin"]

    @pytest.mark.parametrize("lang", SUPPORTED)
    def test_in_every_language_a_paragraph_begins_in_its_own_direction(self, lang: str) -> None:
        """What stands before its first letter is markup alone: it turns no line."""
        told = Outbound(
            "text", lang, notice=t(lang, "card.waits", id=7, name="Ana", platform="Discord"), card="waits"
        )
        notice, *_ = paragraphs(card(told, HERE, [], outbound_id=7).components[0])
        assert notice.startswith("**")
        assert notice.endswith("**")


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content
