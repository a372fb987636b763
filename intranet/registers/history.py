"""A register's past: every mark with what it replaced, read as it stands, as it stood, or as it was known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from intranet.clock import LONDON
from intranet.extension.caller import Caller
from intranet.people.models import Account
from intranet.store import events
from intranet.store import marks as stored_marks
from intranet.store.tables import event

View = Literal["stands", "stood", "known"]
WRITES = ("register.saved", "register.amended")


@dataclass(frozen=True)
class Change:
    """One mark as it was entered: the five facts of an amendment when ``original`` is set (ATT-041)."""

    position: int
    session_no: int
    pupil_id: int
    original: str | None
    new: str
    word: str
    minutes: int | None
    note: str
    reason: str
    recorded_at: datetime
    taken_at: datetime
    by: str
    by_position: str
    source: str = ""
    rest: bool = False
    paper_by: str = ""

    @property
    def amended(self) -> bool:
        """Return whether it replaced another mark."""
        return self.original is not None


def trail(conn: Connection, setting_id: int, caller: Caller, session_nos: Iterable[int], group_id: int | None, pupil_ids: Sequence[int]) -> list[Change]:
    """Return every change of these pupils' marks in these sessions, oldest first; one statement."""
    numbers = list(session_nos)
    streams = [f"register:{no}:{group_id}" for no in numbers] if group_id is not None else []
    streams += [f"mark:{no}:{pupil}" for no in numbers for pupil in pupil_ids]
    return _changes(conn, setting_id, caller, event.c.stream.in_(streams), set(pupil_ids), set(numbers))


def of_pupil(conn: Connection, setting_id: int, caller: Caller, pupil_id: int, positions: Sequence[int]) -> list[Change]:
    """Return a pupil's changes written by these events, oldest first."""
    return _changes(conn, setting_id, caller, event.c.position.in_(list(positions)), {pupil_id}, None)


def _changes(conn: Connection, setting_id: int, caller: Caller, which: Any, pupils: set[int], numbers: set[int] | None) -> list[Change]:
    query = (
        select(event, Account.name, Account.position_title)
        .outerjoin_from(event, Account, Account.id == event.c.actor_id)
        .where(event.c.setting_id == setting_id, which, event.c.kind.in_(WRITES))
        .order_by(event.c.position)
    )
    found: list[Change] = []
    for row in conn.execute(query).mappings():
        found += [one for one in _of_event(row, caller) if one.pupil_id in pupils and (numbers is None or one.session_no in numbers)]
    return found


def _of_event(row: Mapping[Any, Any], caller: Caller) -> Iterator[Change]:
    stored = events.stored(row)  # type: ignore[arg-type]
    if not stored.data:
        return
    held, by = stored_marks.decode(stored.data), stored.data.get("by") or [row["name"] or "Import", row["position_title"] or ""]
    recorded = stored.recorded_at.astimezone(LONDON)
    paper = stored.data.get("paper")
    taken = datetime.fromisoformat(paper[1]) if paper else recorded
    codes = caller.codes.for_session(held.session_no)
    for mark in held.marks:
        code, before = codes.by_id(mark.code_id), held.previous.get(mark.pupil_id)
        yield Change(
            stored.position, held.session_no, mark.pupil_id, caller.entered_symbol(caller.codes.symbol(before) or "?") if before else None,
            caller.entered_symbol(code.symbol if code else caller.codes.symbol(mark.code_id) or "?"), code.name if code else "", mark.minutes,
            mark.note or "", (held.reason or "") if before else "", recorded, taken, by[0], by[1], mark.source or held.source or "",
            held.rest_present, paper[0] if paper else "",
        )  # fmt: skip


def standing(changes: Sequence[Change], view: View, moment: datetime) -> dict[tuple[int, int], Change]:
    """Return the change in force by (session, pupil).

    ``stands``: now. ``stood``: by when the marks were taken, so a paper register counts from its own time. ``known``: by when they
    were entered, so the same paper register counts only from then.
    """
    if view == "stood":
        past = sorted((c for c in changes if c.taken_at <= moment), key=lambda c: (c.taken_at, c.position))
    elif view == "known":
        past = [c for c in changes if c.recorded_at <= moment]
    else:
        past = list(changes)
    return {(c.session_no, c.pupil_id): c for c in past}
