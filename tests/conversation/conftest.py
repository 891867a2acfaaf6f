"""A database whose jobs are kept, not run: a test runs the turn itself, when and as often as it likes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from app.services import Dsn
from kernel.db import Database, JobQueue, UnitOfWork
from tests.factories.people import Home, make_home


class KeptJobs(JobQueue):
    """Notes deferred jobs of transactions, also of such as roll back; forgets none."""

    def __init__(self) -> None:
        self.deferred: list[tuple[str, dict[str, Any]]] = []

    async def defer(self, uow: UnitOfWork, task: str, arguments: Mapping[str, Any], *, priority: int) -> None:
        """Note a job."""
        self.deferred.append((task, dict(arguments)))

    async def forget(self, uow: UnitOfWork, argument: str, values: Sequence[int]) -> None:
        """There is nothing in the database to forget."""


@pytest.fixture
async def db(dsn: Dsn) -> AsyncIterator[Database]:
    """A migrated, empty database whose jobs are kept."""
    made = Database(dsn.app, jobs=KeptJobs(), pool_size=5)
    yield made
    await made.close()


@pytest.fixture
async def home(db: Database) -> Home:
    """A creator's avatar."""
    return await make_home(db)
