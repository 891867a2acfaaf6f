"""Reading the word lists of `memory.data`: text files in which each line but comments says one thing."""

from collections.abc import Iterator
from importlib import resources


def lines(name: str) -> Iterator[str]:
    """The lines of a list that say something, in order."""
    text = resources.files("memory.data").joinpath(f"{name}.txt").read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def entries(name: str, mark: str = ": ") -> Iterator[tuple[str, str]]:
    """The lines of a list as what stands before a mark and behind it: mostly a language, and its words."""
    for line in lines(name):
        head, _, rest = line.partition(mark)
        yield head, rest


def kinds(name: str) -> dict[str, dict[str, str]]:
    """A list of "<language> <kind>: pattern" lines, by language and kind."""
    found: dict[str, dict[str, str]] = {}
    for head, pattern in entries(name):
        lang, kind = head.split()
        found.setdefault(lang, {})[kind] = pattern
    return found
