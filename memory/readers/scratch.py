"""A reader's working folder: locked while whoever made it lives, and swept by the next once it doesn't.

A process that is killed removes nothing, but the system takes its locks away: what nobody holds is nobody's.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "understudy-reading-"


class Scratch:
    """An empty folder of our own, held until `remove`."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            # Between making and holding it somebody may have swept it.
            with suppress(OSError):
                self._held = _hold(self.path)
                if self.path.is_dir():
                    return
                os.close(self._held)

    def remove(self) -> None:
        """Delete it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._held)


def _hold(folder: Path) -> int:
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held


def sweep() -> None:
    """Delete what killed processes left; what is in use, or another user's, stays. Blocking."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            held = _hold(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)
