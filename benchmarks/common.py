"""What the retrieval benchmarks share: measuring sets, corpora made of them, how results are written."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from kernel.settings import Settings
from memory.retrieval import Encoder, Retriever, load_encoder
from memory.types import IndexedPassage

RESULTS = Path(__file__).parent / "results"

Measured = tuple[Mapping[str, object], bool]
"""Figures by title, and whether the goals are reached."""


def datasets() -> Path:
    """The folder of the measuring data.

    Raises:
        FileNotFoundError: where it is absent; says which variable names it.
    """
    folder = Path(os.environ.get("UNDERSTUDY_DATASETS") or Settings.model_fields["datasets"].default)
    if not folder.is_dir():
        raise FileNotFoundError(f"No measuring data in {folder}: set UNDERSTUDY_DATASETS to its folder.")
    return folder


def settings_in(folder: str, **others: object) -> Settings:
    """The settings of an instance for one measurement, whose data lie in a folder; no `.env` file is read."""
    return Settings.model_validate({"_env_file": None, "data_dir": folder, **others})


@cache
def bundled_encoder() -> Encoder | None:
    """The encoder that comes with the product, converted once; None where it is absent."""
    place = Path(gettempdir()) / "understudy-bench-models"
    return load_encoder(place, endpoint=None, model=None, api_key=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a measuring set: its paragraph and article by number, and its gold answer."""

    text: str
    paragraph: int
    article: int
    answer: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """One language of XQuAD: paragraphs with their articles' numbers, and questions."""

    lang: str
    paragraphs: tuple[tuple[int, str], ...]
    questions: tuple[Asked, ...]

    def passages(self, articles: frozenset[int] | None = None) -> list[IndexedPassage]:
        """Its paragraphs (of some articles only) as the index takes them, numbered from 1."""
        return [
            IndexedPassage(number, article + 1, "", text, self.lang)
            for number, (article, text) in enumerate(self.paragraphs, 1)
            if articles is None or article in articles
        ]


def xquad(file: Path) -> Corpus:
    """Read one language of XQuAD (SQuAD's JSON)."""
    articles = json.loads(file.read_text("utf-8"))["data"]
    paragraphs: list[tuple[int, str]] = []
    questions: list[Asked] = []
    for number, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                answer = asked["answers"][0]["text"]
                questions.append(Asked(asked["question"], len(paragraphs) + 1, number, answer))
            paragraphs.append((number, paragraph["context"]))
    return Corpus(file.name.split(".")[1], tuple(paragraphs), tuple(questions))


@contextmanager
def indexed(passages: Sequence[IndexedPassage], encoder: Encoder | None) -> Iterator[Retriever]:
    """A retriever over the passages, in a folder that goes with it."""
    with TemporaryDirectory(prefix="understudy-bench-") as folder:
        retriever = Retriever(Path(folder) / "creator", encoder=encoder)
        try:
            retriever.add(passages)
            retriever.commit(1)
            yield retriever
        finally:
            retriever.close()


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance (0..1) that a positive scores above a negative, ties counting half (Mann and Whitney)."""
    values = sorted([(value, 1) for value in positive] + [(value, 0) for value in negative])
    ranks = 0.0
    index = 0
    while index < len(values):
        end = index
        while end < len(values) and values[end][0] == values[index][0]:
            end += 1
        ranks += sum(kind for _, kind in values[index:end]) * (index + end + 1) / 2
        index = end
    count = len(positive)
    return (ranks - count * (count + 1) / 2) / (count * len(negative))


def write_result(name: str, figures: Mapping[str, object]) -> Path:
    """Write a benchmark's figures as JSON, with the machine they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}.json"
    machine = {"processor": platform.machine(), "cpus": os.cpu_count(), "python": platform.python_version()}
    target.write_text(
        json.dumps({"machine": machine, **figures}, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    return target


def report(name: str, description: str | None, quick: str, measure: Callable[[Path, bool], Measured]) -> int:
    """The command line of a benchmark on the measuring data: prints and writes its figures.

    ``measure(folder, quick)`` returns them, in groups or each by itself, and whether the goals are reached;
    ``quick`` says what ``--quick`` leaves out. Returns the exit status: 1 below a goal, or without the data.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    options = parser.parse_args()
    try:
        folder = datasets()
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    figures, reached = measure(folder, options.quick)
    for title, figure in figures.items():
        sys.stdout.write(f"{title}\n" if isinstance(figure, dict) else f"{title}: {figure}\n")
        for key, value in figure.items() if isinstance(figure, dict) else ():
            sys.stdout.write(f"    {key:40} {value}\n")
    write_result(name, {"encoder": bundled_encoder() is not None, "figures": figures})
    return 0 if reached else 1
