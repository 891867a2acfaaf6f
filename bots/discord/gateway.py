"""Keeping the gateway: for each app that this process holds a run, begun anew by itself when it ends.

What goes wrong with an app ends its run alone. A token that is worth nothing is asked about once.
"""

import asyncio
import random
from collections.abc import Iterable
from typing import Final

import structlog

from bots.discord import repository
from bots.discord.client import Client
from bots.discord.commands import Published
from bots.discord.failures import REASONS, CallFailed, Unauthorized
from bots.discord.guilds import Guilds
from bots.discord.hearing import Hearing
from bots.discord.identifying import Turns
from bots.discord.interactions import Interactions
from bots.discord.joining import READS_CONTENT, SEES_MEMBERS
from bots.discord.receiver import Receiver
from bots.discord.roster import KnownApp, Roster
from bots.service import DISCORD
from kernel.clock import monotonic
from kernel.db import DATABASE_AWAY, Database

log = structlog.get_logger(__name__)

PAUSE_FIRST_S, PAUSE_MOST_S = 1.0, 300.0
_WELL_AFTER_S: Final = 300.0
"""A run that lasted so long ended by chance: the next one begins soon."""


class Gateway:
    """The runs of one process."""

    platform = DISCORD

    def __init__(
        self,
        db: Database,
        client: Client,
        roster: Roster,
        receiver: Receiver,
        interactions: Interactions,
        guilds: Guilds,
        published: Published,
        *,
        turns: Turns | None = None,
        pause_s: float = PAUSE_FIRST_S,
    ) -> None:
        self._db = db
        self._client = client
        self._roster = roster
        self._receiver = receiver
        self._interactions = interactions
        self._guilds = guilds
        self._published = published
        self._turns = turns or Turns()
        self._pause_s = pause_s
        self._runs: dict[int, asyncio.Task[None]] = {}
        self._of: dict[int, tuple[str, bool]] = {}

    async def hold(self, connections: Iterable[int]) -> None:
        """Listen for these connections, and for no other."""
        apps = {
            number: app
            for number, app in (await self._roster.several(set(connections))).items()
            if app.state == "active"
        }
        for gone in self._runs.keys() - apps.keys():
            self._end(gone)
        for number, app in apps.items():
            # Nothing but another token needs another session: a day has a thousand.
            if self._of.get(number) == (app.sealed, app.gateway) and not self._broke(number):
                continue
            self._end(number)
            self._of[number] = (app.sealed, app.gateway)
            self._runs[number] = asyncio.create_task(self._live(app), name=f"gateway {app.application_id}")

    def changed(self, connection_id: int) -> None:
        """Look an app up again."""
        self._roster.forget(connection_id)

    async def close(self) -> None:
        """Stop; what was heard and not taken in is read from the channels' history the next time."""
        runs = list(self._runs.values())
        for number in list(self._runs):
            self._end(number)
        await asyncio.gather(*runs, return_exceptions=True)

    def _broke(self, connection_id: int) -> bool:
        """Whether a run ended by what nobody foresaw."""
        run = self._runs[connection_id]
        problem = run.exception() if run.done() and not run.cancelled() else None
        if problem is not None:
            log.error("discord.gateway_broke", run=run.get_name(), error=repr(problem))
        return problem is not None

    def _end(self, connection_id: int) -> None:
        self._of.pop(connection_id, None)
        if run := self._runs.pop(connection_id, None):
            run.cancel()

    async def _live(self, app: KnownApp) -> None:
        """Have as many shards as Discord wants, each begun anew by itself, until the token is lost.

        An app without a socket has its commands told alone.
        """
        try:
            await self._published.tell(app)
        except Unauthorized:
            await self._revoked(app)
            return
        if not app.gateway:
            return
        pause = self._pause_s
        while True:
            try:
                shards, _ = await self._turns.look(app.application_id, self._client.app(app.token))
            except Unauthorized:
                await self._revoked(app)
                return
            except CallFailed as problem:
                log.warning("discord.gateway_unknown", app=app.application_id, error=str(problem))
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSE_MOST_S)
            else:
                break
        async with asyncio.TaskGroup() as group:
            for shard in range(shards):
                group.create_task(self._keep(app, shard, shards), name=f"shard {app.application_id}/{shard}")

    async def _keep(self, app: KnownApp, shard: int, shards: int) -> None:
        # Imported here: half a second, which a process without Discord needn't spend.
        from bots.discord.session import NotGranted, SessionLost, TokenLost

        pause, privileged, lost = self._pause_s, True, False
        while True:
            began = monotonic()
            try:
                await self._run(app, shard, shards, privileged=privileged)
            except* (TokenLost, Unauthorized):
                lost = True
            except* NotGranted:
                privileged = False
                await self._note(app, "content")
            except* DATABASE_AWAY as problem:
                log.warning("discord.database_lost", app=app.application_id, error=str(problem.exceptions[0]))
            except* SessionLost:
                log.warning("discord.session_lost", app=app.application_id, shard=shard)
            except* Exception:
                log.exception("discord.run_ended", app=app.application_id, shard=shard)
            if lost:
                await self._revoked(app)
                return
            if monotonic() - began > _WELL_AFTER_S:
                pause = self._pause_s
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - that not all come at once
            pause = min(2 * pause, PAUSE_MOST_S)

    async def _run(self, app: KnownApp, shard: int, shards: int, *, privileged: bool) -> None:
        """One session, until something ends it.

        Raises:
            ExceptionGroup: what ended it.
        """
        from bots.discord.session import Session

        api = self._client.app(app.token)
        try:
            async with self._turns.room:
                content, members = await self._granted(app) if privileged else (False, False)
            while (wait := (await self._turns.look(app.application_id, api))[1]) > 0:
                await self._note(app, "sessions")
                await asyncio.sleep(wait)
            async with asyncio.TaskGroup() as group:
                hearing = Hearing(
                    app, self._db, self._roster, api, self._receiver, self._interactions, self._guilds,
                    group, whole=shards == 1,
                )  # fmt: skip
                await hearing.recall()
                hearing.session = Session(
                    self._client, hearing.heard,
                    content=content, members=members, shard=shard, shards=shards,
                )  # fmt: skip
                await self._turns.wait(app.application_id, shard)
                marks = group.create_task(hearing.keep_marks(), name="marks")
                await hearing.session.run_until_it_ends(app.token)
                marks.cancel()
        except Exception as error:
            if isinstance(error, ExceptionGroup):
                raise
            raise ExceptionGroup("the run ended", [error]) from error

    async def _granted(self, app: KnownApp) -> tuple[bool, bool]:
        """Whether the app is granted what is said, and who comes; the creator is told where it isn't."""
        told = await self._client.app(app.token).call("GET", "/applications/@me")
        flags = int(told.get("flags") or 0)
        reads = bool(flags & READS_CONTENT)
        async with self._db.uow(app.creator_id) as uow:
            await repository.note_reading(uow, app.connection_id, all_=reads)
            if not reads:
                await repository.note_error(uow, app.connection_id, REASONS["content"])
        return reads, bool(flags & SEES_MEMBERS)

    async def _revoked(self, app: KnownApp) -> None:
        """The token is worth nothing: nobody asks again with it."""
        self._client.forget(app.token)
        while True:
            try:
                await self._roster.quarantine(app, REASONS["token"])
            except DATABASE_AWAY as problem:
                # Without having kept that, another run would ask Discord again.
                log.warning("discord.database_lost", app=app.application_id, error=str(problem))
                await asyncio.sleep(self._pause_s)
            else:
                return

    async def _note(self, app: KnownApp, code: str) -> None:
        async with self._db.uow(app.creator_id) as uow:
            await repository.note_error(uow, app.connection_id, REASONS[code])
