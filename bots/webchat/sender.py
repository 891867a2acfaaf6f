"""Sending to the web chat: an answer is delivered by being marked sent, and the page reads it from there."""

from conversation.types import Gate, Sent, ToSend


class WebChatSender:
    """The web chat's wire is our own page: what is marked sent shows there once, by its number."""

    platform = "webchat"
    repeatable = True

    async def send(self, batch: tuple[ToSend, ...], may_go: Gate) -> tuple[Sent, ...]:
        """Deliver every one under its own number."""
        return tuple([await self._one(one, may_go) for one in batch])

    async def _one(self, one: ToSend, may_go: Gate) -> Sent:
        if not await may_go(one):
            return Sent(one.id, "held")
        return Sent(one.id, "sent", platform_message_id=str(one.id))
