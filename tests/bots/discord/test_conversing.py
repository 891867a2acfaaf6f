"""A fan and an avatar in Discord: who is answered, where, and who isn't."""

from tests.bots.discord.living import Living, said, texts
from tests.emulators.discord.messages import Content
from tests.emulators.discord.stage import Stage


class TestInPrivate:
    async def test_whatever_a_fan_writes_is_answered(self, living: Living, stage: Stage) -> None:
        stage.fan.says(stage.app, "Why is the flame yellow?")
        await living.heard("Why is the flame yellow?")
        await living.answers()
        told = texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)
        assert len(told) == 1
        assert told[0].endswith("re: Why is the flame yellow?")

    async def test_an_ai_says_at_first_that_it_is_one(self, living: Living, stage: Stage) -> None:
        stage.fan.says(stage.app, "Hello?")
        await living.heard("Hello?")
        await living.answers()
        told = texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)
        assert told[0].startswith("*")
        assert "AI" in told[0].partition("\n")[0]

    async def test_two_questions_are_answered_in_their_order(self, living: Living, stage: Stage) -> None:
        for text in ("First", "Second", "Third"):
            stage.fan.says(stage.app, text)
        await living.heard("First", "Second", "Third")
        assert await living.messages() == ["First", "Second", "Third"]
        await living.answers()
        told = texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)
        assert [one.rpartition("re: ")[2] for one in told] == ["First", "Second", "Third"]

    async def test_a_sound_is_a_voice_message(self, living: Living, stage: Stage) -> None:
        stage.fan.records(stage.app, b"OggS", 2.5)
        stage.fan.says(stage.app, "after it")
        await living.heard("after it")
        (row,) = await living.rows("SELECT medium FROM message WHERE medium IS NOT NULL")
        assert (row.medium["kind"], row.medium["seconds"]) == ("voice", 2.5)

    async def test_a_picture_goes_with_its_words(self, living: Living, stage: Stage) -> None:
        stage.fan.uploads(stage.app, b"\x89PNG", "flame.png", "image/png", text="What is this?")
        await living.heard("What is this?")
        (row,) = await living.rows("SELECT medium FROM message")
        assert (row.medium["kind"], row.medium["name"]) == ("photo", "flame.png")


class TestInAGuild:
    async def test_who_names_the_avatar_is_answered_by_a_reply(self, living: Living, stage: Stage) -> None:
        asked = stage.fan.mentions(stage.general, stage.app, "why yellow?")
        await living.heard("why yellow?")
        await living.answers()
        (answer,) = said(stage.general, stage.app)
        assert answer.content.text.endswith("re: why yellow?")
        assert answer.content.reference is asked

    async def test_what_members_say_to_each_other_is_not_even_kept(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.says(stage.general, "Did you see the video?")
        stage.moderator.says(stage.general, "Yes!")
        stage.fan.mentions(stage.general, stage.app, "and you?")
        await living.heard("and you?")
        assert await living.messages() == ["and you?"]

    async def test_who_replies_to_the_avatar_is_answered(self, living: Living, stage: Stage) -> None:
        own = stage.world.post(stage.general, stage.app.user, Content("A candle burns."))
        stage.fan.replies(own, "How long?")
        await living.heard("How long?")

    async def test_other_bots_are_not_answered(self, living: Living, stage: Stage) -> None:
        other = stage.world.app("Other", stage.creator.user)
        stage.world.enter(stage.guild, other.user)
        stage.world.post(stage.general, other.user, Content(f"<@{stage.app.user.id}> hello"))
        stage.fan.mentions(stage.general, stage.app, "a person")
        await living.heard("a person")
        assert await living.messages() == ["a person"]

    async def test_its_own_name_within_a_sentence_is_the_avatars(self, living: Living, stage: Stage) -> None:
        avatar, creator = stage.app.user.id, stage.creator.user.id
        stage.fan.says(stage.general, f"What does <@{avatar}> think of <@{creator}>?")
        name = living.home.avatar.name
        await living.heard(f"What does {name} think of @Ember?")

    async def test_a_thread_has_a_conversation_of_its_own(self, living: Living, stage: Stage) -> None:
        thread = stage.fan.starts_thread(stage.general, "Wax")
        stage.fan.mentions(thread, stage.app, "which wax?")
        await living.heard("which wax?")
        (row,) = await living.rows("SELECT chat_id, room FROM thread")
        assert row.chat_id == f"{stage.general.id}/{thread.id}"
        assert row.room == str(stage.general.id)
        await living.answers()
        assert texts(thread, stage.app)[0].endswith("re: which wax?")

    async def test_in_a_thread_that_it_began_nobody_has_to_name_it(
        self, living: Living, stage: Stage
    ) -> None:
        thread = stage.world.thread(stage.general, stage.app.user, "Ask me")
        stage.fan.says(thread, "What burns?")
        await living.heard("What burns?")

    async def test_a_forums_post_is_answered_where_its_settings_say_so(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.posts(stage.forum, "Wicks", "Why do wicks curl?")
        stage.fan.mentions(stage.general, stage.app, "are you there?")
        await living.heard("are you there?")
        assert await living.messages() == ["are you there?"]
        await living.let_comment(stage.forum)
        post = stage.fan.posts(stage.forum, "Wax", "Which wax burns longest?")
        await living.heard("Which wax burns longest?")
        await living.answers()
        assert texts(post, stage.app)[0].endswith("re: Which wax burns longest?")


class TestWhatIsSaidLater:
    async def test_a_changed_message_asks_what_it_says_now(self, living: Living, stage: Stage) -> None:
        asked = stage.fan.says(stage.app, "Why is teh flame yellow?")
        await living.heard("Why is teh flame yellow?")
        stage.fan.edits(asked, "Why is the flame yellow?")
        await living.heard("Why is the flame yellow?")
        assert await living.messages() == ["Why is the flame yellow?"]

    async def test_a_reaction_is_an_opinion_until_it_is_taken_back(
        self, living: Living, stage: Stage
    ) -> None:
        stage.fan.mentions(stage.general, stage.app, "why?")
        await living.heard("why?")
        await living.answers()
        (answer,) = said(stage.general, stage.app)
        stage.fan.reacts(answer, "👍")
        await living.comes_to("SELECT kind FROM feedback", ["good"])
        stage.fan.takes_back(answer, "👍")
        await living.comes_to("SELECT kind FROM feedback", [""])


class TestWhoIsNotOpen:
    async def test_a_fan_is_told_so_in_private(self, living: Living, stage: Stage) -> None:
        await living.closes()
        stage.fan.says(stage.app, "Hello?")
        await living.comes_to("SELECT count(*) AS n FROM outbound", [1])
        await living.answers()
        (told,) = texts(stage.world.private_channel(stage.app.user, stage.fan.user), stage.app)
        assert "not open" in told
        assert await living.messages() == []
