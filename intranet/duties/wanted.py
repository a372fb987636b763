"""A duty that the facts call for now, as the tick compares it with the duties there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Key = tuple[str, int | None, int | None, int | None, date]


@dataclass(frozen=True)
class Wanted:
    """A duty that the facts call for now."""

    kind: str
    title: str
    roles: tuple[str, ...]
    anchor: date
    due_at: datetime | None
    overdue_from: datetime | None
    pupil_id: int | None = None
    group_id: int | None = None
    session_no: int | None = None
    urgency: int = 10
    clauses: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Return what makes it the same duty on the next tick."""
        return self.kind, self.pupil_id, self.group_id, self.session_no, self.anchor
