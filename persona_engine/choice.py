"""Choices that look free and are made by a seed, so that a repeated turn says the same."""

from hashlib import blake2b

from kernel.i18n import variants


def draw(seed: str | int, purpose: str) -> float:
    """A number in 0..1 that depends on nothing but the seed and what it is for."""
    digest = blake2b(f"{purpose}\0{seed}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def pick(key: str, turn: int) -> str:
    """One of the ways a message is told: ``key.1``, ``key.2`` ...; from turn to turn another one."""
    ways = variants(key)
    return ways[turn % len(ways)]
