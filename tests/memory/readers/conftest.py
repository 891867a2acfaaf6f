"""Reading bytes as a person's file, without the process boundary (which has tests of its own)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from memory.readers import ReadError, ReadOptions, ReadResult, read

Reading = Callable[..., ReadResult]
Refused = Callable[..., ReadError]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Reads bytes under a name, with the options given."""

    def run(name: str, content: bytes | str, **options: object) -> ReadResult:
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        shares: list[float] = []
        result = read(path, name, ReadOptions(**options), shares.append)  # type: ignore[arg-type]  # by name
        assert shares == sorted(shares), "progress goes forward"
        assert shares[-1] == 1.0
        return result

    return run


@pytest.fixture
def refused(reading: Reading) -> Refused:
    """Reads what must be refused: why it was."""

    def run(name: str, content: bytes | str, **options: object) -> ReadError:
        with pytest.raises(ReadError) as caught:
            reading(name, content, **options)
        return caught.value

    return run
