"""What a look at a connection finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and what to do where that isn't enough."""

    name: str
    state: State
    found: str
    advice: str = ""
