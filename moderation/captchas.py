"""Captchas: who joins shows that they are a person, by a button or a small question, or is put out again."""

import secrets
from datetime import timedelta
from typing import Any, Final

from community import service as community
from conversation import service as conversation
from kernel.chat import Button, Outbound
from kernel.clock import now
from kernel.db import Database, UnitOfWork
from kernel.i18n import t
from kernel.lang import normalise
from kernel.rounds import forever
from moderation import cases, questions
from moderation import rules_repository as repository
from moderation.cases import Decision, Place
from moderation.rules import QUESTION, Rules
from moderation.types import Kind, Verb

SOLVE: Final = "/solve "
"""How the word of a captcha's button begins."""

TICK_S: Final = 5.0
MOST_TRIES: Final = 3
_AT_ONCE: Final = 200
_SPARE: Final = timedelta(days=1)
_PASSED: Final = "ok"


async def ask(
    uow: UnitOfWork,
    place: Place,
    user_id: str,
    name: str,
    rules: Rules,
    *,
    key: str,
    hint: str | None,
    at: str = "",
) -> bool:
    """Ask somebody who has joined, or asks to (`at` is then their private chat); whether it is new."""
    whom = await cases.whom(uow, place.platform, user_id, name)
    avatar = await community.get_avatar(uow, place.avatar_id)
    known = normalise(hint) if hint else None
    lang = known if known in avatar.languages else avatar.languages[0]
    kind = "request" if at else "join"
    one, other = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    asked = rules.captcha == QUESTION
    number = await repository.add_captcha(
        uow,
        avatar_id=place.avatar_id,
        connection_id=place.connection_id,
        platform=place.platform,
        room=place.room,
        fan_id=whom.fan_id,
        user_id=user_id,
        kind=kind,
        answer=str(one + other) if asked else _PASSED,
        lang=lang,
        due_at=now() + timedelta(minutes=rules.captcha_min),
        once=f"captcha:{place.connection_id}:{key}",
    )
    if number is None:
        return False
    key_ = "captcha.question" if asked else "captcha.button"
    said = t(lang, key_, name=whom.name, minutes=rules.captcha_min, one=one, other=other)
    buttons = (
        tuple(Button(str(each), text=f"{SOLVE}{number} {each}") for each in _choices(one + other))
        if asked
        else (Button(t(lang, "captcha.press"), text=f"{SOLVE}{number} {_PASSED}"),)
    )
    if kind == "join":
        # Should nobody be left to let them speak or go: they may speak in a day.
        await questions.act(uow, place.connection_id, place.room, Verb.RESTRICT, number, whom.fan_id, user_id,
                  until=now() + timedelta(minutes=rules.captcha_min) + _SPARE)  # fmt: skip
    await conversation.deliveries.send_to(
        uow, place.connection_id, at or place.room, Outbound(said, lang, buttons=buttons, judged=False),
        f"captcha:{number}", staff=True, about=whom.fan_id,
    )  # fmt: skip
    return True


def _choices(right: int) -> list[int]:
    """Four numbers in order, the right one among them."""
    low = max(1, right - secrets.randbelow(4))
    return list(range(low, low + 4))


async def solve(uow: UnitOfWork, connection_id: int, user_id: str, word: str, lang: str) -> str:
    """Somebody pressed a captcha's button: what they are told for a moment."""
    number, _, answer = word.partition(" ")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        return ""
    row = await repository.captcha(uow, connection_id, int(number))
    if row is None or row.user_id != user_id:
        return t(lang, "captcha.others")
    if row.state != "waiting":
        return t(row.lang, "captcha.done" if row.state == "solved" else "captcha.late")
    if answer == row.answer:
        await repository.set_captcha(uow, row.id, "solved", row.tries)
        await _let_in(uow, row)
        await questions.clear(uow, row)
        return t(row.lang, "captcha.done")
    await repository.set_captcha(uow, row.id, "waiting", row.tries + 1)
    if row.tries + 1 >= MOST_TRIES:
        await _out(uow, row)
        return t(row.lang, "captcha.late")
    return t(row.lang, "captcha.wrong")


async def _let_in(uow: UnitOfWork, row: Any) -> None:
    """They may write, or come in; whom a case still keeps from that, it keeps."""
    verb, until = (Verb.RELEASE if row.kind == "join" else Verb.APPROVE), None
    if row.kind == "join" and (case := await cases.standing(uow, row.fan_id, row.connection_id, row.room)):
        if case.kind is Kind.BAN:
            return
        verb, until = Verb.RESTRICT, case.until
    await questions.act(uow, row.connection_id, row.room, verb, row.id, row.fan_id, row.user_id,
                        until=until, again=":let-in")  # fmt: skip


async def _out(uow: UnitOfWork, row: Any) -> None:
    """Their time is over, or their tries are: they are put out, or not let in."""
    await repository.set_captcha(uow, row.id, "out", row.tries)
    if row.kind == "join":
        place = Place(row.avatar_id, row.connection_id, row.platform, row.room, "", row.lang)
        whom = await cases.whom(uow, row.platform, row.user_id, "")
        await cases.open_case(uow, place, Decision(Kind.KICK, f"captcha:{row.id}", rule="captcha"), whom)
    else:
        await questions.act(uow, row.connection_id, row.room, Verb.DECLINE, row.id, row.fan_id, row.user_id)
    await questions.clear(uow, row)


class Captchas:
    """Puts out who hasn't answered in time, and lets go of who was seen long ago."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._forget_at = now()

    async def tick(self) -> int:
        """One round; how many were put out."""
        async with self._db.system_uow() as uow:
            due = await repository.due_captchas(uow, _AT_ONCE)
            if now() >= self._forget_at:
                await repository.forget_seen(uow)
                self._forget_at = now() + timedelta(hours=1)
        for each in due:
            async with self._db.uow(each.creator_id) as uow:
                row = await repository.captcha(uow, each.connection_id, each.id)
                if row is not None and row.state == "waiting":
                    await _out(uow, row)
        return len(due)

    async def run_forever(self) -> None:
        """Look every few seconds until cancelled."""
        await forever(self.tick, TICK_S, "captchas")
