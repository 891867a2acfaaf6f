"""What is said in a sound that isn't kept: a fan's voice message. It is cut and read as an upload is."""

from collections.abc import Sequence
from typing import Final

import anyio.to_thread
import structlog

from kernel.db import assert_no_transaction
from memory.readers import ImportProblem, Limits, ReadError, ReadOptions, Transcriber, read_isolated, sniff
from memory.readers.options import MB
from memory.readers.scratch import Scratch

log = structlog.get_logger(__name__)

LONGEST_S: Final = 600
LARGEST: Final = 20 * MB

_READ_WITHIN_S: Final = 20.0
_LIMITS: Final = Limits(text_bytes=MB, seconds=LONGEST_S, cpu_seconds=60)
# It has no name that a person gave it: what it is, its bytes say.
_NAME: Final = "voice"


async def heard(sound: bytes, langs: Sequence[str], transcriber: Transcriber) -> str:
    """The words in a sound of at most `LONGEST_S` seconds; empty where there are none, or can't be had.

    `langs` are the languages that it may be in. One alone is none: a recogniser would write whatever it hears
    in that. Cancelling stops it. Until it ends the sound lies in a folder that goes with this process.
    """
    assert_no_transaction("speech recognition")
    scratch = await anyio.to_thread.run_sync(Scratch)
    try:
        path = scratch.path / _NAME
        await anyio.to_thread.run_sync(path.write_bytes, sound)
        if await anyio.to_thread.run_sync(sniff, path, _NAME) not in ("audio", "video"):
            raise ReadError("no_sound")
        options = ReadOptions(
            langs=tuple(langs) if len(langs) > 1 else (),
            transcriber=transcriber,
            limits=_LIMITS,
            extract_to=scratch.path / "members",
        )
        result = await read_isolated(path, _NAME, options, timeout_s=_READ_WITHIN_S)
    except ImportProblem as problem:
        log.info("hearing.failed", code=problem.code)
        return ""
    finally:
        await anyio.to_thread.run_sync(scratch.remove)
    return "\n".join(passage.text for document in result.documents for passage in document.passages)
