"""All SQL about trials and the questions asked in them."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from kernel.clock import now
from kernel.db import UnitOfWork
from persona_engine.trials.types import ToTry


async def add(
    uow: UnitOfWork, avatar_id: int, kind: str, sides: Sequence[dict[str, Any]], *, models: bool, by: str
) -> int:
    """A new trial; its number."""
    row = await uow.fetch_one(
        """
        INSERT INTO trial (creator_id, avatar_id, kind, state, sides, models, by, created_at)
        VALUES (%(creator)s, %(avatar)s, %(kind)s, 'waiting', %(sides)s, %(models)s, %(by)s, %(now)s)
        RETURNING id
        """,
        {
            "creator": uow.tenant, "avatar": avatar_id, "kind": kind, "sides": Jsonb(list(sides)),
            "models": models, "by": by, "now": now(),
        },
    )  # fmt: skip
    return int(row.id)


async def add_questions(uow: UnitOfWork, trial_id: int, questions: Sequence[ToTry]) -> None:
    """Put questions into a trial, in this order."""
    await uow.fetch(
        """
        INSERT INTO tried_question (creator_id, trial_id, message_id, text, lang, answers, verdict, seen,
                                    created_at)
        SELECT %(creator)s, %(trial)s, new.message_id, new.text, new.lang, '[]', '', '', %(now)s
        FROM unnest(%(messages)s::bigint[], %(texts)s::text[], %(langs)s::text[])
             WITH ORDINALITY AS new(message_id, text, lang, place)
        ORDER BY new.place
        """,
        {
            "creator": uow.tenant, "trial": trial_id, "now": now(),
            "messages": [each.message_id for each in questions],
            "texts": [each.text for each in questions], "langs": [each.lang for each in questions],
        },
    )  # fmt: skip


async def prune(uow: UnitOfWork, avatar_id: int, kind: str, keep: int) -> None:
    """Delete an avatar's trials of a kind but for the newest that have ended, and those under way."""
    await uow.fetch(
        """
        DELETE FROM trial WHERE avatar_id = %(avatar)s AND kind = %(kind)s
          AND state NOT IN ('waiting', 'running') AND id NOT IN (
            SELECT id FROM trial WHERE avatar_id = %(avatar)s AND kind = %(kind)s
            ORDER BY id DESC LIMIT %(keep)s)
        """,
        {"avatar": avatar_id, "kind": kind, "keep": keep},
    )


async def trials(
    uow: UnitOfWork, avatar_id: int, *, trial_id: int | None = None, kind: str | None = None, limit: int = 1
) -> list[Any]:
    """An avatar's newest trials, each with how far it is and its verdicts counted."""
    return await uow.fetch(
        """
        SELECT trial.*, told.* FROM trial
        CROSS JOIN LATERAL (
            SELECT count(*) AS total, count(*) FILTER (WHERE verdict <> '') AS asked,
                   count(*) FILTER (WHERE tried.seen <> '') AS looked,
                   count(*) FILTER (WHERE verdict = 'same') AS same,
                   count(*) FILTER (WHERE verdict = 'different') AS different,
                   count(*) FILTER (WHERE verdict = 'declined') AS declined,
                   count(*) FILTER (WHERE verdict = 'answered') AS answered
            FROM tried_question AS tried WHERE tried.trial_id = trial.id) AS told
        WHERE trial.avatar_id = %(avatar)s
          AND (%(id)s::bigint IS NULL OR trial.id = %(id)s)
          AND (%(kind)s::text IS NULL OR trial.kind = %(kind)s)
        ORDER BY trial.id DESC LIMIT %(limit)s
        """,
        {"avatar": avatar_id, "id": trial_id, "kind": kind, "limit": limit},
    )


async def head(uow: UnitOfWork, trial_id: int, *, hold: bool = False) -> Any:
    """A trial's own row, or None; held until the end of the transaction where asked."""
    query = "SELECT * FROM trial WHERE id = %(id)s"
    parameters = {"id": trial_id}
    return await (
        uow.fetch_one(f"{query} FOR UPDATE", parameters) if hold else uow.fetch_one(query, parameters)
    )


async def set_state(uow: UnitOfWork, trial_id: int, state: str) -> bool:
    """Have a trial that is under way stand elsewhere; whether it was under way."""
    row = await uow.fetch_one(
        """
        UPDATE trial SET state = %(state)s::text,
               ended_at = CASE WHEN %(state)s::text <> 'running' THEN %(now)s::timestamptz END
        WHERE id = %(id)s AND state IN ('waiting', 'running') RETURNING id
        """,
        {"id": trial_id, "state": state, "now": now()},
    )
    return row is not None


async def questions(
    uow: UnitOfWork, trial_id: int, *, verdicts: Sequence[str] | None, limit: int, offset: int = 0
) -> list[Any]:
    """A trial's questions in order, those of these verdicts where given (the empty one: not asked yet)."""
    return await uow.fetch(
        """
        SELECT * FROM tried_question
        WHERE trial_id = %(trial)s AND (%(verdicts)s::text[] IS NULL OR verdict = ANY(%(verdicts)s))
        ORDER BY id LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "trial": trial_id, "verdicts": None if verdicts is None else list(verdicts), "limit": limit,
            "offset": offset,
        },
    )  # fmt: skip


async def question(uow: UnitOfWork, avatar_id: int, tried_id: int) -> Any:
    """One question of an avatar's trials, with the kind of its trial, or None."""
    return await uow.fetch_one(
        """
        SELECT tried.*, trial.kind FROM tried_question AS tried JOIN trial ON trial.id = tried.trial_id
        WHERE tried.id = %(id)s AND trial.avatar_id = %(avatar)s
        """,
        {"id": tried_id, "avatar": avatar_id},
    )


async def keep_answers(
    uow: UnitOfWork, tried_id: int, answers: Sequence[dict[str, Any]], verdict: str
) -> None:
    """Keep what a question was answered with; the first answers stay."""
    await uow.fetch(
        """
        UPDATE tried_question SET answers = %(answers)s, verdict = %(verdict)s
        WHERE id = %(id)s AND verdict = ''
        """,
        {"id": tried_id, "answers": Jsonb(list(answers)), "verdict": verdict},
    )


async def set_seen(uow: UnitOfWork, tried_id: int, seen: str) -> None:
    """Keep what a person said of an answer."""
    await uow.fetch(
        "UPDATE tried_question SET seen = %(seen)s WHERE id = %(id)s", {"id": tried_id, "seen": seen}
    )
