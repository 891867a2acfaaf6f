"""What the Bot API emulator must refuse, method by method, in Telegram's own words.

Nothing of a refused call happens: what the world holds is the same before and after.
"""
# ruff: noqa: E501 - a table

import copy
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.emulators.telegram.calling import METHODS
from tests.emulators.telegram.people import Bot
from tests.emulators.telegram.server import TelegramServer
from tests.emulators.telegram.stage import Stage, set_up

Given = Callable[[Stage], dict[str, Any]]
Before = Callable[[Stage], Any]


@dataclass(frozen=True)
class Refusal:
    """A call that is refused, and how; `before` brings about why."""

    method: str
    given: Given
    said: str
    status: int = 400
    before: Before = lambda stage: None

    def __str__(self) -> str:
        return f"{self.method}: {self.said}"


def fan(**more: Any) -> Given:
    """To the fan's chat."""
    return lambda stage: {"chat_id": stage.fan.user.id} | more


def there(place: str, **more: Any) -> Given:
    """To one of the stage's chats."""
    return lambda stage: {"chat_id": getattr(stage, place).id} | more


def about_fan(place: str, **more: Any) -> Given:
    """To one of the stage's chats, about the fan."""
    return lambda stage: {"chat_id": getattr(stage, place).id, "user_id": stage.fan.user.id} | more


def to(chat_id: Any, **more: Any) -> Given:
    """To a chat by its number or name."""
    return lambda _: {"chat_id": chat_id} | more


def plain(**given: Any) -> Given:
    """To nobody."""
    return lambda _: given


def without_rights(place: str) -> Before:
    """The bot is an ordinary member there."""
    return lambda stage: stage.creator.demotes(getattr(stage, place), stage.bot)


def removed(place: str) -> Before:
    """The bot was put out."""
    return lambda stage: stage.creator.removes(getattr(stage, place), stage.bot)


def said_by_fan(place: str) -> Before:
    """Somebody else has written there; the first message that isn't service."""
    return lambda stage: stage.fan.says(getattr(stage, place), "Hello")


PNG = "attach://file"  # nothing comes along
BUTTON = {"text": "Go", "callback_data": "go"}
STAR_INVOICE = {
    "title": "Tip", "description": "For candles", "payload": "o1", "currency": "XTR",
    "prices": [{"label": "Tip", "amount": 5}],
}  # fmt: skip
LAST = 9_999

REFUSALS = (
    # Sending
    Refusal("sendMessage", fan(), "message text is empty"),
    Refusal("sendMessage", fan(text=" \n "), "message text is empty"),
    Refusal("sendMessage", fan(text="x" * 4097), "message is too long"),
    Refusal("sendMessage", fan(text="😀" * 2049), "message is too long"),
    Refusal("sendMessage", to(12345, text="x"), "chat not found"),
    Refusal("sendMessage", to("@nobody_here", text="x"), "chat not found"),
    Refusal("sendMessage", fan(text="x"), "Forbidden: bot was blocked by the user", 403, lambda s: s.fan.blocks(s.bot)),
    Refusal("sendMessage", fan(text="x"), "Forbidden: user is deactivated", 403,
            lambda s: setattr(s.fan.user, "deactivated", True)),
    Refusal("sendMessage", lambda s: {"chat_id": s.creator.user.id, "text": "x"},
            "Forbidden: bot can't initiate conversation with a user", 403),
    Refusal("sendMessage", lambda s: {"chat_id": s.world.bot("OtherBot").id, "text": "x"},
            "Forbidden: bots can't send messages to bots", 403),
    Refusal("sendMessage", there("supergroup", text="x"), "Forbidden: bot was kicked from the supergroup", 403,
            removed("supergroup")),
    Refusal("sendMessage", there("group", text="x"), "group chat was upgraded to a supergroup chat", 400,
            lambda s: s.world.migrate(s.group, s.creator.user)),
    Refusal("sendMessage", there("channel", text="x"), "need administrator rights in the channel chat", 400,
            without_rights("channel")),
    Refusal("sendMessage", there("supergroup", text="x", message_thread_id=LAST), "message thread not found"),
    Refusal("sendMessage", there("forum", text="x", message_thread_id=LAST), "message thread not found"),
    Refusal("sendMessage", fan(text="x", reply_parameters={"message_id": LAST}), "message to be replied not found"),
    Refusal("sendMessage", fan(text="x", reply_parameters={"message_id": 1, "quote": "never said"}),
            "QUOTE_TEXT_INVALID"),
    Refusal("sendMessage", fan(text="<b>x", parse_mode="HTML"), "can't parse entities"),
    Refusal("sendMessage", fan(text="<p>x</p>", parse_mode="HTML"), "Unsupported start tag"),
    Refusal("sendMessage", fan(text="x", entities=[{"type": "bold", "offset": 0, "length": 2}]), "ends after the end"),
    Refusal("sendMessage", fan(text="x", reply_markup={"inline_keyboard": [[BUTTON | {"callback_data": "d" * 65}]]}),
            "BUTTON_DATA_INVALID"),
    Refusal("sendMessage", fan(text="x", reply_markup={"inline_keyboard": [[{"text": "", "callback_data": "d"}]]}),
            "text is empty"),
    Refusal("sendMessage", fan(text="x", reply_markup={"inline_keyboard": [[{"text": "Go"}]]}), "exactly one"),
    Refusal("sendMessage", fan(text="x", reply_markup={"inline_keyboard": [[{"text": "Go", "url": "ember://x"}]]}),
            "Unsupported URL protocol"),
    Refusal("sendMessage",
            fan(text="x", reply_markup={"inline_keyboard": [[{"text": "Go", "url": "http://localhost:8001/p/1"}]]}),
            "Wrong HTTP URL"),
    Refusal("sendPhoto", fan(photo=PNG), "can't find the uploaded file"),
    Refusal("sendPhoto", fan(photo="AgACAgIAAxkBAAI"), "wrong file identifier/HTTP URL specified"),
    Refusal("sendPhoto", there("supergroup", photo=PNG), "can't find the uploaded file"),
    Refusal("sendVideo", fan(video="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendAnimation", fan(animation="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendAudio", fan(audio="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendDocument", fan(document="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendVoice", fan(voice="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendVideoNote", fan(video_note="AgACAgIAAxkBAAI"), "wrong file identifier"),
    Refusal("sendMediaGroup", fan(media=[{"type": "photo", "media": PNG}]), "2-10 items"),
    Refusal("sendMediaGroup", fan(media=[{"type": "photo", "media": PNG}, {"type": "audio", "media": PNG}]),
            "can't be made of these types together"),
    Refusal("sendPoll", fan(question="Which?", options=[]), "no options"),
    Refusal("sendPoll", fan(question="Which?", options=[{"text": str(n)} for n in range(13)]), "more than 12"),
    Refusal("sendPoll", fan(question="Which?", options=[{"text": "x" * 101}]), "must not exceed 100"),
    Refusal("sendPoll", fan(question="x" * 301, options=[{"text": "a"}]), "too long"),
    Refusal("sendPoll", fan(question="Which?", options=[{"text": "a"}], type="quiz"), "no correct option"),
    Refusal("sendPoll", there("group", question="Which?", options=[{"text": "a"}]), "not enough rights to send polls", 400,
            lambda s: s.group.permissions.update(can_send_polls=False)),
    Refusal("sendInvoice", fan(**(STAR_INVOICE | {"provider_token": "123:TEST"})), "STARS_INVOICE_INVALID"),
    Refusal("sendInvoice", fan(**(STAR_INVOICE | {"prices": [{"label": "a", "amount": 1}] * 2})), "exactly one price"),
    Refusal("sendInvoice", fan(**(STAR_INVOICE | {"payload": "p" * 129})), "INVOICE_PAYLOAD_INVALID"),
    Refusal("sendInvoice", fan(**(STAR_INVOICE | {"title": "t" * 33})), "too long"),
    Refusal("sendInvoice", fan(**(STAR_INVOICE | {"prices": [{"label": "a", "amount": 0}]})), "AMOUNT_INVALID"),
    Refusal("createInvoiceLink", plain(**STAR_INVOICE, subscription_period=86_400), "SUBSCRIPTION_PERIOD_INVALID"),
    Refusal("sendChatAction", fan(action="dancing"), "wrong parameter action"),
    Refusal("sendMessageDraft", there("supergroup", draft_id=1, text="x"), "private chats only"),
    Refusal("sendMessageDraft", fan(draft_id=0, text="x"), "draft_id must be non-zero"),
    Refusal("forwardMessage", lambda s: {"chat_id": s.fan.user.id, "from_chat_id": s.group.id, "message_id": LAST},
            "message to forward not found"),
    Refusal("forwardMessages", lambda s: {"chat_id": s.fan.user.id, "from_chat_id": s.group.id, "message_ids": [2, 1]},
            "strictly increasing order"),
    Refusal("copyMessage", lambda s: {"chat_id": s.fan.user.id, "from_chat_id": s.group.id, "message_id": LAST},
            "message to copy not found"),
    Refusal("copyMessages", lambda s: {"chat_id": s.fan.user.id, "from_chat_id": s.group.id, "message_ids": []},
            "must be 1-100"),
    # Changing what was sent
    Refusal("editMessageText", fan(message_id=LAST, text="x"), "message to edit not found"),
    Refusal("editMessageText", fan(message_id=1, text="x"), "message can't be edited"),
    Refusal("editMessageCaption", fan(message_id=1, caption="x"), "there is no caption"),
    Refusal("editMessageMedia", fan(message_id=LAST, media={"type": "photo", "media": PNG}), "message to edit not found"),
    Refusal("editMessageReplyMarkup", fan(message_id=1, reply_markup={"inline_keyboard": [[BUTTON]]}), "can't be edited"),
    Refusal("stopPoll", fan(message_id=1), "poll can't be stopped"),
    Refusal("deleteMessage", fan(message_id=LAST), "message to delete not found"),
    Refusal("deleteMessage", there("group", message_id=2), "message can't be deleted", 400, said_by_fan("group")),
    Refusal("deleteMessages", fan(message_ids=list(range(1, 102))), "must be 1-100"),
    Refusal("pinChatMessage", there("group", message_id=2), "not enough rights to manage pinned messages", 400,
            said_by_fan("group")),
    Refusal("unpinChatMessage", there("supergroup"), "message to unpin not found"),
    Refusal("unpinAllChatMessages", there("group"), "not enough rights to manage pinned messages"),
    Refusal("setMessageReaction", fan(message_id=1, reaction=[{"type": "emoji", "emoji": "🕯"}]), "REACTION_INVALID"),
    Refusal("setMessageReaction", fan(message_id=1, reaction=[{"type": "emoji", "emoji": "👍"}] * 2), "REACTIONS_TOO_MANY"),
    # Chats and members
    Refusal("getChat", there("group"), "Forbidden: bot was kicked from the group chat", 403, removed("group")),
    Refusal("getChatAdministrators", fan(), "no administrators in the private chat"),
    Refusal("getChatMember", there("supergroup", user_id=1), "PARTICIPANT_ID_INVALID"),
    Refusal("getChatMember", about_fan("channel"), "member list is inaccessible", 400, without_rights("channel")),
    Refusal("getChatMemberCount", to(-1001), "chat not found"),
    Refusal("leaveChat", fan(), "chat can't be left"),
    Refusal("banChatMember", about_fan("group"), "not enough rights to restrict/unrestrict chat member"),
    Refusal("banChatMember", lambda s: {"chat_id": s.supergroup.id, "user_id": s.creator.user.id}, "can't remove chat owner"),
    Refusal("banChatMember", lambda s: {"chat_id": s.supergroup.id, "user_id": s.bot.id}, "can't restrict self"),
    Refusal("unbanChatMember", about_fan("group"), "not enough rights"),
    Refusal("restrictChatMember", about_fan("channel", permissions={}), "only for supergroups"),
    Refusal("restrictChatMember", about_fan("supergroup", permissions={}), "user is an administrator of the chat", 400,
            lambda s: s.creator.promotes(s.supergroup, s.fan.user)),
    Refusal("promoteChatMember", about_fan("supergroup", can_pin_messages=True), "RIGHT_FORBIDDEN", 400,
            lambda s: s.world.promote(s.supergroup, s.bot, s.creator.user, "can_promote_members")),
    Refusal("promoteChatMember", about_fan("supergroup"), "USER_NOT_PARTICIPANT", 400,
            lambda s: s.fan.leaves(s.supergroup)),
    Refusal("setChatAdministratorCustomTitle", about_fan("supergroup", custom_title="Wax"), "not enough rights to change"),
    Refusal("setChatPermissions", there("group", permissions={}), "not enough rights to change chat permissions"),
    Refusal("setChatTitle", there("supergroup", title="t" * 129), "1-128 characters"),
    Refusal("setChatDescription", there("supergroup", description="d" * 256), "too long"),
    Refusal("setChatPhoto", there("supergroup", photo="AgACAgIAAxkBAAI"), "must be uploaded as a file"),
    Refusal("deleteChatPhoto", there("supergroup"), "CHAT_NOT_MODIFIED"),
    Refusal("banChatSenderChat", there("supergroup", sender_chat_id=-5), "sender chat not found"),
    Refusal("unbanChatSenderChat", there("supergroup", sender_chat_id=-5), "sender chat not found"),
    Refusal("exportChatInviteLink", there("supergroup"), "not enough rights to manage chat invite link", 400,
            without_rights("supergroup")),
    Refusal("createChatInviteLink", there("supergroup", member_limit=1, creates_join_request=True), "member limit"),
    Refusal("createChatInviteLink", there("supergroup", name="n" * 33), "name is too long"),
    Refusal("editChatInviteLink", there("supergroup", invite_link="https://t.me/+nothing"), "INVITE_HASH_INVALID"),
    Refusal("createChatSubscriptionInviteLink",
            there("channel", subscription_period=60, subscription_price=5), "SUBSCRIPTION_PERIOD_INVALID"),
    Refusal("revokeChatInviteLink", there("supergroup", invite_link="https://t.me/+nothing"), "INVITE_HASH_INVALID"),
    Refusal("approveChatJoinRequest", about_fan("supergroup"), "USER_ALREADY_PARTICIPANT"),
    Refusal("declineChatJoinRequest", about_fan("supergroup"), "HIDE_REQUESTER_MISSING", 400,
            lambda s: s.fan.leaves(s.supergroup)),
    # Forums
    Refusal("createForumTopic", there("supergroup", name="Wax"), "the chat is not a forum"),
    Refusal("createForumTopic", there("forum", name="Wax"), "not enough rights to create a topic", 400,
            without_rights("forum")),
    Refusal("editForumTopic", there("forum", message_thread_id=LAST, name="x"), "message thread not found"),
    Refusal("editForumTopic", lambda s: {"chat_id": s.forum.id, "message_thread_id": s.topic, "name": "Wax"},
            "TOPIC_NOT_MODIFIED"),
    Refusal("closeForumTopic", there("forum", message_thread_id=LAST), "message thread not found"),
    Refusal("reopenForumTopic", lambda s: {"chat_id": s.forum.id, "message_thread_id": s.topic}, "TOPIC_NOT_MODIFIED"),
    Refusal("deleteForumTopic", there("forum", message_thread_id=1), "TOPIC_ID_INVALID"),
    Refusal("unpinAllForumTopicMessages", there("forum", message_thread_id=LAST), "message thread not found"),
    Refusal("editGeneralForumTopic", there("forum", name="General"), "TOPIC_NOT_MODIFIED"),
    Refusal("closeGeneralForumTopic", there("group"), "the chat is not a forum"),
    Refusal("reopenGeneralForumTopic", there("forum"), "TOPIC_NOT_MODIFIED"),
    Refusal("hideGeneralForumTopic", there("group"), "the chat is not a forum"),
    Refusal("unhideGeneralForumTopic", there("forum"), "TOPIC_NOT_MODIFIED"),
    Refusal("unpinAllGeneralForumTopicMessages", there("group"), "the chat is not a forum"),
    # Itself
    Refusal("getUpdates", plain(limit=101), "limit must be between 1 and 100"),
    Refusal("getUpdates", plain(), "can't use getUpdates method while webhook is active", 409,
            lambda s: setattr(s.bot, "webhook", object())),
    Refusal("setWebhook", plain(url="http://hooks.example/tg"), "An HTTPS URL must be provided"),
    Refusal("setWebhook", plain(url="https://hooks.example/tg", secret_token="a b"), "unallowed characters"),
    Refusal("close", plain(), "Too Many Requests: retry after 600", 429),
    Refusal("getFile", plain(file_id="nothing"), "invalid file_id"),
    Refusal("setMyCommands", plain(commands=[{"command": "Help", "description": "x"}]), "BOT_COMMAND_INVALID"),
    Refusal("setMyCommands", plain(commands=[{"command": "help", "description": ""}]), "BOT_COMMAND_DESCRIPTION_INVALID"),
    Refusal("setMyCommands", plain(commands=[{"command": "c", "description": "x"}] * 101), "BOT_COMMANDS_TOO_MUCH"),
    Refusal("getMyCommands", plain(language_code="eng"), "invalid language code"),
    Refusal("deleteMyCommands", plain(scope={"type": "chat", "chat_id": 12345}), "chat not found"),
    Refusal("setMyName", plain(name="n" * 65), "name is too long"),
    Refusal("getMyName", plain(language_code="E"), "invalid language code"),
    Refusal("setMyDescription", plain(description="d" * 513), "description is too long"),
    Refusal("getMyDescription", plain(language_code="E"), "invalid language code"),
    Refusal("setMyShortDescription", plain(short_description="d" * 121), "short description is too long"),
    Refusal("getMyShortDescription", plain(language_code="E"), "invalid language code"),
    Refusal("setMyProfilePhoto", plain(photo={"type": "static", "photo": PNG}), "can't find the uploaded file"),
    Refusal("removeMyProfilePhoto", plain(), "no profile photo"),
    Refusal("setChatMenuButton", to(12345, menu_button={"type": "commands"}), "chat not found"),
    Refusal("getManagedBotToken", plain(user_id=7_000_000_001), "BOT_INVALID"),
    Refusal("replaceManagedBotToken", lambda s: {"user_id": s.world.bot("StrangerBot").id}, "BOT_INVALID"),
    Refusal("getManagedBotAccessSettings", plain(user_id=1), "BOT_INVALID"),
    Refusal("setManagedBotAccessSettings", plain(user_id=1, is_access_restricted=True), "BOT_INVALID"),
    # Answers
    Refusal("answerCallbackQuery", plain(callback_query_id="1"), "query is too old"),
    Refusal("answerPreCheckoutQuery", plain(pre_checkout_query_id="1", ok=True), "query is too old"),
    Refusal("refundStarPayment", lambda s: {"user_id": s.fan.user.id, "telegram_payment_charge_id": "stx"},
            "CHARGE_NOT_FOUND"),
    Refusal("editUserStarSubscription",
            lambda s: {"user_id": s.fan.user.id, "telegram_payment_charge_id": "stx", "is_canceled": True},
            "CHARGE_NOT_FOUND"),
    Refusal("getStarTransactions", plain(limit=0), "limit must be between 1 and 100"),
)  # fmt: skip

# They take nothing that could be wrong but the token.
NOTHING_TO_REFUSE = {
    "getMe", "logOut", "deleteWebhook", "getWebhookInfo", "getChatMenuButton", "getMyStarBalance",
    "setMyDefaultAdministratorRights", "getMyDefaultAdministratorRights",
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(strict=False) as made:
        yield made


async def call(
    server: TelegramServer, token: str, method: str, given: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    fields = {name: one if isinstance(one, str) else json.dumps(one) for name, one in given.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/bot{token}/{method}", data=fields) as answer,
    ):
        return answer.status, await answer.json()


def held(stage: Stage) -> Any:
    """What a refused call must leave as it was."""
    chats = [*stage.world.chats.values(), *stage.world.private.values()]
    return copy.deepcopy(
        (
            [(one.id, one.messages, one.permissions, one.title, one.pinned, list(one.topics)) for one in chats],
            [[(m.user.id, m.status, m.rights) for m in one.members.values()] for one in chats],
            stage.bot.commands, stage.bot.told, stage.bot.stars, stage.bot.token, stage.bot.webhook is None,
        )
    )  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_it_refuses(server: TelegramServer, refusal: Refusal) -> None:
    stage = set_up(server.world)
    given = refusal.given(stage)
    refusal.before(stage)
    before = held(stage)
    status, answer = await call(server, stage.bot.token, refusal.method, given)
    assert (status, answer["ok"], answer["error_code"]) == (refusal.status, False, refusal.status)
    assert refusal.said in answer["description"]
    assert held(stage) == before


def test_every_method_has_something_that_it_refuses() -> None:
    refused = {one.method for one in REFUSALS}
    assert refused.isdisjoint(NOTHING_TO_REFUSE)
    assert refused | NOTHING_TO_REFUSE == {one.name for one in METHODS.values()}


@pytest.mark.parametrize("name", sorted(one.name for one in METHODS.values()))
async def test_no_method_serves_who_has_no_token(server: TelegramServer, name: str) -> None:
    stage = set_up(server.world)
    old = stage.bot.token
    stage.bot.renew_token()
    for token in (old, "1:nothing", f"{stage.bot.id}:x", "x"):
        status, answer = await call(server, token, name, {})
        assert (status, answer["description"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "missing"),
    [(one.name, name) for one in METHODS.values() for name, it in one.parameters.items() if it.required],
)
async def test_what_is_required_must_be_given(server: TelegramServer, method: str, missing: str) -> None:
    stage = set_up(server.world)
    given: dict[type, Any] = {int: 1, str: "x", dict: {}, list: [], bool: True, float: 1.0}
    required = {name: one for name, one in METHODS[method.lower()].parameters.items() if one.required}
    others = {name: given[one.kinds[0]] for name, one in required.items() if name != missing}
    status, answer = await call(server, stage.bot.token, method, others)
    assert (status, "is empty" in answer["description"]) == (400, True)


async def test_a_moved_group_says_where_it_went(server: TelegramServer) -> None:
    stage = set_up(server.world)
    new = server.world.migrate(stage.group, stage.creator.user)
    _, answer = await call(server, stage.bot.token, "sendMessage", {"chat_id": stage.group.id, "text": "x"})
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}


async def test_what_nobody_needed_yet_is_refused_aloud(server: TelegramServer) -> None:
    stage = set_up(server.world)
    given = {"chat_id": stage.fan.user.id, "text": "x", "business_connection_id": "1"}
    status, answer = await call(server, stage.bot.token, "sendMessage", given)
    assert (status, answer["description"]) == (
        501,
        "Not emulated: parameter business_connection_id of sendMessage",
    )
    assert server.complaints


async def test_a_file_belongs_to_the_bot_that_was_given_it(server: TelegramServer) -> None:
    stage = set_up(server.world)
    other: Bot = server.world.bot("OtherStandInBot")
    stage.fan.sends_file(stage.bot, "photo", b"\x89PNG")
    theirs = stage.bot.updates[-1]["message"]["photo"][-1]["file_id"]
    status, answer = await call(server, other.token, "getFile", {"file_id": theirs})
    assert (status, answer["description"]) == (400, "Bad Request: invalid file_id")
