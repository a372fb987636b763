"""What a case type says: who works on it, in which stages and steps, by which clocks, and who decides. All of it is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from intranet.law.marks import Mark

Unit = Literal["school_days", "days", "school_weeks"]
FieldKind = Literal["line", "text", "date", "time", "choice", "yes"]
UNITS, FIELD_KINDS = ("school_days", "days", "school_weeks"), ("line", "text", "date", "time", "choice", "yes")


@dataclass(frozen=True)
class Clock:
    """A deadline worked out from an event, the calendar and a parameter; never stored.

    ``start`` is ``anchor`` (the first day of what opened the case), ``opened``, ``step:<key>`` (``step:<key>,<key>``: the first of them)
    or ``field:<step>.<field>``. Without a ``limit`` the act is due on the starting day itself.
    ``first_is_one``: the starting day is day 1, as in a run (R-02); else it is day 0, as in "within" (R-05).
    """

    key: str
    label: str
    start: str = ""
    limit: str = ""  # parameter key
    unit: Unit = "school_days"
    first_is_one: bool = False
    not_before: bool = False  # the act waits until the day after; else it is due by the day
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> values with which there is such a clock
    later_of: tuple[str, ...] = ()  # clocks that must all have passed; start and limit are then empty
    clauses: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """An answer that may be chosen; on the days of a clock it appears and vanishes, and it may need further fields."""

    key: str
    label: str
    clock: str = ""
    from_day: int | None = None
    until_day: int | None = None
    needs: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepField:
    """Something to be recorded with a step."""

    key: str
    label: str
    kind: FieldKind = "line"
    needed: bool = True
    choices: tuple[Choice, ...] = ()
    clauses: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Decision:
    """Who must decide together, after consulting whom; ``roles_from`` is a parameter that lists the roles."""

    roles: tuple[str, ...] = ()
    roles_from: str = ""
    consult: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()  # shown as warnings beside it
    summary: bool = False  # deciders who may not read the case see a short summary while it is open (C-51)


@dataclass(frozen=True)
class Step:
    """Something a role does in a case; its task is on the role's home until it is done."""

    key: str
    title: str
    roles: tuple[str, ...]
    stages: tuple[str, ...] = ()  # empty: every stage
    after: tuple[str, ...] = ()  # steps that come first
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # step or decision -> outcomes that call for this one
    clock: str = ""
    outcomes: tuple[Choice, ...] = ()
    fields: tuple[StepField, ...] = ()
    repeats: bool = False  # it may be recorded again after it was done
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> values with which there is such a step
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # "step.field" -> answers that must have been recorded before
    optional: bool = False  # offered, but nobody's task
    enters: str = ""  # stage that the case moves to when it is done
    enters_by: Mapping[str, str] = field(default_factory=dict)  # outcome -> stage
    decision: Decision | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Closing:
    """A way to close a case; the named steps must be done first."""

    key: str
    label: str
    needs: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseType:
    """A kind of case of one setting type."""

    key: str
    label: str
    lead: str  # role that leads it
    stages: tuple[tuple[str, str], ...]  # key and label; the first is entered when a finding opens the case
    steps: tuple[Step, ...]
    closings: tuple[Closing, ...]
    opens: tuple[str, ...] = ()  # kinds of finding
    by_hand: tuple[str, ...] = ()  # roles that may open it themselves
    by_hand_stage: str = ""
    since: str = ""  # what the day is called that a person names when opening it by hand; empty: nobody is asked
    tells: tuple[str, ...] = ()  # roles told when it is opened by hand
    clocks: tuple[Clock, ...] = ()
    beside: tuple[str, ...] = ()  # kinds of finding of the law shown beside it, which nothing in the case can dismiss (C-11)
    restricted: tuple[str, ...] = ()  # roles that may know of it at all; empty: whoever reads cases
    child_roles: tuple[str, ...] = ()  # what a linked child can be to the case
    summary: str = ""  # one sentence that a decider outside the case reads
    clauses: tuple[str, ...] = ()

    def step(self, key: str) -> Step | None:
        """Return a step of this type."""
        return next((step for step in self.steps if step.key == key), None)

    def stage_label(self, key: str) -> str:
        """Return a stage in words."""
        return dict(self.stages).get(key, key.replace("_", " "))


@dataclass(frozen=True)
class CaseFacts:
    """What ``case_steps`` may read of a case: plain values as of a moment."""

    type: CaseType
    stage: str
    as_of: datetime
    opened_on: date
    anchor: date
    flags: frozenset[str] = frozenset()
    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # step -> outcomes so far
    days: Mapping[str, int] = field(default_factory=dict)  # clock -> which day of it today is
    marks: Sequence[Mark] = ()


__all__ = [
    "FIELD_KINDS", "UNITS", "CaseFacts", "CaseType", "Choice", "Clock", "Closing", "Decision", "Step", "StepField",
]  # fmt: skip
