"""People at work in the emulator's chats: they write, edit, react, press, pay, join and leave."""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.chats import Chat, Member
from tests.emulators.telegram.entities import clean, found
from tests.emulators.telegram.errors import bad
from tests.emulators.telegram.methods.queries import ANSWER_BUTTON_WITHIN_S, ANSWER_CHECKOUT_WITHIN_S
from tests.emulators.telegram.methods.sending import MEDIA_RIGHTS
from tests.emulators.telegram.people import Bot, Json, User
from tests.emulators.telegram.world import World


@dataclass
class Visitor:
    """A person with a Telegram account, and what they can do with it."""

    world: World
    user: User

    # Writing

    def says(
        self,
        where: Chat | Bot,
        text: str,
        *,
        reply_to: Json | None = None,
        topic: int | None = None,
        as_chat: Chat | None = None,
    ) -> Json:
        """Write a message: in a chat, or to a bot.

        Raises:
            ApiError: this person may not write there.
        """
        cleaned = clean(text).strip()
        marks = found(cleaned)
        content: Json = {"text": cleaned} | ({"entities": marks} if marks else {})
        return self.sends(where, content, reply_to=reply_to, topic=topic, as_chat=as_chat)

    def sends(
        self,
        where: Chat | Bot,
        content: Json,
        *,
        reply_to: Json | None = None,
        topic: int | None = None,
        as_chat: Chat | None = None,
    ) -> Json:
        """Put any content into a chat.

        Raises:
            ApiError: this person may not write there.
        """
        chat = self._chat(where)
        kind = next((right for name, right in MEDIA_RIGHTS.items() if name in content), "can_send_messages")
        if chat.type == "channel":
            chat.need(self.user.id, "can_post_messages")
        elif as_chat is None and not chat.may(self.user.id, kind):
            raise bad("not enough rights to send messages to the chat")
        if chat.topics and topic and chat.topics[topic].closed and chat.administrator(self.user.id) is None:
            raise bad("TOPIC_CLOSED")
        return self.world.post(chat, self.user, content, topic=topic, reply_to=reply_to, sender_chat=as_chat)

    def starts(self, bot: Bot, parameter: str = "") -> Json:
        """Press Start in a bot's chat, perhaps by a link that carries a parameter."""
        return self.says(bot, f"/start {parameter}".strip())

    def sends_file(
        self, where: Chat | Bot, kind: str, content: bytes, *, name: str = "", mime: str = "", **more: Any
    ) -> Json:
        """Send a photo, video, voice note... of these bytes; `more` is what is said about the file."""
        return self.sends(where, self.world.upload(kind, content, name, mime, **more))

    def sends_album(self, where: Chat | Bot, *pictures: bytes, caption: str = "") -> list[Json]:
        """Send several pictures as one album; the caption stands below the first."""
        group = {"media_group_id": str(secrets.randbelow(10**17))}
        sent = []
        for number, one in enumerate(pictures):
            said = {"caption": caption} if caption and not number else {}
            sent.append(self.sends(where, self.world.upload("photo", one) | said | group))
        return sent

    def edits(self, message: Json, text: str) -> Json:
        """Change a message of one's own."""
        chat = self._of(message)
        cleaned = clean(text).strip()
        marks = found(cleaned)
        name = "caption" if "caption" in message else "text"
        kept = {key: value for key, value in message.items() if key not in ("entities", "caption_entities")}
        new = kept | {name: cleaned, "edit_date": int(self.world.clock.now())}
        if marks:
            new["entities" if name == "text" else "caption_entities"] = marks
        chat.messages[message["message_id"]] = new
        kind = "edited_channel_post" if chat.type == "channel" else "edited_message"
        self.world.show(chat, kind, new, self.user)
        return new

    def deletes(self, message: Json) -> None:
        """Remove a message; no bot hears of that."""
        del self._of(message).messages[message["message_id"]]

    def reacts(self, message: Json, *emoji: str) -> None:
        """Put reactions under a message in place of those that were there."""
        chat = self._of(message)
        key = (chat.id, message["message_id"], self.user.id)
        before = self.world.reactions.get(key, [])
        after = [{"type": "emoji", "emoji": one} for one in emoji]
        self.world.reactions[key] = after
        told = {
            "chat": chat.to_json(),
            "message_id": message["message_id"],
            "user": self.user.to_json(),
            "date": int(self.world.clock.now()),
            "old_reaction": before,
            "new_reaction": after,
        }
        for member in chat.members.values():
            if isinstance(member.user, Bot) and (chat.type == "private" or member.administers):
                member.user.hear("message_reaction", told)

    # Buttons, polls, payments

    async def presses(self, message: Json, label: str) -> Json | None:
        """Press a button that sends data; what the bot answers, None where it doesn't in time.

        Raises:
            LookupError: there is no such button.
        """
        bot = self.world.bots[message["from"]["id"]]
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        button = next((one for row in rows for one in row if one["text"] == label), None)
        if button is None or "callback_data" not in button:
            raise LookupError(f"no button {label!r} that sends data")
        number = str(secrets.randbelow(10**18))
        query = self._ask(number, "callback", bot)
        told = {
            "id": number,
            "from": self.user.to_json(),
            "message": self.world.seen_by(bot, message),
            "chat_instance": str(message["chat"]["id"]),
            "data": button["callback_data"],
        }
        bot.hear("callback_query", told)
        return await self._answer(query, ANSWER_BUTTON_WITHIN_S)

    def votes(self, message: Json, *options: int) -> None:
        """Choose options of a poll that isn't anonymous; none takes the vote back."""
        poll = message["poll"]
        for number in options:
            poll["options"][number]["voter_count"] += 1
        poll["total_voter_count"] += 1
        bot = self.world.bots.get(message.get("from", {}).get("id", 0))
        if bot is None:
            return
        if not poll["is_anonymous"]:
            ids = [poll["options"][number]["persistent_id"] for number in options]
            told = {"poll_id": poll["id"], "user": self.user.to_json()}
            bot.hear("poll_answer", told | {"option_ids": list(options), "option_persistent_ids": ids})
        bot.hear("poll", poll)

    async def pays(self, message: Json) -> Json | str:
        """Pay an invoice in Stars: the message that tells of it, or why the bot refused."""
        chat = self._of(message)
        bot = self.world.bots[message["from"]["id"]]
        payload, amount = self.world.invoices[chat.id, message["message_id"], bot.id]
        number = str(secrets.randbelow(10**18))
        query = self._ask(number, "checkout", bot)
        asked = {"id": number, "from": self.user.to_json(), "currency": "XTR"}
        bot.hear("pre_checkout_query", asked | {"total_amount": amount, "invoice_payload": payload})
        answer = await self._answer(query, ANSWER_CHECKOUT_WITHIN_S)
        if answer is None:
            return "the bot didn't answer in time"
        if not answer["ok"]:
            return str(answer["error_message"])
        charge = f"stx{secrets.token_urlsafe(24)}"
        bot.stars += amount
        self.world.payments[charge] = {
            "bot": bot.id, "user": self.user.id, "amount": amount, "payload": payload, "refunded": False,
            "at": self.world.clock.now(),
        }  # fmt: skip
        paid = {
            "currency": "XTR",
            "total_amount": amount,
            "invoice_payload": payload,
            "telegram_payment_charge_id": charge,
            "provider_payment_charge_id": f"{self.user.id}_0",
        }
        return self.world.post(chat, self.user, {"successful_payment": paid})

    def _ask(self, number: str, kind: str, bot: Bot) -> Json:
        query = {"kind": kind, "bot": bot.id, "at": self.world.clock.now(), "answered": asyncio.Event()}
        self.world.queries[number] = query
        return query

    async def _answer(self, query: Json, within_s: float) -> Json | None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(query["answered"].wait(), self.world.clock.real(within_s))
        return query.get("answer")

    # Coming and going

    def joins(self, chat: Chat) -> None:
        """Become a member."""
        self.world.enter(chat, self.user)

    def asks_to_join(self, chat: Chat, *, link: str = "") -> None:
        """Ask to become a member; the bots that may invite hear of it, and may write to who asks."""
        chat.requests[self.user.id] = link
        told = {
            "chat": chat.to_json(),
            "from": self.user.to_json(),
            "user_chat_id": self.user.id,
            "date": int(self.world.clock.now()),
        }
        if link:
            told["invite_link"] = chat.links[link]
        for member in chat.members.values():
            if isinstance(member.user, Bot) and chat.may(member.user.id, "can_invite_users"):
                self.world.private_chat(member.user, self.user)
                member.user.hear("chat_join_request", told)

    def leaves(self, chat: Chat) -> None:
        """Be a member no more."""
        self.world.leave(chat, self.user)

    def renames(self, chat: Chat, title: str) -> None:
        """Give a chat another title."""
        chat.title = title
        self.world.post(chat, self.user, {"new_chat_title": title})

    def adds(self, chat: Chat, other: User) -> None:
        """Bring somebody, or a bot, into a chat."""
        self.world.enter(chat, other, self.user)

    def removes(self, chat: Chat, other: User) -> None:
        """Put somebody, or a bot, out of a chat for good."""
        self.world.leave(chat, other, self.user, status="kicked")

    def promotes(self, chat: Chat, other: User, *rights: str) -> None:
        """Make somebody, or a bot, an administrator; with every right, where none is named."""
        self.world.promote(chat, other, self.user, *rights)

    def demotes(self, chat: Chat, other: User) -> None:
        """Make an administrator a member again."""
        self.world.change(chat, self.user, other, status="member", rights={})

    def blocks(self, bot: Bot) -> None:
        """Stop a bot from writing."""
        self.user.blocks.add(bot.id)
        self._tell_bot(bot, "member", "kicked")

    def unblocks(self, bot: Bot) -> None:
        """Let a bot write again."""
        self.user.blocks.discard(bot.id)
        self._tell_bot(bot, "kicked", "member")

    def _tell_bot(self, bot: Bot, before: str, after: str) -> None:
        chat = self.world.private_chat(bot, self.user)
        told = {"chat": chat.to_json(), "from": self.user.to_json(), "date": int(self.world.clock.now())}
        told |= {"old_chat_member": Member(bot, before).to_json(chat)}
        bot.hear("my_chat_member", told | {"new_chat_member": Member(bot, after).to_json(chat)})

    # Bots

    def makes_bot(self, manager: Bot, username: str, name: str) -> Bot:
        """Have a bot made that `manager` manages, as its button offers it."""
        made = self.world.bot(username, name, owner=self.user, manager=manager)
        if chat := self.world.private.get((manager.id, self.user.id)):
            self.world.post(chat, self.user, {"managed_bot_created": {"bot": made.to_json()}})
        manager.hear("managed_bot", {"user": self.user.to_json(), "bot": made.to_json()})
        return made

    def renews_token(self, bot: Bot) -> str:
        """Have a bot's token replaced; its manager hears of it."""
        token = bot.renew_token()
        if bot.manager is not None:
            bot.manager.hear("managed_bot", {"user": self.user.to_json(), "bot": bot.to_json()})
        return token

    def _chat(self, where: Chat | Bot) -> Chat:
        return self.world.private_chat(where, self.user) if isinstance(where, Bot) else where

    def _of(self, message: Json) -> Chat:
        number = message["chat"]["id"]
        if message["chat"]["type"] != "private":
            return self.world.chats[number]
        # Bots count their messages each for itself: the same number may stand in several of these.
        own = [chat for (_, user), chat in self.world.private.items() if user == self.user.id]
        same = [chat for chat in own if chat.messages.get(message["message_id"]) is message]
        return same[0] if same else next(chat for chat in own if message["message_id"] in chat.messages)
