"""What crosses drafting's door: what is asked and answered, connections, caps, spending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol

from persona_engine.drafting.outcomes import Outcome

COMPATIBLE: Final = "compatible"
"""The provider that is any OpenAI-compatible address."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of what a model is asked."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A connection that was tried or passed over, how that ended, and in how many milliseconds."""

    connection_id: int
    name: str
    outcome: Outcome
    ms: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole text, or None with the reason. `cut` means that it hit the limit of tokens.

    `cost` is in US dollars by the connection's prices; `tokens_*` are the model's count, or ours where it
    gave none.
    """

    text: str | None
    reason: Outcome
    tried: tuple[Tried, ...] = ()
    connection_id: int | None = None
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    ms: float = 0.0
    cut: bool = False


class Asking(Protocol):
    """What asks a creator's models."""

    async def complete(
        self,
        creator_id: int,
        lines: Sequence[Line],
        *,
        fan_id: int | None,
        thread_id: int | None,
        max_tokens: int,
        deadline_s: float,
    ) -> Completion:
        """The whole text of the first model that gives one, or None with the reason."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """A connection as somebody writes it; prices are US$ a million tokens.

    `key` None leaves the stored one, an empty one takes it away.
    """

    name: str
    provider: str
    url: str
    model: str
    key: str | None
    price_in: Decimal
    price_out: Decimal
    timeout_s: int


@dataclass(frozen=True, slots=True)
class ModelConnection:
    """A connection as pages see it, of its key only whether there is one. They are asked by `position`."""

    id: int
    name: str
    provider: str
    url: str
    model: str
    has_key: bool
    price_in: Decimal
    price_out: Decimal
    timeout_s: int
    position: int
    on: bool


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """A connection with what its calls show: median of its recent answers, spending, its last failure."""

    connection: ModelConnection
    median_ms: float | None
    calls_today: int
    today: Decimal
    month: Decimal
    failure: Outcome | None
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Caps:
    """What a creator's models may cost, in US dollars; None is no cap. Days and months are UTC's."""

    day: Decimal | None = Decimal(5)
    fan_day: Decimal | None = Decimal("0.50")
    month: Decimal | None = Decimal(50)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a call costs about, in US dollars, and what the caps leave where no fan waits; None: no cap.

    `call` is the first connection's; `every` is what all `connections` cost together, each asked once, where
    those before it fail.
    """

    call: Decimal
    left: Decimal | None
    every: Decimal
    connections: int = 1


@dataclass(frozen=True, slots=True)
class Spending:
    """What a creator's models have cost, in US dollars, what runs now included, against its caps."""

    today: Decimal
    month: Decimal
    caps: Caps
