"""Rooms know each other by their doors only, every file says what lives in it, and SQL stays in its place."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.source import ROOMS, ROOT, imports, modules, tree

DOORS = {"service", "types", "events", "errors"}
WHOLE = {"kernel"}  # may be imported whole
EXEMPT = {"app"}  # builds everything, so it may reach everything

SQL_PLACES = re.compile(
    r"""
    .*/(?:\w+_)?repository\.py | .*/repository/\w+\.py
    | kernel/.*
    | app/migrations/.* | app/(?:migrate|rls|services|backup)\.py
    """,
    re.X,
)
STATEMENT = re.compile(
    r"""
    \s*(?: SELECT\s.+ | INSERT\s+INTO\s | UPDATE\s+\S+\s+SET\s | DELETE\s+FROM\s | WITH\s+\w+\s+AS\s*\(
         | (?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|ROLE|DATABASE|POLICY)\s )
    """,
    re.X | re.S,
)
BUILDERS = {
    f"{library}.{name}"
    for library in ("sqlalchemy", "sqlmodel")
    for name in ("select", "insert", "update", "delete", "text", "exists", "union", "union_all", "func")
}
# A table's own file says its defaults and partial indexes in SQL.
ALLOWED_IN_MODELS = {"sqlalchemy.text", "sqlalchemy.func", "sqlmodel.func", "sqlmodel.text"}


def test_rooms_import_only_the_doors_of_others() -> None:
    trespasses = [
        f"{path}:{line}: {name}"
        for path in modules()
        if (room := path.parts[0]) not in EXEMPT
        for name, line in imports(tree(path))
        if (parts := name.split("."))[0] in set(ROOMS) - {room} - WHOLE
        and len(parts) > 1
        and parts[1] not in DOORS
    ]
    assert not trespasses, "only service, types, events and errors:\n" + "\n".join(trespasses)


def test_sql_is_written_in_repositories_only() -> None:
    found = [
        finding
        for path in modules()
        if not SQL_PLACES.fullmatch(str(path))
        for finding in _sql_in(path, tree(path))
    ]
    assert not found, "move it to the room's repository.py:\n" + "\n".join(found)


def _sql_in(path: Path, module: ast.Module) -> list[str]:
    builders = BUILDERS - (ALLOWED_IN_MODELS if path.name == "models.py" else set())
    found = [f"{path}:{line}: {name}" for name, line in imports(module) if name in builders]
    documentation = {id(text) for text in _docstrings(module)}
    found += [
        f"{path}:{node.lineno}: {node.value.strip()[:50]!r}"
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and STATEMENT.match(node.value)
    ]
    return found


def _docstrings(module: ast.Module) -> list[ast.Constant]:
    return [
        statement.value
        for node in ast.walk(module)
        for statement in (node.body if isinstance(getattr(node, "body", None), list) else [])
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    ]


@pytest.mark.parametrize("statement", ["SELECT id FROM fan", "insert into fan values (1)".upper()])
def test_the_rule_about_sql_sees_it(statement: str) -> None:
    assert _sql_in(Path("memory/service.py"), ast.parse(f"x = {statement!r}"))
    assert _sql_in(Path("memory/service.py"), ast.parse("from sqlalchemy import select"))
    assert not _sql_in(Path("memory/service.py"), ast.parse(f"def f():\n    {statement!r}\n"))
    assert SQL_PLACES.fullmatch("memory/repository.py")
    assert not SQL_PLACES.fullmatch("memory/service.py")


def test_every_room_is_there() -> None:
    assert [room for room in ROOMS if not (ROOT / room / "__init__.py").is_file()] == []


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_file_begins_with_what_lives_there(path: Path) -> None:
    if (ROOT / path).read_text(encoding="utf-8").strip():
        assert ast.get_docstring(tree(path)), f"{path}: say what lives there, and what does not"
