"""Logs tries and decisions, tells whom the ladder says, and turns a reason into a proposal or, where the person may, the amendment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from intranet import store
from intranet.errors import NotAllowed, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.extension.values import Attempt, LadderStep
from intranet.messages.service import tell
from intranet.messages.values import Notice
from intranet.people import Actor
from intranet.registers import followup_reading as reading
from intranet.registers import followup_rules as rules
from intranet.registers.amending import REASON_LENGTH, amend
from intranet.registers.followup import Row, may_decide, one_row, waits_for
from intranet.registers.followup_models import ContactAttempt
from intranet.registers.followup_reading import REPORT, Read
from intranet.settings.context import SettingContext
from intranet.store import events, records
from intranet.store.events import register_kind
from intranet.store.marks import StoredMark

LONGEST = 500
ANY_STEP = "reached"  # of a conversation when no step of the ladder is open


def _said(data: Mapping[str, Any]) -> str:
    return f"Follow-up of an absence: {rules.outcome_label(str(data.get('outcome', '?'))).lower()}" if data else "followed an absence up"


register_kind("followup.attempted", _said, ("pupil", "note", "reason", "contact", "concern"))


@dataclass(frozen=True)
class Call:
    """What came of a try: whom it was meant for, the outcome, and the reason if one was given."""

    outcome: str
    contact_id: int | None = None
    reason: str = ""
    note: str = ""
    concern: bool = False


@dataclass(frozen=True)
class Logged:
    """What a try led to: who was told, how many marks were amended and who decides on the rest."""

    told: tuple[str, ...] = ()
    amended: int = 0
    waits_for: str = ""
    repeated: bool = False
    problem: str = ""
    steps: tuple[LadderStep, ...] = field(default=(), repr=False)


def log(
    ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, day: date, call: Call, drawn: int, request_id: str, now: datetime
) -> Logged:  # fmt: skip
    """Store a try and what follows from it at once; raise NotFound when nothing is unexplained, Refused while calls are held back."""
    with store.connection() as conn:
        if events.seen(conn, ctx.id, request_id):
            return Logged(repeated=True)
        known, row = one_row(conn, ctx, caller, actor, pupil_id, day, now)
    step = _step(known, row, call)
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            told = _store(w, known, row, call, step, request_id)
            if call.reason:
                _claim(w, known, pupil_id, call, day, now)
    except store.RequestSeen:
        return Logged(repeated=True)
    reason = rules.reason_for(call.reason) if call.reason else None
    logged = Logged(tuple(caller.role_label(key) for one in told for key in one.tell), steps=tuple(told))
    return _decided(known, actor, pupil_id, reason, call, drawn, request_id, logged) if reason and reason.symbol else logged


def _step(known: Read, row: Row, call: Call) -> str:
    """Return the step a try belongs to; raise Refused for one that may not be made now."""
    refuse_held(row)
    if len(call.note) > LONGEST:
        raise Refused("Note", f"{call.note[:30]}…", f"it has {len(call.note)} characters and {LONGEST} fit", "Shorten it", fields=["note"])
    if call.contact_id is not None and call.contact_id not in {one.id for one in row.adults if one.may_ring}:
        raise NotFound("Nobody may be rung there for this pupil. Open the list again.")
    current = row.open
    if call.outcome == rules.SPOKE:
        return current.key if current and current.does != "decide" else ANY_STEP
    if current is None:
        raise Refused("Try", rules.outcome_label(call.outcome), "every step of the ladder has been taken", "Open the list again")
    if current.does == "decide":
        _refuse_option(current, call)
    elif (call.outcome == "sent") != (current.does == "message") or call.outcome not in (*rules.CALLS, "sent"):
        rule = f"the open step is “{current.label}”, and the next opens when it has had no reply"
        raise Refused("Try", rules.outcome_label(call.outcome), rule, "Take the open step first", clauses=current.clauses)
    return current.key


def refuse_held(row: Row) -> None:
    """Raise Refused while nobody may ring: the DSL has said so, or a parent's message waits to be read."""
    if row.held:
        raise Refused("Call", "", "the DSL has asked that nobody rings this home", "Speak to the DSL")
    if row.unread:
        raise Refused("Call", "", "a message about this absence has not been read", "Read the message first; it may give the reason")


def _refuse_option(step: LadderStep, call: Call) -> None:
    """Raise Refused for a decision that is not on offer (any more), or has no rationale."""
    labels = dict(step.options)
    if call.outcome not in labels:
        listed = " or ".join(labels.values())
        raise Refused(step.label, rules.outcome_label(call.outcome), "it is not on offer on this day of the absence", f"Choose {listed}",
                      clauses=step.clauses, fields=["outcome"])  # fmt: skip
    if not call.note.strip():
        raise Refused(step.label, "", "a decision says why, either way", "Write the rationale", clauses=step.clauses, fields=["note"])


# ------------------------------------------------------------------ inside the transaction


def _store(w: store.Writing, known: Read, row: Row, call: Call, step: str, request_id: str) -> list[LadderStep]:
    sid = known.ctx.id
    data = {"pupil": row.pupil_id, "day": known.day.isoformat(), "step": step, "outcome": call.outcome, "contact": call.contact_id,
            "reason": call.reason, "note": call.note.strip(), "concern": call.concern}  # fmt: skip
    stored = w.append(
        setting_id=sid, stream=f"followup:{row.pupil_id}", kind="followup.attempted", data=data, occurred_on=known.day, request_id=request_id
    )
    values = {"setting_id": sid, "pupil_id": row.pupil_id, "day": known.day, "at": known.now, "step": step, "outcome": call.outcome,
              "contact_id": call.contact_id, "reason": call.reason, "note": call.note.strip(), "concern": call.concern,
              "by": stored.actor_id, "position": stored.position}  # fmt: skip
    w.conn.execute(insert(ContactAttempt).values(**values))
    told = _opened(known, row, Attempt(known.now, step, call.outcome, call.contact_id), call.concern)
    tell(w, known.ctx, [_notice(row.pupil_id, known.day, one) for one in told])
    return told


def _opened(known: Read, row: Row, new: Attempt, concern: bool) -> list[LadderStep]:
    """Return the steps of telling somebody that this try opens."""
    before = reading.absence(known, row.pupil_id)
    after = replace(before, attempts=(*before.attempts, new), concern=before.concern or concern)
    was, now = known.caller.contact_ladders([before, after])
    contacts = known.facts[row.pupil_id].contacts
    return rules.newly_told(rules.states(was, before.attempts, contacts), rules.states(now, after.attempts, contacts))


def _notice(pupil_id: int, day: date, step: LadderStep) -> Notice:
    about = f"followup/{pupil_id}/{day.isoformat()}/{step.key}"
    title = f"Absence without a reason on {day:%d/%m/%Y}: {step.ground}"
    return Notice("absence_follow_up", pupil_id, step.tell, about, title, urgency=20, clauses=step.clauses)


def _claim(w: store.Writing, known: Read, pupil_id: int, call: Call, day: date, now: datetime) -> None:
    """Keep the reason as a proposal for the day's other sessions; it is never a mark by itself."""
    reason = rules.reason_for(call.reason)
    adult = next((one for one in known.adults.get(pupil_id, ()) if one.id == call.contact_id), None)
    informant = f"{adult.name} ({adult.relationship})" if adult else ""
    records.create(w, setting_id=known.ctx.id, kind=REPORT, pupil_id=pupil_id, first=day, last=day,
                   data=claim(reason, known.caller, day, informant=informant, channel="Telephone", text=call.note.strip(), now=now))  # fmt: skip


def claim(reason: rules.Reason, caller: Caller, day: date, *, informant: str, channel: str, text: str, now: datetime, evidence: str = "") -> dict[str, str]:
    """Return what a reported absence keeps: the code it comes to, the note for the register, and who said so when."""
    return {
        "symbol": rules.symbol_for(reason, caller.codes.on(day)), "reason": reason.key, "note": f"{reason.label}{f': {text}' if text else ''}"[:LONGEST],
        "informant": informant, "channel": channel, "text": text, "evidence": evidence, "received_at": now.isoformat(timespec="minutes"),
    }  # fmt: skip


# ------------------------------------------------------------------ deciding on a reason


def _decided(known: Read, actor: Actor, pupil_id: int, reason: rules.Reason, call: Call, drawn: int, request_id: str, logged: Logged) -> Logged:
    """Return what was logged with the amendment made, where this person may decide on the reason; else with who does."""
    found = reading.decision(known.ctx, known.caller, known.facts[pupil_id], known.day, reason.key)
    if found.body or not may_decide(known, actor, found):
        return replace(logged, waits_for=waits_for(known.caller, found) or "the office")
    text = f"{reason.label}: by telephone at {known.now:%H:%M}{f'. {call.note.strip()}' if call.note.strip() else ''}"
    symbol, rid = rules.symbol_for(reason, known.caller.codes.on(known.day)), str(uuid.uuid5(uuid.UUID(request_id), reason.key))
    try:
        done = set_code(known, actor, pupil_id, symbol, reason.label, text, drawn, rid)
    except Refused as refused:
        return replace(logged, problem=refused.message)
    return replace(logged, amended=done) if done else replace(logged, problem="Somebody else changed the mark first, so it was left as it is.")


def decide(
    ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, day: date, symbol: str, why: str, decided_by: str, drawn: int,
    request_id: str, now: datetime,
) -> int:  # fmt: skip
    """Amend the day's unexplained marks to a decision and return how many were; raise NotAllowed, Refused."""
    with store.connection() as conn:
        if events.seen(conn, ctx.id, request_id):
            return 1
        known, row = one_row(conn, ctx, caller, actor, pupil_id, day, now)
    claimed = row.claimed
    if claimed is None:
        raise Refused("Decision", symbol, "no reason has been given for this absence yet", "Log what the family says first")
    if not claimed.mine:
        raise NotAllowed(claimed.waits_for or "Office", claimed.waits_for or "the office")
    if claimed.decision.body and not decided_by.strip():
        rule = f"the {claimed.decision.body} decides on this absence"
        raise Refused("Decided by", "", rule, "Enter who decided there", clauses=claimed.decision.clauses, fields=["decided_by"])
    if not why.strip():
        raise Refused("Reason", "", "a decision keeps why it was made", "Write why", clauses=claimed.decision.clauses, fields=["note"])
    by = f" Decided by {decided_by.strip()}, {claimed.decision.body}." if decided_by.strip() else ""
    return set_code(known, actor, pupil_id, symbol, claimed.reason, f"{claimed.reason}: {why.strip()}{by}", drawn, request_id)


def set_code(known: Read, actor: Actor, pupil_id: int, symbol: str, label: str, why: str, drawn: int, request_id: str) -> int:
    """Amend every unexplained mark of the day with its five facts and return how many; a mark that changed since is left (ATT-041)."""
    done = 0
    for number, one in enumerate(known.marks[pupil_id]):
        rid = str(uuid.uuid5(uuid.UUID(request_id), str(one.session_no))) if number else request_id
        outcome = _amend(known, actor, one, symbol, label, why[:REASON_LENGTH], drawn, rid)
        done += 0 if outcome.conflicts else 1
    return done


def _amend(known: Read, actor: Actor, one: StoredMark, symbol: str, label: str, why: str, drawn: int, request_id: str) -> Any:
    return amend(known.ctx, known.caller, one.session_no, one.pupil_id, symbol, None, label, why, drawn, request_id, actor, known.now)
