"""What the documents say is there is there: links, settings, commands, tests."""

import re
from collections import Counter
from pathlib import Path

import pytest
from typer.main import get_command

from kernel.settings import Settings
from tests.support.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
TEST = re.compile(r"`(tests/[\w./-]+\.py)(?:::(\w+))?`")


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [target for target in LINK.findall(read(page)) if not (page.parent / target).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_are_named_exist(page: Path) -> None:
    named = TEST.findall(read(page))
    missing = [
        f"{file}::{name}" if name else file
        for file, name in named
        if not (ROOT / file).is_file() or (name and not re.search(rf"def {name}\b", read(ROOT / file)))
    ]
    assert missing == []


def test_every_setting_is_told_to_operators() -> None:
    told = read(ROOT / "docs" / "operating.md") + read(ROOT / "CONTRIBUTING.md")
    names = [field.alias for field in Settings.model_fields.values() if field.alias]
    assert [name for name in names if f"`{name}`" not in told] == []


def test_every_setting_that_is_told_exists() -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    told = {name for page in PAGES for name in re.findall(r"`(UNDERSTUDY_\w+)(?:=[^`]*)?`", read(page))}
    assert told - known == set()


def test_every_command_is_told_to_beginners() -> None:
    from app.cli import cli

    told = read(ROOT / "docs" / "start.md")
    commands = getattr(get_command(cli), "commands", {})
    assert commands
    assert [name for name in commands if f"`understudy {name}" not in told] == []


def test_decision_records_have_a_number_each() -> None:
    numbers = Counter(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert all(number.isdigit() for number in numbers)
    assert [number for number, times in numbers.items() if times > 1] == []
