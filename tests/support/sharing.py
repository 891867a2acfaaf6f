"""How a run's tests are shared out among its processes: whole files, and those that take long first.

What a file starts once is so not started by two processes, and no long file is left for the end. The files of
the browsers share one instance, and stay together.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/",)
# Half a minute and more each.
LONG = (
    *TOGETHER,
    "tests/crash/",
    "tests/bots/test_broadcast.py",
    "tests/bots/telegram/test_day.py",
    "tests/bots/discord/test_day.py",
    "tests/memory/test_import_crash.py",
    "tests/tenancy/",
    "tests/app/",
    "tests/persona_engine/wording/",
    "tests/memory/retrieval/",
)


def sort_by_length(items: list[pytest.Item]) -> None:
    """Put the tests of long files first, and leave the rest in their order."""
    items.sort(
        key=lambda item: next((n for n, at in enumerate(LONG) if item.nodeid.startswith(at)), len(LONG))
    )


class ByFile(LoadScopeScheduling):
    """Hands a process a file at a time."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)
