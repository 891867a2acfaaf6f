"""The stage with something on it already: messages, a thread, a poll, and the numbers of all that by name."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord.guilds import Channel
from tests.emulators.discord.messages import VOICE, Content, Message
from tests.emulators.discord.polls import Poll
from tests.emulators.discord.stage import Stage, set_up
from tests.emulators.discord.world import World


@dataclass
class Scene:
    """The stage with a message of the fan's and one of the bot's."""

    stage: Stage
    said: Message
    own: Message
    thread: Channel
    names: dict[str, int] = field(default_factory=dict)

    def deny(self, right: int, channel: Channel | None = None) -> None:
        """Take a right from the bot in a channel."""
        self.stage.world.overwrite(channel or self.stage.general, self.stage.app.user, deny=right)

    def strip(self, right: int) -> None:
        """Take a right from the bot in the guild."""
        for role in self.stage.guild.roles.values():
            role.permissions &= ~right

    def give(self, right: int) -> None:
        """Give the bot a right in the guild."""
        next(one for one in self.stage.guild.roles.values() if one.bot_id).permissions |= int(right)

    def rise(self) -> None:
        """Put the fan's role above the bot's."""
        role = self.stage.world.role(self.stage.guild, "High")
        self.stage.guild.members[self.stage.fan.user.id].roles.append(role.id)
        self.names["high"] = role.id


def scene_of(world: World) -> Scene:
    """Everything in place."""
    stage = set_up(world)
    said = stage.fan.says(stage.general, "Hello")
    own = world.post(stage.general, stage.app.user, Content("A candle burns."))
    thread = world.thread(stage.general, stage.app.user, "Wax")
    made = Scene(stage, said, own, thread)
    reply = world.post(thread, stage.app.user, Content("In the thread"))
    poll = world.post(
        stage.general, stage.app.user, Content(poll=Poll("?", [{"text": "a"}], world.clock.now() + 60))
    )
    private = world.private_channel(stage.app.user, stage.fan.user)
    stranger = world.private_channel(stage.app.user, world.user("stranger"))
    loud = world.post(stage.general, stage.app.user, Content(flags=VOICE))
    of: dict[str, Any] = {
        "app": stage.app, "guild": stage.guild, "general": stage.general, "staff": stage.staff,
        "lab": stage.lab, "forum": stage.forum, "fan": stage.fan.user, "moderator": stage.moderator.user,
        "creator": stage.creator.user, "bot": stage.app.user, "said": said, "own": own, "thread": thread,
        "reply": reply, "poll": poll, "private": private, "stranger": stranger, "loud": loud,
        "moderators": stage.moderators,
    }  # fmt: skip
    made.names = {name: one.id for name, one in of.items()}
    made.names["tag"] = int(stage.forum.tags[0]["id"])
    made.names["botrole"] = next(one.id for one in stage.guild.roles.values() if one.bot_id)
    return made


def filled(value: Any, names: dict[str, int]) -> Any:
    """A body with the numbers that its names stand for."""
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    return value.format(**names) if isinstance(value, str) and value.startswith("{") else value
