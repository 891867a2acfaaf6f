"""What is said and done in channels: messages, reactions, votes, threads' members."""

from copy import copy
from dataclasses import replace
from typing import Any

from tests.emulators.discord import mentions, permissions
from tests.emulators.discord.errors import refused
from tests.emulators.discord.events import Event
from tests.emulators.discord.guilds import (
    Channel,
)
from tests.emulators.discord.messages import POLL_RESULT, REPLY, SAID, Content, Message
from tests.emulators.discord.people import MEMBERS, App, Json, User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.telling import Telling, thread_member

NONCE_KEPT_S = 300.0


class Saying(Telling):
    """A world in whose channels something happens."""

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
        if content.forwards and content.reference is not None:
            # What is sent on stays as it was then.
            content = replace(content, reference=copy(content.reference))
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
                self.archive(channel, False)
            if message.author.id not in thread.members and message.content.type in SAID:
                self.join_thread(channel, message.author)

    def edit(self, message: Message, **fields: Any) -> None:
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

    def join_thread(self, thread: Channel, user: User) -> None:
        """Have somebody become a thread's member."""
        assert thread.thread is not None
        if user.id in thread.thread.members:
            return
        thread.thread.members[user.id] = self.clock.now()
        app = self.apps.get(user.id)
        if app is not None and thread.guild is not None:
            # A bot that was taken in hears of the thread, which it may not have seen before.
            self.tell(app, Event("THREAD_CREATE", self.thread_for(thread, user.id), thread.guild.id))
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
