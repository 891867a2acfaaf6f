"""A trial asks its questions of saved versions, and leaves nothing behind but what it found."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlmodel import select

from app.services import Dsn
from community.types import NoEntitlements
from kernel.db import Database, JobQueue, UnitOfWork
from memory.models import Chunk, Source
from memory.retrieval import Encoder
from memory.types import Recalled
from persona_engine import service as persona
from persona_engine.boundaries.guard import Guard
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.errors import BadTrial, NoSuchTrial, NoSuchVersion
from persona_engine.respond import Persona
from persona_engine.service import boundaries, character, styles, trials
from persona_engine.style_card import StyleCard
from persona_engine.trials.asking import COUNT
from persona_engine.trials.running import Runner
from persona_engine.trials.types import Kind, Settings, State, ToTry, TrialInfo, TriedInfo
from persona_engine.wording.writer import Writer
from tests.emulators.openai.scripts import says
from tests.emulators.openai.server import OpenAI
from tests.factories.people import Home, make_home
from tests.factories.rows import snapshot
from tests.persona_engine.drafting.conftest import BOX, NewStudio, form, founded, loaded, openai
from tests.persona_engine.stand_ins import FOUND, Known, Matching

__all__ = ["founded", "loaded", "openai"]

QUESTION = "Why is the flame yellow?"
OWN = ("trial", "tried_question")
PAID = ("model_call", "model_day")


class Jobs(JobQueue):
    """Remembers what is deferred."""

    def __init__(self) -> None:
        self.deferred: list[tuple[str, dict[str, Any]]] = []

    async def defer(self, connection: Any, task: str, arguments: dict[str, Any], *, priority: int) -> None:
        """Remember."""
        self.deferred.append((task, arguments))


@dataclass
class Bench:
    """An avatar whose memory finds the same sentence for everything, and what tries it out."""

    db: Database
    home: Home
    guard: Guard
    jobs: Jobs
    drafts: Any
    found: Recalled = FOUND
    asked: list[Asked] = field(default_factory=list)

    @property
    def persona(self) -> Persona:
        """The avatar's."""
        writer = Writer(self.drafts, self.guard, None, self.db)
        return Persona(Known(self.found), NoEntitlements(), self.guard, writer)

    @property
    def runner(self) -> Runner:
        """A worker's."""
        return Runner(self.db, self.persona, self.drafts)

    async def now(self) -> Settings:
        """The versions in force."""
        async with self.db.uow(self.home.creator_id) as uow:
            return await trials.in_force(uow, self.home.avatar.id)

    async def begin(
        self, *texts: str, kind: Kind = Kind.COMPARE, sides: tuple[Settings, ...] = (), models: bool = False
    ) -> int:
        """A trial of these questions, of what is in force on both sides unless said."""
        two = sides or (await self.now(),) * 2
        async with self.db.uow(self.home.creator_id) as uow:
            asked = [ToTry(each) for each in texts]
            return await trials.begin(uow, self.home.avatar.id, kind, two, asked, by="Robin", models=models)

    async def run(self, trial: int) -> None:
        """Work it."""
        await self.runner.run(self.home.creator_id, trial)

    async def result(self, trial: int) -> tuple[TrialInfo, tuple[TriedInfo, ...]]:
        """How far it is, and its questions."""
        async with self.db.uow(self.home.creator_id) as uow:
            return await trials.get(uow, self.home.avatar.id, trial), await trials.questions(uow, trial)

    async def tried(self, *texts: str, **how: Any) -> tuple[TriedInfo, ...]:
        """The questions of a trial that has been worked."""
        trial = await self.begin(*texts, **how)
        await self.run(trial)
        return (await self.result(trial))[1]


@pytest.fixture
async def bench(database: Database, encoder: Encoder, founded: NewStudio) -> Bench:
    """The bench, with a guard of its own: other tests' avatars have the same numbers."""
    home = await make_home(database)
    jobs = database.jobs = Jobs()
    studio = await founded("For its drafts")
    return Bench(database, home, Guard(Matching(encoder)), jobs, studio.drafts)


async def forbid(bench: Bench, phrase: str) -> Settings:
    """Boundaries in force that forbid a word; the settings with them."""
    rule = boundaries.Rule("one", boundaries.Kind.FORBIDDEN, "One", phrases=(phrase,))
    async with bench.db.uow(bench.home.creator_id) as uow:
        await boundaries.kept.save(uow, bench.home.avatar.id, boundaries.Boundaries((rule,)))
    return await bench.now()


async def test_what_is_in_force_against_itself_is_the_same(bench: Bench) -> None:
    (one,) = await bench.tried(QUESTION)
    assert (one.verdict, one.answers[0].outcome) == ("same", "quoted")
    assert one.answers[0].said == one.answers[1].said
    assert one.answers[0].trace.steps[-1].data["source"]


async def test_each_side_has_its_boundaries(bench: Bench) -> None:
    before = await bench.now()
    after = await forbid(bench, "comet")
    assert before.boundaries != after.boundaries
    declined, passed = await bench.tried("Why is the comet yellow?", "Why soot?", sides=(before, after))
    assert (declined.verdict, declined.answers[1].outcome) == ("declined", "forbidden:one")
    assert passed.verdict == "same"
    (answered, _) = await bench.tried("Why is the comet yellow?", "Why soot?", sides=(after, before))
    assert answered.verdict == "answered"


async def test_each_side_has_its_character_and_its_style(bench: Bench) -> None:
    before = await bench.now()
    async with bench.db.uow(bench.home.creator_id) as uow:
        who = character.Character(greetings={"en": "Ahoy, wax friends!"})
        await character.kept.save(uow, bench.home.avatar.id, who)
        await styles.save(uow, bench.home.avatar.id, StyleCard(openings=()))
    after = await bench.now()
    (hello,) = await bench.tried("Hello", sides=(before, after))
    assert (hello.verdict, hello.answers[1].said.text) == ("different", "Ahoy, wax friends!")
    assert hello.answers[0].said.text != hello.answers[1].said.text
    assert (before.style, after.style) == (0, 1)


async def test_nothing_is_left_but_the_trial(bench: Bench, dsn: Dsn) -> None:
    before = snapshot(dsn, bench.home.creator_id, *OWN)
    await bench.tried(QUESTION, "hello", "I want to kill myself", "call me Robin")
    assert snapshot(dsn, bench.home.creator_id, *OWN) == before


async def test_a_version_that_is_not_there_is_refused(bench: Bench) -> None:
    async with bench.db.uow(bench.home.creator_id) as uow:
        for chosen in ({"style": 7}, {"persona": 7}, {"boundary": 7}):
            with pytest.raises(NoSuchVersion):
                await trials.settings(uow, bench.home.avatar.id, **chosen)
        assert await trials.settings(uow, bench.home.avatar.id) == Settings(0, 0, 0)


@pytest.mark.parametrize("texts", [(), ("",), ("  \n ",)])
async def test_there_must_be_a_question(bench: Bench, texts: tuple[str, ...]) -> None:
    with pytest.raises(BadTrial, match="Write a question"):
        await bench.begin(*texts)
    with pytest.raises(BadTrial, match="Nobody has asked"):
        await bench.begin(*texts, kind=Kind.REPLAY)
    with pytest.raises(BadTrial, match="At most"):
        await bench.begin(*["again"] * 501, kind=Kind.REPLAY)


async def test_what_was_cancelled_is_not_begun(bench: Bench) -> None:
    trial = await bench.begin(QUESTION)
    async with bench.db.uow(bench.home.creator_id) as uow:
        await trials.cancel(uow, bench.home.avatar.id, trial)
    await bench.run(trial)
    told, (one,) = await bench.result(trial)
    assert (told.state, one.answers) == (State.CANCELLED, ())


class Interrupted(Persona):
    """Comes to a halt at a question, once."""

    def __init__(self, inner: Persona, at: int, halt: Any) -> None:
        self._inner, self._left, self._halt = inner, at, halt

    async def context(self, uow: UnitOfWork, avatar_id: int) -> PersonaContext:
        """As the avatar's."""
        return await self._inner.context(uow, avatar_id)

    async def respond(self, asked: Asked, context: PersonaContext) -> Reply:
        """The avatar's, until it is time."""
        self._left -= 1
        if self._left == 0:
            await self._halt()
        return await self._inner.respond(asked, context)


async def test_a_trial_whose_worker_died_goes_on_where_it_was(bench: Bench) -> None:
    async def dies() -> None:
        raise asyncio.CancelledError

    trial = await bench.begin(*(f"{QUESTION} {n}" for n in range(4)), kind=Kind.REPLAY)
    dying = Runner(bench.db, Interrupted(bench.persona, 6, dies), bench.drafts)
    with pytest.raises(asyncio.CancelledError):
        await dying.run(bench.home.creator_id, trial)
    told, asked = await bench.result(trial)
    assert (told.state, told.asked, [bool(each.answers) for each in asked]) == (
        State.RUNNING, 2, [True, True, False, False],
    )  # fmt: skip
    await bench.run(trial)
    told, after = await bench.result(trial)
    assert (told.state, told.asked, told.counts["same"]) == (State.DONE, 4, 4)
    assert after[:2] == asked[:2]


async def test_a_long_trial_is_cancelled_on_its_way(bench: Bench) -> None:
    trial = await bench.begin(*(f"{QUESTION} {n}" for n in range(25)), kind=Kind.REPLAY)

    async def cancels() -> None:
        async with bench.db.uow(bench.home.creator_id) as uow:
            await trials.cancel(uow, bench.home.avatar.id, trial)

    await Runner(bench.db, Interrupted(bench.persona, 3, cancels), bench.drafts).run(
        bench.home.creator_id, trial
    )
    told, _ = await bench.result(trial)
    assert told.state is State.CANCELLED
    assert 0 < told.asked < 25


async def test_a_long_trial_lets_others_pass(bench: Bench) -> None:
    trial = await bench.begin(*(f"{QUESTION} {n}" for n in range(12)), kind=Kind.REPLAY)
    bench.jobs.deferred.clear()
    await bench.runner.run(bench.home.creator_id, trial, slice_s=0)
    told, _ = await bench.result(trial)
    assert 0 < told.asked < 12
    assert bench.jobs.deferred == [(trials.SLOW, {"creator_id": bench.home.creator_id, "trial_id": trial})]
    await bench.run(trial)
    assert (await bench.result(trial))[0].state is State.DONE


async def test_an_answer_that_fails_is_an_outcome(bench: Bench) -> None:
    async def breaks() -> None:
        raise ValueError("broken")

    trial = await bench.begin(QUESTION)
    await Runner(bench.db, Interrupted(bench.persona, 2, breaks), bench.drafts).run(
        bench.home.creator_id, trial
    )
    told, (one,) = await bench.result(trial)
    assert (told.state, one.verdict, one.answers[1].outcome) == (State.DONE, "declined", "failed")


async def test_a_trial_that_cannot_be_worked_says_so(bench: Bench) -> None:
    trial = await bench.begin(QUESTION, sides=(Settings(0, 0, 99),) * 2)
    await bench.run(trial)
    assert (await bench.result(trial))[0].state is State.FAILED


async def test_old_trials_make_room(bench: Bench) -> None:
    first = await bench.begin(QUESTION)
    await bench.run(first)
    for _ in range(21):
        await bench.run(await bench.begin(QUESTION))
    with pytest.raises(NoSuchTrial):
        await bench.result(first)


async def test_another_avatar_cannot_look(bench: Bench) -> None:
    trial = await bench.begin(QUESTION)
    await bench.run(trial)
    _, (question,) = await bench.result(trial)
    other = await make_home(bench.db)
    async with bench.db.uow(other.creator_id) as uow:
        with pytest.raises(NoSuchTrial):
            await trials.get(uow, other.avatar.id, trial)
        with pytest.raises(NoSuchTrial):
            await trials.tried(uow, other.avatar.id, question.id)


async def write(bench: Bench, *texts: str) -> None:
    """Content of the avatar's creator."""
    async with bench.db.uow(bench.home.creator_id) as uow:
        for number, text in enumerate(texts):
            source = Source(
                creator_id=bench.home.creator_id, origin="upload", name=f"{number}.txt",
                title=f"Post {number}", kind="text", sha256=f"{number:064}", state="indexed", passages=1,
                lang="en",
            )  # fmt: skip
            uow.session.add(source)
            await uow.session.flush()
            uow.session.add(
                Chunk(creator_id=bench.home.creator_id, source_id=source.key, ordinal=0, text=text, lang="en")
            )


POSTS = (
    "How does the wick drink the wax? Melted wax climbs the cotton wick, as water climbs a towel.",
    "The moon pulls the sea. Twice a day the sea climbs the beach, and the moon is the reason for that.",
)


async def test_setup_asks_what_the_content_answers(bench: Bench) -> None:
    await write(bench, *POSTS)
    trial = await bench.begin(kind=Kind.SETUP, sides=(await bench.now(),))
    await bench.run(trial)
    told, asked = await bench.result(trial)
    assert told.state is State.DONE
    assert "How does the wick drink the wax?" in [each.text for each in asked]
    assert all((len(each.answers), each.verdict) == (1, "answered") for each in asked)


async def test_setup_asks_first_what_is_answered_by_what_it_was_made_from(bench: Bench) -> None:
    posts = [f"How does wick {word} drink its wax? The wax climbs it, as water does." for word in "abcdefgh"]
    await write(bench, "Who carries the fuel up to the fire? A wick does, as a pump would.", *posts)
    async with bench.db.uow(bench.home.creator_id) as uow:
        oldest = min(each.key for each in (await uow.session.execute(select(Source))).scalars())
    hit = replace(FOUND.passages[0], passage=replace(FOUND.passages[0].passage, source_id=oldest))
    bench.found = replace(FOUND, passages=(hit,))
    asked = await bench.tried(kind=Kind.SETUP, sides=(await bench.now(),))
    assert asked[0].text == "Who carries the fuel up to the fire?"
    assert len(asked) == COUNT


async def test_setup_without_content_ends_with_nothing(bench: Bench) -> None:
    trial = await bench.begin(kind=Kind.SETUP, sides=(await bench.now(),))
    await bench.run(trial)
    told, asked = await bench.result(trial)
    assert (told.state, asked) == (State.DONE, ())


async def test_setup_tells_honestly_what_found_no_answer(bench: Bench) -> None:
    await write(bench, *POSTS)
    bench.found = replace(FOUND, answerable=False, quote=None)
    for each in await bench.tried(kind=Kind.SETUP, sides=(await bench.now(),)):
        assert (each.verdict, each.answers[0].outcome) == ("declined", "declined")


async def connected(bench: Bench, server: OpenAI, reply: str) -> None:
    """Connect a model that says the same to everything."""
    server.plays(says(reply))
    async with bench.db.uow(bench.home.creator_id) as uow:
        await persona.models.add(uow, form(server.url), BOX, private=True)


async def test_a_model_puts_the_questions_where_there_is_one(bench: Bench, openai: OpenAI) -> None:
    await write(bench, *POSTS)
    await connected(bench, openai, "So why does the sea climb up the beach twice a day?")
    asked = await bench.tried(kind=Kind.SETUP, sides=(await bench.now(),), models=True)
    assert "So why does the sea climb up the beach twice a day?" in [each.text for each in asked]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I can't do that.",
        "¿Por qué sube el mar a la playa dos veces al día?",
        "See https://x.example/a?",
        "a" * 300 + "?",
    ],
)
async def test_what_a_model_puts_badly_is_not_asked(bench: Bench, openai: OpenAI, reply: str) -> None:
    await write(bench, *POSTS)
    await connected(bench, openai, reply)
    asked = await bench.tried(kind=Kind.SETUP, sides=(await bench.now(),), models=True)
    assert "How does the wick drink the wax?" in [each.text for each in asked]
    assert reply not in [each.text for each in asked]


async def test_a_models_answer_in_a_trial_is_paid_for_but_kept_for_nobody(
    bench: Bench, openai: OpenAI, dsn: Dsn
) -> None:
    await connected(bench, openai, "It comes from specks of soot [1].")
    before = snapshot(dsn, bench.home.creator_id, *OWN, *PAID)
    (quoted,) = await bench.tried(QUESTION)
    assert quoted.answers[0].outcome == "quoted"
    (drafted,) = await bench.tried(QUESTION, models=True)
    assert drafted.answers[0].outcome == "drafted", drafted.answers[0].trace
    after = snapshot(dsn, bench.home.creator_id, *OWN, *PAID)
    assert after == before
