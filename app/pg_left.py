"""Databases that root's embedded Postgres left behind: those of data folders that were removed.

It looks, and removes what it is asked to. Where databases lie is `pg_place`'s matter.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from app import pg_place
from app.pg_process import may_run

_REMOVING = "removing-"
_ASIDE = "cluster-of-a-removed-folder-"


@dataclass(frozen=True, slots=True)
class Left:
    """One database: its files' folder, the data folder that it was made for, its bytes on the disk."""

    folder: Path
    data_dir: Path
    size: int


def left_databases(own_data: Path) -> list[Left]:
    """Those whose data folder is gone, and which nothing runs; `own_data` may be one that was moved."""
    if os.geteuid() != 0:
        return []  # an ordinary user's database lies in the data folder, and goes with it
    return [
        Left(folder, data_dir, _size(folder))
        for folder, data_dir in sorted(_candidates())
        if _orphaned(folder, data_dir, own_data) and not _in_use(folder)
    ]


def remove(left: Left, own_data: Path) -> bool:
    """Remove one for good; False where its data folder came back, or something runs it, meanwhile."""
    if not _orphaned(left.folder, left.data_dir, own_data) or _in_use(left.folder):
        return False
    going = left.folder
    with suppress(FileNotFoundError):  # somebody else removes it, too
        if not going.name.startswith(_REMOVING):
            # At once out of the way of a start, and told from what is whole if this dies half-way.
            going = going.rename(going.with_name(f"{_REMOVING}{going.name}"))
        shutil.rmtree(going)
    return True


def clean(own_data: Path, console: Console, agree: Callable[[str], bool]) -> int:
    """Name them with their sizes, and remove them if `agree` says so; the exit status."""
    left = left_databases(own_data)
    for folder, data_dir in _perhaps_running(own_data):
        console.print(
            f"Left alone: {data_dir} (in {folder}). A server may be using it, here or in a container.\n"
            "If none does, it can go after this machine's next start.",
            markup=False,
        )
    if not left:
        console.print("No database of a removed data folder lies here.")
        return 0
    console.print("Databases of data folders that were removed:")
    for each in left:
        console.print(f"{each.size / 1e6:10,.1f} MB  {each.data_dir}  (in {each.folder})", markup=False)
    console.print(
        "Was one of these folders moved, is it on a disk that isn't there now, or is it a container's? Then\n"
        "answer no, and start Understudy once at the folder's new place, or bring the disk back."
    )
    if not agree(f"Remove {len(left)} for good?"):
        console.print("Nothing was removed.")
        return 1
    gone = [each for each in left if remove(each, own_data)]
    console.print(f"Removed {len(gone)}: {sum(each.size for each in gone) / 1e6:,.1f} MB.")
    if kept := len(left) - len(gone):
        console.print(f"{kept} stayed: a data folder came back, or something runs its database.")
    return 0


def _candidates() -> Iterator[tuple[Path, Path]]:
    """(folder, data folder): every database's, and what was set aside when its data folder was made anew."""
    for home in pg_place.SYSTEM_HOME.glob("*/"):
        note = home / "belongs-to"
        if home.name.startswith(_REMOVING):
            yield home, home
        elif note.exists():
            data_dir = Path(note.read_text(encoding="utf-8").rstrip("\n"))
            yield home, data_dir
            if os.path.lexists(data_dir):
                for pattern in (f"home/{_ASIDE}*", f"home/{_REMOVING}*"):
                    yield from ((aside, data_dir) for aside in home.glob(pattern))


def _perhaps_running(own_data: Path) -> list[tuple[Path, Path]]:
    """(folder, data folder) of those that would be left, but for a server that may be using them."""
    if os.geteuid() != 0:
        return []
    return [each for each in sorted(_candidates()) if _orphaned(*each, own_data) and _in_use(each[0])]


def _in_use(folder: Path) -> bool:
    return any(may_run(cluster) for cluster in (folder, folder / "home" / "cluster"))


def _orphaned(folder: Path, data_dir: Path, own_data: Path) -> bool:
    """Whether a database belongs to no data folder any more."""
    if folder.name.startswith((_REMOVING, _ASIDE)):
        return True
    moved_here = own_data / "postgres" / "place"
    if moved_here.exists() and moved_here.read_text(encoding="utf-8") == str(data_dir):
        return False
    return not os.path.lexists(data_dir)


def _size(folder: Path) -> int:
    """Bytes that removing it gives back: programs that have a second name elsewhere stay."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # somebody removes it meanwhile
                at = os.lstat(os.path.join(parent, name))
                size += at.st_blocks * 512 if at.st_nlink == 1 else 0
    return size
