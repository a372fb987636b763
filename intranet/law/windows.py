"""What an arrival time comes to: present, late, or after the register closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple


@dataclass(frozen=True)
class Window:
    """When a register opens and closes."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError(
                f"The register closes at {self.closes:%H:%M}, not after it opens at {self.opens:%H:%M}. Change one."
            )

    @property
    def minutes(self) -> int:
        """How long the register stays open."""
        return _minute(self.closes) - _minute(self.opens)


class Arrival(NamedTuple):
    """The code an arrival proposes and how many minutes late it is; None when it is not late."""

    symbol: str
    minutes: int | None


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def is_morning(session_key: str) -> bool:
    """Whether a session is in the morning; a start time before noon is."""
    return session_key == "AM" or (session_key != "PM" and session_key < "12:00")


def propose(window: Window, arrival: time | datetime, session_key: str, reason: str | None = None) -> Arrival:
    """The code for an arrival, to the minute; after close a more specific code (``reason``, such as M) wins over U.

    At or before opening is present, before closing is late, at or after closing is U
    (SI 2024/208 reg 10(2), 10(8); ATT-042, ATT-044).
    """
    minute = _minute(arrival.time() if isinstance(arrival, datetime) else arrival)
    late = minute - _minute(window.opens)
    if late <= 0:
        return Arrival("/" if is_morning(session_key) else "\\", None)
    if minute < _minute(window.closes):
        return Arrival("L", late)
    return Arrival(reason or "U", late)
