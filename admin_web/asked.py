"""A fan's message that a page is about, and why it isn't there where it isn't."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from admin_web.auth.deps import RowId
from admin_web.place import Desk
from community import service as community
from conversation import service as conversation
from conversation.errors import NoSuchMessage
from conversation.types import AskedMessage
from kernel.db import UnitOfWork
from kernel.errors import NotFound
from persona_engine import service as persona
from persona_engine.errors import NoSuchVersion
from persona_engine.service import trials
from persona_engine.types import Trace

AboutMessage = Annotated[RowId | None, Query(alias="message")]
AboutTried = Annotated[RowId | None, Query(alias="tried")]
"""What a page or a form is about, in its address."""


@dataclass(frozen=True, slots=True)
class About:
    """What was asked: by a fan, in their message of this number, or by somebody of the team, in a trial."""

    text: str
    message_id: int | None
    traces: Sequence[Trace]

    def stopped_by(self, rule_id: str) -> tuple[list[str], int | None]:
        """What a rule has stopped of it; and the message that is out of, unless the creator wrote it."""
        for trace in self.traces:
            if (step := persona.stopped_by(trace, rule_id)) and step.data.get("text"):
                # Earlier versions of the product kept no parts.
                parts = step.data.get("parts") or [step.data["text"]]
                return parts, None if step.name == "content" else self.message_id
        return [self.text], self.message_id


async def about(uow: UnitOfWork, desk: Desk, message: int | None, tried: int | None) -> About | None:
    """What an address tells to be about; None for nothing.

    Raises:
        NoSuchMessage, NoSuchTrial, NotFound: it isn't there any more, or another avatar's.
    """
    if message:
        asked = await asked_message(uow, desk, message)
        try:
            traces = [(await persona.trace_of(uow, message)).trace]
        except NoSuchVersion:  # a fan of the demo's: nobody has answered
            traces = []
        return About(asked.text, asked.id, traces)
    if tried:
        found, _ = await trials.tried(uow, desk.avatar.id, tried)
        return About(found.text, found.message_id, [each.trace for each in found.answers])
    return None


async def asked_message(uow: UnitOfWork, desk: Desk, message_id: int) -> AskedMessage:
    """A message to this desk's avatar.

    Raises:
        NoSuchMessage: there is none, or its fan was erased.
        NotFound: it was written to another of the creator's avatars; says which.
    """
    try:
        return await conversation.asked_message(uow, desk.avatar.id, message_id)
    except NoSuchMessage:
        other = await conversation.avatar_of(uow, message_id)
        if other is None:
            raise
        raise NotFound(
            "This was written to “{avatar}”, another of your avatars. Open it on that avatar's pages.",
            avatar=(await community.get_avatar(uow, other)).name,
        ) from None
