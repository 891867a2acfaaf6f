"""A small world to act in: a creator's guild with channels, a forum and roles; a moderator, a fan; an app."""

from dataclasses import dataclass

from tests.emulators.discord.guilds import FORUM, Channel, Guild, Role
from tests.emulators.discord.people import App
from tests.emulators.discord.permissions import EVERYONE, May
from tests.emulators.discord.visitors import Visitor
from tests.emulators.discord.world import World

# What a bot is invited with that answers and moderates.
INVITED = int(
    EVERYONE | May.MANAGE_MESSAGES | May.MANAGE_ROLES | May.MANAGE_THREADS | May.MANAGE_CHANNELS
    | May.MODERATE_MEMBERS | May.KICK_MEMBERS | May.BAN_MEMBERS | May.MANAGE_NICKNAMES | May.VIEW_AUDIT_LOG
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """Who and what there is; the app's bot is a member of the guild with a moderator's rights."""

    world: World
    creator: Visitor
    moderator: Visitor
    fan: Visitor
    app: App
    guild: Guild
    general: Channel
    lab: Channel
    staff: Channel
    forum: Channel
    moderators: Role


def set_up(world: World) -> Stage:
    """Put everybody in place."""
    creator = Visitor(world, world.user("emberwick", "Ember"))
    moderator = Visitor(world, world.user("mo", "Mo"))
    fan = Visitor(world, world.user("ana", "Ana", locale="es-ES"))
    app = world.app("Ember's stand-in", creator.user)
    guild = world.guild("Candle lab", creator.user, moderator.user, fan.user)
    moderators = world.role(
        guild, "Moderators", int(May.MANAGE_MESSAGES | May.MODERATE_MEMBERS | May.KICK_MEMBERS)
    )
    guild.members[moderator.user.id].roles.append(moderators.id)
    general = world.channel(guild, "general")
    lab = world.channel(guild, "lab")
    staff = world.channel(guild, "staff")
    forum = world.channel(guild, "questions", FORUM)
    forum.tags = [
        {"id": str(world.ids.new()), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
        for name in ("wax", "wicks")
    ]
    world.enter(guild, app.user, INVITED)
    world.overwrite(staff, guild.roles[guild.id], deny=May.VIEW_CHANNEL)
    world.overwrite(staff, moderators, allow=May.VIEW_CHANNEL)
    world.overwrite(staff, app.user, allow=May.VIEW_CHANNEL)
    return Stage(world, creator, moderator, fan, app, guild, general, lab, staff, forum, moderators)
