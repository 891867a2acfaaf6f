"""The admin's pages in a real browser: live rows, hostile names, keyboard alone, why a reply."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, PHONE, Open
from tests.factories import media

HONEY = "Beeswax candles smell of honey because the wax keeps scents of the hive, said the beekeeper of Lyme."


def settled(page: Page, name: str) -> None:
    """Wait until an item's row says that it was read; the page isn't loaded again meanwhile."""
    row = page.locator("tr[data-source]", has_text=name).first
    expect(row).to_have_attribute("data-state", "indexed", timeout=30_000)


def test_files_fill_rows_live_and_answer_at_once(admin: Open, tmp_path: Path) -> None:
    (tmp_path / "honey.txt").write_text(HONEY)
    (tmp_path / "program.exe").write_bytes(b"MZ\x90\x00" + bytes(400))
    page = admin("knowledge")
    page.set_input_files("#files", [tmp_path / "honey.txt", tmp_path / "program.exe"])
    settled(page, "honey")
    failed = page.locator("tr[data-source]", has_text="program.exe")
    expect(failed).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(failed.locator(".item-reason")).to_contain_text("program")
    expect(page.locator("#states")).to_contain_text("Failed")

    page.set_input_files("#files", [tmp_path / "honey.txt"])
    expect(page.locator("[data-upload-problems]")).to_contain_text("here already")

    page.goto(page.url + "/search?q=Why+do+beeswax+candles+smell+of+honey%3F")
    expect(page.locator(".verdict")).to_contain_text("It would answer")
    expect(page.locator(".hit-chosen mark")).to_contain_text("honey")

    page.get_by_role("link", name="Items").click()
    page.locator("tr", has_text="program.exe").get_by_role("button", name="Delete").click()
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text="program.exe")).to_have_count(0)


@pytest.mark.parametrize(("lang", "height"), [("en", 860), ("ar", 600)])
def test_who_is_signed_in_stays_in_view_however_low_the_window(admin: Open, lang: str, height: int) -> None:
    # Not by `?lang=`, which the account would keep for the tests that follow.
    page = admin("today", locale=lang, viewport={"width": 1280, "height": height})
    expect(page.locator(".switcher-user summary")).to_be_in_viewport(ratio=1)
    if height < 800:
        page.locator(".side-link").last.scroll_into_view_if_needed()
    expect(page.locator(".side-link").last).to_be_in_viewport(ratio=0.95)
    page.locator(".switcher-user summary").click()
    expect(page.locator(".switcher-user .menu-item").first).to_be_in_viewport(ratio=1)


def test_files_can_be_for_a_tier_from_the_start(admin: Open, tmp_path: Path) -> None:
    (tmp_path / "open.txt").write_text("Everyone may know that beeswax is soft in the hand.")
    (tmp_path / "secret.txt").write_text("Only members know how the green flame is made.")
    page = admin("knowledge")
    page.set_input_files("#files", [tmp_path / "open.txt"])
    settled(page, "open")
    page.get_by_text("Options for files you add").click()
    page.get_by_label("Only for the tier").first.fill("Makers")
    page.set_input_files("#files", [tmp_path / "open.txt", tmp_path / "secret.txt"])
    expect(page.locator("[data-upload-problems]")).to_contain_text("here already; now only “Makers” sees it")
    for name in ("open", "secret"):
        settled(page, name)
        expect(page.locator("tr[data-source]", has_text=name).first).to_contain_text("Makers")


def test_of_a_folder_given_again_each_file_says_what_became_of_it(admin: Open, tmp_path: Path) -> None:
    folder = tmp_path / "moulds"
    folder.mkdir()
    for metal in ("tin", "brass", "copper"):
        (folder / f"{metal}.txt").write_text(f"A mould of {metal} holds six candles.")
    page = admin("knowledge")
    page.set_input_files("#folder", folder)
    for metal in ("tin", "brass", "copper"):
        settled(page, f"moulds/{metal}")
    (folder / "tin.txt").write_text("A mould of tin holds twelve candles.")
    page.set_input_files("#folder", folder)
    said = page.locator("[data-upload-problems]")
    expect(said).to_contain_text("moulds/tin.txt — Added. An item of this name with other content is here")
    expect(said.locator("summary")).to_contain_text("2 × It is here already")
    expect(said).to_contain_text("moulds/copper.txt")


def test_a_dropped_file_is_taken_anywhere_on_the_page(admin: Open) -> None:
    page = admin("knowledge")
    drop = page.evaluate_handle(
        """() => { const data = new DataTransfer();
        data.items.add(new File(["Rushlights were made of rushes and fat."], "dropped-rush.txt"));
        return data; }"""
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": drop})
    expect(page.locator("[data-veil]")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": drop})
    expect(page.locator("[data-veil]")).to_be_hidden()
    settled(page, "dropped-rush")


def test_hostile_names_and_texts_are_inert_everywhere(admin: Open, tmp_path: Path) -> None:
    name = "x'\"><img src=x onerror=alert(1)>.md"
    (tmp_path / name).write_text(
        "---\ntitle: \"<script>alert('title')</script>\"\n---\n\n"
        "Tallow candles smoke because the fat burns unevenly `<script>alert('text')</script>`.\n"
    )
    page = admin("knowledge")
    here = page.url
    page.set_input_files("#files", [tmp_path / name])
    settled(page, "alert('title')")
    page.locator("tr", has_text="alert('title')").locator(".item-title").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    assert page.locator("main script, main img[src=x], main a[href^=javascript]").count() == 0
    page.goto(here + "/search?q=Why+do+tallow+candles+smoke%3F")
    expect(page.locator(".hit", has_text="alert('text')").first).to_be_visible()
    assert page.locator("main script, main img[src=x]").count() == 0


def test_who_sees_an_item_can_be_set_for_several(admin: Open, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"secret-{number}.txt").write_text(
            f"The secret recipe number {number} needs tallow from Lyme."
        )
    page = admin("knowledge")
    page.set_input_files("#files", [tmp_path / "secret-1.txt", tmp_path / "secret-2.txt"])
    for number in (1, 2):
        settled(page, f"secret-{number}")
        page.locator("tr", has_text=f"secret-{number}").locator("[data-pick]").check()
    expect(page.locator("[data-picked]")).to_have_text("2")
    page.locator("#many").get_by_label("Only for the tier").fill("Makers")
    page.get_by_role("button", name="Set who sees it").click()
    expect(page.locator("tr", has_text="secret-1")).to_contain_text("Makers")
    expect(page.locator("tr", has_text="secret-2")).to_contain_text("Makers")


def test_the_keyboard_reaches_everything(admin: Open) -> None:
    page = admin("today")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/knowledge")
    page.keyboard.press("/")
    expect(page.get_by_label("Find an item")).to_be_focused()
    page.keyboard.type("nothing has this name")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.wait_for_url("**q=nothing*")


def test_the_theme_is_chosen_by_hand_and_stays(admin: Open) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    page = admin("health")
    before = page.evaluate(paper)
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate(paper) != before


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(admin: Open) -> None:
    page = admin("today", viewport=PHONE)
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.locator("#side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


@pytest.mark.parametrize(
    ("question", "verdict"),
    [("Why is the flame yellow?", "passed"), ("What is your favourite film?", "not passed")],
)
def test_the_playground_tells_why(admin: Open, question: str, verdict: str) -> None:
    page = admin("playground?run=why" + verdict[:3])
    page.locator("#say").fill(question)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Why this reply").first.click(timeout=30_000)
    panel = page.locator("#why")
    expect(panel.locator(".gate .badge")).to_have_text(verdict)
    expect(panel).to_contain_text("Confidence")
    expect(panel).to_contain_text("English")


def test_the_style_is_measured_edited_compared_and_restored(admin: Open) -> None:
    page = admin("style")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.wait_for_load_state()
    slider = page.get_by_label("Uses emoji")
    slider.fill("77")
    expect(page.locator("output[for=f-emoji_share]")).to_have_text("77 %")
    page.get_by_label("Favourite phrases").fill("look closely\n<b>bold</b>")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator(".word-cloud").first).to_contain_text("<b>bold</b>")
    page.get_by_role("button", name="What changed").first.click()
    expect(page.locator("#diff")).to_contain_text("look closely")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Restore").first.click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.locator(".word-cloud").first).not_to_contain_text("look closely")


def test_setup_keeps_what_is_entered_and_says_what_is_wrong(admin: Open, tmp_path: Path) -> None:
    page = admin("setup")
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.locator("#who").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="time zone")).to_be_visible()
    page.get_by_label("Time zone").fill("Asia/Shanghai")
    page.locator("#who").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Shanghai")
    (tmp_path / "fake.png").write_bytes(b"\x89PNG not really")
    page.get_by_label("Another picture").set_input_files(tmp_path / "fake.png")
    page.get_by_role("button", name="Use this picture").click()
    expect(page.get_by_text("isn't a picture")).to_be_visible()


def test_samples_follow_the_persona_and_what_is_saved_is_said(admin: Open, tmp_path: Path) -> None:
    post = tmp_path / "Polishing beeswax.txt"
    post.write_text("Rub the bar with linen. Warm it in your hand first. Two minutes are enough for a shine.")
    page = admin("knowledge")
    page.set_input_files("#files", [post])
    row = page.locator("tr[data-source]", has_text=post.name)
    expect(row).to_have_attribute("data-state", "indexed", timeout=30_000)
    page.goto(page.url.replace("/knowledge", "/persona"))
    answer = page.locator("[data-sample=answer]", has_text="Rub the bar")
    expect(answer).to_be_visible()
    long = answer.inner_text()
    page.get_by_role("radio", name="Short one sentence").check()
    expect(answer).not_to_have_text(long)
    assert long.startswith(answer.inner_text().rstrip()[:40])
    page.get_by_label("Reply to a greeting").first.fill("Hello, spark!")
    expect(page.locator("[data-sample=greeting]")).to_have_text("Hello, spark!")
    page.get_by_label("Playfulness").press("Home")
    expect(page.locator("output[for=f-playfulness]")).to_have_text("0 %")
    page.get_by_label("Language", exact=True).select_option("es")
    expect(page.locator("[data-sample=farewell]")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_url("**saved=1")
    expect(page.get_by_text("Saved as a new version.")).to_be_visible()
    page.get_by_role("button", name="What changed").first.click()
    expect(page.locator("#diff-body")).to_contain_text("Hello, spark!")
    page.locator("#diff").get_by_role("button", name="Close").click()
    page.locator("tr", has_text="what every avatar begins with").get_by_role("button", name="Restore").click()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reply to a greeting").first).to_have_value("")


def test_an_archive_tells_live_what_became_of_its_files(admin: Open, tmp_path: Path) -> None:
    broken = {f"{letter}.pdf": f"%PDF-1.7 {letter}".encode() for letter in "abc"}
    (tmp_path / "broken.zip").write_bytes(media.zipped(broken))
    read = {f"{wood}.txt": f"The mast of Wyk is of {wood}.".encode() for wood in ("ash", "larch")}
    damaged = {name: body + b"!" for name, body in broken.items()}
    (tmp_path / "half.zip").write_bytes(media.zipped(read | damaged))
    page = admin("knowledge")
    page.set_input_files("#files", [tmp_path / "broken.zip", tmp_path / "half.zip"])
    archives = page.locator("tr[data-source]", has_text="file")
    failed = archives.filter(has_text="broken.zip").filter(has_text="3 files inside")
    expect(failed).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(failed.locator(".item-reason")).to_have_text("None of its 3 files could be read.")
    half = archives.filter(has_text="half.zip").filter(has_text="5 files inside")
    expect(half.locator(".badge").first).to_have_text("Ready in part", timeout=30_000)
    expect(half.locator(".item-reason")).to_have_text("3 of its 5 files couldn't be read.")

    for width in (1280, 1000, 780, 390):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.locator(".table-wrap").evaluate("it => it.scrollWidth <= it.clientWidth"), width
    page.set_viewport_size(DESK)

    with page.expect_response("**/retry") as told:
        failed.get_by_role("button", name="again").click()
    assert re.search('data-state="(queued|reading)"', told.value.text())
    expect(failed).to_have_attribute("data-state", "failed", timeout=30_000)
    half.get_by_role("link", name="half.zip").click()
    expect(page.locator("#inside-title + ul li").first).to_contain_text("damaged")


def test_a_new_avatars_time_zone_is_where_its_maker_is(admin: Open) -> None:
    page = admin("/new", timezone_id="Asia/Tokyo")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
