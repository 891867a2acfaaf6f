"""Kill -9 of a worker with its readers, of the web that takes files in, and of Postgres, while 1,000 files
come: each is there once.

Postgres runs without `fsync` here, which gives up what a power cut loses. What it has said is committed has
been handed to the system all the same, and stays when the server is killed.
"""

import asyncio
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from sqlalchemy import text

from app.migrate import upgrade
from app.services import Dsn, EmbeddedPostgres
from community import service as community
from kernel.db import DATABASE_AWAY
from kernel.errors import Unavailable
from memory import service
from memory.types import NewSource
from tests.admin_web.auth.conftest import Browser
from tests.factories import media
from tests.memory.house import House, eventually
from tests.support.fleet import NO_ENCODER, UP_WITHIN_S, Fleet, fleet
from tests.support.instance import environment
from tests.support.source import ROOT
from tests.support.visitors import creator_at, hand_in

STORED, UPLOADED, IN_ARCHIVE, KILLS = 650, 250, 100, 3
FILES = STORED + UPLOADED
ALL = FILES + IN_ARCHIVE + 1
AT_ONCE = 4
WEB_KILLED_AT = (60, 160)
SLUG = "ember"
# Looking oftener takes the processor from what is looked at.
LOOK_EVERY_S = 0.25


@contextmanager
def worker(dsn: str, data: Path) -> Iterator[psutil.Process]:
    """A worker as operators start one, with its readers as children; killed with all of them in the end."""
    command = [sys.executable, "-m", "app", "run", "--role", "worker"]
    # Loading and asking an encoder would take most of the time.
    env = environment(data, DATABASE_URL=dsn, UNDERSTUDY_DEMO="false", **NO_ENCODER)
    with (data.parent / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=env)
    try:
        yield psutil.Process(process.pid)
    finally:
        kill_tree(psutil.Process(process.pid))
        process.wait()


def kill_tree(root: psutil.Process) -> None:
    """End a process and all that it started at one moment: it may not even see its children go."""
    root.suspend()
    everyone = [root, *root.children(recursive=True)]
    for each in everyone:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    _, left = psutil.wait_procs(everyone[1:], timeout=5)
    assert not left, "a reader outlived its worker"


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[tuple[House, Dsn]]:
    """A house with a Postgres of its own, which may be killed."""
    postgres = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    try:
        dsn = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(upgrade, dsn.owner)
        house = House(dsn.app, tmp_path, recalls=False)
        async with house.running():
            yield house, dsn
    finally:
        await asyncio.to_thread(postgres.destroy)


def server(dsn: Dsn) -> psutil.Process:
    """The postmaster, found as the parent of our own backend."""
    with psycopg.connect(dsn.app) as connection:
        parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return parent


async def answers(house: House) -> bool:
    """Whether the database is back."""
    try:
        await house.db.ping()
    except Unavailable:
        return False
    return True


def words(number: int) -> str:
    return f"# Post {number}\n\nCandle number {number} burns for {number + 1} hours.\n\n" + "Wax melts. " * 90


async def indexed(house: House) -> int:
    """How many items have been read; -1 while the database is away."""
    try:
        async with house.db.system_uow() as uow:
            return int(
                (await uow.fetch_one("SELECT count(*) AS read FROM source WHERE state = 'indexed'")).read
            )
    except DATABASE_AWAY:  # or a pooled connection from before the kill
        return -1


async def store(house: House) -> None:
    """Most files one by one, and 100 in an archive."""
    items = []
    for number in range(STORED):
        path = house.folder / "post.md"
        path.write_text(words(number))
        stored = house.files.save_path(house.creator, path)
        items.append(NewSource(f"{number}.md", stored.sha256, stored.size))
    async with house.db.uow(house.creator) as uow:
        await service.add_files(uow, items)
    archive = {f"{number}.md": words(number).encode() for number in range(FILES, FILES + IN_ARCHIVE)}
    await house.add("rest.zip", media.zipped(archive))


@asynccontextmanager
async def creator(house: House, web: Fleet) -> AsyncIterator[Browser]:
    """A creator's browser, signed in at the web."""
    async with house.db.system_uow() as uow:
        owner = await community.ensure_owner(uow, house.creator, "Robin")
        link = await community.issue_login_link(uow, owner)
    async with house.db.uow(house.creator) as uow:
        await community.create_avatar(uow, slug=SLUG, name="Ember", languages=["en"])
    await web.up(0)
    async with creator_at(web.web(0), CookieJar()).client as client:
        browser = Browser(client)
        assert (await browser.post(f"/sign-in/{link}")).status_code == 303
        yield browser


async def upload(browser: Browser, web: Fleet) -> None:
    """Hand the rest in while the web is killed: what it hasn't said that it has is sent again."""
    left = iter(range(STORED, FILES))

    async def one_after_the_other() -> None:
        for number in left:
            await until_taken(browser, number)
            if number - STORED in WEB_KILLED_AT:
                web.end(0)
                web.start(0)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def until_taken(browser: Browser, number: int) -> None:
    for _ in range(UP_WITHIN_S * 5):
        with suppress(httpx.HTTPError):
            answer = await hand_in(browser, SLUG, f"{number}.md", words(number).encode())
            assert answer.status_code in {200, 500, 503}, answer.text  # its database may be away
            if answer.status_code == 200:
                return
        await asyncio.sleep(0.2)
    pytest.fail(f"{number}.md was never taken")


@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_no_file_is_lost_or_doubled(own: tuple[House, Dsn]) -> None:
    house, dsn = own
    with fleet(dsn, house.settings.data, ["web"], **NO_ENCODER) as web:
        await store(house)  # while the web starts
        async with creator(house, web) as browser, web.supervised(), asyncio.TaskGroup() as at_once:
            at_once.create_task(upload(browser, web))
            at_once.create_task(kill_workers(house, dsn))
    with worker(dsn.app, house.settings.data):
        await eventually(lambda: done(house), within_s=240, every_s=LOOK_EVERY_S)
        await each_is_there_once(house)


async def kill_workers(house: House, dsn: Dsn) -> None:
    """One after the other, each while it is at work; Postgres, too, under one of them."""
    amid = 0
    for kill in range(KILLS):
        before = await indexed(house)
        with worker(dsn.app, house.settings.data) as process:

            async def at_work(before: int = before) -> bool:
                now = await indexed(house)
                return now > before or now == ALL

            await eventually(at_work, within_s=UP_WITHIN_S, every_s=LOOK_EVERY_S)
            await asyncio.sleep(random.uniform(0.0, 2.0))
            if kill == KILLS // 2:
                server(dsn).kill()
                await eventually(lambda: answers(house), within_s=UP_WITHIN_S)
                await asyncio.sleep(random.uniform(0.0, 1.0))
            assert process.children(), "its readers are processes of their own"
            amid += await indexed(house) < ALL
    assert amid >= 2, "all was read before it came to kills"


async def done(house: House) -> bool:
    """Whether everything has been read."""
    return await indexed(house) == ALL


async def each_is_there_once(house: House) -> None:
    """Every item, every passage of it and every stored file; and they can be asked about."""
    async with house.db.system_uow() as uow:
        rows = (await uow.session.execute(text("SELECT source_id, ordinal, text FROM chunk"))).all()
        texts = Counter(row.text for row in rows if "burns for" in row.text)
        read = (await uow.session.execute(text("SELECT sum(passages) FROM source"))).scalar()
    assert len(texts) == FILES + IN_ARCHIVE
    assert set(texts.values()) == {1}
    assert len(rows) == read == len({(row.source_id, row.ordinal) for row in rows})
    recalled = await house.memory.ask(
        house.creator, "How many hours does candle number 123 burn?", "en", timeout_s=60
    )
    assert recalled.indexed == len(rows)
    assert len(house.stored_files()) == ALL
