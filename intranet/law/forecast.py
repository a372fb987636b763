"""What comes next for one pupil: sessions that can still be missed, and the day each running clock falls due.

A forecast is no finding: it says what the marks come to if nothing is amended and no day is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import islice

from intranet.law import counting, deadlines
from intranet.law.ages import compulsory_from, compulsory_until
from intranet.law.answers import Answer, rules
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.codes import CodeTable
from intranet.law.counting import Counts
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.rules_absence import sickness
from intranet.law.runs import Due, Run, run_to
from intranet.law.sessions import day_of, day_range, session_no
from intranet.law.words import long_date

ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
NO_DATES = "the term dates after that are not entered yet"


@dataclass(frozen=True)
class Ahead:
    """What a forecast stands on: one pupil's marks so far and the sessions that are due."""

    today: date
    marks: Mapping[int, int]  # session number -> code id
    calendar: Calendar
    codes: CodeTable
    due: Due
    born: date | None = None
    until: date | None = None  # the last day at the setting, where it is known

    @cached_property
    def year(self) -> tuple[date, date]:
        """The first and last day of the school year; CalendarError where its term dates are not entered."""
        return self.calendar.year_range(self.calendar.school_year(self.today))

    @cached_property
    def this_year(self) -> list[Mark]:
        """The year's marks made at compulsory school age, oldest first."""
        low, high = day_range(*self.year)
        held = (Mark(no, code) for no, code in sorted(self.marks.items()) if low <= no <= high)
        return [mark for mark in held if self.counts_on(mark.day)]

    @cached_property
    def coming(self) -> list[int]:
        """The sessions due from today to the end of the school year that have no mark yet, in order."""
        days = self.calendar.school_days(self.today, min(self.year[1], self.until or date.max))
        numbers = [session_no(day, key) for day in days if self.counts_on(day) for key in self.due(day)]
        return [number for number in numbers if number not in self.marks]

    def counts_on(self, day: date) -> bool:
        """Whether a session of the day counts for thresholds and returns: at compulsory school age alone."""
        return self._compulsory[0] <= day <= self._compulsory[1]

    @cached_property
    def _compulsory(self) -> tuple[date, date]:
        return (date.min, date.max) if self.born is None else (compulsory_from(self.born), compulsory_until(self.born))


def forecast(facts: Ahead, params: ParametersAt) -> list[Answer]:
    """Everything that comes next by the rules of a school, in the order in which people ask."""
    return [persistence(facts, params), penalty(facts, params), *clocks(facts, params)]


def clocks(facts: Ahead, params: ParametersAt) -> list[Answer]:
    """The clocks that run now, the earliest due first."""
    running = [*unexplained(facts, params), attendance_return(facts, params), sickness_return(facts, params), long_absence(facts, params)]
    return sorted((one for one in running if one is not None), key=lambda one: one.on or date.max)


# -------------------------------------------------------------------- persistent absence


def persistence(facts: Ahead, params: ParametersAt) -> Answer:
    """How many sessions can still be missed this school year before absence is persistent, exact share included."""
    rate: Fraction = params["metrics.pa_rate"]
    counts, coming = counting.count(facts.this_year, facts.codes), facts.coming
    persistent = counting.persistent(counts, rate)
    reach = until_persistent(counts, len(coming), rate)
    turns = _turns(counts, rate, persistent)
    on = day_of(coming[turns - 1]) if 0 < turns <= len(coming) else None
    says = " ".join([_age(facts), *([_year_end(reach, len(coming), rate, persistent), _mid_year(persistent, on)] if coming or counts.possible else [])])
    absent = {code.id for code in facts.codes if code.counts_possible and not code.counts_present}
    return _answer(
        "PA", persistent, says, params, ("metrics.pa_rate",), on=on,
        counted=tuple(mark.session_no for mark in facts.this_year if mark.code_id in absent),
        figures={
            "possible": counts.possible, "missed": counts.absent, "coming": len(coming), "reaches_at": reach,
            "can_still_miss": max(min(reach - 1, len(coming)), 0),
        },
        would_change=(
            "A missed session that is amended to present, or to a mark that does not count, gives one more.",
            "A day that is closed takes its sessions out of the year, so fewer can be missed.",
        ),
    )  # fmt: skip


def _age(facts: Ahead) -> str:
    """What to say when today is outside compulsory school age, whose sessions alone are counted (EA 1996 s8)."""
    if facts.born is None or facts.counts_on(facts.today):
        return ""
    first = compulsory_from(facts.born)
    if facts.today < first:
        return f"Only sessions from {long_date(first)}, when compulsory school age begins, are counted."
    return "No session is counted any more: compulsory school age is over."


def until_persistent(counts: Counts, coming: int, rate: Fraction) -> int:
    """How many of the coming sessions, all of them possible, must be missed to be persistent at the end; 0 or less: none."""
    return -(-(counts.possible + coming) * rate.numerator // rate.denominator) - counts.absent


def _turns(counts: Counts, rate: Fraction, persistent: bool) -> int:
    """After how many coming sessions it turns: all missed while it is not persistent, none missed while it is."""
    n, d = rate.numerator, rate.denominator
    if persistent:  # the first j with absent * d < (possible + j) * n
        return counts.absent * d // n - counts.possible + 1
    return max(-(-(counts.possible * n - counts.absent * d) // (d - n)), 1) if d > n else 0


def _year_end(reach: int, coming: int, rate: Fraction, persistent: bool) -> str:
    share = counting.shown(rate).replace(".0%", "%")
    if reach <= 0:
        return f"Absence is persistent at the end of the school year even if none of the {_sessions(coming)} to come is missed."
    if reach > coming:
        return f"Even missing all {_sessions(coming)} to come does not bring the year's absence to {share}."
    if persistent:
        return f"Absence is persistent now. The year ends below {share} if no more than {reach - 1} of the {_sessions(coming)} to come are missed."
    return f"{_sessions(reach - 1)} of the {coming} to come can still be missed this school year. One more brings the year to {share}: persistent absence."


def _mid_year(persistent: bool, on: date | None) -> str:
    if persistent:
        return f"If none is missed, it stops being persistent on {long_date(on)}." if on else ""
    return f"If every session from now on were missed, it would be persistent from {long_date(on)}." if on else ""


# -------------------------------------------------------------------- the penalty threshold


def penalty(facts: Ahead, params: ParametersAt) -> Answer:
    """Unauthorised sessions left before the threshold in the windows that hold the coming weeks, and when each one drops off."""
    needed, length = params["penalty.threshold_sessions"], params["penalty.window_weeks"]
    weeks = _school_weeks(facts.calendar)
    now = next((n for n, monday in enumerate(weeks) if monday + WEEK > facts.today), len(weeks))
    placed = _placed(facts, params, weeks)
    here = [(no, week) for no, week in placed if now - length < week <= now]
    left = max(needed - len(here), 0)
    ends = range(now, min(now + length, len(weeks)))
    by_week = tuple((weeks[end], max(needed - sum(end - length < week <= end for _, week in placed), 0)) for end in ends)
    drops = tuple((no, weeks[week + length] if week + length < len(weeks) else None) for no, week in here)
    return _answer(
        "PN10", left == 0, _threshold_says(left, needed, length, drops, weeks[now] <= facts.today if now < len(weeks) else False), params,
        ("penalty.threshold_sessions", "penalty.window_weeks", "penalty.codes", "penalty.counted_from"),
        on=next((monday for _, monday in drops if monday), None), counted=tuple(no for no, _ in here),
        figures={"counted": len(here), "left": left, "needed": needed, "weeks": length, "by_week": by_week, "drops_off": drops},
        would_change=(
            "A session that is amended to another code is no longer counted.",
            "Each session stops counting on the Monday shown. Weeks without a session, such as holidays, do not bring that day nearer.",
        ),
    )  # fmt: skip


def _placed(facts: Ahead, params: ParametersAt, weeks: Sequence[date]) -> list[tuple[int, int]]:
    """The relevant sessions with the place of their school week; those before the day from which they count do not."""
    order = {monday: n for n, monday in enumerate(weeks)}
    relevant = facts.codes.ids(params["penalty.codes"])
    since = params["penalty.counted_from"]
    days = ((no, day_of(no)) for no, code in sorted(facts.marks.items()) if code in relevant)
    counted = [(no, day - timedelta(days=day.weekday())) for no, day in days if day >= since and facts.counts_on(day)]
    return [(no, order[monday]) for no, monday in counted if monday in order]


def _school_weeks(calendar: Calendar) -> list[date]:
    return calendar.school_weeks(calendar.periods[0].first, calendar.periods[-1].last) if calendar.periods else []


def _threshold_says(left: int, needed: int, length: int, drops: Sequence[tuple[int, date | None]], in_school: bool) -> str:
    if not drops:
        return f"No unauthorised session counts towards the {needed} in {length} school weeks at which a penalty notice must be considered."
    first, held = drops[0][1], len(drops)
    falls = f"The earliest stops counting on {long_date(first)}." if first else f"When the earliest stops counting is not known: {NO_DATES}."
    if left == 0:
        return f"{_sessions(held)} in {length} school weeks: a penalty notice must be considered, which does not mean that one is issued. {falls}"
    when = "this week" if in_school else "in the first week back"
    return f"{held} of {needed} in {length} school weeks: {_sessions(left, 'more')} {when} {'reaches' if left == 1 else 'reach'} the threshold. {falls}"


# -------------------------------------------------------------------- clocks


def unexplained(facts: Ahead, params: ParametersAt) -> Iterator[Answer]:
    """One clock for each day with a mark N: the last day in time to settle it."""
    limit, code_ids = params["n_code.resolve_days"], facts.codes.ids(("N",))
    days: dict[date, list[int]] = {}
    for no, code_id in sorted(facts.marks.items()):
        if code_id in code_ids:
            days.setdefault(day_of(no), []).append(no)
    for day, sessions in days.items():
        try:
            on = deadlines.n_code(facts.calendar, day, limit).last_in_time
        except CalendarError:
            on = None
        says = f"The mark N of {long_date(day)} must be settled by {_on(on)}."
        change = ("Amend the mark to the reason once it is known; if none was established, to O.",)
        yield _answer("N5", on is not None and facts.today > on, says, params, ("n_code.resolve_days",), on=on,
                      counted=tuple(sessions), figures={"limit": limit}, would_change=change)  # fmt: skip


def attendance_return(facts: Ahead, params: ParametersAt) -> Answer | None:
    """When unauthorised absence comes to the days of the attendance return; None when no run is under way (ATT10)."""
    keys = ("return.attendance_codes", "return.attendance_days", "register.not_held_codes")
    return _run_clock("ATT10", facts, params, keys, "an attendance return to the authority is due")


def long_absence(facts: Ahead, params: ParametersAt) -> Answer | None:
    """When absence comes to the days after which deletion can be assessed; None when no run is under way (ABS20)."""
    keys = ("roll.absence_codes", "roll.absence_days", "register.not_held_codes")
    return _run_clock("ABS20", facts, params, keys, "whether the name may be deleted can be assessed, after joint enquiries")


def _run_clock(rule: str, facts: Ahead, params: ParametersAt, keys: tuple[str, str, str], then: str) -> Answer | None:
    symbols, needed = params[keys[0]], params[keys[1]]
    run = _under_way(facts, symbols, params)
    if run is None:
        return None
    on = run.reached(needed) or _later(facts, run.last, needed - run.days)
    if on is not None and not facts.counts_on(on):
        return None
    change = (f"Any other mark than {', '.join(symbols)} breaks the run, and counting starts again the next school day.",)
    says = f"{_days(run.days)} of unauthorised absence so far. On the {_nth(needed)}, {_on(on)}, {then}."
    return _answer(rule, run.days >= needed, says, params, keys, on=on, counted=_within(facts, run, symbols),
                   figures={"run_days": run.days, "run_start": run.first, "limit": needed}, would_change=change)  # fmt: skip


def sickness_return(facts: Ahead, params: ParametersAt) -> Answer | None:
    """When sickness comes to the days of the sickness return; None when the pupil is not away sick now (SICK15)."""
    symbols, needed = params["return.sickness_codes"], params["return.sickness_days"]
    run = _under_way(facts, symbols, params)
    if run is None or not facts.counts_on(facts.today):
        return None
    held = {mark.session_no: mark.code_id for mark in facts.this_year}
    sick = facts.codes.ids(symbols)
    whole = sickness(held, sick, facts.due).whole
    on = whole[needed - 1] if len(whole) >= needed else _later(facts, run.last, needed - len(whole))
    if on is not None and on > facts.year[1]:
        return None  # the school year ends first, and counting starts again
    says = f"{_days(len(whole))} of sickness this school year so far. On the {_nth(needed)}, {_on(on)}, the authority is told; earlier if so many are expected."
    counted = tuple(no for no in held if held[no] in sick and day_of(no) in whole)
    change = ("A fit note or a parent's word that the sickness will last so long makes it due at once.", "A day attended in part is not counted.")
    return _answer("SICK15", len(whole) >= needed, says, params, ("return.sickness_codes", "return.sickness_days", "register.not_held_codes"), on=on,
                   counted=counted, figures={"days": len(whole), "limit": needed}, would_change=change)  # fmt: skip


def _under_way(facts: Ahead, symbols: Sequence[str], params: ParametersAt) -> Run | None:
    neutral = facts.codes.ids(params.get("register.not_held_codes", ()))
    return run_to(facts.today, facts.marks, facts.codes.ids(symbols), facts.due, neutral)


def _later(facts: Ahead, day: date, n: int) -> date | None:
    """The nth school day after a day on which the pupil has a session; None where the calendar ends before."""
    if not facts.calendar.periods:
        return None
    days = (later for later in facts.calendar.school_days(day + ONE_DAY, facts.calendar.periods[-1].last) if facts.due(later))
    return next(islice(days, n - 1, None), None)


def _within(facts: Ahead, run: Run, symbols: Sequence[str]) -> tuple[int, ...]:
    low, high = day_range(run.first, run.last)
    ids = facts.codes.ids(symbols)
    return tuple(no for no, code in sorted(facts.marks.items()) if low <= no <= high and code in ids)


# -------------------------------------------------------------------- saying it


def _answer(
    rule: str, holds: bool, says: str, params: ParametersAt, keys: Sequence[str], *, on: date | None, counted: tuple[int, ...],
    figures: Mapping[str, object], would_change: tuple[str, ...],
) -> Answer:  # fmt: skip
    known = rules().get(rule)
    version = known.at(params.day) if known else None
    read = tuple(one for one in params.trail if one.key in keys)
    return Answer(rule, holds, says.strip(), on, counted, figures, (), would_change, read, version.since if version else None)


def _sessions(n: int, more: str = "") -> str:
    return f"{n} {more + ' ' if more else ''}session{'' if n == 1 else 's'}"


def _days(n: int) -> str:
    return f"{n} school day{'' if n == 1 else 's'}"


def _on(day: date | None) -> str:
    return long_date(day) if day else f"a day not known yet ({NO_DATES})"


def _nth(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"
