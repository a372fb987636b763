"""A mark: a code entered for one pupil in one session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.law.sessions import SLOTS, day_of, key_of


@dataclass(frozen=True, slots=True)
class Mark:
    """A code in a session; ``minutes`` is how late a late arrival was."""

    session_no: int
    code_id: int
    minutes: int | None = None

    @property
    def day(self) -> date:
        """The day of the session."""
        return day_of(self.session_no)

    @property
    def key(self) -> str:
        """``AM``, ``PM`` or the start time of the session."""
        return key_of(self.session_no % SLOTS)
