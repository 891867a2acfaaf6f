"""Which of very many patterns can be found in a text at all, told by what each of them can't do without.

What each needs is any one of a few marks; those are looked up, where a thousand patterns would be tried.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefilter(Generic[T]):
    """Things in order, each with the marks of which any text that it is found in has one.

    One without marks may be found anywhere.
    """

    def __init__(self, marked: Iterable[tuple[Set[str], T]]) -> None:
        self._things: list[T] = []
        self._anywhere: list[int] = []
        self._by_mark: dict[str, list[int]] = defaultdict(list)
        for number, (marks, thing) in enumerate(marked):
            self._things.append(thing)
            for mark in marks:
                self._by_mark[mark].append(number)
            if not marks:
                self._anywhere.append(number)

    def found_by(self, marks: Set[str]) -> Iterator[T]:
        """Those that can be found in a text with these marks, in order."""
        numbers = set(self._anywhere)
        for mark in self._by_mark.keys() & marks:
            numbers.update(self._by_mark[mark])
        return (self._things[number] for number in sorted(numbers))
