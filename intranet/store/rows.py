"""Puts rows into the store's projections, replacing those with the same key, in one statement however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from intranet.store.prepared import PreparedWrite
from intranet.store.tables import mark, mark_note, pupil_year, register_state

#: PostgreSQL takes rows in bulk as arrays (COPY does not work with row-level security).
_ARRAYS = {
    "mark": ("int[]", "int[]", "int[]", "smallint[]", "smallint[]", "bigint[]"),
    "mark_note": ("int[]", "int[]", "int[]", "text[]", "text[]", "bigint[]"),
    "pupil_year": ("int[]", "smallint[]", "int[]", "text[]", "bytea[]"),
}


def _changed(table: Table) -> list[str]:
    """Return the columns that a newer row replaces."""
    return [column.name for column in table.c if not column.primary_key]


def _statement(table: Table, dialect: str) -> str:
    """Return the SQL for tuples in the order of the table's columns, all names being our own."""
    names = [column.name for column in table.c]
    keys = ", ".join(column.name for column in table.primary_key)
    kept = ", ".join(f"{name} = excluded.{name}" for name in _changed(table))
    if dialect == "postgresql":
        values = f"select * from unnest({', '.join(f'%s::{kind}' for kind in _ARRAYS[table.name])})"  # noqa: S608
    else:
        values = f"values ({', '.join('?' * len(names))})"
    return f"insert into {table.name} ({', '.join(names)}) {values} on conflict ({keys}) do update set {kept}"


_STATEMENTS = {(t.name, d): _statement(t, d) for t in (mark, mark_note, pupil_year) for d in ("postgresql", "sqlite")}


def insert(conn: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert or replace rows, given as tuples in the order of the table's columns, as fast as the driver can."""
    if not rows:
        return
    sql = _STATEMENTS[table.name, conn.dialect.name]
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(sql, tuple(map(list, zip(*rows, strict=True))))
    else:
        conn.exec_driver_sql(sql, list(rows))


def _upsert(dialect: str) -> Any:
    """Return the INSERT that replaces a register's earlier state but for when it was first saved."""
    made = (postgresql if dialect == "postgresql" else sqlite).insert(register_state)
    keys = [column.name for column in register_state.primary_key]
    replaced = {name: made.excluded[name] for name in _changed(register_state) if name != "first_saved_at"}
    return made.on_conflict_do_update(index_elements=keys, set_=replaced)


_UPSERT = {dialect: PreparedWrite(_upsert(dialect)) for dialect in ("sqlite", "postgresql")}


def put(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace register states; when a register was first saved stays."""
    _UPSERT[conn.dialect.name].run(conn, rows)
