"""Background jobs on Procrastinate: deferred inside the change's transaction, retried, swept when stalled."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import procrastinate
import structlog
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
_LONGEST_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many jobs of a queue wait, run and have failed."""

    queue: str
    waiting: int
    running: int
    failed: int


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


class Jobs(JobQueue):
    """The job queue of one process: rooms register their tasks, units of work defer, workers run."""

    def __init__(self, dsn: str, *, pool_size: int = 6) -> None:
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            dsn, min_size=1, max_size=pool_size, open=False, configure=_each_statement_alone
        )
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._workers: set[int] = set()
        self._running: set[int] = set()
        self._orphans: set[int] = set()

    def register(
        self, name: str, handler: Callable[..., Awaitable[None]], *, queue: str, attempts: int = 5
    ) -> None:
        """Have `handler` run jobs called `name`; it must be idempotent, as a job may run twice."""

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
        """Insert a job in this transaction, by the function in which the library's own Python ends."""
        await uow.send(
            """
            SELECT procrastinate_defer_jobs_v1(ARRAY[
                ROW(%(queue)s, %(task)s, %(priority)s, NULL, NULL, %(arguments)s, NULL)
                    ::procrastinate_job_to_defer_v1])
            """,
            {
                "queue": self._app.tasks[task].queue, "task": task, "priority": priority,
                "arguments": Jsonb(dict(arguments)),
            },
        )  # fmt: skip

    async def forget(self, uow: UnitOfWork, argument: str, values: Sequence[int]) -> None:
        """Remove jobs by one of their arguments; those in hand go when they have ended."""
        await uow.send(
            "DELETE FROM procrastinate_jobs "
            "WHERE status <> 'doing' AND args->>%(argument)s = ANY(%(values)s)",
            {"argument": argument, "values": [str(value) for value in values]},
        )

    async def run(self, queues: Iterable[str], *, concurrency: int) -> None:
        """Work these queues until cancelled; jobs in hand get ten seconds to finish.

        A worker that loses the database ends; another takes its place once the database is back.
        """
        while True:
            try:
                await self._work(list(queues), concurrency)
            except procrastinate.exceptions.ConnectorException as error:
                log.warning("job.worker_lost", error=str(error.__cause__ or error))
            await asyncio.sleep(WORKER_AGAIN_S)

    async def _work(self, queues: list[str], concurrency: int) -> None:
        await self._app.run_worker_async(
            queues=queues,
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs="successful",
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=10.0,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
        )

    async def sweep(self) -> int:
        """Give jobs back to the queue that nobody works any more; how many there were.

        Those of workers that have died, and those of this process whose end could not be stored, since the
        database was away just then. The latter are recognised by being seen twice.
        """
        manager = self._app.job_manager
        stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S))
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
        """How many workers, of all processes, have given a sign of life lately."""
        async with self._pool.connection() as connection:
            found = await connection.execute(
                "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s",
                (timedelta(seconds=STALLED_AFTER_S),),
            )
            row = await found.fetchone()
        return int(row[0]) if row else 0


async def _each_statement_alone(connection: "AsyncConnection[Any]") -> None:
    """What a worker says to the database is one statement at a time: a transaction around it adds two."""
    await connection.set_autocommit(True)


def schema_sql() -> str:
    """The statements that make the job tables, for the migration."""
    return procrastinate.schema.SchemaManager.get_schema()
