"""Another library's client drives every method of the Bot API emulator, and understands each of its answers.

What the specification refuses, and what it wouldn't know in an answer, is a complaint: there are none.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import telegram
from telegram import (
    BotCommand,
    BotCommandScopeChat,
    ChatAdministratorRights,
    ChatPermissions,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    InputMediaVideo,
    InputProfilePhotoStatic,
    LabeledPrice,
    MenuButtonCommands,
    ReplyParameters,
)
from telegram.request import HTTPXRequest

from tests.emulators.telegram.calling import METHODS
from tests.emulators.telegram.people import User
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage, set_up
from tests.emulators.telegram.visitors import Visitor

PICTURE, SOUND = b"\x89PNG\r\n\x1a\n" + b"0" * 100, b"OggS" + b"0" * 100


@dataclass(frozen=True)
class Scene:
    """The stage, and the other library's client for its bot."""

    stage: Stage
    server: TelegramServer
    client: telegram.Bot

    @property
    def fan(self) -> User:
        return self.stage.fan.user

    async def sent(self, chat: int | None = None) -> telegram.Message:
        """A message of the bot's."""
        return await self.client.send_message(chat or self.fan.id, "A candle burns.")

    def found(self, chat: int, number: int) -> dict[str, Any]:
        """What stands in a chat under a number."""
        world = self.stage.world
        place = world.chats.get(chat) or world.private[self.stage.bot.id, chat]
        return place.messages[number]


def client_of(server: TelegramServer, token: str) -> telegram.Bot:
    """The other library's client."""
    return telegram.Bot(
        token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=HTTPXRequest(),
        get_updates_request=HTTPXRequest(),
    )


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with TelegramServer() as server:
        stage = set_up(server.world)
        async with client_of(server, stage.bot.token) as client:
            yield Scene(stage, server, client)
        assert server.complaints == []


Drive = Callable[[Scene], Awaitable[Any]]
DRIVES: dict[str, Drive] = {}


def drives(*methods: str) -> Callable[[Drive], Drive]:
    """Say which methods a scene shows."""

    def add(drive: Drive) -> Drive:
        DRIVES.update(dict.fromkeys(methods, drive))
        return drive

    return add


@drives("getMe")
async def who_it_is(scene: Scene) -> None:
    me = await scene.client.get_me()
    assert (me.id, me.username, me.can_join_groups) == (scene.stage.bot.id, "EmberStandInBot", True)
    assert me.can_read_all_group_messages is False


@drives("getUpdates")
async def updates_are_confirmed_by_the_next_offset(scene: Scene) -> None:
    first = await scene.client.get_updates()
    assert [one.update_id for one in await scene.client.get_updates()] == [one.update_id for one in first]
    scene.stage.fan.says(scene.stage.bot, "hola")
    (new,) = await scene.client.get_updates(offset=first[-1].update_id + 1)
    assert new.message is not None
    assert (new.message.text, new.message.from_user.first_name) == ("hola", "Ana")  # type: ignore[union-attr]


@drives("setWebhook", "getWebhookInfo", "deleteWebhook")
async def webhooks(scene: Scene) -> None:
    await scene.client.set_webhook(
        "https://hooks.example/tg/1", secret_token="s3cret", max_connections=10, allowed_updates=["message"]
    )
    told = await scene.client.get_webhook_info()
    assert (told.url, told.max_connections, told.allowed_updates) == (
        "https://hooks.example/tg/1",
        10,
        ("message",),
    )
    with pytest.raises(telegram.error.Conflict, match="webhook is active"):
        await scene.client.get_updates()
    await scene.client.delete_webhook(drop_pending_updates=True)
    assert (await scene.client.get_webhook_info()).url == ""


@drives("logOut")
async def logging_out(scene: Scene) -> None:
    assert await scene.client.log_out()


@drives("close")
async def closing_is_put_off(scene: Scene) -> None:
    with pytest.raises(telegram.error.RetryAfter):
        await scene.client.close()


@drives("sendMessage")
async def a_text_with_a_quote_and_buttons(scene: Scene) -> None:
    asked = scene.stage.fan.says(scene.stage.supergroup, "Why is the flame yellow? Tell me!")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Source", url="https://a.example/s"),
                                      InlineKeyboardButton("👍", callback_data="up")]])  # fmt: skip
    sent = await scene.client.send_message(
        scene.stage.supergroup.id,
        "Hot soot glows. <b>See</b> #soot",
        parse_mode="HTML",
        reply_parameters=ReplyParameters(asked["message_id"], quote="the flame yellow"),
        reply_markup=keyboard,
        protect_content=True,
    )
    assert sent.text == "Hot soot glows. See #soot"
    assert [(one.type, one.offset, one.length) for one in sent.entities] == [
        ("bold", 16, 3),
        ("hashtag", 20, 5),
    ]
    assert sent.reply_to_message is not None
    assert sent.quote is not None
    assert (sent.reply_to_message.message_id, sent.quote.position) == (asked["message_id"], 7)
    assert sent.message_thread_id == asked["message_id"]
    assert sent.reply_markup == keyboard
    asks = await scene.client.send_message(scene.fan.id, "Which wax?", reply_markup=ForceReply())
    assert asks.reply_markup is None


@drives("sendPhoto", "sendVideo", "sendAnimation", "sendAudio", "sendDocument", "sendVoice", "sendVideoNote")
async def media(scene: Scene) -> None:
    client, to = scene.client, scene.fan.id
    photo = await client.send_photo(to, PICTURE, caption="A wick", has_spoiler=True)
    assert (photo.caption, photo.has_media_spoiler, len(photo.photo)) == ("A wick", True, 2)
    again = await client.send_photo(to, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    video = await client.send_video(
        to, b"mp4", duration=9, width=640, height=360, filename="clip.mp4", thumbnail=PICTURE
    )
    assert video.video is not None
    assert (video.video.duration, video.video.file_name) == (timedelta(seconds=9), "clip.mp4")
    assert (await client.send_animation(to, b"gif")).animation is not None
    audio = await client.send_audio(to, b"mp3", title="Wax", performer="Ember", duration=3)
    assert audio.audio is not None
    assert audio.audio.title == "Wax"
    assert (await client.send_document(to, b"%PDF", filename="a.pdf")).document is not None
    voice = await client.send_voice(to, SOUND, duration=2)
    assert voice.voice is not None
    assert voice.voice.duration == timedelta(seconds=2)
    assert (await client.send_video_note(to, b"mp4", length=240)).video_note is not None


@drives("sendMediaGroup")
async def an_album(scene: Scene) -> None:
    sent = await scene.client.send_media_group(
        scene.stage.supergroup.id, [InputMediaPhoto(PICTURE, caption="One"), InputMediaVideo(b"mp4")]
    )
    assert len({one.media_group_id for one in sent}) == 1
    assert [bool(one.photo) for one in sent] == [True, False]


@drives("getFile")
async def a_file_is_found_again_and_downloaded(scene: Scene) -> None:
    note = scene.stage.fan.sends_file(scene.stage.bot, "voice", SOUND, mime="audio/ogg", duration=2)
    update = (await scene.client.get_updates())[-1]
    assert update.message is not None
    assert update.message.voice is not None
    file = await scene.client.get_file(update.message.voice.file_id)
    assert bytes(await file.download_as_bytearray()) == SOUND
    assert note["voice"]["duration"] == 2


@drives("sendPoll", "stopPoll")
async def a_poll(scene: Scene) -> None:
    sent = await scene.client.send_poll(
        scene.stage.supergroup.id,
        "Which wax?",
        ["Bees", "Soy"],
        is_anonymous=False,
        allows_multiple_answers=True,
    )
    scene.stage.fan.votes(scene.found(scene.stage.supergroup.id, sent.message_id), 1)
    update = next(one for one in await scene.client.get_updates() if one.poll_answer)
    assert update.poll_answer is not None
    assert update.poll_answer.option_ids == (1,)
    ended = await scene.client.stop_poll(scene.stage.supergroup.id, sent.message_id)
    assert (ended.is_closed, [one.voter_count for one in ended.options]) == (True, [0, 1])


@drives("sendInvoice", "answerPreCheckoutQuery", "refundStarPayment", "getMyStarBalance",
        "getStarTransactions", "editUserStarSubscription")  # fmt: skip
async def stars(scene: Scene) -> None:
    client = scene.client
    sent = await client.send_invoice(
        scene.fan.id, "A tip", "For the candles", "order:1", "XTR", [LabeledPrice("Tip", 50)]
    )
    paying = asyncio.create_task(scene.stage.fan.pays(scene.found(scene.fan.id, sent.message_id)))
    query = None
    while query is None:
        query = next((u.pre_checkout_query for u in await client.get_updates() if u.pre_checkout_query), None)
        await asyncio.sleep(0.01)
    assert (query.invoice_payload, query.total_amount) == ("order:1", 50)
    await client.answer_pre_checkout_query(query.id, ok=True)
    paid = await paying
    assert isinstance(paid, dict)
    charge = paid["successful_payment"]["telegram_payment_charge_id"]
    assert (await client.get_my_star_balance()).amount == 50
    assert await client.edit_user_star_subscription(scene.fan.id, charge, is_canceled=True)
    assert await client.refund_star_payment(scene.fan.id, charge)
    told = await client.get_star_transactions()
    assert [one.source is None for one in told.transactions] == [False, True]


@drives("createInvoiceLink")
async def a_link_to_pay(scene: Scene) -> None:
    address = await scene.client.create_invoice_link(
        "Patron", "A month", "sub:1", "XTR", [LabeledPrice("Month", 100)], subscription_period=2_592_000
    )
    assert address.startswith("https://t.me/$")


@drives("sendChatAction")
async def typing(scene: Scene) -> None:
    assert await scene.client.send_chat_action(scene.stage.forum.id, "typing", scene.stage.topic)
    assert scene.stage.world.actions[-1] == (scene.stage.bot.id, scene.stage.forum.id, "typing")


@drives("sendMessageDraft")
async def a_draft(scene: Scene) -> None:
    assert await scene.client.send_message_draft(scene.fan.id, 7, "Hot soot")
    assert scene.stage.world.drafts[scene.stage.bot.id, scene.fan.id, 7]["text"] == "Hot soot"


@drives("forwardMessage", "forwardMessages", "copyMessage", "copyMessages")
async def forwards_and_copies(scene: Scene) -> None:
    client, to, source = scene.client, scene.fan.id, scene.stage.supergroup.id
    said = scene.stage.fan.says(scene.stage.supergroup, "A wick is cotton.")["message_id"]
    photo = (await client.send_photo(source, PICTURE, caption="A wick")).message_id
    forwarded = await client.forward_message(to, source, said)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"
    assert len(await client.forward_messages(to, source, [said, photo])) == 2
    copied = await client.copy_message(to, source, photo, caption="Another")
    assert scene.found(to, copied.message_id)["caption"] == "Another"
    bare = await client.copy_messages(to, source, [said, photo], remove_caption=True)
    assert "caption" not in scene.found(to, bare[1].message_id)


@drives("editMessageText", "editMessageCaption", "editMessageMedia", "editMessageReplyMarkup")
async def edits(scene: Scene) -> None:
    client, to = scene.client, scene.fan.id
    sent = await scene.sent()
    edited = await client.edit_message_text("It melts.", to, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert (edited.text, edited.edit_date is not None) == ("It melts.", True)
    with pytest.raises(telegram.error.BadRequest, match="not modified"):
        await client.edit_message_text("It melts.", to, sent.message_id)
    button = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="m")]])
    edited = await client.edit_message_reply_markup(to, sent.message_id, reply_markup=button)
    assert isinstance(edited, telegram.Message)
    assert edited.reply_markup == button
    photo = await client.send_photo(to, PICTURE, caption="A wick")
    edited = await client.edit_message_caption(to, photo.message_id, caption="The wick")
    assert isinstance(edited, telegram.Message)
    assert edited.caption == "The wick"
    edited = await client.edit_message_media(
        InputMediaVideo(b"mp4", caption="It moves"), to, photo.message_id
    )
    assert isinstance(edited, telegram.Message)
    assert edited.video is not None


@drives("deleteMessage", "deleteMessages")
async def deletions(scene: Scene) -> None:
    one, two, three = [(await scene.sent()).message_id for _ in range(3)]
    assert await scene.client.delete_message(scene.fan.id, one)
    assert await scene.client.delete_messages(scene.fan.id, [two, three])
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)message to delete not found"):
        await scene.client.delete_message(scene.fan.id, one)


@drives("pinChatMessage", "unpinChatMessage", "unpinAllChatMessages")
async def pins(scene: Scene) -> None:
    place = scene.stage.supergroup
    first, second = (await scene.sent(place.id)).message_id, (await scene.sent(place.id)).message_id
    assert await scene.client.pin_chat_message(place.id, first)
    assert await scene.client.pin_chat_message(place.id, second)
    pinned = (await scene.client.get_chat(place.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == second
    assert await scene.client.unpin_chat_message(place.id)
    assert place.pinned == [first]
    assert await scene.client.unpin_all_chat_messages(place.id)
    assert place.pinned == []


@drives("setMessageReaction")
async def reactions(scene: Scene) -> None:
    asked = scene.stage.fan.says(scene.stage.supergroup, "Is wax food?")
    assert await scene.client.set_message_reaction(scene.stage.supergroup.id, asked["message_id"], "🤔")
    key = (scene.stage.supergroup.id, asked["message_id"], scene.stage.bot.id)
    assert scene.stage.world.reactions[key] == [{"type": "emoji", "emoji": "🤔"}]


@drives("answerCallbackQuery")
async def a_button_is_pressed(scene: Scene) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("👍", callback_data="up:1")]])
    sent = await scene.client.send_message(scene.fan.id, "Good?", reply_markup=keyboard)
    pressing = asyncio.create_task(scene.stage.fan.presses(scene.found(scene.fan.id, sent.message_id), "👍"))
    await asyncio.sleep(0)
    query = (await scene.client.get_updates())[-1].callback_query
    assert query is not None
    assert (query.data, query.message and query.message.message_id) == ("up:1", sent.message_id)
    await scene.client.answer_callback_query(query.id, "Thank you")
    assert await pressing == {"text": "Thank you", "show_alert": False}


@drives("getChat", "getChatAdministrators", "getChatMember", "getChatMemberCount")
async def what_a_chat_is(scene: Scene) -> None:
    client, place = scene.client, scene.stage.discussion
    told = await client.get_chat(place.id)
    assert (told.title, told.linked_chat_id) == ("Candle talk", scene.stage.channel.id)
    assert (await client.get_chat("@candle_news")).id == scene.stage.channel.id
    assert (await client.get_chat(scene.fan.id)).first_name == "Ana"
    assert {one.status for one in await client.get_chat_administrators(place.id)} == {
        "creator",
        "administrator",
    }
    assert (await client.get_chat_member(place.id, scene.fan.id)).status == "member"
    assert await client.get_chat_member_count(place.id) == 3


@drives("leaveChat")
async def leaving(scene: Scene) -> None:
    assert await scene.client.leave_chat(scene.stage.group.id)
    with pytest.raises(telegram.error.Forbidden, match="not a member of the group chat"):
        await scene.sent(scene.stage.group.id)


@drives("banChatMember", "unbanChatMember", "restrictChatMember")
async def members_are_muted_and_banned(scene: Scene) -> None:
    client, place, fan = scene.client, scene.stage.supergroup, scene.fan.id
    assert await client.restrict_chat_member(
        place.id, fan, ChatPermissions.no_permissions(), until_date=2_000_000_000
    )
    member = await client.get_chat_member(place.id, fan)
    assert isinstance(member, telegram.ChatMemberRestricted)
    assert (member.can_send_messages, member.is_member) == (False, True)
    assert await client.restrict_chat_member(place.id, fan, ChatPermissions.all_permissions())
    assert (await client.get_chat_member(place.id, fan)).status == "member"
    assert await client.ban_chat_member(place.id, fan, revoke_messages=True)
    assert (await client.get_chat_member(place.id, fan)).status == "kicked"
    assert await client.unban_chat_member(place.id, fan, only_if_banned=True)
    assert (await client.get_chat_member(place.id, fan)).status == "left"


@drives("promoteChatMember", "setChatAdministratorCustomTitle")
async def a_member_becomes_an_administrator(scene: Scene) -> None:
    place, fan = scene.stage.supergroup.id, scene.fan.id
    assert await scene.client.promote_chat_member(place, fan, can_delete_messages=True)
    assert await scene.client.set_chat_administrator_custom_title(place, fan, "Wax keeper")
    member = await scene.client.get_chat_member(place, fan)
    assert isinstance(member, telegram.ChatMemberAdministrator)
    assert (member.can_delete_messages, member.can_pin_messages, member.custom_title) == (
        True,
        False,
        "Wax keeper",
    )
    assert await scene.client.promote_chat_member(place, fan)
    assert (await scene.client.get_chat_member(place, fan)).status == "member"


@drives("setChatPermissions", "setChatTitle", "setChatDescription", "setChatPhoto", "deleteChatPhoto")
async def a_chat_is_furnished(scene: Scene) -> None:
    client, place = scene.client, scene.stage.supergroup
    assert await client.set_chat_permissions(place.id, ChatPermissions(can_send_messages=True))
    assert place.permissions["can_send_polls"] is False
    assert await client.set_chat_title(place.id, "Candle house")
    assert await client.set_chat_description(place.id, "All about candles")
    assert (await client.get_chat(place.id)).description == "All about candles"
    assert await client.set_chat_photo(place.id, PICTURE)
    assert await client.delete_chat_photo(place.id)


@drives("banChatSenderChat", "unbanChatSenderChat")
async def a_channel_is_kept_from_writing(scene: Scene) -> None:
    place, other = scene.stage.supergroup, scene.stage.channel.id
    assert await scene.client.ban_chat_sender_chat(place.id, other)
    assert place.sender_bans == {other}
    assert await scene.client.unban_chat_sender_chat(place.id, other)
    assert place.sender_bans == set()


@drives("exportChatInviteLink", "createChatInviteLink", "editChatInviteLink", "revokeChatInviteLink",
        "createChatSubscriptionInviteLink")  # fmt: skip
async def invitations(scene: Scene) -> None:
    client, place = scene.client, scene.stage.supergroup.id
    assert (await client.export_chat_invite_link(place)).startswith("https://t.me/+")
    link = await client.create_chat_invite_link(place, name="Patrons", member_limit=1)
    assert (link.name, link.member_limit, link.creator.id) == ("Patrons", 1, scene.stage.bot.id)
    edited = await client.edit_chat_invite_link(place, link.invite_link, name="Friends")
    assert edited.name == "Friends"
    assert (await client.revoke_chat_invite_link(place, link.invite_link)).is_revoked
    paid = await client.create_chat_subscription_invite_link(scene.stage.channel.id, 2_592_000, 100)
    assert paid.subscription_price == 100


@drives("approveChatJoinRequest", "declineChatJoinRequest")
async def somebody_asks_to_come_in(scene: Scene) -> None:
    place = scene.stage.supergroup
    bea, cem = (Visitor(scene.stage.world, scene.stage.world.user(name)) for name in ("Bea", "Cem"))
    bea.asks_to_join(place)
    cem.asks_to_join(place)
    asked = [one.chat_join_request for one in await scene.client.get_updates() if one.chat_join_request]
    assert [one.from_user.first_name for one in asked] == ["Bea", "Cem"]
    assert await scene.client.approve_chat_join_request(place.id, bea.user.id)
    assert await scene.client.decline_chat_join_request(place.id, cem.user.id)
    assert (place.inside(bea.user.id), place.inside(cem.user.id)) == (True, False)


@drives("createForumTopic", "editForumTopic", "closeForumTopic", "reopenForumTopic", "deleteForumTopic",
        "unpinAllForumTopicMessages")  # fmt: skip
async def topics(scene: Scene) -> None:
    client, place = scene.client, scene.stage.forum
    made = await client.create_forum_topic(place.id, "Wicks")
    number = made.message_thread_id
    assert await client.edit_forum_topic(place.id, number, name="Cotton wicks")
    assert await client.close_forum_topic(place.id, number)
    scene.stage.world.change(
        place, scene.stage.creator.user, scene.stage.bot, rights={"can_manage_chat": True}
    )
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)topic_closed"):
        await client.send_message(place.id, "A wick", message_thread_id=number)
    scene.stage.world.promote(place, scene.stage.bot, scene.stage.creator.user)
    assert await client.reopen_forum_topic(place.id, number)
    sent = await client.send_message(place.id, "A wick", message_thread_id=number)
    assert (sent.message_thread_id, sent.is_topic_message) == (number, True)
    assert await client.unpin_all_forum_topic_messages(place.id, number)
    assert await client.delete_forum_topic(place.id, number)
    assert number not in place.topics


@drives("editGeneralForumTopic", "closeGeneralForumTopic", "reopenGeneralForumTopic", "hideGeneralForumTopic",
        "unhideGeneralForumTopic", "unpinAllGeneralForumTopicMessages")  # fmt: skip
async def the_general_topic(scene: Scene) -> None:
    client, place = scene.client, scene.stage.forum.id
    assert await client.edit_general_forum_topic(place, "Everything")
    assert await client.close_general_forum_topic(place)
    assert await client.reopen_general_forum_topic(place)
    assert await client.hide_general_forum_topic(place)
    assert await client.unhide_general_forum_topic(place)
    assert await client.unpin_all_general_forum_topic_messages(place)


@drives("setMyCommands", "getMyCommands", "deleteMyCommands")
async def menus_by_role_and_language(scene: Scene) -> None:
    client, scope = scene.client, BotCommandScopeChat(scene.stage.supergroup.id)
    await client.set_my_commands([BotCommand("ayuda", "Qué puedo hacer")], language_code="es")
    await client.set_my_commands([("mute", "Silence somebody")], scope=scope)
    assert [one.command for one in await client.get_my_commands(language_code="es")] == ["ayuda"]
    assert [one.command for one in await client.get_my_commands(scope=scope)] == ["mute"]
    await client.delete_my_commands(scope=scope)
    assert await client.get_my_commands(scope=scope) == ()


@drives("setMyName", "getMyName", "setMyDescription", "getMyDescription", "setMyShortDescription",
        "getMyShortDescription")  # fmt: skip
async def what_it_says_of_itself(scene: Scene) -> None:
    client = scene.client
    await client.set_my_name("Ember's AI")
    await client.set_my_description("An AI speaks here.")
    await client.set_my_description("Aquí habla una IA.", language_code="es")
    await client.set_my_short_description("An AI")
    assert (await client.get_my_name()).name == (await client.get_me()).first_name == "Ember's AI"
    assert (await client.get_my_description("es")).description == "Aquí habla una IA."
    assert (await client.get_my_description("fr")).description == "An AI speaks here."
    assert (await client.get_my_short_description()).short_description == "An AI"


@drives("setMyProfilePhoto", "removeMyProfilePhoto")
async def its_picture(scene: Scene) -> None:
    assert await scene.client.set_my_profile_photo(InputProfilePhotoStatic(PICTURE))
    assert await scene.client.remove_my_profile_photo()


@drives("setChatMenuButton", "getChatMenuButton")
async def the_menu_button(scene: Scene) -> None:
    assert await scene.client.set_chat_menu_button(scene.fan.id, MenuButtonCommands())
    assert (await scene.client.get_chat_menu_button(scene.fan.id)).type == "commands"


@drives("setMyDefaultAdministratorRights", "getMyDefaultAdministratorRights")
async def what_rights_it_asks_for(scene: Scene) -> None:
    wanted = ChatAdministratorRights(
        **dict.fromkeys(
            (
                "is_anonymous", "can_manage_chat", "can_manage_video_chats", "can_restrict_members",
                "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
                "can_edit_stories", "can_delete_stories",
            ),
            False,
        ),
        can_delete_messages=True,
    )  # fmt: skip
    assert await scene.client.set_my_default_administrator_rights(wanted)
    assert (await scene.client.get_my_default_administrator_rights()).can_delete_messages is True


@drives("getManagedBotToken", "replaceManagedBotToken", "getManagedBotAccessSettings",
        "setManagedBotAccessSettings")  # fmt: skip
async def a_bot_that_a_bot_manages(scene: Scene) -> None:
    client = scene.client
    made = scene.stage.creator.makes_bot(scene.stage.bot, "WickStandInBot", "Wick")
    update = (await client.get_updates())[-1]
    assert update.managed_bot is not None
    assert update.managed_bot.bot.id == made.id
    token = await client.get_managed_bot_token(made.id)
    assert token == made.token
    new = await client.replace_managed_bot_token(made.id)
    async with client_of(scene.server, new) as own:
        assert (await own.get_me()).username == "WickStandInBot"
    revoked = client_of(scene.server, token)
    with pytest.raises(telegram.error.InvalidToken):
        await revoked.initialize()
    await revoked.shutdown()
    assert await client.set_managed_bot_access_settings(made.id, True, [scene.fan.id])
    settings = await client.get_managed_bot_access_settings(made.id)
    assert settings.is_access_restricted
    assert [one.id for one in settings.added_users] == [scene.fan.id]


@pytest.mark.parametrize("drive", dict.fromkeys(DRIVES.values()), ids=lambda one: one.__name__)
async def test_another_library_understands(scene: Scene, drive: Drive) -> None:
    await drive(scene)
    shown = {name for name, one in DRIVES.items() if one is drive}
    assert shown <= {call.method for call in scene.server.calls}


def test_every_method_is_driven() -> None:
    assert {one.name for one in METHODS.values()} == set(DRIVES)
