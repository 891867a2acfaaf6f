"""Two households, each with something of everything, marked with a word that nobody else may read."""

from collections.abc import AsyncIterator
from dataclasses import astuple, dataclass
from datetime import date

import pytest
from fastapi import FastAPI

from bots import service as bots
from community import service as community
from community.types import ChatNews
from conversation import approvals_repository, facts_repository
from conversation import repository as conversations
from conversation import service as conversation
from conversation.types import Segment
from kernel.chat import Inbound
from kernel.db import Database, JobQueue
from kernel.files import FileStore
from memory.models import Chunk, Source
from persona_engine import repository as personas
from persona_engine import service as persona
from persona_engine.boundaries.models import HelpLineRow
from persona_engine.drafting.models import ModelConnectionRow
from persona_engine.service import Fact, Kind
from persona_engine.style_card import StyleCard
from tests.admin_web.auth.conftest import (  # noqa: F401 - fixtures are found by name
    Household,
    app,
    browser,
    ember,
    wick,
)

# By household: in every text of its own, and in its file.
SECRETS = {"ember": "EMBERSECRET", "wick": "WICKSECRET"}


class NoJobs(JobQueue):
    """Takes jobs and forgets them: no worker runs here."""

    async def defer(self, *_: object, **__: object) -> None:
        """Forget a job."""


@dataclass(frozen=True)
class Belongings:
    """The numbers of what a household has."""

    source: int
    passage: int
    message: int
    thread: int
    model: int
    taught: int
    line: int = 1
    fan: int = 1
    approval: int = 1
    trial: int = 1
    tried: int = 1
    chat: int = 1
    broadcast: int = 1

    def numbers(self) -> tuple[int, ...]:
        """All of them."""
        return astuple(self)


@dataclass(frozen=True)
class Home:
    """A household, what it has, and the word that stands in all of it."""

    house: Household
    has: Belongings
    secret: str


async def furnish(database: Database, files: FileStore, house: Household) -> Belongings:
    """Give a household a source with its file, a conversation, a trace, a style and a fan, all marked."""
    database.jobs = NoJobs()
    mark = SECRETS[house.avatar.slug]
    stored = await files.save(house.creator, _bytes(f"%PDF-1.7 {mark}".encode()), limit=1 << 20)
    async with database.uow(house.creator) as uow:
        avatar = house.avatar.id
        connection = await bots.ensure_connection(uow, avatar, bots.WEBCHAT)
        source = Source(
            creator_id=house.creator, origin="upload", name=f"{mark}.pdf", title=mark, kind="pdf",
            sha256=stored.sha256, state="indexed", passages=1, lang="en",
        )  # fmt: skip
        uow.session.add(source)
        await uow.session.flush()
        chunk = Chunk(
            creator_id=house.creator, source_id=source.key, ordinal=0, text=f"{mark} is the word", lang="en"
        )
        uow.session.add(chunk)
        await uow.session.flush()
        inbound = Inbound(connection, "webchat", f"{mark}:1", mark, mark, f"{mark}?", user_name=mark)
        received = await conversation.receive(uow, avatar, inbound)
        await conversations.add_outbound(
            uow, thread_id=received.thread_id, connection_id=connection, message_id=received.message_id,
            once=mark, payload={"text": f"{mark}!", "lang": "en"},
        )  # fmt: skip
        told = (Fact(Kind.NAME, mark),)
        await facts_repository.remember(uow, received.thread_id, told, ())
        await approvals_repository.add(
            uow, avatar_id=avatar, thread_id=received.thread_id, message_id=received.message_id, reason="ask",
            lang="en", outcome="quoted", confidence=0.9, parts=[{"text": mark, "lang": "en"}],
        )  # fmt: skip
        await approvals_repository.hand_over(uow, received.thread_id)
        fan = await community.find_fan(uow, "webchat", mark)
        assert fan
        await community.notes.note(uow, fan.id, mark, by=mark)
        await community.notes.tag(uow, fan.id, mark)
        (waiting,) = await conversation.approvals.waiting(uow, avatar)
        trace = {"steps": [{"name": mark, "decision": mark, "reason": mark, "ms": 1.0, "data": {}}]}
        await personas.add_trace(
            uow, message_id=received.message_id, avatar_id=avatar, kind="quoted", trace=trace
        )
        await persona.styles.save(uow, avatar, StyleCard(replies=(mark,)), note=mark)
        who = persona.character.Character(purpose=mark, greetings={"en": mark})
        await persona.character.kept.save(uow, avatar, who, note=mark)
        model = ModelConnectionRow(
            creator_id=house.creator, name=mark, provider="compatible", model=mark, timeout_s=1, position=1
        )
        uow.session.add(model)
        await uow.session.flush()
        said = persona.help_lines.Line(
            mark, "US", (), "988", "", "", "https://lines.example", date(2026, 1, 1)
        )
        line = HelpLineRow(creator_id=house.creator, line=said.to_json())
        uow.session.add(line)
        await uow.session.flush()
        asked = persona.learning.question(f"{mark}?", message_id=received.message_id)
        taught = await persona.learning.teach(uow, avatar, f"{mark} is taught", [asked], by=mark)
        kinds = persona.trials.Kind
        trial = await persona.trials.begin(
            uow, avatar, kinds.REPLAY, [await persona.trials.in_force(uow, avatar)] * 2,
            [persona.trials.ToTry(f"{mark}?", "en", received.message_id)], by=mark, models=False,
        )  # fmt: skip
        (tried,) = await persona.trials.questions(uow, trial)
        await community.update_avatar(uow, avatar, tagline={"en": mark}, samples={"en": [f"{mark}?"]})
        fan = await community.find_fan(uow, "webchat", mark)
        news = ChatNews(connection, "telegram", "-1001", "group", mark)
        chat = await community.note_chat(uow, avatar, news, seen=1)
        broadcast = await conversation.broadcasts.draft(
            uow, avatar, texts={"en": mark}, segment=Segment(tags=(mark,)), by=mark
        )
    assert fan
    return Belongings(
        source.key, chunk.key, received.message_id, received.thread_id, model.key, taught, line.key,
        fan.id, waiting.id, trial, tried.id, chat.id, broadcast,
    )  # fmt: skip


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
async def homes(
    app: FastAPI,  # noqa: F811 - the fixtures above
    database: Database,
    ember: Household,  # noqa: F811
    wick: Household,  # noqa: F811
) -> dict[str, Home]:
    """Both households by their avatars' addresses, furnished."""
    files = app.state.container.files
    return {
        house.avatar.slug: Home(house, await furnish(database, files, house), SECRETS[house.avatar.slug])
        for house in (ember, wick)
    }
