"""``python -m kernel.i18n.check``: catalogues, code and places are in step, and nothing is untranslated."""

import ast
import re
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message

from kernel.i18n.catalogues import ANSWERS, CHAT, FOLDER, PAGES, catalogue_path, read_catalogue
from kernel.i18n.extract import ROOT, languages, messages, render, sources, template, updated
from kernel.lang import DEFAULT

_NAMED: Final = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
# Any %-place that is not a named one or a doubled sign would fail when the page is drawn.
_STRAY: Final = re.compile(r"%(?!\(\w+\)[sd]|%)")


def problems() -> Iterator[str]:
    """Everything that is wrong, one sentence each that says what to do."""
    yield from _files()
    english = template(ANSWERS)
    if render(english, DEFAULT) != catalogue_path(ANSWERS, DEFAULT).read_bytes():
        yield "en/answers.po is not in its normal form: run python -m kernel.i18n.extract"
    for domain in (ANSWERS, CHAT, PAGES):
        wanted = template(domain)
        for lang in languages(domain):
            yield from _catalogue(domain, lang, wanted)
    yield from _keys(english)


def _files() -> Iterator[str]:
    domains = (ANSWERS, CHAT, PAGES)
    expected = {catalogue_path(domain, lang) for domain in domains for lang in languages(domain)}
    expected.add(catalogue_path(ANSWERS, DEFAULT))
    present = {path for path in FOLDER.rglob("*") if path.is_file()}
    stale = sorted(present - expected)
    yield from (f"{path.relative_to(FOLDER)} is missing" for path in sorted(expected - present))
    yield from (f"{path.relative_to(FOLDER)} belongs to nothing: delete it" for path in stale)


def _catalogue(domain: str, lang: str, wanted: Catalog) -> Iterator[str]:
    path = catalogue_path(domain, lang)
    if not path.is_file():
        return
    if render(updated(domain, lang, wanted), lang) != path.read_bytes():
        yield f"{lang}/{domain}.po is out of step with the code: run python -m kernel.i18n.extract"
    found = read_catalogue(path)
    if found.num_plurals != Catalog(locale=lang.replace("-", "_")).num_plurals:
        yield f"{lang}/{domain}.po has a wrong number of plural forms"
    for message in found:
        if message.id:
            yield from (f"{lang}/{domain}.po: {fault}" for fault in _message(message, domain, wanted))


def _message(message: Message, domain: str, wanted: Catalog) -> Iterator[str]:
    name, forms = _name(message), _forms(message.string)
    if not all(forms) or message.fuzzy:
        yield f"{name!r} is not translated"
        return
    original = wanted.get(name)
    if original is None:  # already told: out of step
        return
    sources = _forms(original.string if domain == ANSWERS else original.id)
    try:
        places = [_places(text, domain) for text in forms]
        expected = set().union(*(_places(text, domain) for text in sources))
    except ValueError as error:
        yield f"{name!r}: {error}"
        return
    # A plural form may say "two seconds" in words, and so leave the number out.
    optional = {"count", "num"} if len(forms) > 1 or len(sources) > 1 else set()
    for found in places:
        if found - optional != expected - optional or not found <= expected:
            yield f"{name!r} has the places {sorted(found)}, not {sorted(expected)}"


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(text: str | Sequence[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def _places(text: str, domain: str) -> set[str]:
    if domain != ANSWERS:
        if "%(" in text and _STRAY.search(text):
            raise ValueError("a percent sign that is no place must be doubled")
        return {name or other for name, other in _NAMED.findall(text)}
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    if any(not name.isidentifier() for name in names):
        raise ValueError("only plain {name} places are allowed")
    return set(names)


def _keys(english: Catalog) -> Iterator[str]:
    """Keys that code asks for by name and that no catalogue holds."""
    known = {_name(message) for message in english if message.id}
    known |= {key.rpartition(".")[0] for key in known if key.endswith(".1")}
    asked = [*_in_code(), *_in_templates()]
    for path, line, key in asked:
        if key not in known:
            yield f"{path.relative_to(ROOT)}:{line} asks for {key!r}, which en/answers.po lacks"


def _in_templates() -> Iterator[tuple[Path, int, str]]:
    for path in (*sources(CHAT), *sources(PAGES)):
        if path.suffix == ".html":
            for line, message, _, _ in messages(path, {"say": None}):
                yield path, line, message


def _in_code() -> Iterator[tuple[Path, int, str]]:
    for room in sorted(path.parent for path in ROOT.glob("*/__init__.py")):
        for path in sorted(room.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (key := _key(node)):
                    yield path, node.lineno, key


def _key(call: ast.Call) -> str | None:
    """The key in ``t(lang, "key")`` or ``variants("key")``, where it is written out."""
    position = {"t": 1, "variants": 0}.get(call.func.id) if isinstance(call.func, ast.Name) else None
    argument = call.args[position] if position is not None and position < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def main() -> int:
    """Prints what is wrong; the exit status is 1 where something is."""
    found = list(problems())
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
