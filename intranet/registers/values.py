"""What the registers room hands about: what was entered, what came of it and what a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from intranet.errors import Refused
from intranet.extension.values import Placement, Proposal, PupilFacts, Slot
from intranet.law.codes import Code


class Entry(NamedTuple):
    """A mark somebody entered; ``before`` is the symbol their page showed."""

    pupil_id: int
    symbol: str
    minutes: int | None = None
    note: str | None = None
    source: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Typed:
    """What somebody typed in a row, right or wrong, to show it again."""

    symbol: str = ""
    minutes: str = ""
    note: str = ""


@dataclass(frozen=True)
class MarkConflict:
    """A mark that was not stored because somebody else's stands: both values, who and when (``theirs`` None: left the class)."""

    pupil_id: int
    yours: str
    theirs: str | None
    who: str
    at: datetime | None
    minutes: int | None = None
    note: str | None = None
    name: str = ""
    position: int = 0  # of the event that made theirs


@dataclass(frozen=True)
class Outcome:
    """What a save stored: the event's position (the last one before it when nothing was new), and what was left out and why."""

    position: int
    saved: tuple[int, ...] = ()
    conflicts: tuple[MarkConflict, ...] = ()
    warnings: tuple[str, ...] = ()
    findings: Sequence[object] = ()
    repeated: bool = False
    marks: Mapping[int, tuple[str, int | None, str | None]] = field(default_factory=dict)  # as they stand now, by pupil due
    due: int = 0
    tag: str = ""
    group_id: int = 0


@dataclass(frozen=True)
class Paper:
    """Who took a register on paper, and when."""

    by: str
    at: datetime


class MarksRefused(Refused):
    """Marks that may not stand as they are: a sentence for each pupil's row; ``ask`` when a reason would be enough."""

    heading = "This register is not saved yet"

    def __init__(self, rows: Mapping[int, str], clauses: Sequence[str] = (), *, ask: bool = False) -> None:
        self.rows, self.ask = dict(rows), ask
        first = next(iter(self.rows.values()), "")
        step = "Say why and save again" if ask else "Change it and save again; everything you entered is still here"
        super().__init__("Register", None, first, step, clauses=clauses)


@dataclass(frozen=True)
class RegisterState:
    """A register's last save."""

    position: int
    first_saved_at: datetime
    saved_at: datetime
    saved_by: int | None
    saved_by_name: str
    marked: int
    from_paper: bool


@dataclass(frozen=True)
class RegisterGroup:
    """The class of a register with who takes it that day, and its last save if there was one."""

    id: int
    name: str
    kind: str
    staff: tuple[int, ...]
    state: RegisterState | None = None


class OnRoll(NamedTuple):
    """A pupil of the class on the day, with the session due (None: none for this pupil)."""

    pupil_id: int
    family: str
    given: str
    born: date | None
    placement: Placement | None
    flags: frozenset[str]
    slot: Slot | None
    starts_today: bool = False
    leaves_today: bool = False

    @property
    def facts(self) -> PupilFacts:
        """Return what rules may read about the pupil here."""
        return PupilFacts(self.pupil_id, self.born, self.placement, self.flags)


class ShownMark(NamedTuple):
    """A mark as a page shows it."""

    symbol: str
    word: str
    meaning: str
    minutes: int | None
    note: str | None
    source: str | None
    position: int


class Row(NamedTuple):
    """One row of a register; ``entered`` is what somebody typed that is not stored yet."""

    number: int
    pupil_id: int
    name: str
    mark: ShownMark | None
    earlier: tuple[str, ...]
    hint: str = ""
    hint_status: str = ""
    badges: tuple[str, ...] = ()
    proposal: Proposal | None = None
    proposal_word: str = ""
    due: bool = True
    locked: bool = False
    entered: Typed | None = None
    problem: str = ""


@dataclass(frozen=True)
class RegisterPage:
    """A register as its page shows it."""

    setting_id: int
    session_no: int
    group: RegisterGroup
    slot: Slot
    rows: tuple[Row, ...]
    present: Code
    absent: Code
    late: Code
    codes: tuple[Code, ...]
    drawn: int
    now: datetime
    tag: str
    closed: str = ""
    closed_symbol: str = ""
    may_write: bool = False
    may_amend: bool = False
    mode: str = "teacher"
    late_minutes: int = 0
    is_closed: bool = False
    sessions: tuple[tuple[str, int], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    note_word: str = "note"

    @cached_property
    def due(self) -> tuple[Row, ...]:
        """Return the rows that need a mark."""
        return tuple(row for row in self.rows if row.due)

    @property
    def code_keys(self) -> str:
        """Return the codes that may be entered as the page's script reads them, with ! where one needs a note."""
        return "".join(f"{code.symbol}{'!' if code.note_required else ''} " for code in self.codes)

    @cached_property
    def marked(self) -> int:
        """Return how many of them have one."""
        return sum(1 for row in self.due if row.mark)
