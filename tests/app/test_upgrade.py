"""What an upgrade makes of what is there: avatars that answered by themselves go on doing so."""

import json

import psycopg
import pytest
from alembic import command

from app.migrate import config, upgrade
from app.services import Dsn


def run(dsn: Dsn, *statements: str) -> list[tuple[object, ...]]:
    """Run these as the system; the rows of the last."""
    with psycopg.connect(dsn.owner) as connection:
        connection.execute("SELECT set_config('app.scope', 'system', false)")
        for statement in statements:
            found = connection.execute(statement.encode())
        return found.fetchall() if found.description else []


@pytest.mark.slow
def test_avatars_that_answered_by_themselves_go_on(dsn: Dsn) -> None:
    command.downgrade(config(dsn.owner), "0008")
    run(
        dsn,
        "INSERT INTO creator (id, created_at, name, demo) VALUES (1, now(), 'Robin', false)",
        "INSERT INTO avatar (id, created_at, creator_id, slug, name, tagline, languages, samples, time_zone,"
        " live) VALUES (1, now(), 1, 'robin', 'Robin', '{}', '[\"en\"]', '{}', 'UTC', true)",
    )
    upgrade(dsn.owner)
    assert run(dsn, "SELECT avatar_id, mode, threshold, paused_at FROM autonomy") == [(1, "auto", 0.0, None)]


@pytest.mark.slow
def test_what_was_approved_for_a_fan_goes_with_their_message(dsn: Dsn) -> None:
    command.downgrade(config(dsn.owner), "0020")
    told = (
        "(id, created_at, creator_id, avatar_id, text, lang, origin, enabled, passages, by, changed_at,"
        " changed_by)"
    )
    run(
        dsn,
        "INSERT INTO creator (id, created_at, name, demo) VALUES (1, now(), 'Robin', false)",
        "INSERT INTO avatar (id, created_at, creator_id, slug, name, tagline, languages, samples, time_zone,"
        " live) VALUES (1, now(), 1, 'robin', 'Robin', '{}', '[\"en\"]', '{}', 'UTC', true)",
        "INSERT INTO fan (id, created_at, creator_id, name) VALUES (1, now(), 1, 'Ana')",
        "INSERT INTO thread (id, created_at, creator_id, avatar_id, connection_id, fan_id, platform, chat_id,"
        " allowance, allowance_at, last_at) VALUES (1, now(), 1, 1, 1, 1, 'webchat', 'a', 0, now(), now())",
        "INSERT INTO message (id, created_at, creator_id, thread_id, connection_id, update_id, text, state)"
        " VALUES (7, now(), 1, 1, 1, 'a', 'Why?', 'answered')",
        f"INSERT INTO taught_answer {told} VALUES"
        " (1, now(), 1, 1, 'Dear Ana', 'en', 'approved', true, '[]', 'model', now(), 'model'),"
        " (2, now(), 1, 1, 'I say so', 'en', 'written', true, '[]', 'Robin', now(), 'Robin')",
        "INSERT INTO taught_question (id, created_at, creator_id, answer_id, message_id, text, lang, by)"
        " VALUES (1, now(), 1, 1, 7, 'Why?', 'en', 'Ana'), (2, now(), 1, 2, NULL, 'How?', 'en', 'Robin')",
    )
    upgrade(dsn.owner)
    assert run(dsn, "SELECT id, message_id FROM taught_answer ORDER BY id") == [(1, 7), (2, None)]


@pytest.mark.slow
def test_what_a_fan_wrote_into_a_boundary_goes_with_them_and_comes_back_with_a_downgrade(dsn: Dsn) -> None:
    command.downgrade(config(dsn.owner), "0021")
    rule = {
        "id": "a",
        "examples": ["Am I Ana of Ulm?", "Typed."],
        "exceptions": ["Ana again!"],
        "phrases": [],
    }
    run(
        dsn,
        "INSERT INTO creator (id, created_at, name, demo) VALUES (1, now(), 'Robin', false)",
        "INSERT INTO avatar (id, created_at, creator_id, slug, name, tagline, languages, samples, time_zone,"
        " live) VALUES (1, now(), 1, 'robin', 'Robin', '{}', '[\"en\"]', '{}', 'UTC', true)",
        "INSERT INTO fan (id, created_at, creator_id, name) VALUES (1, now(), 1, 'Ana')",
        "INSERT INTO thread (id, created_at, creator_id, avatar_id, connection_id, fan_id, platform, chat_id,"
        " allowance, allowance_at, last_at) VALUES (1, now(), 1, 1, 1, 1, 'webchat', 'a', 0, now(), now())",
        "INSERT INTO message (id, created_at, creator_id, thread_id, connection_id, update_id, text, state)"
        " VALUES (7, now(), 1, 1, 1, 'a', E'Am I  Ana\n of Ulm?', 'answered'),"
        " (8, now(), 1, 1, 1, 'b', 'Ana again!', 'answered')",
        "INSERT INTO boundaries (id, created_at, creator_id, avatar_id, version, origin, note, document)"
        f" VALUES (1, now(), 1, 1, 1, 'edited', '+ Ana again!', '{json.dumps({'rules': [rule]})}')",
    )
    upgrade(dsn.owner)
    told = "SELECT document->'rules'->0->'examples', document->'rules'->0->'exceptions' FROM boundaries"
    ((examples, exceptions),) = run(dsn, told)
    assert isinstance(examples, list)
    assert isinstance(exceptions, list)
    assert [type(each) for each in (*examples, *exceptions)] == [int, str, int]
    assert run(dsn, "SELECT text FROM fan_wording ORDER BY text") == [("Am I Ana of Ulm?",), ("Ana again!",)]
    assert run(dsn, "SELECT count(*) FROM boundaries WHERE strpos(boundaries::text, 'Ana') > 0") == [(0,)]
    command.downgrade(config(dsn.owner), "0021")
    assert run(dsn, told) == [(rule["examples"], rule["exceptions"])]
