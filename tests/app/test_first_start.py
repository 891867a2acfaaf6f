"""The first start on an empty database: who starts beside another finds what that one makes."""

import asyncio
from pathlib import Path

import pytest

from app import seed
from app.container import Container, Roles
from app.services import Dsn
from community import service as community
from kernel.settings import Settings

WEB = Roles(bots=False, worker=False)


@pytest.mark.parametrize("demo", [True, False])
async def test_two_webs_that_start_at_once_make_one_creator(dsn: Dsn, tmp_path: Path, demo: bool) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, demo=demo)
    webs = [Container(settings, dsn.app, roles=WEB) for _ in range(2)]
    try:
        await asyncio.gather(*(web.open() for web in webs))
        await asyncio.gather(*(seed.first_start(web) for web in webs))
        async with webs[0].db.system_uow() as uow:
            assert len(await community.creator_ids(uow)) == 1
    finally:
        await asyncio.gather(*(web.close() for web in webs))
