"""Attachments as Discord's CDN keeps them: by an address that works for a day."""

import io
from dataclasses import dataclass
from urllib.parse import quote

from PIL import Image, UnidentifiedImageError

from tests.emulators.discord.errors import refused
from tests.emulators.discord.people import Json

LARGEST = 10 * 1024 * 1024
MOST = 10
WORKS_FOR_S = 24 * 3600


@dataclass(frozen=True)
class Uploaded:
    """A file that came with a request."""

    content: bytes
    name: str
    mime: str


@dataclass(frozen=True)
class Attachment:
    """A file of a message."""

    id: int
    channel_id: int
    file: Uploaded
    description: str | None = None
    duration_s: float | None = None
    waveform: str | None = None
    title: str | None = None
    width: int = 0
    height: int = 0

    def to_json(self, cdn: str, now: float, *, ephemeral: bool = False) -> Json:
        """The attachment as messages carry it, with an address that works from now on."""
        path = f"/{'ephemeral-' if ephemeral else ''}attachments/{self.channel_id}/{self.id}/"
        ends = int(now) + WORKS_FOR_S
        url = f"{cdn}{path}{quote(self.file.name)}?ex={ends:x}&is={int(now):x}&hm={'0' * 64}"
        known: Json = {
            "id": str(self.id),
            "filename": self.file.name,
            "size": len(self.file.content),
            "url": url,
            "proxy_url": url,
        }
        optional = {
            "content_type": self.file.mime,
            "description": self.description,
            "duration_secs": self.duration_s,
            "waveform": self.waveform,
            "title": self.title,
            "width": self.width or None,
            "height": self.height or None,
            "ephemeral": ephemeral or None,
        }
        return known | {name: value for name, value in optional.items() if value is not None}


class FileStore:
    """Every attachment of the emulator."""

    def __init__(self) -> None:
        self.url = ""
        self._kept: dict[int, Attachment] = {}

    def add(self, number: int, channel_id: int, file: Uploaded, about: Json) -> Attachment:
        """Keep an upload; `about` it is what its sender said.

        Raises:
            ApiError: it is empty or too large.
        """
        if len(file.content) > LARGEST:
            raise refused(40005)
        width, height = _size(file)
        made = Attachment(
            number,
            channel_id,
            file,
            about.get("description"),
            about.get("duration_secs"),
            about.get("waveform"),
            about.get("title"),
            width,
            height,
        )
        self._kept[number] = made
        return made

    def at(self, number: int, ends: str, now: float) -> Attachment | None:
        """What lies at an address, while it works."""
        try:
            works = int(ends, 16) >= now
        except ValueError:
            return None
        return self._kept.get(number) if works else None


def _size(file: Uploaded) -> tuple[int, int]:
    if not file.mime.startswith("image/"):
        return 0, 0
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return 0, 0
