"""Loading at a start what the first question would otherwise wait for.

`/readyz` waits for it, and so do turns: messages are taken in meanwhile, and answered when it has ended.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

import structlog

from app.container import Container
from community import service as community
from kernel import i18n
from kernel.db import DATABASE_AWAY
from persona_engine import service as personas

log = structlog.get_logger(__name__)

_AVATARS = 16
# What hangs may not keep fans waiting for ever.
_WITHIN_S = 600.0
# Objects that came and stayed until the youngest are looked through, and how often that before the older.
_COLLECTED = (10_000, 20, 20)


async def warm(container: Container) -> None:
    """Load what this process's roles need, and answer something for nobody; then the process is warm.

    It is so after ten minutes at the latest, or where this fails: whoever asks then waits for the rest.
    What only the first quote in a language waits for follows, while others are being answered.
    """
    async with _rehearsal():
        if container.roles.web:
            await asyncio.to_thread(i18n.load)
        if container.roles.worker:
            await _rehearse(container)
    container.warmed.set()
    if container.roles.worker:
        async with _rehearsal():
            for context in await _contexts(container):
                await container.persona.rehearse_quotes(context)


@contextlib.asynccontextmanager
async def _rehearsal() -> AsyncIterator[None]:
    """What fails in it is told, and keeps nobody out; what it loaded is left alone by the collector."""
    try:
        async with asyncio.timeout(_WITHIN_S):
            yield
    except (OSError, *DATABASE_AWAY) as error:
        log.warning("warming.failed", error=repr(error))
    except Exception:  # what can't be loaded fails again when it is needed, and is told there
        log.exception("warming.failed")
    finally:
        settle()


def settle() -> None:
    """Have the collector of garbage leave alone what was loaded, and come less often.

    It would walk through all of that again and again, and stop everything for a tenth of a second each time.
    A search makes some thousands of objects, of which nothing is left behind: with Python's own thresholds
    it is held up several times, and every twentieth by a millisecond.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED)


async def _rehearse(container: Container) -> None:
    persona = container.persona
    await asyncio.to_thread(persona.load)
    for context in await _contexts(container):
        await persona.rehearse(context)
    async with container.db.system_uow() as uow:
        asks_models = await personas.models.any_usable(uow)
    if asks_models:  # seconds, and 50 MB that nobody else needs
        await asyncio.to_thread(personas.load_models)


async def _contexts(container: Container) -> list[personas.PersonaContext]:
    """What the replies of those depend on whom fans reach, as many as are rehearsed."""
    async with container.db.system_uow() as uow:
        avatars = [avatar for avatar in await community.avatars(uow) if avatar.live]
    contexts = []
    for avatar in avatars[:_AVATARS]:
        async with container.db.uow(avatar.creator_id) as uow:
            contexts.append(await container.persona.context(uow, avatar.id))
    return contexts
