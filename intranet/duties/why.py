"""Why a duty or finding is there: what was kept with it, in the words of the one partial."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zlib import crc32

from sqlalchemy import Connection

from intranet.duties import findings
from intranet.duties.queues import DutyRow
from intranet.duties.ticking import NO_PLAN, NOT_TAKEN, UNACCOUNTED, WEEKLY
from intranet.extension.caller import Caller
from intranet.extension.values import Facts
from intranet.law import history
from intranet.law.ages import compulsory_from, compulsory_until
from intranet.law.calendar import CalendarError
from intranet.law.sessions import day_of
from intranet.settings.service import SettingContext
from intranet.store import marks as stored
from intranet.web.why import Stored, Why, of_stored

#: The rules of the catalogue behind what the floor concludes, for findings that were kept without the rule's id.
RULES: Mapping[str, str] = MappingProxyType({
    "n_code": "N5", "attendance_return": "ATT10", "sickness_return": "SICK15", "penalty_threshold": "PN10", "persistent_absence": "PA",
    "severe_absence": "SA", "day_six": "DAY6", "sickness_warning": "SICK15", "new_pupil_return": "NEW5", "deletion_return": "DELRET",
    "register_back_up": "BACKUP",
})  # fmt: skip
#: Rules about a share of the school year, whose findings keep the figures and not each session.
YEARLY = frozenset({"PA", "SA"})
#: What ends a duty that no finding stands behind.
ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    NOT_TAKEN: ("It goes when every pupil of the register has a mark for the session.",),
    UNACCOUNTED: ("It goes when the pupil has a mark for the session.",),
    NO_PLAN: ("It goes when a session is planned for the pupil, or the placement ends.",),
    "n_code": ("Amend the mark to the reason once it is known; if none was established, to O.",),
})  # fmt: skip
BY_HAND = ("It is done when somebody records what came of it.",)


def rule_of(kind: str, kept: str) -> str:
    """Return the id of the catalogue's rule behind a finding; nothing for a rule of the setting's own policy."""
    return kept or RULES.get(kind, "")


def of_duty(row: DutyRow, caller: Caller, marks: Mapping[int, int] | None = None) -> Why:
    """Return why a duty is there; ``marks`` are the sessions counted with the marks they have now, where they are read."""
    counted = row.counted or tuple(marks or ())
    on = day_of(max(counted)) if counted else row.anchor
    return of_stored(
        Stored(on, rule_of(row.kind, row.rule), row.clauses, counted, row.figures, row.read, row.would_change or _ends(row)),
        caller.parameters, marks=marks, codes=caller.codes if marks is not None else None, of=f"{row.title}{f', {row.pupil}' if row.pupil else ''}",
    )  # fmt: skip


def key_of(row: DutyRow) -> str:
    """Return an id that changes when the reasons do, so that an open answer stays open until then."""
    return f"why-{row.id}-{crc32(repr((row.title, row.counted)).encode()):x}"


def marks_of(conn: Connection, ctx: SettingContext, caller: Caller, row: DutyRow, now: datetime) -> dict[int, int]:
    """Return the sessions that a duty's finding counted, with the marks they have now."""
    if row.pupil_id is None:
        return {}
    if row.counted:
        return {one.session_no: one.code_id for one in stored.for_session(conn, ctx.id, row.counted, [row.pupil_id])}
    found = findings.facts_of(conn, ctx, caller, row.pupil_id, now) if rule_of(row.kind, row.rule) in YEARLY else None
    return missed(found[1]) if found else {}


def missed(facts: Facts) -> dict[int, int]:
    """Return every session missed this school year at compulsory age, which shares of a year are judged by and no finding lists.

    Nothing where the year's term dates are not entered.
    """
    absent = {code.id for code in facts.codes if code.counts_possible and not code.counts_present}
    calendar = facts.setting.calendar
    try:
        first, last = calendar.year_range(calendar.school_year(facts.as_of.date()))
    except CalendarError:
        return {}
    if facts.pupil.born is not None:
        first, last = max(first, compulsory_from(facts.pupil.born)), min(last, compulsory_until(facts.pupil.born))
    return {mark.session_no: mark.code_id for mark in history.only(facts.marks, absent) if first <= mark.day <= last}


def _ends(row: DutyRow) -> tuple[str, ...]:
    """Return what ends a duty that says nothing of its own; what was counted adds its own sentence."""
    known = ENDS.get(row.kind)
    if known is not None:
        return known
    return BY_HAND if row.kind.startswith(WEEKLY) or not row.counted else ()
