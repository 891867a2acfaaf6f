"""Answering interactions as what they are: what was deferred becomes the answer, while its token is good.

The first message of an answer takes the place of "is thinking…"; what comes after it, and whatever comes too
late, is a message like any other.
"""

from datetime import timedelta
from typing import Final

import structlog

from bots.discord import repository
from bots.discord.cards import COMPONENTS_V2
from bots.discord.client import Api, Json, Upload
from bots.discord.failures import INTERACTION_OVER, CallFailed, NotYet
from bots.discord.messages import BY_INTERACTION, moment
from bots.discord.roster import KnownApp
from conversation.types import ToSend
from kernel.clock import now
from kernel.crypto import SecretBox
from kernel.db import Database

log = structlog.get_logger(__name__)

_ORIGINAL: Final = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_DEFERRED_WITHIN: Final = timedelta(seconds=4)
_AGAIN_S: Final = 0.3
_ONLY_NEW: Final = ("nonce", "enforce_nonce", "message_reference", "flags", "poll")


def sealing(interaction_id: int) -> str:
    """What an interaction's sealed token is bound to."""
    return f"discord_interaction.token:{interaction_id}"


class Answering:
    """The interactions that wait for an answer."""

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        self._db = db
        self._secrets = secrets

    async def answer(
        self, app: KnownApp, api: Api, one: ToSend, made: Json, files: list[Upload]
    ) -> Json | None:
        """Put a message where an interaction waits for it; None where none does.

        To do so again changes nothing: it is the same message that is put there.

        Raises:
            CallFailed: it isn't there, or perhaps.
        """
        number = (one.answers or "").removeprefix(BY_INTERACTION)
        if number == one.answers or not number.isdecimal() or made.get("poll"):
            return None
        interaction = int(number)
        async with self._db.uow(one.creator_id) as uow:
            row = await repository.claim_interaction(uow, one.connection_id, interaction, one.id)
        if row is None:
            return None
        token = self._secrets.open(row.token, sealing(interaction))
        try:
            shown = await api.call(
                "PATCH", _ORIGINAL, webhook_id=app.application_id, webhook_token=token, patient=False,
                body=_changes(made), files=files,
            )  # fmt: skip
        except CallFailed as error:
            if error.status == 404 and now() < moment(interaction) + _DEFERRED_WITHIN:
                raise NotYet(_AGAIN_S) from error
            if error.status == 404 or error.code in INTERACTION_OVER:
                log.info("discord.interaction_over", connection=one.connection_id, code=error.code)
                return None
            raise
        return dict(shown)


def _changes(made: Json) -> Json:
    """What a new message would be, put in the place of one: of flags that it is a card alone."""
    kept = {name: value for name, value in made.items() if name not in _ONLY_NEW}
    return kept | {"flags": COMPONENTS_V2} if made.get("flags", 0) & COMPONENTS_V2 else kept
