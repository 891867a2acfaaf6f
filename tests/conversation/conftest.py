"""A database whose jobs are kept, not run: a test runs the turn itself, when and as often as it likes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from app.services import Dsn
from kernel.db import Database, JobQueue, UnitOfWork
from tests.factories.people import Home, make_home


class KeptJobs(JobQueue):
    """Notes deferred jobs of transactions, also of such as roll back; forgets none.

    With `places`, jobs would begin here at once: those that did are noted apart.
    """

    def __init__(self) -> None:
        self.deferred: list[tuple[str, dict[str, Any]]] = []
        self.begun: list[tuple[str, dict[str, Any]]] = []
        self.places = False

    def has_place(self, task: str) -> bool:
        """As the test says."""
        return self.places

    def begin(self, task: str, arguments: Mapping[str, Any]) -> None:
        """Note a job."""
        self.begun.append((task, dict(arguments)))

    async def defer(self, uow: UnitOfWork, task: str, arguments: Mapping[str, Any], *, priority: int) -> None:
        """Note a job."""
        self.deferred.append((task, dict(arguments)))

    async def forget(self, uow: UnitOfWork, argument: str, values: Sequence[int]) -> None:
        """There is nothing in the database to forget."""


@pytest.fixture
def jobs() -> KeptJobs:
    """What was deferred."""
    return KeptJobs()


@pytest.fixture
async def db(dsn: Dsn, jobs: KeptJobs) -> AsyncIterator[Database]:
    """A migrated, empty database whose jobs are kept."""
    made = Database(dsn.app, jobs=jobs, pool_size=5)
    yield made
    await made.close()


@pytest.fixture
async def home(db: Database) -> Home:
    """A creator's avatar."""
    return await make_home(db)
