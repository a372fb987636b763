"""The verbs of the duties room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import update

from intranet import store
from intranet.duties import queues
from intranet.duties.models import Duty
from intranet.duties.statutory import SENT
from intranet.duties.ticking import WEEKLY
from intranet.errors import NotAllowed, NotFound, Refused
from intranet.extension.caller import Caller
from intranet.people import Actor
from intranet.people.actor import head_word
from intranet.people.service import role_label
from intranet.settings.service import SettingContext
from intranet.store import events, records

LONGEST = 1000

events.register_kind("duty.done", lambda data: f"completed a duty: {data['kind']}" if data else "completed a duty", ("outcome", "pupil"))


def access_duty(actor: Actor, ctx: SettingContext, duty_id: int, now: datetime) -> queues.DutyRow:
    """Return a duty of the setting; raise NotFound for one that is not there, NotAllowed when another role owns it."""
    with store.connection() as conn:
        found = queues.one(conn, ctx.id, duty_id, now)
    if found is None:
        raise NotFound("There is no such duty here. It may belong to another setting.")
    if not set(found.roles) & owners(actor, ctx.id):
        raise NotAllowed(" or ".join(role_label(role, ctx.setting_type) for role in found.roles), f"the {head_word(ctx.setting_type)}")
    return found


def owners(actor: Actor, setting_id: int) -> frozenset[str]:
    """Return the roles whose duties a person does there."""
    return actor.roles(setting_id)


def complete(
    ctx: SettingContext, caller: Caller, row: queues.DutyRow, outcome: str, *, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """Record that a duty was done and what came of it; raise Refused without an outcome or when it ends by itself."""
    text = outcome.strip()
    if row.by_itself:
        raise Refused("Duty", row.title, "it is done when its register is complete", "Take the register", clauses=row.clauses)
    if row.case_id is not None:
        raise Refused("Duty", row.title, "it is done when its step is recorded in the case", "Open the case and record it there", clauses=row.clauses)
    if row.kind in SENT:
        raise Refused("Duty", row.title, "it is done when it went out and is recorded as sent", "Open the return and record it there", clauses=row.clauses)
    if row.kind == "n_code":
        raise Refused("Duty", row.title, "it is done when the mark is amended", "Amend the mark to the reason, or to O", clauses=row.clauses)
    if not text or len(text) > LONGEST:
        rule = f"say what came of it, in up to {LONGEST} characters"
        raise Refused("Outcome", None, rule, "Write who did what and with what result", clauses=row.clauses, fields=("outcome",))
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            _complete(w, ctx, row, text, actor, now, request_id)
    except store.RequestSeen:
        return


def _complete(
    w: store.Writing, ctx: SettingContext, row: queues.DutyRow, text: str, actor: Actor, now: datetime, request_id: str | None
) -> None:
    by = {"name": actor.name, "position": actor.position_title}
    data = {"kind": row.kind, "pupil": row.pupil_id, "anchor": row.anchor.isoformat(), "outcome": text, "by": by}
    done = w.append(setting_id=ctx.id, stream=f"duty:{row.id}", kind="duty.done", data=data, occurred_on=now.date(), request_id=request_id)
    here = (Duty.setting_id == ctx.id, Duty.id == row.id, Duty.done_at.is_(None))
    values = {"done_at": now, "done_by": actor.account_id, "outcome": text, "position": done.position}
    changed = w.conn.execute(update(Duty).where(*here).values(**values))
    if changed.rowcount == 0:
        raise Refused("Duty", row.title, "somebody else completed it first", "Open the list again; nothing of yours was stored")
    if row.kind.startswith(WEEKLY):
        records.create(w, setting_id=ctx.id, kind=row.kind.removeprefix(WEEKLY), pupil_id=None, first=_day(row, now), data={"findings": text})


def _day(row: queues.DutyRow, now: datetime) -> date:
    """Return the day a weekly record counts for: today in its own week, else the week's first day (it was done late)."""
    return now.date() if (now.date() - row.anchor).days < 7 else row.anchor


__all__ = ["access_duty", "complete", "owners"]
