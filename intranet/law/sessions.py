"""One whole number for one session of one day, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(2000, 1, 1)
SLOTS = 2048  # a day's room for slots: AM, PM and every minute of the day
HALF_DAYS = {"AM": 1, "PM": 2}
FIRST_MINUTE = 16
_EPOCH_ORDINAL = EPOCH.toordinal()
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HALF_DAY_KEYS = {slot: key for key, slot in HALF_DAYS.items()}


@dataclass(frozen=True, order=True)
class SessionKey:
    """A session as people say it: its day and ``AM``, ``PM`` or ``HH:MM``."""

    day: date
    key: str


def slot_of(key: str) -> int:
    """The slot of a session key within its day; ValueError says what a key looks like."""
    if key in HALF_DAYS:
        return HALF_DAYS[key]
    clock = _CLOCK.fullmatch(key)
    if clock is None:
        raise ValueError(f'"{key}" is not a session: a session is AM, PM or a start time such as 09:30.')
    return FIRST_MINUTE + int(clock[1]) * 60 + int(clock[2])


def session_no(day: date, key: str) -> int:
    """The session's number: later sessions of the same kind have larger numbers."""
    return (day.toordinal() - _EPOCH_ORDINAL) * SLOTS + slot_of(key)


def key_of(slot: int) -> str:
    """The session key of a slot within a day."""
    if slot in _HALF_DAY_KEYS:
        return _HALF_DAY_KEYS[slot]
    minute = slot - FIRST_MINUTE
    if not 0 <= minute < 24 * 60:
        raise ValueError(
            f"{slot} is not a session's slot: slots are 1 for AM, 2 for PM and {FIRST_MINUTE} onwards for start times."
        )
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day_of(no: int) -> date:
    """The day of a session number."""
    return date.fromordinal(no // SLOTS + _EPOCH_ORDINAL)


def session_of(no: int) -> SessionKey:
    """The day and key of a session number."""
    return SessionKey(day_of(no), key_of(no % SLOTS))


def day_range(first: date, last: date) -> tuple[int, int]:
    """The lowest and highest session numbers from one day to another, both days included."""
    if last < first:
        raise ValueError(f"The last day, {last.isoformat()}, is before the first, {first.isoformat()}.")
    days = (last.toordinal() - _EPOCH_ORDINAL, first.toordinal() - _EPOCH_ORDINAL)
    return days[1] * SLOTS, days[0] * SLOTS + SLOTS - 1


def days_between(first: date, last: date) -> list[date]:
    """Every calendar day from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
