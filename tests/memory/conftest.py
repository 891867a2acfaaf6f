"""What memory's tests share: a house with its own database, files, queue and indexes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.services import Dsn
from tests.memory.house import House
from tests.memory.wires import ChromaServer, Embeddings


@pytest.fixture
async def house(dsn: Dsn, tmp_path: Path) -> AsyncIterator[House]:
    """Memory with all that it needs, one creator in it, and no worker running yet."""
    made = House(dsn.app, tmp_path)
    async with made.running():
        yield made


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    """A Chroma server that is running."""
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def embeddings() -> Iterator[Embeddings]:
    """An embeddings endpoint that answers."""
    endpoint = Embeddings()
    yield endpoint
    endpoint.close()
