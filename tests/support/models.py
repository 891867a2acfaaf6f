"""The bundled encoder, prepared once for a whole test run and loaded once by each of its processes.

A first start rebuilds it from its weights, which takes seconds; the tests of a first start have it do so.
"""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.instance import FileLock
from memory.retrieval import Encoder, load_encoder

_PATIENCE_S = 100.0
_folder: list[Path] = []


def share(folder: str | None) -> None:
    """Where the run keeps it: as another process handed over, else a new folder."""
    _folder[:] = [Path(folder or tempfile.mkdtemp(prefix="understudy-models-"))]


def folder() -> str:
    """What other processes of the run are handed."""
    return str(_folder[0])


def forget() -> None:
    """Remove it at the end of the run."""
    shutil.rmtree(_folder[0], ignore_errors=True)


@cache
def bundled() -> Encoder | None:
    """The encoder, None where its package isn't installed. Another process may just be preparing it."""
    lock = FileLock(_folder[0] / "lock", "The encoder is being prepared")
    lock.acquire(wait_seconds=_PATIENCE_S)
    try:
        return load_encoder(_folder[0], endpoint=None, model=None, api_key=None)
    finally:
        lock.release()


def as_after_a_start(data: Path) -> Path:
    """A data folder in which an earlier start has prepared it."""
    bundled()
    models = data / "models"
    models.mkdir(mode=0o700, parents=True)
    for made in _folder[0].glob("*.onnx"):
        os.link(made, models / made.name)
    return data
