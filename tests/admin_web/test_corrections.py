"""What people teach the avatar, and the open questions they teach it from: written, tried, put aside."""

import re

import pytest
from fastapi import FastAPI

from bots import service as bots
from community.types import Role
from conversation import approvals_repository
from conversation import repository as conversations
from conversation import service as conversation
from kernel.chat import Inbound, Outbound
from kernel.db import Database
from persona_engine import repository as traces
from persona_engine.service import learning
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in

BASE = "/@ember/corrections"
OPEN = "/@ember/unanswered"
ASKED, ANSWER = "What camera do you use?", "A small Fuji."
HTMX = {"hx-request": "true"}


@pytest.fixture
async def viewer(database: Database, browser: NewBrowser, ember: Household) -> Browser:
    """Somebody who may look on."""
    made = browser()
    await sign_in(database, made, ember.people[Role.VIEWER])
    return made


async def taught(app: FastAPI, ember: Household) -> list[learning.TaughtInfo]:
    """Every taught answer, newest first."""
    async with app.state.container.db.uow(ember.creator) as uow:
        return list((await learning.listing(uow, ember.avatar.id)).items)


async def heard(
    app: FastAPI,
    ember: Household,
    text: str,
    *,
    user: str = "fan",
    outcome: str = "declined",
    lang: str = "en",
) -> int:
    """A message that ended so, and its answer."""
    async with app.state.container.db.uow(ember.creator) as uow:
        connection = await bots.ensure_connection(uow, ember.avatar.id, bots.WEBCHAT)
        inbound = Inbound(connection, "webchat", f"{user}:{text}", user, user, text, user_name="Ana Fan")
        received = await conversation.receive(uow, ember.avatar.id, inbound)
        await conversations.finish_message(
            uow, received.message_id, lang=lang, outcome=outcome, confidence=None
        )
        await conversations.add_outbound(
            uow, thread_id=received.thread_id, connection_id=connection, message_id=received.message_id,
            once=f"{user}:{text}", payload=Outbound("Nothing I know of.", lang).to_json(),
        )  # fmt: skip
        await traces.add_trace(
            uow, message_id=received.message_id, avatar_id=ember.avatar.id, kind=outcome,
            trace={"steps": [{"name": "answer", "decision": "declined", "reason": "declined", "ms": 1.0,
                              "data": {"model": "none"}}]},
        )  # fmt: skip
    return received.message_id


async def write(owner: Browser, text: str = ANSWER, questions: str = ASKED, **fields: object) -> None:
    answer = await owner.post(f"{BASE}/edit", {"text": text, "questions": questions} | fields)
    assert answer.status_code == 303, answer.text


async def test_an_answer_is_written_searched_altered_and_deleted(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await write(owner, questions=f"{ASKED}\n\nWhich camera is that?")
    (kept,) = await taught(app, ember)
    assert (kept.text, len(kept.questions), kept.by, kept.origin) == (ANSWER, 2, "Robin", "written")
    assert ANSWER in (await owner.get(BASE)).text
    assert ANSWER in (await owner.get(f"{BASE}?q=fuji")).text
    assert ANSWER not in (await owner.get(f"{BASE}?q=nik%25n")).text
    assert ASKED in (await owner.get(f"{BASE}/edit?answer={kept.id}")).text
    await write(owner, text="A big Sony.", answer=kept.id)
    (kept,) = await taught(app, ember)
    assert (kept.text, [each.text for each in kept.questions]) == ("A big Sony.", [ASKED])
    await owner.post(f"{BASE}/switch", {"answer": kept.id, "on": "false"})
    assert not (await taught(app, ember))[0].on
    await owner.post(f"{BASE}/delete", {"answer": kept.id})
    assert await taught(app, ember) == []
    assert (await owner.post(f"{BASE}/switch", {"answer": kept.id})).status_code == 404


async def test_what_is_missing_is_told(owner: Browser) -> None:
    answer = await owner.post(f"{BASE}/edit", {"text": "", "questions": ASKED})
    assert (answer.status_code, "Write the answer." in answer.text) == (422, True)


async def test_the_box_tells_which_answer_a_question_would_get(owner: Browser) -> None:
    assert "Nothing is taught yet." in (await owner.post(f"{BASE}/try", {"text": ASKED})).text
    await write(owner)
    found = await owner.post(f"{BASE}/try", {"text": "what camera are you using?"})
    assert ("gets this answer" in found.text, ANSWER in found.text) == (True, True)
    assert "gets no taught answer" in (await owner.post(f"{BASE}/try", {"text": "Where do you live?"})).text


async def test_a_reply_is_fixed_and_its_question_is_the_fans(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    message = await heard(app, ember, "what camera pls?? I am Ana")
    page = await owner.get(f"{BASE}/edit?message={message}")
    assert ("what camera pls" in page.text, "Nothing I know of." in page.text) == (True, True)
    await write(owner, message=message)
    (kept,) = await taught(app, ember)
    assert (kept.origin, kept.questions[0].message_id) == ("corrected", message)
    async with app.state.container.db.uow(ember.creator) as uow:
        await uow.fetch("DELETE FROM fan")
    (kept,) = await taught(app, ember)
    assert kept.questions == ()
    assert (await owner.get(f"{BASE}/edit?message={message}")).status_code == 404


async def test_the_playground_offers_fix_and_confirms_a_taught_answer(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    declined = await heard(app, ember, "Which gear do you film with?")
    why = await owner.get(f"/@ember/playground/why/{declined}")
    assert f"corrections/edit?message={declined}" in why.text
    greeted = await heard(app, ember, "Hello!", outcome="smalltalk:greeting")
    assert "corrections/edit" not in (await owner.get(f"/@ember/playground/why/{greeted}")).text
    await write(owner)
    (kept,) = await taught(app, ember)
    served = await heard(app, ember, "Your camera?", outcome=f"taught:{kept.id}")
    why = await owner.get(f"/@ember/playground/why/{served}")
    assert ("Right answer" in why.text, f"edit?answer={kept.id}" in why.text) == (True, True)
    assert (await owner.post(f"{BASE}/confirm", {"answer": kept.id, "message": served})).status_code == 303
    (kept,) = await taught(app, ember)
    assert [each.text for each in kept.questions] == [ASKED, "Your camera?"]


async def test_what_a_person_sends_instead_is_given_to_the_next_who_asks(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    message = await heard(app, ember, ASKED, outcome="waiting")
    async with app.state.container.db.uow(ember.creator) as uow:
        thread = (await uow.fetch_one("SELECT thread_id FROM message")).thread_id
        await approvals_repository.add(
            uow, avatar_id=ember.avatar.id, thread_id=thread, message_id=message, reason="ask", lang="en",
            outcome="declined", confidence=0.2, parts=[Outbound("I don't know.", "en").to_json()],
        )  # fmt: skip
        (waiting,) = await conversation.approvals.waiting(uow, ember.avatar.id)
    answer = await owner.post(f"/@ember/approvals/{waiting.id}/send", {"text": ANSWER})
    assert answer.status_code in (200, 303)
    (kept,) = await taught(app, ember)
    assert (kept.text, kept.origin, kept.questions[0].message_id) == (ANSWER, "corrected", message)
    found = await owner.post(f"{BASE}/try", {"text": "what camera are you using"})
    assert "gets this answer" in found.text


async def test_the_same_open_questions_stand_together_without_names(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await heard(app, ember, "Do you ship to Spain?")
    await heard(app, ember, "¿Hacéis envíos a España?", user="dos", lang="es")
    await heard(app, ember, "Who are your heroes?", user="demo:1:0:Mina")
    await heard(app, ember, "Only trying this", user="playground:1:")
    await heard(app, ember, "Why is the flame yellow?", outcome="quoted")
    page = (await owner.get(f"{OPEN}/clusters")).text
    assert page.index("asked 2 times") < page.index("asked once")
    assert ("¿Hacéis envíos" in page, "Spanish" in page, "demo" in page) == (True, True, True)
    assert ("Only trying" in page, "yellow" in page, "Ana Fan" in page) == (False, False, False)


async def test_an_answer_for_a_cluster_settles_it(app: FastAPI, owner: Browser, ember: Household) -> None:
    first = await heard(app, ember, "Do you ship to Spain?")
    second = await heard(app, ember, "¿Hacéis envíos a España?", user="dos", lang="es")
    page = (await owner.get(f"{OPEN}/clusters")).text
    link = re.search(r'href="[^"]*/corrections/edit\?([^"]+)"', page)
    assert link
    form = await owner.get(f"{BASE}/edit?{link[1].replace('&amp;', '&')}")
    questions = re.search(r'name="questions"[^>]*>([^<]*)<', form.text)
    assert questions
    asked = questions[1].replace("&#39;", "'")
    tried = await owner.post(f"{BASE}/tried", {"questions": asked})
    assert "2 of the last 2 questions" in tried.text
    await write(owner, "Within the EU.", asked, message=[first, second])
    (kept,) = await taught(app, ember)
    assert {each.message_id for each in kept.questions} == {first, second}
    assert "Nothing is open" in (await owner.get(f"{OPEN}/clusters")).text
    third = await heard(app, ember, "do you deliver to spain?", user="three")
    page = (await owner.get(f"{OPEN}/clusters")).text
    assert ("1 more has a taught answer" in page, f'value="{third}"' in page) == (True, False)


async def test_a_question_is_put_aside(app: FastAPI, owner: Browser, ember: Household) -> None:
    message = await heard(app, ember, "Who are your heroes?")
    assert (await owner.post(f"{OPEN}/dismiss", {"message": message})).status_code == 303
    assert "Nothing is open" in (await owner.get(f"{OPEN}/clusters")).text


async def test_who_may_only_look_sees_and_changes_nothing(
    app: FastAPI, owner: Browser, viewer: Browser, ember: Household
) -> None:
    message = await heard(app, ember, "Who are your heroes?")
    await write(owner)
    (kept,) = await taught(app, ember)
    page = await viewer.get(BASE)
    assert (ANSWER in page.text, "/corrections/edit" in page.text) == (True, False)
    assert "Write answer" not in (await viewer.get(f"{OPEN}/clusters")).text
    for path, fields in (
        (f"{BASE}/edit", {"text": "Mine", "questions": "Mine?"}),
        (f"{BASE}/delete", {"answer": kept.id}),
        (f"{BASE}/switch", {"answer": kept.id}),
        (f"{BASE}/confirm", {"answer": kept.id, "message": message}),
        (f"{OPEN}/dismiss", {"message": message}),
    ):
        assert (await viewer.post(path, fields)).status_code == 403, path
    assert (await taught(app, ember)) == [kept]


@pytest.mark.parametrize(
    "text", ["Yes, I'm a real person and no AI is involved.", "Your money doubles, guaranteed."]
)
async def test_an_answer_that_no_fan_would_get_isnt_kept_and_nothing_typed_is_lost(
    app: FastAPI, owner: Browser, ember: Household, text: str
) -> None:
    page = await owner.post(f"{BASE}/edit", {"text": f"Sure. {text}", "questions": "Who is this?\nAnd now?"})
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "ord it differently" in page.text
    assert text.replace("'", "&#39;") in page.text
    assert "Who is this?\nAnd now?" in page.text
    assert await taught(app, ember) == []
