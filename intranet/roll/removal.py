"""The verbs of the off-roll gate: begin, enter, show, approve, give up, complete. Each checks that nobody else changed it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intranet import store
from intranet.cases.safeguarding import professionals
from intranet.duties.statutory import final_term_ends
from intranet.errors import Conflict, FieldProblem, NotAllowed, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.law.answers import Answer
from intranet.law.grounds import Ground, GroundError, ground, grounds_on
from intranet.law.rules_returns import Leaver, deletion_return
from intranet.law.words import listed, long_date
from intranet.people import Actor
from intranet.people.actor import head_word
from intranet.pupils import service as pupils
from intranet.roll import returns
from intranet.roll.facts import Known, known, on_our_roll
from intranet.roll.gate import BACKDATED, DAYS, Case, Gate, Proof, judge, refuse_day
from intranet.roll.models import Removal
from intranet.settings.service import SettingContext

DECIDES, DECIDERS = "roll:delete", "decision_rules.deletion"
LONGEST, OVERTAKEN = 2000, "Somebody else changed this removal after you opened the page. Nothing of yours was stored: look at it as it stands now."
CLAUSES = ("SI 2024/208 reg 9", "ATT-013")


@dataclass(frozen=True)
class Standing:
    """A removal under way with its row's version and who approved it."""

    id: int
    pupil_id: int
    case: Case
    version: int
    opened_at: datetime
    approved_as: str = ""


@dataclass(frozen=True)
class Entered:
    """What somebody enters about a removal: its ground, the last day on the roll, and the days and words the ground asks for."""

    ground: str
    last_day: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


# -------------------------------------------------------------------- reading


def standing(conn: Connection, setting_id: int, pupil_id: int) -> Standing | None:
    """Return the removal of a pupil that is under way; None when there is none."""
    r = Removal
    query = select(r.__table__).where(r.setting_id == setting_id, r.pupil_id == pupil_id, r.done_at.is_(None), r.dropped_at.is_(None))
    row = conn.execute(query).mappings().first()
    return None if row is None else _standing(dict(row))


def _standing(row: Mapping[str, Any]) -> Standing:
    proofs = {key: Proof(key, one["evidence"], one["who"], date.fromisoformat(one["on"])) for key, one in row["proofs"].items()}
    case = Case(row["ground"], row["last_day"], row["facts"], proofs, row["approved_at"] is not None, row["outside_policy"])
    return Standing(row["id"], row["pupil_id"], case, row["version"], row["opened_at"], row["approved_as"])


def offered(ctx: SettingContext, pupil: Known, day: date) -> tuple[Ground, ...]:
    """Return the grounds on which this pupil's name could go from this kind of school on the day."""
    return grounds_on(day, compulsory=pupil.compulsory(day), legal_type=ctx.legal_type, boarder=pupil.boarder)


# -------------------------------------------------------------------- writing


Act = Callable[[store.Writing, Standing, Known], None]


def begin(
    ctx: SettingContext, caller: Caller, pupil_id: int, entered: Entered, *, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Begin to take a name off the roll on a ground of the day; Refused where the setting keeps no register or one is under way."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            pupil = known(w.conn, ctx, caller, pupil_id, now)
            entered = replace(entered, facts={**_plain(entered.facts), "opened_on": now.date().isoformat()})
            data = {"ground": entered.ground, "facts": dict(entered.facts), "last_day": _iso(entered.last_day)}
            done = w.append(setting_id=ctx.id, stream=f"pupil:{pupil_id}", kind="removal.opened", data=data, occurred_on=now.date(), request_id=request_id)
            if standing(w.conn, ctx.id, pupil_id) is not None:
                raise Refused("Off roll", None, "it has been begun already", "Open it and go on with it")
            _possible(ctx, caller, pupil, entered, now.date())
            row = {"setting_id": ctx.id, "pupil_id": pupil_id, "ground": entered.ground, "last_day": entered.last_day, "facts": dict(entered.facts),
                   "proofs": {}, "opened_at": now, "opened_by": actor.account_id, "position": done.position}  # fmt: skip
            made = int(w.conn.execute(insert(Removal).values(**row).returning(Removal.id)).scalar_one())
            _tell_now(w, ctx, caller, made, pupil, Case(entered.ground, entered.last_day, entered.facts), now)
    except store.RequestSeen:
        return


def change(
    ctx: SettingContext, caller: Caller, pupil_id: int, entered: Entered, *, version: int, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Enter another ground, day or fact; an approval of what stood before no longer counts."""

    def act(w: store.Writing, at: Standing, pupil: Known) -> None:
        facts = {**at.case.facts, **_plain(entered.facts)}
        case = replace(at.case, ground=entered.ground, last_day=entered.last_day, facts=facts, approved=False, outside_policy=False)
        _possible(ctx, caller, pupil, replace(entered, facts=facts), now.date(), case)
        data = {"ground": entered.ground, "facts": facts, "last_day": _iso(entered.last_day)}
        _keep(w, ctx, at, "removal.changed", data, now, request_id, ground=entered.ground, last_day=entered.last_day, facts=facts, **_UNAPPROVED)
        _tell_now(w, ctx, caller, at.id, pupil, case, now)

    _write(ctx, caller, pupil_id, version, act, actor, now)


def show(
    ctx: SettingContext, caller: Caller, pupil_id: int, proof: Proof, *, version: int, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Tick one condition, with the evidence for it and who gave it; Refused without them or for a day to come."""
    problems = _proof_problems(proof, now.date())
    if problems:
        raise Refused("Proof", None, problems[0].text, "Nothing was stored", clauses=CLAUSES, fields=problems)

    def act(w: store.Writing, at: Standing, pupil: Known) -> None:
        if proof.key not in askable(judge(ctx, caller, at.case, pupil, now.date())):
            raise NotFound
        given = {"evidence": proof.evidence, "who": proof.who, "on": proof.on.isoformat(), "by": actor.account_id, "at": now.isoformat()}
        data = {"key": proof.key, **given}
        _keep(w, ctx, at, "removal.shown", data, now, request_id, proofs={**_raw(w.conn, ctx.id, at), proof.key: given})

    _write(ctx, caller, pupil_id, version, act, actor, now)


def withdraw(
    ctx: SettingContext, caller: Caller, pupil_id: int, key: str, why: str, *, version: int, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Take a tick back, with why; an approval of what stood before no longer counts."""

    def act(w: store.Writing, at: Standing, _pupil: Known) -> None:
        if key not in at.case.proofs:
            raise NotFound
        left = {name: given for name, given in _raw(w.conn, ctx.id, at).items() if name != key}
        _keep(w, ctx, at, "removal.withdrawn", {"key": key, "why": why}, now, request_id, proofs=left, **_UNAPPROVED)

    _write(ctx, caller, pupil_id, version, act, actor, now)


def approve(
    ctx: SettingContext, caller: Caller, pupil_id: int, *, outside_policy: bool, note: str = "", version: int, actor: Actor, now: datetime,
    request_id: str | None = None,
) -> None:  # fmt: skip
    """Approve the removal as it stands, and where the reason is outside the policy's own say so (ATT-167, C-16)."""
    _decides(ctx, caller, actor, now.date())

    def act(w: store.Writing, at: Standing, _pupil: Known) -> None:
        who = _named(actor)
        data = {"approver": who, "outside_policy": outside_policy, "note": note}
        values = {"approved_at": now, "approved_by": actor.account_id, "approved_as": who, "outside_policy": outside_policy}
        _keep(w, ctx, at, "removal.approved", data, now, request_id, **values)

    _write(ctx, caller, pupil_id, version, act, actor, now)


def drop(
    ctx: SettingContext, caller: Caller, pupil_id: int, why: str, *, version: int, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Give the removal up, with why: the name stays on the roll."""
    if not why.strip():
        raise Refused("Off roll", None, "giving it up needs its reason", "Write why the name stays on the roll", fields=("why",))

    def act(w: store.Writing, at: Standing, _pupil: Known) -> None:
        _keep(w, ctx, at, "removal.dropped", {"why": why}, now, request_id, dropped_at=now, dropped_why=why)

    _write(ctx, caller, pupil_id, version, act, actor, now)


def complete(ctx: SettingContext, caller: Caller, pupil_id: int, *, version: int, actor: Actor, now: datetime, request_id: str | None = None) -> None:
    """Take the name off the roll with everything that follows, all in one transaction; Refused with what is missing.

    The name and all that is known stays in the register's history. NotAllowed without an approval by somebody who decides.
    """

    def act(w: store.Writing, at: Standing, pupil: Known) -> None:
        case = at.case
        if not case.approved:
            _decides(ctx, caller, actor, now.date())
        gate = judge(ctx, caller, case, pupil, now.date())
        if not gate.open or case.last_day is None:
            raise _closed(gate)
        approver = at.approved_as or _named(actor)
        data = {"ground": case.ground, "last_day": _iso(case.last_day), "proofs": _raw(w.conn, ctx.id, at), "facts": dict(case.facts),
                "approver": approver, "by": _named(actor)}  # fmt: skip
        values = {"done_at": now, "done_by": actor.account_id, "approved_as": approver}
        _keep(w, ctx, at, "removal.completed", data, now, request_id, **values)
        pupils.depart(w, ctx.id, pupil_id, case.last_day, f"{gate.ground.title} ({gate.ground.citation})", now=now)
        _after(w, ctx, caller, at, gate, pupil, now)

    _write(ctx, caller, pupil_id, version, act, actor, now)


# -------------------------------------------------------------------- parts of the verbs


_UNAPPROVED: Mapping[str, Any] = MappingProxyType({"approved_at": None, "approved_by": None, "approved_as": "", "outside_policy": False})


def _write(ctx: SettingContext, caller: Caller, pupil_id: int, version: int, act: Act, actor: Actor, now: datetime) -> None:
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            at = standing(w.conn, ctx.id, pupil_id)
            if at is None:
                raise NotFound
            if at.version != version:
                raise Conflict((), OVERTAKEN)
            act(w, at, known(w.conn, ctx, caller, pupil_id, now))
    except store.RequestSeen:
        return


def _keep(
    w: store.Writing, ctx: SettingContext, at: Standing, kind: str, data: Mapping[str, Any], now: datetime, request_id: str | None, **values: Any
) -> None:
    """Store the event and the row's new version; Conflict when another transaction was first."""
    done = w.append(setting_id=ctx.id, stream=f"pupil:{at.pupil_id}", kind=kind, data=data, occurred_on=now.date(), request_id=request_id)
    here = (Removal.setting_id == ctx.id, Removal.id == at.id, Removal.version == at.version)
    changed = w.conn.execute(update(Removal).where(*here).values(version=at.version + 1, position=done.position, **values))
    if changed.rowcount == 0:
        raise Conflict((), OVERTAKEN)


def _raw(conn: Connection, setting_id: int, at: Standing) -> dict[str, Any]:
    found = conn.execute(select(Removal.proofs).where(Removal.setting_id == setting_id, Removal.id == at.id)).scalar_one()
    return dict(found)


def _possible(ctx: SettingContext, caller: Caller, pupil: Known, entered: Entered, today: date, case: Case | None = None) -> None:
    """Raise Refused for a ground that is none for this pupil and school, or a last day that could never be."""
    if not on_our_roll(ctx, caller, pupil.pupil):
        raise Refused("Off roll", ctx.name, "it does not hold this name on an admission register of its own", "End the place here instead", clauses=("C-37",))
    case = case or Case(entered.ground, entered.last_day, _plain(entered.facts))
    try:
        ground(entered.ground)
    except GroundError as error:
        raise Refused("Ground", entered.ground, str(error), "Choose one from the list", fields=("ground",)) from error
    if entered.ground not in {one.id for one in offered(ctx, pupil, entered.last_day or today)}:
        found = judge(ctx, caller, case, pupil, today).answer
        raise Refused("Ground", ground(entered.ground).title, found.says, "Choose another ground", clauses=CLAUSES, fields=("ground",))
    gate = judge(ctx, caller, case, pupil, today)
    why = refuse_day(ctx, case, pupil, gate.earliest, today)
    if why:
        raise Refused("Last day on the roll", _iso(case.last_day), why, "Nothing was stored", clauses=("ATT-178", *CLAUSES),
                      fields=(FieldProblem("last_day", why),))  # fmt: skip


def _proof_problems(proof: Proof, today: date) -> list[FieldProblem]:
    found = []
    if not proof.evidence.strip() or len(proof.evidence) > LONGEST:
        found.append(FieldProblem("evidence", f"Write what shows it and where it is kept, in up to {LONGEST} characters."))
    if not proof.who.strip():
        found.append(FieldProblem("who", "Write who gave it or checked it."))
    if proof.on > today:
        found.append(FieldProblem("on", f"{long_date(proof.on)} has not come yet. Enter the day on which it was shown."))
    return found


def askable(gate: Gate) -> Mapping[str, str]:
    """Return the proofs that may be shown for a gate, with what each asks; a written word for an earlier day is always one."""
    found = {key: ask.asks for ask in gate.asks for key in ask.proofs}
    return {**found, BACKDATED: "Record the authority's written confirmation of the earlier day (ATT-182)."}


def _decides(ctx: SettingContext, caller: Caller, actor: Actor, today: date) -> None:
    """Raise NotAllowed for somebody who does not decide that a name leaves the roll (ATT-167)."""
    if not actor.may(DECIDES, ctx.id):
        deciders = caller.params(today).get(DECIDERS, ())
        names = [caller.role_label(one) for one in deciders] or [head_word(ctx.setting_type)]
        raise NotAllowed(" or ".join(names), f"the {listed(names, 'or')} to approve the removal first")


def _closed(gate: Gate) -> Refused:
    lacks = gate.lacks or gate.bars
    says = f"{gate.ground.title}: {listed(lacks)} missing" if gate.lacks else f"{gate.ground.title}: {gate.missing[0]}"
    fields = [FieldProblem("gate", text) for text in gate.missing]
    return Refused("Off roll", None, says, "Show each of them, then complete it", clauses=(*gate.ground.clauses, gate.ground.citation, *gate.own.clauses),
                   fields=fields)  # fmt: skip


def _after(w: store.Writing, ctx: SettingContext, caller: Caller, at: Standing, gate: Gate, pupil: Known, now: datetime) -> None:
    """Store what follows from a deletion: the return with its ground, who else is told, and what is still to be confirmed."""
    case, today = at.case, now.date()
    last = case.last_day or today
    owed = []
    if return_due(ctx, caller, pupil, last, today).holds:
        said = (("ground", f"{gate.ground.title} ({gate.ground.id})"), *_next_place(case))
        title = f"Deletion return to the authority, with its ground: last day {long_date(last)}"
        owed.append(returns.Owed(returns.DELETION, title, ctx.authority or "The local authority", last, today, ("SI 2024/208 reg 13(4)-(6)",), said))
    for body in _involved(w.conn, ctx, at.pupil_id, gate, last):
        title = f"Tell the {body} that the pupil has left the roll"
        owed.append(returns.Owed(returns.TOLD, title, body, last, today, ("OTE-24", *gate.own.clauses)))
    confirm = gate.own.figures.get("confirm")
    if confirm:
        owed.append(returns.Owed(returns.CONFIRM, str(confirm), ctx.authority or "The local authority", last, today, gate.own.clauses))
    for one in owed:
        returns.owe(w, ctx, at.pupil_id, one, now, at.id)


def _involved(conn: Connection, ctx: SettingContext, pupil_id: int, gate: Gate, day: date) -> tuple[str, ...]:
    """Return the professionals who are told that a pupil leaves: those the policy names, and those recorded to be told, each once."""
    recorded = [one.kind.label for one in professionals.told_of(conn, ctx.id, pupil_id, "leaving", day)]
    return tuple({body.casefold(): body for body in (*recorded, *gate.own.tell)}.values())


def return_due(ctx: SettingContext, caller: Caller, pupil: Known, last: date, today: date) -> Answer:
    """Return whether the authority must be told of the deletion; not at the usual time of leaving, unless it asks (OTE-17, C-48)."""
    params = caller.params(today)
    senior = bool(years := _years(ctx, last)) and pupil.row["year_group"] == years[-1]
    asks = bool(params.get("return.transition", False))
    return deletion_return(Leaver(last, last, senior, final_term_ends(ctx.calendar, pupil.pupil.born, last), asks), params)


def _years(ctx: SettingContext, day: date) -> list[int]:
    with store.connection() as conn:
        return sorted(group.year_group for group in pupils.groups(conn, ctx.id, day) if group.year_group is not None)


def _next_place(case: Case) -> tuple[tuple[str, str], ...]:
    """Return the school or address to come, as far as it was entered."""
    facts, started, moving = case.facts, case.day("started"), case.day("moving_date")
    found = []
    if facts.get("other_school"):
        found.append(("other_school", f"{facts['other_school']}{f', from {long_date(started)}' if started else ''}"))
    if facts.get("destination"):
        found.append(("future_address", f"{facts['destination']}{f', from {long_date(moving)}' if moving else ''}"))
    return tuple(found)


def _tell_now(w: store.Writing, ctx: SettingContext, caller: Caller, removal_id: int, pupil: Known, case: Case, now: datetime) -> None:
    """Store the notice that the policy wants sent before the name may go, such as that a parent's letter came (ATT-177, OTE-38)."""
    own = judge(ctx, caller, case, pupil, now.date()).own
    title, by = own.figures.get("tell_now"), own.figures.get("tell_by")
    if title and isinstance(by, date):
        to = ctx.authority or "The local authority"
        returns.owe(w, ctx, pupil.id, returns.Owed(returns.TELL_NOW, str(title), to, by, by, own.clauses), now, removal_id)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered as it is stored, without what was left empty."""
    said = {key: _iso(value) if key in DAYS and isinstance(value, date) else value for key, value in facts.items()}
    return {key: value for key, value in said.items() if value not in (None, "")}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _named(actor: Actor) -> str:
    return f"{actor.name}, {actor.position_title}" if actor.position_title else actor.name
