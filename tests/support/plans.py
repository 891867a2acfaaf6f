"""How Postgres would carry out what a repository asks for, as the application's role."""

from collections.abc import Mapping
from typing import Any

from kernel.db import UnitOfWork


class Explained:
    """A unit of work whose statements are explained in place of being carried out; what was said is kept."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.creator_id = self.tenant = uow.tenant
        self.plan = ""

    async def fetch(self, query: Any, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """The plan of a statement is added to the others'; there are no rows."""
        rows = await self._uow.fetch(f"EXPLAIN {query}", parameters)  # type: ignore[arg-type]
        self.plan += "\n".join(row[0] for row in rows) + "\n"
        return []
