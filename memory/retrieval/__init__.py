"""The retrieval engine: language, analysis, indexes, quotes and the gate. No database and no web.

What it offers is loaded when it is first asked for: a reader's process needs languages and sentences only,
and should neither wait for the indexes' libraries nor hold them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memory.retrieval.encoder import Encoder, EncoderUnavailable, encoder_status, load_encoder
    from memory.retrieval.kept_levels import code
    from memory.retrieval.langid import Detected, detect
    from memory.retrieval.retriever import Retriever
    from memory.retrieval.roles import asks
    from memory.retrieval.sentences import quotable, sentences_of, split_sentences
    from memory.retrieval.translit import romanise

_MODULES = {
    "Detected": "langid",
    "Encoder": "encoder",
    "EncoderUnavailable": "encoder",
    "Retriever": "retriever",
    "asks": "roles",
    "code": "kept_levels",
    "detect": "langid",
    "encoder_status": "encoder",
    "load_encoder": "encoder",
    "quotable": "sentences",
    "romanise": "translit",
    "sentences_of": "sentences",
    "split_sentences": "sentences",
}

__all__ = [
    "Detected",
    "Encoder",
    "EncoderUnavailable",
    "Retriever",
    "asks",
    "code",
    "detect",
    "encoder_status",
    "load_encoder",
    "quotable",
    "romanise",
    "sentences_of",
    "split_sentences",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
