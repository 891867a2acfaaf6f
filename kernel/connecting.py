"""Connections whose opening may be given up: nothing of one is left behind."""

import asyncio
import traceback
from typing import Any, Self

from psycopg import AsyncConnection


class DriverConnection(AsyncConnection[Any]):
    """The driver's connection.

    Where the driver's own is cancelled while it opens, its socket stays open until garbage is next collected.
    For so long, or a minute, the server waits for the password; meanwhile no database can be dropped there.
    """

    @classmethod
    async def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """Open one, as the driver does."""
        try:
            return await super().connect(conninfo, **options)
        except asyncio.CancelledError as given_up:
            # The socket belongs to what was being done; the frames of that are all that hold it.
            traceback.clear_frames(given_up.__traceback__)
            raise
