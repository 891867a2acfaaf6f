"""The database: the unit of work, the tenant that it sets, and the base of every table.

Only edges open a unit of work; services and repositories receive one and never commit. Each carries one
tenant, which row-level security enforces in Postgres; what must cross tenants opens a system one.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, LiteralString

import orjson
import psycopg
from procrastinate.exceptions import ConnectorException
from psycopg import AsyncConnection
from psycopg.rows import namedtuple_row
from sqlalchemy import DateTime, MetaData, exc, text
from sqlalchemy.ext.asyncio import AsyncConnection as EngineConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import SQLModel

from kernel.clock import now
from kernel.errors import Unavailable
from kernel.events import Event, EventTable

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

DATABASE_AWAY = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    ConnectorException,
)
"""What a database that is away for a while raises: by ORM, pool, driver or job queue."""

_open: ContextVar["UnitOfWork | None"] = ContextVar("unit_of_work", default=None)


class UtcDateTime(DateTime):
    """`timestamp with time zone`, spelled once."""

    def __init__(self, timezone: bool = True) -> None:
        super().__init__(timezone=timezone)


def utcnow() -> datetime:
    """The default of a `created_at` column."""
    return now()


class InsideTransaction(AssertionError):
    """Network, model or other slow work was begun while a unit of work is open."""


def assert_no_transaction(what: str) -> None:
    """Refuse slow work inside a unit of work: it would hold locks and a connection meanwhile."""
    if _open.get() is not None:
        raise InsideTransaction(f"{what} inside a unit of work: close it first")


class UnitOfWork:
    """One transaction, its tenant, and what is announced within it."""

    __slots__ = ("_connection", "_driver", "_session", "creator_id", "events", "jobs")

    def __init__(
        self,
        connection: EngineConnection,
        driver: "AsyncConnection[Any]",
        creator_id: int | None,
        events: EventTable,
        jobs: "JobQueue | None",
    ) -> None:
        self._connection = connection
        self._driver = driver
        self._session: AsyncSession | None = None
        self.creator_id = creator_id
        self.events = events
        self.jobs = jobs

    @property
    def session(self) -> AsyncSession:
        """The ORM on this transaction, made when first asked for: the paths that count do without."""
        if self._session is None:
            self._session = AsyncSession(self._connection, expire_on_commit=False, autoflush=False)
        return self._session

    @property
    def tenant(self) -> int:
        """The creator whose rows are seen.

        Raises:
            RuntimeError: this is a system unit of work.
        """
        if self.creator_id is None:
            raise RuntimeError("a system unit of work has no tenant")
        return self.creator_id

    async def fetch(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """Run a statement straight on the driver, for paths where the ORM's share of CPU counts.

        Returns the rows as named tuples; none where the statement returns no rows.
        """
        async with self._driver.cursor(row_factory=namedtuple_row) as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchall() if cursor.description else []

    async def fetch_one(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first row of `fetch`, or None."""
        rows = await self.fetch(query, parameters)
        return rows[0] if rows else None

    async def become(self, creator_id: int) -> None:
        """Go on for one creator, in the same transaction: for making a creator whole or not at all."""
        await self.flush()
        await self.fetch(
            "SELECT set_config('app.scope', '', true) AS a, set_config('app.creator', %(id)s, true) AS b",
            {"id": str(creator_id)},
        )
        self.creator_id = creator_id

    async def publish(self, event: Event) -> None:
        """Announce an event to its handlers, in this transaction."""
        await self.flush()
        await self.events.dispatch(self, event)

    async def defer(self, task: str, *, priority: int = 0, **arguments: Any) -> None:
        """Defer a job: it exists exactly if this transaction commits."""
        if self.jobs is None:
            raise RuntimeError("no job queue is attached to this database")
        await self.jobs.defer(self._driver, task, arguments, priority=priority)

    async def forget_jobs(self, argument: str, values: Sequence[int]) -> None:
        """Remove the jobs, waiting or ended, whose `argument` is one of `values`."""
        if self.jobs is not None and values:
            await self.jobs.forget(self._driver, argument, values)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Wake whoever listens on `channel` once this transaction commits (Postgres NOTIFY)."""
        await self._driver.execute("SELECT pg_notify(%s, %s)", (channel, payload))

    async def flush(self) -> None:
        """Have the ORM write what it holds."""
        if self._session is not None:
            await self._session.flush()

    async def end(self, *, commit: bool) -> None:
        """Commit, or roll back; `Database` alone ends a unit of work."""
        if self._session is not None:
            if commit:
                await self._session.commit()
            await self._session.close()
        await (self._driver.commit() if commit else self._driver.rollback())


class JobQueue:
    """The port by which a unit of work defers jobs; `kernel.jobs` implements it."""

    async def defer(
        self, connection: "AsyncConnection[Any]", task: str, arguments: dict[str, Any], *, priority: int
    ) -> None:
        """Insert a job on this connection's transaction."""
        raise NotImplementedError

    async def forget(self, connection: "AsyncConnection[Any]", argument: str, values: Sequence[int]) -> None:
        """Remove jobs by one of their arguments, on this connection's transaction."""
        raise NotImplementedError


def sqlalchemy_url(dsn: str) -> str:
    """A libpq URL as SQLAlchemy wants it: the psycopg driver named."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", dsn)


class Database:
    """The engine of one process, and the only maker of units of work."""

    def __init__(
        self,
        dsn: str,
        *,
        events: EventTable | None = None,
        jobs: JobQueue | None = None,
        pool_size: int = 20,
    ) -> None:
        self.dsn = dsn
        self.events = events or EventTable()
        self.jobs = jobs
        self.engine = create_async_engine(
            sqlalchemy_url(dsn),
            pool_size=pool_size,
            max_overflow=0,  # each would be opened, and its password proved, for one transaction
            pool_timeout=20,
            hide_parameters=True,  # what fans write belongs in no log
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )

    @asynccontextmanager
    async def uow(self, creator_id: int) -> AsyncIterator[UnitOfWork]:
        """One transaction for one creator; commits at the end, rolls back on an error."""
        async with self._begin(
            creator_id, f"SELECT set_config('app.creator', '{int(creator_id)}', true)"
        ) as work:
            yield work

    @asynccontextmanager
    async def system_uow(self) -> AsyncIterator[UnitOfWork]:
        """One transaction that sees every creator: for sign-in, ticks, sweeps and look-ups by token."""
        async with self._begin(None, "SELECT set_config('app.scope', 'system', true)") as work:
            yield work

    @asynccontextmanager
    async def _begin(self, creator_id: int | None, scope: str) -> AsyncIterator[UnitOfWork]:
        assert_no_transaction("a second unit of work")
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, AsyncConnection)  # noqa: S101 - the engine is psycopg's
            work = UnitOfWork(connection, driver, creator_id, self.events, self.jobs)
            token = _open.set(work)
            try:
                await self._enter(connection, driver, scope)
                yield work
                await work.end(commit=True)
            except BaseException:
                if driver.closed:
                    await connection.invalidate()
                else:
                    await work.end(commit=False)
                raise
            finally:
                _open.reset(token)

    async def _enter(self, connection: EngineConnection, driver: "AsyncConnection[Any]", scope: str) -> None:
        """Begin a transaction that sees what it may."""
        try:
            await driver.execute(scope.encode())
        except psycopg.OperationalError:
            # Fails there as well: so the pool hears of it, and lets go of all connections that are as old.
            await connection.exec_driver_sql(scope)
            raise

    async def ping(self) -> None:
        """Ask the server for nothing, to see that it answers.

        Raises:
            Unavailable: it doesn't.
        """
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, *DATABASE_AWAY) as error:
            raise Unavailable("The database doesn't answer.") from error

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()
