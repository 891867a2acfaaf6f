"""Interactions: what somebody did with an app, the one answer in three seconds, what follows for a while."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulators.discord import permissions
from tests.emulators.discord.errors import refused, unknown
from tests.emulators.discord.events import Event
from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.messages import LOADING, Message
from tests.emulators.discord.people import App, Json, User

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
PONG, SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 1, 4, 5, 6, 7, 8, 9
ACKNOWLEDGED_WITHIN_S, TOKEN_WORKS_S = 3.0, 15 * 60.0
# The answers that each kind of interaction may have.
_ANSWERS = {
    COMMAND: (SAY, DEFER, SHOW_MODAL),
    COMPONENT: (SAY, DEFER, DEFER_UPDATE, UPDATE, SHOW_MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL: (SAY, DEFER, DEFER_UPDATE, UPDATE),
}


@dataclass(eq=False)
class Interaction:
    """One interaction, as the person who caused it sees it, and as the app knows it by its token.

    `original`: the message that answers it, or that it changes. `modal`: what it brought up. `choices`: what
    autocompletion offered. `error`: why nothing came of it over HTTP.
    """

    id: int
    token: str
    app: App
    user: User
    channel: Channel
    type: int
    data: Json
    made_at: float
    world: "World" = field(repr=False)
    message: Message | None = None
    cause: "Interaction | None" = None
    answered: int = 0
    original: Message | None = None
    whispers: bool = False
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    error: str = ""
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def allowed(self) -> tuple[int, ...]:
        """The answers that it may have; a modal may change the message whose component brought it up."""
        known = _ANSWERS[self.type]
        return known if self.message or self.type != MODAL else (SAY, DEFER)

    def changes(self) -> None:
        """Have whoever waits look again."""
        self._changed.set()

    async def acknowledged(self) -> bool:
        """Wait for the first answer; False where it didn't come in time, which the person is told."""
        return await self.until(lambda: self.answered != 0, ACKNOWLEDGED_WITHIN_S)

    async def answer(self, within_s: float = TOKEN_WORKS_S) -> Message | None:
        """Wait for what the person is shown; None where nothing came.

        Of a deferred answer it is what took its place.
        """

        def there() -> bool:
            shown = self.original
            return shown is not None and shown is not self.message and not shown.flags & LOADING

        if not await self.acknowledged():
            return None
        if self.answered in (DEFER_UPDATE, UPDATE):
            return self.message
        return self.original if await self.until(there, within_s) else None

    async def form(self) -> Json | None:
        """Wait for the modal that it brings up; None where it brings up none."""
        await self.acknowledged()
        return self.modal

    async def until(self, there: Callable[[], bool], within_s: float) -> bool:
        """Wait until something is so, at most so many seconds after the interaction began; whether it is."""
        clock, ends = self.world.clock, self.made_at + within_s
        while not there():
            left = clock.real(ends - clock.now())
            if left <= 0:
                return False
            self._changed.clear()
            try:
                # Time may be moved while one waits.
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue
        return True


class Interactions:
    """Every interaction of the emulator."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._kept: dict[str, Interaction] = {}

    def begin(
        self,
        app: App,
        user: User,
        channel: Channel,
        kind: int,
        data: Json,
        message: Message | None = None,
        cause: Interaction | None = None,
    ) -> Interaction:
        """Have an app hear of what somebody did: by its endpoint where it has one, else by its gateway.

        `cause`: the interaction that brought up the modal which is submitted.
        """
        world, token = self._world, secrets.token_urlsafe(96)
        now = world.clock.now()
        made = Interaction(world.ids.new(), token, app, user, channel, kind, data, now, world, message, cause)
        self._kept[made.token] = made
        told = self.told(made)
        if app.endpoint and world.poster is not None:
            world.poster.deliver(made, told)
        else:
            guild_id = channel.guild.id if channel.guild else 0
            world.tell(app, Event("INTERACTION_CREATE", told, guild_id))
        return made

    def find(self, number: int, token: str) -> Interaction:
        """The interaction that is to be answered for the first time.

        Raises:
            ApiError: there is none, it is too late, or it has been answered.
        """
        found = self._kept.get(token)
        if found is None or found.id != number:
            raise unknown("interaction")
        if found.answered:
            raise refused(40060)
        if self._world.clock.now() > found.made_at + ACKNOWLEDGED_WITHIN_S:
            raise unknown("interaction")
        return found

    def by_token(self, app_id: int, token: str) -> Interaction:
        """The interaction that an app goes on with.

        Raises:
            ApiError: it was never answered, or its token has run out.
        """
        found = self._kept.get(token)
        if found is None or found.app.id != app_id:
            raise refused(50027) if app_id in self._world.apps else unknown("webhook")
        if self._world.clock.now() > found.made_at + TOKEN_WORKS_S:
            raise refused(50027)
        if not found.answered:
            raise unknown("webhook")
        return found

    def told(self, one: Interaction) -> Json:
        """The interaction as the app gets it."""
        world, channel, guild, now = self._world, one.channel, one.channel.guild, self._world.clock.now()
        known: Json = {
            "id": str(one.id),
            "application_id": str(one.app.id),
            "type": one.type,
            "token": one.token,
            "version": 1,
            "data": one.data,
            "channel_id": str(channel.id),
            "channel": channel.to_json(one.app.id),
            "locale": one.user.locale,
            "entitlements": [],
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
            "context": 0 if guild else 1,
            "app_permissions": str(permissions.inside(channel, one.app.id, now)),
        }
        if guild is not None:
            member = guild.members[one.user.id].to_json()
            known |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "features": [], "locale": guild.locale},
                "guild_locale": guild.locale,
                "member": member | {"permissions": str(permissions.inside(channel, one.user.id, now))},
            }
        else:
            known["user"] = one.user.to_json()
        if one.message is not None:
            known["message"] = one.message.to_json(world.files.url, now, one.app.id)
        return known

    def metadata(self, one: Interaction) -> Json:
        """What messages tell of the interaction that they answer."""
        guild = one.channel.guild
        known: Json = {
            "id": str(one.id),
            "type": one.type,
            "user": one.user.to_json(),
            "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
        }
        if one.type == COMPONENT and one.message is not None:
            known["interacted_message_id"] = str(one.message.id)
        if one.type == COMMAND and one.data.get("target_id"):
            kind = "target_user" if one.data["type"] == 2 else "target_message_id"
            target = one.data["target_id"]
            known[kind] = self._world.users[int(target)].to_json() if kind == "target_user" else target
        if one.type == MODAL and one.cause is not None:
            known["triggering_interaction_metadata"] = self.metadata(one.cause)
        return known
