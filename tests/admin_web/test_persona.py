"""The persona: written, sampled, saved in versions, and refused where it goes too far."""

import pytest
from fastapi import FastAPI

from community.types import Role
from kernel.db import Database
from memory.models import Chunk, Source
from persona_engine.service import Version, boundaries, character
from tests.admin_web.auth.conftest import Browser, Household, NewBrowser, sign_in
from tests.admin_web.test_boundaries import RULE

BASE = "/@ember/persona"
WRITTEN = {
    "based_on": "0",
    "purpose": "Explain candles",
    "warmth": "80",
    "length": "short",
    "strictness": "strict",
    "instructions": "Never shout.\nName the lecture.",
    "greetings.en": "Hello, spark!",
    "no_answers.en": "Not my candle.",
    "links": "Live show https://example.org/live",
    "tiers": "Lamplighters",
    "every": "3",
    "note": "first words",
}


async def current(app: FastAPI, ember: Household) -> Version[character.Character]:
    async with app.state.container.db.uow(ember.creator) as uow:
        return await character.kept.current(uow, ember.avatar.id)


async def test_what_is_written_comes_into_force_as_a_version(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    assert (await current(app, ember)).version == 0
    got = await owner.post(BASE, WRITTEN)
    import re

    assert got.status_code == 303, re.findall(r"alert.>(.*?)</p>", got.text)
    now = await current(app, ember)
    assert (now.version, now.note) == (1, "first words")
    assert now.document == character.Character(
        purpose="Explain candles",
        tone=character.Tone(warmth=80),
        strictness=character.Strictness.STRICT,
        length=character.Length.SHORT,
        instructions=("Never shout.", "Name the lecture."),
        greetings={"en": "Hello, spark!"},
        no_answers={"en": "Not my candle."},
        guidance=character.Guidance(
            (character.Link("Live show", "https://example.org/live"),), (), ("Lamplighters",), 3
        ),
    )
    page = (await owner.get(BASE)).text
    assert "Hello, spark!" in page
    assert "Live show https://example.org/live" in page


async def test_versions_are_compared_and_restored(app: FastAPI, owner: Browser, ember: Household) -> None:
    await owner.post(BASE, WRITTEN)
    diff = (await owner.get(f"{BASE}/diff?one=0&other=1")).text
    assert "tone.warmth" in diff
    assert "en: Hello, spark!" in diff
    assert "Live show https://example.org/live" in diff
    assert (await owner.post(f"{BASE}/restore/0")).status_code == 303
    now = await current(app, ember)
    assert (now.version, now.origin, now.document) == (2, "restored", character.Character())


async def test_two_at_once_lose_nothing(owner: Browser) -> None:
    await owner.post(BASE, WRITTEN)
    late = await owner.post(BASE, WRITTEN | {"purpose": "Sell candles"})
    assert late.status_code == 422
    assert "changed meanwhile" in late.text
    assert "Sell candles" in late.text, "what was written is still there"


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("links", "Live show javascript:alert(1)", "isn&#39;t a link"),
        ("instructions", "1\n2\n3\n4", "at most 3 instructions"),
        ("every", "0", "once in 1 to 50"),
        ("greetings.en", "x" * 401, "at most 400 characters"),
        ("greetings.tlh", "nuqneH", "language that an avatar speaks"),
        ("links", "Double your money https://example.org/", "promises a price or a gain"),
        ("greetings.en", "Ｉ ａｍ ａ ｒｅａｌ ｐｅｒｓｏｎ.", "says that a person speaks"),
        ("greetings.en", "Hi! I am a real person, not an AI.", "says that a person speaks"),
        ("no_answers.en", "Buy now, it is guaranteed profit!", "promises a price or a gain"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason_and_kept_in_the_form(
    app: FastAPI, owner: Browser, ember: Household, field: str, text: str, why: str
) -> None:
    answer = await owner.post(BASE, WRITTEN | {field: text})
    assert answer.status_code == 422
    assert why in answer.text
    assert "Explain candles" in answer.text
    assert (await current(app, ember)).version == 0


async def test_the_creators_own_boundaries_hold_for_their_own_words(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    await owner.post("/@ember/boundaries/edit", RULE | {"based_on": "0"})
    answer = await owner.post(BASE, WRITTEN | {"no_answers.en": "I only talk about the election."})
    assert answer.status_code == 422
    assert "falls under your boundary “Politics”" in answer.text
    async with app.state.container.db.uow(ember.creator) as uow:
        only = boundaries.Boundaries((boundaries.Rule("o", boundaries.Kind.ONLY, "Wax", ("beeswax",)),))
        await boundaries.kept.save(uow, ember.avatar.id, only)
    assert (await owner.post(BASE, WRITTEN)).status_code == 303, "a greeting is off every topic"


async def add(app: FastAPI, ember: Household, text: str, **of: str) -> None:
    """An item of one passage."""
    async with app.state.container.db.uow(ember.creator) as uow:
        source = Source(
            creator_id=ember.creator,
            origin="upload",
            state="indexed",
            passages=1,
            lang="en",
            **of,  # type: ignore[arg-type]  # the columns
        )
        uow.session.add(source)
        await uow.session.flush()
        uow.session.add(
            Chunk(creator_id=ember.creator, source_id=source.key, ordinal=0, text=text, lang="en")
        )


async def test_samples_show_what_stands_in_the_form(app: FastAPI, owner: Browser, ember: Household) -> None:
    await add(app, ember, "Soot glows. It is hot. It is yellow. It is old.", name="a", title="Soot")
    await add(app, ember, "A secret.", name="b", title="Hidden", tier="Makers")
    shown = (await owner.post(f"{BASE}/samples", WRITTEN | {"lang": "en"})).text
    for part in ("Hello, spark!", "Not my candle.", "Soot glows."):
        assert part in shown
    assert "It is hot." not in shown, "one sentence"
    assert "A secret." not in shown
    assert "have a look: Live show" in shown or "Lamplighters" in shown
    longer = (await owner.post(f"{BASE}/samples", WRITTEN | {"lang": "en", "length": "long"})).text
    assert "Soot glows. It is hot. It is yellow." in longer
    assert "It is old." not in longer
    assert (await current(app, ember)).version == 0, "a sample changes nothing"


async def test_words_are_inert_wherever_they_are_shown(owner: Browser) -> None:
    evil = "<script>alert(1)</script>"
    form = WRITTEN | {
        "purpose": evil,
        "greetings.en": evil,
        "description": f"</textarea>{evil}",
        "note": evil,
    }
    got = await owner.post(BASE, form)
    import re

    assert got.status_code == 303, re.findall(r"alert.>(.*?)</p>", got.text)
    pages = [(await owner.get(BASE)).text, (await owner.get(f"{BASE}/diff?one=0&other=1")).text]
    pages.append((await owner.post(f"{BASE}/samples", form)).text)
    assert all("alert(1)" in page and evil not in page for page in pages)


async def test_who_may_only_look_changes_nothing(
    database: Database, browser: NewBrowser, app: FastAPI, ember: Household
) -> None:
    viewer = browser()
    await sign_in(database, viewer, ember.people[Role.VIEWER])
    page = await viewer.get(BASE)
    assert page.status_code == 200
    assert '<fieldset class="stack plain-set" disabled>' in page.text
    assert "Hi there!" in page.text, "a sample of what is in force"
    assert (await viewer.post(BASE, WRITTEN)).status_code == 403
    assert (await viewer.post(f"{BASE}/restore/0")).status_code == 403
    assert (await current(app, ember)).version == 0


async def test_no_sample_says_what_no_fan_would_get(app: FastAPI, owner: Browser, ember: Household) -> None:
    await add(app, ember, "I refund the full price of every kit, I guarantee it.", name="a", title="Kits")
    await add(app, ember, "Tallow smells. My private phone number is 555 0134.", name="b", title="Calls")
    await add(app, ember, "Soot glows.", name="c", title="Soot")
    shown = (await owner.post(f"{BASE}/samples", WRITTEN | {"lang": "en", "length": "long"})).text
    assert "Soot glows." in shown
    assert "guarantee" not in shown
    assert "555 0134" not in shown
