"""What texts fall under, asked from the event loop, with the verdicts on content kept for the next fan."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from kernel.threads import Threads
from memory.service import OwnWords
from persona_engine.boundaries.examples import phrases_of
from persona_engine.boundaries.matchers import Key, Matchers, Matching
from persona_engine.boundaries.rules import Boundaries
from persona_engine.boundaries.screening import Screening
from persona_engine.boundaries.verdict import Verdict

_THREADS: Final = 2
_GIVEN: Final = 4_000  # verdicts on a creator's own words: a quote is given to many


class Guard:
    """Holds messages against rules, for every avatar of a process."""

    def __init__(self, matching: Matching) -> None:
        self._threads = Threads(_THREADS, "guard")
        self._matchers = Matchers(matching)
        self._screening = Screening(self._matchers)
        self._verdicts: OrderedDict[Key, Verdict] = OrderedDict()

    def knows(self, avatar: object) -> bool:
        """Whether what an avatar's creator says was told to `fit` lately."""
        return self._matchers.knows(avatar)

    async def read(self, texts: Sequence[tuple[str, str]]) -> OwnWords:
        """What a creator says in (language, text): rules are fitted to it."""
        return await self._threads.run(self._matchers.read, texts)

    def fit(self, avatar: object, own: OwnWords) -> None:
        """Have an avatar's rules, whose keys begin with it, fitted to what its creator says."""
        self._matchers.fit(avatar, own)

    async def judge(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        *,
        key: Key | None = None,
        literally: bool = False,
    ) -> Verdict:
        """What becomes of a fan's message. With a `key`, an avatar and its rules' version, matchers are kept.

        `literally`: what it says is known (a greeting), and stopped by phrases alone. Likeness would find in
        its few words what they have in common with anything.
        """
        if literally:
            boundaries, key = phrases_of(boundaries), key and (*key, "phrases")
        return await self._threads.run(self._screening.judged, text, lang, boundaries, key, True)

    async def quotable(
        self, text: str, lang: str, boundaries: Boundaries, *, key: Key | None = None
    ) -> Verdict:
        """Whether content may be quoted: not what a rule forbids or leaves to a person, whole or in part."""
        return await self._threads.run(self._screening.content, text, lang, boundaries, key)

    async def given(
        self,
        text: str,
        lang: str,
        boundaries: Boundaries,
        *,
        key: Key | None = None,
        taught: bool = False,
    ) -> Verdict:
        """Whether a person's own words may be given as they are, in a quote or as a `taught` answer.

        Besides what a rule forbids or leaves to a person, they neither promise what is never promised nor
        say that a person answers; a taught answer none of what no avatar says. With a `key`, the verdict is
        kept for the next fan.
        """
        asked = (text, lang, key, taught, self._matchers.fitted_to(key))
        if key and (known := self._remembered(asked)):
            return known
        found = await self._threads.run(self._screening.given, text, lang, boundaries, key, taught)
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
        titles: Sequence[str] = (),
        beside: Sequence[str] = (),
        key: Key | None = None,
    ) -> Verdict:
        """Whether content may be given from, of which `near` are the parts that are seen with what is given.

        A rule's phrase counts anywhere in the `whole`, its examples in what is near and in the `titles` above
        it, and in the sentences `beside` what is given where these are very like them. `key`: as for `given`.
        """
        asked = (whole, *map(tuple, (titles, near, beside)), lang, key, self._matchers.fitted_to(key))
        if key and (known := self._remembered(asked)):
            return known
        found = await self._threads.run(
            self._screening.shown, whole, titles, near, beside, lang, boundaries, key
        )
        return self._remember(asked, found) if key else found

    def _remembered(self, asked: tuple[object, ...]) -> Verdict | None:
        if known := self._verdicts.get(asked):
            self._verdicts.move_to_end(asked)
        return known

    def _remember(self, asked: tuple[object, ...], found: Verdict) -> Verdict:
        if self._matchers.whole:
            self._verdicts[asked] = found
            while len(self._verdicts) > _GIVEN:
                self._verdicts.popitem(last=False)
        return found

    async def planted(self, texts: Sequence[tuple[str, str]], boundaries: Boundaries) -> list[Verdict]:
        """Which of (text, language) pairs of content speak to an AI, or ask for money to a wallet.

        Not what somebody has looked at and lets be quoted.
        """
        return await self._threads.run(self._screening.planted, texts, boundaries)

    async def sayable(
        self,
        sentences: Sequence[str],
        lang: str,
        boundaries: Boundaries,
        *,
        key: Key | None = None,
    ) -> Verdict:
        """Whether a written answer may be said, by its sentences: neither off the topics nor promised."""
        return await self._threads.run(self._screening.sayable, sentences, lang, boundaries, key)

    async def given_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, *, own: OwnWords | None = None
    ) -> list[Verdict]:
        """What would be held back of (text, language) pairs as something that is never promised."""
        return await self._threads.run(self._screening.given_all, texts, boundaries, own)

    async def judge_all(
        self, texts: Sequence[tuple[str, str]], boundaries: Boundaries, *, own: OwnWords | None = None
    ) -> list[Verdict]:
        """What would become of (text, language) pairs."""
        return await self._threads.run(self._screening.judge_all, texts, boundaries, own)
