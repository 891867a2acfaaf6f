"""Which one to three consecutive sentences of a passage answer a question. Retrieval is done by then."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import regex

from memory.retrieval import analysis, cues, dates, headed, particulars, told_kinds, word_lists
from memory.retrieval.candidates import Candidate
from memory.retrieval.probe import cover
from memory.retrieval.restating import announces, restates
from memory.retrieval.roles import ABOVE
from memory.retrieval.sentences import is_marked, weight
from memory.retrieval.views import PassageView
from memory.types import Question, Quote

# Shares of the question's weight, measured on dev questions: what a sentence that could hold the asked-for
# kind of thing gains, and what a sentence gains from standing beside one that matches.
_CUE = 0.06
# ... one that tells a cause, by as much as it says of what is to be explained.
_CAUSE, _UNEXPLAINED = 0.2, 0.3
# And one that names the measure which is asked for: more than the first below a heading that says the rest.
_MEASURE = 0.3
# A price or a heat is what the question is for, whatever else a sentence says of the thing.
_TOLD = 0.6
_NEIGHBOUR = 0.08
# ... and one that speaks of what a name is asked of.
_NAMED = 0.4
_QUOTE_CHARACTERS = 420
# What was cut where no mark ends a sentence is quoted with what is beside it: so many characters in all, and
# so many on each side at least.
_PIECED_CHARACTERS, _BESIDE = 240, 25
_PASSAGE = 1.0
_AT_EDGE = 0.15
# A post's own question is what was asked, and never what answers it; nor is its title, or what every post
# ends with.
_SILENT = ABOVE | {"repeats"}
_QUESTION = -1.0
# What the first sentence gains of what is said above it, by the heading or by the question before it.
_BELOW = {"heading": 0.25, "question": 0.05}
# ... and a sentence that turns the heading as the question does ("after ...").
_TURN = 0.3
# A sentence answers for what it stands under where it says less than this share of its score itself; then
# what follows is part of the answer, up to so many sentences and characters.
_ITSELF = 0.5
_MOST, _ANSWER_CHARACTERS = 3, 260
# A paragraph or a list's item beside others is quoted whole up to so much, in Latin characters.
_ITEM = 160
_CLAUSE = regex.compile(rf"[{analysis.UNSEGMENTED}]\s+$")
# What says the month or weekday asked about stands at most so many sentences away.
_REACH = 2
# A neighbour is quoted too where its score is this share of the best one's.
_BEFORE = 0.75
_AFTER = 0.6


def score_sentences(
    candidate: Candidate, below: headed.Headed | None, kinds: frozenset[cues.Kind], question: Question
) -> list[float]:
    """A score for each sentence of the passage (about 0..1); ``below``: what it is the heading of."""
    view = candidate.view
    told = (below.coverage if below else candidate.coverage).distinctive
    scores = list(told)
    for index, (start, end) in enumerate(view.spans):
        sentence = view.passage.text[start:end]
        for kind in kinds:
            if cues.bears(sentence, view.passage.lang, kind, question.text):
                scores[index] += _CAUSE * told[index] if kind == "cause" else _CUE
        beside = max(
            told[index - 1] if index else 0.0, 0.5 * told[index + 1] if index + 1 < len(told) else 0.0
        )
        scores[index] += _NEIGHBOUR * beside
    _favour_first(candidate, below, scores)
    if below:
        _favour_turned(view, question, scores)
    for index in headed.answers_another(candidate):
        scores[index] = _QUESTION
    _favour_named(candidate, scores)
    return scores


def _favour_first(candidate: Candidate, below: headed.Headed | None, scores: list[float]) -> None:
    """An answer begins right below what was asked: a heading, or the passage's own question."""
    view, coverage = candidate.view, candidate.coverage
    roles = [sentence.role for sentence in view.sentences]
    for index, role in enumerate(roles):
        if role in _SILENT:
            scores[index] = _QUESTION
        elif below and index in below.begins:
            scores[index] += _BELOW["heading"] * below.coverage.distinctive[index]
        elif index and roles[index - 1] in ABOVE:
            scores[index] += _BELOW["question"] * coverage.distinctive[index - 1]
    first = next((index for index, role in enumerate(roles) if role not in _SILENT), None)
    if first is not None and view.passage.opens and not below:
        # Of "Wire and scissors" it may be of the one, where the other is asked about.
        elsewhere = headed.is_of_another_part(candidate, first)
        scores[first] += (-1 if elsewhere else 1) * _BELOW["heading"] * coverage.heading


def _favour_turned(view: PassageView, question: Question, scores: list[float]) -> None:
    """What is asked before or after, with or without what the heading says is told by whoever says so."""
    above = particulars.read(f"{view.passage.title}\n{view.passage.heading}", view.passage.lang).sides
    asked = {
        (group, side)
        for group, sides in particulars.read(question.text, question.lang).sides.items()
        for side in sides - above.get(group, frozenset())
    }
    for index, (start, end) in enumerate(view.spans) if asked else ():
        told = particulars.read(view.passage.text[start:end], view.passage.lang).sides
        if scores[index] > _QUESTION and any(side in told.get(group, ()) for group, side in asked):
            scores[index] += _TURN


def _favour_named(candidate: Candidate, scores: list[float]) -> None:
    """Whose name is asked for is said by a sentence that speaks of it: another name is no answer."""
    if candidate.topic.named:
        for index, spoken_of in enumerate(cover(candidate.topic.named, candidate.facets).distinctive):
            if scores[index] > _QUESTION:
                scores[index] += _NAMED * spoken_of


def choose(candidates: Sequence[Candidate], question: Question) -> Quote | None:
    """The best stretch of the best candidates, which come best first; None where they hold no sentence.

    A sentence of a lower passage wins only by as much as its passage is worse.
    """
    kinds = cues.asked_for(question.text, question.lang)
    best: tuple[float, Candidate] | None = None
    for candidate in candidates:
        scores = score_sentences(candidate, headed.read(candidate), kinds, question)
        if not candidate.view.tells:
            continue
        if max(scores) <= _QUESTION:  # how sure an answer is was told of the best passage
            if candidate is candidates[0]:
                return None
            continue
        merit = max(scores) + _PASSAGE * (candidate.score - candidates[0].score)
        merit -= _AT_EDGE * _is_cut_off(candidate.view, _peak(scores))
        if "cause" in kinds and not candidate.explains(_peak(scores)):
            merit -= _UNEXPLAINED
        if candidate.channel == candidates[0].channel and (best is None or merit > best[0]):
            best = (merit, candidate)
    if best is None:
        return None
    return _titled(best[1], _of(best[1], kinds, question), kinds, question)


def _of(candidate: Candidate, kinds: frozenset[cues.Kind], question: Question) -> Quote:
    """The best stretch of a passage."""
    below = headed.read(candidate, titled=True)
    scores = score_sentences(candidate, below, kinds, question)
    measured = measures(candidate.view, question)
    for index in measured:
        scores[index] += _MEASURE
    telling = _telling(candidate.view, question)
    for index in telling if _peak(scores) not in telling else ():
        scores[index] += _TOLD
    passage, best_span = candidate.view.passage, candidate.view.spans[_peak(scores)]
    best_says = passage.text[slice(*best_span)]
    bears = any(cues.bears(best_says, passage.lang, kind, question.text) for kind in kinds)
    onward = restates(best_says, passage.lang) or announces(best_says, passage.lang, question.text)
    if onward and not bears and _peak(scores) not in measured:
        return _answer(candidate.view, scores, behind=1)
    if below and _peak(scores) in below.begins:
        return _answer(candidate.view, scores)
    if item := _item(candidate.view, _peak(scores), kinds, question):
        return _quoted(candidate.view, scores, *item)
    if _peak(scores) not in measured and _answers_from_above(candidate, scores):
        return _answer(candidate.view, scores)
    return _stretch(candidate.view, scores, kinds, question)


def _titled(candidate: Candidate, quote: Quote, kinds: frozenset[cues.Kind], question: Question) -> Quote:
    """The quote with the title right above it, where that says more of the question, or what it asks for.

    "Closed on Monday" may stand above what tells no more than why. What the source is called is told anyway.
    """
    view, own = candidate.view, candidate.coverage.own
    quoted = [index for index, span in enumerate(view.spans) if quote.start < span[1] and span[0] < quote.end]
    above = quoted[0] - 1
    if above < 0 or view.sentences[above].role != "titles":
        return quote
    start, end = view.spans[above]
    text, lang = view.passage.text, view.passage.lang
    title, bare = text[start:end], text[quote.start : quote.end]
    bears = any(
        cues.bears(title, lang, kind, question.text) and not cues.bears(bare, lang, kind, question.text)
        for kind in kinds
    )
    says_more = own[above] > max(own[index] for index in quoted)
    known = analysis.normalise(title) == analysis.normalise(view.passage.title)
    if known or not (bears or says_more):
        return quote
    return replace(quote, text=text[start : quote.end], start=start)


def measures(view: PassageView, question: Question) -> list[int]:
    """The sentences that name the measure which a question asks for, and tell a number."""
    told = cues.measured(question.text, question.lang).values()
    if not told or analysis.base(view.passage.lang) != analysis.base(question.lang):
        return []
    keys = [f" {key} " for said in told for key in analysis.stem(list(said), question.lang)]
    return [
        index
        for index, (start, end) in enumerate(view.spans)
        if any(key in view.native.lines()[index][0] for key in keys)
        and cues.counts(view.passage.text[start:end], view.passage.lang)
    ]


def _telling(view: PassageView, question: Question) -> list[int]:
    """The sentences that tell a price or a heat, where one is asked for."""
    lang, text = view.passage.lang, view.passage.text
    return [
        index
        for index, (start, end) in enumerate(view.spans)
        if told_kinds.tells_asked(text[start:end], lang, question.text, question.lang)
    ]


def _is_cut_off(view: PassageView, place: int) -> bool:
    """Whether a caption may go on beyond its passage, whose neighbour has it with what is beside it."""
    start, end = view.spans[place]
    edge = place in (0, len(view.spans) - 1)
    return edge and bool(view.passage.cues) and not is_marked(view.passage.text[start:end])


def _peak(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=lambda index: scores[index])


def _answers_from_above(candidate: Candidate, scores: Sequence[float]) -> bool:
    """Whether the best sentence is so for what it stands under, or only heads a table."""
    peak, coverage = _peak(scores), candidate.coverage
    sentence = candidate.view.sentences[peak]
    row = sentence.under >= 0 and candidate.view.sentences[sentence.under].role == "heads"
    return sentence.role == "heads" or (not row and coverage.own[peak] < _ITSELF * coverage.distinctive[peak])


def _answer(view: PassageView, scores: Sequence[float], behind: int = 0) -> Quote:
    """The best sentence and those after it, as far as they belong to one answer that is soon read.

    The answer begins so many sentences ``behind`` the best one, and is quoted from there at least.
    """
    sentences = view.sentences
    first = last = _peak(scores)
    begins = first + behind
    while last + 1 < min(len(sentences), begins + _MOST):
        following = sentences[last + 1]
        too_long = last >= begins and following.end - sentences[begins].start > _ANSWER_CHARACTERS
        # A paragraph of several sentences is an answer by itself; a line of one goes on with the next.
        apart = last > begins and "\n" in view.passage.text[sentences[last].end : following.start]
        if following.role != "tells" or too_long or apart:
            break
        last += 1
    return _quoted(view, scores, first, last)


def _item(
    view: PassageView, peak: int, kinds: frozenset[cues.Kind], question: Question
) -> tuple[int, int] | None:
    """The first and last sentence of a short line among others, a list's item, whose head says what it is of.

    None where it asks, too, is one sentence or a whole paragraph of them, or lacks what is asked for.
    """
    text, spans = view.passage.text, view.spans
    start = text.rfind("\n", 0, spans[peak][0]) + 1
    end = text.find("\n", spans[peak][1] - 1)
    line = text[start : end if end >= 0 else len(text)]
    inside = [index for index, span in enumerate(spans) if start <= span[0] < start + len(line)]
    if not 1 < len(inside) <= _MOST or len(line) == len(text) or weight(line) > _ITEM:
        return None
    tells = all(view.sentences[index].role == "tells" for index in inside)
    bears = not kinds or any(cues.bears(line, view.passage.lang, kind, question.text) for kind in kinds)
    return _reaching(view, inside[0], inside[-1], question) if tells and bears else None


def _reaching(view: PassageView, first: int, last: int, question: Question) -> tuple[int, int]:
    """A stretch of sentences with one near it that says the month or weekday of which a question asks.

    "Open on Saturdays. Ring the bell. Closed in August." says all that it must to who asks about August.
    """
    asked, lang = _times(question.text, question.lang), view.passage.lang
    told = [_times(view.passage.text[start:end], lang) if asked else asked for start, end in view.spans]
    if not asked or any(asked & said for said in told[first : last + 1]):
        return first, last
    near = (*range(last + 1, last + 1 + _REACH), *range(first - 1, first - 1 - _REACH, -1))
    for index in near:
        begins, ends = min(first, index), max(last, index)
        if begins >= 0 and ends < len(told) and asked & told[index]:
            tells = all(sentence.role == "tells" for sentence in view.sentences[begins : ends + 1])
            short = view.spans[ends][1] - view.spans[begins][0] <= _QUOTE_CHARACTERS
            return (begins, ends) if tells and short else (first, last)
    return first, last


def _times(text: str, lang: str) -> frozenset[tuple[str, int]]:
    """The days of the week and the months that a text in a language names."""
    days = particulars.read(text, lang).sides.get("day", ())
    return frozenset({*(("day", day) for day in days), *(("month", n) for n in dates.months(text, lang))})


def _quoted(view: PassageView, scores: Sequence[float], first: int, last: int) -> Quote:
    """A stretch of sentences as a quote, without the label ("A:") that says it is an answer."""
    spans, peak = view.spans, _peak(scores)
    start, end = spans[first][0], spans[last][1]
    best = spans[peak]
    if first and view.sentences[first - 1].role == "asks":
        label = _label(analysis.base(view.passage.lang)).match(view.passage.text, start, end)
        start = label.end() if label else start
        best = max(best[0], start), best[1]
    return Quote(view.passage.id, view.passage.text[start:end], start, end, min(1.0, scores[peak]), *best)


@lru_cache(maxsize=64)
def _label(lang: str) -> "regex.Pattern[str]":
    """What says in a language, or in English, that an answer follows; "No:" is one itself."""
    told = (words.split() for head, words in word_lists.entries("answer_labels") if head in (lang, "en"))
    labels = "|".join(regex.escape(word.replace("_", " ")) for words in told for word in words)
    return regex.compile(rf"(?:{labels})\s?\p{{Nd}}{{0,2}}\s*[:：]\s*(?=\S)", regex.IGNORECASE)


def _stretch(
    view: PassageView, scores: Sequence[float], kinds: frozenset[cues.Kind], question: Question
) -> Quote:
    """The best sentence with those beside it that match nearly as well, kept short.

    Who, when or how many is often said in the sentence before ("Chevreul came. He found..."), or after; a
    name after what it is the name of.
    """
    spans = view.spans

    def bears(index: int) -> bool:
        start, end = spans[index]
        return scores[index] > _QUESTION and any(
            cues.bears(view.passage.text[start:end], view.passage.lang, kind, question.text) for kind in kinds
        )

    peak = _peak(scores)
    first = last = peak
    wanting = bool(kinds) and not bears(peak)
    before = wanting and "name" not in kinds and peak > 0 and bears(peak - 1)
    if peak > 0 and (before or scores[peak - 1] >= _BEFORE * scores[peak]):
        first -= 1
        wanting = wanting and not bears(first)
    if peak + 1 < len(scores) and (
        scores[peak + 1] >= _AFTER * scores[peak] or (wanting and bears(peak + 1))
    ):
        last += 1
    while last > first and spans[last][1] - spans[first][0] > _QUOTE_CHARACTERS:
        if last > peak:
            last -= 1
        else:
            first += 1
    first, last = _reaching(view, first, last, question)
    return _pieced(view, _quoted(view, scores, first, last), first, last)


def _pieced(view: PassageView, quote: Quote, first: int, last: int) -> Quote:
    """The quote with a caption, or a clause, before and after it, where those are of the same sentence.

    Captions in scripts without blanks end with a clause: what goes before them is let be.
    """
    text, cues, start, end = view.passage.text, view.passage.cues, quote.start, quote.end
    if view.goes_on(last):
        stop = view.spans[last + 1][1]
        to = min((cue for cue in cues if end + _BESIDE <= cue < stop), default=stop)
        end = to if to - start <= _PIECED_CHARACTERS else end
    if first and view.goes_on(first - 1) and not _CLAUSE.search(text, 0, start):
        since = view.spans[first - 1][0]
        since = max((cue for cue in cues if since < cue <= start - _BESIDE), default=since)
        start = since if end - since <= _PIECED_CHARACTERS else start
    said = text[start:end].rstrip()
    return replace(quote, text=said, start=start, end=start + len(said))
