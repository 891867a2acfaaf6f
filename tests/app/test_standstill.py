"""The operator's switch: one command stops every avatar, beside a running instance or without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.services import Dsn
from conversation import autonomy
from kernel.db import Database
from tests.support.source import ROOT

pytestmark = pytest.mark.slow


def understudy(dsn: Dsn, data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env={**os.environ, "DATABASE_URL": dsn.app, "UNDERSTUDY_DATA": str(data)},
        cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip


async def test_it_is_thrown_and_lifted(dsn: Dsn, database: Database, tmp_path: Path) -> None:
    assert understudy(dsn, tmp_path, "pause").returncode == 2, "it has to be said that all are meant"
    assert "nothing is sent until" in understudy(dsn, tmp_path, "pause", "--all").stdout
    async with database.system_uow() as uow:
        stopped = await autonomy.standstill(uow)
    assert stopped
    assert stopped.by == "operator"
    assert "Going on" in understudy(dsn, tmp_path, "resume", "--all").stdout
    assert "Nothing was stopped" in understudy(dsn, tmp_path, "resume", "--all").stdout
    async with database.system_uow() as uow:
        assert await autonomy.standstill(uow) is None
