"""No library reports anything: neither by Python, which the guard of these tests sees, nor by native code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

# What each begins with, in a process of its own: the encoder's, that which prepares its model, the readers'.
STARTS = (
    "from memory.retrieval.encoder import onnxruntime",
    "from memory.retrieval import minilm_export",
    "import memory.readers.sandbox; import onnxruntime",
)


@pytest.mark.parametrize("start", STARTS)
def test_the_encoder_runs_without_a_word_to_its_makers(start: str, tmp_path: Path) -> None:
    program = f"{start}; import onnxruntime as ort, time; ort.get_available_providers(); time.sleep(0.5)"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, timeout=60)
    # It makes a device's name and a queue of events as soon as it is imported; sending is a thread's matter.
    assert not list(tmp_path.rglob("*onnxruntime*"))


def test_whatever_the_operators_environment_says() -> None:
    program = "import kernel, os; print(os.environ['LANGSMITH_TRACING'], os.environ['DO_NOT_TRACK'])"
    environment = {**os.environ, "LANGSMITH_TRACING": "true", "DO_NOT_TRACK": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.split() == [b"false", b"1"]
