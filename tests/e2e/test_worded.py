"""A creator connects a model; fans get its words while it behaves, else the creator's own."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Open
from tests.e2e.test_accessibility import check
from tests.e2e.test_chat import ANSWERS, YELLOW, ask
from tests.emulators.openai import scripts
from tests.emulators.openai.server import Exchange, OpenAI, Script

KEY = "sk-of-the-house"
WORDS = "Because soot glows: the heat of a candle flame makes tiny particles of it shine yellow"
SLOWLY = 30_000


def cites(text: str, source: str) -> Script:
    """Says this, and cites the passage that has these words."""

    def play(exchange: Exchange) -> None:
        passages = re.findall(r"PASSAGE (\d+) ===\n(.*?)\n===", exchange.asked.last, re.DOTALL)
        number = next((number for number, passage in passages if source in passage), "0")
        exchange.say(f"{text} [{number}].", usage=(1_200, 60))

    return play


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    """The provider, which wants its key."""
    server = OpenAI([cites(WORDS, "soot")], key=KEY)
    yield server
    server.close()


@pytest.fixture
def models(admin: Open, openai: OpenAI) -> Iterator[Page]:
    """The page of the models, with the provider's connected; it is gone afterwards, as are other caps."""
    with ExitStack() as stack:
        page = admin("models/new")
        page.get_by_label("Address").fill(openai.url)
        page.get_by_label("Model", exact=True).fill("small")
        page.get_by_role("textbox", name="Key").fill(KEY)
        page.get_by_label("Your name for it").fill("House model")
        page.get_by_label("Price of a million tokens read").fill("2")
        page.get_by_label("Price of a million tokens written").fill("10")
        page.get_by_label("Time-out in seconds").fill("5")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        stack.callback(_remove, page)
        page.get_by_role("button", name="Test House model").click()
        expect(page.get_by_text("It answered in")).to_be_visible(timeout=SLOWLY)
        yield page


def _remove(page: Page) -> None:
    page.reload()
    cap(page, "5")
    page.get_by_role("button", name="Remove House model").click()
    page.locator("#confirm-yes").click()
    page.get_by_text("No model yet").wait_for()
    page.wait_for_timeout(4_000)  # what a worker remembers of an avatar's settings


def cap(page: Page, dollars: str) -> None:
    """Set the cap of a day."""
    page.locator("#f-day").fill(dollars)
    page.get_by_role("button", name="Save the caps").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def answer(page: Page, question: str = YELLOW) -> Locator:
    """What a fan gets."""
    before = page.locator(ANSWERS).count()
    ask(page, question)
    expect(page.locator(ANSWERS)).to_have_count(before + 1, timeout=SLOWLY)
    return page.locator(ANSWERS).last


def why(page: Page) -> Locator:
    """Why the last answer of the playground is what it is."""
    page.get_by_role("button", name="Why this reply").last.click()
    panel = page.locator("#why")
    expect(panel.locator(".why-facts")).to_be_visible()
    return panel


def test_a_fan_gets_the_models_words_with_their_sources(
    models: Page, admin: Open, fan: Open, openai: OpenAI
) -> None:
    chat = fan()
    said = answer(chat)
    expect(said.locator(".bubble")).to_contain_text(WORDS)
    expect(said.locator(".bubble")).not_to_contain_text("[1]")  # one source alone needs no number
    expect(said.locator(".source")).to_contain_text("The colour of candlelight")
    check(chat)
    with chat.expect_popup() as opened:
        said.locator(".source").click()
    expect(opened.value.locator("#passage")).to_contain_text("soot")
    assert openai.requests[-1].headers["authorization"] == f"Bearer {KEY}"

    asked = len(openai.requests)
    expect(answer(fan()).locator(".bubble")).to_contain_text(WORDS)  # kept for who asks the same
    assert len(openai.requests) == asked

    page = admin("playground?run=worded")
    answer(page, "Tell me why the flame of a candle is yellow")
    panel = why(page)
    expect(panel.locator(".why-facts")).to_contain_text("small")
    steps = panel.locator(".steps-list li")
    expect(steps.filter(has_text="Draft").first).to_contain_text("1,200 tokens read, 60 written, US$ 0.003")
    expect(steps.filter(has_text="Check of the draft")).to_contain_text("nothing is wrong with it")
    expect(steps.last).to_contain_text("from 1 sources, by small")
    check(page)

    models.reload()
    expect(models.locator(".figure-card", has_text="Spent today")).to_contain_text("US$ 0.00")
    expect(models.locator(".figure-card", has_text="Spent today")).to_contain_text("of US$ 5")
    row = models.locator("tr", has_text="House model")
    expect(row.locator("[data-label='Answers in']")).to_contain_text(re.compile(r"\d\.\d s"))
    expect(row.locator("[data-label='Spent today']")).not_to_have_text("US$ 0.00")
    check(models)


@pytest.mark.parametrize(
    ("misbehaves", "question", "reason"),
    [
        (scripts.failing(500), "Why is a candle's flame so yellow?", "The provider had an error of its own."),
        (scripts.slow(20), "What makes the flame yellow?", "It didn't answer in time."),
        (scripts.inventing, "Why does the flame look yellow?", "it cited [99], which doesn't exist"),
    ],
    ids=["failing", "slow", "inventing"],
)
def test_a_model_that_misbehaves_leaves_fans_the_creators_words(
    models: Page, admin: Open, fan: Open, openai: OpenAI, misbehaves: Script, question: str, reason: str
) -> None:
    openai.plays(misbehaves)
    chat = fan(viewport=PHONE)
    said = answer(chat, question)
    expect(said.locator(".bubble")).to_contain_text("full of tiny glowing particles of soot")
    expect(said.locator(".source")).to_contain_text("The colour of candlelight")
    expect(said).not_to_contain_text("flames.example")

    page = admin("playground?run=quoted")
    answer(page, question)
    panel = why(page)
    expect(panel.locator(".why-facts")).to_contain_text("Your own words, quoted: no model")
    expect(panel.locator(".steps-list")).to_contain_text(reason)


def test_a_cap_that_is_reached_leaves_fans_the_creators_words(
    models: Page, admin: Open, fan: Open, openai: OpenAI
) -> None:
    cap(models, "0.0001")
    expect(answer(fan()).locator(".bubble")).to_contain_text("full of tiny glowing particles of soot")
    page = admin("playground?run=capped")
    answer(page)
    expect(why(page).locator(".steps-list")).to_contain_text("The day's cap is reached.")
    assert len(openai.requests) == 1  # the test's
