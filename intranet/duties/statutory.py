"""What the law asks of a school without any mark: returns when a name is entered or deleted, and a monthly copy of the registers.

These duties are done by a person who says what was sent; nothing else ends them (C-11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, and_, or_, select

from intranet.clock import LONDON
from intranet.duties.models import Duty
from intranet.duties.wanted import Key, Wanted
from intranet.extension import baseline
from intranet.extension.caller import Caller
from intranet.law.ages import compulsory_until
from intranet.law.answers import Answer, rule
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.codes import national_codes
from intranet.law.parameters import ParametersAt
from intranet.law.rules_returns import Entry, Leaver, deletion_return, new5
from intranet.law.sessions import day_range
from intranet.law.words import long_date
from intranet.pupils.models import Placement, Pupil
from intranet.pupils.roll import Group
from intranet.settings.service import SettingContext
from intranet.store.tables import register_state

NEW_PUPIL, DELETION, BACK_UP = "new_pupil_return", "deletion_return", "register_back_up"
KINDS = (NEW_PUPIL, DELETION, BACK_UP)
TELL_NOW, TOLD, CONFIRM, ENDED = "roll_tell", "roll_told", "roll_confirm", "place_ended"
PROVISION, DAY_SIX = "suspension_provision", "day_six"
#: What is done when it went out and is recorded so, with what it said; no other word ends it (C-11).
SENT = frozenset({*baseline.RETURNS, NEW_PUPIL, DELETION, TELL_NOW, TOLD, CONFIRM, ENDED})
ROLL_ROLES, BACK_UP_ROLES = ("office", "attendance_lead"), ("system_admin", "head")
END_OF_DAY, ONE_DAY = time(23, 59), timedelta(days=1)


@dataclass
class _Mover:
    """A pupil whose name was entered or deleted lately."""

    pupil_id: int
    entered: date | None
    left: date | None
    year_group: int | None
    born: date | None = None
    owners: set[str] = field(default_factory=set)  # who owes the returns, by placement

    @property
    def ours(self) -> bool:
        """Whether the setting owes the return: not for a pupil who is on another school's roll only."""
        return not self.owners or "us" in self.owners


def wanted(conn: Connection, ctx: SettingContext, caller: Caller, groups: Collection[Group], now: datetime) -> Iterator[Wanted]:
    """Yield what is owed and was not done yet; nothing where the statutory baseline is off (C-37)."""
    if ctx.legal_type not in baseline.SCHOOLS or caller.codes is not national_codes():
        return
    since = _since(ctx.calendar, now.date())
    done = _done(conn, ctx.id, since)
    params = caller.params(now.date())
    for one in (*_of_roll(conn, ctx, params, groups, since, now.date()), *_back_ups(conn, ctx, params, now.date(), done)):
        if one.key not in done:
            yield one


def _since(calendar: Calendar, today: date) -> date:
    """Return the first day that is looked at: of the half-term under way or last, and never later than last month's first day."""
    begun = [period.first for period in calendar.periods if period.first <= today]
    return min(begun[-1] if begun else today, _month_before(today))


def _month_before(day: date) -> date:
    return (day.replace(day=1) - ONE_DAY).replace(day=1)


def _done(conn: Connection, setting_id: int, since: date) -> set[Key]:
    """Return what makes each of these duties that was done since a day the same."""
    d = Duty
    query = select(d.kind, d.pupil_id, d.group_id, d.session_no, d.anchor).where(
        d.setting_id == setting_id, d.kind.in_(KINDS), d.anchor >= since, d.done_at.is_not(None)
    )
    return {(row.kind, row.pupil_id, row.group_id, row.session_no, row.anchor) for row in conn.execute(query)}


# -------------------------------------------------------------------- names entered and deleted


def _of_roll(
    conn: Connection, ctx: SettingContext, params: ParametersAt, groups: Collection[Group], since: date, today: date
) -> Iterator[Wanted]:
    years = sorted(group.year_group for group in groups if group.year_group is not None)
    for mover in _movers(conn, ctx.id, since, today).values():
        if not mover.ours:
            continue
        if mover.entered and since <= mover.entered <= today:
            yield from _new_pupil(ctx.calendar, mover, mover.entered, years, params)
        if mover.left and since <= mover.left <= today:
            yield from _deletion(ctx.calendar, mover, mover.left, years, params)


def _movers(conn: Connection, setting_id: int, since: date, today: date) -> Mapping[int, _Mover]:
    p, place = Pupil, Placement
    lately = or_(and_(p.admitted_on >= since, p.admitted_on <= today), and_(p.left_on >= since, p.left_on <= today))
    placed = and_(place.setting_id == setting_id, place.pupil_id == p.id, or_(place.last.is_(None), place.last >= since))
    query = select(p.id, p.admitted_on, p.left_on, p.year_group, p.born, place.duties).outerjoin(place, placed)
    found: dict[int, _Mover] = {}
    for row in conn.execute(query.where(p.setting_id == setting_id, p.merged_into.is_(None), lately)):
        mover = found.setdefault(row.id, _Mover(row.id, row.admitted_on, row.left_on, row.year_group, row.born))
        mover.owners |= {row.duties["returns"]} if row.duties and "returns" in row.duties else set()
    return found


def _new_pupil(calendar: Calendar, mover: _Mover, entered: date, years: Sequence[int], params: ParametersAt) -> Iterator[Wanted]:
    """Yield the return due by the end of the fifth calendar day after the day of entry (NEW5, PR-8)."""
    junior = bool(years) and mover.year_group == years[0]
    asks = bool(params.get("return.transition", False))
    found = new5(Entry(entered, entered, junior, _year_begins(calendar, entered), asks), params.day, params)
    if found.holds and found.on:
        title = f"New pupil's return to the authority: name entered on {long_date(entered)}"
        yield _owed(NEW_PUPIL, found, title, entered, found.on, mover)


def _deletion(calendar: Calendar, mover: _Mover, left: date, years: Sequence[int], params: ParametersAt) -> Iterator[Wanted]:
    """Yield the return due when the name is deleted, with its ground (DELRET)."""
    senior = bool(years) and mover.year_group == years[-1]
    asks = bool(params.get("return.transition", False))
    found = deletion_return(Leaver(left, left, senior, final_term_ends(calendar, mover.born, left), asks), params)
    if found.holds and found.on:
        yield _owed(DELETION, found, f"Deletion return to the authority, with its ground: last day {long_date(left)}", left, found.on, mover)


def _owed(kind: str, found: Answer, title: str, anchor: date, last: date, mover: _Mover) -> Wanted:
    return Wanted(kind, title, ROLL_ROLES, anchor, _at(last, END_OF_DAY), _at(last + ONE_DAY, time()), mover.pupil_id, urgency=15,
                  clauses=(rule(found.rule).citation,))  # fmt: skip


def _year_begins(calendar: Calendar, day: date) -> date | None:
    """Return the first school day of the day's school year."""
    try:
        return calendar.nth(calendar.year_range(calendar.school_year(day))[0], 1)
    except CalendarError:
        return None


def final_term_ends(calendar: Calendar, born: date | None, day: date) -> date | None:
    """Return when the most senior class's final term is over: on the year's last school day, or when compulsory age ends before it.

    A pupil who may leave school on the last Friday in June leaves at a usual time (OTE-17).
    """
    try:
        days = calendar.school_days(*calendar.year_range(calendar.school_year(day)))
    except CalendarError:
        return None
    age = compulsory_until(born) if born else None
    ends = [days[-1]] if days else []
    return min([*ends, *([age] if age and ends and days[0] <= age else [])], default=None)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


# -------------------------------------------------------------------- the monthly copy


def _back_ups(conn: Connection, ctx: SettingContext, params: ParametersAt, today: date, done: Collection[Key]) -> Iterator[Wanted]:
    """Yield the copy of this month from its last school day on, and of last month while nobody made one (BACKUP)."""
    if params.get("register.back_up_months") is None:
        return
    for month in (_month_before(today), today.replace(day=1)):
        one = _back_up(month)
        if today >= _asked_from(ctx.calendar, month) and one.key not in done and _kept(conn, ctx.id, _last_of(month)):
            yield one


def _back_up(month: date) -> Wanted:
    last = _last_of(month)
    return Wanted(BACK_UP, f"Make the month's copy of the registers: {month:%B %Y}", BACK_UP_ROLES, month, _at(last, END_OF_DAY),
                  _at(last + ONE_DAY, time()), urgency=50, clauses=(rule("BACKUP").citation,))  # fmt: skip


def _last_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - ONE_DAY


def _asked_from(calendar: Calendar, month: date) -> date:
    days = calendar.school_days(month, _last_of(month))
    return days[-1] if days else _last_of(month)


def _kept(conn: Connection, setting_id: int, until: date) -> bool:
    """Whether a register had been taken by a day: before that there is nothing to copy."""
    table = register_state.c
    _, high = day_range(until, until)
    query = select(table.session_no).where(table.setting_id == setting_id, table.session_no <= high).limit(1)
    return conn.execute(query).first() is not None
