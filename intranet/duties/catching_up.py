"""When findings are judged anew for everybody: the calendar or a value has changed, or a school year begins."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from intranet.duties.marker import STREAM, marker
from intranet.settings.service import SettingContext
from intranet.store.events import stored
from intranet.store.tables import event


def behind(conn: Connection, ctx: SettingContext, today: date) -> bool:
    """Whether findings were last judged under another calendar, value or school year; a setting as it was opened is not behind."""
    query = select(event).where(event.c.setting_id == ctx.id, event.c.stream == STREAM).order_by(event.c.version.desc()).limit(1)
    row = conn.execute(query).mappings().first()
    if row is None:
        return ctx.version > 1
    return stored(row).data != marker(ctx, today)

