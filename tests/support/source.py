"""The product's own source as the architecture's tests read it: its rooms, its files, their syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

ROOMS = (
    "app", "bots", "admin_web", "scheduler", "tipping", "governance", "moderation", "conversation",
    "persona_engine",
    "memory", "render", "wallet_bridge", "community", "contracts", "kernel",
)  # fmt: skip


def modules(*rooms: str) -> list[Path]:
    """Every Python file of these rooms (of all, where none is named), as paths below the root."""
    return sorted(path.relative_to(ROOT) for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file below the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imports(module: ast.Module) -> Iterator[tuple[str, int]]:
    """What a file imports, as dotted names, each with its line; `from a import b` gives `a.b`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
