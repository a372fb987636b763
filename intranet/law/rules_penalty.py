"""``PN10``: when a penalty notice must be considered (SI 2007/1867 reg 9A): a duty to consider, never to issue."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from intranet.law.ages import compulsory_from, compulsory_until
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.codes import CodeTable, national_codes
from intranet.law.marks import Mark
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

LAST_OF_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Threshold:
    """The first window that reaches the threshold: the marks that were counted and the session that met it."""

    met_on: Mark
    counted: tuple[Mark, ...]


def pn10(
    marks: Iterable[Mark], relevant: Collection[int], mondays: Iterable[date], sessions: int, weeks: int
) -> Threshold | None:
    """The earliest time so many relevant marks fell in so many school weeks on end; None while they have not.

    ``mondays`` are the school weeks; weeks without a session are not among them, so a window reaches over holidays.
    """
    order = {monday: n for n, monday in enumerate(sorted(mondays))}
    found = sorted((mark for mark in marks if mark.code_id in relevant), key=lambda mark: mark.session_no)
    placed = [(order[_monday(mark.day)], mark) for mark in found if _monday(mark.day) in order]
    for last in range(sessions - 1, len(placed)):
        window = placed[last - sessions + 1 : last + 1]
        if window[-1][0] - window[0][0] < weeks:
            return Threshold(window[-1][1], tuple(mark for _week, mark in window))
    return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class AbsenceFacts:
    """One pupil's marks in one school's register; another register is judged by itself and shown beside (PR-5)."""

    marks: tuple[Mark, ...]
    mondays: tuple[date, ...]  # school weeks of this school, those ahead included
    born: date | None
    codes: CodeTable = field(default_factory=national_codes)
    elsewhere: Mapping[str, int] = field(default_factory=dict, hash=False)  # school -> sessions, never added


@dataclass(frozen=True)
class WindowCount:
    """School weeks on end, from a Monday to a Sunday, and the relevant sessions in them."""

    first: date
    last: date
    sessions: int


@dataclass(frozen=True)
class Counted:
    """A session that counts, and the Monday on which the windows have left it behind; None beyond the calendar."""

    mark: Mark
    drops_off: date | None


@dataclass(frozen=True)
class Strip:
    """Every window up to a day: the one that ends with its week, the fullest, and how many sessions are still wanted."""

    weeks: tuple[tuple[date, int], ...]  # Monday, relevant sessions
    windows: tuple[WindowCount, ...]
    current: WindowCount | None
    nearest: WindowCount | None  # the fullest; the latest of equals
    more: int  # sessions this week that would reach the threshold
    counted: tuple[Counted, ...]  # those of the current window


def relevant(facts: AbsenceFacts, params: ParametersAt) -> tuple[Mark, ...]:
    """The marks that count: their code, their day, compulsory school age then, not after the day asked about (PR-4).

    A child without a date of birth is taken to be of that age (Education Act 1996 s445).
    """
    codes = facts.codes.ids(params["penalty.codes"])
    first, last = params["penalty.counted_from"], params.day
    if facts.born is not None:
        first, last = max(compulsory_from(facts.born), first), min(compulsory_until(facts.born), last)
    found = (mark for mark in facts.marks if mark.code_id in codes and first <= mark.day <= last)
    return tuple(sorted(found, key=lambda mark: mark.session_no))


def strip(facts: AbsenceFacts, params: ParametersAt) -> Strip:
    """The windows of school weeks up to the day, and when each counted session drops off."""
    size, wanted = params["penalty.window_weeks"], params["penalty.threshold_sessions"]
    mondays = sorted(facts.mondays)
    per_week: dict[date, list[Mark]] = {}
    for mark in relevant(facts, params):
        per_week.setdefault(_monday(mark.day), []).append(mark)
    past = mondays[: bisect_right(mondays, params.day)]
    counts = [len(per_week.get(monday, ())) for monday in past]
    windows = tuple(_window(past, counts, end, size) for end in range(len(past)))
    here = [mark for monday in past[-size:] for mark in per_week.get(monday, ())]
    return Strip(
        weeks=tuple(zip(past, counts, strict=True)),
        windows=windows,
        current=windows[-1] if windows else None,
        nearest=max(windows, key=lambda window: (window.sessions, window.last), default=None),
        more=max(0, wanted - (windows[-1].sessions if windows else 0)),
        counted=tuple(Counted(mark, drops_off(mark.day, mondays, size)) for mark in here),
    )


def _window(past: list[date], counts: list[int], end: int, size: int) -> WindowCount:
    start = max(0, end - size + 1)
    return WindowCount(past[start], past[end] + LAST_OF_WEEK, sum(counts[start : end + 1]))


def drops_off(day: date, mondays: list[date], weeks: int) -> date | None:
    """The Monday from which no window reaches back to the day; None when the calendar ends before it."""
    at = bisect_left(mondays, _monday(day)) + weeks
    return mondays[at] if at < len(mondays) else None


def threshold(facts: AbsenceFacts, params: ParametersAt) -> Answer:
    """``PN10``: whether a notice must be considered, on which session it came to that, and how near it is."""
    outside = not_in_force("PN10", params)
    if outside:
        return outside
    wanted, weeks = params["penalty.threshold_sessions"], params["penalty.window_weeks"]
    counting = relevant(facts, params)
    codes = facts.codes.ids(params["penalty.codes"])
    met = pn10(counting, codes, facts.mondays, wanted, weeks)
    shown = strip(facts, params)
    return answer(
        "PN10",
        met is not None,
        _said(met, shown, wanted, weeks),
        params,
        on=met.met_on.day if met else None,
        counted=tuple(mark.session_no for mark in (met.counted if met else [one.mark for one in shown.counted])),
        figures=_figures(facts, shown, met),
        missing=("Enter the date of birth: only sessions of compulsory school age count.",)
        if facts.born is None
        else (),
        would_change=_would_change(facts, shown, met, wanted),
    )


def _figures(facts: AbsenceFacts, shown: Strip, met: Threshold | None) -> dict[str, object]:
    window = shown.current
    return {
        "sessions": window.sessions if window else 0,
        "window": (window.first, window.last) if window else None,
        "nearest": shown.nearest,
        "more": shown.more,
        "drops_off": {one.mark.session_no: one.drops_off for one in shown.counted},
        "met_on": met.met_on.session_no if met else None,
        "elsewhere": dict(facts.elsewhere),
    }


def _said(met: Threshold | None, shown: Strip, wanted: int, weeks: int) -> str:
    if met:
        first, last = met.counted[0].day, met.met_on.day
        return (
            f"{len(met.counted)} unauthorised sessions from {long_date(first)} to {long_date(last)}, "
            f"within {weeks} school weeks on end: whether to issue a penalty notice must be considered."
        )
    window = shown.current
    if window is None:
        return "There is no school week to count in yet."
    return (
        f"{window.sessions} unauthorised sessions in the {weeks} school weeks to {long_date(window.last)}: "
        f"{shown.more} more before {wanted} are reached. A notice below that is still possible."
    )


def _would_change(facts: AbsenceFacts, shown: Strip, met: Threshold | None, wanted: int) -> tuple[str, ...]:
    pending = facts.codes.ids(["N"])
    counted = met.counted if met else tuple(one.mark for one in shown.counted)
    open_marks = sum(mark.code_id in pending for mark in counted)
    found = []
    if open_marks:
        found.append(f"{open_marks} of these sessions are N: one that becomes an authorised code no longer counts.")
    leaving = next((one for one in shown.counted if one.drops_off), None)
    if not met and leaving and leaving.drops_off:
        found.append(f"The session of {long_date(leaving.mark.day)} drops off on {long_date(leaving.drops_off)}.")
    if met:
        found.append(f"A corrected mark that leaves fewer than {wanted} in every window takes this away.")
    return tuple(found)
