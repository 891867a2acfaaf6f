"""Voice messages: heard where something recognises speech, answered in their language, and not kept."""

import asyncio
import io
import tempfile
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.container import Container, Roles
from app.services import Dsn
from bots import voice
from conversation import service as conversation
from conversation.rights_repository import kept_about
from conversation.turn import ANSWER_WITHIN_S
from kernel.chat import Inbound, Medium, Outbound
from kernel.i18n import t
from kernel.lang import SUPPORTED
from kernel.settings import Settings
from memory.readers.scratch import _PREFIX
from memory.retrieval import detect
from memory.service import LARGEST_SOUND, LONGEST_SOUND_S
from persona_engine.service import Asked, PersonaContext, Reply
from tests.bots.telegram.living import Living, texts
from tests.conversation.stand_ins import StandIn
from tests.emulators.openai.scripts import failing, hears, says, slow
from tests.emulators.openai.server import OpenAI
from tests.emulators.telegram.stage import Stage
from tests.factories import media

ES = "¿Por qué es amarilla la llama de la vela?"


class InItsLanguage(StandIn):
    """Answers with what was asked, in the language that was asked in."""

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        lang = detect(asked.text, SUPPORTED).lang
        return Reply((Outbound(f"re: {asked.text}", lang),), lang, "quoted", None, learned_language=True)


@pytest.fixture
def recogniser() -> Iterator[OpenAI]:
    """A service that writes down what is said: always the same."""
    made = OpenAI([hears(ES)])
    yield made
    made.close()


@pytest.fixture
def settings(settings: Settings, recogniser: OpenAI) -> Settings:
    return settings.model_copy(update={"transcription_url": recogniser.url})


@pytest.fixture
async def house(dsn: Dsn, settings: Settings) -> AsyncIterator[Container]:
    made = Container(settings, dsn.app, roles=Roles(bots=False, worker=False))
    made.responder = InItsLanguage()
    await made.open()
    yield made
    await made.close()


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.voice_note(tmp_path_factory.mktemp("voice") / "note.ogg", 3)


class Talk:
    """A fan's private chat with the avatar, in which voices come as the receiver takes them in."""

    def __init__(self, house: Container, place: Stage, connection: int) -> None:
        self.house = house
        self.place = place
        self.connection = connection

    async def sends(self, content: bytes, *, caption: str = "", **about: Any) -> str:
        """Send a voice message, and have it answered; what with."""
        fan, bot = self.place.fan, self.place.bot
        sent = fan.sends_file(bot, "voice", content, mime="audio/ogg", **about)
        known = self.place.world.seen_by(bot, sent)["voice"]
        medium = Medium(
            "voice", known["file_id"], seconds=known["duration"], size=known["file_size"], mime="audio/ogg"
        )
        return await self.has(medium, sent["message_id"], caption)

    async def has(self, medium: Medium, number: int, caption: str = "") -> str:
        """Have a message with this medium answered; what with."""
        found = await self.house.telegram_bots.of(self.connection)
        assert found
        user = str(self.place.fan.user.id)
        said = Inbound(
            self.connection, "telegram", f"{found.bot_id}/{user}/{number}", user, user, caption,
            language_hint="en", message_ref=str(number), medium=medium,
        )  # fmt: skip
        async with self.house.db.uow(found.creator_id) as uow:
            taken = await conversation.receive(uow, found.avatar_id, said)
        await self.house.turns.run(found.creator_id, taken.thread_id)
        rows = await self.rows("SELECT payload FROM outbound ORDER BY id DESC LIMIT 1")
        return str(rows[0].payload["text"])

    async def rows(self, query: Any) -> list[Any]:
        """What is in the database."""
        async with self.house.db.system_uow() as uow:
            return await uow.fetch(query)


@pytest.fixture
async def talk(house: Container, place: Stage, joined: int) -> Talk:
    return Talk(house, place, joined)


def untold(lang: str = "en") -> str:
    """What is answered to a voice that isn't understood."""
    return t(lang, "media.voice")


def left_behind() -> set[Path]:
    """Folders in which sounds lie while they are read, and what is in them."""
    return set(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/voice"))


def kept_in(folder: Path, sound: bytes) -> list[Path]:
    """Files below a folder that hold a sound."""
    return [path for path in folder.rglob("*") if path.is_file() and sound in path.read_bytes()]


async def test_a_voice_message_is_answered_in_its_language_and_kept_as_words(
    talk: Talk, recogniser: OpenAI, note: bytes, tmp_path: Path
) -> None:
    assert await talk.sends(note, duration=3) == f"re: {ES}"
    (outbound,) = await talk.rows("SELECT payload FROM outbound")
    assert outbound.payload["lang"] == "es"
    (message,) = await talk.rows("SELECT text, medium, lang FROM message")
    assert (message.text, message.lang, message.medium["kind"]) == (ES, "es", "voice")
    (asked,) = recogniser.requests
    with wave.open(io.BytesIO(asked.body["file"])) as sound:
        assert sound.getframerate() == 16_000
        assert sound.getnframes() / 16_000 == pytest.approx(3, abs=0.1)
    assert "language" not in asked.body, "a fan may speak another language than before"
    assert not left_behind()
    assert not kept_in(tmp_path, note)


async def test_from_the_fans_voice_to_the_answer_in_their_chat(
    house: Container, place: Stage, joined: int, note: bytes
) -> None:
    living = Living(house, joined)
    await living.goes_on()
    place.fan.sends_file(place.bot, "voice", note, mime="audio/ogg", duration=3)
    await living.goes_on()
    chat = place.world.private[place.bot.id, place.fan.user.id]
    assert texts(chat, place.bot)[-1].endswith(f"re: {ES}")


async def test_what_was_heard_is_in_the_transcript_and_the_fans_export(talk: Talk, note: bytes) -> None:
    await talk.sends(note, duration=3)
    (message,) = await talk.rows("SELECT creator_id, thread_id FROM message")
    (fan,) = await talk.rows("SELECT id FROM fan")
    async with talk.house.db.uow(message.creator_id) as uow:
        lines = (await conversation.transcript(uow, message.thread_id)).lines
        kept = await kept_about(uow, fan.id)
    assert lines[0].text == ES
    assert kept["message"][0]["text"] == ES


@pytest.mark.parametrize("spoken", ["/forgetme yes", "//privacy", " / stop"])
async def test_no_command_is_given_by_voice(talk: Talk, recogniser: OpenAI, note: bytes, spoken: str) -> None:
    recogniser.plays(hears(spoken))
    assert await talk.sends(note, duration=3) == f"re: {spoken.strip('/ ')}"


async def test_a_caption_is_answered_and_the_voice_beside_it_is_not_listened_to(
    talk: Talk, recogniser: OpenAI, note: bytes
) -> None:
    assert await talk.sends(note, duration=3, caption="What is wax?") == "re: What is wax?"
    assert recogniser.requests == []


async def test_what_is_no_sound_is_answered_with_a_fixed_text(
    talk: Talk, recogniser: OpenAI, note: bytes
) -> None:
    torn = note[:200] + bytes(len(note) - 200)
    for content in (
        torn,
        note[:40],
        b"OggS",
        b"%PDF-1.7 nothing",
        media.zipped({"a.ogg": note}),
        b"\x7fELF" * 9,
    ):
        assert await talk.sends(content, duration=3) == untold()
    assert await talk.sends(b"text, not sound: soot glows", duration=3) == untold()
    assert recogniser.requests == []
    assert not left_behind()


async def test_what_is_too_long_or_too_large_is_not_even_fetched(
    talk: Talk, place: Stage, telegram: Any, note: bytes
) -> None:
    assert await talk.sends(note, duration=LONGEST_SOUND_S + 1) == untold()
    assert await talk.sends(bytes(LARGEST_SOUND + 1), duration=3) == untold()
    assert telegram.made("getFile") == []


async def test_a_length_that_was_told_wrongly_does_not_help(
    talk: Talk, recogniser: OpenAI, tmp_path: Path
) -> None:
    long = media.voice_note(tmp_path / "long.ogg", LONGEST_SOUND_S + 5)
    assert await talk.sends(long, duration=3) == untold()


async def test_a_service_that_is_down_or_refuses_leaves_the_fixed_text(
    talk: Talk, recogniser: OpenAI, note: bytes
) -> None:
    recogniser.plays(failing(401))
    assert await talk.sends(note, duration=3) == untold()
    recogniser.plays(failing(400))
    assert await talk.sends(note, duration=3) == untold()
    recogniser.plays(says("a chat's answer, no transcript's"))
    assert await talk.sends(note, duration=3) == untold()
    recogniser.plays(hears(""))
    assert await talk.sends(note, duration=3) == untold()


async def test_a_service_that_takes_too_long_holds_nobody_up(
    talk: Talk, recogniser: OpenAI, note: bytes
) -> None:
    talk.house.voice_notes._within_s = 1.5
    recogniser.plays(slow(20))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.05)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with asyncio.timeout(8):
        assert await talk.sends(note, duration=3) == untold()
    ticking.cancel()
    assert ticks > 15, "the event loop went on"
    assert not left_behind()


async def test_a_telegram_that_fails_leaves_the_fixed_text_and_no_token_in_the_log(
    talk: Talk, place: Stage, note: bytes
) -> None:
    with structlog.testing.capture_logs() as lines:
        place.world.faults.refuse(500, "Internal Server Error", "getFile")
        assert await talk.sends(note, duration=3) == untold()
        place.world.faults.lose_call("getFile")
        assert await talk.sends(note, duration=3) == untold()
        unknown = Medium("voice", "no-such-file", seconds=3, size=100)
        assert await talk.has(unknown, 777) == untold()
    assert [line["event"] for line in lines if "voice" in line["event"]] == ["bots.voice_failed"] * 3
    assert place.bot.token not in str(lines)


async def test_where_nothing_recognises_speech_nothing_is_fetched(
    dsn: Dsn, settings: Settings, place: Stage, note: bytes, telegram: Any, house: Container, joined: int
) -> None:
    deaf = Container(
        settings.model_copy(update={"transcription_url": None}),
        dsn.app,
        roles=Roles(bots=False, worker=False),
    )
    deaf.responder = InItsLanguage()
    await deaf.open()
    try:
        assert await Talk(deaf, place, joined).sends(note, duration=3) == untold()
    finally:
        await deaf.close()
    assert telegram.made("getFile") == []


async def test_another_creators_connection_is_not_listened_with(
    talk: Talk, place: Stage, note: bytes, telegram: Any
) -> None:
    ears = talk.house.voice_notes
    assert await ears.hear(4711, talk.connection, Medium("voice", "x", seconds=1, size=9), ()) == ""
    assert telegram.made("getFile") == []


def test_a_turn_has_time_left_to_answer() -> None:
    assert voice.WITHIN_S + 10 <= ANSWER_WITHIN_S
