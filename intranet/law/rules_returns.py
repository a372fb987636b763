"""Returns about new and leaving pupils, and the transfer file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.law import deadlines
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

ASKED = "The local authority asked for these returns too."


@dataclass(frozen=True)
class Entry:
    """A name put on the admission register."""

    entered: date
    starting_day: date
    most_junior_class: bool = False
    year_begins: date | None = None  # the first day of the school year
    authority_asks: bool = False  # the authority wants returns at the usual starting time too
    returned: date | None = None


def new5(facts: Entry, day: date, params: ParametersAt) -> Answer:
    """Whether a new pupil's return is still to be made; ``on`` is its last day, in calendar days after the entry."""
    old = not_in_force("NEW5", params)
    if old:
        return old
    usual = facts.most_junior_class and facts.starting_day == facts.year_begins
    if usual and not facts.authority_asks:
        says = "No return: the pupil starts in the most junior class on the first day of the school year."
        return answer("NEW5", False, says, params, would_change=("The authority asks for these returns.",))
    days = params["return.new_pupil_days"]
    due = deadlines.within_days(facts.entered, days)
    figures = {"days": days, "overdue_from": due.overdue_from, "overdue": day >= due.overdue_from}
    if facts.returned is not None:
        says = f"The return was made on {long_date(facts.returned)}; its last day was {long_date(due.last_in_time)}."
        return answer("NEW5", False, says, params, on=due.last_in_time, figures=figures)
    says = f"Return everything on the admission register by the end of {long_date(due.last_in_time)}."
    change = (ASKED,) if usual else ("A start in the most junior class on the first day of the school year.",)
    return answer("NEW5", True, says, params, on=due.last_in_time, figures=figures, would_change=change)


@dataclass(frozen=True)
class Leaver:
    """A name that is deleted from the admission register."""

    deleted: date
    ground_met: date
    most_senior_class: bool = False
    final_term_ends: date | None = None  # the last day of the last term of the most senior class
    authority_asks: bool = False
    returned: date | None = None


def deletion_return(facts: Leaver, params: ParametersAt) -> Answer:
    """Whether the authority must still be told of a deletion; ``on`` is the last day, the day of the deletion itself."""
    old = not_in_force("DELRET", params)
    if old:
        return old
    over = facts.final_term_ends is not None and facts.deleted >= facts.final_term_ends
    if facts.most_senior_class and over and not facts.authority_asks:
        says = "No return: the pupil leaves the most senior class at the end of its final term."
        return answer("DELRET", False, says, params, would_change=("The authority asks for these returns.",))
    figures = {"as_soon_as": facts.ground_met}
    if facts.returned is not None:
        says = f"The return was made on {long_date(facts.returned)}."
        return answer("DELRET", False, says, params, on=facts.deleted, figures=figures)
    says = f"Tell the authority, with the ground, when the name is deleted on {long_date(facts.deleted)}."
    change = (ASKED,) if facts.most_senior_class and over else ("Leaving the most senior class at the end of term.",)
    return answer("DELRET", True, says, params, on=facts.deleted, figures=figures, would_change=change)


@dataclass(frozen=True)
class Transfer:
    """A pupil who left; ``next_school`` is empty while nobody can find it out."""

    left: date
    legal_type: str
    next_school: str = ""
    outside: bool = False  # the next school is abroad or outside the maintained sector
    asked: date | None = None  # the day on which the next school asked for the file
    sent: date | None = None


def ctf15(facts: Transfer, calendar: Calendar, params: ParametersAt) -> Answer:
    """Whether the transfer file is still to be sent, by when, and to whom where there is no next school."""
    start, key = (facts.asked, "ctf.request_days") if facts.asked else (facts.left, "roll.ctf_days")
    days = params[key]
    bound = facts.legal_type in params["ctf.binds"]
    figures = {"days": days, "law": bound, "destination": _destination(facts, params)}
    try:
        last = deadlines.within_school_days(calendar, start, days).last_in_time
    except CalendarError:
        missing = ("The calendar ends before the day on which it falls due: enter the next term dates.",)
        return answer("CTF15", facts.sent is None, "Send the transfer file.", params, figures=figures, missing=missing)
    if facts.sent is not None:
        says = f"The file was sent on {long_date(facts.sent)}; its last day was {long_date(last)}."
        return answer("CTF15", False, says, params, on=last, figures=figures)
    duty = "Send the transfer file" if bound else "The school is expected to send the transfer file"
    change = (f"The next school asks for the file: {days} school days from then.",)
    says = f"{duty} to {figures['destination']} by the end of {long_date(last)}."
    return answer("CTF15", True, says, params, on=last, figures=figures, would_change=change)


def _destination(facts: Transfer, params: ParametersAt) -> str:
    if facts.outside:
        return str(params["ctf.outside_destination"])
    return facts.next_school or str(params["ctf.unknown_destination"])
