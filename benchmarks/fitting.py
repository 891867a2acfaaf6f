"""What an avatar's first message costs: its rules are fitted to 200 sentences of its creator's.

``python -m benchmarks.fitting [--quick]``. The sentences are XQuAD's, drawn anew for each avatar. Such an
avatar has the default boundaries and one of its creator's; its first message is a question that is judged and
an answer that is held against the rules, as the next one is. `read`: where nobody has read the sentences yet.
`kept`: where they were packed before. Goal: for what is kept at most 100 CPU ms more than for the next
message, and a megabyte of memory for an avatar.
"""

import asyncio
import gc
import random
import statistics
import sys
import time
from pathlib import Path

import psutil

from benchmarks.common import Measured, bundled_encoder, report, xquad
from memory.comparing import Comparing
from memory.retrieval import sentences_of
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults

_SEED = 20_26
_SENTENCES = 200
_MOST_MS, _MOST_MB = 100.0, 1.0
_RULE = Rule(
    "weight", Kind.FORBIDDEN, "Weight", examples=("How heavy is a carousel horse?", "What does it weigh?")
)
_SAID = {
    "en": ("How do the horses travel?", "The horses travel standing up."),
    "es": ("¿Cómo viajan los caballos?", "Los caballos viajan de pie."),
    "zh": ("马怎么旅行？", "马站着旅行。"),
}


async def _message(guard: Guard, lang: str, avatar: object) -> float:
    """The CPU milliseconds of a message and its answer."""
    rules, (asked, told) = Boundaries((*defaults().rules, _RULE)), _SAID[lang]
    began = time.process_time()
    await guard.judge(asked, lang, rules, key=(avatar, 1))
    await guard.given(told, lang, rules, key=(avatar, 1))
    await guard.sayable([told], lang, rules, key=(avatar, 1))
    return 1000.0 * (time.process_time() - began)


async def _avatars(guard: Guard, lang: str, said: list[list[tuple[str, str]]]) -> dict[str, float]:
    """The means of as many avatars as are given sentences."""
    await _message(guard, lang, None)  # what is read once in a process
    found: dict[str, list[float]] = {name: [] for name in ("read, CPU ms", "kept, CPU ms", "next, CPU ms")}
    packed = []
    for number, sentences in enumerate(said):
        own = await guard.read(sentences)
        guard.fit((lang, "read", number), own)
        found["read, CPU ms"].append(await _message(guard, lang, (lang, "read", number)))
        packed.append(own.packed() or b"")
    gc.collect()
    before = psutil.Process().memory_info().rss
    for number, (sentences, each) in enumerate(zip(said, packed, strict=True)):
        own = await guard.read(sentences)
        own.unpack(each)
        guard.fit((lang, "kept", number), own)
        found["kept, CPU ms"].append(await _message(guard, lang, (lang, "kept", number)))
        found["next, CPU ms"].append(await _message(guard, lang, (lang, "kept", number)))
    gc.collect()
    grown = (psutil.Process().memory_info().rss - before) / 1e6 / len(said)
    means = {name: round(statistics.fmean(each), 1) for name, each in found.items()}
    return means | {
        "kept, MB": round(statistics.fmean(map(len, packed)) / 1e6, 2),
        "grown by, MB": round(grown, 2),
    }


def measure(folder: Path, quick: bool) -> Measured:
    """The figures by language."""
    guard, chance = Guard(Comparing(bundled_encoder)), random.Random(_SEED)
    figures: dict[str, dict[str, float]] = {}
    for lang in _SAID:
        corpus = xquad(folder / "xquad" / f"xquad.{lang}.json")
        every = [(lang, each) for _, text in corpus.paragraphs for each in sentences_of(text, lang)]
        said = [chance.sample(every, _SENTENCES) for _ in range(5 if quick else 30)]
        figures[lang] = asyncio.run(_avatars(guard, lang, said))
    reached = all(
        each["kept, CPU ms"] - each["next, CPU ms"] <= _MOST_MS and each["grown by, MB"] <= _MOST_MB
        for each in figures.values()
    )
    return figures, reached


if __name__ == "__main__":
    sys.exit(report("fitting", __doc__, "fewer avatars", measure))
