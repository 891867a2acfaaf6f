"""What is said back to small talk: sentences of the catalogues, chosen by a seed."""

from collections.abc import Sequence

from kernel.i18n import t
from persona_engine.choice import pick
from persona_engine.smalltalk.intents import Intent


def reply(
    intent: Intent, lang: str, creator: str, samples: Sequence[str] = (), *, seed: str | int = 0
) -> str:
    """The avatar's answer to small talk in ``lang``; the same for the same seed.

    ``samples`` are questions that the content answers: two are offered to who asks what can be asked.
    """
    if intent is Intent.IDENTITY and len(samples) >= 2:
        return t(lang, "smalltalk.identity.1", creator=creator, first=samples[0], second=samples[1])
    key = "smalltalk.identity_plain" if intent is Intent.IDENTITY else f"smalltalk.{intent}"
    return t(lang, pick(key, seed), creator=creator)
