"""What machines ask of a site: is it alive, is it ready, how much has it done."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from fastapi import APIRouter
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Check = Callable[[], Awaitable[str | None]]
Collect = Callable[[], Awaitable[None]]
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def ops_router(
    checks: Mapping[str, Check], *, collect: Collect | None = None, registry: CollectorRegistry = REGISTRY
) -> APIRouter:
    """`/healthz` (the process answers), `/readyz` (each check returns None, or what is wrong), `/metrics`.

    The last is there with a `collect`, which brings up to date what is known only when asked for. It answers
    this machine alone: what a proxy passes on comes from elsewhere.
    """
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

    if collect:

        @router.get("/metrics")
        async def numbers(request: Request) -> Response:
            near = request.client is not None and request.client.host in _LOOPBACK
            if not near or any(header in request.headers for header in _FORWARDED):
                raise HTTPException(HTTPStatus.NOT_FOUND)
            await collect()
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
