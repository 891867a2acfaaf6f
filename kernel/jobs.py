"""Background jobs on Procrastinate: deferred inside the change's transaction, retried, swept when stalled.

Where a sweep finds what a job is for, the process that defers it begins it at once, if it works such jobs.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, cast

import procrastinate
import structlog
from procrastinate.connector import Notify
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from kernel.clock import now
from kernel.db import DATABASE_AWAY, JobQueue, UnitOfWork

log = structlog.get_logger(__name__)

HEARTBEAT_S = 3.0
STALLED_AFTER_S = 12.0
SWEEP_EVERY_S = 5.0
WORKER_AGAIN_S = 1.0
LISTENING_PROVED_EVERY_S = 30.0
_LONGEST_WAIT_S = 60
_GRACE_S = 10.0
# For each that is done. Their order is fair; beyond so many, another process may have a place.
_WAITING = 7
# What the session is called in which a worker listens for jobs: its last query isn't always that.
_LISTENING: Final = "understudy listening"

Handler = Callable[..., Awaitable[None]]

# The library's own Python ends in this function.
_DEFER: Final = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW(%(queue)s, %(task)s, %(priority)s, %(lock)s, NULL, %(arguments)s, NULL)
            ::procrastinate_job_to_defer_v1])
"""
# The row's lock keeps workers, who skip what is locked, from beginning the one that waits until this
# transaction has ended: begun before, it wouldn't see the change that it now stands for. The library's
# queueing lock would fail the transaction instead. One that has failed before stands for nothing, as it may
# be given up.
_DEFER_UNLESS_ONE_WAITS: Final = (
    """
    WITH waiting AS (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND lock = %(lock)s AND attempts = 0
        ORDER BY id DESC LIMIT 1 FOR SHARE SKIP LOCKED)
    """  # noqa: S608 # both parts are constants
    + _DEFER
    + "WHERE NOT EXISTS (SELECT FROM waiting)"
)


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many jobs of a queue wait, run and have failed."""

    queue: str
    waiting: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True)
class _Places:
    """What jobs that nobody stores may take of a process: those that are done at a time, and all, with those
    that wait for it.
    """

    free: asyncio.Semaphore
    most: int
    taken: set[asyncio.Task[None]] = field(default_factory=set)


class Again(BaseRetryStrategy):
    """When a job that failed is tried again: after 2, 4, 8… seconds, at most a minute, so many times.

    A database that was away is nobody's fault: the job comes back at once, and as often as it takes. (Each
    death of its worker counts as an attempt, so a power of them alone would put it off for hours.)
    """

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> RetryDecision | None:
        """The decision for one failure; None gives the job up."""
        if isinstance(exception, DATABASE_AWAY):
            return RetryDecision(retry_in={"seconds": 1})
        if job.attempts >= self._attempts:
            return None
        return RetryDecision(retry_in={"seconds": min(2**job.attempts, _LONGEST_WAIT_S)})


class _Manager(procrastinate.manager.JobManager):
    """Stores how jobs end. Where that fails, nobody hears of it but the log: the sweep sees to the job.

    So it is where the database is away, and where another process took the job over and has ended it: for a
    while, this one gave no sign of life.
    """

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> procrastinate.jobs.Job | None:
        """The next that nobody else has taken; none for now where one of its lock was taken just then."""
        try:
            return await super().fetch_job(queues, worker_id)
        except procrastinate.exceptions.UniqueViolation:
            return None

    async def finish_job(
        self, job: procrastinate.jobs.Job, status: procrastinate.jobs.Status, delete_job: bool
    ) -> None:
        """Have it ended."""
        with _told(job):
            await super().finish_job(job, status, delete_job)

    async def retry_job(self, job: procrastinate.jobs.Job, *arguments: Any, **more: Any) -> None:
        """Have it wait again."""
        with _told(job):
            await super().retry_job(job, *arguments, **more)


@contextmanager
def _told(job: procrastinate.jobs.Job) -> Iterator[None]:
    try:
        yield
    except procrastinate.exceptions.ConnectorException as error:
        why = str(error.__cause__ or error).partition("\n")[0]
        log.warning("job.end_not_stored", job=job.id, task=job.task_name, error=why)


class Jobs(JobQueue):
    """The job queue of one process: rooms register their tasks, units of work defer, workers run."""

    def __init__(self, dsn: str, *, pool_size: int = 6) -> None:
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            dsn, min_size=1, max_size=pool_size, open=False, configure=_each_statement_alone
        )
        self._app = procrastinate.App(connector=_Connector())
        self._app.job_manager = _Manager(self._app.connector)
        self._workers: set[int] = set()
        self._running: set[int] = set()
        self._orphans: set[int] = set()
        self._swept: dict[str, Handler] = {}
        self._coalesced: set[str] = set()
        self._places: dict[str, _Places] = {}

    def register(
        self,
        name: str,
        handler: Handler,
        *,
        queue: str,
        attempts: int = 5,
        swept: bool = False,
        coalesced: bool = False,
    ) -> None:
        """Have `handler` run jobs called `name`; it must be idempotent, as a job may run twice.

        `swept` says that somebody looks every few seconds for what such jobs are for, and defers those that
        are missing. Then none needs to be stored where this process works the queue and has a place free.
        `coalesced` says that one which waits does for all that are deferred with the same arguments
        meanwhile; and such are done one after the other.
        """
        if swept:
            self._swept[name] = handler
        if coalesced:
            self._coalesced.add(name)

        async def run(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            job = context.job
            self._workers.add(job.worker_id or 0)
            self._running.add(job.id or 0)
            try:
                await handler(**arguments)
            finally:
                self._running.discard(job.id or 0)

        self._app.task(name=name, queue=queue, retry=Again(attempts), pass_context=True)(run)

    async def open(self) -> None:
        """Connect."""
        await self._pool.open(wait=True)
        await self._app.open_async(self._pool)

    async def close(self) -> None:
        """Disconnect; running workers must have been cancelled before."""
        await self._app.close_async()
        await self._pool.close()

    async def defer(self, uow: UnitOfWork, task: str, arguments: Mapping[str, Any], *, priority: int) -> None:
        """Insert a job in this transaction, unless one that waits does for it.

        Or begin it when the transaction has committed, where nothing is lost if the process dies meanwhile.
        """
        if self.has_place(task):
            uow.afterwards(lambda: self.begin(task, arguments))
            return
        coalesced = task in self._coalesced
        await uow.send(
            _DEFER_UNLESS_ONE_WAITS if coalesced else _DEFER,
            {
                "queue": self._app.tasks[task].queue, "task": task, "priority": priority,
                "arguments": Jsonb(dict(arguments)),
                "lock": f"{task} {json.dumps(arguments, sort_keys=True)}" if coalesced else None,
            },
        )  # fmt: skip

    def places_left(self, queue: str) -> int:
        """How many jobs of a queue may begin here at once, or wait for it, without being stored."""
        places = self._places.get(queue)
        return places.most - len(places.taken) if places else 0

    def has_place(self, task: str) -> bool:
        """Whether a job is looked for by a sweep, and this process works its queue and has a place free."""
        return task in self._swept and self.places_left(self._app.tasks[task].queue) > 0

    def begin(self, task: str, arguments: Mapping[str, Any]) -> None:
        """Do a job beside its deferrer, and not in its context: a request's language, say.

        Where its queue isn't worked any more, a sweep finds what it is for.
        """
        places = self._places.get(self._app.tasks[task].queue)
        if places is None:
            return
        job = asyncio.get_running_loop().create_task(
            self._done_at_once(task, arguments, places.free), name=f"at once {task}", context=Context()
        )
        places.taken.add(job)
        job.add_done_callback(places.taken.discard)

    async def _done_at_once(self, task: str, arguments: Mapping[str, Any], free: asyncio.Semaphore) -> None:
        try:
            async with free:
                await self._swept[task](**arguments)
        except DATABASE_AWAY as error:
            log.warning("job.database_lost", task=task, error=str(error))
        # Whatever it was, the sweep has it tried again.
        except Exception:
            log.exception("job.failed", task=task)

    async def forget(self, uow: UnitOfWork, argument: str, values: Sequence[int]) -> None:
        """Remove jobs by one of their arguments; those in hand go when they have ended."""
        await uow.send(
            "DELETE FROM procrastinate_jobs "
            "WHERE status <> 'doing' AND args->>%(argument)s = ANY(%(values)s)",
            {"argument": argument, "values": [str(value) for value in values]},
        )

    async def run(self, queues: Iterable[str], *, concurrency: int) -> None:
        """Work these queues until cancelled; jobs in hand get ten seconds to finish.

        So many at a time of those that are stored, and besides as many of those that aren't.
        A worker that loses the database ends; another takes its place once the database is back.
        """
        worked = list(queues)
        places = _Places(asyncio.Semaphore(concurrency), (1 + _WAITING) * concurrency)
        self._places |= dict.fromkeys(worked, places)
        working = asyncio.create_task(self._work_on(worked, concurrency), name=f"work {worked}")
        try:
            await asyncio.wait({working})
            working.result()
        finally:
            working.cancel()
            for queue in worked:
                del self._places[queue]
            await asyncio.wait({working, *places.taken}, timeout=_GRACE_S + 1)
            for job in places.taken:
                job.cancel()

    async def _work_on(self, queues: list[str], concurrency: int) -> None:
        # Told to stop while the database is away, a worker fails over that and forgets that it was told.
        this = cast(asyncio.Task[None], asyncio.current_task())
        while not this.cancelling():
            try:
                await self._work(queues, concurrency)
            except procrastinate.exceptions.ConnectorException as error:
                log.warning("job.worker_lost", error=str(error.__cause__ or error))
            if not this.cancelling():
                await asyncio.sleep(WORKER_AGAIN_S)

    async def _work(self, queues: list[str], concurrency: int) -> None:
        await self._app.run_worker_async(
            queues=queues,
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs="successful",
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=_GRACE_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
        )

    async def sweep(self) -> int:
        """Give jobs back to the queue that nobody works any more; how many there were.

        Those of workers that have died, and those of this process whose end could not be stored, since the
        database was away just then. The latter are recognised by being seen twice; what a sign of life says
        that came late, because the machine is busy, doesn't count for them.
        """
        manager = self._app.job_manager
        silent = await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S)
        stalled = [
            job for job in silent if job.id not in self._running and job.worker_id not in self._workers
        ]
        doing = await manager.list_jobs_async(status="doing")
        mine = {job.id: job for job in doing if job.worker_id in self._workers}
        orphans = {key for key in mine if key and key not in self._running}
        stalled += [mine[key] for key in orphans & self._orphans]
        self._orphans = orphans
        for job in stalled:
            log.warning("job.stalled", job=job.id, task=job.task_name)
            await manager.retry_job(job, retry_at=now() - timedelta(seconds=1))
        return len(stalled)

    async def sweep_forever(self) -> None:
        """Sweep every few seconds until cancelled."""
        while True:
            try:
                await self.sweep()
            except procrastinate.exceptions.ProcrastinateException as error:
                log.warning("job.sweep_failed", error=str(error))
            await asyncio.sleep(SWEEP_EVERY_S)

    async def state(self) -> tuple[QueueState, ...]:
        """What waits, runs and has failed, by queue."""
        rows = await self._app.job_manager.list_queues_async()
        return tuple(
            QueueState(str(row["name"]), int(row["todo"]), int(row["doing"]), int(row["failed"]))
            for row in rows
        )

    async def workers(self) -> int:
        """How many workers, of all processes, are there.

        They listen for jobs, each in a session of its own that ends at once with its process, and have given
        a sign of life lately: the session of a machine that lost its power may stay for hours.
        """
        async with self._pool.connection() as connection:
            found = await connection.execute(
                """
                SELECT least(
                    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s),
                    (SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name = %s))
                """,
                (timedelta(seconds=STALLED_AFTER_S), _LISTENING),
            )
            row = await found.fetchone()
        return int(row[0]) if row else 0


class _Connector(procrastinate.PsycopgConnector):
    """The library's connector, whose listening sessions can be told from others."""

    async def _loop_notify(
        self,
        on_notification: Notify,
        connection: "AsyncConnection[Any]",
        timeout: float | None = None,  # noqa: ASYNC109 - the library's: after it, the session is tried
    ) -> None:
        await connection.execute("SELECT set_config('application_name', %s, false)", (_LISTENING,))
        await super()._loop_notify(on_notification, connection, timeout or LISTENING_PROVED_EVERY_S)


async def _each_statement_alone(connection: "AsyncConnection[Any]") -> None:
    """What a worker says to the database is one statement at a time: a transaction around it adds two."""
    await connection.set_autocommit(True)


def schema_sql() -> str:
    """The statements that make the job tables, for the migration."""
    return procrastinate.schema.SchemaManager.get_schema()
