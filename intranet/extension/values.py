"""The frozen values that pass between the core and a setting plugin; a plugin never sees a database session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from intranet.extension.case_types import CaseFacts, CaseType, Step
from intranet.law.calendar import Calendar
from intranet.law.codes import Code, CodeTable
from intranet.law.marks import Mark

SessionModel = Literal["am_pm", "booked", "commissioned"]


@dataclass(frozen=True)
class Setting:
    """One place that keeps registers, as hooks see it."""

    id: int
    name: str
    setting_type: str
    legal_type: str  # academy, maintained, independent, non_school, company
    phase: str  # primary, secondary, special, all_through
    authority: str
    calendar: Calendar


@dataclass(frozen=True)
class Profile:
    """What a setting type is called, whom it serves and the words it uses."""

    key: str
    label: str
    summary: str
    legal_types: tuple[str, ...]
    phases: tuple[str, ...]
    session_model: SessionModel
    words: Mapping[str, str] = field(default_factory=dict)  # pupil, pupils, register, class, commissioner, head


@dataclass(frozen=True)
class Role:
    """A role that people can hold; ``like`` names the core role whose permissions it has."""

    key: str
    label: str
    like: str
    outside: bool = False
    also: tuple[str, ...] = ()  # further permissions
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlacementModel:
    """A way of being a pupil here, with who owns each duty (register, follow_up, authorising, leave, legal, returns, roll)."""

    key: str
    label: str
    duties: Mapping[str, str]
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordKind:
    """A dated, typed fact that a plugin declares and the core stores; ``fields`` maps a name to its type and whether it is needed."""

    key: str
    label: str
    fields: Mapping[str, str]  # name -> 'text' | 'int' | 'date' | 'time' | 'bool' | 'share' | 'list', suffix '?' when optional
    clauses: tuple[str, ...] = ()
    plans: bool = False  # session plans read it (a booking)
    counts: bool = False  # triggers read it (a pupil's own threshold)
    weekly: tuple[str, ...] = ()  # role keys that owe one of these to the setting in every school week


@dataclass(frozen=True)
class Catalogue:
    """Everything declarative that a setting type brings."""

    codes: CodeTable | None = None  # None: the national codes
    roles: tuple[Role, ...] = ()
    placement_models: tuple[PlacementModel, ...] = ()
    record_kinds: tuple[RecordKind, ...] = ()
    with_reason: Mapping[str, str] = field(default_factory=dict)  # entered symbol -> symbol stored when a reason is given
    case_types: tuple[CaseType, ...] = ()
    steady: tuple[str, ...] = ()  # kinds of finding that a first plain present mark cannot raise, change or clear
    slots: tuple[str, ...] | None = None  # the slots that ``partials`` fills, so that no page waits for the others; None: any


@dataclass(frozen=True)
class Placement:
    """A pupil at a setting from day to day."""

    id: int
    pupil_id: int
    model: str
    first: date
    last: date | None
    duties: Mapping[str, str] = field(default_factory=dict)
    agreement: Mapping[str, object] = field(default_factory=dict)
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Record:
    """A dated, typed fact as hooks see it."""

    id: int
    kind: str
    pupil_id: int | None
    first: date
    last: date | None
    data: Mapping[str, object]
    version: int = 1


@dataclass(frozen=True)
class Slot:
    """A session that is due: what one mark answers for. ``closes`` is when a late arrival becomes an absence."""

    key: str  # AM, PM or HH:MM
    day: date
    label: str
    starts: time
    opens: time
    closes: time | None = None
    ends: time | None = None
    expected: bool = True
    source: str = "timetable"  # timetable, booking, commission


@dataclass(frozen=True)
class PupilFacts:
    """What a rule about one pupil may read; contacts and records are filled only in the second stage."""

    id: int
    born: date | None
    placement: Placement | None
    flags: frozenset[str] = frozenset()
    contacts: tuple[ContactFacts, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class ContactFacts:
    """A person to ring, without their name: who they are to the child and how many different numbers they have."""

    id: int
    person_key: str  # two numbers of one adult share it
    relationship: str
    priority: int
    has_number: bool
    parental_responsibility: bool = False
    lives_with: bool = False


@dataclass(frozen=True)
class Known:
    """A fact known before the session: granted leave, closure, placement elsewhere, an arrival, a parent's message."""

    kind: str  # arrival, leave, closure, elsewhere, reported, provider_mark, part_time
    symbol: str | None = None
    at: datetime | None = None
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Proposal:
    """A mark that is offered, never stored by itself; ``why`` says it in twelve words or fewer."""

    symbol: str
    why: str
    minutes: int | None = None
    note: str = ""
    clauses: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class MarkChange:
    """A mark someone wants to enter or change."""

    pupil: PupilFacts
    slot: Slot
    symbol: str
    now: datetime
    before: str | None = None
    minutes: int | None = None
    note: str = ""
    reason: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Objection:
    """Why a mark is refused ('block') or should be thought over ('warn')."""

    level: Literal["block", "warn"]
    message: str
    field: str = "code"
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What a trigger may read about one pupil: the history is whole, oldest first, and never past ``as_of``."""

    as_of: datetime
    setting: Setting
    pupil: PupilFacts
    marks: Sequence[Mark]
    codes: CodeTable
    due: Mapping[date, tuple[str, ...]] = field(default_factory=dict)  # session keys due a day, where not the standard plan
    notes: Mapping[int, str] = field(default_factory=dict)  # session_no -> reason given


@dataclass(frozen=True)
class Trigger:
    """What a rule concludes: one finding by (kind, pupil, anchor), with the roles to tell and the duty to raise."""

    kind: str
    pupil_id: int | None
    anchor: date
    title: str
    tell: tuple[str, ...] = ()  # role keys or bodies, who are told at once
    assign: tuple[str, ...] = ()  # role keys that own the duty; empty means no duty
    due: datetime | None = None
    overdue_from: datetime | None = None
    counted: tuple[int, ...] = ()  # session numbers
    figures: Mapping[str, object] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    urgency: int = 50  # 0 most urgent
    read: tuple[tuple[str, str, str], ...] = ()  # filled by the host: parameters read for this pupil, with value and citation
    rule: str = ""  # id in the catalogue of rules; empty for a rule of the setting's own policy
    would_change: tuple[str, ...] = ()  # what would change it, a sentence each


@dataclass(frozen=True)
class Attempt:
    """One try to learn why a child is absent: at which step of the ladder, whom it was meant for and what came of it."""

    at: datetime
    step: str
    outcome: str  # spoke, no_answer, message_left, wrong_number, do_not_call, sent, or a decision's option
    contact_id: int | None = None


@dataclass(frozen=True)
class Absence:
    """A child's unexplained absence on one day, as the rules for following it up may read it."""

    setting: Setting
    pupil: PupilFacts
    day: date
    now: datetime
    number: int = 1  # the school day of this absence: 1 on the first without any contact
    sessions: tuple[int, ...] = ()
    earlier: tuple[date, ...] = ()  # earlier days with an unexplained absence, newest first
    attempts: tuple[Attempt, ...] = ()  # of the day, oldest first
    concern: bool = False  # somebody judged the absence unusual or worrying


@dataclass(frozen=True)
class LadderStep:
    """One step of following an absence up; it opens when the one before has had no reply, and all stop once somebody is reached."""

    key: str
    label: str
    does: Literal["message", "call", "tell", "decide"]
    who: tuple[str, ...] = ()  # role keys that do it
    whom: Literal["first", "others", "all", ""] = ""  # of the contacts, in their order
    tries: int = 1  # tries without a reply until the next step opens; 0: one for each contact it is meant for
    tell: tuple[str, ...] = ()  # role keys or bodies to be told when a "tell" step opens
    ground: str = ""  # why they are told
    options: tuple[tuple[str, str], ...] = ()  # what a "decide" step chooses from, with labels
    due: datetime | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """Whether an act may go ahead, from when, what is missing and what to think about."""

    allowed: bool = True
    earliest: date | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    figures: Mapping[str, object] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """What someone wants to do, for ``assess``: kind is admission, sign_out, record, leave, deletion, legal_action."""

    kind: str
    setting: Setting
    pupil: PupilFacts
    on: date
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Partial:
    """A plugin's contribution to a slot: a template of its own, the values it shows and who may see it."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    order: int = 50
    permission: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a slot is being rendered: the page's setting, pupil, register and day, as plain values."""

    slot: str
    setting: Setting
    now: datetime
    pupil: PupilFacts | None = None
    register: Sequence[Slot] = ()
    marks: Sequence[Mark] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


__all__ = [
    "Absence", "Assessment", "Attempt", "CaseFacts", "CaseType", "Catalogue", "Code", "CodeTable", "ContactFacts", "Facts",
    "Known", "LadderStep", "Mark", "MarkChange", "Objection", "Partial", "Place", "Placement", "PlacementModel", "Profile",
    "Proposal", "PupilFacts", "Record", "RecordKind", "Request", "Role", "SessionModel", "Setting", "Slot", "Step", "Trigger",
]  # fmt: skip
