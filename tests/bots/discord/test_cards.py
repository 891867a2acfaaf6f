"""The team decides in Discord: a card in private with buttons, changed once somebody has decided."""

from kernel.i18n import t
from tests.bots.discord.living import Living, said, texts, until
from tests.emulators.discord.stage import Stage


async def test_a_reply_is_sent_by_a_cards_button_and_the_card_says_so(staffed: Living, stage: Stage) -> None:
    await staffed.hears(stage.fan, "Why yellow?")
    own = stage.world.private_channel(stage.app.user, stage.moderator.user)
    card = said(own, stage.app)[-1]
    assert "re: Why yellow?" in card.content.text
    stage.moderator.presses(card, t("en", "card.send"))
    await until(lambda: any_order(staffed))
    await staffed.answers()
    private = stage.world.private_channel(stage.app.user, stage.fan.user)
    await until(lambda: "re: Why yellow?" in texts(private, stage.app)[-1])
    changed = next(one for one in said(own, stage.app) if one.id == card.id)
    assert t("en", "card.told.sent", name="Robin").rstrip(".") in changed.content.text
    assert not changed.content.components


async def test_an_order_that_nobody_can_carry_out_here_says_so(staffed: Living, stage: Stage) -> None:
    stage.moderator.says(stage.general, f"<@{stage.app.user.id}> /slowmode 30s")
    await until(lambda: any_said(staffed, "slowmode"))
    await staffed.answers()
    await until(lambda: t("en", "mod.elsewhere") in texts(stage.general, stage.app)[-1])


async def any_said(living: Living, word: str) -> bool:
    return any(word in one for one in await living.messages())


async def any_order(living: Living) -> bool:
    return any(one.startswith("/approve") for one in await living.messages())
