"""Secrets at rest: AES-256-GCM under a key that is kept apart from the database."""

import base64
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.errors import Unavailable

_NONCE_BYTES = 12


class SecretBox:
    """Encrypts and decrypts short secrets; `context` (table, column, owner) is authenticated with them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._aead = AESGCM(key)

    def derive(self, purpose: str) -> bytes:
        """A key for one other purpose (HKDF, RFC 5869): 32 bytes."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._key)

    def seal(self, secret: str, context: str) -> str:
        """The secret, encrypted: `v1.` and base64 of nonce + ciphertext + tag."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, secret.encode(), context.encode())
        return "v1." + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, context: str) -> str:
        """The secret again.

        Raises:
            Unavailable: sealed under another key or for another context, or altered.
        """
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix("v1."))
            return self._aead.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unavailable(
                "A stored secret can't be opened with this key. Restore the data folder's secret.key "
                "(or UNDERSTUDY_SECRET_KEY) that it was stored with, or enter the secret again."
            ) from error


def load_key(folder: Path, configured: str | None) -> bytes:
    """The 32-byte key: from the setting (base64), else from `secret.key` in the data folder, made once.

    Raises:
        Unavailable: the setting is no such key.
    """
    if configured:
        try:
            key = base64.urlsafe_b64decode(configured)
        except ValueError:  # not ASCII, or not base64
            key = b""
        if len(key) != 32:
            raise Unavailable("UNDERSTUDY_SECRET_KEY must be 32 bytes in base64 (openssl rand -base64 32).")
        return key
    path = folder / "secret.key"
    if not path.exists():
        descriptor, partial = tempfile.mkstemp(
            dir=folder, prefix=".secret.key."
        )  # readable by its owner only
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # atomic, and never over a key that another process has just made
        except FileExistsError:
            pass
        finally:
            os.unlink(partial)
    return base64.urlsafe_b64decode(path.read_bytes())
