"""What compares texts, each way with one process's encoder. What is compared, and why, is others' matter."""

from collections.abc import Callable, Sequence

from memory.grounds import grounded, told_last, touching
from memory.known_questions import KnownQuestion, KnownQuestions, SameQuestions
from memory.matching import OWN_STOPPED, Apart, Example, Matcher, never_apart
from memory.own_words import OwnWords
from memory.retrieval import Encoder


class Comparing:
    """Compares texts, with an encoder that is asked for with the first of them. Blocking."""

    def __init__(self, encoder: Callable[[], Encoder | None]) -> None:
        self._encoder = encoder

    def matcher(
        self,
        examples: Sequence[Example],
        own: OwnWords | None = None,
        own_stopped: float = OWN_STOPPED,
        apart: Apart = never_apart,
    ) -> Matcher:
        """What holds messages against examples.

        `own`: what the creator says; `own_stopped`: the share of it that may be stopped; `apart`: on which
        labels it has no say.
        """
        return Matcher(examples, self._encoder(), own, own_stopped, apart)

    def own_words(self, texts: Sequence[tuple[str, str]]) -> OwnWords:
        """(language, text) of a creator's, for what their fans will ask about anyway."""
        return OwnWords(texts, self._encoder())

    def known_questions(
        self, known: Sequence[KnownQuestion], before: KnownQuestions | None = None
    ) -> KnownQuestions:
        """What tells which known question is asked again."""
        return KnownQuestions(known, self._encoder(), before)

    def same_questions(
        self, texts: Sequence[tuple[str, str]], before: SameQuestions | None = None
    ) -> SameQuestions:
        """What tells which of (text, language) are the same question."""
        return SameQuestions(texts, self._encoder(), before)

    def grounded(
        self,
        texts: Sequence[tuple[str, str]],
        sources: Sequence[tuple[str, str]],
        *,
        parts: int = 0,
    ) -> list[bool | None]:
        """Of each (text, language), whether it is on what the sources say; None where that can't be told."""
        return grounded(texts, sources, self._encoder(), parts=parts)

    def touching(
        self, texts: Sequence[tuple[str, str]], sources: Sequence[tuple[str, str]], *, least: Sequence[int]
    ) -> list[bool | None]:
        """Of each (text, language), whether any topic word of it stands in the sources; None where unknown.

        `least`: how many topic words each must have for that.
        """
        return touching(texts, sources, self._encoder(), least=least)

    def told_last(self, texts: Sequence[tuple[str, str]], source: tuple[str, str]) -> str:
        """The last sentence of a source that any (text, language) tells; empty: none does."""
        return told_last(texts, source, self._encoder())
