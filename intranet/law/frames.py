"""What a stretch of days means to a setting, worked out once for many packed years: sessions due, school weeks, half-terms, ages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from intranet.law.ages import compulsory_from, compulsory_until
from intranet.law.calendar import Calendar, TermPeriod
from intranet.law.runs import Due, due_from
from intranet.law.sessions import EPOCH, HALF_DAYS, SLOTS

Span = tuple[int, int]  # byte positions, the second not included


@dataclass(frozen=True, eq=False)  # itself alone is the same: what is worked out from it is kept by it
class Frame:
    """What a stretch of days is to a setting: the sessions due, and the school week and half-term of each byte."""

    first: date
    through: date
    days: tuple[date, ...]  # school days on which a session is due, up to and with ``through``
    singles: int  # how many of them have one session only
    due: tuple[Span, ...]  # the bytes of the sessions due: two a day, an only session twice
    weeks: tuple[int, ...]  # the number of each byte's school week; -1 in a week without a session
    periods: tuple[tuple[TermPeriod, int, int], ...]

    @cached_property
    def sessions(self) -> tuple[int, ...]:
        """Return the session number of each byte."""
        first = (self.first - EPOCH).days
        return tuple((first + place // 2) * SLOTS + 1 + place % 2 for place in range(len(self.weeks)))

    def place(self, day: date) -> int:
        """Return the first byte of a day."""
        return (day - self.first).days * 2

    def together(self, days: int) -> int:
        """Return how many bytes side by side so many whole days on end have at least, wherever they lie."""
        return _together(self, days)

    def least(self, days: int) -> int:
        """Return the fewest marks that so many whole days can have."""
        return 2 * days - min(days, self.singles)


def frame(calendar: Calendar, first: date, last: date, due: Due | None = None, through: date | None = None) -> Frame:
    """Return the frame of the days from one to another; ``due`` is a pupil's own plan, ``through`` the last day judged."""
    asked = due or due_from(calendar)
    end = min(through, last) if through else last
    plan = [(day, sorted({HALF_DAYS[key] for key in asked(day)})) for day in calendar.school_days(first, end)]
    held = [(day, slots) for day, slots in plan if slots]
    places = [(day - first).days * 2 + slot - 1 for day, slots in held for slot in (slots[0], slots[-1])]
    return Frame(
        first, end, tuple(day for day, _ in held), sum(len(slots) == 1 for _, slots in held), tuple(_joined(places)),
        tuple(_weeks(calendar, first, last)), tuple(_periods(calendar, first, last)),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _together(frame: Frame, days: int) -> int:
    held = [place for low, high in frame.due for place in range(low, high)]
    each = (_joined(sorted(set(held[2 * n : 2 * (n + days)]))) for n in range(len(frame.days) - days + 1))
    return min((max(high - low for low, high in spans) for spans in each), default=1)


def _joined(places: Sequence[int]) -> Iterator[Span]:
    """Yield stretches of bytes that follow each other."""
    begins = 0
    for n in range(1, len(places) + 1):
        if n == len(places) or places[n] != places[n - 1] + 1:
            yield places[begins], places[n - 1] + 1
            begins = n


def _weeks(calendar: Calendar, first: date, last: date) -> Iterator[int]:
    order = {monday: n for n, monday in enumerate(calendar.school_weeks(first, last))}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        week = order.get(day - timedelta(days=day.weekday()), -1)
        yield from (week, week)
    yield from (-1, -1)  # a year of 365 days leaves its last two bytes empty


def _periods(calendar: Calendar, first: date, last: date) -> Iterator[tuple[TermPeriod, int, int]]:
    for period in calendar.periods:
        low, high = max(period.first, first), min(period.last, last)
        if low <= high:
            yield period, (low - first).days * 2, (high - first).days * 2 + 2


def clip(blob: bytes, span: Span) -> bytes:
    """Return a pupil's bytes with the marks outside a span taken out."""
    low, high = span
    return bytes(low) + blob[low:high] + bytes(max(len(blob) - high, 0))


def ages_of(born: Iterable[date | None], frame: Frame) -> dict[int, Span]:
    """Return the bytes at compulsory school age of the pupils who are not of it throughout the frame."""
    found: dict[int, Span] = {}
    size = len(frame.weeks) - 2
    for n, day in enumerate(born):
        if day is None:
            continue
        low = min(max(frame.place(compulsory_from(day)), 0), size)
        high = max(min(frame.place(compulsory_until(day)) + 2, size), low)
        if (low, high) != (0, size):
            found[n] = low, high
    return found
