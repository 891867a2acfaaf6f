"""Answers in a model's words: what is thrown away, the language kept, the guards' time, what they cost.

``python -m benchmarks.drafting [--quick]``. The models are stand-ins of no latency: one answers well, from
the passages and in the language that it was asked for; one in another. Exits with 1 where more than 5 % of
good answers in their source's language are thrown away. (What attackers bring about: `attacks.py`.)
"""

import asyncio
import random
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import Corpus, Measured, bundled_encoder, report, xquad
from community.types import AvatarInfo, NoEntitlements
from kernel.lang import SUPPORTED, same
from memory.comparing import Comparing
from memory.retrieval import Encoder, split_sentences
from memory.types import Locator, PassageInfo, Quote, Recalled, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.drafting.outcomes import Outcome
from persona_engine.drafting.spending import tokens_of
from persona_engine.drafting.types import Completion, Line
from persona_engine.finding import Recaller
from persona_engine.respond import Persona
from persona_engine.wording.writer import Writer

_SEED = 20_26
_MOST_THROWN_AWAY = 5.0
_PRICES = {
    "small (0.15 / 0.60)": (0.15, 0.60),
    "middling (0.40 / 1.60)": (0.40, 1.60),
    "large (2.50 / 10.00)": (2.5, 10.0),
}
"""US dollars a million tokens, read and written, as three sizes of hosted models are usually billed."""


class Found(Recaller):
    """A memory that finds what it is told to."""

    def __init__(self) -> None:
        self.recalled: Recalled | None = None

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
        """What was set."""
        del creator_id, text, lang, tiers, limit, without, after
        if self.recalled is None:
            raise RuntimeError("nothing was set to be found")
        return self.recalled


class Model:
    """A stand-in that says what it is given, at both tries; counts what it reads and says."""

    def __init__(self) -> None:
        self.says: tuple[str, ...] = ("",)
        self.asked = 0
        self.tokens: list[tuple[int, int]] = []

    async def complete(
        self, creator_id: int, lines: Sequence[Line], **limits: float | int | None
    ) -> Completion:
        """The text."""
        del creator_id, limits
        said = self.says[min(self.asked, len(self.says) - 1)]
        self.asked += 1
        self.tokens.append((sum(tokens_of(line.text) for line in lines), tokens_of(said)))
        return Completion(said, Outcome.OK, (), 1, "stand-in", *self.tokens[-1])


class Bench:
    """An avatar in all languages, its model a stand-in."""

    def __init__(self, encoder: Encoder | None) -> None:
        compare = Comparing(lambda: encoder)
        guard = Guard(compare)
        self.memory, self.model = Found(), Model()
        self._persona = Persona(self.memory, NoEntitlements(), guard, Writer(self.model, guard, compare))
        avatar = AvatarInfo(
            1, 1, "bench", "Bench", "Bench", {}, SUPPORTED, {}, "UTC", None, "fictional", True
        )
        self.context = PersonaContext(avatar, None, defaults(), models="1")

    async def ask(self, text: str, lang: str, passages: Sequence[PassageInfo], *says: str) -> Reply:
        """A reply where these passages are found and the model says this."""
        best = passages[0]
        start, end = split_sentences(best.text, best.lang)[0]
        self.memory.recalled = Recalled(
            text, lang, tuple(RecalledPassage(each, 0.9, 0.9, None) for each in passages),
            Quote(best.id, best.text[start:end], start, end, 0.9), 0.9, 0.5, True, False, (), 100, {},
        )  # fmt: skip
        self.model.says, self.model.asked = says, 0
        asked = Asked(1, 1, 1, 1, 1, "", text[:4_000], "bench", lang)
        return await self._persona.respond(asked, self.context)


def passage(number: int, text: str, lang: str) -> PassageInfo:
    """A passage of a public text."""
    return PassageInfo(number, 1, 0, text, lang, "", Locator(), None, None, None, None, None, None, "text")


def _guards_ms(made: Reply) -> float:
    """Milliseconds between a model's text and the verdict on it."""
    steps = made.trace.steps if made.trace else ()
    return sum(each.ms for each in steps if each.name.startswith("guard out"))


async def good(
    bench: Bench, corpora: dict[str, Corpus], pairs: Sequence[tuple[str, str]], rounds: int
) -> dict[str, object]:
    """A translator's sentences on the passage that was found, as the answers of a model that keeps to it."""
    chance = random.Random(_SEED)
    found: dict[str, object] = {}
    for source, target in pairs:
        reasons: Counter[str] = Counter()
        kept = drafted = 0
        took: list[float] = []
        for _ in range(rounds):
            asked = chance.choice(corpora[target].questions)
            theirs = corpora[source].paragraphs[asked.paragraph - 1][1]
            ours = corpora[target].paragraphs[asked.paragraph - 1][1]
            said = [ours[a:b].strip() for a, b in split_sentences(ours, target)]
            at = next((n for n, each in enumerate(said) if asked.answer in each), 0)
            answer = " ".join(f"{_unquoted(each)} [1]" for each in said[at : at + 2])
            made = await bench.ask(asked.text, target, [passage(1, theirs, source)], answer)
            if made.outcome in ("drafted", "quoted"):
                drafted += made.outcome == "drafted"
                kept += same(made.lang, target)
                took.append(_guards_ms(made))
                reasons.update(
                    each.reason for each in (made.trace.steps if made.trace else ())
                    if each.name == "guard out" and each.decision == "stop"
                )  # fmt: skip
        total = max(len(took), 1)
        found[f"{source} -> {target}"] = {
            "worded": round(100 * drafted / total, 1),
            "in the asker's language": round(100 * kept / total, 1),
            "guards, ms p50": round(statistics.median(took), 1) if took else None,
            "guards, ms p95": round(statistics.quantiles(took, n=20)[-1], 1) if len(took) > 1 else None,
            "thrown away for": dict(reasons.most_common(4)),
        }
    return found


def _unquoted(text: str) -> str:
    """Without quotation marks: a translation quotes what its source has in other words."""
    return "".join(each for each in text if each not in "“”„«»\"'‘「」『』《》")


async def language(bench: Bench, corpora: dict[str, Corpus], rounds: int) -> dict[str, object]:
    """How often an answer in a wrong language is let through."""
    chance = random.Random(_SEED)
    through: Counter[str] = Counter()
    tags = sorted(corpora)
    for _ in range(rounds):
        wanted, spoken = chance.sample(tags, 2)
        asked = chance.choice(corpora[wanted].questions)
        text = corpora[spoken].paragraphs[asked.paragraph - 1][1]
        said = _unquoted(text[slice(*split_sentences(text, spoken)[0])])
        made = await bench.ask(asked.text, wanted, [passage(1, text, spoken)], f"{said} [1]")
        through["let through" if made.outcome == "drafted" else "stopped"] += 1
    return {"wrong language let through": round(100 * through["let through"] / rounds, 2), "of": rounds}


def cost(tokens: Sequence[tuple[int, int]]) -> dict[str, object]:
    """US dollars for 1,000 answers at usual prices, by our count of tokens (rather too high)."""
    read = statistics.mean(each[0] for each in tokens)
    written = statistics.mean(each[1] for each in tokens)
    found: dict[str, object] = {"tokens read": round(read), "tokens written": round(written)}
    for name, (price_in, price_out) in _PRICES.items():
        found[f"US$ for 1,000 answers, {name}"] = round((price_in * read + price_out * written) / 1_000, 2)
    return found


async def _measure(folder: Path, *, quick: bool) -> tuple[dict[str, object], bool]:
    """Every figure, and whether all goals are reached."""
    bench = Bench(bundled_encoder())
    corpora = {one.lang: one for one in map(xquad, sorted((folder / "xquad").glob("xquad.*.json")))}
    pairs = [(lang, lang) for lang in corpora] + [("en", lang) for lang in corpora if lang != "en"]
    worded = await good(bench, corpora, pairs, 15 if quick else 60)
    tokens = list(bench.model.tokens)
    figures: dict[str, object] = {
        "good answers": worded,
        "wrong language": await language(bench, corpora, 60 if quick else 300),
        "cost": cost(tokens),
    }
    own = [each for name, each in worded.items() if name.split(" -> ")[0] == name.split(" -> ")[1]]
    thrown = statistics.mean(100 - each["worded"] for each in own if isinstance(each, dict))
    figures["good answers thrown away, in their source's language"] = round(thrown, 2)
    return figures, thrown <= _MOST_THROWN_AWAY


def measure(folder: Path, quick: bool) -> Measured:
    """Every figure, and whether little is thrown away."""
    return asyncio.run(_measure(folder, quick=quick))


if __name__ == "__main__":
    sys.exit(report("drafting", __doc__, "fewer draws", measure))
