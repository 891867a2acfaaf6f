"""Health: is everything running, what waits, what failed, what this machine lacks."""

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_web.place import Desk, ViewerDesk
from admin_web.ports import container_of
from conversation import service as conversation
from kernel.web import pages
from memory import service as memory
from memory.types import SourceFilter, SourceState

router = APIRouter(prefix="/@{slug}/health")

_PACKAGES: Final = ("understudy", "fastapi", "psycopg", "procrastinate", "tantivy", "onnxruntime", "torch")
_TROUBLES = 10


@router.get("")
async def health_page(request: Request, desk: ViewerDesk) -> Response:
    """The page."""
    context = await _live(request, desk)
    return pages(request).page(request, "health.html", context | {"versions": _versions()})


@router.get("/live")
async def live(request: Request, desk: ViewerDesk) -> Response:
    """The page's moving part, asked for again every few seconds."""
    return pages(request).page(request, "health/_live.html", await _live(request, desk))


@router.get("/findings")
async def findings(request: Request, desk: ViewerDesk) -> Response:
    """What the doctor says: it takes a second or two, so it comes after the page."""
    found = await run_in_threadpool(container_of(request).findings)
    return pages(request).page(request, "health/_findings.html", {"desk": desk, "findings": found})


async def _live(request: Request, desk: Desk) -> dict[str, Any]:
    container = container_of(request)
    async with container.db.uow(desk.creator_id) as uow:
        failed = await memory.list_sources(uow, SourceFilter(state=SourceState.FAILED), size=_TROUBLES)
        unsettled = await conversation.unsettled(uow, limit=_TROUBLES)
        known = await memory.knowledge(uow)
    disk = await run_in_threadpool(shutil.disk_usage, container.settings.data)
    return {
        "desk": desk,
        "queues": await container.jobs.state(),
        "workers": await container.jobs.workers(),
        "indexes": [
            each for each in await container.memory.index_states() if each.creator_id == desk.creator_id
        ],
        "recalls": container.memory.recalls,
        "disk": disk,
        "used": 1 - disk.free / disk.total,
        "failed": failed,
        "unsettled": unsettled,
        "known": known,
    }


def _versions() -> list[tuple[str, str]]:
    found = [("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found
