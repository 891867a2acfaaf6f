"""A creator tries a version beside the one in force, asks the last questions again, and ends the setup."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_accessibility import check

SLOWLY = 30_000


def greet(page: Page, text: str) -> None:
    """Save a persona that greets so."""
    page.get_by_label("Reply to a greeting").first.fill(text)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved as a new version.")).to_be_visible()


def ask_both(page: Page, text: str) -> None:
    """Ask both sides, and wait for their answers."""
    page.get_by_label("A question, in any language").fill(text)
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".side-answer")).to_have_count(2, timeout=SLOWLY)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_two_versions_answer_beside_each_other(admin: Open, viewport: dict[str, int]) -> None:
    greet(admin("persona"), f"Ahoy from {viewport['width']} pixels!")
    page = admin("persona", viewport=viewport)
    page.get_by_role("link", name="Try beside the one in force").first.click()
    ask_both(page, "Hello")
    expect(page.get_by_text("worded differently", exact=True)).to_be_visible()
    expect(page.locator(".side-answer .bubble").last).to_have_text(f"Ahoy from {viewport['width']} pixels!")
    expect(page.locator(".side-answer mark").last).to_be_visible()
    left, right = (each.bounding_box() for each in page.locator(".side-answer").all())
    assert left
    assert right
    assert (left["y"] == right["y"]) == (viewport == DESK)
    check(page)
    page.get_by_role("button", name="Why this reply").last.click()
    expect(page.locator("#reason-body .why-facts")).to_be_visible()
    check(page)


def test_the_sources_of_both_open(admin: Open) -> None:
    page = admin("playground/versions")
    ask_both(page, "Why is the flame yellow?")
    expect(page.get_by_text("Word for word the same")).to_be_visible()
    with page.expect_popup() as opened:
        page.locator(".side-answer .source").first.click()
    expect(opened.value.locator("#passage")).to_be_visible()


def test_the_last_questions_are_asked_again(admin: Open) -> None:
    greet(admin("persona"), "Ahoy once more!")
    page = admin("playground/versions?persona=0")
    page.get_by_label("How many").select_option("50")
    page.get_by_role("button", name="Ask them again").click()
    expect(page.locator("#replayed .badge-good", has_text="done")).to_be_visible(timeout=60_000)
    expect(page.locator(".figure-card", has_text="Worded differently").locator("dd")).not_to_have_text("0")
    check(page)
    page.get_by_role("link", name="The same", exact=True).click()
    expect(page.get_by_role("heading", name="Answered the same")).to_be_visible()
    page.get_by_role("link", name="All that differ").click()
    expect(page.get_by_role("heading", name="Answered differently")).to_be_visible()


def test_the_setup_ends_with_five_questions_of_ones_own_content(admin: Open) -> None:
    page = admin("setup")
    page.get_by_role("button", name=re.compile("Ask five")).click()
    questions = page.locator(".test-question")
    expect(questions).to_have_count(5, timeout=SLOWLY)
    check(page)
    for number in range(4):
        page.get_by_role("button", name=re.compile("is good$")).nth(number).click()
        expect(page.get_by_text(f"{number + 1} of 5 looked at")).to_be_visible()
    questions.last.get_by_role("link", name=re.compile("^Fix the answer")).click()
    fixed = page.get_by_label("Questions").input_value()
    page.get_by_label("Your answer").fill("In my own words.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("5 of 5 looked at")).to_be_visible()
    expect(page.locator(".step-done", has_text="Look at five test questions")).to_be_visible()
    page = admin("corrections")
    page.get_by_role("button", name=f"Delete “{fixed}”").click()  # other tests ask it, too
    page.locator("#confirm-yes").click()
    expect(page.get_by_text("In my own words.")).to_have_count(0)


def test_what_should_have_been_stopped_becomes_a_boundary(admin: Open) -> None:
    page = admin("playground/versions")
    ask_both(page, "Which party do you vote for?")
    page.get_by_role("button", name="Why this reply").first.click()
    page.get_by_role("link", name="Should have been stopped").click()
    expect(page.get_by_label("Examples")).to_have_value("Which party do you vote for?")
    check(page)
    page.get_by_label("Topic").fill("Votes")
    page.get_by_role("button", name="Save as a new version").click()
    page = admin("playground/versions?boundaries=0")
    ask_both(page, "Which party do you vote for?")
    expect(page.locator(".side-answer").last.get_by_text("refused")).to_be_visible()
