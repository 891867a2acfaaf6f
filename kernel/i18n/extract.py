"""Bringing the catalogues in step with the code: ``python -m kernel.i18n.extract``.

New sentences of the pages enter every page language's catalogue untranslated, vanished ones leave it. Keys of
the answers come from the English catalogue, where they are written by hand. Nothing here translates.
"""

import ast
import builtins
import io
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.plurals import get_plural
from babel.messages.pofile import write_po

from kernel.i18n.catalogues import ANSWERS, CHAT, PAGE_LANGS, PAGES, catalogue_path, read_catalogue
from kernel.lang import DEFAULT, SUPPORTED

ROOT: Final = Path(__file__).parent.parent.parent
_KEYWORDS: Final = {"_": None, "said": None, "gettext": None, "ngettext": (1, 2)}
# Where the words of pages stand. Fans see what the web base says, too.
_SOURCES: Final = {
    PAGES: ("admin_web", "app/checkup", "bots/discord", "bots/telegram"),
    CHAT: ("kernel/web", "bots/webchat"),
}
# Where expected errors are raised whose sentences pages show, and which are told in chats.
_RAISERS: Final = {
    PAGES: (
        "admin_web",
        "bots/discord",
        "bots/telegram",
        "community",
        "kernel",
        "memory",
        "moderation",
        "persona_engine",
    ),
    CHAT: (
        *("kernel/web", "bots/webchat", "conversation", "persona_engine/versions.py"),
        *("persona_engine/learning", "persona_engine/boundaries/for_a_time.py"),
        *("persona_engine/boundaries/rules.py", "moderation/cases.py", "moderation/appeals.py"),
    ),
}
# Why a message didn't go out, an import failed, a reply is what it is, how a model's call ended: for who
# works here.
_TABLES: Final = {
    "bots/discord/failures.py": ("REASONS",),
    "bots/telegram/failures.py": ("REASONS",),
    "memory/notes.py": ("NOTES",),
    "memory/readers/errors.py": ("REASONS", "WORDS"),
    "persona_engine/reasons.py": ("NAMES", "DECISIONS", "REASONS"),
    "persona_engine/drafting/outcomes.py": ("OUTCOMES",),
}
# What the boundaries are called that every avatar begins with.
_BOUNDARIES: Final = "persona_engine/boundaries/defaults.toml"
_JINJA: Final = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}


def extracted(domain: str) -> Catalog:
    """The sentences of pages as they stand in the code now, in the order of the files."""
    catalog = Catalog()
    for path in sources(domain):
        for _, message, comments, _ in messages(path, _KEYWORDS):
            # No line numbers: they would change the catalogues with every edit of a page.
            catalog.add(message, locations=[(str(path.relative_to(ROOT)), 0)], auto_comments=comments)
    for file, sentence in (*_raised(domain), *(_told() if domain == PAGES else ())):
        catalog.add(sentence, locations=[(file, 0)])
    return catalog


def _raised(domain: str) -> Iterator[tuple[str, str]]:
    """The sentences that expected errors are raised with, where they stand written out."""
    for path, _, said in raises(domain):
        # A word alone is a code, whose sentences stand in a table.
        if isinstance(said, ast.Constant) and isinstance(said.value, str) and " " in said.value:
            yield str(path.relative_to(ROOT)), said.value


def raises(domain: str) -> Iterator[tuple[Path, str, ast.expr]]:
    """Where a domain's errors are raised: the file, the error's name, and what it says.

    What chats tell of pages have from there.
    """
    elsewhere = set() if domain == CHAT else {path for room in _RAISERS[CHAT] for path in _modules(room)}
    for room in _RAISERS[domain]:
        for path in (each for each in _modules(room) if each not in elsewhere):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args):
                    continue
                kind = ast.unparse(node.exc.func)
                if not hasattr(builtins, kind):
                    yield path, kind, node.exc.args[0]


def _modules(place: str) -> list[Path]:
    """The modules of a room, or the one that is named."""
    return sorted((ROOT / place).rglob("*.py")) if (ROOT / place).is_dir() else [ROOT / place]


def _told() -> Iterator[tuple[str, str]]:
    """The sentences behind codes that are kept, in tables by code or alone; ``tell`` fills their {places}."""
    for file, tables in _TABLES.items():
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and node.value and ast.unparse(node.target) in tables:
                kept = ast.literal_eval(node.value)
                for told in kept.values() if isinstance(kept, dict) else kept:
                    yield from ((file, sentence) for sentence in ((told,) if isinstance(told, str) else told))
    for rule in tomllib.loads((ROOT / _BOUNDARIES).read_text(encoding="utf-8"))["rule"]:
        yield _BOUNDARIES, rule["name"]


def sources(domain: str) -> Iterator[Path]:
    """The files that a domain's sentences stand in."""
    for place in _SOURCES[domain]:
        found = (ROOT / place).rglob("*") if (ROOT / place).is_dir() else [ROOT / place]
        yield from sorted(path for path in found if path.suffix in (".html", ".py"))


def messages(path: Path, keywords: Mapping[str, tuple[int, ...] | None]) -> Iterator[Any]:
    """What stands in a template or module under ``keywords``: (line, message, comments, context)."""
    page = path.suffix == ".html"
    method = "jinja2.ext:babel_extract" if page else "python"
    options = _JINJA if page else {}
    yield from extract_from_file(method, path, keywords=keywords, comment_tags=["i18n:"], options=options)


def template(domain: str) -> Catalog:
    """What every catalogue of a domain must hold."""
    return read_catalogue(catalogue_path(ANSWERS, DEFAULT)) if domain == ANSWERS else extracted(domain)


def languages(domain: str) -> tuple[str, ...]:
    """The languages that a domain must be complete in, besides the one it is written in."""
    return tuple(lang for lang in (PAGE_LANGS if domain == PAGES else SUPPORTED) if lang != DEFAULT)


def updated(domain: str, lang: str, wanted: Catalog) -> Catalog:
    """A language's catalogue brought in step with ``wanted``: its translations kept, the rest left empty."""
    path = catalogue_path(domain, lang)
    known = read_catalogue(path) if path.is_file() else Catalog()
    fresh = Catalog(locale=lang.replace("-", "_"))
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id if isinstance(message.id, str) else message.id[0])
        kept = old.string if old and old.id == message.id else None
        locations = sorted({(file, 0) for file, _ in message.locations})
        fresh.add(message.id, kept or "", locations=locations, auto_comments=message.auto_comments)
    return fresh


def render(catalog: Catalog, lang: str) -> bytes:
    """A catalogue as the bytes of its ``.po`` file: the same for the same messages, without dates."""
    plural = get_plural(lang.replace("-", "_"))
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {lang}\\n"\n'
        f'"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False)
    return header.encode() + body.getvalue().strip() + b"\n"


def main() -> None:
    """Rewrites every catalogue that is out of step."""
    for domain in (ANSWERS, CHAT, PAGES):
        wanted = template(domain)
        for lang in languages(domain):
            path = catalogue_path(domain, lang)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(render(updated(domain, lang, wanted), lang))


if __name__ == "__main__":
    main()
