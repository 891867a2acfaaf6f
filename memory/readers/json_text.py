"""JSON out of a person's file, or why it isn't any; what an export in it means is its own reader's."""

import json
from typing import Any, Final

from memory.readers.errors import ReadError

_LEFT: Final = 6  # characters of a number, a word or an escape that a cut leaves begun


def parsed(text: str) -> Any:
    """The data in a text.

    Raises ReadError: "cut_off" where it breaks off in the middle, "not_json" (with line and column, from 1),
    "damaged" where it is nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if _breaks_off(error):
            raise ReadError("cut_off") from None
        raise ReadError("not_json", line=error.lineno, column=error.colno) from None
    except ValueError:  # a number of more digits than Python takes in
        raise ReadError("unknown_format") from None
    except RecursionError:
        raise ReadError("damaged", detail="nested too deeply") from None


def _breaks_off(error: json.JSONDecodeError) -> bool:
    """Whether the text ends where something should go on, not merely near a mistake at its end."""
    rest = error.doc[error.pos :].rstrip()
    begun = len(rest) <= _LEFT and not rest.endswith(("}", "]"))
    return not rest or begun or error.msg.startswith("Unterminated string")
