"""Forgets what one event held; the chain still verifies, because it covers a salted digest and not the data."""

from __future__ import annotations

from sqlalchemy import select

from intranet.errors import Refused
from intranet.store.events import Stored
from intranet.store.tables import event
from intranet.store.writing import Writing


def redact(w: Writing, setting_id: int, position: int, why: str) -> Stored:
    """Drop salt and data of one event by an event of its own; return that, raise Refused when there is nothing to drop."""
    here = (event.c.setting_id == setting_id, event.c.position == position)
    row = w.conn.execute(select(event.c.kind, event.c.stream, event.c.data).where(*here)).one_or_none()
    if row is None or row.data is None or row.kind == "event.redacted":
        raise Refused(
            "Event",
            position,
            "It is not an event of this setting that still holds data",
            "Choose another event",
            fields=(),
        )
    done = w.append(
        setting_id=setting_id,
        stream=f"event:{position}",
        kind="event.redacted",
        data={"position": position, "why": why},
        occurred_on=w.now.date(),
        basis=position,
    )
    w.conn.execute(event.update().where(*here).values(salt=None, data=None))
    return done
