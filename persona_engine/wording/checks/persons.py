"""Whether a draft says that its creator speaks: it is an AI that does, under whatever name."""

from persona_engine.boundaries import spoken
from persona_engine.wording import reading
from persona_engine.wording.checks.draft import Draft, Fault
from persona_engine.wording.checks.marks import unquoted


def check(draft: Draft) -> Fault | None:
    """The creator's name as the speaker's own, but in what is quoted from a source."""
    for sentence in reading.sentences(reading.plain(unquoted(reading.without_markers(draft.text)))):
        if spoken.introduces(sentence, draft.names[1:]):
            return Fault("human", sentence)
    return None
