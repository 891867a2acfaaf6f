"""A process that dies between two lines of a unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kernel.db import UnitOfWork


class Died(Exception):
    """The process, between two lines."""


@contextmanager
def dying_after(lines: int, *names: str) -> Iterator[None]:
    """Let so many calls of these methods of units of work be done, and die at the next."""
    done = 0

    def dying(original: Any) -> Any:
        async def run(uow: UnitOfWork, *arguments: Any) -> Any:
            nonlocal done
            done += 1
            if done > lines:
                raise Died
            return await original(uow, *arguments)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(UnitOfWork, name, dying(getattr(UnitOfWork, name)))
        yield
