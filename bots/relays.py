"""What was sent on one connection, handed on by another: fetched when it goes out, and stored nowhere."""

import io
from collections.abc import Sequence
from typing import Final, Protocol

import anyio.to_thread
import structlog
from PIL import Image, ImageOps, UnidentifiedImageError

from kernel.chat import RELAYED, Medium
from kernel.errors import NotFound

log = structlog.get_logger(__name__)

_PICTURES: Final = {"JPEG": {"quality": 95}, "PNG": {}, "WEBP": {"quality": 95}}


class Source(Protocol):
    """Hands over what was sent on one platform's connections."""

    async def has(self, creator_id: int, connection_id: int) -> bool:
        """Whether this is a connection of the platform's, and the creator's."""
        ...

    async def fetch(self, connection_id: int, medium: Medium) -> bytes:
        """What somebody has sent there; `medium.file` is the platform's name of it.

        Raises:
            NotFound: it isn't there any more.
            TooLarge: more than the platform hands over.
            Unavailable: it doesn't hand it over just now.
        """
        ...


class Relays:
    """Fetches from whatever platform something was sent on."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    async def relayed(self, creator_id: int, name: str, medium: Medium) -> bytes:
        """What is to be passed on, by a `RELAYED` name; a picture without what its file tells beside it.

        Raises:
            NotFound, TooLarge, Unavailable: as `Source.fetch` says.
        """
        number, _, file = name.removeprefix(RELAYED).partition(":")
        content = await self.fetch(creator_id, int(number), _named(medium, file))
        return await anyio.to_thread.run_sync(bare, content)

    async def fetch(self, creator_id: int, connection_id: int, medium: Medium) -> bytes:
        """What somebody has sent on a connection of the creator's.

        Raises:
            NotFound, TooLarge, Unavailable: as `Source.fetch` says.
        """
        for source in self._sources:
            if await source.has(creator_id, connection_id):
                return await source.fetch(connection_id, medium)
        raise NotFound("This isn't here any more.")


def bare(content: bytes) -> bytes:
    """A picture without where and by what it was taken (EXIF); anything else as it is (blocking).

    What such a file says of how it is to be turned is done instead.
    """
    try:
        with Image.open(io.BytesIO(content), formats=list(_PICTURES)) as picture:
            kind = str(picture.format)
            if not (picture.getexif() or picture.info.get("xmp") or picture.info.get("comment")):
                return content
            if getattr(picture, "n_frames", 1) > 1:
                return content
            shown = ImageOps.exif_transpose(picture)
            clean = Image.new(shown.mode, shown.size)
            clean.paste(shown)
            if shown.mode == "P" and (palette := shown.getpalette()):
                clean.putpalette(palette)
            out = io.BytesIO()
            profile = picture.info.get("icc_profile")
            clean.save(out, kind, icc_profile=profile, **_PICTURES[kind])
            return out.getvalue()
    # What can't be read as a picture is a file like any other.
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        log.debug("relays.not_a_picture", error=str(error))
        return content


def _named(medium: Medium, file: str) -> Medium:
    return Medium(medium.kind, file, medium.name, medium.mime, medium.seconds, medium.size)
