"""How much an app may ask for: in all, of a route, of sessions; by the emulator's clock. Off at first."""

import hashlib
import math
from collections import deque
from dataclasses import dataclass, field

from tests.emulators.clock import Clock
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.faults import limited
from tests.emulators.discord.people import App

DAY_S = 86_400.0
INVALID_WITHIN_S, INVALID_MOST = 600.0, 10_000
# Requests and seconds, of the routes that are known to have others than most.
_BUCKETS: dict[str, tuple[int, float]] = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "POST /channels/{channel_id}/messages/bulk-delete": (1, 1.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": (1, 0.25),
    "POST /channels/{channel_id}/typing": (5, 5.0),
    "POST /users/@me/channels": (10, 10.0),
    "PUT /applications/{application_id}/commands": (2, 60.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": (5, 2.0),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": (5, 2.0),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": (5, 2.0),
    "PATCH /users/@me": (2, 3600.0),
}
# A channel's name and topic have a limit of their own, which no header tells.
NAMING = "name or topic of a channel"
_WITHIN: dict[str, tuple[int, float]] = {NAMING: (2, 600.0)}
# Answers to interactions count for themselves, not among the app's requests.
_APART = ("/interactions/", "/webhooks/{webhook_id}/{webhook_token}")


@dataclass(frozen=True)
class Rates:
    """Requests a second of one app in all; requests of a route within seconds; seconds between IDENTIFYs."""

    in_all_per_s: int = 50
    usual: tuple[int, float] = (10, 10.0)
    buckets: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(_BUCKETS))
    identify_every_s: float = 5.0


@dataclass
class _Bucket:
    left: int
    resets_at: float


@dataclass
class Limits:
    """What apps have asked for lately.

    `refused` counts the refusals, by app: a well-behaved one has none. `invalid` holds when requests were
    answered 401, 403 or 429, of all apps together: they come from one address, which Discord shuts out after
    too many.
    """

    clock: Clock
    rates: Rates | None = None
    refused: dict[int, int] = field(default_factory=dict)
    refused_by_token: int = 0
    invalid: deque[float] = field(default_factory=deque)
    invalid_by_app: dict[int, int] = field(default_factory=dict)
    most_invalid: int = INVALID_MOST
    _buckets: dict[tuple[int, str, str], _Bucket] = field(default_factory=dict)
    _in_all: dict[int, deque[float]] = field(default_factory=dict)
    _identified: dict[tuple[int, int], float] = field(default_factory=dict)
    _sessions: dict[int, deque[float]] = field(default_factory=dict)

    def spend(self, app_id: int, route: str, major: str) -> dict[str, str]:
        """Take a request into account; the headers that say what is left.

        Raises:
            ApiError: 429, with the seconds to wait. Nothing was taken into account then.
        """
        if self.rates is None:
            return {}
        now = self.clock.now()
        apart = any(one in route for one in _APART)
        sent = self._in_all.setdefault(app_id, deque())
        while sent and sent[0] <= now - 1.0:
            sent.popleft()
        if not apart and len(sent) >= self.rates.in_all_per_s:
            self.refused[app_id] = self.refused.get(app_id, 0) + 1
            raise limited(math.ceil((sent[0] + 1.0 - now) * 1000) / 1000, "global")
        most, bucket = self._bucket(app_id, route, major, now)
        wait = math.ceil((bucket.resets_at - now) * 1000) / 1000
        headers = {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(max(bucket.left - 1, 0)),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
        }
        if bucket.left <= 0:
            self.refused[app_id] = self.refused.get(app_id, 0) + 1
            refusal = limited(wait)
            refusal.headers |= headers
            raise refusal
        bucket.left -= 1
        if not apart:
            sent.append(now)
        return headers

    def spend_within(self, app_id: int, what: str, major: str) -> None:
        """Take into account what a route limits besides its requests.

        Raises:
            ApiError: 429, though the route's headers say that something is left.
        """
        if self.rates is None:
            return
        now = self.clock.now()
        _, bucket = self._bucket(app_id, what, major, now)
        if bucket.left <= 0:
            self.refused[app_id] = self.refused.get(app_id, 0) + 1
            raise limited(math.ceil((bucket.resets_at - now) * 1000) / 1000)
        bucket.left -= 1

    def _bucket(self, app_id: int, route: str, major: str, now: float) -> tuple[int, _Bucket]:
        assert self.rates is not None
        most, span = self.rates.buckets.get(route) or _WITHIN.get(route) or self.rates.usual
        bucket = self._buckets.get((app_id, route, major))
        if bucket is None or bucket.resets_at <= now:
            bucket = self._buckets[app_id, route, major] = _Bucket(most, now + span)
        return most, bucket

    def count(self, app_id: int, refusal: ApiError) -> None:
        """Count a request that was refused, where Discord counts such."""
        shared = refusal.headers.get("X-RateLimit-Scope") == "shared"
        if refusal.status in (401, 403) or (refusal.status == 429 and not shared):
            self.invalid.append(self.clock.now())
            self.invalid_by_app[app_id] = self.invalid_by_app.get(app_id, 0) + 1

    @property
    def shut_out(self) -> bool:
        """Were there so many invalid requests that this address is refused everything?"""
        since = self.clock.now() - INVALID_WITHIN_S
        while self.invalid and self.invalid[0] <= since:
            self.invalid.popleft()
        return len(self.invalid) >= self.most_invalid

    # Sessions

    def sessions_left(self, app: App) -> tuple[int, float]:
        """How many sessions an app may begin yet, and the seconds until it has all of them again."""
        now = self.clock.now()
        begun = self._sessions.setdefault(app.id, deque())
        while begun and begun[0] <= now - DAY_S:
            begun.popleft()
        return app.session_budget - len(begun), begun[0] + DAY_S - now if begun else 0.0

    def may_identify(self, app: App, shard: int) -> bool:
        """Take the beginning of a session into account. Who has used up a day's loses the token."""
        now = self.clock.now()
        key = (app.id, shard % app.max_concurrency)
        if self.rates is not None and now - self._identified.get(key, 0.0) < self.rates.identify_every_s:
            return False
        self._identified[key] = now
        left, _ = self.sessions_left(app)
        if left <= 0:
            app.renew_token()
            return False
        self._sessions[app.id].append(now)
        return True
