"""What conversation announces."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class MessageAnswered(Event):
    """A fan's message has its answer, which is queued to be sent."""

    message_id: int
    thread_id: int
    outcome: str
