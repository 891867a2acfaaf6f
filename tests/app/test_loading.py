"""What a process loads before it knows whether it needs it: nothing that takes seconds, or much memory."""

import subprocess
import sys

import pytest

from tests.support.source import ROOT

LATE = ("chromadb", "langchain", "openai", "torch")


@pytest.mark.slow
def test_what_few_processes_need_is_loaded_by_those() -> None:
    program = f"import sys, app.cli; print([n for n in sys.modules if n.startswith({LATE!r})])"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"
