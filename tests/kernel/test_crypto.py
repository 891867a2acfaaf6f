"""Secrets at rest: opened with their key and in their place only; the key is made once and kept private."""

import base64
import threading
from pathlib import Path

import pytest

from kernel.crypto import SecretBox, load_key
from kernel.errors import Unavailable

KEY = bytes(range(32))


def test_a_secret_comes_back_and_looks_different_each_time() -> None:
    box = SecretBox(KEY)
    first, second = box.seal("123:token", "connection.1"), box.seal("123:token", "connection.1")
    assert first != second
    assert "token" not in first
    assert box.open(first, "connection.1") == box.open(second, "connection.1") == "123:token"


@pytest.mark.parametrize(
    ("key", "context", "flip"), [(bytes(32), "a", False), (KEY, "b", False), (KEY, "a", True)]
)
def test_another_key_another_place_or_an_altered_byte_opens_nothing(
    key: bytes, context: str, flip: bool
) -> None:
    sealed = SecretBox(KEY).seal("secret", "a")
    if flip:
        sealed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Unavailable, match=r"secret\.key"):
        SecretBox(key).open(sealed, context)


def test_keys_for_other_purposes_differ() -> None:
    box = SecretBox(KEY)
    assert len({KEY, box.derive("one"), box.derive("two")}) == 3
    assert box.derive("one") == SecretBox(KEY).derive("one")


def test_the_key_is_made_once_even_by_many_at_once_and_is_private(tmp_path: Path) -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(load_key(tmp_path, None))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made[0]) == 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("key", [KEY, b"\xfb\xff" * 16])
def test_a_configured_key_wins(tmp_path: Path, key: bytes) -> None:
    for written in (base64.urlsafe_b64encode(key), base64.b64encode(key)):
        assert load_key(tmp_path, written.decode()) == key


@pytest.mark.parametrize("written", [base64.b64encode(b"short").decode(), "abc", "schlüssel", "é" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(Unavailable, match="32 bytes"):
        load_key(tmp_path, written)
