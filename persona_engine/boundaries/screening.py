"""What a text falls under: crisis first, then the creator's rules. Blocking; nothing is said here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from kernel import lang as langs
from kernel.lang import base
from memory import service as memory
from memory.service import Example, Match, Matcher, OwnWords, Said
from persona_engine.boundaries import advice, crisis, planted, spoken
from persona_engine.boundaries.examples import (
    allowing,
    like_promises,
    phrases_of,
    promise_phrases,
    promises,
    stopping,
)
from persona_engine.boundaries.matchers import Key, Matchers
from persona_engine.boundaries.pledges import promises_somebody, words_given
from persona_engine.boundaries.rules import Boundaries, Kind, comes_with_it, is_about, told_by_words
from persona_engine.boundaries.spelling import levelled, plainly
from persona_engine.boundaries.verdict import PASS, Verdict, verdict_of

# Of what the creator themselves says, so much may be taken for a promise: it is as much a statement as one.
_OWN_PROMISED: Final = 0.02
# How sure a wording is.
_SAID: Final = 0.95
# A question on an allowed topic may be so much less like its examples than what is stopped, by deviations of
# harmless talk. In English the encoder finds something in common between any two questions.
_ALLOWED: Final = {"en": memory.below(1.5)}
_ALLOWED_ELSEWHERE: Final = memory.below(3.0)
# An answer that stays on a topic touches on it somewhere; it isn't put like the topic's questions.
_TOUCHES: Final = 0.1
_SURE_OF_LANGUAGE: Final = 0.9


class _Least(NamedTuple):
    """What likeness to an example must reach besides: so sure it must be, and so many words of its topic the
    text must share with one that comes with the product.
    """

    confidence: float = 0.0
    words: int = 0


_PLAIN: Final = _Least()
# What stands beside a quote is neither asked for nor given: it must be so much more like an example.
_BESIDE: Final = _Least(confidence=1.0 - memory.below(1.5))
# A title names a subject, and is like any example in that one word: "Medicine", "The judge".
_TITLE: Final = _Least(words=2)


class Screening:
    """Holds texts against an avatar's rules, and against what holds for every avatar.

    With a key, an avatar and its rules' version, what these are told by is built once.
    """

    def __init__(self, matchers: Matchers) -> None:
        self._matchers = matchers

    def judged(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        key: Key | None,
        asked: bool,
        least: _Least = _PLAIN,
        readings: "_Readings | None" = None,
    ) -> Verdict:
        """What becomes of a text: of a message, if it was `asked`, else of content.

        What it is merely like must reach the `least` besides. With `readings`, it is read there.
        """
        rules = [rule for rule in boundaries.rules if rule.on and rule.kind is not Kind.PROMISE]
        stops = self._stops(key, boundaries, self._matchers.fitted_to(key)) if rules else None
        # What the creator speaks of is what they allow: it lifts no bar there.
        topics = allowing(boundaries) if asked else ()
        allows = self._matchers.of(key and (*key, "only"), topics) if topics else None
        readings = readings or _Readings()
        return self._weighed(text, lang, boundaries, stops, allows, readings, asked=asked, held=least)

    def content(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        key: Key | None,
        readings: "_Readings | None" = None,
    ) -> Verdict:
        """Whether content may be given: as a whole, and each of its sentences.

        A harmless one before it makes a text unlike what a sentence says.
        """
        readings = readings or _Readings()
        found = self.judged(text, lang, boundaries, key, False, readings=readings)
        sentences = memory.sentences_of(text, lang)
        if found.stops or len(sentences) < 2:
            return found
        return self._first([(each, _PLAIN) for each in sentences], lang, boundaries, key, readings)

    def shown(
        self,
        whole: str,
        titles: Sequence[str],
        near: Sequence[str],
        beside: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        key: Key | None,
    ) -> Verdict:
        """Whether content may be given from, as `Guard.shown` tells."""
        phrases, kept = phrases_of(boundaries), key and (*key, "phrases")
        found = self.judged(whole, lang, phrases, kept, False)
        if found.rule:
            told = self._first(
                [(each, _PLAIN) for each in memory.sentences_of(whole, lang)], lang, phrases, kept
            )
            # An exception is about a sentence; in a passage it's drowned, or it drowns another.
            found = told if told.stops or found.rule.exceptions else found
        places = ((titles, _TITLE), (near, _PLAIN), (beside, _BESIDE))
        seen = [(each, least) for texts, least in places for each in texts]
        like = self._first(seen, lang, boundaries, key)
        if not found.rule or not like.rule:
            return found if found.stops else like
        also = like.found_in if like.rule.id == found.rule.id else ()
        return replace(found, found_in=tuple(dict.fromkeys((*found.found_in, *also))))

    def _first(
        self,
        texts: Sequence[tuple[str, _Least]],
        lang: str,
        boundaries: Boundaries,
        key: Key | None,
        readings: "_Readings | None" = None,
    ) -> Verdict:
        """The verdict on the first of these that is stopped, and on which others by the same rule.

        With each text, what its likeness must reach besides.
        """
        verdicts = [
            (text, self.judged(text, lang, boundaries, key, False, least, readings))
            for text, least in texts
            if text
        ]
        found = next((each for _, each in verdicts if each.stops), PASS)
        alike = [text for text, each in verdicts if each.rule and each.rule == found.rule]
        return replace(found, found_in=tuple(alike))

    def sayable(
        self, sentences: Sequence[str], lang: str, boundaries: Boundaries, key: Key | None
    ) -> Verdict:
        """Whether a written answer may be said: neither off the topics nor promised."""
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
        own = self._matchers.fitted_to(key)
        like, stops, only = promises(boundaries), stopping(boundaries), key and (*key, "only")
        for matcher, least in (
            (like and self._matchers.of(key and (*key, "promises"), like, own, _OWN_PROMISED), 0.0),
            (stops and self._stops(key, boundaries, own), 0.0),
            (topics and self._matchers.of(only, topics), _TOUCHES),
        ):
            if matcher:
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

    def given(self, text: str, lang: str, boundaries: Boundaries, key: Key | None, taught: bool) -> Verdict:
        """Whether a person's own words may be given, as `Guard.given` tells."""
        sentences, readings = memory.sentences_of(text, lang), _Readings()
        stopped = self.content(text, lang, boundaries, key, readings)
        if stopped.stops:
            return stopped
        for sentence in sentences:
            found = spoken.phrase_in(sentence)
            said = [Match(found[0], 1.0, found[1])] if found else []
            said += [each for each in self._never(sentence, lang, readings) if each.confidence >= _SAID]
            kinds = [each for each in said if taught or each.label == "human"]
            if kinds:
                return Verdict(kinds[0].label, None, kinds[0].confidence, kinds[0].example)
        like = like_promises(boundaries)
        kept, own = key and (*key, "like promises"), self._matchers.fitted_to(key)
        matcher = self._matchers.of(kept, like, own, _OWN_PROMISED) if like else None
        return self._promised(sentences, lang, boundaries, matcher, readings)

    def planted(self, texts: Sequence[tuple[str, str]], boundaries: Boundaries) -> list[Verdict]:
        """Which (text, language) pairs speak to an AI, or ask for money to a wallet."""

        def matcher_of(tag: str, examples: Sequence[Example]) -> Matcher:
            return self._matchers.of(("planted", tag), examples)

        found = [planted.found_in(*each, boundaries.quoted, matcher_of) for each in texts]
        return [Verdict(each.label, None, each.confidence, each.example) if each else PASS for each in found]

    def given_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, own: OwnWords | None
    ) -> list[Verdict]:
        """By what (text, language) pairs promise, with rules fitted to `own` for this once."""
        like = like_promises(boundaries)
        matcher = self._matchers.of(None, like, own, _OWN_PROMISED) if like else None
        return [
            self._promised(memory.sentences_of(text, lang), lang, boundaries, matcher, _Readings())
            for text, lang in texts
        ]

    def judge_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, own: OwnWords | None
    ) -> list[Verdict]:
        """What would become of (text, language) pairs if asked, with rules fitted to `own` for this once."""
        topics = allowing(boundaries)
        stops = self._stops(None, boundaries, own)
        allows = self._matchers.of(None, topics) if topics else None
        return [
            self._weighed(text, lang, boundaries, stops, allows, _Readings(), asked=True)
            for text, lang in texts
        ]

    def _stops(self, key: Key | None, boundaries: Boundaries, own: OwnWords | None) -> Matcher:
        """What knows what is stopped. Where words tell a topic, the creator's content has no say: a tip they
        were given would open the rule to all who ask about it.
        """
        return self._matchers.of(key, stopping(boundaries), own, apart=told_by_words)

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
        What comes with the product holds what is promised to somebody: a price of the past is like it, too,
        and so is the day of the week on which a creator ships.
        """
        near = (*sentences, *(" ".join(each) for each in pairwise(sentences)))
        weighed = [match for each in near for match in _worded(each, boundaries, promised=True)]
        for sentence in sentences:
            plain = levelled(sentence)
            found = [
                Match(label, _SAID, phrase)
                for label, phrase, words in promise_phrases(boundaries)
                if words.stand_in(plain)
            ]
            if matcher is not None:
                found += [
                    match
                    for match in matcher.match(readings.of(sentence, lang, matcher))
                    if is_about(match.label, match.example, sentence, base(lang))
                ]
            if any(comes_with_it(each.label, each.example) for each in found) and not promises_somebody(
                sentence, base(lang)
            ):
                found = [each for each in found if not comes_with_it(each.label, each.example)]
            weighed += [*found, *_vowed(sentence, lang, boundaries)]
        return verdict_of(weighed, boundaries, least=0.0)

    def _never(self, text: str, lang: str, readings: "_Readings") -> list[Match]:
        """What a sentence says that no avatar says; in its own language, where it has another one."""
        found = memory.detect(text, langs.SUPPORTED, last=lang)
        sure = found.reason in ("script", "model") and found.confidence >= _SURE_OF_LANGUAGE
        lang = found.lang if sure else lang
        never = spoken.examples_for(base(lang))
        if not never:
            return []
        matcher = self._matchers.of(("spoken", base(lang)), never)
        said = matcher.match(readings.of(text, lang, matcher))
        return [match for match in said if spoken.is_about(match.label, text, base(lang))]

    def _weighed(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        stops: Matcher | None,
        allows: Matcher | None,
        readings: "_Readings",
        *,
        asked: bool,
        held: _Least = _PLAIN,
    ) -> Verdict:
        """By what of a text it is stopped; where only some topics are allowed, `allows` knows them.

        What it is merely like must reach what it is `held` to besides.
        """
        if asked and (found := crisis.found_in(text)):
            return Verdict("crisis", None, _SAID, found)
        if stops is None:
            return PASS
        ways = [readings.of(way, lang, stops) for way in dict.fromkeys((text, plainly(text)))]
        weighed = [match for way in ways for match in stops.match(way) if _reaches(match, way, stops, held)]
        if allows is not None:
            weighed += [match for way in ways for match in allows.weigh(way)]
        if asked:
            weighed = [
                each
                for each in weighed
                if each.said
                or not comes_with_it(each.label, each.example)
                or not advice.is_subject(each.label, text, base(lang))
            ]
            advised = _worded(text, boundaries)
            weighed += [each for each in advised if not any(stops.excepts(way, each.label) for way in ways)]
        weighed = [each for each in weighed if is_about(each.label, each.example, text, base(lang))]
        least = _ALLOWED.get(base(lang), _ALLOWED_ELSEWHERE)
        return verdict_of(weighed, boundaries, least=least if asked else 0.0)


def _reaches(match: Match, text: Said, stops: Matcher, least: _Least) -> bool:
    """Whether a text has a phrase, or is like an example by as much as is asked besides."""
    return match.said or (
        match.confidence >= least.confidence
        and (
            not least.words
            or not comes_with_it(match.label, match.example)
            or stops.shared(text, match.example) >= least.words
        )
    )


def _worded(text: str, boundaries: Boundaries, *, promised: bool = False) -> Iterator[Match]:
    """By what wordings a question is for advice that a rule is about, as it came with the product.

    `promised`: by what wordings a text says what such a rule never promises.
    """
    for way in dict.fromkeys((text, plainly(text))):
        for rule_id, wording in advice.found_in(way):
            rule = boundaries.rule(rule_id)
            if (
                rule
                and (rule.kind is Kind.PROMISE) is promised
                and any(comes_with_it(rule_id, each) for each in rule.examples)
            ):
                yield Match(rule_id, _SAID, wording)


def _vowed(sentence: str, lang: str, boundaries: Boundaries) -> Iterator[Match]:
    """By which rules that came with the product one's word on their subject isn't given: "I promise you that
    the price will never go up", however unlike their few examples.
    """
    lang = base(lang)
    for rule in boundaries.rules:
        if rule.on and rule.kind is Kind.PROMISE and told_by_words(rule.id, lang):
            example = next((each for each in rule.examples if comes_with_it(rule.id, each)), None)
            if example and any(
                is_about(rule.id, example, each, lang) for each in words_given(sentence, lang)
            ):
                yield Match(rule.id, _SAID, example)


class _Readings:
    """What is held against several matchers, each text read once in a language: they have one encoder."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Said] = {}

    def of(self, text: str, lang: str, matcher: Matcher) -> Said:
        """A text as it is compared; the first matcher that it is held against reads it."""
        if (text, lang) not in self._said:
            self._said[text, lang] = matcher.read(text, lang)
        return self._said[text, lang]
