"""What a draft pledges, and what it says that a person is doing: only what a cited source says, too."""

from typing import Final

from kernel.lang import base
from persona_engine.boundaries.pledges import HERE_AND_NOW, languages, pledges
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_FAULTS: Final = {**dict.fromkeys(HERE_AND_NOW, "human"), "rules": "rules"}


def check(draft: Draft) -> Fault | None:
    """A pledge of the model's own, or a person's here and now, whatever else its sentence says.

    What it may deny is borne out by a source that may deny it; all else by one that says it.
    """
    lang = base(draft.lang)
    if not (said := pledges(draft.plain, lang)):
        return None
    surely = pledges(draft.plain, lang, surely=True)
    # A day that was asked about may be answered.
    asked = {kind for kind in pledges(draft.question, lang) if kind.startswith("day ")}
    for kind, sentence in said.items():
        if kind not in asked and kind not in _given(draft, surely=kind in surely):
            return Fault(_FAULTS.get(kind, "promise"), sentence)
    return None


def _given(draft: Draft, *, surely: bool) -> set[str]:
    """The kinds that a cited source says itself, in its language where that is known."""
    found: set[str] = set()
    for each in draft.cited:
        text, lang = reading.statements(reading.plain(f"{each.title}\n{each.text}")), base(each.lang)
        for spoken in [lang] if lang in languages() else languages():
            found.update(pledges(text, spoken, surely=surely))
    return found
