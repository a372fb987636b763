"""``PN10`` over the years: each time the threshold is met anew is a duty of its own; a window that slides on is not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from intranet.law.marks import Mark
from intranet.law.rules_penalty import Threshold


def episodes(marks: Iterable[Mark], mondays: Iterable[date], sessions: int, weeks: int) -> list[Threshold]:
    """The times in which so many of these marks fell in so many school weeks on end, oldest first.

    One lasts while the window that ends with the latest mark still holds enough of them (SI 2007/1867 reg 9A, PR-2, PR-3).
    """
    known = sorted(mondays)
    placed = [(bisect_right(known, mark.day), mark) for mark in sorted(marks, key=lambda mark: mark.session_no)]
    found: list[Threshold] = []
    met_before = False
    for last in range(sessions - 1, len(placed)):
        first = last - sessions + 1
        met = placed[last][0] - placed[first][0] < weeks
        if met and met_before:
            found[-1] = Threshold(found[-1].met_on, (*found[-1].counted, placed[last][1]))
        elif met:
            found.append(Threshold(placed[last][1], tuple(mark for _, mark in placed[first : last + 1])))
        met_before = met
    return found
