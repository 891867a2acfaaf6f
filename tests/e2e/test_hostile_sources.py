"""Content with scripts in it is cited like any other, and its scripts are nothing but text."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, Open
from tests.e2e.test_every_type import ask, drop, opened

RUN = "<script>alert(document.domain)</script><img src=x onerror=alert(2)>"
FILES = {
    "gong.html": f"<html><body><p>The gong of Ulm weighs nine stones.</p>{RUN}</body></html>",
    "sledge.md": f"The sledge of Inari carries three barrels of tar.\n\n{RUN}\n\n[a](javascript:alert(3))\n",
    "anvil.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)">'
    "<text>The anvil of Kirnu rings in the key of D.</text><script>alert(5)</script></svg>",
}


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        ("gong.html", "What does the gong of Ulm weigh?", "nine stones"),
        ("sledge.md", "What does the sledge of Inari carry?", "three barrels"),
        ("anvil.svg", "In which key does the anvil of Kirnu ring?", ""),
    ],
)
def test_its_page_runs_nothing_and_its_file_isnt_sent(
    admin: Open, fan: Open, tmp_path: Path, name: str, question: str, answer: str
) -> None:
    page = admin("knowledge")
    (tmp_path / name).write_text(FILES[name])
    drop(page, [tmp_path / name])
    row = page.locator("tr[data-source]", has_text=name)
    expect(row.first).to_have_attribute("data-state", "indexed" if answer else "failed", timeout=30_000)
    page.goto(row.locator(".item-title").first.get_attribute("href") or "")
    chat = fan(viewport=DESK)
    said = ask(chat, question).locator("[data-author=avatar]").last
    if not answer:
        expect(said).not_to_contain_text("key of D")
        return
    expect(said).to_contain_text(answer)
    source = opened(chat, said.locator(".source"))
    expect(source.locator("#passage mark")).to_contain_text(answer)
    assert source.locator("article script, article [onerror], article a[href^='javascript']").count() == 0
    file = source.request.get(f"{urlsplit(source.url).path}/file")
    assert file.status == 404
    assert "alert" not in file.text()
