"""``PN10``: when a penalty notice must be considered (SI 2007/1867 reg 9A): a duty to consider, never to issue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from intranet.law.marks import Mark


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
