"""The web sites: the admin's, on the loopback, the public one, where fans chat, one for machines alone."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI

from admin_web import site as admin
from app.container import Container
from bots import repository as connections
from bots.discord import webhook as discord
from bots.telegram import webhook as telegram
from bots.webchat import routes as webchat
from bots.webchat import sources
from kernel import metrics
from kernel.errors import Unavailable
from kernel.lang import SUPPORTED
from kernel.web import Site, create_site
from kernel.web.ops import Check, ops_router
from kernel.web.security import Guarding


def host_of(address: str) -> str:
    """The host name of an address. A site answers to its own alone: cookies don't tell ports apart."""
    return urlsplit(address).hostname or ""


def _checks(container: Container) -> Mapping[str, Check]:
    async def database() -> str | None:
        try:
            await container.db.ping()
        except Unavailable as error:
            return error.message
        return None

    async def warm() -> str | None:
        return None if container.warmed.is_set() else "Still loading what answers need: a few seconds."

    return {"database": database, "warm": warm}


async def count(container: Container) -> None:
    """Have gauges tell how many jobs and connections there are; nothing while the database is away."""
    metrics.JOBS.clear()
    metrics.CONNECTIONS.clear()
    try:
        await container.db.ping()
    except Unavailable:
        return
    for each in await container.jobs.state():
        for state in ("waiting", "running", "failed"):
            metrics.JOBS.labels(each.queue, state).set(getattr(each, state))
    async with container.db.system_uow() as uow:
        for row in await connections.counted(uow):
            metrics.CONNECTIONS.labels(row.platform, row.state).set(row.n)


def admin_site(container: Container, address: str) -> FastAPI:
    """The creators' and operators' site. `address` is where it is reached."""
    guarding = Guarding(
        hosts=frozenset({host_of(address)}),
        address=address,
        secret=container.secrets.derive("admin csrf"),
        csrf_cookie="admin_csrf",
        session_cookie=admin.SESSION_COOKIE,
    )
    app = admin.create(container, guarding)
    app.include_router(ops_router(_checks(container), collect=partial(count, container)))
    return app


def public_site(container: Container, address: str) -> FastAPI:
    """The fans' site. `address` is where it is reached."""
    guarding = Guarding(
        hosts=frozenset({host_of(address)}),
        address=address,
        secret=container.secrets.derive("public csrf"),
        csrf_cookie="csrf",
        exempt=(telegram.PREFIX, discord.PREFIX),
    )
    site = Site(
        name="Understudy",
        guarding=guarding,
        templates=[webchat.TEMPLATES],
        static={"chat": webchat.STATIC},
        langs=SUPPORTED,
    )
    app = create_site(site)
    app.state.container = container
    app.include_router(webchat.router)
    app.include_router(sources.router)
    app.include_router(telegram.router)
    app.include_router(discord.router)
    app.include_router(ops_router(_checks(container)))
    return app


def status_site(container: Container, address: str) -> FastAPI:
    """What machines ask of a process that serves no pages. `address` is where it is reached."""
    guarding = Guarding(
        hosts=frozenset({host_of(address), "localhost"}),
        address=address,
        secret=container.secrets.derive("status csrf"),
        csrf_cookie="status_csrf",
    )
    app = create_site(Site(name="Understudy", guarding=guarding, templates=[]))
    app.include_router(ops_router(_checks(container), collect=partial(count, container)))
    return app
