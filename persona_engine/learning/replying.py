"""A taught answer as it is given: to whom it may be, in a person's own words, framed for other languages."""

from kernel.chat import Citation, Outbound
from kernel.i18n import t
from kernel.lang import name_in, same
from memory.service import SURE
from memory.types import Locator, PassageInfo
from persona_engine.decisions import Exchange
from persona_engine.learning.taught import Taught
from persona_engine.learning.types import Found
from persona_engine.quoting import quote_answer


async def look(
    taught: Taught, exchange: Exchange, question: str, lang: str, tiers: frozenset[str]
) -> tuple[Found, tuple[PassageInfo, ...]] | None:
    """The answer to a question, and what it cites; None where a fan of these tiers gets none."""
    asked = exchange.asked
    found = await taught.find(asked.creator_id, asked.avatar_id, question, lang)
    if not found:
        return None
    cited = await taught.cited(asked.creator_id, found, tiers) if found.sure else ()
    decision = ("given" if cited is not None else "withheld") if found.sure else "none"
    exchange.tracer.step(
        "taught", decision, "cites" if decision == "withheld" else "nearest", answer=found.id,
        confidence=found.confidence, threshold=SURE, question=found.question,
    )  # fmt: skip
    return (found, cited) if decision == "given" and cited is not None else None


def outbound(
    exchange: Exchange,
    found: Found,
    cited: tuple[Citation, ...],
    retold: str | None,
) -> Outbound:
    """The message. What a person wrote is called the creator's own; what they approved cites its sources.

    `retold` is its text in the fan's language, if it was put into that.
    """
    text, lang = retold or found.text, exchange.lang
    if not retold and not same(lang, found.lang):
        seed = exchange.asked.message_id
        text = quote_answer(lang, text, title="", passage_lang=found.lang, locator=Locator(), seed=seed).text
    if not cited and found.origin != "approved":
        creator = exchange.context.avatar.creator_name
        label = t(lang, "source.own", creator=creator)
        if retold:
            label += f" · {t(lang, 'source.translated', language=name_in(found.lang, lang))}"
        cited = (Citation(label, "", 0),)
    return Outbound(text, lang, citations=cited)
