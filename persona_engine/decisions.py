"""What is asked of the avatar, what it replies, and why: the question, the reply, the decision trace."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from community.types import AvatarInfo
from kernel.chat import Outbound
from kernel.clock import monotonic
from kernel.i18n import t
from kernel.lang import names_in
from persona_engine.boundaries.rules import Boundaries
from persona_engine.character import Aside, Character
from persona_engine.facts import Fact, Kind
from persona_engine.smalltalk.intents import SmallTalk
from persona_engine.style_card import StyleCard


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a thread: what the fan said, and what was answered (empty where nothing was)."""

    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a reply quoted: the passage's number and the words; of a model's, the sentence it told last.

    `said` ends, and `since` begins, all that was told of the passage in a row; an empty `since`: what stands
    before it isn't known to be untold. `said_at` and `since_at` are where they begin in it, since a refrain
    stands there again and again; 0 where nobody noted it.
    """

    passage: int
    said: str
    since: str = ""
    said_at: int = 0
    since_at: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """The exchange before a message that may lean on it: what was asked, as meant, and what was quoted."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A fan's message, with what is known about its language, and the thread's last turns, oldest first.

    `facts` are what the fan has told of themselves, as far as it is kept. `opens`: it begins a conversation,
    after a while of silence. `declined` is how many questions just before this one nothing has answered,
    `before` how many messages the thread has had, `last_outcome` what became of the last of them, `spoken`
    the languages that the last few were answered in. `quoted` is what the thread's last answer quoted, given
    where the message asks to go on; `earlier` looks up the exchange just before: only where the message leans
    on that, and nothing answers it alone.
    """

    creator_id: int
    avatar_id: int
    thread_id: int
    message_id: int
    fan_id: int
    fan_name: str
    text: str
    platform: str
    chosen_language: str | None = None
    last_language: str | None = None
    language_hint: str | None = None
    history: tuple[Turn, ...] = ()
    facts: tuple[Fact, ...] = ()
    opens: bool = False
    declined: int = 0
    quoted: Quoted | None = None
    earlier: Callable[[], Awaitable[Earlier | None]] | None = None
    before: int = 0
    last_outcome: str = ""
    spoken: tuple[str, ...] = ()

    @property
    def turn(self) -> int:
        """Counts a thread's turns on, from where each thread begins elsewhere."""
        return self.thread_id + self.before


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: what was decided, why, and how long it took in milliseconds.

    All three words are codes, whose sentences stand in `persona_engine.reasons`; `data` fills their places.
    """

    name: str
    decision: str
    reason: str
    ms: float
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """Every decision on the way to a reply, in order."""

    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the database."""
        steps = (
            {"name": one.name, "decision": one.decision, "reason": one.reason, "ms": one.ms, "data": one.data}
            for one in self.steps
        )
        return {"steps": [*steps]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Trace":
        """From what `to_json` made."""
        return cls(tuple(Step(**step) for step in value["steps"]))


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply to one message.

    `outcome` is what became of the question: drafted (a model's words), quoted, taught:… (with its number),
    declined, locked, crisis, forbidden:…, handover:…, only:…, promise:… (each with its rule), smalltalk:…,
    command:…, failed.
    `learned_language`: the message itself showed its language, so it is remembered for the fan's next one.
    `confidence` is 0..1: how sure it is that this is the right reply; None where nobody weighed it.
    `aside` is what may be added to it, where it is this reply's turn to point to something.
    `told` is what the message told of its fan, to be kept for a while; `forgotten` what isn't to be kept any
    more, and goes first.
    """

    parts: tuple[Outbound, ...]
    lang: str
    outcome: str
    trace: Trace | None
    learned_language: bool = False
    confidence: float | None = None
    aside: Aside | None = None
    told: tuple[Fact, ...] = ()
    forgotten: frozenset[Kind] = frozenset()

    @property
    def stopped(self) -> bool:
        """Whether a boundary, or the care for somebody in need, has said this instead of an answer."""
        return self.outcome.partition(":")[0] in ("crisis", "forbidden", "handover", "only", "promise")

    def left_unsaid(self, outcome: str) -> "Reply":
        """The reply with this outcome, as a person answers its conversation: its trace ends with that."""
        if self.trace is None:
            return replace(self, outcome=outcome)
        before = tuple(step for step in self.trace.steps if step.name != "answer")
        return replace(self, outcome=outcome, trace=Trace((*before, Step("answer", "unsaid", "person", 0.0))))


class Tracer:
    """Collects the steps of one reply."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._since = monotonic()

    def step(self, name: str, decision: str, reason: str, **data: Any) -> None:
        """Note a decision; its time is what has passed since the one before."""
        moment = monotonic()
        self._steps.append(Step(name, decision, reason, round((moment - self._since) * 1000, 3), data))
        self._since = moment

    def finish(self) -> Trace:
        """The trace so far."""
        return Trace(tuple(self._steps))


@dataclass(frozen=True, slots=True)
class PersonaContext:
    """What a reply depends on besides the question: the avatar, the style card and the boundaries in force.

    `models` names those that are switched on and their order, empty where none is. `version` is the
    boundaries'.
    """

    avatar: AvatarInfo
    style: StyleCard | None
    boundaries: Boundaries = field(default_factory=Boundaries)
    version: int = 0
    models: str = ""
    character: Character = field(default_factory=Character)

    @property
    def rules_key(self) -> tuple[int, int]:
        """What the guard keeps the matcher of these boundaries under."""
        return self.avatar.id, self.version


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message on its way to its reply: what was asked, of whom, the language of the reply, the reasons.

    `lang` is what frames and fixed texts are told in: the fan's own, wherever the product speaks it. `worded`
    is what a model words answers in: the same, or of the avatar's languages the nearest. `learned`: the
    message itself showed `lang`. `stranger`: it is in a language that the product doesn't speak. `mood`
    is what the message tells of one that says more besides: only what is found by that, too, answers it.
    """

    asked: Asked
    context: PersonaContext
    lang: str
    worded: str
    learned: bool
    tracer: Tracer
    stranger: bool = False
    mood: SmallTalk | None = None

    @property
    def speaks(self) -> str:
        """The line that says which languages the avatar speaks, in `lang`."""
        return t(self.lang, "language.speaks", languages=names_in(self.context.avatar.languages, self.lang))

    def reply(self, said: Outbound | str, outcome: str, sure: float, aside: Aside | None = None) -> Reply:
        """What is said, once every step of the trace is noted. A stranger reads first why it is in `lang`."""
        part = Outbound(said, self.lang) if isinstance(said, str) else said
        if self.stranger and outcome != "crisis":
            part = replace(part, text=f"{self.speaks}\n\n{part.text}")
        return Reply((part,), self.lang, outcome, self.tracer.finish(), self.learned, sure, aside)


@dataclass(frozen=True, slots=True)
class TraceInfo:
    """A kept trace: what the reply was, its decisions, when it was made."""

    outcome: str
    trace: Trace
    at: datetime
