"""The command line, in this process: a start of Python for each command takes longer than what it does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app import cli, pg_place
from tests.support.instance import environment


class Said(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


#: Runs a command on the instance it was made for.
Command = Callable[..., Said]


@pytest.fixture
def on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Command]]:
    """The command of the instance with this data folder and these settings."""
    used: set[Path] = set()

    def of(data: Path, **settings: str) -> Command:
        used.add(data)

        def run(*arguments: str) -> Said:
            for name, value in environment(data, **settings).items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr("sys.argv", ["understudy", *arguments])
            with pytest.raises(SystemExit) as ended:
                cli.main()
            return Said(int(ended.value.code or 0), *capsys.readouterr())

        return run

    yield of
    for data in used:  # as root, the database that lies elsewhere goes with it
        pg_place.remove(data)
