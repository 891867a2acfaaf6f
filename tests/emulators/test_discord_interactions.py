"""Interactions through the Discord emulator: real discord.py answers what people do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.emulators.discord.client import Connect
from tests.emulators.discord.components import BUTTON, ROW
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.interactions import Interaction
from tests.emulators.discord.people import Json
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage
from tests.emulators.discord.wire import Listener, Wire

ASK: Json = {
    "name": "ask",
    "description": "Ask the stand-in",
    "options": [{"type": 3, "name": "question", "description": "What to ask", "required": True}],
}


class Feedback(discord.ui.Modal, title="Correct this reply"):
    better: discord.ui.TextInput[Any] = discord.ui.TextInput(label="What should it say?", custom_id="better")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Taught: {self.better.value}", ephemeral=True)


class Labelled(discord.ui.Modal, title="A new topic"):
    name: discord.ui.Label[Any] = discord.ui.Label(
        text="Its name",
        description="One word",
        component=discord.ui.TextInput(custom_id="name", max_length=20),
    )
    kind: discord.ui.Label[Any] = discord.ui.Label(
        text="What to do",
        component=discord.ui.Select(
            custom_id="kind",
            options=[discord.SelectOption(label="refuse"), discord.SelectOption(label="hand over")],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, kind = self.name.component, self.kind.component
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(kind, discord.ui.Select)
        await interaction.response.send_message(f"{name.value}: {kind.values[0]}")


class Buttons(discord.ui.View):
    @discord.ui.button(label="Helpful", custom_id="helpful")
    async def helpful(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="Thank you", view=None)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Later, then")

    @discord.ui.select(
        options=[discord.SelectOption(label=one) for one in ("wax", "wick")], custom_id="topic"
    )
    async def topic(self, interaction: discord.Interaction, select: Any) -> None:
        await interaction.response.send_message(f"About {select.values[0]}")


class Bot(discord.Client):
    """What a bot does that answers in each of the ways there are."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(app_commands.Command(name="ask", description="Ask", callback=self.ask))
        self.tree.add_command(app_commands.Command(name="new", description="New", callback=self.new))
        self.tree.add_command(app_commands.Command(name="think", description="Think", callback=self.think))
        self.tree.add_command(app_commands.ContextMenu(name="Correct reply", callback=self.correct))
        self.tree.add_command(app_commands.ContextMenu(name="Who is this", callback=self.who))
        topics = app_commands.Group(name="topic", description="Topics")
        block: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="block", description="Block one", callback=self.block
        )
        block.autocomplete("name")(self.offers)
        topics.add_command(block)
        self.tree.add_command(topics)

    async def new(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Labelled(custom_id="new"))

    async def ask(self, interaction: discord.Interaction, question: str) -> None:
        await interaction.response.send_message(f"You asked: {question}", view=Buttons())

    async def think(self, interaction: discord.Interaction, privately: bool = False) -> None:
        await interaction.response.defer(thinking=True, ephemeral=privately)
        await asyncio.sleep(0.05)
        await interaction.followup.send("I thought")
        await interaction.followup.send("And more")

    async def block(self, interaction: discord.Interaction, name: str, days: int = 7) -> None:
        await interaction.response.send_message(f"{name} for {days} days", ephemeral=True)

    async def offers(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        known = ("dosage", "dogs", "doors")
        return [app_commands.Choice(name=one, value=one) for one in known if one.startswith(typed)]

    async def correct(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(Feedback(custom_id=f"fix:{message.id}"))

    async def who(self, interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"That is {member.display_name}", ephemeral=True)


@pytest.fixture
async def bot(connect: Connect, stage: Stage) -> Bot:
    made = Bot()
    await connect(made, stage.app)
    await made.tree.sync()
    return made


@pytest.mark.usefixtures("bot")
class TestWithDiscordPy:
    async def test_a_command_is_answered_at_once(self, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.general, stage.app, "ask", question="Why yellow?").answer()
        assert answer is not None
        assert answer.content.text == "You asked: Why yellow?"
        assert stage.fan.texts(stage.general) == stage.moderator.texts(stage.general) == [answer.content.text]

    async def test_what_was_deferred_is_filled_by_the_first_that_follows(self, stage: Stage) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "think")
        answer = await asked.answer()
        assert answer is not None
        assert await asked.until(lambda: bool(asked.followups), 10)
        assert stage.fan.texts(stage.general) == ["I thought", "And more"]
        assert asked.followups[0].content.reference is answer

    async def test_a_private_answer_is_seen_by_one_alone(self, stage: Stage) -> None:
        asked = stage.fan.runs(stage.general, stage.app, "think", privately=True)
        await asked.answer()
        assert stage.fan.texts(stage.general)[0] == "I thought"
        assert "I thought" not in stage.moderator.texts(stage.general)

    async def test_a_group_with_autocompletion(self, stage: Stage) -> None:
        offered = await stage.moderator.autocompletes(stage.general, stage.app, "topic block", "name", "do")
        assert [one["value"] for one in offered] == ["dosage", "dogs", "doors"]
        asked = stage.moderator.runs(stage.general, stage.app, "topic block", name="dosage", days=3)
        answer = await asked.answer()
        assert answer is not None
        assert answer.content.text == "dosage for 3 days"

    async def test_a_button_changes_its_message(self, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.general, stage.app, "ask", question="?").answer()
        assert answer is not None
        shown = await stage.fan.presses(answer, "Helpful").answer()
        assert shown is answer
        assert (answer.content.text, answer.content.components) == ("Thank you", [])

    async def test_a_button_whose_change_comes_later(self, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.general, stage.app, "ask", question="?").answer()
        assert answer is not None
        pressed = stage.fan.presses(answer, "Later")
        assert await pressed.acknowledged()
        assert await pressed.until(lambda: answer.content.text == "Later, then", 10)

    async def test_a_select(self, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.general, stage.app, "ask", question="?").answer()
        assert answer is not None
        shown = await stage.fan.picks(answer, "topic", "wick").answer()
        assert shown is not None
        assert shown.content.text == "About wick"
        with pytest.raises(LookupError):
            stage.fan.picks(answer, "topic", "wood")

    async def test_a_messages_menu_brings_up_a_modal(self, stage: Stage) -> None:
        message = stage.fan.says(stage.general, "A candle burns")
        asked = stage.moderator.uses(message, stage.app, "Correct reply")
        form = await asked.form()
        assert form is not None
        assert form["title"] == "Correct this reply"
        with pytest.raises(LookupError):
            stage.moderator.submits(asked, better="")
        answer = await stage.moderator.submits(asked, better="A flame burns").answer()
        assert answer is not None
        assert (answer.content.text, answer.only_for) == ("Taught: A flame burns", stage.moderator.user.id)

    async def test_a_modal_with_labels_and_a_select(self, stage: Stage) -> None:
        asked = stage.moderator.runs(stage.general, stage.app, "new")
        assert await asked.form() is not None
        with pytest.raises(LookupError):
            stage.moderator.submits(asked, name="n" * 21, kind=["refuse"])
        answer = await stage.moderator.submits(asked, name="dosage", kind=["refuse"]).answer()
        assert answer is not None
        assert answer.content.text == "dosage: refuse"

    async def test_a_users_menu(self, stage: Stage) -> None:
        asked = stage.moderator.uses(stage.fan.user, stage.app, "Who is this", stage.general)
        answer = await asked.answer()
        assert answer is not None
        assert answer.content.text == "That is Ana"

    async def test_a_command_in_private(self, stage: Stage) -> None:
        answer = await stage.fan.runs(stage.app, stage.app, "ask", question="?").answer()
        assert answer is not None
        assert stage.fan.texts(stage.app) == ["You asked: ?"]


class TestWhoIsOffered:
    """Commands, before anything reaches an app."""

    async def put(self, wire: Wire, **more: Any) -> None:
        said = await wire.call("PUT", f"/applications/{wire.app.id}/commands", [{**ASK, **more}])
        assert said.status == 200

    async def test_a_command_that_is_not_there(self, stage: Stage) -> None:
        with pytest.raises(LookupError):
            stage.fan.runs(stage.general, stage.app, "ask", question="?")

    async def test_one_that_needs_a_right(self, stage: Stage, wire: Wire) -> None:
        await self.put(wire, default_member_permissions=1 << 13)
        assert stage.moderator.commands(stage.general, stage.app) == ["ask"]
        assert stage.fan.commands(stage.general, stage.app) == []
        with pytest.raises(ApiError, match="50013"):
            stage.fan.runs(stage.general, stage.app, "ask", question="?")

    async def test_one_for_guilds_alone(self, stage: Stage, wire: Wire) -> None:
        await self.put(wire, contexts=[0])
        assert stage.fan.commands(stage.general, stage.app) == ["ask"]
        assert stage.fan.commands(stage.app, stage.app) == []

    async def test_a_name_in_the_persons_language(self, stage: Stage, wire: Wire) -> None:
        await self.put(wire, name_localizations={"es-ES": "pregunta"})
        assert stage.fan.commands(stage.general, stage.app) == ["pregunta"]
        assert stage.moderator.commands(stage.general, stage.app) == ["ask"]
        asked = stage.fan.runs(stage.general, stage.app, "pregunta", question="?")
        assert asked.data["name"] == "ask"

    async def test_an_option_that_must_be_given(self, stage: Stage, wire: Wire) -> None:
        await self.put(wire)
        with pytest.raises(LookupError, match="question must be given"):
            stage.fan.runs(stage.general, stage.app, "ask")
        with pytest.raises(LookupError, match="can't be 3"):
            stage.fan.runs(stage.general, stage.app, "ask", question=3)


class Desk:
    """A bot without a library that answers by hand."""

    def __init__(self, wire: Wire, listener: Listener, stage: Stage) -> None:
        self.wire, self.listener, self.stage = wire, listener, stage

    async def asked(self) -> tuple[Interaction, Json]:
        """A fan has run a command; what the app heard of it."""
        interaction = self.stage.fan.runs(self.stage.general, self.stage.app, "ask", question="Why?")
        return interaction, await self.listener.event("INTERACTION_CREATE")

    async def answer(self, told: Json, body: Json, query: str = "") -> tuple[int, int]:
        """Answer it; the status and code of what Discord says to that."""
        path = f"/interactions/{told['id']}/{told['token']}/callback{query}"
        said = await self.wire.call("POST", path, body, token="")
        return said.status, said.code

    async def follow(self, told: Json, method: str, rest: str = "", body: Any = None) -> tuple[int, int]:
        """Do something by the interaction's token."""
        path = f"/webhooks/{self.stage.app.id}/{told['token']}{rest}"
        said = await self.wire.call(method, path, body, token="")
        return said.status, said.code


@pytest.fixture
async def desk(wire: Wire, stage: Stage) -> AsyncIterator[Desk]:
    await wire.call("PUT", f"/applications/{wire.app.id}/commands", [ASK])
    async with wire.listen() as listener:
        yield Desk(wire, listener, stage)


HELLO = {"type": 4, "data": {"content": "Hello"}}


class TestWhatIsTold:
    async def test_everything_that_an_app_decides_by(self, desk: Desk, stage: Stage) -> None:
        _, told = await desk.asked()
        assert told["data"]["options"] == [{"name": "question", "type": 3, "value": "Why?"}]
        assert told["member"]["user"]["id"] == str(stage.fan.user.id)
        assert int(told["member"]["permissions"]) & (1 << 11)
        assert not int(told["member"]["permissions"]) & (1 << 13)
        assert int(told["app_permissions"]) & (1 << 13)
        assert (told["locale"], told["guild_locale"], told["context"]) == ("es-ES", "en-US", 0)

    async def test_with_response_tells_the_message(self, desk: Desk, wire: Wire) -> None:
        _, told = await desk.asked()
        path = f"/interactions/{told['id']}/{told['token']}/callback"
        said = await wire.call("POST", path, HELLO, token="", query={"with_response": "true"})
        assert said.status == 200
        assert said.body["resource"]["message"]["content"] == "Hello"
        assert said.body["interaction"]["response_message_loading"] is False


class TestTheirLife:
    async def test_an_answer_may_be_given_once(self, desk: Desk) -> None:
        _, told = await desk.asked()
        assert await desk.answer(told, HELLO) == (204, 0)
        assert await desk.answer(told, HELLO) == (400, 40060)

    async def test_after_three_seconds_it_is_unknown(self, desk: Desk, stage: Stage) -> None:
        interaction, told = await desk.asked()
        stage.world.clock.moves(3.1)
        assert await desk.answer(told, HELLO) == (404, 10062)
        assert await interaction.answer() is None

    async def test_another_token_is_unknown(self, desk: Desk) -> None:
        _, told = await desk.asked()
        assert await desk.answer(told | {"token": "x"}, HELLO) == (404, 10062)

    @pytest.mark.parametrize("kind", [6, 7, 8])
    async def test_a_command_has_no_message_to_change(self, desk: Desk, kind: int) -> None:
        _, told = await desk.asked()
        assert await desk.answer(told, {"type": kind, "data": {"choices": []}}) == (400, 50035)
        assert await desk.answer(told, HELLO) == (204, 0)

    async def test_an_empty_answer_is_none(self, desk: Desk) -> None:
        _, told = await desk.asked()
        assert await desk.answer(told, {"type": 4, "data": {}}) == (400, 50006)

    async def test_nothing_follows_before_the_answer(self, desk: Desk) -> None:
        _, told = await desk.asked()
        assert await desk.follow(told, "POST", body={"content": "early"}) == (404, 10015)

    async def test_what_follows_can_be_changed_and_taken_back(self, desk: Desk, stage: Stage) -> None:
        interaction, told = await desk.asked()
        await desk.answer(told, HELLO)
        assert await desk.follow(told, "POST", body={"content": "more", "flags": 64}) == (200, 0)
        more = interaction.followups[0]
        assert await desk.follow(told, "GET", f"/messages/{more.id}") == (200, 0)
        assert await desk.follow(told, "PATCH", f"/messages/{more.id}", {"content": "less"}) == (200, 0)
        assert await desk.follow(told, "PATCH", "/messages/@original", {"content": "Hi"}) == (200, 0)
        assert stage.fan.texts(stage.general) == ["Hi", "less"]
        assert stage.moderator.texts(stage.general) == ["Hi"]
        assert await desk.follow(told, "DELETE", f"/messages/{more.id}") == (204, 0)
        assert await desk.follow(told, "DELETE", "/messages/@original") == (204, 0)
        assert await desk.follow(told, "GET", "/messages/@original") == (404, 10008)
        assert stage.fan.texts(stage.general) == []

    async def test_the_token_works_for_a_quarter_of_an_hour(self, desk: Desk, stage: Stage) -> None:
        _, told = await desk.asked()
        await desk.answer(told, {"type": 5})
        stage.world.clock.moves(14 * 60)
        assert await desk.follow(told, "PATCH", "/messages/@original", {"content": "At last"}) == (200, 0)
        stage.world.clock.moves(2 * 60)
        assert await desk.follow(told, "POST", body={"content": "late"}) == (401, 50027)

    async def test_a_file_comes_with_an_answer(self, desk: Desk, wire: Wire, stage: Stage) -> None:
        interaction, told = await desk.asked()
        path = f"/interactions/{told['id']}/{told['token']}/callback"
        body = {"type": 4, "data": {"attachments": [{"id": 0, "description": "A flame"}]}}
        files = [("flame.txt", b"yellow", "text/plain")]
        said = await wire.call("POST", path, body, token="", files=files)
        assert said.status == 204
        answer = await interaction.answer()
        assert answer is not None
        assert answer.content.attachments[0].file.content == b"yellow"
        assert answer.content.attachments[0].description == "A flame"


WORDS = {"type": 4, "custom_id": "words", "style": 2}
LABEL = {"type": 18, "label": "Words", "component": WORDS}


def modal(*components: Json, **more: Any) -> Json:
    """A form."""
    return {
        "type": 9,
        "data": {"custom_id": "edit:7", "title": "Edit", "components": list(components)} | more,
    }


class TestForms:
    @pytest.mark.parametrize(
        "refused",
        [
            modal(),
            modal(*[LABEL | {"component": WORDS | {"custom_id": str(n)}} for n in range(6)]),
            modal(LABEL, LABEL),
            modal(LABEL, title="x" * 46),
            modal(LABEL, custom_id="x" * 101),
            modal(LABEL | {"label": "x" * 46}),
            modal(LABEL | {"description": "x" * 101}),
            modal({"type": 18, "label": "Words"}),
            modal(LABEL | {"component": WORDS | {"style": 3}}),
            modal(LABEL | {"component": WORDS | {"max_length": 4001}}),
            modal(LABEL | {"component": WORDS | {"value": "four", "max_length": 3}}),
            modal(LABEL | {"component": WORDS | {"value": "x" * 4001}}),
        ],
        ids=[
            "empty", "six", "twice", "title", "name", "label", "description", "bare", "style", "most",
            "longer than it may be", "longer than any",
        ],
    )  # fmt: skip
    async def test_what_is_none_is_refused(self, server: DiscordServer, desk: Desk, refused: Json) -> None:
        asked, told = await desk.asked()
        assert await desk.answer(told, refused) == (400, 50035)
        assert len(server.complaints) <= 1, "Discord's document refuses most of these, too"
        server.complaints.clear()
        assert asked.modal is None
        assert await desk.answer(told, modal(LABEL | {"component": WORDS | {"value": "So far"}})) == (204, 0)

    async def test_none_may_follow_another_or_what_was_deferred(self, desk: Desk) -> None:
        _, told = await desk.asked()
        assert await desk.answer(told, {"type": 5}) == (204, 0)
        assert await desk.answer(told, modal(LABEL)) == (400, 40060)


class TestComponents:
    async def test_the_message_is_told_and_may_be_changed(self, desk: Desk, stage: Stage) -> None:
        row = {"type": ROW, "components": [{"type": BUTTON, "style": 1, "label": "Go", "custom_id": "go"}]}
        said = await desk.wire.call(
            "POST", f"/channels/{stage.general.id}/messages", {"content": "?", "components": [row]}
        )
        message = stage.general.messages[int(said.body["id"])]
        pressed = stage.fan.presses(message, "Go")
        told = await desk.listener.event("INTERACTION_CREATE")
        assert (told["type"], told["data"]["custom_id"]) == (3, "go")
        assert told["message"]["id"] == str(message.id)
        changed = {"type": 7, "data": {"content": "Gone", "components": []}}
        assert await desk.answer(told, changed) == (204, 0)
        assert await pressed.answer() is message
        with pytest.raises(LookupError):
            stage.fan.presses(message, "Go")
