"""Unguessable names: tokens for links and cookies, and the hash under which the database keeps them."""

import hashlib
import secrets


def token(nbytes: int = 24) -> str:
    """A URL-safe random token of `nbytes` bytes of entropy."""
    return secrets.token_urlsafe(nbytes)


def token_hash(value: str) -> str:
    """SHA-256 of a token, hex: a leaked database opens no session and no link."""
    return hashlib.sha256(value.encode()).hexdigest()
