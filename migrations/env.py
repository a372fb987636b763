"""Runs the migrations of one owner (the core or a plugin) on the engine that store.migrations hands over."""

from alembic import context
from sqlalchemy import Connection

from intranet.store.base import Base
from intranet.store.migrations import keep_events

given = context.config.attributes


def mine(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Return whether a table belongs to the owner being migrated."""
    return kind != "table" or getattr(item, "info", {}).get("owner", "core") == given["owner"]


def run(conn: Connection) -> None:
    """Run the migrations, each in its own transaction, then put the event triggers back."""
    context.configure(
        connection=conn,
        target_metadata=Base.metadata,
        version_table=given["version_table"],
        include_object=mine,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    conn.commit()  # where there was nothing to run, reading the version has begun a transaction
    with conn.begin():
        keep_events(conn)


def main() -> None:
    """Migrate with SQLite's foreign keys off (a table rebuild would delete child rows) and check them afterwards."""
    with given["engine"].connect() as conn:
        raw = conn.connection.driver_connection if conn.dialect.name == "sqlite" else None
        if raw:
            raw.execute("PRAGMA foreign_keys=OFF")  # through SQLAlchemy it would run inside a BEGIN and be ignored
        try:
            run(conn)
            if raw and (broken := raw.execute("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"Broken references after migrating: {broken[:5]}")
        finally:
            conn.rollback()
            if raw:
                raw.execute("PRAGMA foreign_keys=ON")


main()
