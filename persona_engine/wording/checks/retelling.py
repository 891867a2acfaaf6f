"""Whether what is told again in another language has kept what must not change: its sense, figures, names."""

import re
from dataclasses import replace
from typing import Final

from babel import Locale

from kernel.lang import base, locale
from memory import service as memory
from persona_engine.wording import reading
from persona_engine.wording.checks import contacts, figures
from persona_engine.wording.checks.draft import Draft, Fault
from persona_engine.wording.checks.marks import quotes

# Of an English text's letters its Chinese has a fifth; less than this of any, and something was left out.
_LEAST: Final = 8
_NAME: Final = re.compile(r"(?<=[\w,;:)] )[A-ZÀ-ÖØ-Þ][^\W\d_]*[a-zß-öø-ÿ]{2,}\b")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]")
# Here other nouns are written like names.
_CAPITALISING: Final = frozenset({"de"})


def check(draft: Draft) -> Fault | None:
    """The contrary of the original, or what it has and this lacks: a number, an address, a name."""
    (source,) = draft.passages
    if set(draft.numbers) != set(reading.markers(source.text)):
        return Fault("citation", str(draft.numbers))
    if len(quotes(draft.plain)) > len(quotes(reading.plain(source.text))):
        return Fault("quote", quotes(draft.plain)[0])
    if len(reading.bare(draft.plain)) * _LEAST < len(reading.bare(source.text)):
        return Fault("lost", source.text)
    if memory.reverses(draft.plain, draft.lang, source.text, source.lang):
        return Fault("unfounded", draft.plain)
    back = replace(
        draft, text=source.text, lang=source.lang, links=(),
        passages=(replace(source, text=draft.plain, lang=draft.lang),),
    )  # fmt: skip
    for each in (contacts.check, figures.check):
        if (missing := each(back)) is not None:
            return Fault("lost", missing.detail)
    return _name_lost(draft, source.text, source.lang)


def _name_lost(draft: Draft, text: str, lang: str) -> Fault | None:
    """A name that isn't there: the avatar's and creator's own, and between Latin scripts any other."""
    said = reading.plain(draft.text).casefold()
    for name in draft.names:
        if name in text and name.casefold() not in said:
            return Fault("lost", name)
    if base(lang) in _CAPITALISING or not _mostly_latin(text) or not _mostly_latin(draft.plain):
        return None
    known = _translated(locale(lang))
    for name in _NAME.findall(reading.plain(text)):
        if name.casefold() not in known and name.casefold() not in said:
            return Fault("lost", name)
    return None


def _mostly_latin(text: str) -> bool:
    return len(_LATIN.findall(text)) * 2 > sum(map(str.isalpha, text))


def _translated(here: Locale) -> set[str]:
    """Words that are written like names and differ between languages: days, months, countries, languages."""
    found = [*here.languages.values(), *here.territories.values()]
    for table in (here.days, here.months):
        found += table["format"]["wide"].values()
    return {part.casefold() for each in found for part in each.split()}
