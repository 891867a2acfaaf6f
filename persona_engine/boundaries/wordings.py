"""Ways of putting something, each told as a line of words with choices and gaps, and looked for in texts.

The parts of a line stand between spaces: `a/b` is either, `_` a space within one, `a?` may be left out (of
choices all may, where the last one says so), `*` is the rest of a word, `#` a number from 10 on, `…` up to
four words in between and `……` up to ten, `^` and `$` where a sentence begins and ends, `<name>` what is told
once for many lines. Where no spaces part words, `?` within a choice leaves out the letter before it; a `?`
that would leave out nothing, or a whole choice, is refused. Case, accents and apostrophes don't count.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import dropwhile
from typing import Final

from persona_engine.boundaries.prefilter import Prefilter
from persona_engine.boundaries.spelling import unspaced

# What has been set aside: nothing is looked for across it.
_ASIDE: Final = "¦"
_END: Final = re.compile(r"[.!?。！？؟।\n;]+")
# What is said of one thing ends here: of a book in the first half, of oneself in the second.
_CLAUSE: Final = re.compile(
    r"[,，،、:：—–]| (?:but|and i|because|pero|porque|mais|mas|aber|weil|но|але|ama|fakat|ولكن|لكن|ولی|اما"
    r"|लेकिन|पर मैं|tapi|nhưng|karena|vì) |但是?|可是|แต่|けど|けれど|하지만|지만",
    re.IGNORECASE,
)
_LEFT_OUT: Final = str.maketrans("", "", "'’‘ʼ`´\u200c\u200d\u0640")
# Letters of Arabic and Persian that are written in several ways, and the Turkish i.
_SAME: Final = str.maketrans("ىیةکـı", "ييهك-i")
# Vietnamese tones that tell words apart; all other marks are left out.
_TONES: Final = "\u0323\u0309"
_DRAWN_OUT: Final = re.compile(r"(.)\1{2,}")
_LETTER_LEFT_OUT: Final = re.compile(r".\?")
_SIGNS: Final = re.compile(r"([*#]|.\?)")
_GAPS: Final = {"…": ((0, 4), (0, 6)), "……": ((0, 10), (0, 14))}


class Wording:
    """One way of putting something: a line.

    Raises:
        ValueError: a `?` in it leaves out nothing, or all of a choice.
    """

    def __init__(self, told: str, words: Mapping[str, str]) -> None:
        for name, choices in words.items():
            told = told.replace(f"<{name}>", choices)
        self.joined = unspaced(told)
        if unclear := [part for part in told.split() if _unclear(part, self.joined)]:
            raise ValueError(f"What `?` leaves out isn't clear in {unclear[0]!r} of the line {told!r}.")
        # What may be left out needn't be there at the beginning, and would make every place one to look at.
        self._parts = list(dropwhile(lambda part: part.endswith("?"), told.split()))
        self.marks = max((_marks(each, self.joined) for each in self._parts), key=_tells, default=frozenset())

    # Of thousands of lines few are ever looked for, and none is read but those that are found.
    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """What finds it in a text."""
        found = "".join(_part(each, self.joined) for each in self._parts)
        return re.compile(found if self.joined else f"{found}(?= )")

    @cached_property
    def plain(self) -> str:
        """The line as people read it."""
        return _plain(self._parts, self.joined)


class Wordings:
    """Lines, each compiled when a text first has a word that it can't do without."""

    def __init__(self, lines: Iterable[Wording]) -> None:
        self._lines = tuple(lines)

    @cached_property
    def _spaced(self) -> Prefilter[Wording]:
        return Prefilter((line.marks, line) for line in self._lines if not line.joined)

    @cached_property
    def _joined(self) -> Prefilter[Wording]:
        return Prefilter((line.marks, line) for line in self._lines if line.joined)

    def _near(self, text: str) -> Iterator[Wording]:
        """The lines of words that may be in a text, in order."""
        return self._spaced.found_by(_marks_of(text))

    def _near_joined(self, text: str) -> Iterator[Wording]:
        """The lines of a script without spaces that may be in a text without any."""
        return self._joined.found_by(_marks_of_run(text))

    def without(self, text: str) -> list[str]:
        """A text's sentences (as of `sentences_of`) with what is put so in one clause set aside."""
        kept = [
            [self._set_aside(f" {words} ") for part in _CLAUSE.split(each) if (words := _words(part))]
            for each in _END.split(text)
        ]
        return [f" {' '.join(clause.strip() for clause in clauses)} " for clauses in kept if clauses]

    def _set_aside(self, clause: str) -> str:
        for line in self._near(clause):
            clause = line.compiled.sub(f" {_ASIDE}", clause)
        if unspaced(clause):
            clause = clause.replace(" ", "")
            for line in self._near_joined(clause):
                clause = line.compiled.sub(_ASIDE, clause)
        return clause

    def beside(self, clause: str) -> str:
        """What a clause, as it is written, says besides what is put so; empty where it says nothing else."""
        said, at = _placed(clause)
        own = set(at)
        left = {place for place, char in zip(at, said, strict=True) if char != " "}
        left -= _covered(self._near(said), said, at)
        if unspaced(said):
            at = tuple(place for place, char in zip(at, said, strict=True) if char != " ")
            run = said.replace(" ", "")
            left -= _covered(self._near_joined(run), run, at)
        for place in range(len(clause)):
            # Marks and apostrophes belong to what stands before them.
            if place not in own and place - 1 in left:
                left.add(place)
        return " ".join("".join(char if place in left else " " for place, char in enumerate(clause)).split())

    def places_in(self, clause: str) -> Iterator[tuple[int, int, Wording]]:
        """Where in a clause, as it is written, something is put so: begin, end and line of each.

        One may begin within another.
        """
        said, at = _placed(clause)
        run = [place for place, char in zip(at, said, strict=True) if char != " "]
        for line, text in self._near_as_read(said):
            places = run if line.joined else at
            found = line.compiled.search(text)
            while found:
                if inside := places[found.start() + (found[0][:1] == " ") : found.end()]:
                    yield inside[0], inside[-1] + 1, line
                found = line.compiled.search(text, found.start() + 1)

    def first_in(self, sentences: Sequence[str]) -> Wording | None:
        """The first line that is in one of the sentences."""
        near = ((line, text) for each in sentences for line, text in self._near_as_read(each))
        return next((line for line, text in near if line.compiled.search(text)), None)

    def _near_as_read(self, sentence: str) -> Iterator[tuple[Wording, str]]:
        """The lines that may be in a sentence, each with the sentence as it is looked for in it."""
        yield from ((line, sentence) for line in self._near(sentence))
        if unspaced(sentence):
            run = sentence.replace(" ", "")
            yield from ((line, run) for line in self._near_joined(run))


# A message's few sentences are held against some fifty sets of lines, one after the other.
@lru_cache(maxsize=64)
def _marks_of(text: str) -> frozenset[str]:
    return frozenset((*text.split(), *_runs_of(3, text)))


@lru_cache(maxsize=64)
def _marks_of_run(text: str) -> frozenset[str]:
    return frozenset((*text, *_runs_of(2, text)))


def sentences_of(text: str) -> list[str]:
    """A text's sentences as lines are looked for in them: plain words, each after a space, and one behind."""
    return [f" {words} " for each in _END.split(text) if (words := _words(each))]


def sentences_written(text: str) -> list[str]:
    """The same sentences as they are written."""
    return [each for each in _END.split(text) if _words(each)]


def _words(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_LEFT_OUT))
    return _DRAWN_OUT.sub(r"\1\1", " ".join(bare.translate(_PLAIN).split()))


class _Plain(dict[int, str]):
    """What stands for each character of a text that is spelt out, as of `str.translate`."""

    def __missing__(self, number: int) -> str:
        char = chr(number).translate(_SAME)
        kind = unicodedata.category(char)
        if char in _TONES or char.isalnum() or kind == "Mc":
            self[number] = char
        else:
            self[number] = "" if kind == "Mn" else " "
        return self[number]


_PLAIN: Final = _Plain()


@lru_cache(maxsize=64)
def _placed(text: str) -> tuple[str, tuple[int, ...]]:
    """A clause as lines are looked for in it, and of each of its characters where it stands in the text."""
    said, at = [" "], [-1]
    for place, char in enumerate(text):
        none = unicodedata.category(char)[0] == "M" or not char.translate(_LEFT_OUT)
        for each in _words(char) or ("" if none else " "):
            if not (each == said[-1] and (each == " " or [each] == said[-2:-1])):
                said.append(each)
                at.append(place)
    if said[-1] != " ":
        said.append(" ")
        at.append(len(text))
    return "".join(said), tuple(at)


def _covered(lines: Iterable[Wording], said: str, at: Sequence[int]) -> set[int]:
    """Which places of a text lines are found in; `at` tells where each character of `said` stands in it."""
    found = (each for line in lines for each in line.compiled.finditer(said))
    return {at[place] for each in found for place in range(*each.span())}


def _unclear(part: str, joined: bool) -> bool:
    """Whether a part has a `?` that says nothing, since it doesn't stand at the end of all choices."""
    choices = [each.rstrip("?") for each in part.split("/")] if part.endswith("?") else part.split("/")
    return any("?" in each and (not joined or not _LETTER_LEFT_OUT.sub("", each)) for each in choices)


@lru_cache(maxsize=4096)
def _part(told: str, joined: bool) -> str:
    optional = told.endswith("?")
    told = told.rstrip("?")
    if told in _GAPS:
        least, most = _GAPS[told][joined]
        return f"[^{_ASIDE}]{{{least},{most}}}" if joined else f"(?: [^ {_ASIDE}]+){{{least},{most}}}"
    if told == "^":
        return r"\A"
    choices = [each.rstrip("?") if optional else each for each in told.split("/")]
    ways = [_choice(each, joined) for each in choices if each not in ("", "$")]
    space = "" if joined else " "
    found = [f"{space}(?:{'|'.join(ways)})"] if ways else []
    if "$" in choices:
        found.append(r"\Z" if joined else r"(?= \Z)")
    return f"(?:{'|'.join(found)}){'?' if optional else ''}"


def _choice(told: str, joined: bool) -> str:
    rest = "" if joined else f"[^ {_ASIDE}]*"
    signs = {"*": rest, "#": r"[1-9]\d{1,2}"}
    parts = _SIGNS.split(told.replace("_", " "))
    return "".join(
        signs[each] if each in signs else f"(?:{_letters(each[0], joined)})?" if each[1:] == "?"
        else _letters(each, joined)
        for each in parts
    )  # fmt: skip


def _letters(told: str, joined: bool) -> str:
    return re.escape(_words(told).replace(" ", "") if joined else _words(told))


def _runs_of(size: int, text: str) -> Iterator[str]:
    return (text[at : at + size] for at in range(len(text) - size + 1))


@lru_cache(maxsize=4096)
def _marks(told: str, joined: bool) -> frozenset[str]:
    """What any text with this part of a line has one of, as of `_mark`; nothing where that can't be said."""
    choices = told.split("/")
    if told.endswith("?") or told in (*_GAPS, "^") or "$" in choices:
        return frozenset()
    marks = [_mark(each, joined) for each in choices if each]
    return frozenset(marks) if all(marks) else frozenset()


def _mark(told: str, joined: bool) -> str:
    """A choice's longest word, or three letters of a word; two or one where words run together."""
    words = told.replace("_", " ").split()
    pieces = [each for word in words for piece in _SIGNS.split(word)[::2] for each in _words(piece).split()]
    longest = max(pieces, key=len, default="")
    if joined:
        return longest[:2]
    whole = [piece for word in words if not _SIGNS.search(word) for piece in _words(word).split()]
    return max(whole, key=len, default=longest[:3] if len(longest) > 2 else "")


def _tells(marks: frozenset[str]) -> tuple[int, int]:
    """How much marks tell: long words are rare, and few are rarer than many."""
    return min(map(len, marks), default=0), -len(marks)


def _plain(parts: Sequence[str], joined: bool) -> str:
    """A line as people read it: its first choices."""
    first = (
        each.split("/")[0].replace("?", "") for each in parts if not each.endswith("?") or each[0] == "…"
    )
    said = (each.replace("_", " ").replace("*", "…").replace("#", "40") for each in first if each not in "^$")
    return ("" if joined else " ").join(said).strip("… ")
