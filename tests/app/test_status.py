"""A process without pages tells machines how it is, where it is given a port; nobody else, nothing more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from app.container import Container, Roles
from app.instance import NoFreePort, free_port
from app.runner import Runner
from app.services import Dsn
from app.warming import warm
from kernel.settings import Settings

BOTS = Roles(web=False, worker=False)


@pytest.fixture
def port() -> int:
    return free_port(0, "127.0.0.1")


@asynccontextmanager
async def running(dsn: Dsn, data: Path, port: int | None) -> AsyncIterator[Container]:
    """A process's bots role, warm."""
    settings = Settings(_env_file=None, data_dir=data, status_port=port)
    container = Container(settings, dsn.app, roles=BOTS)
    async with Runner(container).running():
        await warm(container)
        yield container


def browser(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)


async def test_a_process_without_pages_tells_how_it_is(dsn: Dsn, tmp_path: Path, port: int) -> None:
    async with running(dsn, tmp_path, port) as container, browser(port) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).json()["checks"] == {"database": "ok", "warm": "ok"}
        assert "understudy_messages_out_total" in (await client.get("/metrics")).text
        container.warmed.clear()
        assert (await client.get("/readyz")).status_code == 503


async def test_it_tells_it_to_nobody_else_and_nothing_more(dsn: Dsn, tmp_path: Path, port: int) -> None:
    async with running(dsn, tmp_path, port), browser(port) as client:
        assert (await client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})).status_code == 404
        assert (await client.get("/metrics", headers={"host": "rebound.example"})).status_code == 421
        for path in ("/", "/today", "/sign-in", "/c/ember", "/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 404


async def test_it_listens_only_where_it_is_told_to_and_at_that_port_or_not_at_all(
    dsn: Dsn, tmp_path: Path, port: int
) -> None:
    async with running(dsn, tmp_path, None), browser(port) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")
    async with running(dsn, tmp_path, port):
        with pytest.raises(NoFreePort, match=str(port)):
            async with running(dsn, tmp_path, port):
                pytest.fail("two processes tell at one port")
