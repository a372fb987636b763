"""What changes about a pupil over time: particulars, flags, placements, leaving (ASC-16: the register is kept current)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from intranet import store
from intranet.errors import Conflict, FieldProblem, NotFound, Refused
from intranet.extension.host import Caller
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import admission, flags
from intranet.pupils import models as m
from intranet.pupils.events import append
from intranet.pupils.particulars import REGISTER_CLAUSES, Particulars, problems, refuse
from intranet.pupils.rules import spans_meet
from intranet.settings.service import SettingContext

#: What a protected address keeps out of the history.
ADDRESS_FIELDS = frozenset({"address", "postcode", "future_address"})


@dataclass(frozen=True)
class FieldDifference:
    """One particular that somebody else changed while it was being edited."""

    field: str
    yours: str
    theirs: str


def row_of(conn: Connection, setting_id: int, pupil_id: int) -> Mapping[str, Any]:
    """Return a pupil's row; raise NotFound when the setting has no such pupil."""
    query = select(m.Pupil.__table__).where(m.Pupil.setting_id == setting_id, m.Pupil.id == pupil_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


def amend_pupil(
    setting_id: int,
    pupil_id: int,
    new: Particulars,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    request_id: str | None = None,
) -> dict[str, list[str]]:
    """Store changed particulars and return what changed; raise Conflict when somebody changed them first."""
    refuse("Particulars", problems(new, now.date()), REGISTER_CLAUSES)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        old = row_of(w.conn, setting_id, pupil_id)
        changed = {key: value for key, value in new.values().items() if (old[key] or None) != (value or None)}
        _nobody_first(old, changed, version)
        _free_upn(w.conn, setting_id, pupil_id, new.upn)
        said = _history(old, changed, new.address_protected or bool(old["address_protected"]))
        if changed:
            w.conn.execute(
                update(m.Pupil)
                .where(m.Pupil.setting_id == setting_id, m.Pupil.id == pupil_id)
                .values(version=version + 1, **changed)
            )
            append(
                w, setting_id, f"pupil:{pupil_id}", "pupil.amended", {"changed": said}, now=now, request_id=request_id
            )
    return said


def _nobody_first(old: Mapping[str, Any], changed: Mapping[str, Any], version: int) -> None:
    if changed and old["version"] != version:
        raise Conflict([FieldDifference(key, str(value or ""), str(old[key] or "")) for key, value in changed.items()])


def _free_upn(conn: Connection, setting_id: int, pupil_id: int, upn: str | None) -> None:
    if not upn:
        return
    p = m.Pupil
    query = select(p.legal_given, p.legal_family).where(
        p.setting_id == setting_id, p.upn == upn, p.id != pupil_id, p.merged_into.is_(None)
    )
    row = conn.execute(query).first()
    if row is not None:
        raise Refused("UPN", upn, f"{row.legal_given} {row.legal_family} has it already, and one UPN names one child (census rule 1520)",
                      "Merge the two if they are the same child", fields=("upn",))  # fmt: skip


def _history(old: Mapping[str, Any], changed: Mapping[str, Any], protected: bool) -> dict[str, list[str]]:
    hidden = ADDRESS_FIELDS if protected else frozenset()
    return {key: ["", ""] if key in hidden else [_plain(old[key]), _plain(value)] for key, value in changed.items()}


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def set_flag(
    setting_id: int, pupil_id: int, kind: str, first: date, *, source: str, note: str = "", last: date | None = None, actor: Actor, now: datetime
) -> int:  # fmt: skip
    """Set a dated flag and return its id; raise Refused without a known kind or a source."""
    found = []
    if kind not in flags.kinds():
        found.append(FieldProblem("kind", f"“{kind}” is not a flag. Choose one from the list."))
    if not source.strip():
        found.append(
            FieldProblem("source", "Say where this comes from, for example the parent, the authority, the last school.")
        )
    if last is not None and last < first:
        found.append(
            FieldProblem(
                "last", f"The last day {long_date(last)} is before the first, {long_date(first)}. Change one of them."
            )
        )
    refuse("Flag", found)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        row_of(w.conn, setting_id, pupil_id)
        values = {"kind": kind, "first": first, "last": last, "source": source, "note": note}
        made = insert(m.Flag).values(setting_id=setting_id, pupil_id=pupil_id, **values).returning(m.Flag.id)
        flag_id = int(w.conn.execute(made).scalar_one())
        data = {"flag_id": flag_id, "kind": kind, "first": str(first), "source": source, "note": note}
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.flag_set", data, now=now)
    return flag_id


def end_flag(setting_id: int, pupil_id: int, flag_id: int, last: date, *, actor: Actor, now: datetime) -> None:
    """End a flag after a day; the history keeps it."""
    f = m.Flag
    with store.writing(now=now, actor_id=actor.account_id) as w:
        row = w.conn.execute(
            select(f.kind, f.first).where(f.setting_id == setting_id, f.pupil_id == pupil_id, f.id == flag_id)
        ).first()
        if row is None:
            raise NotFound
        if last < row.first:
            raise Refused(
                "Last day",
                long_date(last),
                f"The flag begins on {long_date(row.first)}",
                "Choose that day or a later one",
                fields=("last",),
            )
        w.conn.execute(update(f).where(f.setting_id == setting_id, f.id == flag_id).values(last=last))
        append(
            w,
            setting_id,
            f"pupil:{pupil_id}",
            "pupil.flag_ended",
            {"flag_id": flag_id, "kind": row.kind, "last": str(last)},
            now=now,
        )


def place(
    ctx: SettingContext, caller: Caller, pupil_id: int, model: str, first: date, *, duties: Mapping[str, str] | None = None,
    agreement: Mapping[str, Any] | None = None, last: date | None = None, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Add a placement and return its id; raise Refused for a model the setting does not have or days that are taken."""
    found = admission.check_model(caller.catalogue.placement_models, model) + admission.check_start(ctx, first)
    refuse("Placement", found, ("SEN-017",))
    chosen = admission.chosen_model(caller.catalogue.placement_models, model)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        row_of(w.conn, ctx.id, pupil_id)
        _days_free(w.conn, ctx.id, pupil_id, first, last)
        values = {
            "model": chosen.key,
            "first": first,
            "last": last,
            "expected_start": first,
            "duties": {**chosen.duties, **(duties or {})},
        }
        made = insert(m.Placement).values(
            setting_id=ctx.id,
            pupil_id=pupil_id,
            agreement=dict(agreement or {}),
            confirmed_by=actor.account_id,
            confirmed_at=now,
            **values,
        )
        placement_id = int(w.conn.execute(made.returning(m.Placement.id)).scalar_one())
        data = {
            "placement_id": placement_id,
            "model": chosen.key,
            "first": str(first),
            "agreement": dict(agreement or {}),
        }
        append(w, ctx.id, f"pupil:{pupil_id}", "pupil.placed", data, now=now)
    return placement_id


def _days_free(conn: Connection, setting_id: int, pupil_id: int, first: date, last: date | None) -> None:
    p = m.Placement
    for row in conn.execute(select(p.first, p.last, p.model).where(p.setting_id == setting_id, p.pupil_id == pupil_id)):
        if spans_meet(first, last, row.first, row.last):
            until = f"to {long_date(row.last)}" if row.last else "on, with no last day"
            raise Refused("Placement", row.model, f"It runs from {long_date(row.first)} {until}: a pupil has one placement here at a time",
                          "End it on the day before, then add this one", fields=("first",))  # fmt: skip


def access_placement(setting_id: int, pupil_id: int, placement_id: int) -> None:
    """Return when the placement is this pupil's; raise NotFound otherwise."""
    p = m.Placement
    here = (p.setting_id == setting_id, p.pupil_id == pupil_id, p.id == placement_id)
    with store.connection() as conn:
        if conn.execute(select(p.id).where(*here)).first() is None:
            raise NotFound


def end_placement(
    setting_id: int, pupil_id: int, placement_id: int, last: date, reason: str, *, actor: Actor, now: datetime
) -> None:
    """End a placement on its last day, with why."""
    p = m.Placement
    with store.writing(now=now, actor_id=actor.account_id) as w:
        row = w.conn.execute(
            select(p.first).where(p.setting_id == setting_id, p.pupil_id == pupil_id, p.id == placement_id)
        ).first()
        if row is None:
            raise NotFound
        if last < row.first:
            raise Refused(
                "Last day",
                long_date(last),
                f"The placement begins on {long_date(row.first)}",
                "Choose that day or a later one",
                fields=("last",),
            )
        w.conn.execute(update(p).where(p.setting_id == setting_id, p.id == placement_id).values(last=last))
        data = {"placement_id": placement_id, "last": str(last), "reason": reason}
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.placement_ended", data, now=now)


def depart(w: store.Writing, setting_id: int, pupil_id: int, last: date, reason: str, *, now: datetime) -> None:
    """Record a pupil's last day in the caller's transaction: placement and class end, the name stays in the history; Refused before the starting day."""
    row = row_of(w.conn, setting_id, pupil_id)
    if row["admitted_on"] and last < row["admitted_on"]:
        raise Refused(
            "Last day", long_date(last), f"The starting day was {long_date(row['admitted_on'])}", "Choose that day or a later one", fields=("last",)
        )
    end_spans(w.conn, setting_id, pupil_id, last)
    gone = update(m.Pupil).where(m.Pupil.setting_id == setting_id, m.Pupil.id == pupil_id)
    w.conn.execute(gone.values(left_on=last, version=m.Pupil.version + 1))
    append(w, setting_id, f"pupil:{pupil_id}", "pupil.left", {"last": str(last), "reason": reason}, now=now)


def end_spans(conn: Connection, setting_id: int, pupil_id: int, last: date) -> None:
    """End a pupil's placements and class memberships that would run past a day."""
    for table in (m.Placement, m.GroupMember):
        runs_on = or_(table.last.is_(None), table.last > last)
        conn.execute(
            update(table)
            .where(and_(table.setting_id == setting_id, table.pupil_id == pupil_id, runs_on))
            .values(last=last)
        )
