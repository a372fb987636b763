"""A setting's school days: terms, closures and bank holidays, with every way of counting them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from intranet.law.ages import school_year_start
from intranet.law.holidays import bank_holidays as national_bank_holidays
from intranet.law.words import long_date

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
HALF_DAYS = frozenset({"AM", "PM"})


class CalendarError(ValueError):
    """A question about days that the calendar does not know, or dates that cannot stand together."""


@dataclass(frozen=True)
class TermPeriod:
    """One half-term: ``Autumn 1`` of ``2025-26``."""

    year: str
    name: str
    first: date
    last: date

    @property
    def term(self) -> str:
        """``2025-26 Autumn``."""
        return f"{self.year} {self.name.split()[0]}"


@dataclass(frozen=True)
class Closure:
    """Days without school, or without some sessions; planned ones are coded # and unplanned ones Y4."""

    first: date
    last: date
    kind: Literal["inset", "closure", "bank_holiday", "partial"]
    label: str
    planned: bool
    sessions: frozenset[str] = frozenset()  # empty: the whole day

    @property
    def whole_day(self) -> bool:
        """Whether nothing is held: no sessions are named, or both halves of the day are."""
        return not self.sessions or self.sessions >= HALF_DAYS

    def covers(self, day: date) -> bool:
        """Whether the day lies within it."""
        return self.first <= day <= self.last


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _checked(periods: Iterable[TermPeriod]) -> tuple[TermPeriod, ...]:
    ordered = tuple(sorted(periods, key=lambda period: period.first))
    for period in ordered:
        if period.last < period.first:
            raise CalendarError(
                f"{period.year} {period.name} ends on {long_date(period.last)}, "
                f"before it begins on {long_date(period.first)}."
            )
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        if later.first <= earlier.last:
            raise CalendarError(
                f"{later.year} {later.name} begins on {long_date(later.first)}, before {earlier.year} {earlier.name} "
                f"ends on {long_date(earlier.last)}. Change one of the dates."
            )
    return ordered


@dataclass(frozen=True)
class Calendar:
    """The calendar of one setting: a school day is a weekday in a half-term that nothing closes (EA 1996 s579(1))."""

    periods: tuple[TermPeriod, ...]
    closures: tuple[Closure, ...] = ()
    bank_holidays: Mapping[date, str] | None = field(default=None, hash=False)
    weekdays: frozenset[int] = frozenset(range(5))
    _days: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())
    _day_set: frozenset[int] = field(init=False, repr=False, compare=False, default=frozenset())
    _partial: Mapping[int, frozenset[str]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _weeks: tuple[date, ...] = field(init=False, repr=False, compare=False, default=())
    _half_terms: dict[date, TermPeriod | None] = field(init=False, repr=False, compare=False, default_factory=dict)  # asked before
    _school_years: dict[date, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "periods", _checked(self.periods))
        put(self, "closures", tuple(self.closures))
        if self.bank_holidays is None and self.periods:
            put(self, "bank_holidays", national_bank_holidays(self.periods[0].first.year, self.periods[-1].last.year))
        closed, partial = self._closed()
        days = [n for period in self.periods for n in range(period.first.toordinal(), period.last.toordinal() + 1)]
        open_days = tuple(n for n in days if n not in closed and date.fromordinal(n).weekday() in self.weekdays)
        put(self, "_days", open_days)
        put(self, "_day_set", frozenset(open_days))
        put(self, "_partial", partial)
        put(self, "_weeks", tuple(sorted({_monday(date.fromordinal(n)) for n in open_days})))

    def _closed(self) -> tuple[set[int], dict[int, frozenset[str]]]:
        closed = {day.toordinal() for day in self.bank_holidays or {}}
        partial: dict[int, frozenset[str]] = {}
        for closure in self.closures:
            span = range(closure.first.toordinal(), closure.last.toordinal() + 1)
            if closure.whole_day:
                closed.update(span)
                continue
            for n in span:
                partial[n] = partial.get(n, frozenset()) | closure.sessions
        closed |= {n for n, keys in partial.items() if keys >= HALF_DAYS}
        return closed, partial

    def is_school_day(self, day: date) -> bool:
        """Whether a session is held that day."""
        return day.toordinal() in self._day_set

    def is_session_day(self, day: date, key: str) -> bool:
        """Whether the session with this key is held that day."""
        number = day.toordinal()
        return number in self._day_set and key not in self._partial.get(number, ())

    def why_closed(self, day: date, key: str | None = None) -> Closure | None:
        """The closure or bank holiday on a day (or of one session); None when open, at a weekend and outside term."""
        if day in (self.bank_holidays or {}):
            return Closure(day, day, "bank_holiday", (self.bank_holidays or {})[day], planned=True)
        here = [closure for closure in self.closures if closure.covers(day)]
        whole = next((closure for closure in here if closure.whole_day), None)
        return whole or next((closure for closure in here if key is None or key in closure.sessions), None)

    def school_days(self, first: date, last: date) -> list[date]:
        """The school days from one day to another, both included."""
        low, high = bisect_left(self._days, first.toordinal()), bisect_right(self._days, last.toordinal())
        return [date.fromordinal(n) for n in self._days[low:high]]

    def count(self, first: date, last: date) -> int:
        """How many school days there are from one day to another, both included."""
        return max(0, bisect_right(self._days, last.toordinal()) - bisect_left(self._days, first.toordinal()))

    def nth(self, start: date, n: int) -> date:
        """The nth school day, the start counting as the first if it is one."""
        if n < 1:
            raise CalendarError(f"There is no school day number {n}: the first is number 1.")
        return self._at(bisect_left(self._days, start.toordinal()) + n - 1, start)

    def after(self, start: date, n: int) -> date:
        """The nth school day after the start, which is day 0."""
        return self._at(bisect_right(self._days, start.toordinal()) + n - 1, start) if n > 0 else start

    def before(self, start: date, n: int) -> date:
        """The nth school day before the start, which is day 0."""
        return self._at(bisect_left(self._days, start.toordinal()) - n, start) if n > 0 else start

    def _at(self, index: int, start: date) -> date:
        if 0 <= index < len(self._days):
            return date.fromordinal(self._days[index])
        known = (
            f"from {long_date(self.periods[0].first)} to {long_date(self.periods[-1].last)}"
            if self.periods
            else "for no days at all"
        )
        raise CalendarError(
            f"The calendar has term dates {known}: it cannot count that far from {long_date(start)}. "
            "Add the next term dates."
        )

    def half_term(self, day: date) -> TermPeriod | None:
        """The half-term that a day lies in, weekends included; None in the holidays."""
        if day not in self._half_terms:
            self._half_terms[day] = next((period for period in self.periods if period.first <= day <= period.last), None)
        return self._half_terms[day]

    def term(self, day: date) -> str | None:
        """``2025-26 Autumn``, half-term holidays included; None between terms."""
        return next((name for name, (first, last) in self._terms().items() if first <= day <= last), None)

    def term_range(self, day: date) -> tuple[date, date] | None:
        """The first and last day of the term that a day lies in; None between terms."""
        return self._terms().get(self.term(day) or "")

    def _terms(self) -> dict[str, tuple[date, date]]:
        found: dict[str, tuple[date, date]] = {}
        for period in self.periods:
            found[period.term] = (found.get(period.term, (period.first,))[0], period.last)
        return found

    def school_year(self, day: date) -> str:
        """``2025-26``: a school year lasts until the next one's first term begins (Education Act 1996 s579(1))."""
        if day not in self._school_years:
            self._school_years[day] = self._year_of(day)
        return self._school_years[day]

    def _year_of(self, day: date) -> str:
        begun = [period for period in self.periods if period.first <= day]
        if begun and day < self._year_end(begun[-1].year):
            return begun[-1].year
        start = school_year_start(day)
        return f"{start.year}-{(start.year + 1) % 100:02d}"

    def _year_end(self, year: str) -> date:
        """The day on which the next school year begins."""
        last = max(period.last for period in self.periods if period.year == year)
        following = next((period.first for period in self.periods if period.first > last), None)
        start = school_year_start(last)
        return following or start.replace(year=start.year + 1)

    def year_range(self, year: str) -> tuple[date, date]:
        """The first and last day of a school year, its summer holiday included; CalendarError when it has no dates."""
        first = next((period.first for period in self.periods if period.year == year), None)
        if first is None:
            raise CalendarError(f"The calendar has no term dates for {year}. Add them.")
        return first, self._year_end(year) - ONE_DAY

    def school_weeks(self, first: date, last: date) -> list[date]:
        """The Mondays of the weeks, between two days, with at least one session (SI 2007/1867 reg 9A(6))."""
        return list(self._weeks[bisect_left(self._weeks, _monday(first)) : bisect_right(self._weeks, last)])

    def window(self, day: date, weeks: int) -> tuple[date, date]:
        """The first Monday and last Sunday of so many school weeks, up to the day's week or the last before it."""
        end = bisect_right(self._weeks, day)
        if end == 0:
            raise CalendarError(f"The calendar has no school week up to {long_date(day)}. Add the earlier term dates.")
        return self._weeks[max(0, end - weeks)], self._weeks[end - 1] + WEEK - ONE_DAY

    def last_school_day_of_week(self, day: date) -> date | None:
        """The last school day of the day's Monday-to-Sunday week; None when the week has none."""
        days = self.school_days(_monday(day), _monday(day) + WEEK - ONE_DAY)
        return days[-1] if days else None

    def last_school_day_of_term(self, day: date) -> date | None:
        """The last school day of the term that the day lies in; None between terms."""
        span = self.term_range(day)
        days = self.school_days(*span) if span else []
        return days[-1] if days else None
