"""What may be asked where nothing answered: the creator's own questions, then titles that all may see."""

import re
from collections.abc import Sequence
from typing import Final

from kernel.lang import same
from persona_engine import character
from persona_engine.boundaries.guard import Guard
from persona_engine.decisions import Exchange
from persona_engine.titles import is_file_name

AT_ONCE: Final = 3
_LONGEST: Final = 90
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")


async def offered(
    exchange: Exchange, titles: Sequence[tuple[str, str]], guard: Guard | None
) -> tuple[str, ...]:
    """A few of them, in the fan's language where there are such; others after each decline in a row.

    `titles` are (title, language). What a boundary keeps from being quoted isn't offered.
    """
    lang, context = exchange.lang, exchange.context
    own = [(each, lang) for each in character.samples(context.avatar, lang)]
    named = [each for each in titles if _names_something(each[0])]
    named.sort(key=lambda each: not same(each[1], lang))
    every = list(dict.fromkeys(own + named))
    start = (exchange.asked.declined - 1) * AT_ONCE % len(every) if every else 0
    found: list[str] = []
    for text, written_in in every[start:] + every[:start]:
        if len(found) == AT_ONCE:
            break
        verdict = guard and await guard.quotable(text, written_in, context.boundaries, key=context.rules_key)
        if not (verdict and verdict.stops):
            found.append(text)
    return tuple(found)


def _names_something(title: str) -> bool:
    """Whether a title is more than a file's name or a date."""
    return len(title) <= _LONGEST and bool(_LETTERS.search(title)) and not is_file_name(title)
