"""What decides whether a rule is worth asking about a pupil: read once for a setting and a day, as most pupils are far from every line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from intranet.extension.values import Setting
from intranet.law.ages import compulsory_from, compulsory_until
from intranet.law.calendar import CalendarError
from intranet.law.codes import national_codes
from intranet.law.parameters import ParametersAt
from intranet.law.sessions import day_range

#: Schools in law; a company or a provider that is not a school makes no statutory returns (C-37).
SCHOOLS = frozenset({"academy", "maintained", "independent"})
SUSPENDED = ("E",)
#: Without a reason: N, and O (R-04).
UNEXPLAINED = ("N", "O")


@dataclass(frozen=True)
class Limits:
    """The lines as bytes: the codes that count for each."""

    year: tuple[date, date] | None  # first and last day of the school year; None where its term dates are not entered
    without_reason: bytes  # N
    unexplained: bytes  # N and O
    not_held: bytes
    run: bytes  # the codes of the attendance return
    run_days: int | None
    sick: bytes
    sick_days: int | None
    sick_from: int | None  # the smallest number of days that a rule about sickness looks for
    suspended: bytes
    possible: bytes
    missed: bytes
    mixed: bool  # the codes change within the school year, so that bytes alone do not say what counts
    rate: tuple[int, int] | None  # the smallest share missed that is flagged, as numerator and denominator
    relevant: bytes
    threshold: int | None  # None where no penalty notice can be used

    def streak(self, held: bytes) -> bool:
        """Whether there are as many marks of the attendance return as it needs days: a mark on a day without school may lie between them."""
        return self.run_days is not None and count(held, self.run) >= self.run_days

    def sickness(self, held: bytes, this_year: bytes) -> bool:
        """Whether there are as many marks of sickness, in this school year or before it, as the first rule about it needs days."""
        if self.sick_days is None or self.sick_from is None:
            return False
        sick, lately = count(held, self.sick), count(this_year, self.sick)
        return lately >= self.sick_from or sick - lately >= self.sick_days or (lately < sick >= self.sick_days and self._ill(held))

    def _ill(self, held: bytes) -> bool:
        """Whether as many marks on end as a return needs days are sickness: an absence may go over from one year to the next."""
        kept = held.translate(None, self.not_held)
        return any(len(part) >= (self.sick_days or 0) for part in kept.translate(bytes(c in self.sick for c in range(256))).split(b"\0"))

    def share(self, held: bytes) -> bool:
        """Whether the share missed among these marks of the school year may reach a flag."""
        if self.rate is None:
            return False
        if self.mixed:
            return bool(held)
        missed = count(held, self.missed)
        return missed > 0 and missed * self.rate[1] >= count(held, self.possible) * self.rate[0]


def count(held: bytes, codes: bytes) -> int:
    """Return how many marks have one of these codes."""
    return len(held) - len(held.translate(None, codes))


def limits_of(setting: Setting, params: ParametersAt) -> Limits:
    """Return the limits of a setting on the day of these parameters."""
    codes, year = national_codes(), _year(setting, params.day)
    known = list(codes.on(year[1] if year else params.day))
    rates = [rate for rate in (params.get("metrics.pa_rate"), params.get("metrics.severe_rate")) if rate is not None]
    steps = [n for n in (params.get("return.sickness_days"), *params.get("return.sickness_warning_days", ())) if n is not None]
    return Limits(
        year=year,
        without_reason=_ids(("N",)),
        unexplained=_ids(UNEXPLAINED),
        not_held=_ids(params.get("register.not_held_codes", ())),
        run=_ids(params.get("return.attendance_codes", ())),
        run_days=params.get("return.attendance_days"),
        sick=_ids(params.get("return.sickness_codes", ())),
        sick_days=params.get("return.sickness_days"),
        sick_from=min(steps, default=None),
        suspended=_ids(SUSPENDED) if params.get("suspension.provision_day") is not None else b"",
        possible=bytes(code.id for code in known if code.counts_possible),
        missed=bytes(code.id for code in known if code.counts_possible and not code.counts_present),
        mixed=year is not None and any(year[0] < day <= year[1] for day in codes.boundaries()),
        rate=(min(rates).numerator, min(rates).denominator) if rates else None,
        relevant=_ids(params.get("penalty.codes", ())),
        threshold=params.get("penalty.threshold_sessions") if setting.legal_type in params.get("penalty.relevant_schools", ()) else None,
    )


def _ids(symbols: Collection[str]) -> bytes:
    return bytes(national_codes().ids(symbols))


def _year(setting: Setting, day: date) -> tuple[date, date] | None:
    try:
        return setting.calendar.year_range(setting.calendar.school_year(day))
    except CalendarError:
        return None


@lru_cache(maxsize=4096)
def compulsory_span(born: date) -> tuple[date, date]:
    """Return the first and last day of compulsory school age."""
    return compulsory_from(born), compulsory_until(born)


@lru_cache(maxsize=4096)
def counted_span(born: date | None, first: date, last: date) -> tuple[int, int] | None:
    """Return the lowest and highest session of these days at compulsory age (PR-4); None when there is none."""
    start, end = compulsory_span(born) if born else (first, last)
    first, last = max(first, start), min(last, end)
    return day_range(first, last) if first <= last else None
