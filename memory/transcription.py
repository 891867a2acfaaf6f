"""Speech recognition by a service or a local model; cutting sound out of media is memory.readers'."""

from memory.readers.options import Transcriber

__all__ = ["Transcriber"]
