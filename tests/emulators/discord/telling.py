"""What is there, and who hears of what: the gateways' side of the world."""

from collections.abc import Iterable, Iterator

from tests.emulators.clock import Clock
from tests.emulators.discord import permissions
from tests.emulators.discord.commands import Commands
from tests.emulators.discord.events import Event
from tests.emulators.discord.faults import Faults
from tests.emulators.discord.files import FileStore
from tests.emulators.discord.guilds import (
    Channel,
    Guild,
    Member,
)
from tests.emulators.discord.limits import Limits, Rates
from tests.emulators.discord.messages import Message
from tests.emulators.discord.people import CONTENT, PRESENCES, App, Json, User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.posting import Poster
from tests.emulators.discord.sessions import Session
from tests.emulators.discord.snowflakes import Snowflakes, iso

LARGE = 250


class Telling:
    """Everything that the emulator knows, and how apps hear of it."""

    def __init__(self, clock: Clock | None, rates: Rates | None) -> None:
        self.clock = clock or Clock()
        self.ids = Snowflakes(self.clock)
        self.limits = Limits(self.clock, rates)
        self.faults = Faults()
        self.files = FileStore()
        self.commands = Commands()
        self.poster: Poster | None = None
        self.users: dict[int, User] = {}
        self.apps: dict[int, App] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.private: dict[frozenset[int], Channel] = {}
        self.typing: list[tuple[int, int]] = []
        self.gateway_url = ""
        self._nonces: dict[tuple[int, int, str], tuple[float, Message]] = {}
        self._tokens: dict[str, App] = {}

    def by_token(self, token: str) -> App | None:
        """The app whose token this is."""
        found = self._tokens.get(token)
        if found is None or found.token != token:
            self._tokens = {one.token: one for one in self.apps.values()}
            found = self._tokens.get(token)
        return found

    def guilds_of(self, app: App) -> list[Guild]:
        """The guilds that an app's bot is in."""
        return [one for one in self.guilds.values() if app.user.id in one.members]

    def share_a_guild(self, one: User, other: User) -> bool:
        """Are two in a guild together?"""
        return any(one.id in each.members and other.id in each.members for each in self.guilds.values())

    def myself(self, app: App) -> Json:
        """A bot's account as itself sees it."""
        own: Json = {
            "mfa_enabled": True,
            "locale": "en-US",
            "premium_type": 0,
            "email": None,
            "verified": True,
        }
        return app.user.to_json() | own

    def thread_for(self, thread: Channel, viewer: int) -> Json:
        """A thread as somebody sees it: with their own membership."""
        known = thread.to_json()
        joined = thread.thread.members.get(viewer) if thread.thread else None
        if joined is None:
            return known
        return known | {"member": thread_member(thread, viewer, joined)}

    def settled(self, channel: Channel) -> Channel:
        """A channel; a thread where nobody wrote for as long as it is set to is archived by now."""
        thread, now = channel.thread, self.clock.now()
        if thread and not thread.archived and now >= thread.idle_since + thread.auto_archive * 60:
            self.archive(channel, True, thread.idle_since + thread.auto_archive * 60)
        return channel

    def archive(self, channel: Channel, archived: bool, when: float | None = None) -> None:
        """Archive a thread, or wake it; its members among the apps hear of themselves, too, when it wakes."""
        thread, guild = channel.thread, channel.guild
        assert thread is not None
        assert guild is not None
        thread.archived, thread.archived_at = archived, when or self.clock.now()
        self.tell_channel(channel, "THREAD_UPDATE", channel.to_json())
        if archived:
            return
        thread.idle_since = self.clock.now()
        for number in thread.members.keys() & guild.apps.keys():
            own = thread_member(channel, number, thread.members[number]) | {"guild_id": str(guild.id)}
            self.tell(guild.apps[number], Event("THREAD_MEMBER_UPDATE", own, guild.id))

    def whole(self, guild: Guild, session: Session) -> Json:
        """A guild as GUILD_CREATE tells it to a session."""
        if guild.unavailable:
            return {"id": str(guild.id), "unavailable": True}
        me, now = session.app.user.id, self.clock.now()
        everybody = session.intents & PRESENCES and len(guild.members) <= LARGE
        told = list(guild.members.values()) if everybody else [guild.members[me]]
        return guild.to_json() | {
            "joined_at": iso(guild.members[me].joined_at),
            "large": len(guild.members) > LARGE,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [one.to_json() for one in told],
            "channels": [one.to_json() for one in guild.channels.values()],
            "threads": [
                self.thread_for(one, me)
                for one in map(self.settled, list(guild.threads.values()))
                if one.thread and not one.thread.archived and permissions.sees(one, me, now)
            ],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    # Who hears of what

    def audience(self, channel: Channel) -> Iterator[App]:
        """The apps whose bots see a channel."""
        if channel.guild is None:
            yield from (self.apps[one.id] for one in channel.recipients if one.id in self.apps)
            return
        now = self.clock.now()
        for number, app in channel.guild.apps.items():
            if app.sessions and permissions.sees(channel, number, now):
                yield app

    def tell(self, app: App, event: Event) -> None:
        """Have the sessions of one app that want an event hear of it."""
        for session in app.sessions.values():
            if session.wants(event):
                session.hear(event)

    def tell_channel(self, channel: Channel, name: str, data: Json) -> None:
        """Have every app that sees a channel hear of an event."""
        event = Event(name, data, channel.guild.id if channel.guild else 0)
        for app in self.audience(channel):
            self.tell(app, event)

    def tell_room(self, channel: Channel, name: str) -> None:
        """Have every app in a guild hear of a channel itself: also those that have just lost sight of it."""
        assert channel.guild is not None
        self.tell_guild(channel.guild, name, channel.to_json())

    def tell_guild(self, guild: Guild, name: str, data: Json, besides: Iterable[App] = ()) -> None:
        """Have every app in a guild hear of an event, and `besides` others, as who was just put out."""
        event = Event(name, data, guild.id)
        for app in (*guild.apps.values(), *besides):
            self.tell(app, event)

    def tell_message(self, message: Message, name: str = "MESSAGE_CREATE") -> None:
        """Have every app that sees it hear of a message; without its content where it may not read that."""
        channel, now = message.channel, self.clock.now()
        guild = channel.guild
        events: dict[tuple[bool, int], Event] = {}
        for app in self.audience(channel):
            for session in app.sessions.values():
                reads = bool(session.intents & CONTENT) or message.concerns(app)
                viewer = app.user.id if message.reactions or message.content.poll else 0
                event = events.get((reads, viewer))
                if event is None:
                    data = message.to_json(self.files.url, now, viewer, reads=reads)
                    data["channel_type"] = channel.type
                    if guild is not None:
                        data["guild_id"] = str(guild.id)
                        member = guild.members.get(message.author.id)
                        if member is not None and message.app is None:
                            data["member"] = member.to_json(with_user=False)
                        for one in data["mentions"]:
                            if mentioned := guild.members.get(int(one["id"])):
                                one["member"] = mentioned.to_json(with_user=False)
                    event = events[reads, viewer] = Event(name, data, guild.id if guild else 0)
                if session.wants(event):
                    session.hear(event)

    def tell_reaction(self, message: Message, user: User | None, name: str, what: str) -> None:
        """Have bots hear of a reaction: ADD, REMOVE, REMOVE_EMOJI, REMOVE_ALL."""
        channel, guild = message.channel, message.channel.guild
        told: Json = {"message_id": str(message.id), "channel_id": str(channel.id)}
        if guild is not None:
            told["guild_id"] = str(guild.id)
        if what != "REMOVE_ALL":
            shown = {"id": None, "name": name} if ":" not in name else {}
            told["emoji"] = shown or dict(zip(("name", "id"), name.split(":"), strict=True))
        if user is not None:
            told |= {"user_id": str(user.id), "burst": False, "type": 0}
            if what == "ADD":
                told["message_author_id"] = str(message.author.id)
                if guild is not None and user.id in guild.members:
                    told["member"] = guild.members[user.id].to_json()
        self.tell_channel(channel, f"MESSAGE_REACTION_{what}", told)

    def tell_member(self, guild: Guild, member: Member) -> None:
        """Have bots hear that a member has changed; of itself a bot hears without the intent for members."""
        data = member.to_json() | {"guild_id": str(guild.id)}
        name = "GUILD_MEMBER_UPDATE"
        event, own = Event(name, data, guild.id), Event(name, data, guild.id, free=True)
        for number, app in guild.apps.items():
            self.tell(app, own if number == member.user.id else event)

    def log(self, guild: Guild, user_id: int, action: int, target: int | None, reason: str | None) -> None:
        """Write into a guild's audit log who did what, and why; whoever may read it hears of it."""
        entry: Json = {
            "id": str(self.ids.new()),
            "user_id": str(user_id),
            "target_id": str(target) if target else None,
            "action_type": action,
        } | ({"reason": reason} if reason else {})
        guild.log.append(entry)
        now = self.clock.now()
        event = Event("GUILD_AUDIT_LOG_ENTRY_CREATE", entry | {"guild_id": str(guild.id)}, guild.id)
        for number, app in guild.apps.items():
            if permissions.in_guild(guild, number, now) & May.VIEW_AUDIT_LOG:
                self.tell(app, event)


def thread_member(thread: Channel, user_id: int, joined: float) -> Json:
    """A thread's member as it goes over the wire."""
    return {"id": str(thread.id), "user_id": str(user_id), "join_timestamp": iso(joined), "flags": 0}
