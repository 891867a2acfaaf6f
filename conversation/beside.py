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
    await repository.add_outbound(
        uow,
        thread_id=thread.id,
        connection_id=inbound.connection_id,
        message_id=None,
        once=f"wait:{thread.id}:{now():%Y%m%d%H%M}",
        payload=Outbound(said, lang).to_json(),
    )
    await uow.notify(OUTBOUND_CHANNEL)


async def say_closed(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> None:
    """Tell somebody in private that the avatar isn't open; no more than once an hour, and nothing is kept."""
    avatar = await community.get_avatar(uow, avatar_id)
    lang = normalise(inbound.language_hint) or avatar.languages[0]
    await repository.add_outbound(
        uow,
        thread_id=None,
        connection_id=inbound.connection_id,
        message_id=None,
        once=f"closed:{inbound.connection_id}:{inbound.chat_id}:{now():%Y%m%d%H}",
        payload=Outbound(t(lang, "avatar.closed", creator=avatar.creator_name), lang).to_json(),
        chat_id=inbound.chat_id,
    )
    await uow.notify(OUTBOUND_CHANNEL)


async def say_faceless(uow: UnitOfWork, avatar_id: int, inbound: Inbound) -> None:
    """Tell who orders something in a group's own name that nobody can be told by it; once an order."""
    avatar = await community.get_avatar(uow, avatar_id)
    lang = avatar.languages[0]
    await repository.add_outbound(
        uow,
        thread_id=None,
        connection_id=inbound.connection_id,
        message_id=None,
        once=f"faceless:{inbound.connection_id}:{inbound.update_id}",
        payload=Outbound(t(lang, "order.faceless"), lang).to_json(),
        kind="staff",
        chat_id=inbound.chat_id,
    )
    await uow.notify(OUTBOUND_CHANNEL)
