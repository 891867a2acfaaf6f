"""What an update means: who said what, where, and whether it was meant for the avatar."""

import pytest
from aiogram.types import Update

from bots.telegram.roster import KnownBot
from bots.telegram.updates import Spoken, spoken
from kernel.chat import Addressed
from tests.emulators.telegram.people import Json
from tests.emulators.telegram.stage import Stage, set_up
from tests.emulators.telegram.world import World

COMMANDS = frozenset({"ask", "help", "lang"})
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def stage() -> Stage:
    made = set_up(World())
    made.bot.updates.clear()
    return made


def known(stage: Stage) -> KnownBot:
    return KnownBot(
        connection_id=7,
        creator_id=1,
        avatar_id=1,
        bot_id=stage.bot.id,
        username=stage.bot.username,
        webhook=False,
        reads_all=False,
        state="active",
        token=stage.bot.token,
        name="Ember",
    )


def heard(stage: Stage) -> list[Spoken]:
    """What the bot makes of what came since; nothing of what nobody said."""
    updates = [Update.model_validate(one) for one in stage.bot.updates]
    stage.bot.updates.clear()
    made = [spoken(known(stage), one.message, COMMANDS) for one in updates if one.message]
    return [one for one in made if one is not None]


def last(stage: Stage) -> Spoken:
    (only,) = heard(stage)
    return only


def from_bot(stage: Stage, chat_id: int) -> Json:
    """A message of the bot's own, to reply to."""
    chat = stage.world.chats[chat_id]
    return stage.world.post(chat, stage.bot, {"text": "Because soot glows."})


class TestInPrivate:
    def test_everything_is_meant_for_the_avatar(self, stage: Stage) -> None:
        stage.fan.says(stage.bot, "¿Por qué la llama es amarilla?")
        inbound = last(stage).inbound
        assert inbound.addressed is Addressed.DIRECT
        assert (inbound.room, inbound.chat_id) == ("", str(stage.fan.user.id))
        assert (inbound.user_id, inbound.user_name) == (str(stage.fan.user.id), "Ana")
        assert inbound.language_hint == "es"

    def test_the_message_s_own_number_names_it(self, stage: Stage) -> None:
        said = stage.fan.says(stage.bot, "hello")
        inbound = last(stage).inbound
        assert inbound.update_id == f"{stage.bot.id}/{stage.fan.user.id}/{said['message_id']}"
        assert inbound.message_ref == str(said["message_id"])

    def test_a_caption_is_the_text_and_the_picture_is_noted(self, stage: Stage) -> None:
        stage.fan.sends(stage.bot, stage.world.upload("photo", PICTURE) | {"caption": "What wax is this?"})
        inbound = last(stage).inbound
        assert inbound.text == "What wax is this?"
        assert inbound.medium
        assert (inbound.medium.kind, inbound.medium.width) == ("photo", 1280)

    def test_a_voice_note_has_no_words_yet(self, stage: Stage) -> None:
        stage.fan.sends_file(stage.bot, "voice", b"OggS", mime="audio/ogg", duration=4)
        inbound = last(stage).inbound
        assert inbound.text == ""
        assert inbound.medium
        assert (inbound.medium.kind, inbound.medium.seconds) == ("voice", 4.0)

    def test_the_pictures_of_an_album_have_one_name(self, stage: Stage) -> None:
        stage.fan.sends_album(stage.bot, PICTURE, PICTURE, PICTURE, caption="Which is soy?")
        names = {one.inbound.update_id for one in heard(stage)}
        assert len(names) == 1

    def test_a_sticker_says_its_emoji(self, stage: Stage) -> None:
        sticker = {
            "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False,
            "emoji": "🔥", "file_id": "x", "file_unique_id": "y",
        }  # fmt: skip
        stage.fan.sends(stage.bot, {"sticker": sticker})
        assert last(stage).inbound.text == "🔥"

    def test_what_is_no_text_and_no_file_is_told_from_silence(self, stage: Stage) -> None:
        stage.fan.sends(stage.bot, {"location": {"latitude": 1.0, "longitude": 2.0}})
        medium = last(stage).inbound.medium
        assert medium
        assert medium.kind == "other"


class TestInGroups:
    @pytest.mark.parametrize(
        ("text", "meant", "read"),
        [
            ("hello everybody", Addressed.NOBODY, "hello everybody"),
            ("@EmberStandInBot why is it yellow?", Addressed.MENTION, "why is it yellow?"),
            ("@emberstandinbot: why is it yellow?", Addressed.MENTION, "why is it yellow?"),
            ("why is it yellow, @EmberStandInBot", Addressed.MENTION, "why is it yellow"),
            ("did @EmberStandInBot say that?", Addressed.MENTION, "did Ember say that?"),
            ("hey @EmberStandInBot why is it yellow?", Addressed.MENTION, "hey Ember why is it yellow?"),
            ("why is it yellow @emberstandinBOT?", Addressed.MENTION, "why is it yellow Ember?"),
            ("🔥🔥 @EmberStandInBot 为什么?", Addressed.MENTION, "🔥🔥 Ember 为什么?"),
            ("@EmberStandInBot @EmberStandInBot why?", Addressed.MENTION, "why?"),
            (
                "@EmberStandInBot, @EmberStandInBotFan asks why",
                Addressed.MENTION,
                "@EmberStandInBotFan asks why",
            ),
            ("@EmberStandInBot", Addressed.MENTION, "/start"),
            ("@SomebodyElse why?", Addressed.NOBODY, "@SomebodyElse why?"),
            ("/ask why?", Addressed.COMMAND, "/ask why?"),
            ("/ask@EmberStandInBot why?", Addressed.COMMAND, "/ask@EmberStandInBot why?"),
            ("/ask@OtherBot why?", Addressed.NOBODY, "/ask@OtherBot why?"),
            ("/weather", Addressed.NOBODY, "/weather"),
        ],
    )
    def test_who_means_the_avatar(self, stage: Stage, text: str, meant: Addressed, read: str) -> None:
        stage.fan.says(stage.supergroup, text)
        inbound = last(stage).inbound
        assert (inbound.addressed, inbound.text) == (meant, read)
        assert inbound.room == str(stage.supergroup.id)

    @pytest.mark.parametrize("kind", ["voice", "photo"])
    def test_a_mention_below_a_file_asks_about_the_file(self, stage: Stage, kind: str) -> None:
        mark = {"type": "mention", "offset": 0, "length": 16}
        below = {"caption": "@EmberStandInBot", "caption_entities": [mark]}
        stage.fan.sends(stage.supergroup, stage.world.upload(kind, PICTURE) | below)
        inbound = last(stage).inbound
        assert inbound.medium
        assert (inbound.addressed, inbound.medium.kind, inbound.text) == (Addressed.MENTION, kind, "")

    def test_a_mention_of_who_has_no_name_counts(self, stage: Stage) -> None:
        mark = {"type": "text_mention", "offset": 0, "length": 5, "user": stage.bot.to_json()}
        stage.fan.sends(stage.supergroup, {"text": "Ember why?", "entities": [mark]})
        assert last(stage).inbound.addressed is Addressed.MENTION

    def test_a_reply_to_the_avatar_is_meant_for_it(self, stage: Stage) -> None:
        answer = from_bot(stage, stage.supergroup.id)
        stage.fan.says(stage.supergroup, "are you sure?", reply_to=answer)
        assert last(stage).inbound.addressed is Addressed.REPLY

    def test_a_reply_to_somebody_else_is_not(self, stage: Stage) -> None:
        said = stage.creator.says(stage.supergroup, "It was the wick.")
        stage.fan.says(stage.supergroup, "are you sure?", reply_to=said)
        assert [one.inbound.addressed for one in heard(stage)] == [Addressed.NOBODY] * 2

    def test_bots_and_what_bots_wrote_for_somebody_say_nothing(self, stage: Stage) -> None:
        other = stage.world.bot("ChattyBot", "Chatty")
        stage.world.enter(stage.supergroup, other)
        stage.bot.updates.clear()
        said: Json = {"text": "@EmberStandInBot hello"}
        stage.bot.hear("message", stage.world.post(stage.supergroup, other, said))
        stage.fan.sends(stage.supergroup, said | {"via_bot": other.to_json()})
        assert heard(stage) == []

    def test_service_messages_say_nothing(self, stage: Stage) -> None:
        stage.creator.adds(stage.supergroup, stage.world.user("Bo", "en"))
        assert heard(stage) == []

    def test_who_speaks_as_the_group_is_a_person(self, stage: Stage) -> None:
        stage.creator.says(stage.supergroup, "/ask why?", as_chat=stage.supergroup)
        inbound = last(stage).inbound
        assert (inbound.user_id, inbound.user_name) == (str(stage.supergroup.id), "Candle lab")

    def test_a_forum_s_topic_is_a_place_of_its_own(self, stage: Stage) -> None:
        stage.fan.says(stage.forum, "/ask why?", topic=stage.topic)
        inbound = last(stage).inbound
        assert (inbound.chat_id, inbound.room) == (f"{stage.forum.id}:{stage.topic}", str(stage.forum.id))

    def test_in_a_topic_that_the_avatar_opened_not_everything_is_a_reply_to_it(self, stage: Stage) -> None:
        opened = stage.world.post(
            stage.forum, stage.bot, {"forum_topic_created": {"name": "Wax", "icon_color": 1}}
        )
        stage.bot.updates.clear()
        stage.fan.says(stage.forum, "anybody here?", topic=stage.topic, reply_to=opened)
        assert last(stage).inbound.addressed is Addressed.NOBODY


class TestBelowPosts:
    def post(self, stage: Stage) -> Json:
        """A post of the channel, as it appears in the group that discusses it."""
        stage.creator.says(stage.channel, "Why is a flame yellow?")
        found = next(one for one in stage.discussion.messages.values() if one.get("is_automatic_forward"))
        stage.bot.updates.clear()
        return found

    def test_the_post_itself_is_nothing_that_somebody_said(self, stage: Stage) -> None:
        stage.creator.says(stage.channel, "Why is a flame yellow?")
        assert heard(stage) == []

    def test_a_comment_stands_below_its_post(self, stage: Stage) -> None:
        root = self.post(stage)
        stage.fan.says(stage.discussion, "Because of soot?", reply_to=root)
        said = last(stage)
        assert (said.thread, said.below_post) == (str(root["message_id"]), True)
        assert said.inbound.addressed is Addressed.NOBODY

    def test_a_comment_on_a_comment_knows_its_thread(self, stage: Stage) -> None:
        root = self.post(stage)
        first = stage.fan.says(stage.discussion, "Because of soot?", reply_to=root)
        stage.creator.says(stage.discussion, "Yes!", reply_to=first)
        _, second = heard(stage)
        assert (second.thread, second.below_post) == (str(root["message_id"]), False)
