"""Every change of a saved mark with its five facts: original, new, reason, date, and the name with the position (SI 2024/208 reg 6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from intranet.clock import LONDON
from intranet.extension.caller import Caller
from intranet.law.sessions import day_of, session_of
from intranet.store import events
from intranet.store.registers import decode
from intranet.store.tables import event

Names = Callable[[set[int]], Mapping[int, str]]


@dataclass(frozen=True)
class Change:
    """One change of a mark."""

    pupil_id: int
    session_no: int
    original: str
    amended: str
    reason: str
    at: datetime
    who: str
    position_title: str

    @property
    def day(self) -> date:
        """Return the day of the session."""
        return day_of(self.session_no)

    @property
    def session(self) -> str:
        """Return the key of the session."""
        return session_of(self.session_no).key


def changes(
    conn: Connection, setting_id: int, caller: Caller, group_id: int, numbers: Collection[int], marks: Iterable[tuple[int, int]], names: Names
) -> list[Change]:
    """Return the changes of these registers' marks, oldest session first; two statements.

    ``marks`` are (pupil id, session number) of every mark that stands.
    """
    streams = [f"register:{number}:{group_id}" for number in numbers] + [f"mark:{number}:{pupil}" for pupil, number in marks]
    query = select(event).where(event.c.setting_id == setting_id, event.c.stream.in_(streams)).order_by(event.c.position)
    stored = [events.stored(row) for row in conn.execute(query).mappings()]
    found = [(one, data) for one in stored if one.data and _changes(one) for data in (decode(one.data),)]
    who = names({one.actor_id for one, _ in found if one.actor_id is not None})
    listed = [_change(caller, one, mark, data.previous[mark.pupil_id], data.reason or "", who)
              for one, data in found for mark in data.marks if mark.pupil_id in data.previous]  # fmt: skip
    return sorted(listed, key=lambda change: (change.session_no, change.pupil_id, change.at))


def _changes(stored: events.Stored) -> bool:
    return stored.kind in ("register.saved", "register.amended") and bool(stored.data and "o" in stored.data)


def _change(caller: Caller, stored: events.Stored, mark: Any, before: int, reason: str, who: Mapping[int, str]) -> Change:
    by = (stored.data or {}).get("by") or [who.get(stored.actor_id or 0, ""), ""]
    name, title = (by["name"], by["position"]) if isinstance(by, Mapping) else (by[0], by[1])
    return Change(
        mark.pupil_id, mark.session_no, _symbol(caller, before), _symbol(caller, mark.code_id), reason, stored.recorded_at.astimezone(LONDON), name, title
    )


def _symbol(caller: Caller, code_id: int) -> str:
    return caller.entered_symbol(caller.codes.symbol(code_id) or "?")
