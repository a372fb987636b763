"""Dated, typed facts that plugins declare: each change is an event and a new version of the row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, RowMapping, bindparam, or_, select

from intranet.errors import NotFound
from intranet.store.events import Stored, VersionTaken, canonical, register_kind
from intranet.store.prepared import Prepared
from intranet.store.tables import record
from intranet.store.writing import Writing


@dataclass(frozen=True)
class Record:
    """A dated fact of some kind about a setting or one of its pupils, as it stands."""

    id: int
    setting_id: int
    kind: str
    pupil_id: int | None
    first: date
    last: date | None
    data: Mapping[str, Any]
    version: int


def create(
    w: Writing,
    *,
    setting_id: int,
    kind: str,
    pupil_id: int | None,
    first: date,
    last: date | None = None,
    data: Mapping[str, Any],
    request_id: str | None = None,
) -> Record:
    """Store a new record and return it; raise RequestSeen for a repeat."""
    values = {"kind": kind, "pupil_id": pupil_id, "first": first, "last": last, "data": canonical(data)}
    made = record.insert().values(setting_id=setting_id, version=0, position=0, **values).returning(record.c.id)
    blank = Record(w.conn.execute(made).scalar_one(), setting_id, kind, pupil_id, first, last, data, 0)
    return _store(w, "record.created", blank, blank.data, request_id)


def amend(
    w: Writing,
    setting_id: int,
    record_id: int,
    version: int,
    *,
    data: Mapping[str, Any] | None = None,
    first: date | None = None,
    last: date | None = None,
    request_id: str | None = None,
) -> Record:
    """Change what is given and return the new version; raise VersionTaken when it changed since ``version``."""
    old = one(w.conn, setting_id, record_id)
    new = _changed(old, version, data=data, first=first, last=last)
    return _store(w, "record.amended", new, new.data, request_id)


def end(w: Writing, setting_id: int, record_id: int, version: int, last: date, why: str = "") -> Record:
    """Let a record end with a day and return it; raise VersionTaken when somebody changed it since ``version``."""
    new = _changed(one(w.conn, setting_id, record_id), version, last=last)
    return _store(w, "record.ended", new, new.data, None, why)


def _changed(
    old: Record,
    version: int,
    *,
    data: Mapping[str, Any] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Record:
    if old.version != version:
        raise VersionTaken(_stream(old.id), version + 1)
    return Record(
        old.id,
        old.setting_id,
        old.kind,
        old.pupil_id,
        first or old.first,
        last or old.last,
        old.data if data is None else data,
        version,
    )


def _store(
    w: Writing, kind: str, now: Record, data: Mapping[str, Any], request_id: str | None, why: str = ""
) -> Record:
    """Append the event of a change, write the row and return the record with its new version."""
    facts = {
        "kind": now.kind,
        "pupil": now.pupil_id,
        "first": now.first.isoformat(),
        "last": now.last and now.last.isoformat(),
        "data": data,
    }
    stored: Stored = w.append(
        setting_id=now.setting_id,
        stream=_stream(now.id),
        kind=kind,
        data=facts | ({"why": why} if why else {}),
        occurred_on=w.now.date(),
        request_id=request_id,
        version=now.version + 1,
    )
    values = {"first": now.first, "last": now.last, "data": canonical(data)}
    here = (record.c.setting_id == now.setting_id, record.c.id == now.id)
    w.conn.execute(record.update().where(*here).values(version=stored.version, position=stored.position, **values))
    return Record(now.id, now.setting_id, now.kind, now.pupil_id, now.first, now.last, data, stored.version)


def _stream(record_id: int) -> str:
    return f"record:{record_id}"


def one(conn: Connection, setting_id: int, record_id: int) -> Record:
    """Return a record of a setting; raise NotFound when it has none of that id."""
    query = select(record).where(record.c.setting_id == setting_id, record.c.id == record_id)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"This setting has no record {record_id}. It may belong to another setting.")
    return _read(row)


def _live(of_kind: bool, of_pupils: bool) -> Any:
    """Return the statement for the records in force on a day, built once for each way of asking."""
    day = bindparam("on", type_=Date)
    in_force = (record.c.first <= day, or_(record.c.last.is_(None), record.c.last >= day))
    query = select(record).where(record.c.setting_id == bindparam("here"), *in_force)
    if of_kind:
        query = query.where(record.c.kind == bindparam("kind"))
    if of_pupils:
        query = query.where(record.c.pupil_id.in_(bindparam("pupils", expanding=True)))
    return query.order_by(record.c.first, record.c.id)


_LIVE = {(kind, pupils): Prepared(_live(kind, pupils)) for kind in (False, True) for pupils in (False, True)}


def live(
    conn: Connection,
    setting_id: int,
    kind: str | None,
    on: date,
    pupil_ids: Iterable[int] | None = None,
) -> list[Record]:
    """Return the records in force on a day, of one kind or all, of some pupils or the whole setting, oldest first."""
    wanted: dict[str, Any] = {"here": setting_id, "on": on}
    if kind is not None:
        wanted["kind"] = kind
    if pupil_ids is not None:
        wanted["pupils"] = list(pupil_ids)
    return [_read(row._asdict()) for row in _LIVE[kind is not None, pupil_ids is not None].all(conn, wanted)]


def _read(row: Mapping[str, Any] | RowMapping) -> Record:
    return Record(
        row["id"],
        row["setting_id"],
        row["kind"],
        row["pupil_id"],
        row["first"],
        row["last"],
        json.loads(row["data"]),
        row["version"],
    )


def _described(verb: str, data: Mapping[str, Any]) -> str:
    return f"{verb} a record of kind {data['kind']}" if data else f"{verb} a record that has been forgotten"


register_kind("record.created", lambda data: _described("stored", data), ("pupil", "data"))
register_kind("record.amended", lambda data: _described("changed", data), ("pupil", "data"))
register_kind("record.ended", lambda data: _described("ended", data), ("pupil", "data", "why"))
