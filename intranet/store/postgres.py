"""A PostgreSQL install: the owner's role migrates, the app's role owns nothing and may not step over row-level security."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from intranet.config import PROJECT_FOLDER, Config
from intranet.errors import ConfigError
from intranet.store import engine as engines

#: The first release that lets nobody but its owner make tables in a new database.
OLDEST_SERVER = 15


Upgrade = Callable[[Engine], None]
Grant = Callable[[Connection, str], None]


def migrate(engine: Engine, config: Config, upgrade: Upgrade, grant: Grant) -> None:
    """Migrate as the owner and let the app's role in; without an owner's URL the database must be at the newest version already."""
    try:
        _refuse_unsafe(engine)
        if config.owner_url:
            _as_owner(engine, config, upgrade, grant)
        elif not _newest(engine):
            raise ConfigError(
                "The database is not at the newest version, and only the owner of its tables may change them. Name the owner in "
                "DAYMARK_OWNER_URL for one start, like postgresql://daymark_owner:password@host/daymark."
            )
    except OperationalError as error:
        raise ConfigError(f"The database {_where(engine)} did not answer: {_first_line(error)}. Start the server, or correct DAYMARK_DATABASE_URL.") from error


def _as_owner(engine: Engine, config: Config, upgrade: Upgrade, grant: Grant) -> None:
    theirs, ours = make_url(config.owner_url).database, engine.url.database
    if theirs != ours:
        raise ConfigError(f"DAYMARK_OWNER_URL names the database {theirs}, DAYMARK_DATABASE_URL {ours}. Name the same.")
    owner = create_engine(config.owner_url, **engines.options(replace(config, database_url=config.owner_url)))
    engines.begin_as_told(owner)
    role = owner.dialect.identifier_preparer.quote(str(engine.url.username or ""))
    try:
        upgrade(owner)
        with owner.begin() as conn:
            grant(conn, role)
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        raise ConfigError(
            f"The database {_where(owner)} could not be migrated as {owner.url.username}: {_first_line(error)}. "
            "That role must own the database and its public schema."
        ) from error
    finally:
        owner.dispose()


def _refuse_unsafe(engine: Engine) -> None:
    """Raise ConfigError for an old server, or a role that PostgreSQL itself would not keep to its own settings."""
    query = "select rolsuper or rolbypassrls, rolname, current_setting('server_version_num')::int / 10000 from pg_roles where rolname = current_user"
    owns = "select 1 from pg_tables where schemaname = 'public' and tableowner = current_user limit 1"
    with engine.connect() as conn:
        almighty, role, version = conn.execute(text(query)).one()
        owner = conn.execute(text(owns)).first() is not None
    if version < OLDEST_SERVER:
        raise ConfigError(f"The PostgreSQL server is version {version}; Daymark needs {OLDEST_SERVER} or newer. Use a newer server.")
    if almighty or owner:
        what = "may step over row-level security" if almighty else "owns tables"
        raise ConfigError(
            f"The role {role} in DAYMARK_DATABASE_URL {what}. Make one that owns nothing for the app (create role daymark_app login), "
            "name it there, and name the owner in DAYMARK_OWNER_URL."
        )


def _newest(engine: Engine) -> bool:
    scripts = ScriptDirectory(str(PROJECT_FOLDER / "migrations"), version_locations=[str(PROJECT_FOLDER / "migrations" / "versions")])
    try:
        with engine.connect() as conn:
            return set(MigrationContext.configure(conn).get_current_heads()) == set(scripts.get_heads())
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        return False  # the version table is there and this role was not let in


def _where(engine: Engine) -> str:
    return f"{engine.url.database} at {engine.url.host or engine.url.query.get('host') or 'this computer'}"


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".") if str(error.orig).strip() else "no reason was given"
