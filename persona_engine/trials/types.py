"""What crosses the door of trials: the settings tried, the questions, what each side answered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from kernel.chat import Outbound
from persona_engine.decisions import Reply, Trace


class Kind(StrEnum):
    """A question asked of two settings; the last messages asked again of two; test questions of Setup's."""

    COMPARE = "compare"
    REPLAY = "replay"
    SETUP = "setup"


class State(StrEnum):
    """Where a trial stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verdict(StrEnum):
    """How the second side's answer differs from the first's; of one side alone, whether it answers."""

    SAME = "same"
    DIFFERENT = "different"
    DECLINED = "declined"
    ANSWERED = "answered"


_ANSWERS: Final = ("quoted", "drafted", "taught:", "smalltalk:")


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers of the versions that a side is tried with; 0 is what every avatar begins with."""

    style: int
    persona: int
    boundaries: int

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one side answered. `aside` is what may stand below it now and then, or empty."""

    said: Outbound
    outcome: str
    trace: Trace
    confidence: float | None = None
    aside: str = ""

    @classmethod
    def of(cls, reply: Reply) -> "Tried":
        """A reply, all its parts as one message."""
        first = reply.parts[0]
        text = "\n\n".join(part.text for part in reply.parts)
        said = Outbound(text, reply.lang, first.citations)
        return cls(
            said, reply.outcome, reply.trace or Trace(()), reply.confidence,
            reply.aside.text if reply.aside else "",
        )  # fmt: skip

    @property
    def answers(self) -> bool:
        """Whether the question got an answer: neither declined, nor stopped, nor left to a person."""
        return self.outcome.startswith(_ANSWERS)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "said": self.said.to_json(), "outcome": self.outcome, "trace": self.trace.to_json(),
            "confidence": self.confidence, "aside": self.aside,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Tried":
        """From what `to_json` made."""
        return cls(
            Outbound.from_json(value["said"]), value["outcome"], Trace.from_json(value["trace"]),
            value["confidence"], value["aside"],
        )  # fmt: skip


def verdict_of(answers: tuple[Tried, ...]) -> Verdict:
    """What became of a question on the second side, as against the first."""
    first, last = answers[0], answers[-1]
    if len(answers) == 1 or first.answers != last.answers:
        return Verdict.ANSWERED if last.answers else Verdict.DECLINED
    same = (first.said, first.aside) == (last.said, last.aside)
    return Verdict.SAME if same else Verdict.DIFFERENT


@dataclass(frozen=True, slots=True)
class ToTry:
    """A question to be asked. `lang` is the language of what was said with it; `message_id` the fan's."""

    text: str
    lang: str = ""
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class TriedInfo:
    """A question of a trial. No `answers`: not asked yet. `seen`: good, fixed, or empty."""

    id: int
    trial_id: int
    text: str
    lang: str
    message_id: int | None
    answers: tuple[Tried, ...]
    verdict: str
    seen: str


@dataclass(frozen=True, slots=True)
class TrialInfo:
    """A trial, and how far it is: `counts` has how many questions came to each verdict."""

    id: int
    avatar_id: int
    kind: Kind
    state: State
    sides: tuple[Settings, ...]
    models: bool
    by: str
    at: datetime
    total: int
    asked: int
    seen: int
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def under_way(self) -> bool:
        """Whether answers are still to come."""
        return self.state in (State.WAITING, State.RUNNING)
