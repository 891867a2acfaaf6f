"""Two versions side by side, the last questions again, test questions, and what is done about them."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.services import Dsn
from community import service as community
from community.types import Role
from kernel import clock
from kernel.db import Database
from memory.models import Source
from memory.retrieval import Encoder
from persona_engine.service import boundaries, character, learning, trials
from persona_engine.trials import repository
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.admin_web.test_corrections import heard
from tests.factories.rows import snapshot
from tests.persona_engine.stand_ins import Matching

BASE = "/@ember/playground"
SETUP = "/@ember/setup"
ALIKE = {f"{side}_{name}": "" for side in ("left", "right") for name in ("style", "persona", "boundaries")}


@pytest.fixture(autouse=True)
def guarded(app: FastAPI, encoder: Encoder) -> None:
    """The encoder is loaded once for all of these tests, not once for each."""
    app.state.container.guard = boundaries.Guard(Matching(encoder))


async def work(app: FastAPI, ember: Household, kind: trials.Kind) -> trials.TrialInfo:
    """Do what a worker does with the newest trial of a kind."""
    container = app.state.container
    async with container.db.uow(ember.creator) as uow:
        (newest,) = await trials.newest(uow, ember.avatar.id, kind)
    await container.trials.run(ember.creator, newest.id)
    async with container.db.uow(ember.creator) as uow:
        return await trials.get(uow, ember.avatar.id, newest.id)


async def greeted(app: FastAPI, ember: Household, text: str) -> None:
    """A persona in force that greets so."""
    async with app.state.container.db.uow(ember.creator) as uow:
        who = character.Character(greetings={"en": text})
        await character.kept.save(uow, ember.avatar.id, who, note=text)


async def ask(owner: Browser, text: str, **sides: str) -> str:
    """Ask both sides; where the answers will be."""
    answer = await owner.post(f"{BASE}/versions/ask", ALIKE | {"text": text} | sides)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("#")[0]


async def test_one_question_gets_both_answers_with_what_differs_marked(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await greeted(app, ember, "Ahoy, wax friends!")
    at = await ask(owner, "Hello", left_persona="0")
    page = await owner.get(at)
    assert "Both are answering" in page.text
    assert 'hx-trigger="every' in page.text
    await work(app, ember, trials.Kind.COMPARE)
    page = await owner.get(at)
    assert "<mark>Ahoy" in page.text
    assert ("worded differently" in page.text, "hx-trigger" in page.text) == (True, False)
    assert re.search(r'<option value="0" selected>', page.text)
    reasons = re.findall(r'hx-get="([^"]+/why\?side=[01])"', page.text)
    assert len(reasons) == 2
    for each in reasons:
        assert "small talk" in (await owner.get(each)).text.lower()


async def test_what_a_replay_may_cost_stands_there_before_it_begins(owner: Browser) -> None:
    page = (await owner.get(f"{BASE}/versions")).text
    assert "by their text and sources" in page
    assert "With the language models" not in page
    model = {"name": "", "provider": "compatible", "url": "http://127.0.0.1:9/v1", "model": "small",
             "key": "k", "price_in": "2", "price_out": "10", "timeout_s": "30"}  # fmt: skip
    assert (await owner.post("/@ember/models/new", model)).status_code == 303
    page = re.sub(r"<[^>]+>|\s+", " ", (await owner.get(f"{BASE}/versions")).text)
    # Two sides at 1,500 tokens read and 150 written; six calls for each question at most.
    assert re.search(r"500\s+3,000\s+US\$ 4\.50–13\.50", page)
    assert re.search(r"It spends\s+US\$ 2\.50\s+at most", page)
    assert (
        await owner.post("/@ember/models/new", model | {"price_in": "4", "price_out": "20"})
    ).status_code == 303
    page = re.sub(r"<[^>]+>|\s+", " ", (await owner.get(f"{BASE}/versions")).text)
    # The second model is asked, and paid for, wherever the first fails.
    assert re.search(r"500\s+6,000\s+US\$ 4\.50–40\.50", page)


async def test_without_a_worker_the_page_says_where_to_look(owner: Browser) -> None:
    at = await ask(owner, "Hello")
    assert "Health shows" not in (await owner.get(at)).text
    with clock.shifted(timedelta(seconds=20)):
        assert "Health shows whether one is running" in (await owner.get(at)).text


async def test_the_same_versions_say_so(app: FastAPI, owner: Browser, ember: Household) -> None:
    at = await ask(owner, "Hello")
    await work(app, ember, trials.Kind.COMPARE)
    page = await owner.get(at)
    assert ("Word for word the same" in page.text, "<mark>" in page.text) == (True, False)


async def test_asking_changes_nothing_else(app: FastAPI, owner: Browser, ember: Household, dsn: Dsn) -> None:
    before = snapshot(dsn, ember.creator, "trial", "tried_question")
    await ask(owner, "Hello")
    await work(app, ember, trials.Kind.COMPARE)
    assert snapshot(dsn, ember.creator, "trial", "tried_question") == before
    assert "Nobody has asked yet" in (await owner.get("/@ember/today")).text


@pytest.mark.parametrize(
    ("sides", "why"),
    [
        ({"left_style": "3"}, "no version 3"),
        ({"right_persona": "9"}, "no version 9"),
        ({"left_boundaries": "x"}, "Choose a version"),
        ({"left_boundaries": "٣"}, "Choose a version"),
        ({"text": "  "}, "Write a question"),
    ],
)
async def test_what_cannot_be_asked_says_why(owner: Browser, sides: dict[str, str], why: str) -> None:
    answer = await owner.post(f"{BASE}/versions/ask", ALIKE | {"text": "Hello"} | sides)
    assert 400 <= answer.status_code < 500
    assert why in answer.text


async def test_the_last_questions_are_asked_again(app: FastAPI, owner: Browser, ember: Household) -> None:
    for text in ("Hello", "Thanks!", "/start"):
        await heard(app, ember, text, outcome="command:start" if text == "/start" else "smalltalk:greeting")
    await greeted(app, ember, "Ahoy, wax friends!")
    answer = await owner.post(f"{BASE}/versions/replay", ALIKE | {"last": "50", "left_persona": "0"})
    at = answer.headers["location"]
    waiting = await owner.get(at)
    assert ("0 of 2 answered" in waiting.text, "Cancel" in waiting.text) == (True, True)
    told = await work(app, ember, trials.Kind.REPLAY)
    assert (told.total, told.counts["same"], told.counts["different"]) == (2, 1, 1)
    page = await owner.get(at)
    assert ("Ahoy" in page.text, "Hello" in page.text, "Thanks!" in page.text) == (True, True, False)
    assert "Thanks!" in (await owner.get(f"{at}?show=same")).text
    assert "Nothing differs." in (await owner.get(f"{at}?show=answered&page=99")).text
    assert "1 differ" in (await owner.get(f"{BASE}/versions")).text


async def test_a_replay_is_cancelled(app: FastAPI, owner: Browser, ember: Household) -> None:
    await heard(app, ember, "Hello")
    at = (await owner.post(f"{BASE}/versions/replay", ALIKE | {"last": "50"})).headers["location"]
    assert (await owner.post(f"{at}/cancel")).status_code == 303
    assert (await work(app, ember, trials.Kind.REPLAY)).asked == 0
    assert "cancelled" in (await owner.get(at)).text


async def test_a_replay_of_nothing_says_so(owner: Browser) -> None:
    answer = await owner.post(f"{BASE}/versions/replay", ALIKE | {"last": "50"})
    assert (answer.status_code, "Nobody has asked" in answer.text) == (422, True)
    assert (await owner.post(f"{BASE}/versions/replay", ALIKE | {"last": "5000"})).status_code == 422


async def test_what_a_fan_asked_leaves_a_replay_with_the_fan(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    message = await heard(app, ember, "Hello")
    at = (await owner.post(f"{BASE}/versions/replay", ALIKE | {"last": "50"})).headers["location"]
    async with app.state.container.db.uow(ember.creator) as uow:
        await uow.fetch("DELETE FROM message WHERE id = %(id)s", {"id": message})
    assert (await work(app, ember, trials.Kind.REPLAY)).total == 0
    assert "Nothing was answered." in (await owner.get(at)).text


async def test_a_moderator_asks_but_replays_nothing(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household
) -> None:
    for role, asks in ((Role.MODERATOR, 303), (Role.VIEWER, 403)):
        made = browser()
        await sign_in(database, made, ember.people[role])
        assert (await made.post(f"{BASE}/versions/ask", ALIKE | {"text": "Hello"})).status_code == asks
        assert (await made.post(f"{BASE}/versions/replay", ALIKE | {"last": "50"})).status_code == 403
        assert (await made.post(f"{SETUP}/questions")).status_code == 403


async def test_a_version_is_taken_along_from_its_history(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await greeted(app, ember, "Ahoy!")
    page = await owner.get("/@ember/persona")
    (link,) = re.findall(r'href="([^"]+/playground/versions\?persona=0)"', page.text)
    assert '<option value="0" selected>' in (await owner.get(link)).text


async def test_setup_without_content_says_what_to_do(owner: Browser, app: FastAPI, ember: Household) -> None:
    assert "none has been read yet" in (await owner.get(SETUP)).text


async def rounds(app: FastAPI, owner: Browser, ember: Household) -> list[trials.TriedInfo]:
    """A round of test questions, of which two were made and answered."""
    container = app.state.container
    async with container.db.uow(ember.creator) as uow:
        uow.session.add(
            Source(
                creator_id=ember.creator,
                origin="upload",
                name="a.txt",
                title="A",
                kind="text",
                sha256="0" * 64,
                state="indexed",
                passages=1,
                lang="en",
            )
        )
    assert (await owner.post(f"{SETUP}/questions")).headers["location"] == f"{SETUP}#questions"
    async with container.db.uow(ember.creator) as uow:
        (trial,) = await trials.newest(uow, ember.avatar.id, trials.Kind.SETUP)
        await repository.add_questions(uow, trial.id, [trials.ToTry("Hello"), trials.ToTry("Thanks!")])
    await container.trials.run(ember.creator, trial.id)
    async with container.db.uow(ember.creator) as uow:
        return list(await trials.questions(uow, trial.id))


def step_is_done(page: str) -> bool:
    """Whether Setup's step of the test questions is ticked."""
    return bool(re.search(r'step-done"><a href="#questions"', page))


async def test_setup_is_done_once_every_answer_was_looked_at(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    first, second = await rounds(app, owner, ember)
    page = await owner.get(SETUP)
    assert ("0 of 2 looked at" in page.text, step_is_done(page.text)) == (True, False)
    await owner.post(f"{SETUP}/questions/{first.id}", {"seen": "good"})
    fix = await owner.get(f"/@ember/corrections/edit?tried={second.id}")
    assert ("Thanks!" in fix.text, second.answers[0].said.text in fix.text.replace("&#39;", "'")) == (
        True,
        True,
    )
    saved = await owner.post(
        "/@ember/corrections/edit", {"text": "My pleasure.", "questions": "Thanks!", "tried": str(second.id)}
    )
    assert saved.headers["location"] == f"{SETUP}#questions"
    async with app.state.container.db.uow(ember.creator) as uow:
        assert (await learning.listing(uow, ember.avatar.id)).items[0].text == "My pleasure."
    page = await owner.get(SETUP)
    assert ("2 of 2 looked at" in page.text, "fixed" in page.text, step_is_done(page.text)) == (True,) * 3
    await owner.post(f"{SETUP}/questions/{first.id}", {"seen": ""})
    assert not step_is_done((await owner.get(SETUP)).text)


async def test_a_round_under_way_is_not_begun_twice(app: FastAPI, owner: Browser, ember: Household) -> None:
    await rounds(app, owner, ember)
    for _ in range(3):
        await owner.post(f"{SETUP}/questions")
    async with app.state.container.db.uow(ember.creator) as uow:
        assert len(await trials.newest(uow, ember.avatar.id, trials.Kind.SETUP, 9)) == 2


async def test_what_should_have_been_stopped_becomes_an_example(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    message = await heard(app, ember, "Whom will you vote for?", outcome="quoted")
    assert f"boundaries/edit?message={message}" in (await owner.get("/@ember/today")).text
    assert "Should have been stopped" in (await owner.get(f"{BASE}/why/{message}")).text
    form = await owner.get(f"/@ember/boundaries/edit?message={message}")
    assert "Whom will you vote for?</textarea>" in form.text
    there = await owner.get(f"/@ember/boundaries/edit?rule=medical&message={message}")
    assert "Whom will you vote for?</textarea>" in there.text
    assert 'name="rule" value="medical"' in there.text
    made = {
        "based_on": "0",
        "name": "Votes",
        "kind": "forbidden",
        "examples": "Whom do you vote for?",
        "on": "true",
    }
    await owner.post("/@ember/boundaries/edit", made)
    tested = await owner.post("/@ember/boundaries/test", {"text": "whom will you vote for"})
    assert ("refused" in tested.text, "Votes" in tested.text) == (True, True)


async def test_small_talk_may_be_stopped_by_an_example_and_tried(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    age = await heard(app, ember, "How old are you?", outcome="smalltalk:age")
    real = await heard(app, ember, "Are you real?", outcome="smalltalk:real")
    today = (await owner.get("/@ember/today")).text
    assert f"boundaries/edit?message={age}" in today
    assert f"corrections/edit?message={age}" not in today
    assert f"boundaries/edit?message={real}" not in today
    why = (await owner.get(f"{BASE}/why/{age}")).text
    assert "Should have been stopped" in why
    assert "Should have been stopped" not in (await owner.get(f"{BASE}/why/{real}")).text
    made = {
        "based_on": "0",
        "name": "My age",
        "kind": "forbidden",
        "examples": "How old are you?",
        "on": "true",
    }
    await owner.post("/@ember/boundaries/edit", made)
    tested = await owner.post("/@ember/boundaries/test", {"text": "¿cuántos años tienes?"})
    assert ("refused" in tested.text, "My age" in tested.text) == (True, True)
    tested = await owner.post("/@ember/boundaries/test", {"text": "hello, how are you?"})
    assert "answered as small talk" in tested.text


async def test_a_message_to_another_avatar_is_told_as_that(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    message = await heard(app, ember, "Where is the wax?")
    async with app.state.container.db.uow(ember.creator) as uow:
        await community.create_avatar(uow, slug="second", name="Second", languages=["en"])
    today = await owner.get("/@second/today")
    assert f"/@ember/corrections/edit?message={message}" in today.text
    for page in ("corrections", "boundaries"):
        answer = await owner.get(f"/@second/{page}/edit?message={message}")
        assert (answer.status_code, "another of your avatars" in answer.text) == (404, True)
        assert ember.avatar.name in answer.text
        assert "erased" in (await owner.get(f"/@second/{page}/edit?message=999")).text


async def test_a_question_of_a_replaced_trial_says_so(owner: Browser) -> None:
    for path in ("playground/trials/99", "playground/tried/99/why", "corrections/edit?tried=99"):
        answer = await owner.get(f"/@ember/{path}")
        assert (answer.status_code, "isn&#39;t here any more" in answer.text) == (404, True), path
