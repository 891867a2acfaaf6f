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
from app.pg_process import server_of

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
        if _left(folder, data_dir, own_data)
    ]


def remove(left: Left, own_data: Path) -> bool:
    """Remove one for good; False where its data folder came back, or something runs it, meanwhile."""
    if not _left(left.folder, left.data_dir, own_data):
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
    if not left:
        console.print("No database of a removed data folder lies here.")
        return 0
    console.print("Databases of data folders that were removed:")
    for each in left:
        console.print(f"{each.size / 1e6:10,.1f} MB  {each.data_dir}  (in {each.folder})", markup=False)
    console.print(
        "Was one of these folders moved, or is it on a disk that isn't there now? Then answer no, and start\n"
        "Understudy once at the folder's new place, or bring the disk back."
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


def _left(folder: Path, data_dir: Path, own_data: Path) -> bool:
    """Whether nobody has a use for a database any more."""
    if folder.name.startswith((_REMOVING, _ASIDE)):
        return server_of(folder) is None
    moved_here = own_data / "postgres" / "place"
    if moved_here.exists() and moved_here.read_text(encoding="utf-8") == str(data_dir):
        return False
    return not os.path.lexists(data_dir) and server_of(folder / "home" / "cluster") is None


def _size(folder: Path) -> int:
    """Bytes that removing it gives back: programs that have a second name elsewhere stay."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # somebody removes it meanwhile
                at = os.lstat(os.path.join(parent, name))
                size += at.st_blocks * 512 if at.st_nlink == 1 else 0
    return size
