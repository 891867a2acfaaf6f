"""The tables of trials: which settings were tried, on which questions, and what they answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class TrialRow(TenantRow, table=True):
    """A trial. `sides` are one or two of `Settings`; `models`: language models are asked, too."""

    __tablename__ = "trial"

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    kind: str
    state: str
    sides: list[dict[str, Any]] = Field(sa_type=JSONB)
    models: bool
    by: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TriedQuestion(TenantRow, table=True):
    """A question of a trial; what a fan asked goes with their message.

    `answers` has one reply for each side, none while it wasn't asked. `seen` is what a person said of it.
    """

    __tablename__ = "tried_question"

    trial_id: int = Field(foreign_key="trial.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    text: str
    lang: str = ""
    answers: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    verdict: str = ""
    seen: str = ""
