"""Readers: one module a format, from a file to documents; no database and no network here."""

from memory.readers.errors import ImportProblem, ReadError, Waiting
from memory.readers.options import Cut, CutResult, Limits, ReadOptions, ReadResult, Refused, Transcriber
from memory.readers.registry import read
from memory.readers.sandbox import close_readers, read_isolated
from memory.readers.sniff import sniff

__all__ = [
    "Cut",
    "CutResult",
    "ImportProblem",
    "Limits",
    "ReadError",
    "ReadOptions",
    "ReadResult",
    "Refused",
    "Transcriber",
    "Waiting",
    "close_readers",
    "read",
    "read_isolated",
    "sniff",
]
