"""The tables of taught answers, of the questions they answer, and of questions that were put aside."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime
from kernel.tables import TenantRow


class TaughtAnswer(TenantRow, table=True):
    """An answer in a person's own words, or in words that a person approved; `lang` is the text's language.

    `origin`: written, corrected, approved. `passages` are what it cites: who may not see one of them, or once
    one is gone, isn't given it. `by` wrote it, `changed_by` was the last to change it. `message_id` is the
    message that a model answered with it: it goes with that, until a person has put it in other words.
    """

    __tablename__ = "taught_answer"

    avatar_id: int = Field(foreign_key="avatar.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    text: str
    lang: str
    origin: str
    enabled: bool = True
    passages: list[int] = Field(default_factory=list, sa_type=JSONB)
    by: str
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )


class TaughtQuestion(TenantRow, table=True):
    """A question that a taught answer answers. What a fan asked goes with their message."""

    __tablename__ = "taught_question"

    answer_id: int = Field(foreign_key="taught_answer.id", sa_type=BigInteger, index=True, ondelete="CASCADE")
    message_id: int | None = Field(
        default=None, foreign_key="message.id", sa_type=BigInteger, unique=True, ondelete="CASCADE"
    )
    text: str
    lang: str
    by: str


class DismissedQuestion(TenantRow, table=True):
    """A message that needs no answer, as a person said."""

    __tablename__ = "dismissed_question"

    message_id: int = Field(foreign_key="message.id", sa_type=BigInteger, unique=True, ondelete="CASCADE")
    by: str
