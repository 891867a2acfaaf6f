"""What conversations announce."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class OrderHeard(Event):
    """One of the creator's people ordered something from an avatar in a group, perhaps for the first time."""

    avatar_id: int


@dataclass(frozen=True, slots=True)
class AnswerApproved(Event):
    """A person sent a reply that had waited for them, as it was or `edited`, in this transaction.

    `text` is what was sent in answer to `question`, `lang` its language, `passages` the numbers of what it
    cites. Question and message are the fan's: whoever keeps them lets them go with the fan.
    """

    avatar_id: int
    message_id: int
    question: str
    lang: str
    text: str
    passages: tuple[int, ...]
    edited: bool
