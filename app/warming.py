"""Loading at a start what the first question would otherwise wait for.

`/readyz` waits for it, and so do turns: messages are taken in meanwhile, and answered when it has ended.
"""

import asyncio
import gc

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
    """
    try:
        async with asyncio.timeout(_WITHIN_S):
            if container.roles.web:
                await asyncio.to_thread(i18n.load)
            if container.roles.worker:
                await _rehearse(container)
    except (OSError, *DATABASE_AWAY) as error:
        log.warning("warming.failed", error=repr(error))
    except Exception:  # what can't be loaded fails again when it is needed, and is told there
        log.exception("warming.failed")
    finally:
        settle()
        container.warmed.set()


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
    async with container.db.system_uow() as uow:
        avatars = [avatar for avatar in await community.avatars(uow) if avatar.live]
        asks_models = await personas.models.any_usable(uow)
    for avatar in avatars[:_AVATARS]:
        async with container.db.uow(avatar.creator_id) as uow:
            context = await persona.context(uow, avatar.id)
        await persona.rehearse(context)
    if asks_models:  # seconds, and 50 MB that nobody else needs
        await asyncio.to_thread(personas.load_models)
