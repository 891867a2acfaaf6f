"""Answers kept for a day, for whoever asks the same of the same content under the same settings.

Its key is everything that the answer depends on, so that nothing need be thrown away when any of it changes.
An answer that came about with a fan's history or facts is neither kept nor looked for.
"""

import json
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from kernel.clock import now
from kernel.db import Database
from persona_engine.decisions import Asked, Exchange
from persona_engine.wording import reading, repository
from persona_engine.wording.prompt import Prompt

KEPT_FOR: Final = timedelta(days=1)
MOST: Final = 2_000
"""Answers of one avatar: a popular one hears a few hundred different questions a day."""


class Answers:
    """The kept answers of every avatar."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, asked: Asked, key: str) -> tuple[str, str] | None:
        """The text that is kept under a key, and the model that wrote it."""
        async with self._db.uow(asked.creator_id) as uow:
            row = await repository.find(uow, asked.avatar_id, key, now())
        return (row.text, row.model) if row else None

    async def keep(self, asked: Asked, key: str, text: str, model: str) -> None:
        """Keep a text that has passed every check."""
        moment = now()
        async with self._db.uow(asked.creator_id) as uow:
            await repository.keep(
                uow, fan_id=asked.fan_id, most=MOST, avatar=asked.avatar_id, digest=key, text=text,
                model=model, now=moment, until=moment + KEPT_FOR,
            )  # fmt: skip


def key_of_retold(exchange: Exchange, told: Prompt) -> str | None:
    """What a text in another language is kept under; None where no fan asks."""
    context = exchange.context
    if not exchange.asked.fan_id:
        return None
    return _digest(["retold", told.bare, context.version, context.models, exchange.lang])


def key_of(exchange: Exchange, told: Prompt, question: str, tiers: frozenset[str]) -> str | None:
    """What an answer is kept under; None where it holds for this fan only, or no fan asks.

    The prompt stands for style, character and content, as far as it was found for what this viewer may see.
    """
    context, asked = exchange.context, exchange.asked
    if asked.history or asked.facts or not asked.fan_id:
        return None
    plain = " ".join(reading.plain(question).casefold().split()).rstrip("?？؟!！.。 ")
    whole: list[object] = [told.bare, plain, sorted(tiers), context.version, context.models, exchange.lang]
    return _digest(whole)


def _digest(whole: list[object]) -> str:
    return blake2b(json.dumps(whole).encode(), digest_size=32).hexdigest()
