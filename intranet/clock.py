"""The one place that reads the wall clock; everything else is given the moment or the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

LONDON = ZoneInfo("Europe/London")


class Clock:
    """A clock in Europe/London that the demo and tests can set: it then stands still, or runs on from there."""

    def __init__(self, at: datetime | None = None) -> None:
        self._still: datetime | None = None
        self._offset = timedelta()
        if at is not None:
            self.set(at)

    def now(self) -> datetime:
        """Return the aware moment, Europe/London."""
        if self._still is not None:
            return self._still
        return (datetime.now(UTC) + self._offset).astimezone(LONDON)

    def today(self) -> date:
        """Return the local day."""
        return self.now().date()

    def set(self, at: datetime, *, running: bool = False) -> None:
        """Set the clock; a moment without a zone is London time. ``running`` lets time pass from there."""
        moment = at.replace(tzinfo=LONDON) if at.tzinfo is None else at.astimezone(LONDON)
        self._still = None if running else moment
        self._offset = moment - datetime.now(UTC) if running else timedelta()

    def advance(self, by: timedelta) -> None:
        """Move the clock on by real elapsed time (not by clock-face time, where summer time changes)."""
        if self._still is not None:
            self._still = (self._still.astimezone(UTC) + by).astimezone(LONDON)
        else:
            self._offset += by

    def reset(self) -> None:
        """Go back to the real time."""
        self._still, self._offset = None, timedelta()


def current_clock() -> Clock:
    """Return the clock of the current app."""
    clock: Clock = current_app.extensions["daymark.clock"]
    return clock


def now() -> datetime:
    """Return the current app's moment, aware, Europe/London."""
    return current_clock().now()


def today() -> date:
    """Return the current app's local day."""
    return current_clock().today()
