"""In a browser: an answer waits, is sent, edited or dropped, by mouse and by keys; a thread; a pause."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_accessibility import check

QUESTION = "Why is the flame yellow?"


def choose(page: Page, mode: str) -> None:
    page.get_by_label(mode).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


@pytest.fixture
def asking(admin: Open) -> Iterator[None]:
    """The avatar asks; afterwards it answers by itself: nothing waits, nothing was learned."""
    choose(admin("autonomy"), "Ask: a person approves each answer")
    yield
    choose(admin("autonomy"), "Auto: answers what it is sure of")
    page = admin("approvals")
    while page.get_by_role("button", name="Drop the answer").count():
        page.get_by_role("button", name="Drop the answer").first.click()
        page.locator("#confirm-yes").click()
        page.get_by_text("Dropped: nothing is sent.").last.wait_for()
        page.reload()
    while page.get_by_role("button", name="Give back").count():
        page.get_by_role("button", name="Give back").first.click()
        page.get_by_text("The avatar answers here again.").last.wait_for()
        page.reload()
    page = admin("corrections")
    learned = page.get_by_role("button", name=f"Delete “{QUESTION}”")
    if learned.count():
        learned.click()
        page.locator("#confirm-yes").click()
        expect(learned).to_have_count(0)


def ask(page: Page, *texts: str) -> None:
    for text in texts:
        page.locator("#say").fill(text)
        page.keyboard.press("Enter")
        page.locator(".line-fan", has_text=text).last.wait_for()


def told(page: Page, text: str) -> None:
    expect(page.locator(".line-avatar:not(.typing)", has_text=text).last).to_be_visible(timeout=20_000)


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("look", [{"viewport": DESK}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_an_answer_waits_and_comes_live_once_it_was_sent(
    admin: Open, fan: Open, look: dict[str, Any]
) -> None:
    page, chat = admin("approvals", **look), fan()
    ask(chat, QUESTION)
    told(chat, "I've passed this on")
    # The demo's own fans may have asked it, too, and have names.
    card = page.locator("[data-card]", has_text=QUESTION).filter(has_text="A fan")
    card.wait_for(timeout=10_000)
    check(page)
    if look["viewport"] is DESK:
        expect(page.locator(".side [data-count=approvals]")).to_be_visible()
    narrow = admin("approvals", viewport={"width": 320, "height": 640}, locale="ja")
    lines = narrow.locator(".approval-acts .button > span").evaluate_all(
        "all => all.map(it => it.offsetHeight / parseFloat(getComputedStyle(it).lineHeight))"
    )
    assert lines
    assert max(lines) < 1.5, "what a button does stands in one line"
    ask(chat, "/help")
    told(chat, "/lang")
    card.get_by_role("button", name="Send the answer").click()
    card.wait_for(state="detached")
    told(chat, "soot")
    assert QUESTION in chat.locator(".line-quote").last.inner_text(), "it came late, so it says to what"
    chat.reload()
    assert "soot" in chat.locator(".line-avatar:not(.typing)").last.inner_text()
    check(chat)


@pytest.mark.usefixtures("asking")
def test_by_keys_alone(admin: Open, fan: Open) -> None:
    page, chat = admin("approvals"), fan()
    ask(chat, QUESTION, "What is a wick for?", "Why does wax melt?")
    cards = page.locator("[data-card]").filter(has_text="A fan")
    expect(cards).to_have_count(3, timeout=15_000)
    cards.first.focus()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("e")
    field = page.get_by_label("Your words").first
    expect(field).to_be_focused()
    field.fill("It glows, s, e and d included.")
    page.wait_for_timeout(3500)
    expect(field).to_have_value("It glows, s, e and d included.")  # nothing takes it from under one's hands
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cards).to_have_count(2)
    expect(cards.first).to_be_focused()
    page.keyboard.press("s")
    expect(cards).to_have_count(1)
    expect(cards.first).to_be_focused()
    page.keyboard.press("d")
    page.locator("#confirm-yes").wait_for()
    page.keyboard.press("Enter")
    expect(cards).to_have_count(0)
    told(chat, "s, e and d included")
    expect(admin("corrections").get_by_text("s, e and d included")).to_be_visible()


@pytest.mark.usefixtures("asking")
def test_what_is_being_written_is_what_is_sent(admin: Open, fan: Open) -> None:
    page, chat = admin("approvals"), fan()
    ask(chat, QUESTION, "What is a wick for?")
    cards = page.locator("[data-card]").filter(has_text="A fan")
    expect(cards).to_have_count(2, timeout=15_000)
    yellow, wick = cards.filter(has_text=QUESTION), cards.filter(has_text="What is a wick for?")
    plain = yellow.get_by_role("button", name="Send the answer")
    yellow.get_by_role("button", name="Edit the answer").click()
    yellow.get_by_label("Your words").fill("Soot, and nothing but soot.")
    expect(plain).to_be_hidden()
    check(page)
    yellow.focus()
    page.keyboard.press("s")
    expect(cards).to_have_count(2)
    wick.get_by_role("button", name="Send the answer").click()
    expect(cards).to_have_count(1)
    expect(yellow.get_by_label("Your words")).to_have_value("Soot, and nothing but soot.")
    expect(plain).to_be_hidden()
    yellow.get_by_role("button", name="Cancel").click()
    expect(plain).to_be_visible()
    yellow.get_by_role("button", name="Edit the answer").click()
    yellow.get_by_label("Your words").fill("Soot, and nothing but soot.")
    yellow.get_by_role("button", name="Send in your words").click()
    expect(cards).to_have_count(0)
    told(chat, "nothing but soot")


def test_a_thread_that_was_handed_over(admin: Open, fan: Open) -> None:
    chat = fan()
    ask(chat, "Can I sue my landlord?")
    told(chat, "person")
    ask(chat, QUESTION)
    page = admin("approvals")
    card = page.locator("[data-card]", has_text=QUESTION)
    card.wait_for(timeout=10_000)
    check(page)
    page.emulate_media(color_scheme="light")
    card.get_by_label("Answer as your team").fill("Robin here: ask a lawyer.")
    card.get_by_role("button", name="Answer").click()
    told(chat, "Robin here")
    assert "not the AI" in chat.locator(".line-notice").last.inner_text()
    lines = chat.locator(".line-avatar:not(.typing)")
    expect(lines).to_have_count(2)  # that a person is asked, and what the person says: the avatar is silent
    check(chat)
    page.get_by_role("button", name="Give back").first.click()
    page.get_by_text("The avatar answers here again.").wait_for()
    ask(chat, QUESTION)
    expect(lines).to_have_count(3, timeout=20_000)


def test_a_pause_is_told_on_every_page_and_stops_answers(admin: Open, fan: Open) -> None:
    page, chat = admin("today"), fan()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_text("Paused: nothing is sent.").wait_for()
    check(page)
    ask(chat, "What is a wick for?")
    chat.wait_for_timeout(2500)
    assert chat.locator(".line-avatar:not(.typing)").count() == 0
    assert not chat.locator("[data-typing]").is_visible()
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    told(chat, "wick")


def test_a_threshold_is_tried_before_it_is_chosen(admin: Open) -> None:
    page = admin("autonomy")
    page.get_by_label("Threshold for Auto").fill("100")
    page.get_by_text("100%").wait_for()
    check(page)
