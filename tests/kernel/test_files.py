"""The file store: by content, per creator, whole or not at all."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from kernel import clock
from kernel.errors import NotFound, TooLarge
from kernel.files import FileStore


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_the_same_bytes_are_one_file_and_creators_have_their_own(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first = await store.save(1, chunks(b"a", b"b"), limit=10)
    (tmp_path / "local").write_bytes(b"ab")
    assert store.save_path(1, tmp_path / "local") == first
    assert (first.sha256, first.size) == (sha256(b"ab").hexdigest(), 2)
    assert store.path(1, first.sha256).read_bytes() == b"ab"
    with pytest.raises(NotFound):
        store.path(2, first.sha256)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_too_much_leaves_nothing_behind(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with pytest.raises(TooLarge):
        await store.save(1, chunks(b"12345", b"67890", b"!"), limit=10)
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 63 + "/"])
def test_only_a_hash_names_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        FileStore(tmp_path).path(1, name)


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    scratch = store.scratch()
    (scratch / "half").write_bytes(b"x")
    store.sweep()
    assert scratch.exists(), "another process may be at it"
    with clock.shifted(timedelta(days=1, minutes=1)):
        store.sweep()
    assert not scratch.exists()
    assert os.listdir(tmp_path / "incoming") == []
