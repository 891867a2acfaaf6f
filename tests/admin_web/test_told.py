"""What is said of an item, why it stopped and what to know about it, is told in the reader's language."""

import asyncio
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kernel.i18n import PAGE_LANGS
from memory import importer
from memory import service as memory
from memory.importer import Reading
from memory.notes import NOTES, Note
from memory.readers.errors import ImportProblem, ReadError, Waiting
from tests.admin_web.auth.conftest import Browser, Household
from tests.admin_web.test_pages import BASE, hand_in

FAILURES = [
    ReadError("wrong_type", suffix=".pdf"),
    ReadError("wrong_type_page", suffix=".pdf"),
    ReadError("mail"),
    ReadError("password_protected"),
    ReadError("decompression_bomb"),
    ReadError("empty"),
    ReadError("damaged", detail="no page is legible"),
    ReadError("damaged", detail="File is not a zip file"),
    ReadError("unsupported_type", type="Old Office", instead="DOCX or PDF"),
    ReadError("not_own_messages", type="personal chat"),
    ReadError("url_unreachable", host="candle.example", detail="All connection attempts failed"),
    Waiting("no_transcriber"),
]


async def settled(app: FastAPI, owner: Browser, ember: Household, end: ImportProblem | Reading) -> int:
    """An item whose reading ended so."""
    await hand_in(owner, "talk.mp3", b"what a worker would open")
    async with app.state.container.db.uow(ember.creator) as uow:
        claim = await importer.claim(uow, (await memory.list_sources(uow)).items[0].id)
        assert claim
        if isinstance(end, Reading):
            await importer.finish(uow, claim, end)
        else:
            await importer.fail(uow, claim, end)
    return claim.source_id


async def page(owner: Browser, path: str, lang: str) -> str:
    return unescape((await owner.get(f"{BASE}/knowledge{path}?lang={lang}")).text)


@pytest.mark.parametrize("problem", FAILURES, ids=lambda each: f"{each.code}-{each.params}")
async def test_why_it_stopped(app: FastAPI, owner: Browser, ember: Household, problem: ImportProblem) -> None:
    item = await settled(app, owner, ember, problem)
    english = [problem.reason, problem.advice, *map(str, problem.params.values())]
    said = [each for each in english if " " in each]
    for path in ("", f"/{item}"):
        there = await page(owner, path, "en")
        assert [each for each in said if each in there] == said
        for lang in set(PAGE_LANGS) - {"en"}:
            there = await page(owner, path, lang)
            assert not [each for each in said if each in there], lang


async def test_what_to_know_about_it(app: FastAPI, owner: Browser, ember: Household) -> None:
    params = {"number": 3, "codec": "pgs", "file": "a.mp4", "captions": "a.srt", "pages": "2", "page": 2}
    params |= {"pack": "eng"}
    notes = tuple(Note(code, params) for code in NOTES)
    item = await settled(app, owner, ember, Reading("pdf", "A talk", (), notes=notes))
    there = await page(owner, f"/{item}", "en")
    assert all(str(each) in there for each in notes)
    for lang in set(PAGE_LANGS) - {"en"}:
        there = await page(owner, f"/{item}", lang)
        assert not [str(each) for each in notes if str(each) in there], lang


async def test_what_looking_again_brought(app: FastAPI, owner: Browser, ember: Household) -> None:
    url = "https://candle.example/feed"
    assert "hx-trigger" not in (await owner.post(f"{BASE}/knowledge/url", {"url": url})).headers
    async with app.state.container.db.uow(ember.creator) as uow:
        claim = await importer.claim(uow, (await memory.list_sources(uow)).items[0].id)
        assert claim
        files = app.state.container.files
        stored = await asyncio.to_thread(files.save_path, ember.creator, Path(__file__))
        assert await importer.fetched(uow, claim, stored, files)
        await importer.finish(
            uow, claim, Reading("feed", "Lab", (), notes=(Note("new_entries", {"number": 3}),))
        )
    for lang, told, button in (
        ("en", "New entries: 3.", "Look again"),
        ("zh-Hans", "新条目：3 条。", "再看一次"),
    ):
        listed = await page(owner, "", lang)
        assert told in listed
        assert button in listed
        assert button in await page(owner, f"/{claim.source_id}", lang)
    assert "looked at" in await page(owner, "", "en")
    again = await owner.post(f"{BASE}/knowledge/url", {"url": url})
    assert "is looked at again" in again.headers["hx-trigger"]
    assert 'data-state="queued"' in again.text


async def test_what_an_earlier_version_kept_is_shown_as_it_stands(
    app: FastAPI, owner: Browser, ember: Household
) -> None:
    item = await settled(app, owner, ember, Reading("zip", "A bundle", ()))
    async with app.state.container.db.uow(ember.creator) as uow:
        kept = "UPDATE source SET notes = '[\"Hidden files, left out: 3.\"]' WHERE id = :id"
        await uow.session.execute(text(kept), {"id": item})
    assert "Hidden files, left out: 3." in await page(owner, f"/{item}", "ja")


@pytest.mark.parametrize("code", ["whisper_model_missing", "whisper_file_missing"])
async def test_a_reason_that_another_version_kept_is_told_as_it_stands(
    app: FastAPI, owner: Browser, ember: Household, code: str
) -> None:
    item = await settled(app, owner, ember, Waiting("no_transcriber"))
    async with app.state.container.db.uow(ember.creator) as uow:
        kept = "reason_code = :code, reason = 'No model is there.', reason_params = :params"
        given = {"id": item, "code": code, "params": '{"path": "/m"}'}
        await uow.session.execute(text(f"UPDATE source SET {kept} WHERE id = :id"), given)
    for path in ("", f"/{item}"):
        assert "No model is there." in await page(owner, path, "ja")
