"""Documents of an avatar that are kept in versions: reading, saving, comparing, restoring them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy.exc import IntegrityError

from community import service as community
from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine import style_card
from persona_engine import versions_repository as repository
from persona_engine.errors import BadCard, NoSuchVersion
from persona_engine.models import StyleCardVersion, VersionRow
from persona_engine.style_card import Change, StyleCard

# Of these, nobody has said that it should be so and no other way.
MEASURED: Final = ("default", "measured")


class Kept(Protocol):
    """A document, as far as keeping it goes."""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        ...


Document = TypeVar("Document", bound=Kept)


@dataclass(frozen=True, slots=True)
class Version(Generic[Document]):
    """A version of a document; 0 is what every avatar begins with.

    `origin` is default, measured, edited, restored, imported, or erased: something of it went with a fan.
    """

    version: int
    document: Document
    origin: str
    note: str
    at: datetime | None


class Versions(Generic[Document]):
    """One kind of document. The newest version is in force; `beginning` is, where none was saved."""

    def __init__(
        self,
        table: type[VersionRow],
        read: Callable[[dict[str, Any]], Document],
        diff: Callable[[Document, Document], Sequence[Change]],
        beginning: Document,
        *,
        listed: bool = True,
    ) -> None:
        """`read` is the inverse of `to_json`. `listed`: the beginning is a version to go back to."""
        self._table, self._read, self._diff = table, read, diff
        self._beginning = Version(0, beginning, "default", "", None)
        self._listed = listed

    async def current(self, uow: UnitOfWork, avatar_id: int) -> Version[Document]:
        """The version in force."""
        row = await repository.latest(uow, self._table, avatar_id)
        return await self._version(uow, row) if row else self._beginning

    async def all(self, uow: UnitOfWork, avatar_id: int) -> tuple[Version[Document], ...]:
        """Every version, newest first."""
        rows = await repository.versions(uow, self._table, avatar_id)
        found = [await self._version(uow, row) for row in rows]
        return (*found, *((self._beginning,) if self._listed else ()))

    async def save(
        self,
        uow: UnitOfWork,
        avatar_id: int,
        document: Document,
        *,
        based_on: int | None = None,
        origin: str = "edited",
        note: str = "",
    ) -> Version[Document]:
        """Put a document in force, as the version after `based_on`, or after whichever is.

        Raises:
            NoSuchAvatar: not the tenant's.
            BadCard: somebody else has made a version since.
        """
        await community.get_avatar(uow, avatar_id)
        try:
            if based_on is not None and (await self.current(uow, avatar_id)).version != based_on:
                raise _Outrun
            kept = await self._kept(uow, avatar_id, document)
            row = await repository.add(uow, self._table, avatar_id, kept, origin=origin, note=note[:200])
        except (_Outrun, IntegrityError) as error:
            raise BadCard("This was changed meanwhile: look at it again, then repeat your change.") from error
        return await self._version(uow, row)

    async def renew(self, uow: UnitOfWork, avatar_id: int, document: Document, *, within: timedelta) -> None:
        """Put a measured document in force, in place of the last one if that was measured so lately.

        One that a person has put in force while this was measured stays.

        Raises:
            NoSuchAvatar, BadCard: as `save` does.
        """
        latest = await self.current(uow, avatar_id)
        if latest.origin not in MEASURED:
            return
        if latest.origin == "measured" and latest.at and latest.at > now() - within:
            await repository.rewrite(uow, self._table, avatar_id, latest.version, document.to_json())
        else:
            await self.save(uow, avatar_id, document, origin="measured", based_on=latest.version)

    async def restore(self, uow: UnitOfWork, avatar_id: int, number: int) -> Version[Document]:
        """Put an earlier version in force again, as a new one.

        Raises:
            NoSuchVersion: there is none of that number.
            BadCard: somebody else has just made a version too.
        """
        found = await self.get(uow, avatar_id, number)
        return await self.save(uow, avatar_id, found.document, origin="restored", note=f"version {number}")

    async def compare(self, uow: UnitOfWork, avatar_id: int, one: int, other: int) -> Sequence[Change]:
        """What differs between two versions.

        Raises:
            NoSuchVersion: one of them doesn't exist.
        """
        before, after = await self.get(uow, avatar_id, one), await self.get(uow, avatar_id, other)
        return self._diff(before.document, after.document)

    async def get(self, uow: UnitOfWork, avatar_id: int, number: int) -> Version[Document]:
        """One version, in force or not.

        Raises:
            NoSuchVersion: there is none of that number.
        """
        if number == 0 and self._listed:
            return self._beginning
        row = await repository.version(uow, self._table, avatar_id, number)
        if row is None:
            raise NoSuchVersion("There is no version {version}.", version=number)
        return await self._version(uow, row)

    async def _version(self, uow: UnitOfWork, row: VersionRow) -> Version[Document]:
        return Version(row.version, await self._document(uow, row), row.origin, row.note, row.created_at)

    async def _document(self, uow: UnitOfWork, row: VersionRow) -> Document:  # noqa: ARG002 - to look there
        """What a row keeps, with what it refers to."""
        return self._read(row.document)

    async def _kept(
        self,
        uow: UnitOfWork,  # noqa: ARG002 - what stands there may be referred to
        avatar_id: int,  # noqa: ARG002 - as above
        document: Document,
    ) -> dict[str, Any]:
        """A document as a row keeps it."""
        return document.to_json()


class _Outrun(Exception):
    """Another version has come into force."""


STYLES: Final = Versions(StyleCardVersion, StyleCard.from_json, style_card.diff, StyleCard(), listed=False)
"""The style cards. An avatar has none to begin with: its version 0 says nothing."""
