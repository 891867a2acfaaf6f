"""Whether a draft is a whole answer: not empty, not cut off, not too long, not going round in circles."""

import zlib
from typing import Final

from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault

_TIMES: Final = 3
_TELLING: Final = 12
_LONG: Final = 400
# Prose shrinks to a half or a third; the same few words over and over to a tenth.
_LEAST_SHARE: Final = 0.18


def check(draft: Draft) -> Fault | None:
    """Empty, cut, too long or repeating."""
    text = draft.text
    if not reading.bare(draft.plain):
        return Fault("empty")
    if draft.cut:
        return Fault("cut")
    if len(text) > draft.most:
        return Fault("long")
    said = [bare for each in reading.sentences(draft.plain) if len(bare := reading.bare(each)) >= _TELLING]
    if any(said.count(each) >= _TIMES for each in set(said)):
        return Fault("repeats")
    raw = text.encode()
    if len(raw) > _LONG and len(zlib.compress(raw)) / len(raw) < _LEAST_SHARE:
        return Fault("repeats")
    return None
