"""What a check of the doctor comes to."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `found` says what is there, `advice` what to do where that isn't enough.

    `fail` keeps the product from running; `warn` names what does without it. What is `said` is told in the
    reader's language by the browser; the command line speaks English.
    """

    name: str
    state: State
    found: str
    advice: str = ""
