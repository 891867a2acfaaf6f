"""Words are written into forms: they begin with what is there, and nothing that was written is lost."""

from conversation.autonomy import Mode
from kernel.i18n import t
from tests.bots.discord.living import Living, said, texts, until
from tests.emulators.discord.components import walk
from tests.emulators.discord.interactions import DEFER, SAY, SHOW_MODAL, Interaction
from tests.emulators.discord.messages import EPHEMERAL, Content, Message
from tests.emulators.discord.stage import Stage
from tests.factories.people import set_mode

EDIT = t("en", "card.edit")


async def card_about(staffed: Living, stage: Stage, question: str) -> Message:
    """What a fan asks waits for the team; its card in the moderator's private chat."""
    await staffed.hears(stage.fan, question)
    own = stage.world.private_channel(stage.app.user, stage.moderator.user)
    return said(own, stage.app)[-1]


async def opened(stage: Stage, card: Message) -> Interaction:
    """The moderator presses Edit, and sees a form."""
    pressed = stage.moderator.presses(card, EDIT)
    assert await pressed.form()
    assert pressed.answered == SHOW_MODAL
    return pressed


def filled(asked: Interaction) -> str:
    """What stands in a form's field before anything is written."""
    assert asked.modal is not None
    return next(str(one["value"]) for one in walk(asked.modal["components"]) if "value" in one)


async def answer(staffed: Living, sent: Interaction) -> Message:
    """What somebody is told who has sent a form."""
    assert await sent.acknowledged()
    assert sent.answered == DEFER
    await staffed.answers()
    shown = await sent.answer(5)
    assert shown is not None
    return shown


def to_fan(stage: Stage) -> list[str]:
    return texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)


class TestEditing:
    async def test_the_draft_stands_in_the_form_and_what_is_sent_by_it_is_the_answer(
        self, staffed: Living, stage: Stage
    ) -> None:
        asked = await opened(stage, await card_about(staffed, stage, "Why yellow?"))
        assert filled(asked).endswith("re: Why yellow?")
        sent = stage.moderator.submits(asked, words="It is soot.\n\nMore next week!")
        await answer(staffed, sent)
        await staffed.answers()
        assert any("It is soot.\n\nMore next week!" in one for one in to_fan(stage))

    async def test_who_sends_it_after_somebody_else_has_decided_is_told_and_gets_the_words_back(
        self, staffed: Living, stage: Stage
    ) -> None:
        card = await card_about(staffed, stage, "Why yellow?")
        asked = await opened(stage, card)
        stage.moderator.presses(card, t("en", "card.drop"))
        await until(lambda: _heard(staffed, "/reject"))
        await staffed.answers()
        shown = await answer(staffed, stage.moderator.submits(asked, words="My *own* long words"))
        assert "has decided this already" in shown.content.text
        assert r"My \*own\* long words" in shown.content.text
        assert not any("long words" in one for one in to_fan(stage))

    async def test_the_same_form_twice_is_sent_once(self, staffed: Living, stage: Stage) -> None:
        asked = await opened(stage, await card_about(staffed, stage, "Why yellow?"))
        stage.world.faults.duplicates = 1.0
        await answer(staffed, stage.moderator.submits(asked, words="It is soot."))
        await staffed.answers()
        assert sum("It is soot." in one for one in to_fan(stage)) == 1

    async def test_other_words_after_that_come_back(self, staffed: Living, stage: Stage) -> None:
        card = await card_about(staffed, stage, "Why yellow?")
        first, second = await opened(stage, card), await opened(stage, card)
        await answer(staffed, stage.moderator.submits(first, words="It is soot."))
        shown = await answer(staffed, stage.moderator.submits(second, words="It is carbon."))
        assert "It is carbon." in shown.content.text

    async def test_as_it_stands_it_may_be_sent_too(self, staffed: Living, stage: Stage) -> None:
        asked = await opened(stage, await card_about(staffed, stage, "Why yellow?"))
        await answer(staffed, stage.moderator.submits(asked))
        await staffed.answers()
        assert any("re: Why yellow?" in one for one in to_fan(stage))

    async def test_what_was_decided_before_brings_up_no_form(self, staffed: Living, stage: Stage) -> None:
        card = await card_about(staffed, stage, "Why yellow?")
        stage.moderator.presses(card, t("en", "card.send"))
        await until(lambda: _heard(staffed, "/approve"))
        await staffed.answers()
        late = stage.moderator.runs(stage.app, stage.app, "mod edit", number="1")
        shown = await answer(staffed, late)
        assert shown.content.text == t("en", "edit.late", id=1, name="Robin")

    async def test_an_order_without_words_brings_it_up_for_the_team_alone(
        self, staffed: Living, stage: Stage
    ) -> None:
        await card_about(staffed, stage, "Why yellow?")
        asked = stage.moderator.runs(stage.app, stage.app, "mod edit", number="1")
        assert await asked.form()
        other = stage.fan.runs(stage.app, stage.app, "mod edit", number="1")
        assert await other.acknowledged()
        assert other.modal is None


class TestCorrecting:
    async def test_the_wrong_words_stand_in_the_form(self, staffed: Living, stage: Stage) -> None:
        wrong = await _answered_in_public(staffed, stage)
        asked = stage.moderator.uses(wrong, stage.app, "Correct reply")
        assert await asked.form()
        assert filled(asked).endswith("re: why?")

    async def test_what_cant_be_taught_comes_back_to_its_writer_alone(
        self, staffed: Living, stage: Stage
    ) -> None:
        other = stage.world.post(stage.general, stage.fan.user, Content("Mine"))
        asked = stage.moderator.uses(other, stage.app, "Correct reply")
        assert await asked.form()
        shown = await answer(staffed, stage.moderator.submits(asked, words="It burns wax."))
        assert "It burns wax." in shown.content.text
        assert shown.flags & EPHEMERAL

    async def test_who_isnt_of_the_team_sees_no_draft_and_is_refused(
        self, staffed: Living, stage: Stage
    ) -> None:
        wrong = await _answered_in_public(staffed, stage)
        stage.creator.gives(stage.guild, stage.fan.user, stage.moderators)
        asked = stage.fan.uses(wrong, stage.app, "Correct reply")
        assert await asked.form()
        assert asked.modal is not None
        assert not any("value" in one for one in walk(asked.modal["components"]))
        sent = stage.fan.submits(asked, words="It burns wax.")
        assert await sent.acknowledged()
        assert sent.answered == SAY


async def _heard(staffed: Living, order: str) -> bool:
    return any(one.startswith(order) for one in await staffed.messages())


async def _answered_in_public(staffed: Living, stage: Stage) -> Message:
    """An answer of the avatar's in a channel, which the team is to find wrong."""
    async with staffed.house.db.uow(staffed.home.creator_id) as uow:
        await set_mode(uow, staffed.home.avatar.id, Mode.AUTO)
    stage.fan.mentions(stage.general, stage.app, "why?")
    await staffed.heard("why?")
    await staffed.answers()
    return said(stage.general, stage.app)[-1]
