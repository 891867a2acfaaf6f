"""What machines ask of a site: is it alive, is it ready, how much has it done."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

Check = Callable[[], Awaitable[str | None]]


def ops_router(
    checks: Mapping[str, Check], *, metrics: bool = False, registry: CollectorRegistry = REGISTRY
) -> APIRouter:
    """`/healthz` (the process answers), `/readyz` (each check returns None, or what is wrong), `/metrics`."""
    router = APIRouter()

    @router.get("/healthz")
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        found = {name: await check() for name, check in checks.items()}
        wrong = {name: problem for name, problem in found.items() if problem}
        body = {"status": "unready" if wrong else "ok", "checks": {n: p or "ok" for n, p in found.items()}}
        return JSONResponse(body, 503 if wrong else 200)

    if metrics:

        @router.get("/metrics")
        async def numbers() -> Response:
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
