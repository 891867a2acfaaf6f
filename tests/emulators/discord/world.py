"""The world: who exists, which guilds and channels there are, who comes and goes."""

from typing import Any

from tests.emulators.clock import Clock
from tests.emulators.discord import permissions
from tests.emulators.discord.errors import refused
from tests.emulators.discord.events import Event
from tests.emulators.discord.guilds import (
    DM,
    FORUM,
    NEWS,
    NEWS_THREAD,
    PUBLIC_THREAD,
    Channel,
    Guild,
    Member,
    Overwrite,
    Role,
    Thread,
)
from tests.emulators.discord.interactions import Interactions
from tests.emulators.discord.limits import Rates
from tests.emulators.discord.people import App, User
from tests.emulators.discord.saying import Saying


class World(Saying):
    """Everything that the emulator knows, and what can happen to it."""

    def __init__(self, *, clock: Clock | None = None, rates: Rates | None = None) -> None:
        super().__init__(clock, rates)
        self.interactions = Interactions(self)

    # Who and what there is

    def user(self, username: str, global_name: str | None = None, **more: Any) -> User:
        """A new person."""
        made = User(self.ids.new(), username, global_name, **more)
        self.users[made.id] = made
        return made

    def app(self, name: str, owner: User, **more: Any) -> App:
        """A new application with its bot."""
        number = self.ids.new()
        bot = User(number, name, bot=True)
        made = App(number, name, bot, owner, **more)
        made.renew_token()
        self.users[number] = bot
        self.apps[number] = made
        return made

    def guild(self, name: str, owner: User, *members: User) -> Guild:
        """A new guild of `owner`'s with these members, and with nothing but everybody's role."""
        number = self.ids.new()
        made = Guild(number, name, owner.id)
        made.roles[number] = Role(number, "@everyone", permissions.EVERYONE)
        self.guilds[number] = made
        for one in (owner, *members):
            made.members[one.id] = Member(one, self.clock.now())
        return made

    def private_channel(self, *two: User) -> Channel:
        """What two have together in private, made where they have nothing yet."""
        key = frozenset(one.id for one in two)
        found = self.private.get(key)
        if found is None:
            found = Channel(self.ids.new(), DM, recipients=list(two))
            self.private[key] = self.channels[found.id] = found
        return found

    def role(self, guild: Guild, name: str, bits: int = 0, **more: Any) -> Role:
        """A new role, above all that are there where no position is given."""
        more.setdefault("position", max(one.position for one in guild.roles.values()) + 1)
        made = Role(self.ids.new(), name, bits, **more)
        guild.roles[made.id] = made
        told = {"guild_id": str(guild.id), "role": made.to_json()}
        self.tell_guild(guild, "GUILD_ROLE_CREATE", told)
        return made

    def change_role(self, guild: Guild, role: Role, **fields: Any) -> None:
        """Change a role's fields."""
        for name, value in fields.items():
            setattr(role, name, value)
        self.tell_guild(guild, "GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": role.to_json()})

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Remove a role, also from its members."""
        del guild.roles[role.id]
        for member in guild.members.values():
            if role.id in member.roles:
                member.roles.remove(role.id)
                self.tell_member(guild, member)
        told = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self.tell_guild(guild, "GUILD_ROLE_DELETE", told)

    def channel(self, guild: Guild, name: str, kind: int = 0, *, tell: bool = True, **more: Any) -> Channel:
        """A new channel of a guild."""
        made = Channel(self.ids.new(), kind, name, guild, position=len(guild.channels), **more)
        guild.channels[made.id] = self.channels[made.id] = made
        if tell:
            self.tell_room(made, "CHANNEL_CREATE")
        return made

    def remove_channel(self, channel: Channel) -> None:
        """Remove a guild's channel or a thread, with all that is in it."""
        guild = channel.guild
        assert guild is not None
        if channel.thread is not None:
            self.tell_channel(channel, "THREAD_DELETE", channel.to_json())
        else:
            self.tell_room(channel, "CHANNEL_DELETE")
        for one in [channel, *(each for each in guild.threads.values() if each.parent is channel)]:
            self.channels.pop(one.id, None)
            guild.channels.pop(one.id, None)
            guild.threads.pop(one.id, None)

    def overwrite(self, channel: Channel, whom: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Have a channel allow and deny a role or a member."""
        channel.overwrites[whom.id] = Overwrite(0 if isinstance(whom, Role) else 1, int(allow), int(deny))
        self.tell_room(channel, "CHANNEL_UPDATE")

    def thread(self, parent: Channel, owner: User, name: str, **more: Any) -> Channel:
        """A new thread in a channel; `more` is of the thread, except its type and number."""
        guild = parent.guild
        assert guild is not None
        now = self.clock.now()
        kind = more.pop("type", NEWS_THREAD if parent.type == NEWS else PUBLIC_THREAD)
        number, slow = more.pop("id", None) or self.ids.new(), more.pop("slow", 0)
        more.setdefault("auto_archive", parent.archive_after or 4320)
        made = Channel(number, kind, name, guild, parent, slow=slow)
        made.thread = Thread(owner.id, now, now, **more)
        made.thread.members[owner.id] = now
        guild.threads[made.id] = self.channels[made.id] = made
        if parent.type == FORUM:
            parent.last_message_id = made.id
        for app in self.audience(made):
            told = self.thread_for(made, app.user.id) | {"newly_created": True}
            self.tell(app, Event("THREAD_CREATE", told, guild.id))
        return made

    # Who comes and goes

    def enter(self, guild: Guild, user: User, bits: int = 0) -> Member:
        """Have somebody become a member; a bot comes with a role of its own that has these rights.

        Raises:
            ApiError: they are banned there.
        """
        if user.id in guild.bans:
            raise refused(40007)
        if user.id in guild.members:
            return guild.members[user.id]
        made = guild.members[user.id] = Member(user, self.clock.now())
        self.tell_guild(guild, "GUILD_MEMBER_ADD", made.to_json() | {"guild_id": str(guild.id)})
        app = self.apps.get(user.id)
        if app is not None:
            role = self.role(guild, user.username, bits, bot_id=user.id)
            made.roles.append(role.id)
            guild.apps[user.id] = app
            for session in app.sessions.values():
                # A guild that is new to a bot says nothing of having been unavailable.
                whole = {k: v for k, v in self.whole(guild, session).items() if k != "unavailable"}
                event = Event("GUILD_CREATE", whole, guild.id)
                if session.wants(event):
                    session.hear(event)
        return made

    def leave(self, guild: Guild, user: User) -> None:
        """Have somebody go."""
        if guild.members.pop(user.id, None) is None:
            return
        for thread in guild.threads.values():
            if thread.thread is not None:
                thread.thread.members.pop(user.id, None)
        app = guild.apps.pop(user.id, None)
        told = {"guild_id": str(guild.id), "user": user.to_json()}
        self.tell_guild(guild, "GUILD_MEMBER_REMOVE", told)
        if app is not None:
            for number in [one.id for one in guild.roles.values() if one.bot_id == user.id]:
                del guild.roles[number]
            self.tell(app, Event("GUILD_DELETE", {"id": str(guild.id)}, guild.id))

    def ban(self, guild: Guild, user: User, reason: str | None = None, delete_s: int = 0) -> None:
        """Put somebody out for good, with what they wrote in the last `delete_s` seconds."""
        since = self.clock.now() - delete_s
        for channel in (*guild.channels.values(), *guild.threads.values()):
            gone = [
                one for one in channel.messages.values() if one.author is user and one.sent_at > since
            ]  # fmt: skip
            if delete_s and gone:
                self.delete(*gone)
        self.leave(guild, user)
        guild.bans[user.id] = (user, reason)
        told = {"guild_id": str(guild.id), "user": user.to_json()}
        self.tell_guild(guild, "GUILD_BAN_ADD", told)

    def unban(self, guild: Guild, user: User) -> None:
        """Let somebody come again."""
        del guild.bans[user.id]
        told = {"guild_id": str(guild.id), "user": user.to_json()}
        self.tell_guild(guild, "GUILD_BAN_REMOVE", told)

    def change_guild(self, guild: Guild, **fields: Any) -> None:
        """Change a guild's own fields."""
        for name, value in fields.items():
            setattr(guild, name, value)
        self.tell_guild(guild, "GUILD_UPDATE", guild.to_json())

    def outage(self, guild: Guild, *, ends: bool = False) -> None:
        """Have a guild be unavailable, as when a part of Discord is out, or available again."""
        guild.unavailable = not ends
        for app in guild.apps.values():
            for session in app.sessions.values():
                data = self.whole(guild, session) if ends else {"id": str(guild.id), "unavailable": True}
                event = Event("GUILD_CREATE" if ends else "GUILD_DELETE", data, guild.id)
                if session.wants(event):
                    session.hear(event)
