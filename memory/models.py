"""The tables of what a creator has imported: sources, their passages, and the feed that indexes follow."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Float, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import UtcDateTime, utcnow
from kernel.tables import TenantRow

# The number of the transaction that writes the row; see IndexChange.
_CURRENT_XID = text("((pg_current_xact_id())::text)::bigint")


class Source(TenantRow, table=True):
    """One imported item: a file, a web address, or a file found in an archive or folder (`parent_id`).

    Files are one item per content (`sha256`), web addresses one per address, whatever their bytes.
    `generation` grows with every claim, retry, cancel and delete, so that a result of an earlier reading is
    recognised and dropped. `progress` is 0..1. `depth` counts the archives around it. `options` are what its
    reader is told (a chat export's `author` and `channel`). `tier` is None where everyone may see it;
    `tier_chosen` where a person has decided that, so that what its file says of it doesn't count. An
    address was last fetched at `looked_at`.
    """

    __tablename__ = "source"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_source_content",
            "creator_id",
            "sha256",
            unique=True,
            postgresql_where=text("sha256 IS NOT NULL AND origin <> 'url'"),
        ),
        Index("uq_source_url", "creator_id", "url", unique=True, postgresql_where=text("origin = 'url'")),
        Index("ix_source_state", "creator_id", "state"),
    )

    parent_id: int | None = Field(
        default=None, foreign_key="source.id", sa_type=BigInteger, index=True, ondelete="CASCADE"
    )
    kind: str = ""
    origin: str
    name: str
    title: str = ""
    url: str | None = None
    sha256: str | None = Field(default=None, index=True)
    size: int = Field(default=0, sa_type=BigInteger)
    lang: str | None = None
    licence: str | None = None
    author: str | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tier: str | None = None
    tier_chosen: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: str = "queued"
    progress: float = Field(default=0.0, sa_type=Float)
    reason_code: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    reason_params: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    notes: list[Any] = Field(default_factory=list, sa_type=JSONB)
    passages: int = 0
    attempts: int = 0
    depth: int = 0
    options: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    generation: int = Field(default=0, sa_type=BigInteger)
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime, nullable=False)

    @property
    def holds_files_alone(self) -> bool:
        """Whether it has been read and brought no words of its own: it is worth what lay in it."""
        return self.state == "indexed" and not self.passages


class Post(TenantRow, table=True):
    """A post of a creator's own channel, as a bot was told of it. A source whose origin is posts has them.

    `number` is the post's own in its channel. `text` is empty where an edit left none. `edited_at` is when
    the edit was made that it stands in now, None where none was.
    """

    __tablename__ = "post"
    __table_args__: ClassVar[Any] = (UniqueConstraint("source_id", "number"),)

    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, ondelete="CASCADE")
    number: int = Field(sa_type=BigInteger)
    text: str = Field(sa_type=Text)
    said_at: datetime = Field(sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Chunk(TenantRow, table=True):
    """A passage of a source: what is indexed, recalled and cited. Its tier and licence are its source's.

    `start_s` and `end_s` are seconds; `cues`, `read_from` and `sure` are `Locator`'s; `title`, `url` and
    `published_at` are its own, where they differ from its source's.
    """

    __tablename__ = "chunk"
    __table_args__: ClassVar[Any] = (UniqueConstraint("source_id", "ordinal"),)

    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, ondelete="CASCADE")
    ordinal: int
    text: str = Field(sa_type=Text)
    lang: str
    title: str | None = None
    page: int | None = None
    start_s: float | None = Field(default=None, sa_type=Float)
    end_s: float | None = Field(default=None, sa_type=Float)
    url: str | None = None
    heading: str | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cues: list[list[float]] | None = Field(default=None, sa_type=JSONB)
    read_from: str | None = None
    sure: float | None = Field(default=None, sa_type=Float)


class IndexChange(TenantRow, table=True):
    """Passages that an index must look at again: written, altered, hidden or gone.

    Row numbers and commit order differ, so a reader that remembers the last number would skip a row that
    commits late. A reader remembers the oldest transaction still open when it looked (`xid` from there on is
    read again) and takes each passage's present state: a change may be applied twice, or in another order.
    """

    __tablename__ = "index_change"
    __table_args__: ClassVar[Any] = (Index("ix_index_change_feed", "creator_id", "xid"),)

    xid: int | None = Field(
        default=None,
        sa_type=BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": _CURRENT_XID},
    )
    chunk_ids: list[int] = Field(sa_type=ARRAY(BigInteger))


class IndexEpoch(TenantRow, table=True):
    """One per creator: indexes built under another `epoch` are rebuilt, as are those older than `horizon`.

    `epoch` is random, so an index of another database never passes for this one's. Changes of transactions
    before `horizon` have been compacted away.
    """

    __tablename__ = "index_epoch"
    __table_args__: ClassVar[Any] = (UniqueConstraint("creator_id"),)

    epoch: str
    horizon: int = Field(default=0, sa_type=BigInteger)


class SearchRequest(TenantRow, table=True):
    """A search asked by a process without an index, and its result once a worker has answered."""

    __tablename__ = "search_request"

    question: dict[str, Any] = Field(sa_type=JSONB)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    error: str | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
