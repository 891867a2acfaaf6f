"""Who hears which event: the one table."""

from bots.discord import tasks as discord
from bots.telegram import tasks as telegram
from community.events import AvatarChanged, ChatMoved, FanErased, StaffChanged
from conversation import service as conversation
from conversation.events import AnswerApproved, OrderHeard
from kernel.events import EventTable
from memory import tasks as memory
from memory.events import SourceDeleted, SourceFailed, SourceIndexed, SourcesHeld
from moderation import service as moderation
from persona_engine import tasks as persona
from persona_engine.service import boundaries, learning


def wire(events: EventTable) -> None:
    """Fill the table."""
    events.on(SourceIndexed, persona.content_changed)
    events.on(SourceFailed, persona.content_changed)
    events.on(SourcesHeld, persona.content_changed)
    events.on(SourceDeleted, persona.content_changed)
    events.on(AvatarChanged, telegram.avatar_changed)
    events.on(AvatarChanged, discord.avatar_changed)
    events.on(StaffChanged, conversation.takeover.staff_changed)
    events.on(StaffChanged, telegram.staff_changed)
    events.on(OrderHeard, telegram.order_heard)
    events.on(ChatMoved, moderation.chat_moved)
    events.on(FanErased, discord.fan_erased)
    events.on(FanErased, moderation.fan_erased)
    events.on(FanErased, memory.fan_erased)
    events.on(FanErased, boundaries.fan_erased)
    events.on(AnswerApproved, learning.answer_approved)
