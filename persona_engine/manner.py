"""How a fixed sentence is told as the sliders have it: in which register, how warmly. Which there are, and in
which words, is the catalogues' matter.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import regex

from kernel.i18n import MissingMessageError, t, variants
from kernel.lang import UNSPACED, base

Register = Literal["", "formal", "casual"]
# What ends a sentence that isn't exclaimed; Thai marks no end.
_ENDS: Final = {"hi": "।", "th": "", "ja": "。", "zh": "。"}
_EXCLAIMED: Final = regex.compile(r"\s*[!！]+")


@dataclass(frozen=True, slots=True)
class Manner:
    """A register (empty: the everyday one), and whether it is `warm`, or `cool`, which exclaims nothing."""

    register: Register = ""
    warm: bool = False
    cool: bool = False

    def ways(self, key: str) -> tuple[str, ...]:
        """The keys of the ways in which a message is told in the register; else in the everyday one."""
        return _ways(f"{self.register}.{key}") or variants(key) if self.register else variants(key)

    def say(self, lang: str, key: str, turn: int = 0, **params: object) -> str:
        """A message that is told in several ways: from turn to turn another one."""
        ways = self.ways(key)
        return self.told(t(lang, ways[turn % len(ways)], count=None, **params), lang)

    def thanking(self, lang: str, text: str) -> str:
        """A text with thanks for the question before it, where it is warm."""
        if not self.warm:
            return text
        between = "" if base(lang) in UNSPACED and base(lang) != "th" else " "
        return f"{self.say(lang, 'answer.asked')}{between}{text}"

    def told(self, text: str, lang: str) -> str:
        """A text of the catalogues, without exclaiming where it is cool."""
        if not self.cool:
            return text
        return _EXCLAIMED.sub(_ENDS.get(base(lang), "."), text.replace("¡", ""))


@lru_cache(maxsize=256)
def _ways(key: str) -> tuple[str, ...]:
    try:
        return variants(key)
    except MissingMessageError:
        return ()


EVERYDAY: Final = Manner()
