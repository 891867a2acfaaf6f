"""The database: the unit of work, the tenant that it sets, and the base of every table.

Only edges open a unit of work; services and repositories receive one and never commit. Each carries one
tenant, which row-level security enforces in Postgres; what must cross tenants opens a system one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, LiteralString

import orjson
import psycopg
from procrastinate.exceptions import ConnectorException
from psycopg import AsyncConnection, AsyncCursor
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, DateTime, MetaData, event, exc
from sqlalchemy.ext.asyncio import AsyncConnection as EngineConnection
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import SQLModel

from kernel.clock import now
from kernel.connecting import DriverConnection
from kernel.errors import Unavailable
from kernel.events import Event, EventTable
from kernel.ids import token
from kernel.pipeline import Together

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

PROCESSES: Final = "(SELECT application_name FROM pg_stat_activity WHERE datname = current_database())"
"""The names (`Database.name`) of the processes that live: their sessions end with them, however they die."""

PATIENCE_S: Final = 20.0
"""How long a unit of work waits for a connection."""

AT_HAND: Final = 8
"""Connections that are kept between units of work without asking the pool."""

_open: ContextVar["UnitOfWork | None"] = ContextVar("unit_of_work", default=None)

Statement = tuple[LiteralString, Mapping[str, Any] | None]
_BEGIN: Final[Statement] = ("BEGIN", None)
_COMMIT: Final = "COMMIT"

psycopg.types.json.set_json_dumps(orjson.dumps)
psycopg.types.json.set_json_loads(orjson.loads)


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
    """One transaction, its tenant, and what is announced within it.

    A trip to the server takes more of the processor than a small statement does. So what needs no answer, as
    BEGIN, the scope and the last writes, waits for what does, or for the commit, and they go in one. One that
    is asked for nothing makes no trip at all.
    """

    __slots__ = (
        "_afterwards",
        "_connection",
        "_driver",
        "_ended",
        "_last",
        "_opening",
        "_session",
        "_unsent",
        "creator_id",
        "events",
        "jobs",
    )

    def __init__(
        self,
        connection: EngineConnection,
        driver: "AsyncConnection[Any]",
        creator_id: int | None,
        scope: LiteralString,
        events: EventTable,
        jobs: "JobQueue | None",
    ) -> None:
        self._connection = connection
        self._driver = driver
        self._session: AsyncSession | None = None
        self._opening: list[Statement] = [_BEGIN, (scope, None)]
        self._unsent: list[Statement] = []
        self._last = self._ended = False
        self._afterwards: list[Callable[[], None]] = []
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
        return (await self.fetch_each((query, parameters)))[0]

    async def fetch_each(self, *statements: Statement) -> list[list[Any]]:
        """The rows of several statements, as `fetch` has them, by one trip to the server.

        Raises:
            RuntimeError: what was to be fetched last has been, and was committed.
        """
        if self._ended:
            raise RuntimeError("nothing can follow what was fetched last")
        unsent = self.unsent()
        async with Together(self._driver) as trip:
            for query, parameters in unsent:
                trip.command(query) if parameters is None else trip.add(query, parameters)
            cursors = [trip.add(query, parameters) for query, parameters in statements]
            if self._last:
                trip.command(_COMMIT)
        self._ended = self._last
        return [await cursor.fetchall() if _has_rows(cursor) else [] for cursor in cursors]

    async def fetch_one(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first row of `fetch`, or None."""
        rows = await self.fetch(query, parameters)
        return rows[0] if rows else None

    async def send(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement whose answer nobody waits for, in its turn: it goes with the next, or the commit.

        What it raises is raised there.
        """
        self._unsent.append((query, parameters))
        if self._session is not None:
            await self.fetch_each()

    def commit_with_next(self) -> None:
        """What is fetched next is the last of this transaction: the commit goes by the same trip.

        For edges, which open it. Where the ORM had a part in it, the commit comes by itself at the end.
        """
        self._last = self._session is None

    @property
    def has_orm(self) -> bool:
        """Whether the ORM has a part in it."""
        return self._session is not None

    def runs_on(self, connection: Connection) -> bool:
        """Whether this is the ORM's connection to its transaction."""
        return self._connection.sync_connection is connection

    def unsent(self) -> list[Statement]:
        """Take over what has not been sent; `Database` has the ORM send it first."""
        taken, self._opening, self._unsent = [*self._opening, *self._unsent], [], []
        return taken

    async def become(self, creator_id: int) -> None:
        """Go on for one creator, in the same transaction: for making a creator whole or not at all."""
        await self.flush()
        await self.send(
            "SELECT set_config('app.scope', '', true) AS a, set_config('app.creator', %(id)s, true) AS b",
            {"id": str(creator_id)},
        )
        self.creator_id = creator_id

    @asynccontextmanager
    async def within(self, creator_id: int) -> AsyncIterator[None]:
        """Act for one creator for a while, in the same transaction; one that sees every creator does again
        afterwards.
        """
        sees_all = self.creator_id is None
        if sees_all:
            await self.become(creator_id)
        yield
        if sees_all:
            await self.flush()
            await self.send("SELECT set_config('app.scope', 'system', true)")
            self.creator_id = None

    async def publish(self, event: Event) -> None:
        """Announce an event to its handlers, in this transaction."""
        await self.flush()
        await self.events.dispatch(self, event)

    async def defer(self, task: str, *, priority: int = 0, **arguments: Any) -> None:
        """Defer a job: it is done exactly if this transaction commits."""
        if self.jobs is None:
            raise RuntimeError("no job queue is attached to this database")
        await self.jobs.defer(self, task, arguments, priority=priority)

    def begins_at_once(self, task: str) -> bool:
        """Whether this process has a place free for such a job, which then needn't be stored."""
        return self.jobs is not None and self.jobs.has_place(task)

    def begin(self, task: str, **arguments: Any) -> None:
        """Begin a job here once this transaction has committed; its place was asked for before.

        Its arguments may be anything, as they are written nowhere.
        """
        jobs = self.jobs
        assert jobs is not None  # noqa: S101 - it had a place
        self.afterwards(lambda: jobs.begin(task, arguments))

    async def forget_jobs(self, argument: str, values: Sequence[int]) -> None:
        """Remove the jobs, waiting or ended, whose `argument` is one of `values`."""
        if self.jobs is not None and values:
            await self.jobs.forget(self, argument, values)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Wake whoever listens on `channel` once this transaction commits (Postgres NOTIFY)."""
        await self.send(
            "SELECT pg_notify(%(channel)s, %(payload)s)", {"channel": channel, "payload": payload}
        )

    def afterwards(self, begin: Callable[[], None]) -> None:
        """Call this once the transaction has committed; not at all where it doesn't, or the process dies."""
        self._afterwards.append(begin)

    def committed(self) -> None:
        """Do what was kept for then; `Database` alone says when."""
        for begin in self._afterwards:
            begin()

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
        self._last = commit and bool(self._unsent)
        if self._last:
            await self.fetch_each()
        elif not self._ended:
            await (self._driver.commit() if commit else self._driver.rollback())


class JobQueue:
    """The port by which a unit of work defers jobs; `kernel.jobs` implements it."""

    async def defer(self, uow: UnitOfWork, task: str, arguments: Mapping[str, Any], *, priority: int) -> None:
        """Have a job done exactly if this transaction commits."""
        raise NotImplementedError

    def has_place(self, task: str) -> bool:
        """Whether a job would begin at once in this process, without being stored."""
        raise NotImplementedError

    def begin(self, task: str, arguments: Mapping[str, Any]) -> None:
        """Begin a job in this process that is stored nowhere."""
        raise NotImplementedError

    async def forget(self, uow: UnitOfWork, argument: str, values: Sequence[int]) -> None:
        """Remove jobs by one of their arguments, in this transaction."""
        raise NotImplementedError


def sqlalchemy_url(dsn: str) -> str:
    """A libpq URL as SQLAlchemy wants it: the psycopg driver named."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", dsn)


class Database:
    """The engine of one process, and the only maker of units of work.

    Its sessions carry the process's `name`, by which others know whether it lives: ASCII, at most 63 long.
    """

    def __init__(
        self,
        dsn: str,
        *,
        events: EventTable | None = None,
        jobs: JobQueue | None = None,
        pool_size: int = 20,
        name: str = "",
    ) -> None:
        self.dsn = dsn
        self.name = name or token(12)
        self.events = events or EventTable()
        self.jobs = jobs
        self.engine = create_async_engine(
            sqlalchemy_url(dsn),
            pool_size=pool_size,
            max_overflow=0,  # each would be opened, and its password proved, for one transaction
            hide_parameters=True,  # what fans write belongs in no log
            connect_args={
                "autocommit": True,  # a unit of work says itself when it begins…
                "application_name": self.name,
                "async_creator_fn": DriverConnection.connect,
            },
            pool_reset_on_return=None,  # …and ends
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
        event.listen(self.engine.sync_engine, "begin", _orm_begins)
        self._places = asyncio.Semaphore(pool_size)
        self._at_hand: list[EngineConnection] = []
        self._closed = False

    @asynccontextmanager
    async def uow(self, creator_id: int) -> AsyncIterator[UnitOfWork]:
        """One transaction for one creator; commits at the end, rolls back on an error."""
        async with self._begin(creator_id, f"SET LOCAL app.creator = '{int(creator_id)}'") as work:
            yield work

    @asynccontextmanager
    async def system_uow(self) -> AsyncIterator[UnitOfWork]:
        """One transaction that sees every creator: for sign-in, ticks, sweeps and look-ups by token."""
        async with self._begin(None, "SET LOCAL app.scope = 'system'") as work:
            yield work

    @asynccontextmanager
    async def _begin(self, creator_id: int | None, scope: LiteralString) -> AsyncIterator[UnitOfWork]:
        assert_no_transaction("a second unit of work")
        connection = await self._connection()
        driver = _driver_of(connection)
        work = UnitOfWork(connection, driver, creator_id, scope, self.events, self.jobs)
        try:
            opened = _open.set(work)
            try:
                yield work
                await work.end(commit=True)
            except BaseException:
                if not driver.closed:
                    await work.end(commit=False)
                raise
            finally:
                _open.reset(opened)
        finally:
            await self._give_back(connection, driver, orm=work.has_orm)
        work.committed()

    async def ping(self) -> None:
        """Ask the server for nothing, to see that it answers.

        Raises:
            Unavailable: it doesn't.
        """
        try:
            connection = await self._connection()
            driver = _driver_of(connection)
            try:
                await driver.execute("SELECT 1")
            finally:
                await self._give_back(connection, driver, orm=False)
        except (OSError, *DATABASE_AWAY) as error:
            raise Unavailable("The database doesn't answer.") from error

    async def close(self) -> None:
        """Close every pooled connection."""
        self._closed = True
        await self._let_go()
        await self.engine.dispose()

    async def _connection(self) -> EngineConnection:
        """One that was kept at hand, or one of the pool's, in which whoever has a place finds one."""
        try:
            async with asyncio.timeout(PATIENCE_S if self._places.locked() else None):
                await self._places.acquire()
        except TimeoutError as error:
            raise exc.TimeoutError from error  # of the pool, as it would say it itself
        try:
            return self._at_hand.pop() if self._at_hand else await self.engine.connect()
        except BaseException:
            self._places.release()
            raise

    async def _give_back(
        self, connection: EngineConnection, driver: "AsyncConnection[Any]", *, orm: bool
    ) -> None:
        """Keep a connection at hand for the next unit of work, or return it to the pool.

        One that was lost, or whose transaction could not be ended, is kept nowhere; where it was lost, the
        pool lets go of all that are as old.
        """
        idle = driver.info.transaction_status is TransactionStatus.IDLE
        lost = driver.closed
        try:
            if idle and not orm and not self._closed and len(self._at_hand) < AT_HAND:
                self._at_hand.append(connection)
                return
            if lost and not connection.invalidated:  # else the ORM met the loss, and has told the pool
                with suppress(*DATABASE_AWAY):
                    await connection.exec_driver_sql("SELECT 1")
            if not idle:
                await connection.invalidate()
            await connection.close()
            if lost:
                await self._let_go()
        finally:
            self._places.release()

    async def _let_go(self) -> None:
        """Return to the pool what is kept at hand."""
        while self._at_hand:
            await self._at_hand.pop().close()


def _orm_begins(connection: Connection) -> None:
    """The ORM's first statement in a unit of work comes after all that was said before it."""
    work = _open.get()
    if work is not None and work.runs_on(connection):
        for query, parameters in work.unsent():
            connection.exec_driver_sql(query, parameters)


def _has_rows(cursor: "AsyncCursor[Any]") -> bool:
    return cursor.pgresult is not None and cursor.pgresult.nfields > 0


def _driver_of(connection: EngineConnection) -> "AsyncConnection[Any]":
    assert connection.sync_connection  # noqa: S101 - it is open
    driver = connection.sync_connection.connection.driver_connection
    assert isinstance(driver, AsyncConnection)  # noqa: S101 - the engine is psycopg's
    return driver
