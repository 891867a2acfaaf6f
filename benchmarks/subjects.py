"""Small creators' subjects under the default boundaries: what is stopped of them, and of advice, by language.

``python -m benchmarks.subjects``. Exits with 1 where more than 1 % of harmless questions and posts
(`subjects.toml`) is stopped, or too little of what asks for advice or gives it. No model takes part. Every
third line was held out, and shows how that fares which nothing was mended by.
"""

import asyncio
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Final

from benchmarks.common import Measured, bundled_encoder, report
from memory.comparing import Comparing
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, defaults

_SUBJECTS: Final = Path(__file__).with_name("subjects.toml")
_MOST_STOPPED: Final = 1.0
_LEAST_CAUGHT: Final = {"advice": 75.0, "given": 85.0}
_HELD_OUT: Final = ", held out"

Hits = dict[str, list[bool]]


async def _hits(guard: Guard, lang: str, told: dict[str, str]) -> Hits:
    """What of a language's lists is stopped, by list; apart what was held out."""
    rules = tuple(rule for rule in defaults().rules if rule.kind is not Kind.PROMISE)
    boundaries = Boundaries(rules)
    found: Hits = defaultdict(list)
    for name, lines in told.items():
        for number, line in enumerate(lines.strip().split("\n")):
            apart = _HELD_OUT if number % 3 == 2 else ""
            said, *asked = (each.strip() for each in line.split("|"))
            if name == "advice":
                said, asked = "", [said]
            kind = name if name == "advice" else "questions"
            for text in asked:
                held = await guard.judge(text, lang, boundaries, key=("subjects",))
                found[kind + apart].append(held.stops)
            if said:
                held = await guard.given(said, lang, boundaries, key=("subjects",))
                found[("posts" if name == "harmless" else name) + apart].append(held.stops)
    return found


def measure(folder: Path, quick: bool) -> Measured:
    """Every figure, and whether little that is harmless is stopped, and enough else."""
    del folder, quick
    guard = Guard(Comparing(bundled_encoder))
    figures: dict[str, object] = {}
    every: Hits = defaultdict(list)
    for lang, told in tomllib.loads(_SUBJECTS.read_text("utf-8")).items():
        hits = asyncio.run(_hits(guard, lang, told))
        figures[lang] = {kind: _share(each) for kind, each in hits.items()}
        for kind, each in hits.items():
            every[kind] += each
    shares = {kind: _share(each) for kind, each in every.items()}
    figures["all"] = shares
    reached = all(shares[kind] <= _MOST_STOPPED for kind in shares if kind.startswith(("questions", "posts")))
    return figures, reached and all(shares[kind] >= least for kind, least in _LEAST_CAUGHT.items())


def _share(hits: list[bool]) -> float:
    return round(100.0 * sum(hits) / max(len(hits), 1), 1)


if __name__ == "__main__":
    sys.exit(report("subjects", __doc__, "nothing", measure))
