"""The event log: facts recorded once, each linked to the one before it in its setting."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, bindparam, func, literal_column, select
from sqlalchemy.exc import IntegrityError

from intranet.errors import DaymarkError
from intranet.store.kinds import Kind, kind_of, kinds, mark_kinds, register_kind
from intranet.store.prepared import Prepared, PreparedWrite
from intranet.store.scope import current
from intranet.store.tables import event

__all__ = ["Kind", "RequestSeen", "Stored", "VersionTaken", "kind_of", "kinds", "mark_kinds", "refuse_seen", "register_kind"]

SALT_BYTES = 16
FIRST_LINK = bytes(32)


@dataclass(frozen=True)
class Stored:
    """An event that was written, as its writer needs it."""

    position: int
    setting_id: int
    stream: str
    version: int
    kind: str
    occurred_on: date
    recorded_at: datetime
    actor_id: int | None
    data: Mapping[str, Any] | None


class RequestSeen(DaymarkError):
    """This request was stored before: ``event`` is what it stored then, ``data`` its data."""

    status = 200

    def __init__(self, stored: Stored) -> None:
        super().__init__("This was saved before. It is shown as it was saved then; nothing was stored twice.")
        self.event = stored
        self.data = stored.data


class VersionTaken(DaymarkError):
    """Someone else wrote this version of the stream first; nothing was stored."""

    status = 409

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"Version {version} of {stream} was written by somebody else first. Read it again, then save.")
        self.stream, self.version = stream, version


@dataclass(frozen=True)
class Draft:
    """An event before it has its place in the chain."""

    setting_id: int
    stream: str
    kind: str
    data: Mapping[str, Any]
    occurred_on: date
    recorded_at: datetime
    actor_id: int | None = None
    request_id: str | None = None
    part: int = 0
    basis: int | None = None


def described_redaction(data: Mapping[str, Any]) -> str:
    """Return how a redaction reads."""
    return f"forgot what event {data['position']} held: {data['why']}"


register_kind("event.redacted", described_redaction)


def canonical(data: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(salt: bytes, data: str) -> bytes:
    """Return what stands in the chain for the data, which may itself be forgotten."""
    return hashlib.sha256(salt + data.encode()).digest()


def header(row: Mapping[str, Any] | RowMapping) -> bytes:
    """Return the canonical bytes of everything in an event but its salt and data."""
    values = (
        row["position"],
        row["setting_id"],
        row["stream"],
        row["version"],
        row["kind"],
        row["schema"],
        row["digest"].hex(),
        row["basis"],
        row["occurred_on"].isoformat(),
        row["recorded_at"].astimezone(UTC).isoformat(),
        row["actor_id"],
        row["request_id"],
        row["part"],
    )
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def link(key: bytes, previous: bytes, head: bytes) -> bytes:
    """Return an event's mac: its header bound to the event before it."""
    return hmac.digest(key, previous + head, "sha256")


def row_of(draft: Draft, *, position: int, version: int, previous: bytes, key: bytes) -> dict[str, Any]:
    """Return the table row of a draft at its place in the chain."""
    text, salt = canonical(draft.data), secrets.token_bytes(SALT_BYTES)
    row: dict[str, Any] = {
        "position": position,
        "setting_id": draft.setting_id,
        "stream": draft.stream,
        "version": version,
        "kind": draft.kind,
        "schema": kind_of(draft.kind).schema,
        "salt": salt,
        "data": text,
        "digest": digest(salt, text),
        "basis": draft.basis,
        "occurred_on": draft.occurred_on,
        "recorded_at": draft.recorded_at.astimezone(UTC),
        "actor_id": draft.actor_id,
        "request_id": draft.request_id,
        "part": draft.part,
        "previous": previous,
    }
    row["mac"] = link(key, previous, header(row))
    return row


_same_setting = event.c.setting_id == bindparam("setting_id")
#: The counter remembers a position that was cut off; the table is asked too because a rebuild can lose the counter.
SQLITE_LAST = (
    "max(coalesce((select seq from sqlite_sequence where name = 'event'), 0), "
    "coalesce((select max(position) from event), 0))"
)
#: Position to use next: the sequence of PostgreSQL, the counter of SQLite's autoincrement (safe under its write lock).
_NEXT = {
    "postgresql": literal_column("nextval(pg_get_serial_sequence('event', 'position'))", Integer),
    "sqlite": literal_column(f"{SQLITE_LAST} + 1", Integer),
}
_LATEST_VERSION = (
    select(func.max(event.c.version))
    .where(_same_setting, event.c.stream == bindparam("stream"))
    .scalar_subquery()
    .label("version")
)
_THIS_REQUEST = (_same_setting, event.c.request_id == bindparam("request_id"), event.c.part == bindparam("part"))
_SEEN = select(event).where(*_THIS_REQUEST)
_INSERT = PreparedWrite(event.insert())


def _places(dialect: str) -> Any:
    last = (
        select(event.c.mac)
        .where(_same_setting)
        .order_by(event.c.position.desc())
        .limit(1)
        .scalar_subquery()
        .label("previous")
    )
    repeat = select(event.c.position).where(*_THIS_REQUEST).scalar_subquery().label("repeat")
    return select(_NEXT[dialect].label("position"), last, _LATEST_VERSION, repeat)


_PLACES = {dialect: Prepared(_places(dialect)) for dialect in _NEXT}


def append(conn: Connection, draft: Draft, key: bytes, version: int | None = None) -> Stored:
    """Write one event and return it; raise RequestSeen for a repeat, VersionTaken when ``version`` is not next."""
    kind_of(draft.kind)
    current().require(draft.setting_id)
    hold_chain(conn, draft.setting_id)
    request = {"setting_id": draft.setting_id, "request_id": draft.request_id, "part": draft.part}
    place = _PLACES[conn.dialect.name].all(conn, {**request, "stream": draft.stream})[0]
    if place.repeat is not None:
        raise RequestSeen(stored(conn.execute(_SEEN, request).mappings().one()))
    following = (place.version or 0) + 1
    if version is not None and version != following:
        raise VersionTaken(draft.stream, version)
    row = row_of(draft, position=place.position, version=following, previous=place.previous or FIRST_LINK, key=key)
    try:
        _INSERT.run(conn, [row])
    except IntegrityError as error:
        raise VersionTaken(draft.stream, following) from error
    return Stored(
        row["position"],
        draft.setting_id,
        draft.stream,
        following,
        draft.kind,
        draft.occurred_on,
        row["recorded_at"],
        draft.actor_id,
        draft.data,
    )


def refuse_seen(conn: Connection, setting_id: int, request_id: str | None) -> None:
    """Raise RequestSeen for a request stored before, ahead of checks that its first time would make fail."""
    if request_id is None:
        return
    hold_chain(conn, setting_id)
    row = conn.execute(_SEEN, {"setting_id": setting_id, "request_id": request_id, "part": 0}).mappings().one_or_none()
    if row is not None:
        raise RequestSeen(stored(row))


def hold_chain(conn: Connection, setting_id: int) -> None:
    """Let one writer at a time link to a setting's chain (SQLite has one writer anyway)."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_advisory_xact_lock(setting_id)))


def seen(conn: Connection, setting_id: int, request_id: str, part: int = 0) -> Stored | None:
    """Return what the request stored before, if it did."""
    row = (
        conn.execute(_SEEN, {"setting_id": setting_id, "request_id": request_id, "part": part}).mappings().one_or_none()
    )
    return None if row is None else stored(row)


def stored(row: Mapping[str, Any] | RowMapping) -> Stored:
    """Return the event of a table row; its data is None once redacted."""
    data = None if row["data"] is None else json.loads(row["data"])
    return Stored(
        row["position"],
        row["setting_id"],
        row["stream"],
        row["version"],
        row["kind"],
        row["occurred_on"],
        row["recorded_at"],
        row["actor_id"],
        data,
    )


def read(
    conn: Connection, setting_id: int, *, stream: str | None = None, positions: list[int] | None = None
) -> list[Stored]:
    """Return a setting's events of one stream or at some positions, oldest first."""
    query = select(event).where(event.c.setting_id == setting_id).order_by(event.c.position)
    if stream is not None:
        query = query.where(event.c.stream == stream)
    if positions is not None:
        query = query.where(event.c.position.in_(positions))
    return [stored(row) for row in conn.execute(query).mappings()]
