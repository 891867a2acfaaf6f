"""What is seen of the job queue from outside: its figures at `/metrics`, and whether anybody works."""

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.cli import _work_unless_others_do
from app.services import Dsn
from conversation import service as conversation
from tests.admin_web.auth.conftest import ORIGIN, app

__all__ = ["app"]


async def test_the_gauge_tells_how_many_jobs_wait_at_the_time_it_is_asked(app: FastAPI) -> None:
    container = app.state.container
    async with AsyncClient(transport=ASGITransport(app), base_url=ORIGIN) as client:
        for waiting in (1, 2):
            async with container.db.system_uow() as uow:
                await uow.defer(conversation.TURN, creator_id=1, thread_id=1)
            told = (await client.get("/metrics")).text
            assert f'understudy_jobs{{queue="turns",state="waiting"}} {waiting}.0' in told
            assert 'understudy_jobs{queue="turns",state="failed"} 0.0' in told


@pytest.mark.parametrize(("age_s", "listens"), [(None, False), (1, False), (1, True), (60, True)])
async def test_an_import_works_by_itself_unless_a_worker_listens_and_shows_signs_of_life(
    dsn: Dsn, age_s: int | None, listens: bool
) -> None:
    with psycopg.connect(dsn.app, autocommit=True) as worker, psycopg.connect(dsn.owner) as owner:
        if listens:
            worker.execute("SET application_name = 'understudy listening'")
        if age_s is not None:
            owner.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 s')",
                (age_s,),
            )
            owner.commit()
        assert (await _work_unless_others_do(dsn)).worker is not (listens and age_s == 1)
