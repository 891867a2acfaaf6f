"""What is said to somebody who isn't answered: nothing that they wrote is kept."""

from community import service as community
from conversation import repository, threads_repository
from conversation.types import OUTBOUND_CHANNEL
from kernel.chat import Inbound, Outbound
from kernel.clock import now
from kernel.db import UnitOfWork
from kernel.i18n import t
from kernel.lang import DEFAULT, normalise


async def ask_to_wait(uow: UnitOfWork, inbound: Inbound, wait_s: float) -> None:
    """Ask a fan who writes more than can be answered to wait so long; once a minute at most."""
    fan = await community.find_fan(uow, inbound.platform, inbound.user_id)
    thread = await threads_repository.find_thread(
        uow, inbound.connection_id, inbound.platform, inbound.user_id, inbound.chat_id
    )
    if fan is None or thread is None:
        return
    known = (fan.chosen_language, fan.last_language, inbound.language_hint)
    lang = next(filter(None, map(normalise, known)), DEFAULT)
    said = t(lang, "error.slow_down", count=max(1, round(wait_s)))
    await _say(
        uow, inbound, Outbound(said, lang), f"wait:{thread.id}:{now():%Y%m%d%H%M}", thread_id=thread.id
    )


async def say_closed(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> None:
    """Tell somebody in private that the avatar isn't open; no more than once an hour, and nothing is kept."""
    avatar = await community.get_avatar(uow, avatar_id)
    lang = normalise(inbound.language_hint) or avatar.languages[0]
    said = Outbound(t(lang, "avatar.closed", creator=avatar.creator_name), lang)
    once = f"closed:{inbound.connection_id}:{inbound.chat_id}:{now():%Y%m%d%H}"
    await _say(uow, inbound, said, once)


async def say_faceless(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> None:
    """Tell who orders something in a group's own name that nobody can be told by it; once an order."""
    avatar = await community.get_avatar(uow, avatar_id)
    said = Outbound(t(avatar.languages[0], "order.faceless"), avatar.languages[0])
    once = f"faceless:{inbound.connection_id}:{inbound.update_id}"
    await _say(uow, inbound, said, once, kind="staff")


async def _say(
    uow: UnitOfWork,
    inbound: Inbound,
    said: Outbound,
    once: str,
    *,
    thread_id: int | None = None,
    kind: str = "reply",
) -> None:
    """Queue what is said in a thread, or to the chat where nobody has one; the same key twice is one."""
    await repository.add_outbound(
        uow,
        thread_id=thread_id,
        connection_id=inbound.connection_id,
        message_id=None,
        once=once,
        payload=said.to_json(),
        kind=kind,
        chat_id=inbound.chat_id if thread_id is None else None,
    )
    await uow.notify(OUTBOUND_CHANNEL)
