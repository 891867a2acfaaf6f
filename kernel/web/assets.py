"""Static files, read once and served from memory under an address that changes with their content."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import NotFound

_TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
_WORTH_PACKING = 1024


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same packed with gzip where that is worth it, and how it is labelled."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Assets:
    """The static files of a site. `folders` maps a first path part (`web`, `admin`) to a folder.

    One version covers them all, so that modules may import each other by relative paths: an address with
    the current version may be kept for ever, any other is checked again each time.
    """

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._files = {
            f"{prefix}/{path.relative_to(folder).as_posix()}": _read(path)
            for prefix, folder in sorted(folders.items())
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(f"{name}\0{asset.etag}\0".encode())
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file such as `web/css/base.css`.

        Raises:
            LookupError: there is no such file: a mistake in a template.
        """
        if name not in self._files:
            raise LookupError(f"no static file {name!r}")
        return f"/static/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """Answer `GET /static/{version}/{name}`."""
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise NotFound("There is no such file.")
        current = request.path_params["version"] == self.version
        headers = {
            "etag": asset.etag,
            "cache-control": "public, max-age=31536000, immutable" if current else "no-cache",
            "vary": "accept-encoding",
        }
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = asset.body
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = asset.packed
            headers["content-encoding"] = "gzip"
        return Response(body, media_type=asset.media_type, headers=headers)


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    # Not from the system's table, which differs between machines and lacks modules on some.
    media_type = _TEXT.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packs = path.suffix in _TEXT and len(body) >= _WORTH_PACKING
    return Asset(
        body=body,
        packed=gzip.compress(body, mtime=0) if packs else None,
        media_type=media_type,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
    )
