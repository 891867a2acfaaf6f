"""Whether somebody asks something, as far as a glance tells."""

from typing import Final

from memory.retrieval import cues

_MARKS: Final = frozenset("?？؟⁇⁈")


def asks(text: str, lang: str) -> bool:
    """Whether a remark asks something: by a question's mark, or by words that ask for a kind of answer."""
    return not _MARKS.isdisjoint(text) or bool(cues.asked_for(text, lang))
