"""Commands, buttons, menus and modals: each is answered at once, and then with what it asked for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from app.instance import listen
from app.sites import public_site
from conversation.autonomy import Mode
from tests.bots.discord.living import Living, said, texts, until
from tests.emulators.discord.interactions import DEFER, SAY, SHOW_MODAL, Interaction
from tests.emulators.discord.messages import EPHEMERAL, LOADING, Content
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.factories.people import set_mode

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


async def answered(living: Living, asked: Interaction) -> str:
    """What somebody is shown in the end."""
    assert await asked.acknowledged()
    await living.answers()
    answer = await asked.answer(5)
    assert answer is not None
    assert not answer.flags & LOADING
    return answer.content.text


class TestCommands:
    async def test_a_question_is_deferred_then_answered_in_its_place(
        self, living: Living, stage: Stage
    ) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "ask", question="Why yellow?")
        assert await asked.acknowledged()
        assert asked.answered == DEFER
        assert (await answered(living, asked)).endswith("re: Why yellow?")
        assert len(said(stage.general, stage.app)) == 1

    async def test_in_private_too(self, living: Living, stage: Stage) -> None:
        asked = stage.fan.runs(stage.app, stage.app, "help")
        assert "/ask" in await answered(living, asked)

    async def test_what_is_for_one_persons_eyes_is_shown_to_them_alone(
        self, living: Living, stage: Stage
    ) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "me")
        await answered(living, asked)
        assert asked.original is not None
        assert asked.original.flags & EPHEMERAL

    async def test_the_language_of_somebodys_discord_is_taken_as_theirs(
        self, living: Living, stage: Stage
    ) -> None:
        asked = stage.fan.runs(stage.app, stage.app, "terms")
        assert "IA" in await answered(living, asked)

    async def test_the_same_twice_is_answered_once(self, living: Living, stage: Stage) -> None:
        stage.world.faults.duplicates = 1.0
        asked = stage.fan.runs(stage.general, stage.app, "ask", question="Once?")
        await answered(living, asked)
        assert await living.messages() == ["Once?"]

    async def test_an_order_of_somebody_who_has_none_to_give_is_refused_to_them_alone(
        self, living: Living, stage: Stage
    ) -> None:
        asked = stage.moderator.runs(stage.general, stage.app, "avatar pause")
        assert await asked.acknowledged()
        assert asked.answered == SAY
        assert asked.original is not None
        assert asked.original.flags & EPHEMERAL
        assert await living.messages() == []

    async def test_after_a_quarter_of_an_hour_the_answer_is_a_message(
        self, living: Living, stage: Stage
    ) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "ask", question="Late?")
        assert await asked.acknowledged()
        stage.world.clock.moves(16 * 60)
        await living.answers()
        assert texts(stage.general, stage.app)[-1].endswith("re: Late?")

    async def test_tokens_are_sealed_and_forgotten(self, living: Living, stage: Stage) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "ask", question="Secret?")
        await answered(living, asked)
        (row,) = await living.rows("SELECT token FROM discord_interaction")
        assert asked.token not in row.token

    async def test_where_nobody_answers_now_it_is_said_so(self, living: Living, stage: Stage) -> None:
        async with living.house.db.uow(living.home.creator_id) as uow:
            await set_mode(uow, living.home.avatar.id, Mode.SHADOW)
        asked = stage.fan.runs(stage.app, stage.app, "ask", question="Anybody?")
        assert await asked.acknowledged()
        assert asked.answered == SAY


class TestTyping:
    async def test_languages_are_offered_as_they_are_typed(self, living: Living, stage: Stage) -> None:
        offered = await stage.fan.autocompletes(stage.app, stage.app, "lang", "language", "esp")
        assert [one["value"] for one in offered] == ["es"]


class TestMenus:
    async def test_a_reply_is_reported(self, living: Living, stage: Stage) -> None:
        stage.fan.mentions(stage.general, stage.app, "why?")
        await living.heard("why?")
        await living.answers()
        (answer,) = said(stage.general, stage.app)
        await answered(living, stage.fan.uses(answer, stage.app, "Report AI reply"))
        await living.comes_to("SELECT kind FROM feedback", ["flag"])

    async def test_the_right_words_are_asked_for(self, living: Living, stage: Stage) -> None:
        own = stage.world.post(stage.general, stage.app.user, Content("A candle burns."))
        asked = stage.moderator.uses(own, stage.app, "Correct reply")
        assert await asked.form()
        assert asked.answered == SHOW_MODAL
        # Whoever isn't the creator's is refused: by the same check as the command that it stands for.
        sent = stage.moderator.submits(asked, words="It burns wax.")
        assert await sent.acknowledged()
        assert sent.answered == SAY


class TestButtons:
    async def test_what_a_button_says_is_said(self, living: Living, stage: Stage) -> None:
        shown = stage.fan.runs(stage.app, stage.app, "privacy")
        await answered(living, shown)
        assert shown.original is not None
        pressed = stage.fan.presses(shown.original, "/export")
        await answered(living, pressed)
        assert await living.messages() == ["/privacy", "/export"]

    async def test_an_opinion_is_thanked_for(self, living: Living, stage: Stage) -> None:
        good = {"type": 2, "style": 2, "label": "👍", "custom_id": "fb:good"}
        private = stage.world.private_channel(stage.app.user, stage.fan.user)
        own = stage.world.post(private, stage.app.user, Content("Carbon.", components=[_row(good)]))
        pressed = stage.fan.presses(own, "👍")
        assert await pressed.acknowledged()
        assert pressed.answered == SAY


class TestOverHttp:
    @pytest.fixture
    async def endpoint(self, living: Living, stage: Stage) -> AsyncIterator[str]:
        """The public site on the loopback, to which the app's interactions are posted."""
        sockets = listen(0, "127.0.0.1", tries=1)
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        site = public_site(living.house, address)
        serving = uvicorn.Server(uvicorn.Config(site, log_config=None, lifespan="off"))
        task = asyncio.create_task(serving.serve(sockets=sockets))
        await until(lambda: serving.started)
        yield f"{address}/discord/{stage.app.id}"
        serving.should_exit = True
        await task

    async def test_discord_finds_that_only_its_own_is_taken(
        self, living: Living, stage: Stage, server: DiscordServer, endpoint: str
    ) -> None:
        assert await server.poster.answers(stage.app, endpoint)

    async def test_it_is_the_same_as_by_the_gateway(
        self, living: Living, stage: Stage, server: DiscordServer, endpoint: str
    ) -> None:
        await living.goes()
        await server.poster.point(stage.app, endpoint)
        asked = stage.fan.runs(stage.general, stage.app, "ask", question="Posted?")
        assert (await answered(living, asked)).endswith("re: Posted?")
        assert server.made(CALLBACK) == []

    async def test_nobodys_app_is_told_nothing(
        self, stage: Stage, server: DiscordServer, endpoint: str
    ) -> None:
        elsewhere = endpoint.replace(str(stage.app.id), "12345")
        assert not await server.poster.answers(stage.app, elsewhere)


def _row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "id": 1, "components": [{"id": at + 2, **one} for at, one in enumerate(components)]}
