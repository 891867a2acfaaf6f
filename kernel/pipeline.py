"""Statements that leave for the server together, by one system call. What they are is not known here."""

from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Any, LiteralString, Self

from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline
from psycopg.abc import PQGen
from psycopg.generators import send
from psycopg.rows import namedtuple_row


class Together(AsyncPipeline):
    """The driver's pipeline, which keeps what is executed in it until the block ends.

    The driver's own sends each statement by itself: the server is woken for each, and answers some before the
    last is there. That is right for thousands of them; for a handful it costs more than they do. And what
    begins and ends a transaction needs no cursor.
    """

    def __init__(self, connection: "AsyncConnection[Any]") -> None:
        super().__init__(connection)

    async def __aenter__(self) -> Self:
        """From here on `connection` keeps what is executed."""
        self._conn._pipeline = self
        return await super().__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Send it, and wait for all that comes back.

        Raises:
            psycopg.Error: of the first statement that failed; those after it were not done.
        """
        try:
            await super().__aexit__(exc_type, exc_val, exc_tb)
        finally:
            self._conn._pipeline = None

    def command(self, command: str) -> None:
        """Add a statement without parameters, whose answer is nothing but that it went well."""
        self.command_queue.append(partial(self.pgconn.send_query_params, command.encode(), None))
        self.result_queue.append(None)

    def add(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> "AsyncCursor[Any]":
        """Add a statement; its rows are the cursor's once the block has ended."""
        cursor = self._conn.cursor(row_factory=namedtuple_row)
        for _ in cursor._execute_gen(query, parameters):
            raise AssertionError("a statement was sent before its time")
        return cursor

    def _communicate_gen(self) -> PQGen[None]:
        """After each statement: nothing is sent yet."""
        yield from ()

    def _exit_gen(self) -> PQGen[None]:
        """At the end: all is handed to the driver's buffer, which the mark of the end has sent."""
        self._enqueue_sync()
        while self.command_queue:
            self.command_queue.popleft()()
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)
