"""Quality of language detection, recall, quotes and the gate, beside the prototype's figures.

``python -m benchmarks.quality [--every N]`` exits with 1 where a mean is below the prototype's, or a language
is worse than it was by more than chance; ``--every 4`` asks a quarter of the questions, for a look between.
"""

import argparse
import csv
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import near_topic
from benchmarks.common import Corpus, auroc, bundled_encoder, datasets, indexed, write_result, xquad
from benchmarks.figures import ERRORS, Figure, bounded, mean, percent
from memory.retrieval import Encoder, Retriever, detect, queries, split_sentences
from memory.retrieval.lexical import Restriction
from memory.types import IndexedPassage, Question

_ENABLED = (
    "en", "zh-Hans", "zh-Hant", "ja", "ko", "es", "pt", "fr", "de", "ru", "uk", "tr", "ar", "fa", "hi", "id",
    "vi", "th",
)  # fmt: skip
_TATOEBA = {
    "eng": "en", "cmn": "zh", "jpn": "ja", "kor": "ko", "spa": "es", "por": "pt", "fra": "fr", "deu": "de",
    "rus": "ru", "ukr": "uk", "tur": "tr", "ara": "ar", "pes": "fa", "hin": "hi", "ind": "id", "vie": "vi",
    "tha": "th",
}  # fmt: skip


def _best_sentence(retriever: Retriever, corpus: Corpus, text: str, lang: str) -> tuple[list[int], str, str]:
    """The ids ranked, as much of the best sentence as is quoted, and that sentence with its neighbours."""
    ranking = retriever.search(Question(text, lang))
    ids = [hit.passage_id for hit in ranking.hits]
    quote = ranking.quote
    if quote is None:
        return ids, "", ""
    whole = corpus.paragraphs[quote.passage_id - 1][1]
    spans = split_sentences(whole, corpus.lang)
    peak = next(place for place, (_, end) in enumerate(spans) if quote.best_start < end)
    wide = whole[spans[max(0, peak - 1)][0] : spans[min(len(spans) - 1, peak + 1)][1]]
    start, end = spans[peak]
    return ids, whole[max(start, quote.start) : min(end, quote.end)], wide


def recall(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Question and paragraph in the same language: R@1, R@5, and the sentence that holds the answer."""
    first: dict[str, float] = {}
    fifth: dict[str, float] = {}
    ending: dict[str, float] = {}
    wide: dict[str, float] = {}
    for corpus in corpora:
        with indexed(corpus.passages(), None) as retriever:
            asked = corpus.questions[::every]
            found = [_best_sentence(retriever, corpus, one.text, corpus.lang) for one in asked]
            pairs = list(zip(found, asked, strict=True))
            first[corpus.lang] = percent([ids[:1] == [q.paragraph] for (ids, _, _), q in pairs])
            fifth[corpus.lang] = percent([q.paragraph in ids[:5] for (ids, _, _), q in pairs])
            ending[corpus.lang] = percent([q.answer in best for (_, best, _), q in pairs])
            wide[corpus.lang] = percent([q.answer in around for (_, _, around), q in pairs])
    figures = [
        mean("recall@1, words and grams", first, 93.5),
        mean("recall@5, words and grams", fifth, 99.0 if every == 1 else None),
        mean("answer in the sentence, end to end", ending, 71.0),
        mean("answer in the sentence or beside it, end to end", wide, None),
    ]
    english = next((corpus for corpus in corpora if corpus.lang == "en"), None)
    if encoder is not None and english is not None:
        with indexed(english.passages(), encoder) as retriever:
            asked = english.questions[::every]
            found = [_best_sentence(retriever, english, one.text, "en") for one in asked]
            top = percent([ids[:1] == [q.paragraph] for (ids, _, _), q in zip(found, asked, strict=True)])
            five = percent([q.paragraph in ids[:5] for (ids, _, _), q in zip(found, asked, strict=True)])
            figures.append(mean("recall@1, English with MiniLM", {"en": top}, 95.5))
            figures.append(mean("recall@5, English with MiniLM", {"en": five}, 99.5))
    return figures


def alone(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """What the parts find by themselves: character grams, and the encoder where it knows no word."""
    first: dict[str, float] = {}
    fifth: dict[str, float] = {}
    shares, queries._SHARES = queries._SHARES, {"words": 0.0, "pairs": 0.0, "grams": 1.0}
    try:
        for corpus in corpora:
            with indexed(corpus.passages(), None) as retriever:
                snapshot = retriever._public.snapshot()
                ranks = [
                    [hit.id for hit in snapshot.search(query.clauses, 5, Restriction())]
                    for one in corpus.questions[::every]
                    for query in [queries.native(one.text, corpus.lang, snapshot)]
                ]
            pairs = list(zip(ranks, corpus.questions[::every], strict=True))
            first[corpus.lang] = percent([ids[:1] == [q.paragraph] for ids, q in pairs])
            fifth[corpus.lang] = percent([q.paragraph in ids for ids, q in pairs])
    finally:
        queries._SHARES = shares
    figures = [
        # No search goes by them alone: what counts is both together.
        replace(mean("recall@1, character grams alone", first, None), reference=92.7),
        replace(mean("recall@5, character grams alone", fifth, None), reference=98.8),
    ]
    english = next((corpus for corpus in corpora if corpus.lang == "en"), None)
    if encoder is not None and english is not None:
        known = encoder.encode([passage.text for passage in english.passages()])
        top: dict[str, float] = {}
        five: dict[str, float] = {}
        for corpus in (one for one in corpora if one.lang != "en"):
            asked = corpus.questions[::every]
            near = np.argsort(-(encoder.encode([one.text for one in asked]) @ known.T), axis=1)[:, :5] + 1
            top[corpus.lang] = percent(
                [bool(row[0] == q.paragraph) for row, q in zip(near, asked, strict=True)]
            )
            five[corpus.lang] = percent([q.paragraph in row for row, q in zip(near, asked, strict=True)])
        # What the word lexicon is there for.
        name = "MiniLM alone, other languages to English"
        figures.append(replace(mean(f"recall@1, {name}", top, None), reference=9.0))
        figures.append(replace(mean(f"recall@5, {name}", five, None), reference=17.0))
    return figures


def given_paragraph(corpora: Sequence[Corpus], every: int) -> list[Figure]:
    """The sentence that holds the answer, where the paragraph is known: an index of each paragraph alone."""
    parts: dict[str, float] = {}
    for corpus in corpora:
        hits: list[bool] = []
        for passage in corpus.passages()[::every]:
            alone = Corpus(corpus.lang, ((0, passage.text),), ())
            single = IndexedPassage(1, 1, "", passage.text, corpus.lang)
            with indexed([single], None) as retriever:
                hits.extend(
                    asked.answer in _best_sentence(retriever, alone, asked.text, corpus.lang)[1]
                    for asked in corpus.questions
                    if asked.paragraph == passage.id
                )
        parts[corpus.lang] = percent(hits)
    return [mean("answer in the sentence, given the paragraph", parts, 76.0)]


def _told(text: str) -> str:
    """The language that a fan's message is taken for."""
    return detect(text, _ENABLED).lang


def crossing(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Questions in other languages against English paragraphs, and the other way round."""
    english = next((corpus for corpus in corpora if corpus.lang == "en"), None)
    if english is None:
        return []
    first: dict[str, float] = {}
    fifth: dict[str, float] = {}
    ending: dict[str, float] = {}
    with indexed(english.passages(), encoder) as retriever:
        for corpus in (one for one in corpora if one.lang != "en"):
            pairs = list(zip(corpus.questions, english.questions, strict=True))[::every]
            found = [_best_sentence(retriever, english, one.text, _told(one.text)) for one, _ in pairs]
            first[corpus.lang] = percent(
                [f[0][:1] == [q.paragraph] for f, (q, _) in zip(found, pairs, strict=True)]
            )
            fifth[corpus.lang] = percent(
                [q.paragraph in f[0][:5] for f, (q, _) in zip(found, pairs, strict=True)]
            )
            ending[corpus.lang] = percent([e.answer in f[1] for f, (_, e) in zip(found, pairs, strict=True)])
    back: dict[str, float] = {}
    for corpus in (one for one in corpora if one.lang != "en"):
        with indexed(corpus.passages(), None) as retriever:
            asked = english.questions[:: every * 4]
            tops = [
                _best_sentence(retriever, corpus, one.text, _told(one.text))[0][:1] == [one.paragraph]
                for one in asked
            ]
            back[corpus.lang] = percent(tops)
    return [
        mean("recall@1, other languages to English", first, 70.0),
        mean("recall@5, other languages to English", fifth, 86.0),
        mean("answer in the sentence, other languages to English", ending, 52.0),
        mean("recall@1, English to other languages", back, None),
    ]


def abstention(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Half of the articles indexed: questions on those against questions on the others."""
    areas: dict[str, float] = {}
    answered: dict[str, float] = {}
    declined: dict[str, float] = {}
    for corpus in corpora:
        half = frozenset(article for article, _ in corpus.paragraphs if article % 2 == 0)
        with indexed(corpus.passages(half), encoder) as retriever:
            asked = corpus.questions[::every]
            rankings = [retriever.search(Question(one.text, corpus.lang)) for one in asked]
            inside = [r for r, q in zip(rankings, asked, strict=True) if q.article in half]
            outside = [r for r, q in zip(rankings, asked, strict=True) if q.article not in half]
            areas[corpus.lang] = 100 * auroc([r.confidence for r in inside], [r.confidence for r in outside])
            answered[corpus.lang] = percent([r.answerable for r in outside])
            declined[corpus.lang] = percent([not r.answerable for r in inside])
    return [
        mean("abstention, AUROC", areas, 97.3),
        mean("false answers at the gate", answered, None, ERRORS),
        mean("false declines at the gate", declined, None, ERRORS),
    ]


def crossing_gate(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Half of the articles indexed in one language, asked in another: what is answered, and what falsely."""
    answered: dict[str, float] = {}
    right: dict[str, float] = {}
    falsely: dict[str, float] = {}
    english = [corpus for corpus in corpora if corpus.lang == "en"]
    others = [corpus for corpus in corpora if corpus.lang != "en"]
    # English content is what fans ask about most; the other way round a part of the questions will do.
    asked_of = [(corpus, others, every) for corpus in english]
    asked_of += [(corpus, english, every * 4) for corpus in others]
    for corpus, askers, step in asked_of:
        half = frozenset(article for article, _ in corpus.paragraphs if article % 2 == 0)
        with indexed(corpus.passages(half), encoder) as retriever:
            for asker in askers:
                asked = asker.questions[::step]
                found = [(retriever.search(Question(one.text, _told(one.text))), one) for one in asked]
                inside = [(ranking, one) for ranking, one in found if one.article in half]
                pair = f"{asker.lang}>{corpus.lang}"
                answered[pair] = percent([ranking.answerable for ranking, _ in inside])
                right[pair] = percent(
                    [r.answerable and r.hits[0].passage_id == one.paragraph for r, one in inside]
                )
                falsely[pair] = percent([r.answerable for r, one in found if one.article not in half])
    return [
        mean("across languages, answered", answered, None),
        mean("across languages, answered from the right passage", right, None),
        mean("across languages, false answers", falsely, None, ERRORS),
    ]


def mixed(corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """One index, each article in one of the languages: questions in that language, and in another one."""
    own: dict[str, float] = {}
    other: dict[str, float] = {}
    strayed: dict[str, float] = {}
    passages = [
        passage
        for place, corpus in enumerate(corpora)
        for passage in corpus.passages(
            frozenset(a for a, _ in corpus.paragraphs if a % len(corpora) == place)
        )
    ]
    with indexed(passages, encoder) as retriever:
        for place, corpus in enumerate(corpora):
            asked = corpus.questions[::every]
            tops = [retriever.search(Question(one.text, corpus.lang)).hits[:1] for one in asked]
            pairs = list(zip(tops, asked, strict=True))
            at_home = [(top, q) for top, q in pairs if q.article % len(corpora) == place]
            abroad = [(top, q) for top, q in pairs if q.article % len(corpora) != place]
            own[corpus.lang] = percent([any(h.passage_id == q.paragraph for h in top) for top, q in at_home])
            other[corpus.lang] = percent([any(h.passage_id == q.paragraph for h in top) for top, q in abroad])
            strayed[corpus.lang] = percent([any(h.lang != corpus.lang for h in top) for top, _ in at_home])
    return [
        mean("recall@1 in a corpus of all languages, asked in its own", own, None),
        mean("recall@1 in a corpus of all languages, asked in another", other, None),
        mean("asked in its own, another language came first", strayed, None),
    ]


def short_posts(folder: Path, corpora: Sequence[Corpus], encoder: Encoder | None, every: int) -> list[Figure]:
    """Three hundred English one-liners that often say the same, among paragraphs in other languages."""
    with (folder / "train.csv").open(encoding="utf-8", newline="") as stream:
        lines = [(row["text"], row["category"]) for row in csv.DictReader(stream)]
    random.Random(1).shuffle(lines)
    lines = lines[:300]
    with (folder / "test.csv").open(encoding="utf-8", newline="") as stream:
        known = {category for _, category in lines}
        rows = [(row["text"], row["category"]) for row in csv.DictReader(stream) if row["category"] in known]
    passages = [IndexedPassage(n, n, "", text, "en") for n, (text, _) in enumerate(lines, 1)]
    for corpus in (one for one in corpora if one.lang != "en"):
        passages += [replace(p, id=len(passages) + n) for n, p in enumerate(corpus.passages()[:40], 1)]
    with indexed(passages, encoder) as retriever:
        found = [(retriever.search(Question(text, "en")), category) for text, category in rows[:: every * 5]]
    # Most of the posts only ask, which answers nothing, however much they say of the question.
    passed = [bool(r.hits) and r.hits[0].score >= r.threshold for r, _ in found]
    right = [
        bool(r.hits) and r.hits[0].passage_id <= len(lines) and lines[r.hits[0].passage_id - 1][1] == category
        for r, category in found
    ]
    return [
        mean("short posts, recall@1", {"en": percent(right)}, None),
        mean("short posts, answered", {"en": percent(passed)}, None),
        mean(
            "short posts, another language came first",
            {"en": percent([any(hit.lang != "en" for hit in r.hits[:1]) for r, _ in found])},
            None,
        ),
    ]


def paraphrases(folder: Path, encoder: Encoder | None, every: int) -> list[Figure]:
    """Banking77: one example of each intent indexed (by lot, three times), other questions asked."""
    with (folder / "train.csv").open(encoding="utf-8", newline="") as stream:
        examples: dict[str, list[str]] = {}
        for row in csv.DictReader(stream):
            examples.setdefault(row["category"], []).append(row["text"])
    with (folder / "test.csv").open(encoding="utf-8", newline="") as stream:
        asked = [(row["text"], row["category"]) for row in csv.DictReader(stream)][::every]
    intents = sorted(examples)
    figures: list[Figure] = []
    for name, used, prototype in (("words and grams", None, 27.5), ("with MiniLM", encoder, 52.0)):
        if name == "with MiniLM" and encoder is None:
            continue
        parts: dict[str, float] = {}
        for seed in range(3):
            lot = random.Random(seed)
            chosen = [
                IndexedPassage(n, n, "", lot.choice(examples[i]), "en") for n, i in enumerate(intents, 1)
            ]
            with indexed(chosen, used) as retriever:
                tops = [
                    (retriever.search(Question(text, "en", limit=1)).hits, intent) for text, intent in asked
                ]
            parts[f"lot {seed}"] = percent([bool(h) and intents[h[0].passage_id - 1] == i for h, i in tops])
        figures.append(mean(f"paraphrases, recall@1, {name}", parts, prototype))
    return figures


def languages(file: Path, every: int) -> list[Figure]:
    """Short sentences whose language is among the product's."""
    right: dict[str, list[bool]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in list(csv.DictReader(stream))[::every]:
            lang = _TATOEBA.get(row["lang3"])
            if lang is not None:
                right.setdefault(lang, []).append(detect(row["text"], _ENABLED).lang.split("-")[0] == lang)
    every_one = [hit for hits in right.values() for hit in hits]
    parts = {lang: round(percent(hits), 2) for lang, hits in right.items()}
    return [Figure("language of a short message", percent(every_one), 99.3, parts)]


def main() -> int:
    """Print and write every figure; 1 where one is below the prototype's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="ask every Nth question only")
    parser.add_argument("--quick", action="store_true", help="the same as --every 4")
    options = parser.parse_args()
    every = max(options.every, 4 if options.quick else 1)
    try:
        folder = datasets()
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    encoder = bundled_encoder()
    corpora = [xquad(file) for file in sorted((folder / "xquad").glob("xquad.*.json"))]
    parts: list[Callable[[], list[Figure]]] = [
        lambda: languages(folder / "langid" / "tatoeba_short.csv", every),
        lambda: recall(corpora, encoder, every),
        lambda: alone(corpora, encoder, every),
        lambda: given_paragraph(corpora, every),
        lambda: crossing(corpora, encoder, every),
        lambda: paraphrases(folder / "banking77", encoder, every),
        lambda: abstention(corpora, encoder, every),
        lambda: near_topic.held_out(corpora, encoder, every),
        lambda: near_topic.small(encoder),
        lambda: crossing_gate(corpora, encoder, every),
        lambda: mixed(corpora, encoder, every),
        lambda: short_posts(folder / "banking77", corpora, encoder, every),
    ]
    figures: list[Figure] = []
    for part in parts:
        for measured in part():
            figure = bounded(measured, every)
            figures.append(figure)
            beside = figure.prototype if figure.prototype is not None else figure.reference
            prototype = "" if beside is None else f"(prototype {beside:g})"
            mark = "  " if figure.reached else "< "
            details = "  ".join(f"{key} {value:.1f}" for key, value in figure.parts.items())
            sys.stdout.write(f"{mark}{figure.name:56} {figure.value:6.2f} {prototype:18} {details}\n")
            if figure.worse:
                sys.stdout.write(f"    worse than it was: {', '.join(figure.worse)}\n")
            sys.stdout.flush()
    results = {
        f.name: {
            "mean": round(f.value, 2),
            "prototype": f.prototype,
            "reference": f.reference,
            "parts": f.parts,
        }
        for f in figures
    }
    write_result("quality", {"every": every, "encoder": encoder is not None, "figures": results})
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
