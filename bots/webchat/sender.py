"""Sending to the web chat: an answer is delivered by being marked sent, and the page reads it from there."""

from conversation.types import Sent, ToSend


class WebChatSender:
    """The web chat's wire is our own page: what is marked sent shows there once, by its number."""

    platform = "webchat"
    repeatable = True

    async def send(self, batch: tuple[ToSend, ...]) -> tuple[Sent, ...]:
        """Deliver every one under its own number."""
        return tuple(Sent(one.id, "sent", platform_message_id=str(one.id)) for one in batch)
