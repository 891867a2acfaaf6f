"""What a character does to a reply that needs no model: its bar, length, tone, own words and pointers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from community.types import AvatarInfo
from kernel.chat import Button
from kernel.i18n import t, variants
from kernel.lang import in_characters_of, same
from memory import service as memory
from memory.types import PassageInfo, Quote, Recalled
from persona_engine.boundaries import spoken
from persona_engine.character.document import Character, Length, Strictness, Tone
from persona_engine.choice import draw
from persona_engine.smalltalk import Intent
from persona_engine.style_card import Share, StyleCard

# What must be reached besides, or instead, of the gate: confidence is like a probability, 0.5 at the gate.
_BAR: Final = {Strictness.STRICT: 0.7, Strictness.CREATIVE: 0.3}
_SENTENCES: Final = {Length.SHORT: 1, Length.MEDIUM: 2, Length.LONG: 3}
_PLAYFUL: Final = (Share("🙂", 0.0),)
_ASKS: Final = frozenset("?？؟;")


@dataclass(frozen=True, slots=True)
class Aside:
    """A call to action that may stand below one of `every` replies, in the fan's language."""

    text: str
    every: int
    button: Button | None = None


def held(recalled: Recalled, character: Character) -> Recalled:
    """What was found, held to the character's bar, its quote cut to the character's length, and cited there.

    Creative never invents: below the gate the nearest passage is offered, and has to be called that.
    """
    quote = recalled.quote
    if quote is None:
        return recalled
    lang = next((one.passage.lang for one in recalled.passages if one.passage.id == quote.passage_id), "")
    bar = _BAR.get(character.strictness, recalled.threshold)
    reached = recalled.confidence >= bar and not recalled.locked
    answerable = {
        Strictness.STRICT: recalled.answerable and reached,
        Strictness.ADAPTIVE: recalled.answerable,
        Strictness.CREATIVE: recalled.answerable or reached,
    }[character.strictness]
    found = requoted(recalled, cut(quote, lang, character.length))
    return replace(found, threshold=bar, answerable=answerable)


def requoted(recalled: Recalled, quote: Quote) -> Recalled:
    """What was found, with a part of its quote in place of that, and cited there."""
    passages = tuple(
        replace(one, passage=memory.at_quote(one.passage, quote.start))
        if one.passage.id == quote.passage_id
        else one
        for one in recalled.passages
    )
    return replace(recalled, passages=passages, quote=quote)


def cut(quote: Quote, lang: str, length: Length) -> Quote:
    """A quote at its length: the sentence that matches best, and what follows or leads to it."""
    most = _SENTENCES[length]
    spans = memory.split_sentences(quote.text, lang)
    if quote.best_start > quote.start and _titled(quote.text, spans):
        spans = [(spans[0][0], spans[1][1]), *spans[2:]]
    if len(spans) <= most:
        return quote
    index = _best(quote, spans)
    first = min(index, len(spans) - most)
    last = first + most - 1
    if last + 1 < len(spans) and memory.takes_back(quote.text[slice(*spans[last + 1])], lang):
        last += 1
    return _part(quote, spans, first, last, index)


def around_best(quote: Quote, lang: str, fallen: Collection[str]) -> Quote | None:
    """The sentences of a quote around the one that matches best, up to those that have `fallen`.

    None where that one has.
    """
    spans = memory.split_sentences(quote.text, lang)
    free = [quote.text[slice(*span)] not in fallen for span in spans]
    index = _best(quote, spans)
    if not free[index]:
        return None
    first = last = index
    while first and free[first - 1]:
        first -= 1
    while last + 1 < len(spans) and free[last + 1]:
        last += 1
    return _part(quote, spans, first, last, index)


def _best(quote: Quote, spans: Sequence[tuple[int, int]]) -> int:
    """Which of a quote's sentences matches best."""
    best = quote.best_start - quote.start
    index = next((at for at, (start, end) in enumerate(spans) if start <= best < end), 0)
    # A post's own question is what was asked, not what answers it.
    if quote.text[slice(*spans[index])][-1:] in _ASKS and index + 1 < len(spans):
        index += 1
    return index


def _part(quote: Quote, spans: Sequence[tuple[int, int]], first: int, last: int, best: int) -> Quote:
    """A quote from one of its sentences to another."""
    start, end = spans[first][0], spans[last][1]
    return replace(
        quote, text=quote.text[start:end], start=quote.start + start, end=quote.start + end,
        best_start=quote.start + spans[best][0], best_end=quote.start + spans[best][1],
    )  # fmt: skip


def _titled(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a quote's first sentence is the title of the next: the two are quoted as one."""
    line, between = (text[: spans[0][1]], text[spans[0][1] : spans[1][0]]) if len(spans) > 1 else ("", "")
    return line[-1:].isalnum() and "\n" in between


def toned(style: StyleCard | None, tone: Tone) -> StyleCard | None:
    """The style as the sliders have it: warmth greets, playfulness decorates, formality does less of both."""
    if tone == Tone():
        return style
    style = style or StyleCard()
    plain = 1 - max(tone.formality - 50, 0) / 50
    emoji = style.emoji
    favourites = emoji.favourites or (_PLAYFUL if tone.playfulness > 50 else ())
    return replace(
        style,
        greeting=_slid(style.greeting, tone.warmth) * plain,
        emoji=replace(emoji, share=_slid(emoji.share, tone.playfulness) * plain, favourites=favourites),
    )


def _slid(share: float, slider: int) -> float:
    """A share as a slider has it: none of it at 0, itself at 50, always at 100."""
    return share * slider / 50 if slider <= 50 else share + (1 - share) * (slider - 50) / 50


def beyond(character: Character, tiers: frozenset[str]) -> Character:
    """The character for a fan who holds these tiers: pointed to others only."""
    pointing = character.guidance
    others = tuple(each for each in pointing.tiers if each not in tiers)
    return replace(character, guidance=replace(pointing, tiers=others))


def small_talk(character: Character, intent: Intent, lang: str, creator: str) -> str | None:
    """What the creator has written for a greeting or a farewell in a language, if an avatar may say it."""
    said = {Intent.GREETING: character.greetings, Intent.GOODBYE: character.sign_offs}.get(intent, {})
    return _sayable(in_language(said, lang), lang, creator)


def _sayable(text: str | None, lang: str, creator: str) -> str | None:
    """Words of the creator's; none where they say that the creator, or any person, is speaking."""
    # Those that were saved before this was looked for are there still.
    return None if text and spoken.claimed(text, lang, (creator,)) else text


def no_answer(character: Character, lang: str, creator: str, seed: str | int = "", times: int = 0) -> str:
    """What is said where nothing answers: the creator's own words, else the catalogue's.

    `times` is how often in a row that was said before: never twice alike, so the creator's take turns.
    """
    own = _sayable(in_language(character.no_answers, lang), lang, creator)
    if own and times % 2 == 0:
        return own
    manner, ways = character.tone.manner, variants("answer.nothing")
    at = int(draw(seed, "answer.nothing") * len(ways)) + times
    own_ways = manner.ways("answer.nothing")
    if own_ways != ways:
        # One way alone would be said again and again; the plainest of the others addresses nobody.
        ways, at = (*own_ways, ways[1]), times
    said = manner.told(t(lang, ways[at % len(ways)]), lang)
    return said if times else manner.thanking(lang, said)


def samples(avatar: AvatarInfo, lang: str) -> tuple[str, ...]:
    """The questions in a language that the creator suggests."""
    every = (
        in_language({tag: each}, lang) for tag, questions in avatar.samples.items() for each in questions
    )
    return tuple(each for each in every if each)


def in_language(said: Mapping[str, str], lang: str) -> str | None:
    """What was written in a language, if anything; Chinese in the characters of whoever reads it."""
    near = next((tag for tag in said if same(tag, lang)), None)
    if lang in said or near is None:
        return said.get(lang)
    return in_characters_of(lang, said[near])


def aside(
    character: Character,
    lang: str,
    *,
    found: Sequence[PassageInfo],
    quoted: Sequence[int],
    slug: str,
    seed: int,
) -> Aside | None:
    """What this reply could point to, if anything; how often it may stands in the thread.

    An item only where it was found for the question, so that the viewer may see it and it has to do with it,
    and where it isn't what was quoted (`quoted`, sources' numbers).
    """
    pointing = character.guidance
    fit = set(pointing.items) - set(quoted)
    other = next((one for one in found if one.source_id in fit), None)
    if other:
        link = other.link or f"/s/{slug}/{other.id}#passage"
        return Aside(
            t(lang, "guidance.item.1", title=other.title), pointing.every, Button(other.title, url=link)
        )
    ways = [
        *(
            Aside(
                t(lang, "guidance.link.1", title=each.title), pointing.every, Button(each.title, url=each.url)
            )
            for each in pointing.links
        ),
        *(Aside(t(lang, "guidance.tier.1", tier=each), pointing.every) for each in pointing.tiers),
    ]
    return ways[int(draw(seed, "guidance") * len(ways))] if ways else None
