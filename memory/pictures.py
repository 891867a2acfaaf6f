"""Pictures that texts were read from, for who looks the texts over; drawn by a reader process."""

import asyncio

import anyio.to_thread

from kernel.db import assert_no_transaction
from kernel.errors import NotFound
from memory.errors import NoSuchPicture
from memory.readers import ImportProblem, ReadOptions, read_isolated
from memory.readers.scratch import Scratch
from memory.recall import Memory
from memory.types import SourceInfo

_TIMEOUT_S, _WAIT_S = 20.0, 60.0
KINDS = ("image", "pdf")
"""Kinds of items whose pages have pictures to be shown."""


async def picture(memory: Memory, source: SourceInfo, page: int = 1) -> bytes:
    """What is pictured on an item's page (from 1), as a JPEG that holds nothing else of the file.

    Raises:
        NoSuchPicture: nothing is, or it can't be drawn.
    """
    assert_no_transaction("drawing a picture")
    scratch = await anyio.to_thread.run_sync(Scratch)
    try:
        path = memory.files.path(source.creator_id, source.sha256 or "")
        options = ReadOptions(page=page, extract_to=scratch.path / "drawn")
        async with asyncio.timeout(_WAIT_S):  # imports may have all readers
            drawn = await read_isolated(path, source.name, options, timeout_s=_TIMEOUT_S)
        return await anyio.to_thread.run_sync(drawn.members[0].path.read_bytes)
    except (ImportProblem, NotFound, OSError):  # also when the time is over
        raise NoSuchPicture("There is no picture to show here.") from None
    finally:
        await anyio.to_thread.run_sync(scratch.remove)
