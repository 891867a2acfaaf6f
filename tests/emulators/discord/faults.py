"""Misbehaviour on demand: refusals, broken servers, lost answers, slow ones; events twice or out of order."""

import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.errors import ApiError

if TYPE_CHECKING:
    from tests.emulators.discord.people import App


class NoAnswer(Exception):
    """The connection ends without an answer."""


def limited(retry_after: float, scope: str = "user") -> ApiError:
    """429: of one route ("user"), of one that others use too ("shared"), or of all ("global")."""
    everywhere, who = scope == "global", "The resource is" if scope == "shared" else "You are"
    made = ApiError(
        429, 0, f"{who} being rate limited.", **{"retry_after": retry_after, "global": everywhere}
    )
    made.headers = {
        "Retry-After": str(math.ceil(retry_after)),
        "X-RateLimit-Scope": scope,
        "Via": "1.1 google",
    }
    if everywhere:
        made.headers["X-RateLimit-Global"] = "true"
    return made


@dataclass
class Fault:
    """What happens to the next `times` calls of a route (of any, where it names none) of an app (of any).

    `done_first`: the call is carried out, and only its answer is lost or replaced.
    """

    error: ApiError | None = None
    route: str | None = None
    app_id: int | None = None
    times: int = 1
    done_first: bool = False
    slow_s: float = 0.0
    fails: bool = True

    def meets(self, route: str, app_id: int) -> bool:
        """Is this call one of those that it is for?"""
        return self.times > 0 and self.route in (None, route) and self.app_id in (None, app_id)


@dataclass
class Faults:
    """The misbehaviour that a test has asked for. Routes are named as `POST /channels/{channel_id}/messages`.

    `duplicates`, `shuffles`: how likely an event is sent twice, a bundle of events in another order; a bundle
    is what comes within `holds_s`. `repeats`: so many events that were heard come again after a RESUME.
    """

    calls: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    duplicates: float = 0.0
    shuffles: float = 0.0
    holds_s: float = 0.02
    repeats: int = 0

    def refuse(self, status: int, route: str | None = None, *, code: int = 0, times: int = 1) -> None:
        """Answer the next call, or `times` calls, with an error: 500, 502, 403..."""
        self.calls.append(Fault(ApiError(status, code, f"{status}: asked for"), route, times=times))

    def limit(
        self, retry_after: float, route: str | None = None, *, scope: str = "user", times: int = 1
    ) -> None:
        """Answer the next call with 429 and how long to wait."""
        self.calls.append(Fault(limited(retry_after, scope), route, times=times))

    def slow(self, seconds: float, route: str | None = None, *, times: int = 1) -> None:
        """Carry the next call out, and answer late."""
        self.calls.append(Fault(None, route, times=times, done_first=True, slow_s=seconds, fails=False))

    def lose_answer(self, route: str | None = None, *, times: int = 1, slow_s: float = 0.0) -> None:
        """Carry the next call out, then end the connection without an answer."""
        self.calls.append(Fault(None, route, times=times, done_first=True, slow_s=slow_s))

    def lose_call(self, route: str | None = None, *, times: int = 1) -> None:
        """End the connection at the next call without doing anything."""
        self.calls.append(Fault(None, route, times=times))

    async def around(
        self,
        route: str,
        app_id: int,
        sleep: Callable[[float], Awaitable[None]],
        do: Callable[[], Awaitable[Any]],
    ) -> Any:
        """Do a call, or what was asked for in its place.

        Raises:
            NoAnswer: the caller hears nothing.
            ApiError: the error that was asked for, or the call's own.
        """
        fault = next((one for one in self.calls if one.meets(route, app_id)), None)
        if fault is None:
            return await do()
        fault.times -= 1
        if fault.times == 0:
            self.calls.remove(fault)
        done = await do() if fault.done_first else None
        if fault.slow_s:
            await sleep(fault.slow_s)
        if fault.error is not None:
            raise fault.error
        if fault.fails:
            raise NoAnswer
        return done

    def copies(self) -> int:
        """How often the next event is sent."""
        return 2 if self.duplicates and self.chance.random() < self.duplicates else 1

    def mixed(self, events: list[Any]) -> list[Any]:
        """A bundle of events in the order in which they are sent."""
        if self.chance.random() < self.shuffles:
            self.chance.shuffle(events)
        return events

    # At the gateway

    @staticmethod
    def drop(app: "App") -> None:
        """Cut every connection of an app, without a word; the sessions can be resumed."""
        for session in list(app.sessions.values()):
            if session.connection is not None:
                session.connection.drop()

    @staticmethod
    def close(app: "App", code: int) -> None:
        """End every connection of an app with a code."""
        for session in list(app.sessions.values()):
            if session.connection is not None:
                session.connection.close(code)

    @staticmethod
    def reconnect(app: "App") -> None:
        """Ask an app's connections to come again (op 7)."""
        for session in list(app.sessions.values()):
            if session.connection is not None:
                session.connection.push(b'{"op":7,"d":null,"s":null,"t":null}')

    @staticmethod
    def invalidate(app: "App", *, resumable: bool = False) -> None:
        """Declare an app's sessions invalid (op 9); where they aren't `resumable`, they are forgotten."""
        for session in list(app.sessions.values()):
            if session.connection is not None:
                session.connection.push(
                    b'{"op":9,"d":%s,"s":null,"t":null}' % str(resumable).lower().encode()
                )
            if not resumable:
                del app.sessions[session.id]

    @staticmethod
    def silence(app: "App") -> None:
        """Answer no heartbeat of an app's sessions any more."""
        for session in app.sessions.values():
            session.acknowledges = False
