"""What may be asked where nothing answered: the creator's own questions, then titles that all may see."""

import re
from collections.abc import Sequence
from typing import Final

from kernel.lang import same
from persona_engine import character, smalltalk
from persona_engine.boundaries.guard import Guard
from persona_engine.decisions import Exchange
from persona_engine.titles import is_file_name

AT_ONCE: Final = 3
_ENOUGH: Final = 2
_LONGEST: Final = 90
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")


async def offered(
    exchange: Exchange, titles: Sequence[tuple[str, str]], guard: Guard | None
) -> tuple[str, ...]:
    """A few of them, in the fan's language where there are such; others after each decline in a row.

    None once all were. `titles` are (title, language). What a boundary keeps from being quoted isn't offered.
    """
    lang, context = exchange.lang, exchange.context
    asked = [each for each in character.samples(context.avatar, lang) if smalltalk.recognise(each) is None]
    named = [each for each in titles if _names_something(each[0])]
    own = [(each, lang) for each in asked] + [each for each in named if same(each[1], lang)]
    # Titles in other languages say little to who doesn't read them.
    every = list(dict.fromkeys(own if len(own) >= _ENOUGH else own + named))
    found: list[str] = []
    for text, written_in in every[(exchange.asked.declined - 1) * AT_ONCE :]:
        if len(found) == AT_ONCE:
            break
        verdict = guard and await guard.quotable(text, written_in, context.boundaries, key=context.rules_key)
        if not (verdict and verdict.stops):
            found.append(text)
    return tuple(found)


def _names_something(title: str) -> bool:
    """Whether a title is more than a file's name or a date."""
    return len(title) <= _LONGEST and bool(_LETTERS.search(title)) and not is_file_name(title)
