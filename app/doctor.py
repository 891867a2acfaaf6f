"""What this machine lacks for the product, and how to get it: `understudy doctor`.

It looks at this machine only and changes nothing; it calls DATABASE_URL's address, and Telegram where
a bot that makes bots is set up.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from app.checkup import database, installed, surroundings
from app.checkup.finding import Finding, State
from kernel.errors import Unavailable
from kernel.settings import Settings

_MARKS: dict[State, str] = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]"}


def examine(settings: Settings) -> list[Finding]:
    """Look at everything the product depends on."""
    checks: Sequence[Callable[[Settings], Finding]] = (
        installed.python,
        installed.packages,
        database.in_use,
        surroundings.data_folder,
        surroundings.disk,
        surroundings.left_behind,
        surroundings.ports,
        surroundings.public_address,
        surroundings.telegram,
        installed.pictures,
        installed.video,
        installed.speech,
        installed.encoder,
        installed.graphics,
        installed.browser,
    )
    return [check(settings) for check in checks]


def report(settings: Settings, *, as_json: bool = False, console: Console | None = None) -> int:
    """Print what was found; the exit status is 1 where something keeps the product from running."""
    findings = examine(settings)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings, console or Console(highlight=False))
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def refuse_unsafe_database(dsn: str) -> None:
    """Check an external database before anything is written to it.

    Raises:
        Unavailable: it can't be reached, is too old, or its role would see every creator's rows.
    """
    finding = database.external(dsn)
    if finding.state == "fail":
        raise Unavailable(f"{finding.found}. {finding.advice}", code="unsafe_database")


def _print(findings: list[Finding], console: Console) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(min_width=16, no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(_MARKS[finding.state], finding.name, finding.found)
        if finding.advice and finding.state != "ok":
            table.add_row("", "", f"[dim]→[/] {finding.advice}")
    console.print(table)
    broken = sum(finding.state == "fail" for finding in findings)
    missing = sum(finding.state == "warn" for finding in findings)
    if broken:
        console.print(f"\n{broken} to put right before Understudy can run.")
    elif missing:
        console.print(f"\nUnderstudy can run. {missing} could be better.")
    else:
        console.print("\nAll there.")
