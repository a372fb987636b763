"""``ATT10``, ``ABS20`` and ``SICK15``: when an absence must be returned to the authority or may be assessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from intranet.law.ages import is_compulsory
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.codes import CodeTable
from intranet.law.parameters import ParametersAt
from intranet.law.runs import NONE, Due, Run, run_to
from intranet.law.sessions import day_of, day_range, days_between, session_no
from intranet.law.words import listed, long_date, so_many


@dataclass(frozen=True)
class Reached:
    """A run that came to the days a rule names, and the day on which it did."""

    on: date
    run: Run


def continuous(
    day: date,
    marks: Mapping[int, int],
    allowed: Collection[int],
    due: Due,
    days: int,
    neutral: Collection[int] = NONE,
) -> Reached | None:
    """Whether the run up to a day has come to so many school days; None while it has not.

    ``ATT10`` (SI 2024/208 reg 13(7)): ``return.attendance_codes``, ``return.attendance_days``.
    ``ABS20`` (reg 9(1)(i)): ``roll.absence_codes``, ``roll.absence_days``; a late arrival has attended and breaks it.
    """
    run = run_to(day, marks, allowed, due, neutral)
    on = run.reached(days) if run else None
    return Reached(on, run) if run and on else None


@dataclass(frozen=True)
class Sickness:
    """Days of sickness in a stretch: whole days count towards the return, days with any sickness warn of it."""

    whole: tuple[date, ...]
    some: tuple[date, ...]
    expected: int  # whole days so far and days still expected, together

    def is_due(self, days: int) -> bool:
        """``SICK15`` (SI 2024/208 reg 13(9)): whether so many days are reached, or expected."""
        return self.expected >= days

    def warned(self, steps: Collection[int]) -> int | None:
        """The highest warning step that the distinct days with any sickness have reached."""
        return max((step for step in steps if len(self.some) >= step), default=None)


def sickness(
    marks: Mapping[int, int], sick: Collection[int], due: Due, expected_days: Collection[date] = ()
) -> Sickness:
    """The days of sickness among these marks; ``expected_days`` are school days that a fit note or a parent expects."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for no, code_id in marks.items():
        if code_id in sick:
            by_day[day_of(no)].append(no)
    some = tuple(sorted(by_day))
    whole = tuple(day for day in some if (keys := due(day)) and all(marks.get(session_no(day, key)) in sick for key in keys))
    return Sickness(whole, some, len({*whole, *expected_days}))


@dataclass(frozen=True)
class Absence:
    """What the rules about runs look at: a pupil's marks (session number -> code id) and the sessions due."""

    marks: Mapping[int, int]
    due: Due
    codes: CodeTable
    born: date | None = None
    boarder: bool = False


def att10(facts: Absence, day: date, params: ParametersAt) -> Answer:
    """Whether a pupil's run up to a day puts them on the attendance return; ``on`` is the day of the last school day needed."""
    days, symbols = params["return.attendance_days"], params["return.attendance_codes"]
    if facts.boarder:
        says = "Boarders are not on the attendance return."
        return answer("ATT10", False, says, params, missing=(says,))
    return _run_rule("ATT10", _of_age(facts), day, days, symbols, params)


def _of_age(facts: Absence) -> Absence:
    """The same with the marks of compulsory school age alone: only these count for returns."""
    born = facts.born
    if born is None:
        return facts
    return replace(facts, marks={no: code for no, code in facts.marks.items() if is_compulsory(born, day_of(no))})


def abs20(facts: Absence, day: date, params: ParametersAt) -> Answer:
    """Whether a run opens the question of deletion under the twenty-day ground: every other condition is still to be shown."""
    days, symbols = params["roll.absence_days"], params["roll.absence_codes"]
    return _run_rule("ABS20", facts, day, days, symbols, params)


def _run_rule(
    rule: str, facts: Absence, day: date, days: int, symbols: tuple[str, ...], params: ParametersAt
) -> Answer:
    allowed = facts.codes.ids(symbols)
    run = run_to(day, facts.marks, allowed, facts.due, facts.codes.ids(params["register.not_held_codes"]))
    reached = run.reached(days) if run else None
    so_far = run.days if run else 0
    named = listed(symbols, "or")
    counted = _sessions(facts.marks, allowed, run)
    figures: dict[str, object] = {"days": so_far, "needed": days, "codes": symbols}
    if run:
        figures |= {"first": run.first, "last": run.last}
    if reached and run:
        says = f"{so_many(so_far, 'school day')} on end from {long_date(run.first)} with only {named}: day {days} was {long_date(reached)}."
        change = (f"Any of these sessions amended to another code than {named} breaks the run.",)
        return answer(rule, True, says, params, on=reached, counted=counted, figures=figures, would_change=change)
    says = f"{so_many(so_far, 'school day')} on end with only {named}; the rule begins at {days}."
    change = (f"{so_many(days - so_far, 'more school day')} with only {named}.",)
    return answer(rule, False, says, params, counted=counted, figures=figures, would_change=change)


def _sessions(marks: Mapping[int, int], allowed: Collection[int], run: Run | None) -> tuple[int, ...]:
    if run is None:
        return ()
    first, last = day_range(run.first, run.last)
    return tuple(sorted(no for no, code_id in marks.items() if first <= no <= last and code_id in allowed))


def leave10(leave_ended: date, facts: Absence, calendar: Calendar, day: date, params: ParametersAt) -> Answer:
    """Whether a pupil has not attended for the school days after leave that open the question of deletion."""
    days = params["roll.leave_days"]
    try:
        tenth = calendar.after(leave_ended, days)
    except CalendarError:
        missing = ("The calendar ends before the last of these days: enter the next term dates.",)
        return answer("LEAVE10", False, "The days cannot be counted yet.", params, missing=missing)
    first, last = day_range(leave_ended + timedelta(days=1), max(min(day, tenth), leave_ended + timedelta(days=1)))
    after = {no: code_id for no, code_id in sorted(facts.marks.items()) if first <= no <= last}
    back = next((no for no, code_id in after.items() if _attended(facts.codes, no, code_id)), None)
    counted = tuple(no for no in after if back is None or no < back)
    figures = {"needed": days, "leave_ended": leave_ended, "tenth": tenth}
    if back is not None:
        says = f"The pupil attended on {long_date(day_of(back))}, so the rule does not arise."
        return answer("LEAVE10", False, says, params, on=tenth, counted=counted, figures=figures)
    if day < tenth:
        says = f"School day {days} after the leave is {long_date(tenth)}."
        ends = ("An attendance before then ends it.",)
        return answer("LEAVE10", False, says, params, on=tenth, counted=counted, figures=figures, would_change=ends)
    says = f"Not back within {days} school days of the leave that ended on {long_date(leave_ended)}: the last was {long_date(tenth)}."
    change = (
        "Grounds to believe the pupil was sick or unavoidably kept away.",
        "A mark that shows the pupil attended.",
    )
    return answer("LEAVE10", True, says, params, on=tenth, counted=counted, figures=figures, would_change=change)


def _attended(codes: CodeTable, no: int, code_id: int) -> bool:
    """Whether a mark says that the pupil was there or at approved education; a late arrival after close was there."""
    code = codes.for_session(no).by_id(code_id)
    return code is not None and (code.counts_present or code.after_close)


@dataclass(frozen=True)
class SicknessFacts:
    """A pupil's marks, the days still expected, and the sickness returns that were made before."""

    absence: Absence
    year: tuple[date, date]  # first and last day of the school year
    expected_days: frozenset[date] = frozenset()  # school days that a fit note or a parent expects
    returns: tuple[date, ...] = ()


def sick15(facts: SicknessFacts, day: date, params: ParametersAt) -> Answer:
    """Whether a sickness return is due now: so many days on end or in the school year, reached or expected, not yet told."""
    old = not_in_force("SICK15", params)
    if old:
        return old
    days = params["return.sickness_days"]
    absence = _of_age(facts.absence)
    sick = absence.codes.ids(params["return.sickness_codes"])
    known = {no: code for no, code in absence.marks.items() if day_of(no) <= day}
    found = sickness(known, sick, absence.due, facts.expected_days)
    all_days = sorted({*found.whole, *facts.expected_days})
    this_year = [one for one in all_days if facts.year[0] <= one <= facts.year[1]]
    spell = _spell(all_days, day, absence, absence.codes.ids(params["register.not_held_codes"]))
    reached, due = _sickness_grounds(this_year, spell, facts, days)
    warned = found.warned(params["return.sickness_warning_days"])
    figures = {"whole": len(found.whole), "some": len(found.some), "year": len(this_year), "spell": len(spell)}
    more = {"needed": days, "warned": warned, "reached": due or reached}
    says, change, missing = _sickness_says(due, reached, len(this_year), days)
    counted = tuple(sorted(no for no, code_id in known.items() if code_id in sick))
    on = min(day, due) if due else None
    return answer(
        "SICK15", due is not None, says, params, on=on, counted=counted, figures={**figures, **more},
        missing=missing, would_change=change,
    )  # fmt: skip


def _spell(all_days: list[date], day: date, facts: Absence, neutral: Collection[int]) -> list[date]:
    """The stretch of sick or expected days that the day lies in, or the last before it; days without school do not split it."""
    spell: list[date] = []
    for one in all_days:
        if spell and _split(spell[-1], one, facts, neutral):
            if one > day:
                break
            spell = []
        spell.append(one)
    return spell


def _split(earlier: date, later: date, facts: Absence, neutral: Collection[int]) -> bool:
    between = days_between(earlier + timedelta(days=1), later - timedelta(days=1))
    return any(facts.marks.get(session_no(day, key), 0) not in neutral for day in between for key in facts.due(day))


def _sickness_grounds(
    this_year: list[date], spell: list[date], facts: SicknessFacts, days: int
) -> tuple[date | None, date | None]:
    """The earliest day on which a ground is reached, and on which one that was not told yet is.

    On end: told once for an absence. In total: told once for a school year.
    """
    told_spell = any(spell and spell[0] <= told for told in facts.returns)
    told_year = any(facts.year[0] <= told <= facts.year[1] for told in facts.returns)
    grounds = [
        (found[days - 1], told) for found, told in ((spell, told_spell), (this_year, told_year)) if len(found) >= days
    ]
    return min((on for on, _ in grounds), default=None), min((on for on, told in grounds if not told), default=None)


def _sickness_says(
    due: date | None, reached: date | None, had: int, days: int
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What the answer says, what would change it, and what stands in its way."""
    if due:
        says = f"Sickness of {days} school days is reached or expected by {long_date(due)}: tell the authority as soon as possible."
        return says, ("A session of sickness amended to another code.", "A shorter absence than was expected."), ()
    if reached:
        made = "The sickness return for it has been made."
        return made, ("Another absence of as many school days on end.",), (made,)
    says = f"{so_many(had, 'school day')} of sickness this school year, had or expected; the return is due at {days}."
    return says, (f"{so_many(days - had, 'more whole day')} of sickness, had or expected.",), ()
