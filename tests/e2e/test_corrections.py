"""A creator mends a reply where they see it, answers what was left open, and the next fan gets the answer."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open


def ask(page: Page, text: str) -> str:
    """Ask in a chat; the text of the answer."""
    answers = page.locator(".line-avatar:not(.typing) .bubble")
    before = answers.count()
    page.locator("#say").fill(text)
    page.keyboard.press("Enter")
    expect(answers).to_have_count(before + 1, timeout=30_000)
    return answers.last.inner_text()


def test_a_reply_is_fixed_and_the_next_fan_gets_the_right_one(admin: Open, fan: Open) -> None:
    page = admin("playground?run=fix")
    ask(page, "Do you have a newsletter?")
    page.get_by_role("button", name="Why this reply").first.click()
    page.get_by_role("link", name="Fix").click()
    expect(page.get_by_label("Questions")).to_have_value("Do you have a newsletter?")
    page.get_by_label("Your answer").fill("Yes, every first Sunday.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds")).to_be_visible()
    chat = fan()
    assert ask(chat, "do you have a newsletter") == "Yes, every first Sunday."
    expect(chat.locator(".source").last).to_have_text("Ember Wick's own answer")
    page.get_by_label("A question, in any language").fill("Have you got a newsletter?")
    page.get_by_role("button", name="Which answer").click()
    expect(page.locator("#found")).to_contain_text("gets this answer")


def test_open_questions_of_several_languages_are_answered_at_once(admin: Open) -> None:
    page = admin("unanswered")
    cluster = page.locator("section.card", has_text="película favorita")
    expect(cluster).to_contain_text(re.compile("asked [3-9] times"))
    cluster.get_by_role("link", name="Write an answer").click()
    page.get_by_label("Your answer").fill("Anything with a candle in it.")
    page.get_by_role("button", name="What would it have answered?").click()
    expect(page.locator("#tried")).to_contain_text("questions without an answer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds")).to_be_visible()
    expect(page.get_by_text("Comparing the questions")).to_have_count(0)
    expect(page.get_by_text("película favorita")).to_have_count(0)


def test_an_answer_is_switched_off_and_deleted(admin: Open) -> None:
    page = admin("corrections/edit")
    page.get_by_label("Questions").fill("Where is your studio?")
    page.get_by_label("Your answer").fill("In my kitchen.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Switch “Where is your studio?” off").click()
    expect(page.get_by_role("button", name="Switch “Where is your studio?” on")).to_be_visible()
    page.get_by_role("button", name="Delete “Where is your studio?”").click()
    page.locator("#confirm-yes").click()
    expect(page.get_by_text("In my kitchen.")).to_have_count(0)
