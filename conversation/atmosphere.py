"""What an avatar says in a group unasked: welcomes to newcomers, now and then the beginning of a talk.

Both only where the creator has switched them on, within their caps, and plainly as the AI stand-in. What is
queued in quiet hours goes out when they have ended.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.lists import format_list

from community import service as community
from community.types import AvatarInfo, ChatInfo
from conversation import atmosphere_repository as repository
from conversation import autonomy
from conversation import repository as sends
from conversation.types import OUTBOUND_CHANNEL
from kernel.chat import Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import one_after_another, t
from kernel.i18n.bidi import isolate
from kernel.lang import DEFAULT, locale, normalise
from kernel.rounds import forever

PRIORITY: Final = 5
"""After whatever somebody waits for."""

TICK_S: Final = 60.0
TALK_IS_OVER: Final = timedelta(hours=2)
TALK_IS_FORGOTTEN: Final = timedelta(days=3)
BETWEEN_PROMPTS: Final = timedelta(hours=3)
GATHERING: Final = timedelta(seconds=15)
"""How long a welcome waits for more newcomers."""

NAMES_KEPT: Final = timedelta(days=1)
FORGET_EVERY: Final = timedelta(hours=1)

_MOST_NAMES: Final = 5
_LONGEST_NAME: Final = 32
# What an app would make a link, a mention, a command or a tag of.
_LIVE: Final = re.compile(r"[@/\\#$:<>\[\]`]+|(?<=\S)[.\u3002\uff0e\uff61](?=\S)")


def shown_name(name: str, lang: str) -> str:
    """A newcomer's name as it may stand in a sentence: short, leading nowhere, turning nothing around."""
    bare = community.readable(_LIVE.sub(" ", name))
    cut = bare if len(bare) <= _LONGEST_NAME else f"{bare[: _LONGEST_NAME - 1].rstrip()}…"
    return isolate(cut, lang)


async def welcome(
    uow: UnitOfWork,
    avatar_id: int,
    connection_id: int,
    platform_chat_id: str,
    people: Mapping[str, str],
    *,
    key: str,
    language_hint: str | None = None,
) -> bool:
    """Queue a welcome to who has just joined a chat; whether they will be welcomed.

    `people` are the platform's names of them, with what they are called; `key` is the update's. Who joins
    while a welcome still waits is named in that one; after it there is none for a while. A platform may tell
    of the same person in several ways, and who goes may come again: nobody is welcomed twice within a day.
    """
    known = await community.chat_at(uow, connection_id, platform_chat_id)
    if known is None or not known.settings.welcomes:
        return False
    chat = await community.hold_chat(uow, avatar_id, connection_id, known.platform, platform_chat_id)
    avatar = await community.get_avatar(uow, avatar_id)
    row = await repository.waiting_welcome(uow, connection_id, platform_chat_id)
    newcomers: dict[str, list[str]] = dict(row.payload["newcomers"]) if row else {}
    before = await repository.welcomed(uow, connection_id, platform_chat_id, list(people))
    newcomers |= {person: [name[:200]] for person, name in people.items() if person not in before}
    if not newcomers:
        return False
    if row:
        lang = row.payload["lang"]
        await repository.reword(uow, row.id, _welcoming(avatar, newcomers, lang))
        return True
    wait = timedelta(minutes=chat.settings.welcome_every_min)
    last = await repository.last_welcome(uow, connection_id, platform_chat_id)
    if any(each is not None and now() < each + wait for each in (chat.welcomed_at, last)):
        return False
    hint = normalise(language_hint) if language_hint else None
    await sends.add_outbound(
        uow,
        thread_id=None,
        connection_id=connection_id,
        message_id=None,
        once=f"welcome:{connection_id}:{key}",
        payload=_welcoming(avatar, newcomers, hint if hint in avatar.languages else avatar.languages[0]),
        kind="welcome",
        priority=PRIORITY,
        chat_id=platform_chat_id,
        not_before=now() + GATHERING,
    )
    await community.note_unasked(uow, chat.id, welcomed=now())
    await uow.notify(OUTBOUND_CHANNEL)
    return True


def _welcoming(avatar: AvatarInfo, newcomers: dict[str, list[str]], lang: str) -> dict[str, Any]:
    """The message as it is kept, with whom it names, so that more may join them."""
    everybody = [name for names in newcomers.values() for each in names if (name := shown_name(each, lang))]
    named = everybody[:_MOST_NAMES] + (["…"] if len(everybody) > _MOST_NAMES else [])
    hello = (
        t(lang, "welcome.named", names=format_list(named, locale=locale(lang)))
        if named
        else t(lang, "welcome.plain")
    )
    told = t(lang, "disclosure.first", creator=avatar.creator_name)
    said = Outbound(f"{one_after_another(lang, hello, told)}\n\n{t(lang, 'welcome.how')}", lang)
    return {**said.to_json(), "newcomers": newcomers}


class Prompts:
    """Begins conversations in groups that have gone quiet, with what fans could ask."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._forget_at = now()

    async def tick(self) -> int:
        """Queue what is due now, of every creator; how much that was. And forget whom welcomes named."""
        async with self._db.system_uow() as uow:
            if now() >= self._forget_at:
                await repository.drop_welcomes(uow, now() - NAMES_KEPT)
                self._forget_at = now() + FORGET_EVERY
            due = await repository.quiet_chats(
                uow, after=now() - TALK_IS_FORGOTTEN, before=now() - TALK_IS_OVER
            )
        begun = 0
        for row in due:
            async with self._db.uow(row.creator_id) as uow:
                begun += await self._begin(uow, row)
        return begun

    async def _begin(self, uow: UnitOfWork, row: Any) -> bool:
        chat = await community.hold_chat(
            uow, row.avatar_id, row.connection_id, row.platform, row.platform_chat_id
        )
        avatar = await community.get_avatar(uow, row.avatar_id)
        since = chat.prompted_at
        if (since is not None and (since > row.heard_at or now() < since + BETWEEN_PROMPTS)) or (
            await autonomy.quiet_now(uow, avatar.id)
        ):
            return False
        today = await repository.prompts_since(uow, chat, _midnight(avatar.time_zone))
        if (
            not avatar.live
            or today >= chat.settings.prompts_a_day
            or not (said := await self._starter(uow, avatar, chat))
        ):
            return False
        await sends.add_outbound(
            uow,
            thread_id=None,
            connection_id=chat.connection_id,
            message_id=None,
            once=f"prompt:{chat.id}:{now().timestamp():.0f}",
            payload=said.to_json(),
            kind="prompt",
            priority=PRIORITY,
            chat_id=chat.platform_chat_id,
        )
        await community.note_unasked(uow, chat.id, prompted=now())
        await uow.notify(OUTBOUND_CHANNEL)
        return True

    async def _starter(self, uow: UnitOfWork, avatar: AvatarInfo, chat: ChatInfo) -> Outbound | None:
        """One of the creator's sample questions, in the language of most that was said; each in its turn."""
        spoken = await repository.language_of(uow, chat)
        langs = [each for each in (spoken, *avatar.languages, DEFAULT) if each and avatar.samples.get(each)]
        if not langs:
            return None
        samples = avatar.samples[langs[0]]
        question = samples[await repository.prompts_since(uow, chat, None) % len(samples)]
        text = t(langs[0], "prompt.question", question=question)
        notice = t(langs[0], "disclosure.again", creator=avatar.creator_name)
        return Outbound(text, langs[0], notice=notice)

    async def run_forever(self) -> None:
        """Look every minute until cancelled."""
        await forever(self.tick, TICK_S, "prompts")


def _midnight(zone: str) -> datetime:
    """When today began, where the avatar's creator lives."""
    local = now().astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
