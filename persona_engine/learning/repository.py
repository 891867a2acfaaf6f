"""All SQL about taught answers, their questions, and questions that were put aside."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork


async def signature(uow: UnitOfWork, avatar_id: int) -> tuple[Any, ...]:
    """What differs whenever an avatar's taught answers do: first, how many questions are answered."""
    row = await uow.fetch_one(
        """
        SELECT count(question.id) AS questions, max(question.id) AS newest,
               count(DISTINCT answer.id) AS answers, max(answer.changed_at) AS changed
        FROM taught_answer AS answer LEFT JOIN taught_question AS question ON question.answer_id = answer.id
        WHERE answer.avatar_id = %(avatar)s AND answer.enabled
        """,
        {"avatar": avatar_id},
    )
    return (row.questions, row.newest, row.answers, row.changed)


async def in_force(uow: UnitOfWork, avatar_id: int, limit: int) -> list[Any]:
    """The questions that are answered, each with its answer, the newest answer first."""
    return await uow.fetch(
        """
        SELECT answer.id, answer.text, answer.lang, answer.origin, answer.passages,
               question.text AS question, question.lang AS question_lang
        FROM taught_answer AS answer JOIN taught_question AS question ON question.answer_id = answer.id
        WHERE answer.avatar_id = %(avatar)s AND answer.enabled
        ORDER BY answer.id DESC, question.id LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "limit": limit},
    )


async def add(
    uow: UnitOfWork,
    *,
    avatar_id: int,
    text: str,
    lang: str,
    origin: str,
    passages: Sequence[int],
    by: str,
    message_id: int | None,
) -> int:
    """A new answer, which goes with a message where one is given; its number."""
    row = await uow.fetch_one(
        """
        INSERT INTO taught_answer (creator_id, avatar_id, text, lang, origin, enabled, passages, by,
                                   changed_at, changed_by, created_at, message_id)
        VALUES (%(creator)s, %(avatar)s, %(text)s, %(lang)s, %(origin)s, true, %(passages)s, %(by)s,
                %(now)s, %(by)s, %(now)s, %(message)s)
        RETURNING id
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "text": text, "lang": lang, "origin": origin,
            "passages": Jsonb(list(passages)), "by": by, "now": now(), "message": message_id,
        },
    )  # fmt: skip
    return int(row.id)


async def add_question(
    uow: UnitOfWork, answer_id: int, *, text: str, lang: str, message_id: int | None, by: str
) -> None:
    """One more question for an answer; a message has one answer, and the first stays."""
    await uow.fetch(
        """
        INSERT INTO taught_question (creator_id, answer_id, message_id, text, lang, by, created_at)
        VALUES (%(creator)s, %(answer)s, %(message)s, %(text)s, %(lang)s, %(by)s, %(now)s)
        ON CONFLICT (message_id) DO NOTHING
        """,
        {
            "creator": uow.tenant, "answer": answer_id, "message": message_id, "text": text, "lang": lang,
            "by": by, "now": now(),
        },
    )  # fmt: skip


async def drop_questions(uow: UnitOfWork, answer_id: int, texts: Sequence[str]) -> None:
    """Take questions from an answer."""
    await uow.fetch(
        "DELETE FROM taught_question WHERE answer_id = %(answer)s AND text = ANY(%(texts)s)",
        {"answer": answer_id, "texts": list(texts)},
    )


async def change(
    uow: UnitOfWork,
    answer_id: int,
    *,
    by: str,
    text: str | None = None,
    lang: str | None = None,
    enabled: bool | None = None,
    passages: Sequence[int] | None = None,
) -> None:
    """Alter what is given of an answer; in other words it goes with no fan's message any more."""
    await uow.fetch(
        """
        UPDATE taught_answer
        SET text = coalesce(%(text)s, text), lang = coalesce(%(lang)s, lang),
            enabled = coalesce(%(enabled)s::boolean, enabled),
            passages = coalesce(%(passages)s::jsonb, passages),
            message_id = CASE WHEN coalesce(%(text)s, text) = text THEN message_id END,
            changed_at = %(now)s, changed_by = %(by)s
        WHERE id = %(id)s
        """,
        {
            "text": text, "lang": lang, "enabled": enabled, "id": answer_id, "now": now(), "by": by,
            "passages": None if passages is None else Jsonb(list(passages)),
        },
    )  # fmt: skip


async def delete(uow: UnitOfWork, avatar_id: int, answer_id: int) -> None:
    """Delete an answer with its questions."""
    await uow.fetch(
        "DELETE FROM taught_answer WHERE id = %(id)s AND avatar_id = %(avatar)s",
        {"id": answer_id, "avatar": avatar_id},
    )


async def hold(uow: UnitOfWork, avatar_id: int, answer_id: int) -> Any:
    """One answer, locked, or None."""
    return await uow.fetch_one(
        "SELECT * FROM taught_answer WHERE id = %(id)s AND avatar_id = %(avatar)s FOR UPDATE",
        {"id": answer_id, "avatar": avatar_id},
    )


async def hold_avatar(uow: UnitOfWork, avatar_id: int) -> None:
    """Have everybody else wait who would teach this avatar just now."""
    await uow.fetch("SELECT id FROM avatar WHERE id = %(id)s FOR NO KEY UPDATE", {"id": avatar_id})


async def count(uow: UnitOfWork, avatar_id: int) -> int:
    """How many answers an avatar was taught."""
    row = await uow.fetch_one(
        "SELECT count(*) AS n FROM taught_answer WHERE avatar_id = %(avatar)s", {"avatar": avatar_id}
    )
    return int(row.n)


_FOUND = """
    answer.avatar_id = %(avatar)s
    AND (%(text)s = '' OR answer.text ILIKE %(like)s
         OR EXISTS (SELECT 1 FROM taught_question AS question
                    WHERE question.answer_id = answer.id AND question.text ILIKE %(like)s))
    """


def _searched(avatar_id: int, text: str) -> dict[str, Any]:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"avatar": avatar_id, "text": text, "like": f"%{escaped}%"}


async def found(uow: UnitOfWork, avatar_id: int, text: str) -> int:
    """How many answers, or questions of theirs, have a text in them."""
    row = await uow.fetch_one(
        f"SELECT count(*) AS n FROM taught_answer AS answer WHERE {_FOUND}",  # noqa: S608 - a constant
        _searched(avatar_id, text),
    )
    return int(row.n)


async def page(uow: UnitOfWork, avatar_id: int, text: str, *, limit: int, offset: int) -> list[Any]:
    """Those answers, newest first."""
    return await uow.fetch(
        f"""
        SELECT * FROM taught_answer AS answer WHERE {_FOUND}
        ORDER BY answer.id DESC LIMIT %(limit)s OFFSET %(offset)s
        """,  # noqa: S608 - a constant
        {**_searched(avatar_id, text), "limit": limit, "offset": offset},
    )


async def questions(uow: UnitOfWork, answer_ids: Sequence[int]) -> list[Any]:
    """The questions of answers, oldest first: (answer_id, text, lang, message_id)."""
    return await uow.fetch(
        """
        SELECT answer_id, text, lang, message_id FROM taught_question
        WHERE answer_id = ANY(%(ids)s) ORDER BY id
        """,
        {"ids": list(answer_ids)},
    )


async def answer_of(uow: UnitOfWork, message_id: int) -> int | None:
    """The answer that a message is a question of."""
    row = await uow.fetch_one(
        "SELECT answer_id FROM taught_question WHERE message_id = %(id)s", {"id": message_id}
    )
    return int(row.answer_id) if row else None


async def let_go(uow: UnitOfWork, message_id: int) -> None:
    """Take a message from the answer that it is a question of."""
    await uow.fetch("DELETE FROM taught_question WHERE message_id = %(id)s", {"id": message_id})


async def dismiss(uow: UnitOfWork, message_ids: Sequence[int], *, by: str) -> None:
    """Put messages aside: they need no answer. Those that aren't the tenant's aren't touched."""
    await uow.fetch(
        """
        INSERT INTO dismissed_question (creator_id, message_id, by, created_at)
        SELECT creator_id, id, %(by)s, %(now)s FROM message WHERE id = ANY(%(ids)s)
        ON CONFLICT (message_id) DO NOTHING
        """,
        {"ids": list(message_ids), "by": by, "now": now()},
    )


async def settled(uow: UnitOfWork, message_ids: Sequence[int]) -> set[int]:
    """Those of these messages that were answered or put aside by a person."""
    rows = await uow.fetch(
        """
        SELECT message_id FROM dismissed_question WHERE message_id = ANY(%(ids)s)
        UNION SELECT message_id FROM taught_question WHERE message_id = ANY(%(ids)s)
        """,
        {"ids": list(message_ids)},
    )
    return {row.message_id for row in rows}
