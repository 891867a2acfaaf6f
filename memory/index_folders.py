"""Where indexes lie: a process's own folder, and how far an unfinished index has got; not what is in them."""

import fcntl
import os
import secrets
from itertools import count
from pathlib import Path

import orjson

_BUILDING, _OWNER = "building.json", "owner.json"


def take_slot(root: Path) -> tuple[Path, int]:
    """The first numbered folder that no living process has, and the descriptor that holds its lock."""
    for number in count(1):
        folder = root / str(number)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        return folder, descriptor
    raise AssertionError("unreachable")


def owner_of(slot: Path) -> str:
    """The random name, kept in a process's folder, by which its indexes are known elsewhere.

    A copied folder gets another: the copy must neither write nor remove what belongs to the original.
    """
    kept, here = slot / _OWNER, slot.stat().st_ino
    try:
        name, where = orjson.loads(kept.read_bytes())
    except (OSError, ValueError):
        name, where = "", 0
    if where != here:
        name = secrets.token_hex(6)
        _write(kept, [name, here])
    return str(name)


def _write(path: Path, content: list[str | int]) -> None:
    """Write a file in one piece."""
    made = path.with_name(f"{path.name}.new")
    made.write_bytes(orjson.dumps(content))
    made.replace(path)


def note_building(folder: Path, position: int, after: int) -> None:
    """Keep, in one piece, the feed position at which a building began and the last passage committed."""
    _write(folder / _BUILDING, [position, after])


def building_at(folder: Path) -> tuple[int, int]:
    """What `note_building` kept last; zeros where there is nothing of use."""
    try:
        position, after = orjson.loads((folder / _BUILDING).read_bytes())
    except (OSError, ValueError):
        return 0, 0
    return position, after
