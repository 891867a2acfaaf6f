"""What a message falls under: crisis first, then the creator's rules. Nothing is said here."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Final, Protocol

from kernel import lang as langs
from kernel.clock import monotonic
from kernel.lang import base
from kernel.threads import Threads
from memory import service as memory
from memory.service import Example, Match, Matcher, Said
from persona_engine.boundaries import crisis, planted, spoken
from persona_engine.boundaries.examples import (
    allowing,
    like_promises,
    phrases_of,
    promise_phrases,
    promises,
    stopping,
)
from persona_engine.boundaries.rules import Boundaries, Kind, is_about
from persona_engine.boundaries.spelling import levelled, plainly
from persona_engine.boundaries.verdict import PASS, Verdict, verdict_of

# One for each language that is spoken, two for each avatar.
_KEPT: Final = 200
_INCOMPLETE_S: Final = 30.0
_FITTED_S: Final = 600.0  # what a creator says grows
_GIVEN: Final = 4_000  # verdicts on a creator's own words: a quote is given to many
_THREADS: Final = 2
# Of what the creator themselves says, so much may be taken for a promise: it is as much a statement as one.
_OWN_PROMISED: Final = 0.02
# How sure a wording is.
_SAID: Final = 0.95
# A question on an allowed topic may be so much less like its examples than what is stopped, by deviations of
# harmless talk. In English the encoder finds something in common between any two questions.
_ALLOWED: Final = {"en": memory.below(1.5)}
_ALLOWED_ELSEWHERE: Final = memory.below(3.0)
# What stands beside a quote is neither asked for nor given: it must be so much more like an example.
_BESIDE: Final = 1.0 - memory.below(1.5)
# An answer that stays on a topic touches on it somewhere; it isn't put like the topic's questions.
_TOUCHES: Final = 0.1
_SURE_OF_LANGUAGE: Final = 0.9


Own = Sequence[tuple[str, str]]
"""(language, text) of a creator's, for what their fans will ask about anyway."""


class Matching(Protocol):
    """The part of `memory` that compares messages with examples."""

    def matcher(
        self, examples: Sequence[Example], own: Own = (), own_stopped: float = memory.OWN_STOPPED
    ) -> Matcher:
        """A matcher with this process's encoder. Blocking."""
        ...


class Guard:
    """Holds messages against rules, for every avatar of a process."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._threads = Threads(_THREADS, "guard")
        self._lock = Lock()
        self._own: OrderedDict[object, tuple[float, Own]] = OrderedDict()
        self._matchers: OrderedDict[tuple[object, ...], tuple[float, Matcher]] = OrderedDict()
        self._verdicts: OrderedDict[tuple[object, ...], Verdict] = OrderedDict()

    def knows(self, avatar: object) -> bool:
        """Whether what an avatar's creator says was told to `fit` lately."""
        return self._own.get(avatar, (0.0, ()))[0] > monotonic()

    def fit(self, avatar: object, own: Own) -> None:
        """Have an avatar's rules, whose keys begin with it, fitted to sentences of its creator's.

        Where these have changed, what was built with those of before is let go.
        """
        if self._own.get(avatar, (0.0, ()))[1] != (own := tuple(own)):
            with self._lock:
                for key in [each for each in self._matchers if each[0] == avatar]:
                    del self._matchers[key]
        self._own[avatar] = (monotonic() + _FITTED_S, own)
        self._own.move_to_end(avatar)
        while len(self._own) > _KEPT:
            self._own.popitem(last=False)

    def _fitted_to(self, key: tuple[object, ...] | None) -> Own:
        """The sentences that the matchers of a key are fitted to: none where nobody has told them."""
        return self._own.get(key[0], (0.0, ()))[1] if key else ()

    async def judge(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        *,
        key: tuple[object, ...] | None = None,
        literally: bool = False,
    ) -> Verdict:
        """What becomes of a fan's message. With a `key`, an avatar and its rules' version, matchers are kept.

        `literally`: what it says is known (a greeting), and stopped by phrases alone. Likeness would find in
        its few words what they have in common with anything.
        """
        if literally:
            boundaries, key = phrases_of(boundaries), key and (*key, "phrases")
        return await self._threads.run(self._judged, text, lang, boundaries, key, True)

    async def quotable(
        self, text: str, lang: str, boundaries: Boundaries, *, key: tuple[object, ...] | None = None
    ) -> Verdict:
        """Whether content may be quoted: what a rule forbids or leaves to a person isn't."""
        return await self._threads.run(self._judged, text, lang, boundaries, key, False)

    async def given(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        *,
        key: tuple[object, ...] | None = None,
        taught: bool = False,
    ) -> Verdict:
        """Whether a person's own words may be given as they are, in a quote or as a `taught` answer.

        Besides what a rule forbids or leaves to a person, they neither promise what is never promised nor
        say that a person answers; a taught answer none of what no avatar says. With a `key`, the verdict is
        kept for the next fan.
        """
        asked = (text, lang, key, taught, self._fitted_to(key))
        if key and (known := self._remembered(asked)):
            return known
        found = await self.quotable(text, lang, boundaries, key=key)
        if not found.stops:
            found = await self._threads.run(self._given, text, lang, boundaries, key, taught)
        if not found.stops and not taught:
            (found,) = await self.planted([(text, lang)], boundaries)
        return self._remember(asked, found) if key else found

    async def shown(
        self,
        whole: str,
        near: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        *,
        beside: Sequence[str] = (),
        key: tuple[object, ...] | None = None,
    ) -> Verdict:
        """Whether content may be given from, of which `near` are the parts that are seen with what is given.

        A rule's phrase counts anywhere in the `whole`, its examples in what is near, and in the sentences
        `beside` what is given where these are very like them. `key`: as for `given`.
        """
        asked = (whole, tuple(near), tuple(beside), lang, key, self._fitted_to(key))
        if key and (known := self._remembered(asked)):
            return known
        found = await self._threads.run(self._shown, whole, near, beside, lang, boundaries, key)
        return self._remember(asked, found) if key else found

    def _remembered(self, asked: tuple[object, ...]) -> Verdict | None:
        if known := self._verdicts.get(asked):
            self._verdicts.move_to_end(asked)
        return known

    def _remember(self, asked: tuple[object, ...], found: Verdict) -> Verdict:
        if self._whole():
            self._verdicts[asked] = found
            while len(self._verdicts) > _GIVEN:
                self._verdicts.popitem(last=False)
        return found

    async def planted(self, texts: Sequence[tuple[str, str]], boundaries: Boundaries) -> list[Verdict]:
        """Which of (text, language) pairs of content speak to an AI, or ask for money to a wallet.

        Not what somebody has looked at and lets be quoted.
        """

        def matcher_of(tag: str, examples: Sequence[Example]) -> Matcher:
            return self._kept(("planted", tag), examples)

        def every() -> list[Verdict]:
            found = [planted.found_in(*each, boundaries.quoted, matcher_of) for each in texts]
            return [
                Verdict(each.label, None, each.confidence, each.example) if each else PASS for each in found
            ]

        return await self._threads.run(every)

    async def sayable(
        self,
        sentences: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        *,
        key: tuple[object, ...] | None = None,
    ) -> Verdict:
        """Whether a written answer may be said, by its sentences: neither off the topics nor promised."""
        return await self._threads.run(self._spoken, sentences, lang, boundaries, key)

    async def given_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, *, own: Own = ()
    ) -> list[Verdict]:
        """What would be held back of (text, language) pairs as something that is never promised."""

        def every() -> list[Verdict]:
            like = like_promises(boundaries)
            matcher = self._matching.matcher(like, own, _OWN_PROMISED) if like else None
            return [
                self._promised(memory.sentences_of(text, lang), lang, boundaries, matcher, _Readings())
                for text, lang in texts
            ]

        return await self._threads.run(every)

    async def judge_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, *, own: Own = ()
    ) -> list[Verdict]:
        """What would become of (text, language) pairs."""

        def every() -> list[Verdict]:
            topics = allowing(boundaries)
            stops = self._matching.matcher(stopping(boundaries), own)
            allows = self._matching.matcher(topics) if topics else None
            return [self._weighed(text, lang, boundaries, stops, allows, asked=True) for text, lang in texts]

        return await self._threads.run(every)

    def _judged(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        key: tuple[object, ...] | None,
        asked: bool,
        bar: float = 0.0,
    ) -> Verdict:
        rules = [rule for rule in boundaries.rules if rule.on and rule.kind is not Kind.PROMISE]
        stops = self._kept(key, stopping(boundaries), self._fitted_to(key)) if rules else None
        # What the creator speaks of is what they allow: it lifts no bar there.
        topics = allowing(boundaries) if asked else ()
        allows = self._kept(key and (*key, "only"), topics) if topics else None
        return self._weighed(text, lang, boundaries, stops, allows, asked=asked, bar=bar)

    def _shown(
        self,
        whole: str,
        near: Sequence[str],
        beside: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        key: tuple[object, ...] | None,
    ) -> Verdict:
        phrases, kept = phrases_of(boundaries), key and (*key, "phrases")
        found = self._judged(whole, lang, phrases, kept, False)
        if found.rule:
            told = self._first(
                [(each, 0.0) for each in memory.sentences_of(whole, lang)], lang, phrases, kept
            )
            # An exception is about a sentence; in a passage it's drowned, or it drowns another.
            found = told if told.stops or found.rule.exceptions else found
        seen = [*((each, 0.0) for each in near), *((each, _BESIDE) for each in beside)]
        like = self._first(seen, lang, boundaries, key)
        if not found.rule or not like.rule:
            return found if found.stops else like
        also = like.found_in if like.rule.id == found.rule.id else ()
        return replace(found, found_in=tuple(dict.fromkeys((*found.found_in, *also))))

    def _first(
        self,
        texts: Sequence[tuple[str, float]],
        lang: str,
        boundaries: Boundaries,
        key: tuple[object, ...] | None,
    ) -> Verdict:
        """The verdict on the first of these that is stopped, and on which others by the same rule.

        With each text, what its likeness must reach besides.
        """
        verdicts = [
            (text, self._judged(text, lang, boundaries, key, False, bar)) for text, bar in texts if text
        ]
        found = next((each for _, each in verdicts if each.stops), PASS)
        alike = [text for text, each in verdicts if each.rule and each.rule == found.rule]
        return replace(found, found_in=tuple(alike))

    def _spoken(
        self, sentences: Sequence[str], lang: str, boundaries: Boundaries, key: tuple[object, ...] | None
    ) -> Verdict:
        whole = "\n".join(sentences)
        if found := spoken.phrase_in(whole):
            return Verdict(found[0], None, 1.0, found[1])
        # What somebody in need would write, nobody reads in an answer.
        if need := crisis.found_in(whole):
            return Verdict("harm", None, _SAID, need)
        ways = list(dict.fromkeys(way for each in sentences for way in (each, plainly(each))))
        readings = _Readings()
        said = [match for way in ways for match in self._never(way, lang, readings)]
        if said:
            worst = max(said, key=lambda match: match.confidence)
            return Verdict(worst.label, None, worst.confidence, worst.example)
        topics = allowing(boundaries)
        # Statements are compared with a topic's questions: across languages that says too little.
        if not any(base(each.lang) == base(lang) for each in topics):
            topics = ()
        own = self._fitted_to(key)
        for examples, kept, fitted_to, stopped, least in (
            (promises(boundaries), key and (*key, "promises"), own, _OWN_PROMISED, 0.0),
            (stopping(boundaries), key, own, memory.OWN_STOPPED, 0.0),
            (topics, key and (*key, "only"), (), memory.OWN_STOPPED, _TOUCHES),
        ):
            if examples:
                matcher = self._kept(kept, examples, fitted_to, stopped)
                weighed = [
                    match
                    for way in ways
                    for match in matcher.weigh(readings.of(way, lang, matcher))
                    if is_about(match.label, match.example, way, base(lang))
                ]
                verdict = verdict_of(weighed, boundaries, least=least)
                if verdict.stops:
                    return verdict
        return PASS

    def _given(
        self, text: str, lang: str, boundaries: Boundaries, key: tuple[object, ...] | None, taught: bool
    ) -> Verdict:
        sentences, readings = memory.sentences_of(text, lang), _Readings()
        for sentence in sentences:
            found = spoken.phrase_in(sentence)
            said = [Match(found[0], 1.0, found[1])] if found else []
            said += [each for each in self._never(sentence, lang, readings) if each.confidence >= _SAID]
            kinds = [each for each in said if taught or each.label == "human"]
            if kinds:
                return Verdict(kinds[0].label, None, kinds[0].confidence, kinds[0].example)
        like = like_promises(boundaries)
        kept, own = key and (*key, "like promises"), self._fitted_to(key)
        matcher = self._kept(kept, like, own, _OWN_PROMISED) if like else None
        return self._promised(sentences, lang, boundaries, matcher, readings)

    def _promised(
        self,
        sentences: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        matcher: Matcher | None,
        readings: "_Readings",
    ) -> Verdict:
        """By what rule a person's own words aren't given, since they promise.

        A phrase must stand there as it is written: by its translation, much that promises nothing has it.
        """
        plain = [levelled(sentence) for sentence in sentences]
        weighed = [
            Match(label, _SAID, phrase)
            for label, phrase, words in promise_phrases(boundaries)
            if any(words.stand_in(each) for each in plain)
        ]
        if matcher is not None:
            weighed += [
                match
                for s in sentences
                for match in matcher.match(readings.of(s, lang, matcher))
                if is_about(match.label, match.example, s, base(lang))
            ]
        return verdict_of(weighed, boundaries, least=0.0)

    def _never(self, text: str, lang: str, readings: "_Readings") -> list[Match]:
        """What a sentence says that no avatar says; in its own language, where it has another one."""
        found = memory.detect(text, langs.SUPPORTED, last=lang)
        sure = found.reason in ("script", "model") and found.confidence >= _SURE_OF_LANGUAGE
        lang = found.lang if sure else lang
        never = spoken.examples_for(base(lang))
        if not never:
            return []
        matcher = self._kept(("spoken", base(lang)), never)
        said = matcher.match(readings.of(text, lang, matcher))
        return [match for match in said if spoken.is_about(match.label, text, base(lang))]

    def _weighed(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        stops: Matcher | None,
        allows: Matcher | None,
        *,
        asked: bool,
        bar: float = 0.0,
    ) -> Verdict:
        """By what of a text it is stopped; where only some topics are allowed, `allows` knows them.

        What it is merely like must reach the `bar` besides.
        """
        if asked and (found := crisis.found_in(text)):
            return Verdict("crisis", None, _SAID, found)
        if stops is None:
            return PASS
        ways = [stops.read(way, lang) for way in dict.fromkeys((text, plainly(text)))]
        weighed = [
            match for way in ways for match in stops.match(way) if match.said or match.confidence >= bar
        ]
        if allows is not None:
            weighed += [match for way in ways for match in allows.weigh(way)]
        weighed = [each for each in weighed if is_about(each.label, each.example, text, base(lang))]
        least = _ALLOWED.get(base(lang), _ALLOWED_ELSEWHERE)
        return verdict_of(weighed, boundaries, least=least if asked else 0.0)

    def _whole(self) -> bool:
        """Whether no matcher in use was built while the encoder was away: more may be found later."""
        now = monotonic()
        with self._lock:
            return all(until == float("inf") or until <= now for until, _ in self._matchers.values())

    def _kept(
        self,
        key: tuple[object, ...] | None,
        examples: Sequence[Example],
        own: Own = (),
        own_stopped: float = memory.OWN_STOPPED,
    ) -> Matcher:
        """The matcher of a key, built where there is none; one whose encoder was away is soon built again."""
        if key is None:
            return self._matching.matcher(examples, own, own_stopped)
        key = (*key, own)
        with self._lock:
            until, known = self._matchers.get(key, (0.0, None))
            if known is not None and until > monotonic():
                self._matchers.move_to_end(key)
                return known
        built = self._matching.matcher(examples, own, own_stopped)
        until = float("inf") if built.whole else monotonic() + _INCOMPLETE_S
        with self._lock:
            self._matchers[key] = (until, built)
            while len(self._matchers) > _KEPT:
                self._matchers.popitem(last=False)
        return built


class _Readings:
    """What is held against several matchers, each text read once in a language: they have one encoder."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Said] = {}

    def of(self, text: str, lang: str, matcher: Matcher) -> Said:
        """A text as it is compared; the first matcher that it is held against reads it."""
        if (text, lang) not in self._said:
            self._said[text, lang] = matcher.read(text, lang)
        return self._said[text, lang]
