"""A site's routes, analysed once in each process of a run: FastAPI does it for each application anew.

That takes a third of a second, several times what most tests of a page do. What it finds is the same for
every application with the same dependencies; a route made for one application is analysed with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import routing


@contextmanager
def analysed_once() -> Iterator[None]:
    """Keep with each route what was found out about it."""
    included = routing._IncludedRouter
    analyse = included._build_effective_context

    def once(self: Any, route: Any) -> Any:
        known: dict[object, Any] = vars(route).setdefault("analysed", {})
        place = self.include_context
        key = (place.prefix, tuple(each.dependency for each in place.dependencies))
        if key not in known:
            known[key] = analyse(self, route)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(included, "_build_effective_context", once)
        yield
