"""Answers to what people did: buttons pressed, payments about to be made, Stars paid and paid back."""

from typing import Any

from tests.emulators.telegram.calling import Call, method
from tests.emulators.telegram.errors import OLD_QUERY, ApiError, bad
from tests.emulators.telegram.methods.sending import invoice_total
from tests.emulators.telegram.people import Json

ANSWER_BUTTON_WITHIN_S, ANSWER_CHECKOUT_WITHIN_S = 15.0, 10.0


def _query(call: Call, number: str, kind: str, within_s: float) -> Json:
    found = call.world.queries.get(number)
    if found is None or found["kind"] != kind or found["bot"] != call.bot.id or "answer" in found:
        raise ApiError(400, OLD_QUERY)
    if call.world.clock.now() - found["at"] > within_s:
        raise ApiError(400, OLD_QUERY)
    return found


@method("answerCallbackQuery")
async def answer_callback_query(
    call: Call,
    callback_query_id: str,
    text: str = "",
    show_alert: bool = False,
    url: str = "",
    cache_time: int = 0,
) -> bool:
    query = _query(call, callback_query_id, "callback", ANSWER_BUTTON_WITHIN_S)
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    if url:
        raise bad("URL_INVALID")
    query["answer"] = {"text": text, "show_alert": show_alert}
    query["answered"].set()
    return True


@method("answerPreCheckoutQuery")
async def answer_pre_checkout_query(
    call: Call, pre_checkout_query_id: str, ok: bool, error_message: str = ""
) -> bool:
    query = _query(call, pre_checkout_query_id, "checkout", ANSWER_CHECKOUT_WITHIN_S)
    if not ok and not error_message:
        raise bad("error_message is empty")
    query["answer"] = {"ok": ok, "error_message": error_message}
    query["answered"].set()
    return True


@method("createInvoiceLink")
async def create_invoice_link(
    call: Call,
    title: str,
    description: str,
    payload: str,
    currency: str,
    prices: list[Any],
    provider_token: str = "",
    subscription_period: int | None = None,
) -> str:
    total = invoice_total(currency, prices, provider_token, payload, title, description)
    if subscription_period not in (None, 2_592_000):
        raise bad("SUBSCRIPTION_PERIOD_INVALID")
    address = f"https://t.me/${call.bot.id}x{next(call.world.numbers)}"
    call.world.invoice_links[address] = (call.bot.id, payload, total)
    return address


def _payment(call: Call, user_id: int, charge: str) -> Json:
    found = call.world.payments.get(charge)
    if found is None or found["bot"] != call.bot.id or found["user"] != user_id:
        raise bad("CHARGE_NOT_FOUND")
    return found


@method("refundStarPayment")
async def refund_star_payment(call: Call, user_id: int, telegram_payment_charge_id: str) -> bool:
    payment = _payment(call, user_id, telegram_payment_charge_id)
    if payment["refunded"]:
        raise bad("CHARGE_ALREADY_REFUNDED")
    if call.bot.stars < payment["amount"]:
        raise bad("BALANCE_TOO_LOW")
    call.bot.stars -= payment["amount"]
    payment["refunded"] = True
    chat = call.world.private_chat(call.bot, call.world.users[user_id])
    told = {
        "currency": "XTR",
        "total_amount": payment["amount"],
        "invoice_payload": payment["payload"],
        "telegram_payment_charge_id": telegram_payment_charge_id,
    }
    call.world.post(chat, call.world.users[user_id], {"refunded_payment": told})
    return True


@method("editUserStarSubscription")
async def edit_user_star_subscription(
    call: Call, user_id: int, telegram_payment_charge_id: str, is_canceled: bool
) -> bool:
    _payment(call, user_id, telegram_payment_charge_id)["canceled"] = is_canceled
    return True


@method("getMyStarBalance")
async def get_my_star_balance(call: Call) -> Json:
    return {"amount": call.bot.stars}


@method("getStarTransactions")
async def get_star_transactions(call: Call, offset: int = 0, limit: int = 100) -> Json:
    if not 1 <= limit <= 100:
        raise bad("limit must be between 1 and 100")
    mine = [(charge, one) for charge, one in call.world.payments.items() if one["bot"] == call.bot.id]
    told = []
    for charge, one in mine:
        partner = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": call.world.users[one["user"]].to_json(),
            "invoice_payload": one["payload"],
        }
        entry = {"id": charge, "amount": one["amount"], "date": int(one["at"])}
        told.append(entry | {"source": partner})
        if one["refunded"]:
            told.append(entry | {"receiver": partner})
    return {"transactions": told[offset : offset + limit]}
