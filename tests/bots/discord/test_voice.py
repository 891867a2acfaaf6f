"""Voice messages of Discord: heard where something recognises speech, answered, the sound not kept."""

from collections.abc import Iterator

import pytest

from kernel.settings import Settings
from tests.bots.discord.living import Living, texts
from tests.emulators.discord.stage import Stage
from tests.emulators.openai.scripts import hears
from tests.emulators.openai.server import OpenAI
from tests.factories import media

SAID = "¿Por qué es amarilla la llama de la vela?"


@pytest.fixture
def recogniser() -> Iterator[OpenAI]:
    """A service that writes down what is said: always the same."""
    made = OpenAI([hears(SAID)])
    yield made
    made.close()


@pytest.fixture
def settings(settings: Settings, recogniser: OpenAI) -> Settings:
    return settings.model_copy(update={"transcription_url": recogniser.url})


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.voice_note(tmp_path_factory.mktemp("voice") / "note.ogg", 3)


async def test_a_voice_message_is_understood_and_answered(living: Living, stage: Stage, note: bytes) -> None:
    stage.fan.records(stage.app, note, 3.0)
    await living.heard("")
    await living.answers()
    channel = stage.world.private_channel(stage.app.user, stage.fan.user)
    assert texts(channel, stage.app)[-1].endswith(SAID)
    assert SAID in await living.messages()


async def test_a_file_of_sound_is_no_voice_message(
    living: Living, stage: Stage, recogniser: OpenAI, note: bytes
) -> None:
    stage.fan.uploads(stage.app, note, "song.ogg", "audio/ogg")
    await living.heard("")
    await living.answers()
    channel = stage.world.private_channel(stage.app.user, stage.fan.user)
    assert len(texts(channel, stage.app)) == 1
    assert SAID not in await living.messages()
