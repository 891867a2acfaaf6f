"""What is asked near a creator's subject though nothing of theirs answers it; figures for ``quality``."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import Corpus, indexed
from benchmarks.figures import Figure, mean, percent
from memory.retrieval import Encoder
from memory.types import IndexedPassage, Question

#: Of two creators' subjects, of names alone, of creators who have only begun, and in other languages than a
#: creator's: looked at while the search was mended, and hardly.
SUBJECTS, NAMES, EVERYDAY, ACROSS, ACROSS_APART = (
    Path(__file__).with_name(f"near_{name}.toml")
    for name in ("topic", "names", "everyday", "across", "across_apart")
)


@dataclass(frozen=True, slots=True)
class Creator:
    """A few posts about one thing, and questions: language, text, what an answer says where there is one."""

    subject: str
    passages: list[IndexedPassage]
    answered: list[tuple[str, str, str]]
    absent: list[tuple[str, str]]


def creators(file: Path = SUBJECTS) -> list[Creator]:
    """The creators written for a measure."""
    return [
        Creator(
            subject,
            [IndexedPassage(n, n, "", text, lang) for n, (lang, text) in enumerate(table["posts"], 1)],
            [tuple(row) for row in table["answered"]],
            [tuple(row) for row in (*table["absent"], *table.get("elsewhere", ()))],
        )
        for subject, table in tomllib.loads(file.read_text("utf-8")).items()
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question's language, whether it was answered, and whether the quote's passage holds its answer."""

    lang: str
    answered: bool
    rightly: bool
    absent: bool


def outcomes(creator: Creator, encoder: Encoder | None) -> Iterator[Outcome]:
    """Ask a creator's index everything that is asked of them."""
    texts = {passage.id: passage.text for passage in creator.passages}
    asked = [*creator.answered, *((lang, text, "") for lang, text in creator.absent)]
    with indexed(creator.passages, encoder) as retriever:
        for lang, text, said in asked:
            ranking = retriever.search(Question(text, lang))
            right = bool(said) and ranking.quote is not None and said in texts[ranking.quote.passage_id]
            yield Outcome(lang, ranking.answerable, ranking.answerable and right, absent=not said)


def small(encoder: Encoder | None) -> list[Figure]:
    """A few posts about one thing: what is rightly answered, and what is answered though no post says it."""
    return [
        *_told_apart(creators(), encoder, "a few posts", "near their subject"),
        *_told_apart(creators(NAMES), encoder, "posts full of names", "by another name"),
        *_told_apart(creators(EVERYDAY), encoder, "two posts each", "near their subject"),
        *_told_apart(creators(ACROSS), encoder, "short questions across languages", "of what no post says"),
        *_told_apart(creators(ACROSS_APART), encoder, "the same, hardly looked at", "of what no post says"),
    ]


def _told_apart(made: Sequence[Creator], encoder: Encoder | None, posts: str, asked: str) -> list[Figure]:
    found = [outcome for creator in made for outcome in outcomes(creator, encoder)]
    right: dict[str, float] = {}
    falsely: dict[str, float] = {}
    for lang in dict.fromkeys(outcome.lang for outcome in found):
        mine = [outcome for outcome in found if outcome.lang == lang]
        right[lang] = percent([one.rightly for one in mine if not one.absent])
        falsely[lang] = percent([one.answered for one in mine if one.absent])
    return [
        mean(f"{posts}, answered from the right one", right, None),
        mean(f"{posts}, false answers {asked}", falsely, None),
    ]


def held_out(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Every other paragraph indexed: what is asked of the others is near to the same articles' subject."""
    right: dict[str, float] = {}
    falsely: dict[str, float] = {}
    for corpus in corpora:
        kept = [passage for passage in corpus.passages() if passage.id % 2 == 0]
        with indexed(kept, encoder) as retriever:
            asked = corpus.questions[::every]
            found = [(retriever.search(Question(one.text, corpus.lang)), one.paragraph) for one in asked]
        inside = [(ranking, paragraph) for ranking, paragraph in found if paragraph % 2 == 0]
        right[corpus.lang] = percent([r.answerable and r.hits[0].passage_id == p for r, p in inside])
        falsely[corpus.lang] = percent([r.answerable for r, paragraph in found if paragraph % 2])
    return [
        mean("paragraphs held out, answered from the right one", right, None),
        mean("paragraphs held out, false answers near the subject", falsely, None),
    ]
