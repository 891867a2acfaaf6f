"""Small talk: recognised as a whole message before anything is searched, and answered from the catalogues."""

from persona_engine.smalltalk.addressing import to_you
from persona_engine.smalltalk.book import books as load
from persona_engine.smalltalk.intents import MAY_MEAN_MORE, Intent, SmallTalk
from persona_engine.smalltalk.matching import phrased, recognise
from persona_engine.smalltalk.normal import normal
from persona_engine.smalltalk.opening import asking
from persona_engine.smalltalk.replying import reply

__all__ = [
    "MAY_MEAN_MORE",
    "Intent",
    "SmallTalk",
    "asking",
    "load",
    "normal",
    "phrased",
    "recognise",
    "reply",
    "to_you",
]
