"""A small world to act in: a creator with groups, a forum, a channel and its discussion; a fan; a bot."""

from dataclasses import dataclass

from tests.emulators.telegram.chats import Chat, Topic
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.visitors import Visitor
from tests.emulators.telegram.world import World


@dataclass(frozen=True)
class Stage:
    """Who and what there is; the bot is an administrator wherever there are any."""

    world: World
    creator: Visitor
    fan: Visitor
    bot: Bot
    group: Chat
    supergroup: Chat
    forum: Chat
    topic: int
    channel: Chat
    discussion: Chat


def set_up(world: World) -> Stage:
    """Put everybody in place; the fan has started the bot already."""
    creator = Visitor(world, world.user("Ember", "en", username="emberwick"))
    fan = Visitor(world, world.user("Ana", "es"))
    bot = world.bot("EmberStandInBot", "Ember's stand-in", owner=creator.user, can_manage_bots=True)
    people = (fan.user, bot)
    group = world.chat("group", "Candle friends", creator.user, *people)
    supergroup = world.chat("supergroup", "Candle lab", creator.user, *people)
    forum = world.chat("supergroup", "Candle forum", creator.user, *people, is_forum=True)
    channel = world.chat("channel", "Candle news", creator.user, username="candle_news")
    discussion = world.chat("supergroup", "Candle talk", creator.user, *people)
    channel.linked, discussion.linked = discussion, channel
    world.enter(channel, fan.user)
    for chat in (supergroup, forum, channel, discussion):
        world.promote(chat, bot, creator.user)
    made = world.post(forum, creator.user, {"forum_topic_created": {"name": "Wax", "icon_color": 7322096}})
    topic: int = made["message_id"]
    made |= {"message_thread_id": topic, "is_topic_message": True}
    forum.topics[topic] = Topic(topic, "Wax")
    fan.starts(bot)
    return Stage(world, creator, fan, bot, group, supergroup, forum, topic, channel, discussion)
