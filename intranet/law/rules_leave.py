"""Leave of absence, part-time timetables and study leave: who may give it, what must be so, and which days it can cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType

from intranet.law import deadlines
from intranet.law.ages import compulsory_from, compulsory_until, is_compulsory
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.parameters import ParameterError, ParametersAt
from intranet.law.words import listed, long_date, so_many

ADVANCE = frozenset({"asked for in advance", "agreed in advance with an appropriate person"})
PARENT_AT_HOME, OTHER_PARENT, PUPIL = "parent at home", "other parent", "pupil"


@dataclass(frozen=True)
class SchoolDay:
    """A school day of a leave request and when its first session begins."""

    day: date
    begins: time


@dataclass(frozen=True)
class LeaveRequest:
    """A request for leave, and what was found about it."""

    purpose: str  # employment, interview, study, part_time, part_time_before, part_time_after, other
    received: datetime  # in the setting's own time, as the sessions are
    days: tuple[SchoolDay, ...]
    asked_by: str = PARENT_AT_HOME  # or other parent, or pupil
    decided_by_authorised: bool = True
    exceptional: bool = False  # the decider's view of the circumstances of this request
    agreed: bool = False  # with the person the rule names
    times_agreed: bool = False
    licensed: bool = False  # a licence or exemption for a performance, or licensed work abroad
    enough: bool = False  # part time is thought enough for a pupil over compulsory age
    born: date | None = None
    legal_type: str = "maintained"
    special: bool = False  # a special school that no authority maintains


def _aged(test: Callable[[date, date], bool]) -> Callable[[LeaveRequest], bool]:
    """A test of a known date of birth on the first day asked for."""

    def asked(facts: LeaveRequest) -> bool:
        return bool(facts.born and facts.days) and test(facts.born or date.min, facts.days[0].day)

    return asked


_over = _aged(lambda born, day: day > compulsory_until(born))


def _appropriate(facts: LeaveRequest) -> bool:
    """A parent whom the pupil normally lives with, or a pupil over compulsory age (SI 2024/208 reg 11(12))."""
    return facts.asked_by == PARENT_AT_HOME or (facts.asked_by == PUPIL and _over(facts))


#: What each condition of the leave parameters looks at; those about time are judged day by day.
CONDITIONS: Mapping[str, Callable[[LeaveRequest], bool]] = MappingProxyType(
    {
        "given by an authorised person": lambda facts: facts.decided_by_authorised,
        "asked for in advance": lambda facts: bool(_in_advance(facts)),
        "agreed in advance with an appropriate person": lambda facts: (
            facts.agreed and _appropriate(facts) and bool(_in_advance(facts))
        ),
        "asked by an appropriate person": _appropriate,
        "exceptional circumstances": lambda facts: facts.exceptional,
        "a licensed performance or work abroad": lambda facts: facts.licensed,
        "of compulsory school age": _aged(is_compulsory),
        "not yet of compulsory school age": _aged(lambda born, day: day < compulsory_from(born)),
        "over compulsory school age": _over,
        "agreed with a parent the pupil lives with": lambda facts: facts.agreed and facts.asked_by == PARENT_AT_HOME,
        "agreed with the pupil or a parent": lambda facts: facts.agreed,
        "wished by a parent": lambda facts: facts.asked_by != PUPIL,
        "a part-time timetable that is thought enough": lambda facts: facts.enough,
        "times and dates that are agreed": lambda facts: facts.times_agreed,
    }
)


def _in_advance(facts: LeaveRequest) -> tuple[date, ...]:
    """The days whose first session had not begun when the request was received (R-19)."""
    asked = facts.received.replace(tzinfo=None)
    return tuple(one.day for one in facts.days if asked < datetime.combine(one.day, one.begins))


def leave(facts: LeaveRequest, params: ParametersAt) -> Answer:
    """Whether leave may be given, for which days and with which code; ``missing`` are the conditions that are not met."""
    old = not_in_force("LEAVE", params)
    if old:
        return old
    needs = params[f"leave.{facts.purpose}_needs"]
    code = params[f"leave.{facts.purpose}_code"]
    lacking = tuple(need for need in needs if not _condition(need)(facts))
    days = tuple(one.day for one in facts.days)
    granted = _in_advance(facts) if ADVANCE.intersection(needs) else days
    late = tuple(day for day in days if day not in granted)
    holds = not lacking and bool(granted)
    bound = _bound(facts, params)
    figures = {"code": code, "granted": granted if holds else (), "retrospective": late, "law": bound, "needs": needs}
    missing = tuple(_say(need) for need in lacking) + ((_too_late(late),) if late else ())
    says = _leave_says(holds, code, granted, late, bound)
    change = () if holds and not late else ("A later request for days whose first session has not begun.",)
    on = granted[0] if holds else None
    return answer("LEAVE", holds, says, params, on=on, figures=figures, missing=missing, would_change=change)


def _condition(need: str) -> Callable[[LeaveRequest], bool]:
    if need not in CONDITIONS:
        raise ParameterError(f"`{need}` is not a condition of leave. The conditions are {listed(sorted(CONDITIONS))}.")
    return CONDITIONS[need]


def _say(need: str) -> str:
    """A condition as a sentence: about the pupil, the leave, or what there must be."""
    first = need.partition(" ")[0]
    if first in {"of", "not", "over"}:
        return f"The pupil must be {need}."
    return f"Leave must be {need}." if first in {"given", "asked", "agreed", "wished"} else f"There must be {need}."


def _too_late(days: tuple[date, ...]) -> str:
    named = listed(long_date(day) for day in days)
    return f"Leave cannot be given after the event: the first session of {named} had begun when it was asked for."


def _bound(facts: LeaveRequest, params: ParametersAt) -> bool:
    """Whether the leave rules bind this school by law, rather than being expected of it."""
    binds = params["leave.binds"]
    return facts.legal_type in binds or (facts.special and "special" in binds)


def _leave_says(holds: bool, code: str, granted: tuple[date, ...], late: tuple[date, ...], bound: bool) -> str:
    duty = "" if bound else " The school is not bound by these rules but is expected to follow them."
    if not holds:
        return f"Leave cannot be given.{duty}"
    part = " for the days still to come" if late else ""
    return f"Leave may be given{part}: {so_many(len(granted), 'school day')}, coded {code}.{duty}"


@dataclass(frozen=True)
class PartTime:
    """A part-time timetable that is planned."""

    agreed: date
    first: date
    last: date | None
    reviews: tuple[date, ...] = ()
    reason: str = ""
    for_behaviour: bool = False
    social_worker: bool = False
    social_worker_told: bool = False
    authority_told: date | None = None


def part_time(facts: PartTime, params: ParametersAt) -> Answer:
    """Whether a part-time timetable may begin; ``on`` is the last day for telling the authority."""
    met = {
        "an exceptional reason in the pupil's interest": bool(facts.reason.strip()),
        "a day on which full time begins again": facts.last is not None and facts.last >= facts.first,
        "a review before that day": any(facts.first <= day <= (facts.last or day) for day in facts.reviews),
        "no use to manage behaviour": not facts.for_behaviour,
        "the social worker told where there is one": facts.social_worker_told or not facts.social_worker,
    }
    lacking = [need for need in params["part_time.needs"] if not met[need]]
    tell = deadlines.within_days(facts.agreed, params["part_time.notify_days"])
    figures = {"tell_by": tell.last_in_time, "told": facts.authority_told, "needs": params["part_time.needs"]}
    missing = tuple(f"There must be {need}." for need in lacking)
    says = f"The part-time timetable lacks {listed(lacking)}." if lacking else "The part-time timetable may begin."
    if facts.authority_told is None:
        says += f" Tell the local authority by {long_date(tell.last_in_time)}."
    return answer("PARTTIME", not lacking, says, params, on=tell.last_in_time, figures=figures, missing=missing)


@dataclass(frozen=True)
class StudyLeave:
    """Study leave that is planned for a pupil."""

    year_group: int
    first: date
    last: date
    examinations: tuple[date, date] | None = None  # first and last day of the public examinations
    mock: bool = False


def study_leave(facts: StudyLeave, params: ParametersAt) -> Answer:
    """Whether study leave may be given; a pupil who wants to come in is always taken in."""
    lowest = params["study_leave.min_year"]
    while_on = facts.examinations is not None and (
        facts.examinations[0] <= facts.first and facts.last <= facts.examinations[1]
    )
    tests = (
        (facts.year_group < lowest, f"Study leave is for year {lowest} and above."),
        (facts.mock, "Study leave is not for mock examinations."),
        (not facts.mock and not while_on, "Study leave lies within the days of the public examinations."),
    )
    missing = tuple(sentence for wrong, sentence in tests if wrong)
    says = (
        "Study leave is not for this."
        if missing
        else "Study leave may be agreed, sparingly; whoever wants to come in may."
    )
    return answer("STUDY", not missing, says, params, missing=missing)
