"""Which language a message is in, and in which it is answered. What says so is `memory`'s detection.

A message that says nothing of its language goes on in the fan's last one, else as their platform is set.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from kernel import lang as langs
from memory import service as memory
from memory.service import Detected
from persona_engine.decisions import Asked, Exchange, PersonaContext, Tracer


def begun(asked: Asked, text: str, context: PersonaContext, tracer: Tracer) -> tuple[Detected, Exchange]:
    """What a message is in, which it is looked up in, and its exchange."""
    enabled = context.avatar.languages or (langs.DEFAULT,)
    last, hint = asked.last_language, langs.normalise(asked.language_hint)
    detected = memory.detect(text, (*enabled, *_either(enabled)), last=last, hint=hint, known=langs.SUPPORTED)
    near = memory.detect("", enabled, last=last, hint=hint).lang
    lang = asked.chosen_language or (near if detected.reason == "unknown" else detected.lang)
    tracer.step(
        "language",
        lang,
        "chosen" if asked.chosen_language else detected.reason,
        detected=detected.lang,
        confidence=round(detected.confidence, 3),
        enabled=list(enabled),
    )
    return detected, Exchange(
        asked,
        context,
        lang,
        lang if _spoken(lang, enabled) else near,
        detected.reason in ("script", "model", "foreign"),
        tracer,
        stranger=detected.reason == "unknown" and not asked.chosen_language,
    )


def put_in(exchange: Exchange, found: Sequence[str]) -> Exchange:
    """The exchange in one of the languages that alone put something as a message does, if it isn't already.

    Of several in the thread's or the platform's, else in one that the avatar speaks.
    """
    asked = exchange.asked
    if not found or asked.chosen_language:
        return exchange
    if any(langs.same(exchange.lang, each) for each in found):
        return replace(exchange, learned=True)
    likely = (asked.last_language, langs.normalise(asked.language_hint), *exchange.context.avatar.languages)
    lang = next((each for each in likely if each and each in found), found[0])
    return replace(exchange, lang=lang, learned=True, stranger=False)


@lru_cache(maxsize=256)
def _either(enabled: tuple[str, ...]) -> tuple[str, ...]:
    """Chinese is one language, in the characters of whoever reads it."""
    return tuple(tag for tag in langs.SUPPORTED if tag not in enabled and _spoken(tag, enabled))


def _spoken(tag: str, enabled: tuple[str, ...]) -> bool:
    return any(langs.same(tag, each) for each in enabled)
