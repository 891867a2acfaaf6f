"""Learning's face: teaching an answer, changing it, what a person's approval teaches, questions put aside."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from community import service as community
from kernel.db import UnitOfWork
from kernel.lang import SUPPORTED
from memory import service as memory
from persona_engine import repository as traces
from persona_engine.boundaries import spoken
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries
from persona_engine.errors import BadAnswer, NoSuchAnswer
from persona_engine.learning import repository
from persona_engine.learning.clusters import Clusters
from persona_engine.learning.taught import Taught
from persona_engine.learning.types import Approved, Cluster, Found, Question, TaughtInfo, TaughtList

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_QUESTION",
    "MOST_QUESTIONS",
    "Cluster",
    "Clusters",
    "Found",
    "Question",
    "Taught",
    "TaughtInfo",
    "TaughtList",
    "allowed",
    "answer_approved",
    "confirm",
    "delete",
    "dismiss",
    "edit",
    "fix",
    "get",
    "listing",
    "question",
    "settled",
    "switch",
    "teach",
]

MOST_ANSWERS: Final = 2_000
MOST_QUESTIONS: Final = 50
LONGEST_ANSWER: Final = 2_000
LONGEST_QUESTION: Final = 400

_PAGE: Final = 25


def question(text: str, *, last: str | None = None, message_id: int | None = None) -> Question:
    """A question as it is kept, its language told; `last` is the language of what was said with it."""
    kept = " ".join(_clean(text).split())[:LONGEST_QUESTION]
    return Question(kept, memory.detect(kept, SUPPORTED, last=last, known=SUPPORTED).lang, message_id)


def _clean(text: str) -> str:
    """NFC, line breaks as they should be, no control characters, no surrounding space."""
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def _checked(text: str, questions: Sequence[Question]) -> tuple[str, str, list[Question]]:
    """An answer as it is kept, its language, and its questions, each once.

    Raises:
        BadAnswer: something is missing, or too long.
    """
    kept = _clean(text)
    asked = list({each.text.casefold(): each for each in reversed(questions) if each.text}.values())[::-1]
    if not kept:
        raise BadAnswer("Write the answer.")
    if len(kept) > LONGEST_ANSWER:
        raise BadAnswer("An answer can be {limit} characters long.", limit=LONGEST_ANSWER)
    if not asked:
        raise BadAnswer("Write at least one question that this answers.")
    if len(asked) > MOST_QUESTIONS:
        raise BadAnswer("An answer can have {limit} questions.", limit=MOST_QUESTIONS)
    return kept, memory.detect(kept, SUPPORTED, last=asked[0].lang, known=SUPPORTED).lang, asked


async def allowed(
    guard: Guard,
    text: str,
    boundaries: Boundaries,
    creator: str,
    *,
    key: tuple[object, ...] | None = None,
) -> None:
    """See that an answer is one that would be given; `key` as for the guard, `creator` is who is spoken for.

    Raises:
        BadAnswer: it falls under a boundary, promises what is never promised, or says what no avatar says, a
            human's voice first.
    """
    kept = _clean(text)
    lang = memory.detect(kept, SUPPORTED, known=SUPPORTED).lang
    sentences = memory.sentences_of(kept, lang)
    # It is given as a whole: what none of its sentences says, all of them may.
    for each in dict.fromkeys((*sentences, kept)):
        claimed = spoken.claimed(each, lang, (creator,))
        verdict = await guard.given(each, lang, boundaries, key=key, taught=True)
        if verdict.decision in ("promise", "forbidden", "handover") and verdict.rule:
            raise BadAnswer(
                "“{text}” falls under your boundary “{rule}”, so no fan would get it: word it "
                "differently, or alter the boundary.",
                text=each, rule=verdict.rule.name,
            )  # fmt: skip
        if claimed or verdict.decision in ("promise", "human", "unbound", "harm"):
            raise BadAnswer(
                "“{text}” says that a person speaks, promises a price or a gain, or could do harm: no fan "
                "would get it. Word it differently.",
                text=each,
            )


async def teach(
    uow: UnitOfWork,
    avatar_id: int,
    text: str,
    questions: Sequence[Question],
    *,
    by: str,
    origin: str = "written",
    passages: Sequence[int] = (),
) -> int:
    """Have the avatar give an answer to questions like these from now on; its number.

    `origin`: written, corrected, approved; what was approved goes with the message that it answered. Fans'
    questions that have another answer get this one instead.

    Raises:
        NoSuchAvatar: not the tenant's.
        BadAnswer: something is missing or too long, or there are as many answers as there can be.
    """
    await community.get_avatar(uow, avatar_id)
    kept, lang, asked = _checked(text, questions)
    await repository.hold_avatar(uow, avatar_id)
    if await repository.count(uow, avatar_id) >= MOST_ANSWERS:
        raise BadAnswer("There are as many answers as an avatar can have. Delete some first.")
    answer_id = await repository.add(
        uow, avatar_id=avatar_id, text=kept, lang=lang, origin=origin, passages=passages, by=by,
        message_id=asked[0].message_id if origin == "approved" else None,
    )  # fmt: skip
    for each in asked:
        if each.message_id is not None:
            await repository.let_go(uow, each.message_id)
        await _add(uow, answer_id, each, by)
    return answer_id


async def _add(uow: UnitOfWork, answer_id: int, asked: Question, by: str) -> None:
    await repository.add_question(
        uow, answer_id, text=asked.text, lang=asked.lang, message_id=asked.message_id, by=by
    )


async def fix(uow: UnitOfWork, avatar_id: int, asked: Question, text: str, *, by: str) -> int:
    """Say what a fan's message should have been answered with; the number of that answer.

    Where the message is the only question of an answer already, that answer is put in other words.

    Raises:
        NoSuchAvatar, BadAnswer: as `teach` says.
    """
    await community.get_avatar(uow, avatar_id)
    known = await repository.answer_of(uow, asked.message_id) if asked.message_id is not None else None
    if known is not None and len(await repository.questions(uow, [known])) == 1:
        row = await repository.hold(uow, avatar_id, known)
        if row is not None:
            kept, lang, _ = _checked(text, [asked])
            await repository.change(uow, known, by=by, text=kept, lang=lang, enabled=True, passages=())
            return known
    return await teach(uow, avatar_id, text, [asked], by=by, origin="corrected")


async def edit(
    uow: UnitOfWork, avatar_id: int, answer_id: int, text: str, questions: Sequence[str], *, by: str
) -> None:
    """Alter an answer and its questions; a question that stays as it was keeps whose it is.

    Raises:
        NoSuchAnswer: it was deleted meanwhile.
        BadAnswer: as `teach` says.
    """
    row = await _held(uow, avatar_id, answer_id)
    now = {each.text: each for each in await _questions_of(uow, answer_id)}
    wanted = [now.get(" ".join(_clean(each).split())) or question(each, last=row.lang) for each in questions]
    kept, lang, asked = _checked(text, wanted)
    texts = {each.text for each in asked}
    await repository.drop_questions(uow, answer_id, [each for each in now if each not in texts])
    for each in asked:
        if each.text not in now:
            await _add(uow, answer_id, each, by)
    await repository.change(uow, answer_id, by=by, text=kept, lang=lang)


async def confirm(uow: UnitOfWork, avatar_id: int, answer_id: int, asked: Question, *, by: str) -> None:
    """Say that an answer was right for a question: from now on it is one of its questions.

    Raises:
        NoSuchAnswer: it was deleted meanwhile.
    """
    await _held(uow, avatar_id, answer_id)
    known = await _questions_of(uow, answer_id)
    if len(known) < MOST_QUESTIONS and asked.text.casefold() not in {each.text.casefold() for each in known}:
        await _add(uow, answer_id, asked, by)


async def switch(uow: UnitOfWork, avatar_id: int, answer_id: int, *, on: bool, by: str) -> None:
    """Give an answer, or don't.

    Raises:
        NoSuchAnswer: it was deleted meanwhile.
    """
    await _held(uow, avatar_id, answer_id)
    await repository.change(uow, answer_id, by=by, enabled=on)


async def answer_for(uow: UnitOfWork, message_id: int) -> int | None:
    """The taught answer that a fan's message is a question of; None where it is none's."""
    return await repository.answer_of(uow, message_id)


async def delete(uow: UnitOfWork, avatar_id: int, answer_id: int) -> None:
    """Delete an answer with its questions."""
    await repository.delete(uow, avatar_id, answer_id)


async def _held(uow: UnitOfWork, avatar_id: int, answer_id: int) -> Any:
    row = await repository.hold(uow, avatar_id, answer_id)
    if row is None:
        raise NoSuchAnswer("This answer isn't there any more.")
    return row


async def _questions_of(uow: UnitOfWork, answer_id: int) -> list[Question]:
    return [
        Question(each.text, each.lang, each.message_id)
        for each in await repository.questions(uow, [answer_id])
    ]


async def get(uow: UnitOfWork, avatar_id: int, answer_id: int) -> TaughtInfo:
    """One answer.

    Raises:
        NoSuchAnswer: it was deleted meanwhile, or isn't this avatar's.
    """
    return _info(await _held(uow, avatar_id, answer_id), await _questions_of(uow, answer_id))


async def listing(uow: UnitOfWork, avatar_id: int, text: str = "", page: int = 1) -> TaughtList:
    """A page (from 1) of the answers, newest first; with a `text` those that have it in them."""
    total = await repository.found(uow, avatar_id, text)
    rows = await repository.page(uow, avatar_id, text, limit=_PAGE, offset=(max(page, 1) - 1) * _PAGE)
    asked: dict[int, list[Question]] = {row.id: [] for row in rows}
    for each in await repository.questions(uow, list(asked)):
        asked[each.answer_id].append(Question(each.text, each.lang, each.message_id))
    return TaughtList(tuple(_info(row, asked[row.id]) for row in rows), total, page, -(-total // _PAGE))


def _info(row: Any, questions: Sequence[Question]) -> TaughtInfo:
    return TaughtInfo(
        row.id, row.text, row.lang, row.origin, row.enabled, row.by, row.created_at, row.changed_by,
        row.changed_at, tuple(questions), len(row.passages),
    )  # fmt: skip


async def dismiss(uow: UnitOfWork, message_ids: Sequence[int], *, by: str) -> None:
    """Put fans' questions aside: they need no answer."""
    await repository.dismiss(uow, message_ids, by=by)


async def settled(uow: UnitOfWork, message_ids: Sequence[int]) -> set[int]:
    """Those of these messages that a person has answered or put aside."""
    return await repository.settled(uow, message_ids)


async def answer_approved(uow: UnitOfWork, event: Approved) -> None:
    """Learn from a reply that a person sent; hears of each, and of the same one perhaps twice.

    Their own words are an answer. What they sent as it was is one where a model wrote it, or confirms the
    taught answer that it was. A quote is found again by itself: taking it over would only let it grow old.
    What was said to a fan who had told of themselves is said to nobody else, nor what a model said knowing
    their conversation or by a name of theirs; unless, the latter, a person has put it in words without that.
    What leans on the exchange before it ("and how long?") is a question to whoever knows that: it is learnt
    as it was meant, or not at all.
    """
    if await repository.answer_of(uow, event.message_id) is not None:
        return
    trace = await traces.trace(uow, event.message_id)
    kind = trace.kind if trace else ""
    if trace and (_noted(trace.trace, "personal") or _borrowed(trace.trace, event.text)):
        return
    asked = question(event.question, last=event.lang, message_id=event.message_id)
    if memory.leans(asked.text, asked.lang):
        if not (meant := _meant(trace.trace) if trace else ""):
            return
        asked = replace(asked, text=meant[:LONGEST_QUESTION])
    cited = [each for each in event.passages if each]
    try:
        if event.edited:
            await teach(uow, event.avatar_id, event.text, [asked], by="", origin="corrected", passages=cited)
        elif kind == "drafted" and not _noted(trace.trace, "history"):
            # What the reply pointed to below the answer was for that one time.
            text = event.text[: _written_length(trace.trace)]
            await teach(uow, event.avatar_id, text, [asked], by="", origin="approved", passages=cited)
        elif kind.startswith("taught:"):
            await confirm(uow, event.avatar_id, int(kind.removeprefix("taught:")), asked, by="")
    except (BadAnswer, NoSuchAnswer):
        # Too long, one too many, or deleted meanwhile: the reply goes out all the same.
        return


def _noted(trace: dict[str, Any], what: str) -> bool:
    """Whether a reply was worded, or was to be, with what its fan has told of themselves, or earlier."""
    return any(each["data"].get(what) for each in trace["steps"])


def _borrowed(trace: dict[str, Any], text: str) -> bool:
    """Whether a name stands in a text that a model had from the fan."""
    return any(name in text for each in trace["steps"] for name in each["data"].get("borrowed", ()))


def _meant(trace: dict[str, Any]) -> str:
    """A question in the words that it was meant to have, where it leant on what was said before."""
    return next((each["data"]["meant"] for each in trace["steps"] if each["name"] == "leaning"), "")


def _written_length(trace: dict[str, Any]) -> int | None:
    """How many characters of a reply its answer is, where that was noted."""
    return next((each["data"].get("length") for each in trace["steps"] if each["name"] == "answer"), None)
