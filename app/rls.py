"""Row-level security: a creator's unit of work sees that creator's rows; sign-in tables are the system's."""

from sqlalchemy import Connection, text

from kernel.db import metadata

_SYSTEM = "current_setting('app.scope', true) = 'system'"
_TENANT = "NULLIF(current_setting('app.creator', true), '')::bigint"


def tenant_column(table: str) -> str | None:
    """The column that names a row's creator; None where only system units of work may look (sign-in)."""
    if table == "creator":
        return "id"
    return "creator_id" if "creator_id" in metadata.tables[table].columns else None


def statements(table: str, column: str | None) -> list[str]:
    """What turns row-level security on for `table`, its owner included."""
    condition = f"{_SYSTEM} OR {column} = {_TENANT}" if column else _SYSTEM
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant ON "{table}" USING ({condition}) WITH CHECK ({condition})',
    ]


def missing(connection: Connection) -> list[str]:
    """The tables that should be guarded and are not."""
    guarded = set(
        connection.scalars(
            text(
                "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
                "WHERE relrowsecurity AND relforcerowsecurity AND polname = 'tenant'"
            )
        )
    )
    return [f"no row-level security on {name}" for name in metadata.tables if name not in guarded]


def grant(connection: Connection, role: str) -> None:
    """Let the application's role read and write every table, where that role exists and isn't the owner."""
    exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    if not exists or connection.scalar(text("SELECT current_user")) == role:
        return
    for what in (
        "USAGE ON SCHEMA public",
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
        "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public",
        "EXECUTE ON ALL FUNCTIONS IN SCHEMA public",
    ):
        connection.execute(text(f'GRANT {what} TO "{role}"'))
