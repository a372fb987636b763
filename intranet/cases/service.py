"""The verbs of a case: each is one event, one row and the tasks that follow from it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from intranet import store
from intranet.cases import checks, filing, tasks
from intranet.cases.state import CaseState, Entry
from intranet.cases.steps import StepSeen, agreed
from intranet.cases.view import Case, kind_of, of_state, view
from intranet.errors import Conflict, NotAllowed, Refused
from intranet.extension.caller import Caller
from intranet.extension.case_types import CaseType
from intranet.messages import service as messages
from intranet.messages.values import Notice, about_case
from intranet.people import Actor
from intranet.settings.service import SettingContext


@dataclass(frozen=True)
class Ground:
    """The finding that a case rests on."""

    kind: str
    anchor: date
    title: str = ""

    @property
    def said(self) -> dict[str, str]:
        """Return it as an event keeps it."""
        return {"kind": self.kind, "anchor": self.anchor.isoformat(), "title": self.title}


@dataclass(frozen=True)
class By:
    """Who acts where and when, from which version of the case, and by which request."""

    ctx: SettingContext
    caller: Caller
    actor: Actor
    now: datetime
    request_id: str | None = None
    drawn: int | None = None  # version of the case the form was drawn from

    @property
    def roles(self) -> frozenset[str]:
        """Return the person's roles here."""
        return self.actor.roles(self.ctx.id)


@dataclass(frozen=True)
class Said:
    """What somebody records of a step."""

    outcome: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


# -------------------------------------------------------------------- opening


def open_case(
    w: store.Writing, ctx: SettingContext, caller: Caller, kind: str, pupil_id: int, ground: Ground | None, actor: Actor | None,
    *, note: str = "", since: date | None = None, request_id: str | None = None,
) -> CaseState:  # fmt: skip
    """Return the pupil's case of a kind: a new one, or the open one with one more ground; its tasks arise with it."""
    of = kind_of(caller, kind)
    known = next((row for row in filing.of_pupils(w.conn, ctx.id, [pupil_id]) if row.type == kind), None)
    if known is not None:
        state = _ground(w, of, filing.load(w.conn, ctx.id, known.id), ground, actor)
    else:
        stage = of.stages[0][0] if ground or not of.by_hand_stage else of.by_hand_stage
        anchor = ground.anchor if ground else since or w.now.date()
        data = {"type": kind, "pupil": pupil_id, "stage": stage, "anchor": anchor.isoformat(), "ground": ground.said if ground else None, "note": note}
        state = filing.begin(w, ctx.id, data, actor, request_id)
    tasks.bring_in_line(w, of_state(w.conn, ctx, caller, state, w.now), w.now)
    return state


def _ground(w: store.Writing, of: CaseType, state: CaseState, ground: Ground | None, actor: Actor | None) -> CaseState:
    """Return the open case with a ground more; a case that somebody only suspected moves to the stage of one that is found."""
    if ground is None or any((one.kind, one.anchor, one.gone) == (ground.kind, ground.anchor, None) for one in state.grounds):
        return state
    stage = of.stages[0][0] if state.stage == of.by_hand_stage else ""
    return filing.record(w, state, "grounded", {"ground": ground.said, "stage": stage}, actor)


def suspect(by: By, kind: str, pupil_id: int, why: str, since: date | None = None) -> int:
    """Open a case by hand, tell those it names, and return its id; raise NotAllowed for another role, Refused without a reason."""
    of = kind_of(by.caller, kind)
    _require(by, of.by_hand)
    if not why.strip():
        raise Refused("Reason", None, "nothing was entered", "Write in a sentence what makes you think so", clauses=of.clauses, fields=("note",))
    if of.since and (since is None or since > by.now.date()):
        raise Refused(of.since, since, "a day up to today is needed", "Enter the day", clauses=of.clauses, fields=("since",))
    try:
        with store.writing(now=by.now, actor_id=by.actor.account_id) as w:
            state = open_case(w, by.ctx, by.caller, kind, pupil_id, None, by.actor, note=why.strip(), since=since, request_id=by.request_id)
            told = Notice(f"case_{kind}", pupil_id, of.tells, about_case(state.id), f"{of.label}: suspected", urgency=10, clauses=of.clauses)
            messages.tell(w, by.ctx, [told])
    except store.RequestSeen as seen:
        return int(seen.event.stream.partition(":")[2])
    return state.id


def ground_gone(w: store.Writing, ctx: SettingContext, state: CaseState, kind: str, anchor: date) -> CaseState:
    """Note that a finding the case rests on was cleared: a person closes the case, it never closes by itself."""
    return filing.record(w, state, "grounds_gone", {"ground": {"kind": kind, "anchor": anchor.isoformat()}}, None)


# -------------------------------------------------------------------- steps


def do_step(by: By, case_id: int, key: str, said: Said) -> Case:
    """Record a step and return the case; raise Refused for what is missing, NotAllowed for another role, Conflict when somebody was first."""

    def act(w: store.Writing, case: Case) -> CaseState:
        seen = case.step(key)
        _may_do(by, case, seen)
        checks.refuse_unready(seen)
        _refuse_overtaken(by, case, key)
        checks.refuse_incomplete(case, seen, said.outcome, said.fields, by.now)
        step = seen.step
        data = {"key": key, "outcome": said.outcome, "fields": dict(said.fields), "note": said.note.strip(), "roles": sorted(by.roles & {*step.roles}),
                "stage": step.enters_by.get(said.outcome) or step.enters}  # fmt: skip
        return filing.record(w, case.state, "step_done", data, by.actor, by.request_id)

    return _written(by, case_id, act)


def start_step(by: By, case_id: int, key: str) -> Case:
    """Say that somebody is at it, so that colleagues know."""

    def act(w: store.Writing, case: Case) -> CaseState:
        seen = case.step(key)
        _may_do(by, case, seen)
        checks.refuse_unready(seen)
        return filing.record(w, case.state, "step_started", {"key": key}, by.actor, by.request_id)

    return _written(by, case_id, act)


def waive(by: By, case_id: int, key: str, why: str) -> Case:
    """Set a step aside as not needed, with a reason; raise Refused without one and for a decision, which is never set aside."""

    def act(w: store.Writing, case: Case) -> CaseState:
        seen = case.step(key)
        _may_do(by, case, seen)
        checks.refuse_waiving(seen, why)
        _refuse_overtaken(by, case, key)
        return filing.record(w, case.state, "step_waived", {"key": key, "note": why.strip()}, by.actor, by.request_id)

    return _written(by, case_id, act)


def decide(by: By, case_id: int, key: str, outcome: str, reason: str, consulted: str = "") -> Case:
    """Give one's part of a decision; it is complete when every role that must decide has chosen the same, each by a person of its own."""

    def act(w: store.Writing, case: Case) -> CaseState:
        seen = case.step(key)
        mine = tuple(role for role in seen.roles if role in by.roles)
        if not mine:
            _require(by, seen.roles)
        checks.refuse_unready(seen)
        _refuse_overtaken(by, case, key)
        checks.refuse_undecided(seen, outcome, reason, consulted)
        view_of_mine = Entry(key, by.now, by.now.date(), by.actor.name, by.actor.position_title, mine, outcome, actor_id=by.actor.account_id)
        others = [one for one in case.state.views if one.key == key and one.actor_id != by.actor.account_id]
        complete = agreed(seen.roles, [*others, view_of_mine], outcome)
        data = {"key": key, "outcome": outcome, "note": reason.strip(), "fields": {"consulted": consulted.strip()} if consulted.strip() else {},
                "roles": list(mine), "complete": complete,
                "stage": (seen.step.enters_by.get(outcome) or seen.step.enters) if complete else ""}  # fmt: skip
        return filing.record(w, case.state, "viewed", data, by.actor, by.request_id)

    return _written(by, case_id, act)


# -------------------------------------------------------------------- the case itself


def note(by: By, case_id: int, text: str) -> Case:
    """Add to the chronology; raise Refused for an empty note."""
    if not text.strip():
        raise Refused("Note", None, "nothing was entered", "Write what happened or was said", clauses=("ASC-31", "OTE-28"), fields=("note",))
    return _written(by, case_id, lambda w, case: filing.record(w, case.state, "noted", {"note": text.strip()}, by.actor, by.request_id))


def add_person(by: By, case_id: int, name: str, role: str, contact: str) -> Case:
    """Note a person who has to do with the case; raise Refused without a name and a role."""
    checks.refuse_blank({"name": ("Name", name), "role": ("Role", role)})
    data = {"key": role.strip(), "note": name.strip(), "fields": {"contact": contact.strip()}}
    return _written(by, case_id, lambda w, case: filing.record(w, case.state, "person_added", data, by.actor, by.request_id))


def add_document(by: By, case_id: int, title: str, dated: date | None, where: str) -> Case:
    """Note a document and where it is kept; raise Refused without a title and a place."""
    checks.refuse_blank({"title": ("Title", title), "where": ("Where it is kept", where)})
    data = {"key": title.strip(), "note": where.strip(), "fields": {"dated": dated.isoformat()} if dated else {}}
    return _written(by, case_id, lambda w, case: filing.record(w, case.state, "document_added", data, by.actor, by.request_id))


def link(by: By, case_id: int, pupil_id: int, role: str) -> Case:
    """Link another child with what it is to the case; the caller has made sure that this person may see the child."""

    def act(w: store.Writing, case: Case) -> CaseState:
        checks.refuse_link(case, pupil_id, role)
        return filing.record(w, case.state, "pupil_linked", {"pupil": pupil_id, "role": role}, by.actor, by.request_id)

    return _written(by, case_id, act)


def hand_over(by: By, case_id: int, to: int, to_name: str, why: str) -> Case:
    """Give a case to another person of the setting, with what they must know."""
    checks.refuse_blank({"to": ("To", to_name), "note": ("What they must know", why)})
    data = {"to": to, "to_name": to_name, "note": why.strip()}
    return _written(by, case_id, lambda w, case: filing.record(w, case.state, "handed_over", data, by.actor, by.request_id))


def close(by: By, case_id: int, outcome: str, reason: str) -> Case:
    """Close a case; raise Refused with every step that this way of closing still needs."""

    def act(w: store.Writing, case: Case) -> CaseState:
        _require(by, (case.kind.lead, "head", "dsl", "deputy_dsl"))
        if by.drawn is not None and case.state.version > by.drawn:
            raise Conflict([], "Something was added to this case since you opened it. Read it, then close it; nothing was stored.")
        checks.refuse_closing(case, outcome, reason)
        return filing.record(w, case.state, "closed", {"outcome": outcome, "note": reason.strip()}, by.actor, by.request_id)

    return _written(by, case_id, act)


def reopen(by: By, case_id: int, reason: str) -> Case:
    """Open a closed case again, with its whole history; raise Refused without a reason, or when it is open."""
    checks.refuse_blank({"note": ("Reason", reason)})

    def act(w: store.Writing, case: Case) -> CaseState:
        if case.state.open:
            raise Refused("Case", case.kind.label, "it is open", "Somebody may have reopened it just now; open its page again")
        other = [row for row in filing.of_pupils(w.conn, by.ctx.id, [case.state.pupil_id]) if row.type == case.kind.key]
        if other:
            raise Refused("Case", case.kind.label, "there is a newer open case of this kind", "Work on that one; this one stays to be read")
        return filing.record(w, case.state, "reopened", {"note": reason.strip()}, by.actor, by.request_id)

    return _written(by, case_id, act, closed_too=True)


# -------------------------------------------------------------------- the parts


def _written(by: By, case_id: int, act: Any, *, closed_too: bool = False) -> Case:
    """Return the case after one act in one transaction; a repeated request returns it as it is."""
    try:
        with store.writing(now=by.now, actor_id=by.actor.account_id) as w:
            store.events.refuse_seen(w.conn, by.ctx.id, by.request_id)
            case = view(w.conn, by.ctx, by.caller, case_id, by.now)
            if not case.state.open and not closed_too:
                raise Refused("Case", case.kind.label, "it is closed", "Reopen it first, with a reason")
            found = of_state(w.conn, by.ctx, by.caller, act(w, case), by.now)
            tasks.bring_in_line(w, found, by.now)
            return found
    except store.RequestSeen:
        with store.connection() as conn:
            return view(conn, by.ctx, by.caller, case_id, by.now)


def _may_do(by: By, case: Case, seen: StepSeen) -> None:
    _require(by, (*seen.step.roles, case.kind.lead))


def _require(by: By, roles: tuple[str, ...]) -> None:
    if not by.roles & {*roles}:
        labels = list(dict.fromkeys(by.caller.role_label(role) for role in roles))
        needed = " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
        raise NotAllowed(needed, f"the {by.caller.role_label('head')}")


def _refuse_overtaken(by: By, case: Case, key: str) -> None:
    """Raise Conflict naming who recorded this step since the form was drawn, and what."""
    if by.drawn is None or case.state.changed(key) <= by.drawn:
        return
    state = case.state
    newer = [one for one in (*state.done, *state.waived, *state.views, *state.started) if one.key == key and one.version > by.drawn]
    said = "; ".join(f"{one.by} ({one.position}), {one.at:%H:%M}: {(one.outcome or one.note or 'done').replace('_', ' ')}" for one in newer)
    raise Conflict(newer, f"{case.step(key).step.title}: somebody recorded this first. {said}. Nothing of yours was stored; look at it, then add yours.")




__all__ = [
    "By", "Ground", "Said", "add_document", "add_person", "close", "decide", "do_step", "ground_gone", "hand_over", "link", "note", "open_case",
    "reopen", "start_step", "suspect", "waive",
]  # fmt: skip
