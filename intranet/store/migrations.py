"""Brings the database to the newest version, and gives migrations what keeps the store's promises on their tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from sqlalchemy import Connection, Engine, text

from intranet.config import PROJECT_FOLDER, Config
from intranet.store import postgres
from intranet.store.base import db
from intranet.store.scope import all_settings

if TYPE_CHECKING:
    from alembic.operations import Operations

FOLDER = PROJECT_FOLDER / "migrations"
CORE = "core"

_NO_DELETE = """create trigger if not exists event_no_delete before delete on event
begin select raise(abort, 'events are never deleted'); end"""
_NO_UPDATE = """create trigger if not exists event_no_update before update on event
when new.salt is not null or new.data is not null
  or new.position is not old.position or new.setting_id is not old.setting_id or new.stream is not old.stream
  or new.version is not old.version or new.kind is not old.kind or new.schema is not old.schema
  or new.digest is not old.digest
  or new.basis is not old.basis or new.occurred_on is not old.occurred_on or new.recorded_at is not old.recorded_at
  or new.actor_id is not old.actor_id or new.request_id is not old.request_id or new.part is not old.part
  or new.previous is not old.previous or new.mac is not old.mac
begin select raise(abort, 'events are never altered'); end"""
_POSTGRES_FUNCTION = """create or replace function event_stays() returns trigger language plpgsql as $$
declare kept event;
begin
  if tg_op = 'UPDATE' then
    kept := old; kept.salt := null; kept.data := null;
    if new is not distinct from kept then return new; end if;
    raise exception 'events are never altered';
  end if;
  raise exception 'events are never deleted';
end $$"""
_POSTGRES_TRIGGERS = (
    "create or replace trigger event_stays before update or delete on event "
    "for each row execute function event_stays()",
    "create or replace trigger event_stays_whole before truncate on event "
    "for each statement execute function event_stays()",
)


def migrate(app: Flask, owner: str | None = None) -> None:
    """Bring the app's database to the newest version of the core, or of one owner of tables; ConfigError when it cannot be."""
    config: Config = app.config["DAYMARK"]
    with app.app_context(), all_settings("migration"):
        if db.engine.dialect.name == "postgresql":
            postgres.migrate(db.engine, config, lambda engine: upgrade(engine, owner=owner or CORE), grant)
        else:
            upgrade(db.engine, owner=owner or CORE)


def upgrade(engine: Engine, revision: str = "head", *, owner: str = CORE, folder: Path | None = None) -> None:
    """Migrate up to a revision."""
    with all_settings("migration"):
        command.upgrade(configuration(engine, owner, folder), revision)


def downgrade(engine: Engine, revision: str, *, owner: str = CORE, folder: Path | None = None) -> None:
    """Migrate down to a revision; data that only the newer version can hold is lost."""
    with all_settings("migration"):
        command.downgrade(configuration(engine, owner, folder), revision)


def configuration(engine: Engine, owner: str, folder: Path | None) -> AlembicConfig:
    """Return Alembic's configuration for one owner; each has its own version table, so that a plugin can go."""
    made = AlembicConfig()
    made.set_main_option("path_separator", "newline")
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("version_locations", str(folder or FOLDER / "versions"))
    made.attributes["owner"] = owner
    made.attributes["version_table"] = "alembic_version" if owner == CORE else f"alembic_version_{owner}"
    made.attributes["engine"] = engine
    return made


def protect(op: Operations, table: str) -> None:
    """Put PostgreSQL's row-level security on a table with setting_id, for its owner too; nothing on SQLite."""
    if op.get_bind().dialect.name != "postgresql":
        return
    mine = "setting_id = any(string_to_array(current_setting('app.settings', true), ',')::int[])"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {table}_settings on {table} using ({mine}) with check ({mine})")


def keep_events(conn: Connection) -> None:
    """Put the triggers that refuse changed and deleted events in place; a table rebuild on SQLite drops them."""
    if conn.dialect.name == "sqlite":
        if conn.execute(text("select 1 from sqlite_master where type = 'table' and name = 'event'")).first():
            conn.execute(text(_NO_DELETE))
            conn.execute(text(_NO_UPDATE))
    elif conn.execute(text("select to_regclass('event')")).scalar() is not None:
        conn.execute(text(_POSTGRES_FUNCTION))
        for trigger in _POSTGRES_TRIGGERS:
            conn.execute(text(trigger))


def forget_triggers(op: Operations) -> None:
    """Drop what ``keep_events`` made, before the event table itself goes."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function if exists event_stays() cascade")


def grant(conn: Connection, role: str) -> None:
    """Give a PostgreSQL role what the app needs and no more: it owns nothing and can only redact events."""
    for line in (
        f"grant usage on schema public to {role}",
        f"grant select, insert, update, delete on all tables in schema public to {role}",
        f"grant usage, select on all sequences in schema public to {role}",
        f"revoke update, delete on event from {role}",
        f"grant update (salt, data) on event to {role}",
        f"revoke insert, update, delete on alembic_version from {role}",
    ):
        conn.execute(text(line))
