"""What crosses the persona's door, gathered: questions and replies, small talk, answers, the style card."""

from persona_engine.decisions import Asked, PersonaContext, Reply, Step, StyleVersion, Trace, TraceInfo
from persona_engine.quoting import ComposedAnswer
from persona_engine.smalltalk.intents import Intent, SmallTalk
from persona_engine.style_card import Change, Emoji, Formality, Punctuation, Share, Spread, StyleCard

__all__ = [
    "Asked",
    "Change",
    "ComposedAnswer",
    "Emoji",
    "Formality",
    "Intent",
    "PersonaContext",
    "Punctuation",
    "Reply",
    "Share",
    "SmallTalk",
    "Spread",
    "Step",
    "StyleCard",
    "StyleVersion",
    "Trace",
    "TraceInfo",
]
