"""Pictures that come inside of a request, as data addresses."""

import base64
import binascii
import hashlib
from typing import Any

from tests.emulators.discord.errors import invalid

LARGEST = 10 * 1024 * 1024
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


def picture(where: str, given: Any) -> str | None:
    """The hash by which a picture is known; None takes it away.

    Raises:
        ApiError: it is no picture, or too large.
    """
    if given is None:
        return None
    head, _, body = str(given).partition(",")
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error:
        content = b""
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if not head.startswith("data:image/") or kind is None:
        raise invalid(where, "IMAGE_INVALID", "Invalid image data")
    if len(content) > LARGEST:
        raise invalid(where, "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 10240.0 kb.")
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
