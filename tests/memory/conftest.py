"""What memory's tests share: a house with its own database, files, queue and indexes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.services import Dsn
from tests.memory.house import House


@pytest.fixture
async def house(dsn: Dsn, tmp_path: Path) -> AsyncIterator[House]:
    """Memory with all that it needs, one creator in it, and no worker running yet."""
    made = House(dsn.app, tmp_path)
    async with made.running():
        yield made
