"""Running a process's roles: its web servers, its hold on connections, its workers; stopping them cleanly."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from app.container import TURNS, Container
from app.instance import listen
from app.sites import admin_site, host_of, public_site, status_site
from kernel.errors import Unavailable
from kernel.settings import Settings
from memory import tasks as memory_tasks

log = structlog.get_logger(__name__)

_GRACE_S = 12
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the sites are reached."""

    admin: str
    public: str


class _Server(uvicorn.Server):
    """A server among others in one process, which alone listens to signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the runner."""
        yield


def _port(listeners: list[socket.socket]) -> int:
    return int(listeners[0].getsockname()[1])


def _refuse_one_name(settings: Settings) -> None:
    admin = settings.admin_url or f"http://{settings.admin_host}"
    public = settings.public_url or f"http://{settings.public_host}"
    if host_of(admin) == host_of(public):
        raise Unavailable(
            "The admin web and the fans' pages need two different host names, since browsers share cookies "
            "between ports: set another UNDERSTUDY_ADMIN_HOST or UNDERSTUDY_PUBLIC_HOST, or behind a proxy "
            "UNDERSTUDY_ADMIN_URL or PUBLIC_URL."
        )


def _server(app: FastAPI, *, proxied: bool) -> _Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # Believed only where a proxy is said to be: others who reach the loopback could write them, too.
        proxy_headers=proxied,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_graceful_shutdown=5,
        lifespan="off",
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config)


class Runner:
    """One process's roles, from start to clean stop."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._stop = asyncio.Event()
        self._servers: list[_Server] = []
        self._apps: list[FastAPI] = []
        self._asides: list[asyncio.Task[None]] = []

    def aside(self, run: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do something once beside the parts; it ends with them, and its failure ends nothing else."""
        self._asides.append(self._spawn(run, name))

    def stop(self) -> None:
        """Begin to stop; safe to call twice."""
        self._stop.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Addresses | None]:
        """Everything runs inside the block; at its end everything has stopped.

        Raises:
            Unavailable: the two sites would have one host name.
        """
        container, settings = self._container, self._container.settings
        if container.roles.web:
            _refuse_one_name(settings)
        await container.open()
        tasks: list[asyncio.Task[None]] = []
        addresses = None
        try:
            if container.roles.worker:
                await container.turns.take_up()
            if container.roles.web:
                admin = listen(settings.admin_port, settings.admin_host)
                public = listen(settings.public_port, settings.public_host)
                addresses = Addresses(
                    settings.admin_url or f"http://{settings.admin_host}:{_port(admin)}",
                    settings.public_url or f"http://{settings.public_host}:{_port(public)}",
                )
                container.addresses.write(addresses.admin, addresses.public)
                desk = admin_site(container, addresses.admin)
                tasks += self._serve(desk, admin, proxied=settings.admin_url is not None)
                chats = public_site(container, addresses.public)
                tasks += self._serve(chats, public, proxied=settings.public_url is not None)
            elif settings.status_port is not None:
                # This port or none: whoever collects the numbers knows each process by its port.
                status = listen(settings.status_port, _LOOPBACK, tries=1)
                site = status_site(container, f"http://{_LOOPBACK}:{_port(status)}")
                tasks += self._serve(site, status, proxied=False)
            await self._started(tasks)
            if container.roles.bots:
                tasks.append(self._spawn(container.holder.run, "connections"))
                tasks.append(self._spawn(container.acting.run, "moderation"))
                if container.telegram_manager.there:
                    tasks.append(self._spawn(container.telegram_manager.run, "bot that makes bots"))
            else:
                for known in (container.telegram_bots, container.discord_apps):
                    tasks.append(self._spawn(partial(known.follow, container.bus), "known bots"))
            if container.roles.worker:
                tasks += self._workers()
            for task in tasks:
                task.add_done_callback(self._ended)
            yield addresses
        finally:
            await self._halt([*tasks, *self._asides])
            await container.close()

    async def forever(self) -> None:
        """Until `stop`, a signal, or the end of a part that should not end."""
        await self._stop.wait()

    def listen_to_signals(self) -> None:
        """Stop at Ctrl-C and SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)

    def _workers(self) -> list[asyncio.Task[None]]:
        container, settings = self._container, self._container.settings
        jobs, quick, slow = container.jobs, (TURNS, memory_tasks.SEARCH), (memory_tasks.IMPORTS,)
        return [
            self._spawn(
                lambda: self._once_warm(jobs.run(quick, concurrency=settings.worker_concurrency)), "turns"
            ),
            self._spawn(lambda: jobs.run(slow, concurrency=settings.import_concurrency), "imports"),
            self._spawn(jobs.sweep_forever, "job sweep"),
            self._spawn(
                lambda: self._once_warm(container.turns.sweep_forever(), after_s=_GRACE_S), "turn sweep"
            ),
            self._spawn(container.erasures.sweep_forever, "erasures"),
            self._spawn(container.prompts.run_forever, "prompts"),
            self._spawn(container.broadcasts.run_forever, "broadcasts"),
            self._spawn(container.captchas.run_forever, "captchas"),
            self._spawn(container.lapsing.run_forever, "boundaries"),
            self._spawn(lambda: memory_tasks.upkeep_forever(container.memory), "memory upkeep"),
        ]

    async def _once_warm(self, work: Coroutine[Any, Any, None], *, after_s: float = 0.0) -> None:
        """Do something when what answers need is loaded: the time that an answer may take begins then.

        `after_s` leaves those alone who waited for it and are just being answered.
        """
        with contextlib.closing(work):
            await self._container.warmed.wait()
            await asyncio.sleep(after_s)
            await work

    def _serve(
        self, app: FastAPI, sockets: list[socket.socket], *, proxied: bool
    ) -> list[asyncio.Task[None]]:
        server = _server(app, proxied=proxied)
        self._servers.append(server)
        self._apps.append(app)
        return [self._spawn(lambda: server.serve(sockets=sockets), f"web {_port(sockets)}")]

    async def _started(self, tasks: list[asyncio.Task[None]]) -> None:
        while not all(server.started for server in self._servers):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)

    def _spawn(self, run: Callable[[], Coroutine[Any, Any, None]], name: str) -> asyncio.Task[None]:
        return asyncio.create_task(run(), name=name)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part that ends by itself takes the process down: a supervisor starts it anew, whole."""
        if not self._stop.is_set() and not task.cancelled():
            log.error("runner.part_ended", part=task.get_name(), exc_info=task.exception())
            self.stop()

    async def _halt(self, tasks: list[asyncio.Task[None]]) -> None:
        self._stop.set()
        for app in self._apps:
            app.state.streams.close()
        for server in self._servers:
            server.should_exit = True
        for task in tasks:
            if not task.get_name().startswith("web "):
                task.cancel()
        _, late = await asyncio.wait(tasks, timeout=_GRACE_S) if tasks else (set(), set())
        for task in late:
            log.warning("runner.part_late", part=task.get_name())
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
