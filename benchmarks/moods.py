"""Moods: how many messages that tell of one are heard, and how many others are taken for one, by language.

``python -m benchmarks.moods``. Exits with 1 where too few are heard (`moods.toml`: messages that the wordings
were not chosen by) or where questions of the data sets, without their question marks, are taken for moods; or
where problems told with a mood (`moods_about_something.toml`) aren't answered, or moods are.
"""

import csv
import re
import sys
import tomllib
from pathlib import Path

from benchmarks.common import Measured, bundled_encoder, indexed, report, xquad
from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from persona_engine.smalltalk import Intent, recognise

LEAST_HEARD, MOST_TAKEN = 80.0, 0.3
LEAST_ANSWERED, MOST_QUOTED = 85.0, 2.0
_TOLD = Path(__file__).with_name("moods.toml")
_ABOUT = Path(__file__).with_name("moods_about_something.toml")
_MARKS = re.compile("[?？؟¿]")


def heard() -> dict[str, dict[str, float]]:
    """By language, the share in % of moods that is heard, and of other messages that is taken for one."""
    return {
        lang: {kind: _share(lang, own[kind].strip().split("\n")) for kind in own}
        for lang, own in tomllib.loads(_TOLD.read_text("utf-8")).items()
    }


def taken(folder: Path) -> dict[str, float]:
    """By data set, the share in % of questions and of a bank's messages that is taken for a mood."""
    asked = {
        f"xquad {lang}": [each.text for each in xquad(folder / "xquad" / f"xquad.{lang}.json").questions]
        for lang in ("en", "es", "zh", "ar")
    }
    with (folder / "banking77" / "test.csv").open(encoding="utf-8", newline="") as stream:
        asked["banking77"] = [row["text"] for row in csv.DictReader(stream)]
    return {name: _share(None, [_MARKS.sub("", each) for each in texts]) for name, texts in asked.items()}


def answered() -> dict[str, float]:
    """The share in % of problems told with a mood that posts answer, and of moods that get a quote."""
    known = tomllib.loads(_TOLD.read_text("utf-8"))
    found: dict[str, list[bool]] = {"problems": [], "moods": []}
    for lang, own in tomllib.loads(_ABOUT.read_text("utf-8")).items():
        posts, problems, moods = (own[kind].strip().split("\n") for kind in ("posts", "problems", "moods"))
        passages = [IndexedPassage(at, at, f"{at}", text, lang) for at, text in enumerate(posts, 1)]
        with indexed(passages, bundled_encoder()) as retriever:
            moods += known[lang]["moods"].strip().split("\n")
            found["problems"] += [_answers(retriever, each, lang) for each in problems]
            found["moods"] += [_answers(retriever, each, lang) for each in moods]
    return {kind: round(100 * sum(each) / len(each), 1) for kind, each in found.items()}


def _answers(retriever: Retriever, text: str, lang: str) -> bool:
    """Whether a message is answered: of a mood, what it says besides has to find something, too."""
    talk = recognise(text, prefer=(lang,))
    if talk and not talk.beside:
        return False
    asked = (text, talk.beside) if talk else (text,)
    return all(retriever.search(Question(each, lang)).answerable for each in asked)


def _share(lang: str | None, messages: list[str]) -> float:
    found = [recognise(each, prefer=(lang,) if lang else ()) for each in messages]
    moods = [each for each in found if each and each.intent is Intent.SAD]
    return round(100 * len(moods) / len(messages), 2)


def _measure(folder: Path, _quick: bool) -> Measured:
    known, wrongly, told = heard(), taken(folder), answered()
    reached = all(each["moods"] >= LEAST_HEARD for each in known.values() if "others" in each)
    reached = reached and max(wrongly.values()) <= MOST_TAKEN
    reached = reached and told["problems"] >= LEAST_ANSWERED and told["moods"] <= MOST_QUOTED
    by_lang = {f"heard, {lang}": each for lang, each in known.items()}
    return {**by_lang, "taken for a mood": wrongly, "answered": told}, reached


if __name__ == "__main__":
    sys.exit(report("moods", __doc__, "leaves nothing out", _measure))
