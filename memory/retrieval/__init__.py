"""The retrieval engine: language, analysis, indexes, quotes and the gate. No database and no web."""

from memory.retrieval.encoder import Encoder, EncoderUnavailable, encoder_status, load_encoder
from memory.retrieval.langid import Detected, detect
from memory.retrieval.retriever import Retriever
from memory.retrieval.sentences import split_sentences

__all__ = [
    "Detected",
    "Encoder",
    "EncoderUnavailable",
    "Retriever",
    "detect",
    "encoder_status",
    "load_encoder",
    "split_sentences",
]
