"""What the tests of replies are told with: an avatar, a passage, a memory that finds it, a trace's steps."""

from collections.abc import Sequence

from community.types import AvatarInfo
from memory.comparing import Comparing
from memory.retrieval import Encoder
from memory.types import Locator, PassageInfo, Question, Quote, Recalled, RecalledPassage
from persona_engine.decisions import Reply, Step
from persona_engine.finding import Recaller

AVATAR = AvatarInfo(
    id=1,
    creator_id=1,
    slug="ember",
    name="Ember",
    creator_name="Ember",
    tagline={},
    languages=("en", "es"),
    samples={},
    time_zone="UTC",
    portrait=None,
    consent="fictional",
    live=True,
)
TEXT = "The bright yellow light comes from specks of soot."
PASSAGE = PassageInfo(
    id=7,
    source_id=3,
    ordinal=0,
    text=TEXT,
    lang="en",
    title="Why the flame is yellow",
    locator=Locator(),
    source_url=None,
    link=None,
    licence=None,
    author=None,
    published_at=None,
    tier=None,
    kind="text",
)
FOUND = Recalled(
    question="Why is the flame yellow?",
    lang="en",
    passages=(RecalledPassage(PASSAGE, 0.9, 0.8, None),),
    quote=Quote(7, TEXT, 0, len(TEXT), 0.9),
    confidence=0.834,
    threshold=0.3,
    answerable=True,
    cross_lingual=False,
    locked=(),
    indexed=1234,
    took_ms={},
)


class Known(Recaller):
    """A memory that finds the same for every question, and has these titles."""

    def __init__(self, found: Recalled, titles: Sequence[tuple[str, str]] = ()) -> None:
        self._found = found
        self._titles = titles

    async def titles(self, creator_id: int) -> Sequence[tuple[str, str]]:
        """(title, language) of what everyone may see."""
        return self._titles

    async def recall(
        self,
        creator_id: int,
        text: str,
        lang: str,
        *,
        tiers: frozenset[str] = frozenset(),
        limit: int = 8,
        without: frozenset[int] = frozenset(),
        after: str = "",
    ) -> Recalled:
        """What is found for a question put together of all that."""
        return self.find(Question(text, lang, tiers, limit, (), without, after))

    def find(self, question: Question) -> Recalled:
        """What there is, whatever is asked; others override it."""
        return self._found


class Matching(Comparing):
    """What compares texts with an encoder, as a worker has it."""

    def __init__(self, encoder: Encoder | None) -> None:
        super().__init__(lambda: encoder)


def step(made: Reply, name: str) -> Step:
    """One step of a reply's trace, which must be there."""
    assert made.trace
    return next(each for each in made.trace.steps if each.name == name)
