"""What fans think of answers: said by a reaction or a button, and taken back by the same."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from community import service as community
from conversation import cards
from conversation import feedback_repository as repository
from conversation.types import Judged
from kernel.clock import now
from kernel.db import UnitOfWork

KINDS: Final = ("good", "bad", "flag")
TAKEN_BACK: Final = ""
"""No opinion any more. It is kept, since an older one may still come."""

WITHIN: Final = timedelta(days=90)
MOST: Final = 200

_GOOD: Final = frozenset(
    (
        "👍",
        "❤",
        "🔥",
        "🥰",
        "👏",
        "🎉",
        "🤩",
        "🙏",
        "👌",
        "😍",
        "❤\u200d🔥",
        "💯",
        "🏆",
        "💘",
        "😘",
        "🤗",
    )
)
_BAD: Final = frozenset(("👎", "💩", "🤮", "🤬", "😡", "🤡", "🥱", "🖕"))
# What only says how an emoji looks: in colour, in which skin.
_LOOKS: Final = dict.fromkeys((0xFE0F, *range(0x1F3FB, 0x1F400)))


def reaction_kind(emoji: Iterable[str]) -> str | None:
    """What reactions say of an answer: good, bad (which outweighs), or None: nothing that is an opinion."""
    shown = {one.translate(_LOOKS) for one in emoji}
    if shown & _BAD:
        return "bad"
    return "good" if shown & _GOOD else None


async def give(
    uow: UnitOfWork,
    *,
    connection_id: int,
    chat_id: str,
    platform_message_id: str,
    platform: str,
    user_id: str,
    kind: str | None,
    at: datetime | None = None,
) -> bool:
    """Keep what a fan thinks of an answer, in place of what they thought before; None takes it back.

    The answer is known by its name in a chat, of which `chat_id` may leave the topic out. `at` is when it was
    said: what was said earlier and comes later changes nothing. False where there is nothing to keep: it is
    no answer of the avatar, or nobody it knows; nobody becomes a fan by this.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"an opinion is one of {KINDS}")
    fan = await community.find_fan(uow, platform, user_id, hold=True)
    if fan is None:
        return False
    outbound = await repository.answer(uow, connection_id, chat_id, platform_message_id)
    if outbound is None:
        return False
    await repository.put(uow, outbound, fan.id, kind or TAKEN_BACK, at or now())
    if kind == "flag":
        await cards.flagged(uow, outbound)
    return True


async def disliked(
    uow: UnitOfWork, avatar_id: int, *, settled: Sequence[int] = (), limit: int = MOST
) -> tuple[Judged, ...]:
    """The messages whose answers fans flagged or found bad of late, whose last such word is newest first."""
    rows = await repository.disliked(uow, avatar_id, now() - WITHIN, settled, limit)
    return tuple(
        Judged(
            row.id, row.text, row.lang, row.outcome, row.answer, row.good, row.bad, row.flags, row.at,
            row.platform,
        )
        for row in rows
    )  # fmt: skip


async def counted(uow: UnitOfWork, avatar_id: int, since: datetime) -> dict[str, int]:
    """How many opinions of each kind fans have given since a moment."""
    found = {row.kind: row.n for row in await repository.counted(uow, avatar_id, since)}
    return {kind: found.get(kind, 0) for kind in KINDS}
