"""The names that a display name holds. Who is meant by one is others' to decide."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_BETWEEN: Final = re.compile(r"[/|·•()]")


def parts_of(names: Iterable[str]) -> Iterator[str]:
    """Each name by itself: "Ember Wick · 烛星" holds two."""
    parts = (part.strip() for name in names for part in _BETWEEN.split(name))
    return (part for part in parts if part)
