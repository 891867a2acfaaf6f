"""What of the fan's own words in an answer looks like a name of theirs, which nobody else is to read.

Rather too much than too little: an answer with such a word is sent all the same, only not learnt.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import regex

from memory import service as memory

_WORD: Final = regex.compile(r"[^\W\d_][^\W\d_\p{M}]*(?:\p{M}|[^\W\d_])*")
_BEGINS: Final = regex.compile(r"(?:^|[.!?…:。！？।\n])[\p{P}\p{S}\s]*$")
# Languages that write every noun with a capital.
_NOUNS: Final = frozenset({"de"})
_RUN: Final = regex.compile(r"[\p{Han}々]+|[\p{Katakana}ー]+|[\p{Thai}]+")
# Who is spoken of so in Japanese has their name before it, in whatever characters.
_CALLED: Final = regex.compile(r"([\p{Hiragana}\p{Katakana}\p{Han}ー]{2,8})(?=さん|ちゃん|くん|君|様|さま)")
_SHORTEST: Final = 2


def borrowed(text: str, lang: str, *, said: Sequence[str], ours: Sequence[str]) -> list[str]:
    """Words of an answer in a language that the fan has `said`, and nothing of `ours` has."""
    theirs, known = "\n".join(said), "\n".join(ours).casefold()
    return sorted({*_spaced(text, lang, theirs, known), *_unspaced(text, lang, theirs, known)})


def _spaced(text: str, lang: str, theirs: str, known: str) -> set[str]:
    own = set(_WORD.findall(known))
    heard = {word.casefold(): word for word in sorted(_WORD.findall(theirs), reverse=True)}
    found = set()
    for match in _WORD.finditer(text):
        word = match[0]
        asked = heard.get(word.casefold())
        if asked is None or len(word) < _SHORTEST or word.casefold() in own:
            continue
        inside = not word[0].islower() and lang not in _NOUNS and not _BEGINS.search(text, 0, match.start())
        # "Jonas, bring an apron."
        inside = inside or (len(word) > _SHORTEST and word[0].isupper() and text[match.end() :][:1] == ",")
        if not asked[0].islower() or inside or not memory.ordinary(word.casefold(), lang):
            found.add(word)
    return found


def _unspaced(text: str, lang: str, theirs: str, known: str) -> set[str]:
    """Stretches of characters where no spaces part words: those that no dictionary knows as words."""
    shared = [each for run in _RUN.findall(text) for each in _shared(run, theirs)]
    found = {each for stretch in shared for each in memory.strange(stretch, lang)}
    for match in _CALLED.finditer(theirs, overlapped=True):
        ends = (match[1][at:] for at in range(len(match[1]) - 1))
        found.update(next(([each] for each in ends if each in text), []))
    return {each for each in found if len(each) >= _SHORTEST and each.casefold() not in known}


def _shared(run: str, theirs: str) -> Iterator[str]:
    """The longest parts of a run of characters that stand in what the fan has said, too."""
    begin = 0
    while begin < len(run):
        end = begin
        while end < len(run) and run[begin : end + 1] in theirs:
            end += 1
        if end - begin >= _SHORTEST:
            yield run[begin:end]
        begin = max(end, begin + 1)
