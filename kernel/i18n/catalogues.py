"""Loading the catalogues and looking messages up. Which messages exist is the ``.po`` files' matter."""

import gettext
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import structlog
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kernel.i18n.filling import filled
from kernel.lang import DEFAULT, SUPPORTED, normalise

FOLDER: Final = Path(__file__).parent / "catalogues"
ANSWERS: Final = "answers"
CHAT: Final = "chat"
PAGES: Final = "pages"
PAGE_LANGS: Final = ("en", "zh-Hans", "es", "ja", "ar")

_log = structlog.get_logger(__name__)


class MissingMessageError(LookupError):
    """No catalogue holds the key, not even the English one: a mistake in the code, not in the input."""


def catalogue_path(domain: str, lang: str) -> Path:
    """The ``.po`` file of a domain in a language."""
    return FOLDER / lang / f"{domain}.po"


def read_catalogue(path: Path) -> Catalog:
    """A parsed ``.po`` file; raises ``babel.messages.pofile.PoFileError`` where it is malformed."""
    # Babel takes plural forms from the file's own header, so the locale needn't be told.
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


@lru_cache(maxsize=len(SUPPORTED))
def _answers(lang: str) -> gettext.NullTranslations:
    return _parsed(ANSWERS, lang)


def _parsed(domain: str, lang: str) -> gettext.NullTranslations:
    path = catalogue_path(domain, lang)
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(path))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def load() -> None:
    """Parse every catalogue now, instead of each when it is first needed. Blocking: about 0.1 s."""
    for lang in SUPPORTED:
        _answers(lang)
        translator(lang)


def t(lang: str, key: str, *, count: int | None = None, **params: object) -> str:
    """The fan-facing message ``key`` in ``lang`` (any spelling of a supported tag; else English).

    ``params`` fill the message's ``{name}`` places, each kept from disturbing the sentence's writing
    direction. With ``count``, the plural form for that number is taken, and ``{count}`` may stand in it.
    Raises ``MissingMessageError`` for a key that no catalogue holds and ``KeyError`` for a missing parameter.
    """
    tag = normalise(lang) or DEFAULT
    text = _look_up(tag, key, count)
    if text is None and tag != DEFAULT:
        _log.warning("i18n.untranslated", key=key, lang=tag)
        tag, text = DEFAULT, _look_up(DEFAULT, key, count)
    if text is None:
        raise MissingMessageError(f"no message {key!r}: add it to {catalogue_path(ANSWERS, DEFAULT)}")
    return filled(text, tag, params if count is None else params | {"count": count})


def variants(key: str) -> tuple[str, ...]:
    """The keys of a message that is told in several ways: ``key.1``, ``key.2`` ... in order."""
    found: list[str] = []
    while _look_up(DEFAULT, variant := f"{key}.{len(found) + 1}", None) is not None:
        found.append(variant)
    if not found:
        raise MissingMessageError(f"no message {key}.1: add it to {catalogue_path(ANSWERS, DEFAULT)}")
    return tuple(found)


@lru_cache(maxsize=len(SUPPORTED) * 4)
def translator(lang: str) -> gettext.NullTranslations:
    """The words of web pages in ``lang``: an object with ``gettext`` and ``ngettext``, for Jinja's i18n.

    English, and what a language lacks, come back as they stand in the template.
    """
    tag = normalise(lang) or DEFAULT
    words = _parsed(PAGES, tag)
    words.add_fallback(_parsed(CHAT, tag))
    return words


class Word(str):
    """A parameter that is itself a word of the pages, and is told in the reader's language."""

    __slots__ = ()


class Said(str):
    """What was said in English, with what it was made from: `tell` tells it in another language."""

    sentence: str
    params: Mapping[str, object]


def said(sentence: str, **params: object) -> Said:
    """A sentence that the catalogues take in where it stands, its {places} filled with ``params``."""
    made = Said(sentence.format_map(params) if params else sentence)
    made.sentence, made.params = sentence, params
    return made


def tell(lang: str, sentence: str, params: Mapping[str, object] | None = None) -> str:
    """What code says in English, in ``lang``: an expected error's sentence, or why an import failed.

    With ``params`` they fill the sentence's {places}. What no catalogue knows comes back as it is.
    """
    if isinstance(sentence, Said):
        params, sentence = sentence.params, sentence.sentence
    tag = normalise(lang) or DEFAULT
    words = translator(tag)
    told = words.gettext(sentence)
    if not params:
        return told
    known = {
        name: words.gettext(value) if isinstance(value, Word) else value for name, value in params.items()
    }
    return filled(told, tag, known)


def _look_up(lang: str, key: str, count: int | None) -> str | None:
    found = _answers(lang)
    text = found.gettext(key) if count is None else found.ngettext(key, key, count)
    return None if text == key else text
