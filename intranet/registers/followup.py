"""The follow-up list: a day's unexplained absences by risk, with whom to ring and which step of the ladder is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from intranet.clock import LONDON
from intranet.errors import NotFound
from intranet.extension.caller import Caller
from intranet.extension.values import LadderStep, Record
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.registers import followup_rules as rules
from intranet.registers.board import FIRST
from intranet.registers.followup_reading import (
    DELEGATE,
    HOLD,
    REPORT,
    VISIT,
    Adult,
    Read,
    absence,
    decision,
    last_seen,
    read,
)
from intranet.registers.followup_rules import Decision, StepState
from intranet.registers.rules import session_word
from intranet.settings.context import SettingContext
from intranet.web.why import Cited, Why, cited


@dataclass(frozen=True)
class Tried:
    """A try as the list shows it."""

    at: datetime
    who: str
    whom: str
    outcome: str
    note: str


@dataclass(frozen=True)
class Claimed:
    """A reason that is known and waits for a decision, or for somebody to enter its code."""

    reason: str
    symbol: str
    informant: str
    decision: Decision
    waits_for: str  # who decides, in words; empty: the person who looks may
    mine: bool


@dataclass(frozen=True)
class Row:
    """One child nobody has explained the absence of."""

    pupil_id: int
    name: str
    group: str
    sessions: tuple[str, ...]
    drawn: int
    number: int
    seen: date | None
    first: bool  # looked for before others
    tried: tuple[Tried, ...]
    steps: tuple[StepState, ...]
    open: LadderStep | None
    adults: tuple[Adult, ...]  # in the order to ring; those already tried to no use come last
    next_id: int | None
    unread: int
    message_id: int | None
    held: bool
    claimed: Claimed | None
    reached: bool
    why: Why

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Return the place in the list: risk, no try yet, the longest absence, the name."""
        return (0 if self.first else 1, 1 if self.tried else 0, -self.number, self.name)

    @property
    def callable(self) -> bool:
        """Return whether anybody may ring: no message waits to be read and the DSL has said nothing."""
        return not self.held and not self.unread


@dataclass(frozen=True)
class FollowUp:
    """The list of a day."""

    day: date
    rows: tuple[Row, ...]
    resolved: tuple[str, ...]  # names of those who were followed up and are explained now
    reports: tuple[tuple[str, Record], ...]
    messages: tuple[tuple[str, int, datetime], ...]
    visits: tuple[tuple[str, Record, bool], ...]  # name, visit, whether somebody should be back by now
    delegates: tuple[Record, ...]


def follow_up(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, day: date, now: datetime) -> FollowUp:
    """Return the follow-up list of a day as this person sees it; the statements do not grow with the pupils."""
    known = read(conn, ctx, caller, day, now)
    rows = sorted(rows_of(known, actor), key=lambda row: row.order)
    names = {pupil: one.shown_name for pupil, one in known.known.items()}
    resolved = sorted(names[pupil] for pupil in known.attempts if pupil not in known.marks and pupil in names)
    return FollowUp(
        day, tuple(rows), tuple(resolved), tuple((names.get(one.pupil_id or 0, ""), one) for one in known.records.get(REPORT, ())),
        tuple((names.get(row.pupil_id, ""), row.id, row.received_at.astimezone(LONDON)) for some in known.unread.values() for row in some),
        tuple((names.get(one.pupil_id or 0, ""), one, overdue(one, now)) for one in known.records.get(VISIT, ())),
        tuple(known.records.get(DELEGATE, ())),
    )  # fmt: skip


def overdue(visit: Record, now: datetime) -> bool:
    """Return whether whoever went out should be back and has not checked in."""
    return not visit.data.get("checked_in") and f"{now:%Y-%m-%dT%H:%M}" > f"{visit.first.isoformat()}T{visit.data['back']}"


def rows_of(known: Read, actor: Actor) -> list[Row]:
    """Return a row for each pupil with an unexplained absence; the contact ladder is asked once for all."""
    found = [pupil for pupil in known.marks if pupil in known.facts and pupil in known.known]
    absences = [absence(known, pupil) for pupil in found]
    ladders = known.caller.contact_ladders(absences) if absences else []
    return [_row(known, actor, pupil, one.number, steps) for pupil, one, steps in zip(found, absences, ladders, strict=True)]


def one_row(conn: Connection, ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, day: date, now: datetime) -> tuple[Read, Row]:
    """Return a pupil's row with what it was made from; raise NotFound when there is nothing to follow up."""
    known = read(conn, ctx, caller, day, now, only=pupil_id)
    rows = rows_of(known, actor)
    if not rows:
        raise NotFound(f"No absence of {long_date(day)} is unexplained for this pupil. Open the list again: it may have been settled.")
    return known, rows[0]


def _row(known: Read, actor: Actor, pupil_id: int, number: int, steps: Sequence[LadderStep]) -> Row:
    facts, who, marks = known.facts[pupil_id], known.known[pupil_id], known.marks[pupil_id]
    attempts = absence(known, pupil_id).attempts
    stand = rules.states(steps, attempts, facts.contacts)
    current = rules.current(stand)
    useless = {one.contact_id for one in attempts if one.outcome in rules.NOT_AGAIN}
    adults = sorted(known.adults.get(pupil_id, ()), key=lambda one: one.id in useless)
    messages = known.unread.get(pupil_id, ())
    return Row(
        pupil_id, who.shown_name, who.group_name, tuple(session_word(one.session_no) for one in marks), max(one.position for one in marks), number,
        last_seen(known, pupil_id), bool(facts.flags & FIRST), _tried(known, pupil_id), tuple(stand), current.step if current else None,
        tuple(adults), _next(adults, attempts, current), len(messages), messages[0].id if messages else None,
        bool(known.of_pupil(HOLD, pupil_id)), _claimed(known, actor, pupil_id), any(one.outcome == rules.SPOKE for one in attempts),
        _why(current, number, who.shown_name),
    )  # fmt: skip


def _tried(known: Read, pupil_id: int) -> tuple[Tried, ...]:
    adults = {one.id: f"{one.name} ({one.relationship})" for one in known.adults.get(pupil_id, ())}
    return tuple(
        Tried(row.at.astimezone(LONDON), known.names.get(row.by, ""), adults.get(row.contact_id, ""), rules.outcome_label(row.outcome), row.note)
        for row in known.attempts.get(pupil_id, ())
    )


def _next(adults: Sequence[Adult], attempts: Sequence[object], current: StepState | None) -> int | None:
    """Return whom to ring next: the first whom nobody has tried yet, else the first."""
    if current is None or current.step.does != "call":
        return None
    done = {getattr(one, "contact_id", None) for one in attempts}
    callable_ = [one.id for one in adults if one.may_ring]
    return next((one for one in callable_ if one not in done), callable_[0] if callable_ else None)


def _claimed(known: Read, actor: Actor, pupil_id: int) -> Claimed | None:
    report = next((one for one in reversed(known.of_pupil(REPORT, pupil_id)) if one.data.get("symbol")), None)
    if report is None:
        return None
    reason = rules.reason_for(str(report.data["reason"]))
    found = decision(known.ctx, known.caller, known.facts[pupil_id], known.day, reason.key)
    mine = may_decide(known, actor, found)
    return Claimed(reason.label, str(report.data["symbol"]), str(report.data.get("informant") or ""), found, waits_for(known.caller, found), mine)


def may_decide(known: Read, actor: Actor, found: Decision) -> bool:
    """Return whether this person may decide on a reason: by role, as a delegate, or as whoever amends here."""
    sid = known.ctx.id
    return actor.may("register:amend", sid) and found.open_to(actor.roles(sid), actor.account_id in known.delegates)


def waits_for(caller: Caller, found: Decision) -> str:
    """Return who decides, in words; empty where it is whoever may amend a mark."""
    if found.body:
        return f"the {found.body}"
    roles = " or ".join(caller.role_label(role) for role in found.who)
    return f"{roles} or a delegate" if roles and found.delegate else roles


def _why(current: StepState | None, number: int, name: str) -> Why:
    step = current.step if current else None
    values: tuple[Cited, ...] = cited(step.clauses) if step else ()
    says = f"School day {number} of this absence. " + (f"The open step is: {step.label}." if step else "Every step has been taken.")
    changes = (
        "Somebody at home is reached: every later step stops.", "The mark is amended to the reason.",
        "A parent’s message arrives: calls wait until it is read.",
    )  # fmt: skip
    return Why(says=says, cited=values, would_change=changes, of=f"of the open step, {name}")
