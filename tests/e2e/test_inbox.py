"""The Inbox in a real browser: what a fan says comes live, and somebody of the team talks with them."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open

PATIENTLY = 15_000


def say(chat: Page, text: str) -> None:
    chat.locator("#say").fill(text)
    chat.keyboard.press("Enter")
    chat.locator(".line-fan", has_text=text).last.wait_for()


def test_a_conversation_is_taken_over_and_goes_on_live(fan: Open, admin: Open) -> None:
    chat = fan()
    say(chat, "Is anybody called Zebulonia there?")
    chat.locator(".line-avatar:not(.typing)").last.wait_for(timeout=2 * PATIENTLY)
    page = admin("inbox?q=Zebulonia")
    page.locator(".entries a").first.click()
    page.get_by_role("button", name="Take over").click()
    page.get_by_text("You answer this fan").wait_for()
    expect(chat.get_by_text("is here now and answers in place of the AI")).to_be_visible(timeout=PATIENTLY)
    ai, person = chat.locator("[data-by=avatar]"), chat.locator("[data-by=person]")
    expect(person).to_have_text("A person from Ember Wick's team is here", timeout=PATIENTLY)
    expect(ai).to_be_hidden()
    chat.reload()
    expect(person).to_be_visible()
    say(chat, "Can you hear me?")
    expect(page.locator(".approval-fan", has_text="Can you hear me?")).to_be_visible(timeout=PATIENTLY)
    page.get_by_label("Answer as your team").fill("Loud and clear.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(chat.locator(".line-avatar", has_text="Loud and clear.")).to_be_visible(timeout=PATIENTLY)
    page.get_by_role("button", name="Give back to the avatar").click()
    page.get_by_text("The avatar answers this fan.").wait_for()
    expect(chat.get_by_text("The person has left")).to_be_visible(timeout=PATIENTLY)
    expect(ai).to_be_visible(timeout=PATIENTLY)
    expect(person).to_be_hidden()
