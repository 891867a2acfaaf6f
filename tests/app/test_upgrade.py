"""What an upgrade makes of what is there: avatars that answered by themselves go on doing so."""

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
