"""The state behind REST and gateway: who exists, which guilds and channels there are, who hears of what."""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.emulators.discord import mentions, permissions
from tests.emulators.discord.commands import Commands
from tests.emulators.discord.errors import refused
from tests.emulators.discord.events import Event
from tests.emulators.discord.faults import Faults
from tests.emulators.discord.files import FileStore
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
from tests.emulators.discord.limits import Limits, Rates
from tests.emulators.discord.messages import POLL_RESULT, REPLY, SAID, Content, Message
from tests.emulators.discord.people import CONTENT, MEMBERS, PRESENCES, App, Json, User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.posting import Poster
from tests.emulators.discord.sessions import Session
from tests.emulators.discord.snowflakes import Snowflakes, iso
from tests.emulators.telegram.clock import Clock

NONCE_KEPT_S = 300.0
LARGE = 250


class World:
    """Everything that the emulator knows."""

    def __init__(self, *, clock: Clock | None = None, rates: Rates | None = None) -> None:
        self.clock = clock or Clock()
        self.ids = Snowflakes(self.clock)
        self.limits = Limits(self.clock, rates)
        self.faults = Faults()
        self.files = FileStore()
        self.commands = Commands()
        self.interactions = Interactions(self)
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

    def by_token(self, token: str) -> App | None:
        """The app whose token this is."""
        found = self._tokens.get(token)
        if found is None or found.token != token:
            self._tokens = {one.token: one for one in self.apps.values()}
            found = self._tokens.get(token)
        return found

    def guild(self, name: str, owner: User, *members: User) -> Guild:
        """A new guild of `owner`'s with these members, and with nothing but everybody's role."""
        number = self.ids.new()
        made = Guild(number, name, owner.id)
        made.roles[number] = Role(number, "@everyone", permissions.EVERYONE)
        self.guilds[number] = made
        for one in (owner, *members):
            made.members[one.id] = Member(one, self.clock.now())
        return made

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
            self.tell_channel(made, "CHANNEL_CREATE", made.to_json())
        return made

    def remove_channel(self, channel: Channel) -> None:
        """Remove a guild's channel or a thread, with all that is in it."""
        guild = channel.guild
        assert guild is not None
        told = channel.to_json()
        name = "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE"
        self.tell_channel(channel, name, told)
        for one in [channel, *(each for each in guild.threads.values() if each.parent is channel)]:
            self.channels.pop(one.id, None)
            guild.channels.pop(one.id, None)
            guild.threads.pop(one.id, None)

    def overwrite(self, channel: Channel, whom: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Have a channel allow and deny a role or a member."""
        channel.overwrites[whom.id] = Overwrite(0 if isinstance(whom, Role) else 1, int(allow), int(deny))
        self.tell_channel(channel, "CHANNEL_UPDATE", channel.to_json())

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

    def private_channel(self, *two: User) -> Channel:
        """What two have together in private, made where they have nothing yet."""
        key = frozenset(one.id for one in two)
        found = self.private.get(key)
        if found is None:
            found = Channel(self.ids.new(), DM, recipients=list(two))
            self.private[key] = self.channels[found.id] = found
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
            thread.archived, thread.archived_at = True, thread.idle_since + thread.auto_archive * 60
            self.tell_channel(channel, "THREAD_UPDATE", channel.to_json())
        return channel

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

    # What is said

    def post(
        self,
        channel: Channel,
        author: User,
        content: Content,
        *,
        app: App | None = None,
        once: bool = False,
        number: int = 0,
    ) -> Message:
        """Put a message into a channel and show it to every bot that sees it.

        `app`: it answers an interaction with that app. `once`: where the same author used the same nonce
        within minutes, this is the message that was sent then.
        """
        now = self.clock.now()
        key = (channel.id, author.id, str(content.nonce))
        if once and (known := self._nonces.get(key)) and known[0] > now:
            return known[1]
        may_all = bool(permissions.inside(channel, author.id, now) & May.MENTION_EVERYONE)
        meant = content.reference
        who, roles, everyone = mentions.mentioned(
            content.text,
            channel,
            self.users,
            content.allowed_mentions,
            replied=meant.author if meant is not None and content.type == REPLY else None,
            may_all=may_all,
        )
        made = Message(number or self.ids.new(), channel, author, content, now, who, roles, everyone, app)
        if content.nonce is not None:
            self._nonces[key] = (now + NONCE_KEPT_S, made)
        if made.only_for is None:
            self._keep(channel, made, now)
            self.tell_message(made)
        return made

    def _keep(self, channel: Channel, message: Message, now: float) -> None:
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        if (thread := channel.thread) is not None:
            thread.said += 1
            thread.idle_since = now
            if thread.archived:
                thread.archived = False
                self.tell_channel(channel, "THREAD_UPDATE", channel.to_json())
            if message.author.id not in thread.members and message.content.type in SAID:
                self.join_thread(channel, message.author)

    def join_thread(self, thread: Channel, user: User) -> None:
        """Have somebody become a thread's member."""
        assert thread.thread is not None
        if user.id in thread.thread.members:
            return
        thread.thread.members[user.id] = self.clock.now()
        self._tell_thread_members(thread, [user.id], [])

    def leave_thread(self, thread: Channel, user_id: int) -> None:
        """Have somebody be a thread's member no more."""
        assert thread.thread is not None
        if thread.thread.members.pop(user_id, None) is not None:
            self._tell_thread_members(thread, [], [user_id])

    def _tell_thread_members(self, thread: Channel, came: list[int], went: list[int]) -> None:
        assert thread.thread is not None
        assert thread.guild is not None
        known: Json = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "member_count": min(len(thread.thread.members), 50),
        }
        for app in self.audience(thread):
            for session in app.sessions.values():
                # Without the intent for members, a bot hears of itself alone.
                told = [one for one in came if session.intents & MEMBERS or one == app.user.id]
                gone = [one for one in went if session.intents & MEMBERS or one == app.user.id]
                added = [
                    thread_member(thread, one, thread.thread.members[one])
                    | {"member": thread.guild.members[one].to_json(), "presence": None}
                    for one in told
                ]
                data = known | {"added_members": added, "removed_member_ids": [str(one) for one in gone]}
                event = Event("THREAD_MEMBERS_UPDATE", data, thread.guild.id)
                if (told or gone) and session.wants(event):
                    session.hear(event)

    def starts_typing(self, channel: Channel, user: User) -> None:
        """Show that somebody is writing."""
        self.typing.append((channel.id, user.id))
        told: Json = {
            "channel_id": str(channel.id),
            "user_id": str(user.id),
            "timestamp": int(self.clock.now()),
        }
        if channel.guild is not None:
            told |= {"guild_id": str(channel.guild.id), "member": channel.guild.members[user.id].to_json()}
        self.tell_channel(channel, "TYPING_START", told)

    def edit(self, message: Message, **fields: object) -> None:
        """Change what a message holds."""
        message.change(self.clock.now(), **fields)
        if "text" in fields:
            content = message.content
            message.mentions, message.mention_roles, message.everyone = mentions.mentioned(
                content.text,
                message.channel,
                self.users,
                content.allowed_mentions,
                replied=None,
                may_all=True,
            )
        if message.only_for is None:
            self.tell_message(message, "MESSAGE_UPDATE")

    def delete(self, *messages: Message) -> None:
        """Remove messages of one channel."""
        channel = messages[0].channel
        for one in messages:
            one.deleted = True
            channel.messages.pop(one.id, None)
        where: Json = {"channel_id": str(channel.id)}
        where |= {"guild_id": str(channel.guild.id)} if channel.guild else {}
        if messages[0].only_for is not None:
            return
        if len(messages) == 1:
            self.tell_channel(channel, "MESSAGE_DELETE", {"id": str(messages[0].id)} | where)
        else:
            ids = [str(one.id) for one in messages]
            self.tell_channel(channel, "MESSAGE_DELETE_BULK", {"ids": ids} | where)

    def react(self, message: Message, user: User, name: str, *, add: bool) -> None:
        """Put somebody's reaction below a message, or take it away."""
        who = message.reactions.setdefault(name, [])
        if (user.id in who) is add:
            return
        (who.append if add else who.remove)(user.id)
        if not who:
            del message.reactions[name]
        self.tell_reaction(message, user, name, "ADD" if add else "REMOVE")

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

    def vote(self, message: Message, user: User, answer: int, *, add: bool) -> None:
        """Choose an answer of a poll, or take that back.

        Raises:
            ApiError: the poll is over.
        """
        poll, channel = message.content.poll, message.channel
        assert poll is not None
        if poll.ended(self.clock.now()):
            raise refused(520001)
        told: Json = {"user_id": str(user.id), "channel_id": str(channel.id), "message_id": str(message.id)}
        told |= {"guild_id": str(channel.guild.id)} if channel.guild else {}
        if add and not poll.many:
            for other, who in poll.votes.items():
                if user.id in who and other != answer:
                    self.vote(message, user, other, add=False)
        who = poll.votes.setdefault(answer, [])
        if (user.id in who) is add:
            return
        (who.append if add else who.remove)(user.id)
        name = f"MESSAGE_POLL_VOTE_{'ADD' if add else 'REMOVE'}"
        self.tell_channel(channel, name, told | {"answer_id": answer})

    def end_poll(self, message: Message) -> None:
        """End a poll now: it shows its results, and a message of the system tells them."""
        poll = message.content.poll
        assert poll is not None
        poll.ends_at = min(poll.ends_at, self.clock.now())
        poll.finalized = True
        self.tell_message(message, "MESSAGE_UPDATE")
        counts = {number: len(who) for number, who in poll.votes.items() if who}
        fields = [
            {"name": "poll_question_text", "value": poll.question, "inline": False},
            {"name": "total_votes", "value": str(sum(counts.values())), "inline": False},
        ]
        if counts:
            best = max(counts, key=lambda one: counts[one])
            fields += [
                {"name": "victor_answer_votes", "value": str(counts[best]), "inline": False},
                {"name": "victor_answer_id", "value": str(best), "inline": False},
                {
                    "name": "victor_answer_text",
                    "value": poll.answers[best - 1].get("text", ""),
                    "inline": False,
                },
            ]
        told = Content(
            embeds=[{"type": "poll_result", "fields": fields}], type=POLL_RESULT, reference=message
        )
        self.post(message.channel, message.author, told)

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

    def tell_member(self, guild: Guild, member: Member) -> None:
        """Have bots hear that a member has changed."""
        self.tell_guild(guild, "GUILD_MEMBER_UPDATE", member.to_json() | {"guild_id": str(guild.id)})

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
