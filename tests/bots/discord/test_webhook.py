"""What is posted is taken from Discord alone: Ed25519 over the time and the body."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bots.discord.webhook import FRESH_S, proved

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw().hex()
BODY = b'{"type":1}'


def signed(at: str, body: bytes = BODY, key: Ed25519PrivateKey = KEY) -> str:
    return key.sign(at.encode() + body).hex()


NOW = str(int(time.time()))


def test_its_own_signature_proves_it() -> None:
    assert proved(PUBLIC, signed(NOW), NOW, BODY)


@pytest.mark.parametrize(
    ("key", "signature", "at", "body"),
    [
        (PUBLIC, signed(NOW), NOW, b'{"type":2}'),
        (PUBLIC, signed(NOW), str(int(NOW) + 1), BODY),
        (PUBLIC, signed(NOW, key=Ed25519PrivateKey.generate()), NOW, BODY),
        (PUBLIC, "", NOW, BODY),
        (PUBLIC, "zz" * 64, NOW, BODY),
        (PUBLIC, signed(NOW)[:-2], NOW, BODY),
        (PUBLIC, signed(NOW), "", BODY),
        (PUBLIC, signed("soon"), "soon", BODY),
        ("", signed(NOW), NOW, BODY),
        ("00", signed(NOW), NOW, BODY),
    ],
    ids=[
        "another body", "another time", "another key", "no signature", "no hexadecimal", "cut short",
        "no time", "no number", "no key", "half a key",
    ],
)  # fmt: skip
def test_nothing_else_does(key: str, signature: str, at: str, body: bytes) -> None:
    assert not proved(key, signature, at, body)


def test_an_old_copy_does_not() -> None:
    then = str(int(time.time() - FRESH_S - 10))
    assert not proved(PUBLIC, signed(then), then, BODY)
