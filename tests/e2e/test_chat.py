"""A fan's chat in a real browser: by keyboard, without scripts, right to left, offline, under attack."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Page, expect

from bots.webchat.routes import STREAMS_PER_FAN
from tests.e2e.conftest import Open
from tests.support.instance import Instance, plain_client

YELLOW = "Why is the flame yellow?"
ANSWERS = ".line-avatar:not(.typing)"


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your message").fill(question)
    page.keyboard.press("Enter")


def test_a_question_by_keyboard_is_answered_with_its_source(fan: Open) -> None:
    page = fan()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link leads to the writing line
    page.keyboard.type(YELLOW)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Please.")
    page.keyboard.press("Enter")
    expect(page.locator(".line-fan .bubble")).to_have_text(f"{YELLOW}\nPlease.", use_inner_text=True)
    expect(page.locator(ANSWERS)).to_contain_text("soot", timeout=30_000)
    expect(page.get_by_label("Your message")).to_be_focused()
    assert page.locator(".source").first.get_attribute("href")
    page.reload()
    expect(page.locator(ANSWERS)).to_have_count(1)
    expect(page.get_by_text("AI stand-in").first).to_be_visible()


def test_what_a_fan_thinks_of_an_answer_is_a_press_that_moves_nothing_and_stays(fan: Open) -> None:
    page = fan(viewport={"width": 320, "height": 568})
    ask(page, YELLOW)
    good = page.locator(ANSWERS).get_by_role("button", name="Good answer")
    wrong = page.locator(ANSWERS).get_by_role("button", name="Something is wrong with this answer")
    good.wait_for(timeout=60_000)
    wrong.focus()  # whoever goes there has it scrolled into sight
    page.locator(ANSWERS).evaluate(
        "it => Promise.all(it.getAnimations({ subtree: true }).map((each) => each.finished)).then(() => 0)"
    )
    where = page.locator(f"{ANSWERS} .bubble").bounding_box(), good.bounding_box(), wrong.bounding_box()
    with page.expect_response("**/opinions"):
        good.press("Enter")
    with page.expect_response("**/opinions"):
        wrong.press("Enter")
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    assert where == (
        page.locator(f"{ANSWERS} .bubble").bounding_box(),
        good.bounding_box(),
        wrong.bounding_box(),
    )
    page.reload()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(True)
    wrong.press("Enter")
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(wrong).to_have_attribute("aria-pressed", "true")


def test_who_comes_first_sees_who_speaks_and_who_comes_again_what_was_said_last(fan: Open) -> None:
    page = fan(viewport={"width": 320, "height": 568})
    expect(page.locator(".intro-portrait")).to_be_in_viewport(ratio=0.9)
    ask(page, YELLOW)
    page.locator(ANSWERS).wait_for()
    page.reload()
    expect(page.locator(".source").last).to_be_in_viewport()


def test_a_long_answer_is_read_from_its_beginning(fan: Open) -> None:
    page = fan(viewport={"width": 320, "height": 568})
    ask(page, "/privacy")
    page.locator(ANSWERS).wait_for()
    expect(page.locator(".line-notice")).to_be_in_viewport(ratio=0.9)
    assert page.locator(".chat-who h1").evaluate("it => it.scrollWidth <= it.clientWidth"), (
        "the name is whole"
    )


def test_a_long_talk_scrolls_and_the_page_around_it_does_not(fan: Open) -> None:
    page = fan(viewport={"width": 320, "height": 568})
    for count, said in enumerate(("/privacy", "Hello!", YELLOW), start=1):
        ask(page, said)
        expect(page.locator(ANSWERS)).to_have_count(count, timeout=30_000)
    assert page.locator(".chat-scroll").evaluate("it => it.scrollHeight > it.clientHeight")
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")


def test_an_answer_has_no_trace_for_fans(fan: Open) -> None:
    page = fan()
    ask(page, YELLOW)
    page.locator(ANSWERS).wait_for()
    assert page.locator(".why").count() == 0


def test_composing_a_word_does_not_send_it(fan: Open) -> None:
    page = fan(locale="ja")
    box = page.locator("#say")
    box.fill("ほのお")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    expect(box).to_have_value("ほのお")
    assert page.locator(".line-fan").count() == 0
    box.press("Enter")
    expect(page.locator(".line-fan")).to_have_count(1)


def test_what_a_fan_writes_is_shown_and_never_run(fan: Open) -> None:
    page = fan()
    attack = '<img src=x onerror="alert(1)"><script>alert(2)</script>{{ 7*7 }}'
    ask(page, attack)
    page.locator(ANSWERS).first.wait_for()
    page.reload()
    expect(page.locator(".line-fan .bubble")).to_have_text(attack)
    assert page.locator(".chat-log img:not(.portrait, .intro-portrait), .chat-log script").count() == 0


def test_sending_again_after_a_lost_connection_sends_once(fan: Open) -> None:
    page = fan()
    page.context.set_offline(True)
    ask(page, "What is the wick for?")
    expect(page.get_by_text("Not sent.")).to_be_visible()
    expect(page.get_by_text("No connection")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Send again").click()
    page.locator(ANSWERS).first.wait_for(timeout=30_000)
    expect(page.get_by_text("No connection")).to_be_hidden(timeout=15_000)
    page.reload()
    expect(page.locator(".line-fan")).to_have_count(1)
    expect(page.locator(ANSWERS)).to_have_count(1)


def test_where_too_many_listen_answers_come_all_the_same(fan: Open, instance: Instance) -> None:
    page = fan()
    cookie = next(each for each in page.context.cookies() if each["name"] == "fan")
    page.goto("about:blank")
    address = f"{instance.public}/c/{instance.avatar}"
    with ExitStack() as held, plain_client() as others:
        for _ in range(STREAMS_PER_FAN):
            held.enter_context(
                others.stream("GET", f"{address}/events", headers={"cookie": f"fan={cookie['value']}"})
            )
        page.goto(address)
        page.evaluate(
            """() => {
                const notice = document.querySelector("[data-offline]");
                window.shown = 0;
                const count = () => (window.shown += !notice.hidden);
                new MutationObserver(count).observe(notice, { attributes: true });
            }"""
        )
        page.wait_for_timeout(5000)
        ask(page, YELLOW)
        expect(page.locator(ANSWERS)).to_contain_text("soot", timeout=30_000)
        assert page.evaluate("window.shown") == 0


def test_the_same_message_twice_on_the_wire_is_one(fan: Open, instance: Instance) -> None:
    page = fan()
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    form = {"csrf_token": token or "", "client_id": "twice", "text": "Hello!"}
    answers = [
        page.request.post(
            f"/c/{instance.avatar}/messages",
            form=form,
            headers={"accept": "application/json", "origin": instance.public},
        )
        for _ in range(2)
    ]
    assert [each.json()["duplicate"] for each in answers] == [False, True]
    page.reload()
    expect(page.locator(".line-fan")).to_have_count(1)


def test_too_long_is_counted_and_kept_back(fan: Open) -> None:
    page = fan()
    page.locator("#say").fill("x" * 4097)
    expect(page.locator("[data-count]")).to_have_text("4097 / 4096")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.keyboard.press("Enter")
    assert page.locator(".line-fan").count() == 0


def test_a_flood_is_told_to_wait(fan: Open) -> None:
    page = fan()
    for number in range(30):
        ask(page, f"Hello {number}")
        if page.locator("[data-notice]").is_visible():
            break
    expect(page.locator("[data-notice]")).to_be_visible()
    expect(page.get_by_text("Not sent.").first).to_be_visible()


def test_arabic_runs_from_right_to_left(fan: Open) -> None:
    page = fan(locale="ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    portrait = page.locator(".chat-head .portrait").bounding_box()
    language = page.locator(".lang-pick").bounding_box()
    assert portrait
    assert language
    assert portrait["x"] > language["x"]


def test_the_language_can_be_chosen_and_stays(fan: Open) -> None:
    page = fan()
    page.get_by_label("Language").select_option("es")
    page.wait_for_url("**?lang=es")
    assert page.locator("html").get_attribute("lang") == "es"
    page.goto(page.url.partition("?")[0])
    assert page.locator("html").get_attribute("lang") == "es"


def test_without_scripts_a_question_is_answered_too(fan: Open) -> None:
    page = fan(java_script_enabled=False)
    page.locator("#say").fill(YELLOW)
    page.locator(".composer-send").click()
    for _ in range(60):
        if page.locator(ANSWERS).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(ANSWERS)).to_contain_text("soot")


SOOT = "full of tiny glowing particles of soot"
SOOT_FROM = "The colour of candlelight"


@pytest.mark.parametrize(
    ("locale", "question", "fact", "source"),
    [
        ("zh-CN", "蜡烛熄灭后为什么能隔空点燃？", "那缕白烟是还没来得及烧掉的蜡蒸气", "隔空点火的秘密"),
        ("es", "¿Por qué la llama sube?", "el gas caliente pesa menos", "La llama que mira hacia arriba"),
        ("ar", "لماذا لون اللهب أصفر؟", SOOT, SOOT_FROM),
        ("ja", "炎はなぜ黄色いの？", SOOT, SOOT_FROM),
        ("zh-TW", "火焰為什麼是黃色的？", SOOT, SOOT_FROM),
    ],
)
def test_the_answer_comes_in_the_askers_language_with_the_fact_and_its_source(
    fan: Open, locale: str, question: str, fact: str, source: str
) -> None:
    answer = _answer(fan, locale, question)
    expect(answer.locator(".bubble").first).to_contain_text(fact)
    expect(answer.locator(".source").first).to_contain_text(source)


@pytest.mark.parametrize(
    ("locale", "question", "declined"),
    [
        ("en-GB", "Who won the football match?", "That one is outside my little circle of light."),
        ("zh-CN", "昨天的足球比赛谁赢了？", "这个在我的烛光之外了。"),
        ("es", "¿Quién ganó el partido de fútbol?", "Eso queda fuera de mi círculo de luz."),
        ("ar", "من فاز في مباراة كرة القدم؟", "هذا خارج دائرة ضوئي الصغيرة."),
        ("ja", "サッカーの試合はどちらが勝ちましたか？", "それは私の小さな灯りの外です。"),
        (
            "fr",
            "Qui a gagné le match de football hier ?",
            "Ici, je parle anglais, chinois, espagnol, japonais et arabe.",
        ),
    ],
)
def test_what_nothing_answers_is_declined_in_the_askers_language(
    fan: Open, locale: str, question: str, declined: str
) -> None:
    answer = _answer(fan, locale, question)
    expect(answer.locator(".bubble").first).to_contain_text(declined)
    assert answer.locator(".source").count() == 0


def _answer(fan: Open, locale: str, question: str) -> Locator:
    """The first answer to a fan whose browser is set so, in the question's language."""
    page = fan(locale=locale)
    page.locator("#say").fill(question)
    page.keyboard.press("Enter")
    answer = page.locator(ANSWERS).first
    bubble = answer.locator(".bubble").first
    bubble.wait_for(timeout=30_000)
    assert (bubble.get_attribute("lang") or "").partition("-")[0] == locale.partition("-")[0]
    return answer
