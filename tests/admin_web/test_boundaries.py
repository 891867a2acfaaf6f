"""The creator's rules: written, tried, switched, compared, restored, and corrected where they were wrong."""

import html
import re

import pytest
from fastapi import FastAPI

from community.types import Role
from conversation import repository as conversations
from conversation import service as conversation
from kernel.chat import Outbound
from kernel.db import Database, UnitOfWork
from kernel.i18n import PAGE_LANGS
from memory import service as memory
from persona_engine import service as persona
from persona_engine.decisions import Step
from persona_engine.reasons import told
from persona_engine.service import Reply, Version, boundaries
from persona_engine.types import Trace
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.emulators.openai import scripts
from tests.emulators.openai.server import OpenAI

BASE = "/@ember/boundaries"
RULE = {
    "name": "Politics",
    "kind": "forbidden",
    "examples": "Who will you vote for?\nWhich party do you support?\n\nWhat do you think of the president?",
    "phrases": "election",
    "exceptions": "",
    "on": "true",
}


async def current(app: FastAPI, ember: Household) -> Version[boundaries.Boundaries]:
    async with app.state.container.db.uow(ember.creator) as uow:
        return await boundaries.kept.current(uow, ember.avatar.id)


async def saved(app: FastAPI, owner: Browser, ember: Household, **fields: str) -> boundaries.Rule:
    """The rule after it was handed in as a new one."""
    answer = await owner.post(f"{BASE}/edit", RULE | {"based_on": "0"} | fields)
    assert answer.status_code == 303
    return (await current(app, ember)).document.rules[-1]


async def test_an_avatar_begins_with_a_few_boundaries(app: FastAPI, owner: Browser, ember: Household) -> None:
    page = await owner.client.get(BASE)
    assert "Medical advice" in page.text
    assert (await current(app, ember)).version == 0


async def test_what_an_avatar_begins_with_is_named_in_the_readers_language(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    own = await saved(app, owner, ember, name="100 % wax {of} bees")
    for lang in PAGE_LANGS:
        page = html.unescape((await owner.client.get(f"{BASE}?lang={lang}")).text)
        assert own.name in page
        for rule in boundaries.defaults().rules:
            assert (rule.name in page) == (lang == "en"), (lang, rule.name)
    form = html.unescape((await owner.client.get(f"{BASE}/edit?rule=medical&lang=es")).text)
    assert 'value="Consejo médico"' in form, "as it is listed, so it is edited"
    step = Step(
        "boundaries", "handover", "rule", 0.1, {"rule": "Medical advice", "confidence": 0.9, "example": "?"}
    )
    assert "Consejo médico" in told(step, "es").reason


async def test_a_new_rule_is_a_new_version_of_all(app: FastAPI, owner: Browser, ember: Household) -> None:
    rule = await saved(app, owner, ember)
    assert (rule.kind, rule.phrases, len(rule.examples), rule.on) == ("forbidden", ("election",), 3, True)
    now = await current(app, ember)
    assert (now.version, len(now.document.rules)) == (1, len(boundaries.defaults().rules) + 1)


async def test_two_at_once_lose_nothing(app: FastAPI, owner: Browser, ember: Household) -> None:
    await saved(app, owner, ember)
    late = await owner.post(f"{BASE}/edit", RULE | {"based_on": "0", "name": "Late"})
    assert late.status_code == 422
    assert "changed meanwhile" in late.text
    assert (await current(app, ember)).version == 1


async def test_a_rule_with_nothing_to_go_by_says_what_it_needs(owner: Browser) -> None:
    answer = await owner.post(f"{BASE}/edit", RULE | {"based_on": "0", "examples": " ", "phrases": ""})
    assert (answer.status_code, "at least one phrase" in answer.text) == (422, True)
    only = RULE | {"based_on": "0", "kind": "only", "examples": "", "phrases": " \n "}
    assert "at least one phrase" in (await owner.post(f"{BASE}/edit", only)).text
    answer = await owner.post(f"{BASE}/edit", RULE | {"based_on": "0", "kind": "explode"})
    assert answer.status_code == 422


async def test_it_is_switched_off_deleted_and_restored(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    rule = await saved(app, owner, ember)
    await owner.post(f"{BASE}/switch", {"rule": rule.id, "based_on": "1", "on": "false"})
    switched = (await current(app, ember)).document.rule(rule.id)
    assert switched is not None
    assert not switched.on
    await owner.post(f"{BASE}/delete", {"rule": rule.id, "based_on": "2"})
    assert (await current(app, ember)).document.rule(rule.id) is None
    await owner.post(f"{BASE}/restore/1", {})
    now = await current(app, ember)
    assert (now.version, now.origin, now.document.rule(rule.id)) == (4, "restored", rule)
    await owner.post(f"{BASE}/restore/0", {})
    assert (await current(app, ember)).document == boundaries.defaults()


async def test_versions_are_compared(app: FastAPI, owner: Browser, ember: Household) -> None:
    rule = await saved(app, owner, ember)
    await owner.post(f"{BASE}/switch", {"rule": rule.id, "based_on": "1", "on": "false"})
    page = await owner.client.get(f"{BASE}/diff", params={"one": 2, "other": 1})
    assert re.search(r"Politics: on.*<del>True</del>.*<ins>False</ins>", page.text, re.S)
    assert (await owner.client.get(f"{BASE}/diff", params={"one": 1, "other": 9})).status_code == 404


async def test_the_tester_tells_what_would_happen_and_why(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await saved(app, owner, ember)
    stopped = await owner.post(f"{BASE}/test", {"text": "¿A quién vas a votar en las elecciones?"})
    assert ("refused" in stopped.text, "Politics" in stopped.text, "Spanish" in stopped.text) == (True,) * 3
    assert "passed" in (await owner.post(f"{BASE}/test", {"text": "Where do you buy wax?"})).text
    assert "in need" in (await owner.post(f"{BASE}/test", {"text": "I want to kill myself"})).text


async def test_an_exception_lets_the_message_through(app: FastAPI, owner: Browser, ember: Household) -> None:
    rule = await saved(app, owner, ember)
    said = "Which party do you support in the elf game?"
    assert "refused" in (await owner.post(f"{BASE}/test", {"text": said})).text
    container = app.state.container
    received = await container.webchat.say(await container.webchat.room("ember"), "visitor", said, "client-1")
    answer = await owner.post(f"{BASE}/exception?message={received.message_id}", {"rule": rule.id})
    assert answer.status_code == 303
    assert "passed" in (await owner.post(f"{BASE}/test", {"text": said})).text
    assert "refused" in (await owner.post(f"{BASE}/test", {"text": "which party do you support"})).text


async def test_a_rule_is_tried_on_the_last_messages(
    app: FastAPI, database: Database, owner: Browser, ember: Household
) -> None:
    container = app.state.container
    room = await container.webchat.room("ember")
    for number, text in enumerate(("Who will you vote for?", "Where do you buy wax?", "hello")):
        await container.webchat.say(room, "visitor", text, f"client-{number}")
    page = await owner.post(f"{BASE}/tried", RULE)
    assert "Of the last 3 messages it would have stopped 1." in page.text
    assert "Who will you vote for?" in page.text
    assert "buy wax" not in page.text
    assert (await current(app, ember)).version == 0


async def test_a_rule_that_stops_what_was_answered_says_so(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    container = app.state.container
    room = await container.webchat.room("ember")
    for number, outcome in enumerate(("quoted", "drafted", "taught:3", "declined")):
        received = await container.webchat.say(room, "visitor", "Who will you vote for?", f"client-{number}")
        async with container.db.uow(ember.creator) as uow:
            await conversations.finish_message(
                uow, received.message_id, lang="en", outcome=outcome, confidence=None
            )
    page = (await owner.post(f"{BASE}/tried", RULE)).text
    assert "it would have stopped 4." in page
    assert "Questions among them that had been answered: 3." in page
    harmless = RULE | {"phrases": "volcano", "examples": ""}
    assert "had been answered" not in (await owner.post(f"{BASE}/tried", harmless)).text


async def test_the_form_names_the_languages_that_need_an_example_of_their_own(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    """Where no lexicon connects a language with the others, a rule holds surely by an example in it alone."""
    async with app.state.container.db.uow(ember.creator) as uow:
        await uow.fetch('UPDATE avatar SET languages = \'["en", "es", "ja", "ko"]\'')
    page = (await owner.client.get(f"{BASE}/edit")).text
    assert "only with an example of its own: Japanese · Korean." in page
    rule = await saved(app, owner, ember, examples="Who will you vote for?\n誰に投票しますか？")
    page = (await owner.client.get(f"{BASE}/edit?rule={rule.id}")).text
    assert "only with an example of its own: Korean." in page
    rule = await saved(
        app, owner, ember, based_on="1", examples="誰に投票しますか？\n누구에게 투표하실 건가요?"
    )
    assert "example of its own" not in (await owner.client.get(f"{BASE}/edit?rule={rule.id}")).text


async def test_a_rule_for_promises_is_tried_on_the_last_answers(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    for text, answer in (("Will it rise?", "It will double in value."), ("Is it yellow?", "It is yellow.")):
        await answered(app, ember, text, answer)
    rule = RULE | {"kind": "promise", "phrases": "", "examples": "It will double in value by Christmas."}
    page = await owner.post(f"{BASE}/tried", rule)
    assert "Of the last 2 answers it would have held back 1." in page.text
    assert "It will double in value." in page.text
    assert "It is yellow" not in page.text


async def answered(app: FastAPI, ember: Household, text: str, answer: str) -> None:
    """A fan's message, and its answer."""
    container = app.state.container
    room = await container.webchat.room("ember")
    received = await container.webchat.say(room, "visitor", text, text.replace(" ", "-").strip("?"))
    async with container.db.uow(ember.creator) as uow:
        row = await uow.fetch_one("SELECT connection_id FROM thread WHERE id = %s", (received.thread_id,))
        await conversations.add_outbound(
            uow, thread_id=received.thread_id, connection_id=row.connection_id,
            message_id=received.message_id, once=text, payload=Outbound(answer, "en").to_json(),
        )  # fmt: skip


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR])
async def test_who_may_only_look_changes_nothing(
    app: FastAPI, database: Database, browser: NewBrowser, ember: Household, role: Role
) -> None:
    made = browser()
    await sign_in(database, made, ember.people[role])
    page = await made.client.get(BASE)
    assert (page.status_code, "New boundary" in page.text) == (200, False)
    assert (await made.post(f"{BASE}/edit", RULE | {"based_on": "0"})).status_code == 403
    assert (await current(app, ember)).version == 0


async def test_a_model_reads_along_where_it_is_wished_for(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    oddly = "Grandma used to tell me which way to vote."
    assert "No model is connected yet" in (await owner.client.get(BASE)).text
    server = OpenAI([scripts.says("1")])
    try:
        connection = {
            "name": "House",
            "provider": "compatible",
            "url": server.url,
            "model": "small",
            "key": "k",
        }
        prices = {"key": "k", "price_in": "0", "price_out": "0", "timeout_s": "30"}
        assert (await owner.post("/@ember/models/new", connection | prices)).status_code == 303
        assert "Let a model read along" in (await owner.client.get(BASE)).text
        assert "passed" in (await owner.post(f"{BASE}/test", {"text": oddly})).text
        assert server.requests == [], "nobody wished for it yet"
        assert (await owner.post(f"{BASE}/judged", {"based_on": "0", "on": "true"})).status_code == 303
        assert (await current(app, ember)).document.judged
        tested = (await owner.post(f"{BASE}/test", {"text": oddly})).text
        assert "small takes it for" in tested
        first = next(rule for rule in boundaries.defaults().rules if rule.kind in ("forbidden", "handover"))
        assert first.name in tested
        assert (await owner.post(f"{BASE}/judged", {"based_on": "0"})).status_code == 422
    finally:
        server.close()


async def test_what_is_left_as_a_fan_wrote_it_goes_with_the_fan_and_the_page_says_so(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    container = app.state.container
    room = await container.webchat.room("ember")
    said = "I am Quillanbrask: do unicorn mushrooms exist?"
    received = await container.webchat.say(room, "visitor", said, "client-1")
    form = f"{BASE}/edit?message={received.message_id}"
    page = html.unescape((await owner.client.get(form)).text)
    assert f'action="{form}"' in page
    assert f">{said}</textarea>" in page
    fields = RULE | {"based_on": "0", "examples": f"{said}\nDo unicorns exist?"}
    assert (await owner.post(form, fields)).status_code == 303
    rule = (await current(app, ember)).document.rules[-1]
    assert rule.examples == (said, "Do unicorns exist?")
    async with container.db.uow(ember.creator) as uow:
        fan = await uow.fetch_one("SELECT fan_id FROM thread WHERE id = %s", (received.thread_id,))
        await conversation.erase_by_creator(uow, fan.fan_id)
    now = await current(app, ember)
    assert (now.document.rules[-1].examples, now.document.rules[-1].erased) == (("Do unicorns exist?",), 1)
    page = (await owner.client.get(BASE)).text
    assert "Quillanbrask" not in page
    assert "went with the fan who wrote it" in page
    assert (await owner.post(form, fields | {"based_on": str(now.version)})).status_code == 404
    edited = fields | {"rule": rule.id, "based_on": str(now.version), "examples": "Do unicorns exist?"}
    assert (await owner.post(f"{BASE}/edit", edited)).status_code == 303
    assert "went with the fan" not in (await owner.client.get(BASE)).text


async def test_a_rule_is_tried_on_what_the_last_messages_were_told_and_on_what_stands_beside_it(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    container = app.state.container
    room = await container.webchat.room("ember")
    dog, vote = "My dog Biscuit sleeps on the wax.", "I will vote for the beekeeper in the election."
    asked = {
        "Who is Biscuit?": (f"{dog} {vote}", dog),
        "What did you do on Sunday?": (f"{vote} Wax is yellow.", vote),
        "Where do you buy wax?": (f"I buy wax from a monk. {dog}", "I buy wax from a monk."),
        "What is gone?": ("", vote),
    }
    for number, (question, (text, quote)) in enumerate(asked.items()):
        received = await container.webchat.say(room, f"fan-{number}", question, f"client-{number}")
        async with container.db.uow(ember.creator) as uow:
            passage = await passage_of(uow, text) if text else 999
            data = {"passage": passage, "quote": quote}
            reply = Reply((), "en", "quoted", Trace((Step("answer", "quoted", "quoted", 1.0, data),)))
            await persona.record(uow, ember.avatar.id, received.message_id, reply)
    page = html.unescape((await owner.post(f"{BASE}/tried", RULE)).text)
    assert "Of the last 4 messages it would have stopped 2." in page
    for question in ("Who is Biscuit?", "What did you do on Sunday?"):
        assert question in page
    assert page.count(f"beside it: “{vote}”") == 2
    assert "buy wax?" not in page


async def passage_of(uow: UnitOfWork, text: str) -> int:
    """A passage of an item of its own."""
    added = await memory.add_url(uow, f"https://wax.example/{len(text)}")
    row = await uow.fetch_one(
        """
        INSERT INTO chunk (creator_id, source_id, created_at, ordinal, text, lang)
        VALUES (%(creator)s, %(source)s, now(), 0, %(text)s, 'en') RETURNING id
        """,
        {"creator": uow.tenant, "source": added.source.id, "text": text},
    )
    return int(row.id)
