"""People at work in the emulator's channels: they write, reply, edit, react, vote, join, leave, moderate."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.emulators.discord import permissions
from tests.emulators.discord.acting import Acting
from tests.emulators.discord.errors import ApiError, refused
from tests.emulators.discord.files import Uploaded
from tests.emulators.discord.guilds import Channel, Guild, Member, Role
from tests.emulators.discord.messages import LOADING, REPLY, SILENT, VOICE, Content, Message
from tests.emulators.discord.people import App, Json, User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.polls import Poll

LONGEST = 2000


@dataclass
class Visitor(Acting):
    """A person with a Discord account, and what they can do with it."""

    # Writing

    def says(self, where: Channel | App, text: str, *, reply_to: Message | None = None) -> Message:
        """Write a message: in a channel, or to a bot in private.

        Raises:
            ApiError: this person may not write there, or not yet again.
        """
        return self.sends(where, Content(text.strip(), type=REPLY if reply_to else 0, reference=reply_to))

    def replies(self, message: Message, text: str) -> Message:
        """Reply to a message."""
        return self.says(message.channel, text, reply_to=message)

    def mentions(self, where: Channel, whom: App | User | Role, text: str) -> Message:
        """Write to somebody in a channel, by name."""
        sign = "<@&" if isinstance(whom, Role) else "<@"
        return self.says(where, f"{sign}{whom.id}> {text}")

    def sends(self, where: Channel | App, content: Content) -> Message:
        """Put any content into a channel.

        Raises:
            ApiError: this person may not write there, or not yet again.
        """
        channel, now = self._place(where), self.world.clock.now()
        permissions.need(channel, self.user.id, int(May.SEND_MESSAGES), now)
        if len(content.text) > LONGEST:
            raise refused(50006)
        self._wait_for_slow_mode(channel, now)
        if channel.thread and channel.thread.locked and not self._may(channel, May.MANAGE_THREADS):
            raise refused(160005)
        return self.world.post(self.world.settled(channel), self.user, content)

    def uploads(
        self, where: Channel | App, content: bytes, name: str, mime: str, *, text: str = "", **about: Any
    ) -> Message:
        """Send a file, perhaps with words; `about` it more can be said, as its `description`."""
        channel = self._place(where)
        kept = self.world.files.add(self.world.ids.new(), channel.id, Uploaded(content, name, mime), about)
        return self.sends(channel, Content(text, attachments=[kept]))

    def records(self, where: Channel | App, content: bytes, seconds: float) -> Message:
        """Send a voice message of these bytes (OGG with Opus)."""
        channel = self._place(where)
        file = Uploaded(content, "voice-message.ogg", "audio/ogg")
        about = {"duration_secs": seconds, "waveform": "AAAA"}
        kept = self.world.files.add(self.world.ids.new(), channel.id, file, about)
        return self.sends(channel, Content(attachments=[kept], flags=VOICE))

    def asks_all(
        self, where: Channel, question: str, *answers: str, hours: float = 24, many: bool = False
    ) -> Message:
        """Put up a poll."""
        ends = self.world.clock.now() + hours * 3600
        return self.sends(where, Content(poll=Poll(question, [{"text": one} for one in answers], ends, many)))

    def forwards(self, message: Message, where: Channel | App) -> Message:
        """Send somebody's message on to another place."""
        return self.sends(where, Content(reference=message, forwards=True))

    def whispers(self, where: Channel | App, text: str) -> Message:
        """Write without a sound, as by @silent."""
        return self.sends(where, Content(text, flags=SILENT))

    def edits(self, message: Message, text: str) -> Message:
        """Change a message of one's own."""
        self._need_own(message)
        self.world.edit(message, text=text)
        return message

    def deletes(self, message: Message) -> None:
        """Remove a message: one's own, or as a moderator."""
        if message.author is not self.user:
            permissions.need(message.channel, self.user.id, int(May.MANAGE_MESSAGES), self.world.clock.now())
        self.world.delete(message)

    def types(self, where: Channel | App) -> None:
        """Begin to write, which everybody sees."""
        self.world.starts_typing(self._place(where), self.user)

    def reacts(self, message: Message, emoji: str) -> None:
        """Put a reaction below a message."""
        permissions.need(message.channel, self.user.id, int(May.VIEW_CHANNEL), self.world.clock.now())
        self.world.react(message, self.user, emoji, add=True)

    def takes_back(self, message: Message, emoji: str) -> None:
        """Take a reaction of one's own away."""
        self.world.react(message, self.user, emoji, add=False)

    def votes(self, message: Message, answer: str) -> None:
        """Choose an answer of a poll.

        Raises:
            LookupError: there is no such answer.
            ApiError: the poll is over.
        """
        self.world.vote(message, self.user, self._answer(message, answer), add=True)

    def unvotes(self, message: Message, answer: str) -> None:
        """Take a choice back."""
        self.world.vote(message, self.user, self._answer(message, answer), add=False)

    # Threads

    def starts_thread(self, where: Channel | Message, name: str, **more: Any) -> Channel:
        """Begin a thread: in a channel, or from a message."""
        if isinstance(where, Channel):
            return self.world.thread(where, self.user, name, **more)
        made = self.world.thread(where.channel, self.user, name, id=where.id, **more)
        where.thread = made
        self.world.tell_message(where, "MESSAGE_UPDATE")
        return made

    def posts(self, forum: Channel, title: str, text: str, *tags: str) -> Channel:
        """Put a post into a forum.

        Raises:
            LookupError: there is no such tag.
        """
        known = {one["name"]: int(one["id"]) for one in forum.tags}
        if missing := [one for one in tags if one not in known]:
            raise LookupError(f"no tags {missing}")
        thread = self.world.thread(forum, self.user, title, tags=[known[one] for one in tags])
        self.world.post(thread, self.user, Content(text), number=thread.id)
        return thread

    # Reading

    def sees(self, where: Channel | App) -> list[Message]:
        """What stands in a channel for this person, the oldest first: what is for them alone, too.

        Raises:
            ApiError: they don't see the channel.
        """
        channel = self._place(where)
        permissions.need(channel, self.user.id, int(May.VIEW_CHANNEL), self.world.clock.now())
        alone = [one for one in channel.whispered if one.only_for == self.user.id and not one.deleted]
        return sorted((*channel.messages.values(), *alone), key=lambda one: one.id)

    def texts(self, where: Channel | App) -> list[str]:
        """The words of what stands in a channel for this person."""
        return [one.content.text for one in self.sees(where)]

    async def hears(
        self, where: Channel | App, after: Message | None = None, *, within_s: float = 10.0
    ) -> Message:
        """Wait for the next message of somebody else's that this person sees, and which is no place-holder.

        `after`: a message after which it comes; else whatever stands there last is not the next.

        Raises:
            TimeoutError: none has come within so many of the system's seconds.
        """
        seen = self.sees(where)
        since = after.id if after is not None else seen[-1].id if seen else 0
        ends = time.monotonic() + within_s
        while True:
            for one in self.sees(where):
                if one.id > since and one.author is not self.user and not one.flags & LOADING:
                    return one
            if time.monotonic() > ends:
                raise TimeoutError("nobody has said anything")
            await asyncio.sleep(0.01)

    # Coming, going, and being in charge

    def joins(self, guild: Guild) -> Member:
        """Become a member.

        Raises:
            ApiError: they are banned there, or invites are paused.
        """
        if guild.invites_from > self.world.clock.now():
            raise refused(10006)
        return self.world.enter(guild, self.user)

    def leaves(self, guild: Guild) -> None:
        """Go."""
        self.world.leave(guild, self.user)

    def blocks(self, app: App) -> None:
        """Hear nothing of a bot any more."""
        self.user.blocks.add(app.id)

    def invites(self, guild: Guild, app: App, rights: int) -> Member:
        """Add a bot, with these rights.

        Raises:
            ApiError: this person may not manage the guild.
        """
        self._need_in(guild, May.MANAGE_GUILD)
        return self.world.enter(guild, app.user, int(rights))

    def gives(self, guild: Guild, whom: User, role: Role) -> None:
        """Give somebody a role by hand."""
        self._need_in(guild, May.MANAGE_ROLES)
        member = guild.members[whom.id]
        member.roles.append(role.id)
        self.world.tell_member(guild, member)
        self.world.log(guild, self.user.id, 25, whom.id, None)

    def takes(self, guild: Guild, whom: User, role: Role) -> None:
        """Take a role from somebody by hand."""
        self._need_in(guild, May.MANAGE_ROLES)
        member = guild.members[whom.id]
        member.roles.remove(role.id)
        self.world.tell_member(guild, member)
        self.world.log(guild, self.user.id, 25, whom.id, None)

    def times_out(self, guild: Guild, whom: User, span: timedelta) -> None:
        """Have somebody do nothing but read for a while; a span of nothing ends that."""
        self._need_in(guild, May.MODERATE_MEMBERS)
        permissions.need_above(guild, self.user.id, whom.id)
        member = guild.members[whom.id]
        member.until = self.world.clock.now() + span.total_seconds() if span else 0.0
        self.world.tell_member(guild, member)
        self.world.log(guild, self.user.id, 24, whom.id, None)

    def kicks(self, guild: Guild, whom: User) -> None:
        """Put somebody out."""
        self._need_in(guild, May.KICK_MEMBERS)
        permissions.need_above(guild, self.user.id, whom.id)
        self.world.leave(guild, whom)
        self.world.log(guild, self.user.id, 20, whom.id, None)

    def bans(self, guild: Guild, whom: User, reason: str | None = None) -> None:
        """Put somebody out for good."""
        self._need_in(guild, May.BAN_MEMBERS)
        permissions.need_above(guild, self.user.id, whom.id)
        self.world.ban(guild, whom, reason)
        self.world.log(guild, self.user.id, 22, whom.id, reason)

    def unbans(self, guild: Guild, whom: User) -> None:
        """Let somebody come again."""
        self._need_in(guild, May.BAN_MEMBERS)
        self.world.unban(guild, whom)
        self.world.log(guild, self.user.id, 23, whom.id, None)

    def _may(self, channel: Channel, right: May) -> bool:
        return bool(permissions.inside(channel, self.user.id, self.world.clock.now()) & right)

    def _need_in(self, guild: Guild, right: May) -> None:
        permissions.need_in_guild(guild, self.user.id, int(right), self.world.clock.now())

    def _need_own(self, message: Message) -> None:
        if message.author is not self.user:
            raise refused(50005)

    def _wait_for_slow_mode(self, channel: Channel, now: float) -> None:
        if not channel.slow or self._may(channel, May.BYPASS_SLOWMODE):
            return
        wait = channel.spoke.get(self.user.id, 0.0) + channel.slow - now
        if wait > 0:
            refusal: ApiError = refused(20016)
            refusal.more["retry_after"] = wait
            raise refusal
        channel.spoke[self.user.id] = now

    @staticmethod
    def _answer(message: Message, text: str) -> int:
        poll = message.content.poll
        answers: list[Json] = poll.answers if poll else []
        found = next((number for number, one in enumerate(answers, 1) if one.get("text") == text), None)
        if found is None:
            raise LookupError(f"no answer {text!r}")
        return found
