"""What crosses the persona's door, gathered: questions and replies, small talk, answers, the style card."""

from persona_engine.decisions import Asked, PersonaContext, Quoted, Reply, Step, Trace, TraceInfo, Turn
from persona_engine.drafting.outcomes import OUTCOMES, Outcome
from persona_engine.drafting.types import (
    COMPATIBLE,
    Caps,
    Completion,
    ConnectionForm,
    ConnectionState,
    Line,
    ModelConnection,
    Spending,
    Tried,
)
from persona_engine.quoting import ComposedAnswer
from persona_engine.smalltalk.intents import Intent, SmallTalk
from persona_engine.style_card import Change, Emoji, Formality, Punctuation, Share, Spread, StyleCard

__all__ = [
    "COMPATIBLE",
    "OUTCOMES",
    "Asked",
    "Caps",
    "Change",
    "Completion",
    "ComposedAnswer",
    "ConnectionForm",
    "ConnectionState",
    "Emoji",
    "Formality",
    "Intent",
    "Line",
    "ModelConnection",
    "Outcome",
    "PersonaContext",
    "Punctuation",
    "Quoted",
    "Reply",
    "Share",
    "SmallTalk",
    "Spending",
    "Spread",
    "Step",
    "StyleCard",
    "Trace",
    "TraceInfo",
    "Tried",
    "Turn",
]
