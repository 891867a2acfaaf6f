"""Where an instance's sites are reached: noted in the data folder, for whoever isn't the web's process."""

import json
import os
import socket
from contextlib import closing
from urllib.parse import urlsplit

from kernel.settings import Settings

_LISTENS_WITHIN_S = 2.0


class AddressBook:
    """The addresses of the admin's and the public site."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.data / "addresses.json"

    def write(self, admin: str, public: str) -> None:
        """Note where the sites are now."""
        partial = self._path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"admin": admin, "public": public}), encoding="utf-8")
        partial.replace(self._path)

    def admin(self) -> str:
        """The admin site's address: UNDERSTUDY_ADMIN_URL, else as it was last started, else as it is set."""
        settings = self._settings
        if settings.admin_url:
            return settings.admin_url
        return self._noted().get("admin") or f"http://{settings.admin_host}:{settings.admin_port}"

    def admin_answers(self) -> bool:
        """Whether anything listens where the admin site is reached (blocking, two seconds at most)."""
        at = urlsplit(self.admin())
        port = at.port or (443 if at.scheme == "https" else 80)
        try:
            with closing(socket.create_connection((at.hostname or "", port), _LISTENS_WITHIN_S)):
                return True
        except OSError:
            return False

    def public(self) -> str:
        """The public site's address: PUBLIC_URL, else as it was last started, else as it is set."""
        settings = self._settings
        if settings.public_url:
            return settings.public_url
        return self._noted().get("public") or f"http://{settings.public_host}:{settings.public_port}"

    def _noted(self) -> dict[str, str]:
        try:
            noted: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return noted
