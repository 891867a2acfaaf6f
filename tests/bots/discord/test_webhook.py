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


@pytest.fixture
def now() -> str:
    """The time as Discord tells it."""
    return str(int(time.time()))


def test_its_own_signature_proves_it(now: str) -> None:
    assert proved(PUBLIC, signed(now), now, BODY)


def test_nothing_else_does(now: str) -> None:
    right = signed(now)
    assert not proved(PUBLIC, right, now, b'{"type":2}')
    assert not proved(PUBLIC, right, str(int(now) + 1), BODY)
    assert not proved(PUBLIC, signed(now, key=Ed25519PrivateKey.generate()), now, BODY)
    assert not proved(PUBLIC, "", now, BODY)
    assert not proved(PUBLIC, "zz" * 64, now, BODY)
    assert not proved(PUBLIC, right[:-2], now, BODY)
    assert not proved(PUBLIC, right, "", BODY)
    assert not proved(PUBLIC, signed("soon"), "soon", BODY)
    assert not proved(PUBLIC, signed("9" * 400), "9" * 400, BODY)
    assert not proved("", right, now, BODY)
    assert not proved("00", right, now, BODY)


def test_an_old_copy_does_not(now: str) -> None:
    then = str(int(now) - int(FRESH_S) - 10)
    assert not proved(PUBLIC, signed(then), then, BODY)
