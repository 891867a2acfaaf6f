"""The database: whether it is there, new enough, and keeps creators apart."""

import os
import subprocess

import psycopg

from app import pg_place
from app.checkup.finding import Finding
from app.checkup.surroundings import data, writable
from app.services import ServerFacts, describe_server, find_running
from kernel.errors import Unavailable
from kernel.i18n import said
from kernel.logs import scrub
from kernel.settings import Settings

POSTGRES_AT_LEAST = 15
_DATABASE = said("Database")


def in_use(settings: Settings) -> Finding:
    """The one that DATABASE_URL names, else the embedded one, which may not have begun yet."""
    if settings.database_url:
        return external(settings.database_url.get_secret_value())
    running = find_running(data(settings))
    if running:
        try:
            version = describe_server(running.app).version
        except psycopg.Error as problem:
            advice = said("See {file}.", file=data(settings) / "postgres" / "server.log")
            return Finding(
                _DATABASE,
                "fail",
                said("the embedded Postgres doesn't answer: {problem}", problem=_told(problem)),
                advice,
            )
        return Finding(_DATABASE, "ok", said("Postgres {version}, embedded, running", version=version))
    try:
        version = pg_place.server_version(pg_place.bundled_install())
    except (Unavailable, OSError, subprocess.CalledProcessError) as problem:
        advice = said("Run `make setup`, or set DATABASE_URL to a Postgres of yours.")
        return Finding(
            _DATABASE, "fail", said("the embedded Postgres can't be run: {problem}", problem=problem), advice
        )
    if os.geteuid() == 0 and not writable(pg_place.SYSTEM_HOME):
        found = said(
            "{folder} can't be written: root's database would lie there", folder=pg_place.SYSTEM_HOME
        )
        return Finding(_DATABASE, "fail", found, said("Start as an ordinary user, or set DATABASE_URL."))
    return Finding(
        _DATABASE, "ok", said("Postgres {version}, embedded, starts with `make run`", version=version)
    )


def external(dsn: str) -> Finding:
    """A database of the operator's own."""
    try:
        facts = describe_server(dsn)
    except psycopg.Error as problem:
        found = said("DATABASE_URL doesn't answer: {problem}", problem=_told(problem))
        return Finding(_DATABASE, "fail", found, said("Is it running, and are address and password right?"))
    return _judge(facts)


def _told(problem: psycopg.Error) -> str:
    """What the driver says, as part of a sentence: without its advice, which has lines of its own."""
    lines = [line.strip() for line in str(problem).splitlines() if not line.startswith("\t")]
    return scrub(" ".join(filter(None, lines)).rstrip("."))


def _judge(facts: ServerFacts) -> Finding:
    found = said("Postgres {version} (DATABASE_URL), role {role}", version=facts.version, role=facts.role)
    if facts.major < POSTGRES_AT_LEAST:
        return Finding(
            _DATABASE, "fail", found, said("Use Postgres {version} or later.", version=POSTGRES_AT_LEAST)
        )
    if facts.superuser or facts.bypasses_row_security:
        power = "a superuser" if facts.superuser else "exempt from row-level security (BYPASSRLS)"
        advice = said(
            "Such a role would see every creator's rows. Make one of its own: "
            "CREATE ROLE understudy LOGIN PASSWORD '…'; CREATE DATABASE understudy OWNER understudy;"
        )
        return Finding(_DATABASE, "fail", f"{found}, is {power}", advice)
    if facts.encoding != "UTF8":
        advice = said("Make it anew, with ENCODING 'UTF8' TEMPLATE template0.")
        return Finding(_DATABASE, "fail", f"{found}, encoding {facts.encoding}", advice)
    return Finding(_DATABASE, "ok", found)
