"""The part of a message that asks, where it opens with small talk. What small talk is stands elsewhere."""

from collections.abc import Sequence

import regex

from persona_engine.smalltalk.matching import recognise

# Where one sentence, or a greeting before a comma, a dash or a question that says it begins, ends.
_END = regex.compile(r"[.!?…。！？؟।~～,，、،–—:\n]+\s*|\s+-+\s+|\s+(?=[¿¡])")
_SENTENCES = 2


def asking(text: str, *, names: Sequence[str] = (), prefer: Sequence[str] = ()) -> str:
    """The message without greetings or thanks at its beginning; whole where nothing else would be left.

    They would dilute the question: every word that no passage holds counts against it.
    """
    begin = 0
    for match in list(_END.finditer(text))[:_SENTENCES]:
        if not text[match.end() :].strip():
            break
        talk = recognise(text[begin : match.end()], names=names, prefer=prefer)
        if talk is None or talk.beside:
            break
        begin = match.end()
    return text[begin:]
