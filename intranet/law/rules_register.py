"""Rules of the registers themselves: N, notes, cancelled sessions, amendments, copies and how long they are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from intranet.law import deadlines
from intranet.law.ages import add_years, is_compulsory
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.codes import Code
from intranet.law.parameters import ParametersAt
from intranet.law.sessions import day_of
from intranet.law.words import listed, long_date

ONE_DAY = timedelta(days=1)
NO_TERM_DATES = "The calendar ends before the day on which it falls due: enter the next term dates."


def n5(no: int, calendar: Calendar, params: ParametersAt, *, specific: str = "", arrived: bool = False) -> Answer:
    """Whether a mark N in a session must be settled, by when, and the code it would take (a person confirms it).

    ``specific`` is the code of a reason that was found; ``arrived`` says that the pupil came after the register closed.
    """
    old = not_in_force("N5", params)
    if old:
        return old
    days = params["n_code.resolve_days"]
    proposed = specific or ("U" if arrived else "O")
    figures = {"days": days, "proposes": proposed}
    change = (
        "A reason that is found: its own code.",
        "No reason by then: U if the pupil came after the register closed, otherwise O.",
    )
    try:
        last, overdue = deadlines.n_code(calendar, day_of(no), days)
    except CalendarError:
        return answer(
            "N5", True, "N must be settled.", params, counted=(no,), figures=figures, missing=(NO_TERM_DATES,)
        )
    says = f"N on {long_date(day_of(no))} must become a reason, U or O by the end of {long_date(last)}."
    figures |= {"overdue_from": overdue}
    return answer("N5", True, says, params, on=last, counted=(no,), figures=figures, would_change=change)


def note(code: Code, text: str, born: date | None, params: ParametersAt) -> Answer:
    """Whether a mark may be saved with this note: the law asks some codes for the nature of what is coded."""
    asked = code.note_required
    only = params.get("register.note_for_compulsory_age", ())
    if code.symbol in only and born is not None and not is_compulsory(born, params.day):
        asked = False
    if not asked:
        return answer("NOTE", True, f"{code.symbol} needs no note.", params)
    if text.strip():
        return answer("NOTE", True, f"{code.symbol} has its note.", params)
    says = f"{code.symbol} ({code.name}) cannot be saved without a note."
    missing = (f"Write what it is: the law asks for it with {code.symbol}.",)
    return answer("NOTE", False, says, params, missing=missing, would_change=("A few words in the note.",))


def y4all(no: int, marks: Mapping[int, str | None], params: ParametersAt) -> Answer:
    """Whether a cancelled session has its code for every pupil; ``marks`` is pupil -> symbol, None while there is none."""
    old = not_in_force("Y4ALL", params)
    if old:
        return old
    code = params["register.cancelled_code"]
    without = tuple(sorted(pupil for pupil, symbol in marks.items() if symbol != code))
    figures = {"code": code, "pupils": len(marks), "without": without}
    if not without:
        return answer("Y4ALL", True, f"All {len(marks)} pupils have {code}.", params, counted=(no,), figures=figures)
    says = f"{len(without)} of {len(marks)} pupils do not have {code} for the cancelled session."
    missing = (f"Enter {code} for every registered pupil.",)
    return answer("Y4ALL", False, says, params, counted=(no,), figures=figures, missing=missing)


@dataclass(frozen=True)
class Amendment:
    """What is said when a saved entry is changed; "" and None are not said."""

    original: str
    amended: str
    reason: str
    made: date | None
    name: str
    position: str = ""


def amend(change: Amendment, params: ParametersAt) -> Answer:
    """Whether a change has every element that the record of an amendment keeps."""
    said = {
        "the original entry": change.original,
        "the amended entry": change.amended,
        "the reason": change.reason.strip(),
        "the date": change.made,
        "the name": change.name.strip(),
        "the name or title": change.name.strip() or change.position.strip(),
    }
    elements = params["register.amendment_elements"]
    lacking = [element for element in elements if not said[element]]
    figures = {"elements": elements, "position": change.position}
    if not lacking:
        return answer(
            "AMEND", True, f"The record of the change is complete: {listed(elements)}.", params, figures=figures
        )
    missing = tuple(f"Give {element}." for element in lacking)
    says = f"The change cannot be saved without {listed(lacking)}."
    return answer("AMEND", False, says, params, figures=figures, missing=missing)


def backup(kept_since: date, made: Collection[date], day: date, params: ParametersAt) -> Answer:
    """Whether a copy of the registers is overdue: a period of months ended without one."""
    months = params["register.back_up_months"]
    copied = {_month(copy) for copy in made}
    first, now = _month(kept_since), _month(day)
    periods = [range(start, start + months) for start in range(first, now - months + 1, months)]
    without = [period for period in periods if copied.isdisjoint(period)]
    if not without:
        next_due = _first_day((periods[-1].stop if periods else first) + months)
        says = f"The registers were copied every month. The next copy is due before {long_date(next_due)}."
        return answer("BACKUP", False, says, params, on=next_due - ONE_DAY)
    names = tuple(f"{_first_day(period.start):%B %Y}" for period in without)
    says = f"No copy of the registers was made in {listed(names)}."
    change = ("A copy made now is kept with its own date; the months without one stay on the log.",)
    overdue = _first_day(without[0].stop)
    return answer("BACKUP", True, says, params, on=overdue, figures={"months": names}, would_change=change)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def keep6(entry_day: date, day: date, params: ParametersAt) -> Answer:
    """Whether an entry made on a day may be removed on another; ``on`` is the last day it is kept."""
    spans = params.history("retention.register_years")
    return _kept(deadlines.kept_through(entry_day, spans), f"An entry made on {long_date(entry_day)}", day, params)


def keep_copy(made: date, year_ends: date, day: date, params: ParametersAt) -> Answer:
    """Whether a copy of the registers may be removed; ``year_ends`` is the day on which its school year is over.

    That is the first day of the next year's first term (Education Act 1996 s579(1)).
    """
    spans = params.history("retention.backup_years")
    last = deadlines.kept_while(made, spans, lambda years: add_years(year_ends, years))
    return _kept(last, f"A copy made on {long_date(made)}", day, params)


def _kept(last: date, what: str, day: date, params: ParametersAt) -> Answer:
    if day > last:
        return answer("KEEP6", True, f"{what} was kept through {long_date(last)} and may be removed.", params, on=last)
    says = f"{what} is kept through {long_date(last)}."
    change = ("A case, a court or a safeguarding hold keeps it longer; nothing keeps it shorter.",)
    return answer("KEEP6", False, says, params, on=last, would_change=change)


@dataclass(frozen=True)
class Start:
    """What is known of a pupil's starting day; ``duty`` says that the school has a duty to admit."""

    agreed: date | None = None
    told: date | None = None  # by the person with control of attendance, where there is a duty to admit
    first_attended: date | None = None
    duty: bool = False


def starting_day(start: Start) -> date | None:
    """The starting day in law (SI 2024/208 reg 3(3)-(5)); None until there is one."""
    return (start.told if start.duty else start.agreed) or start.first_attended


def add0(start: Start, entered: datetime | None, now: datetime, begins: time, params: ParametersAt) -> Answer:
    """Whether the name should be on the admission register by now and was not in time; ``on`` is the starting day.

    ``begins`` is when the first session of that day begins.
    """
    due = starting_day(start)
    if due is None:
        who = (
            "the person with control of attendance to name the first day" if start.duty else "a first day to be agreed"
        )
        says = "There is no starting day yet, so the name is not entered."
        return answer("ADD0", False, says, params, missing=(f"Wait for {who}.",))
    limit = datetime.combine(due, begins, tzinfo=now.tzinfo)
    figures = {"starting_day": due, "by": limit, "entered": entered}
    if entered is not None and entered <= limit:
        return answer("ADD0", False, "The name was entered in time.", params, on=due, figures=figures)
    says = f"The name must be on the admission register by {begins:%H:%M} on {long_date(due)}, when the first session begins."
    if entered is not None:
        says = f"The name was entered on {long_date(entered.date())} at {entered:%H:%M}, after the first session had begun."
    change = ("A pupil who does not come on the starting day is entered all the same and followed up.",)
    bites = entered is not None or now > limit
    return answer("ADD0", bites, says, params, on=due, figures=figures, would_change=change)


@dataclass(frozen=True)
class Activity:
    """An approved educational activity as it was recorded; "" is not recorded."""

    place: str
    activity: str
    approver: str
    supervisor: str
    at_a_school: bool = False  # at this school or another where the pupil is registered
    arranged_by_authority: bool = False
    staff_visit: bool = False
    remote: bool = False


def approved_activity(facts: Activity, params: ParametersAt) -> Answer:
    """Whether a session may be coded as an approved educational activity (B, P or W)."""
    tests: Iterable[tuple[bool, str]] = (
        (facts.remote, "Learning from home is the absence it is: the activity must be at a place, in person."),
        (facts.at_a_school, "A school where the pupil is registered is not such a place: another school is D."),
        (facts.arranged_by_authority, "Education that the local authority arranges is K."),
        (facts.staff_visit, "A visit that school staff supervise is V."),
        (not facts.place, "Record the place."),
        (not facts.activity, "Record the activity."),
        (not facts.approver, "Record who approved it, with authority from the proprietor."),
        (not facts.supervisor, "Record who supervises it, with the skills, training and experience for it."),
    )
    missing = tuple(sentence for wrong, sentence in tests if wrong)
    says = "It is not an approved educational activity." if missing else "It is an approved educational activity."
    return answer("AEA", not missing, says, params, missing=missing)
