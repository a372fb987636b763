"""Returns and notices about the roll: what is owed, prepared, sent and received; a return is ended by nothing but sending it (C-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from intranet import store
from intranet.clock import LONDON
from intranet.duties.findings import roles_text
from intranet.duties.models import Duty
from intranet.duties.queues import DutyRow, one
from intranet.duties.statutory import CONFIRM, DELETION, ENDED, NEW_PUPIL, TELL_NOW, TOLD
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.law.words import listed, long_date
from intranet.people import Actor
from intranet.pupils import contacts as people
from intranet.pupils import service as pupils
from intranet.pupils.models import Pupil
from intranet.pupils.rules import shown_name
from intranet.roll import contents
from intranet.roll.events import ground_title
from intranet.roll.models import Removal, RollReturn
from intranet.settings.service import SettingContext

ATTENDANCE, SICKNESS = "attendance_return", "sickness_return"
#: What may stand on the pages of this room, and what each is called.
KINDS: Mapping[str, str] = MappingProxyType({
    NEW_PUPIL: "New pupil's return", DELETION: "Deletion return", ATTENDANCE: "Attendance return", SICKNESS: "Sickness return",
    TELL_NOW: "Notice to the authority", TOLD: "Notice to a professional", CONFIRM: "Confirmation to wait for", ENDED: "End of a place, told to its owner",
})  # fmt: skip
CHANNELS = ("Secure e-mail", "The authority's portal", "Post", "By hand", "Telephone", "Meeting")
ROLES, END_OF_DAY, ONE_DAY = ("office", "attendance_lead"), time(23, 59), timedelta(days=1)
LONGEST = 160


@dataclass(frozen=True)
class Prepared:
    """A return or notice as its page shows it: the duty behind it, what it says, and what was recorded of it."""

    duty: DutyRow
    title: str
    recipient: str
    parts: tuple[contents.Part, ...]
    hidden: bool  # its address is protected from this person
    sent: Mapping[str, Any] | None = None

    @property
    def missing(self) -> list[str]:
        """Return what the law wants in it and the register does not hold."""
        return contents.lacking(self.parts)


@dataclass(frozen=True)
class Sending:
    """What somebody says of a return that went out."""

    on: date
    to: str
    channel: str
    gaps: str = ""  # why something the law lists is not in it


# -------------------------------------------------------------------- what is owed


@dataclass(frozen=True)
class Owed:
    """A return or notice that comes out of a removal or an ended place."""

    kind: str
    title: str
    recipient: str
    anchor: date
    due: date
    clauses: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()


def owe(w: store.Writing, ctx: SettingContext, pupil_id: int, owed: Owed, now: datetime, removal_id: int | None = None) -> int:
    """Store a return that is owed with its duty, once by kind, pupil, day and recipient; return the duty's id."""
    have = _already(w.conn, ctx.id, pupil_id, owed)
    if have is not None:
        return have
    duty = {
        "setting_id": ctx.id, "kind": owed.kind, "pupil_id": pupil_id, "anchor": owed.anchor, "title": owed.title, "roles": roles_text(ROLES),
        "urgency": 15, "clauses": ", ".join(owed.clauses), "raised_at": now, "due_at": datetime.combine(owed.due, END_OF_DAY, LONDON),
        "overdue_from": datetime.combine(owed.due + ONE_DAY, time(), LONDON), "outcome": "",
    }  # fmt: skip
    duty_id = int(w.conn.execute(insert(Duty).values(**duty).returning(Duty.id)).scalar_one())
    said = {"title": KINDS[owed.kind], "recipient": owed.recipient, "contents": [list(pair) for pair in owed.said], "duty": duty_id}
    done = w.append(setting_id=ctx.id, stream=f"pupil:{pupil_id}", kind="return.prepared", data=said, occurred_on=now.date())
    row = {"setting_id": ctx.id, "pupil_id": pupil_id, "duty_id": duty_id, "removal_id": removal_id, "kind": owed.kind, "recipient": owed.recipient,
           "due": owed.due, "contents": said["contents"], "position": done.position}  # fmt: skip
    w.conn.execute(insert(RollReturn).values(**row))
    return duty_id


def _already(conn: Connection, setting_id: int, pupil_id: int, owed: Owed) -> int | None:
    r, d = RollReturn, Duty
    same = and_(d.setting_id == setting_id, d.id == r.duty_id)
    query = select(r.duty_id).join(d, same).where(
        r.setting_id == setting_id, r.pupil_id == pupil_id, r.kind == owed.kind, d.anchor == owed.anchor, r.recipient == owed.recipient
    )
    return conn.execute(query).scalar()


# -------------------------------------------------------------------- one of them


def prepared(conn: Connection, ctx: SettingContext, duty_id: int, actor: Actor, now: datetime) -> Prepared:
    """Return a return or notice with its contents; raise NotFound for a duty that is none."""
    duty = one(conn, ctx.id, duty_id, now)
    if duty is None or duty.kind not in KINDS or duty.pupil_id is None:
        raise NotFound
    row = pupils.row_of(conn, ctx.id, duty.pupil_id)
    kept = _row(conn, ctx.id, duty_id)
    hidden = bool(row["address_protected"]) and not actor.may("pupil:protected", ctx.id)
    sent = kept if kept and kept["sent_on"] else None
    if sent:
        found = [contents.Part(label, label, _covered(label, text, hidden)) for label, text in sent["contents"]]
    else:
        on = people.listed(conn, ctx.id, duty.pupil_id, now.date())
        found = contents.parts(duty.kind, row, on, now.date(), _told(conn, ctx.id, duty, kept), hidden=hidden)
    to = kept["recipient"] if kept else ctx.authority or "The local authority"
    return Prepared(duty, KINDS[duty.kind], to, tuple(found), hidden, kept)


def _covered(label: str, text: str, hidden: bool) -> str:
    return contents.HIDDEN_ADDRESS if hidden and "address" in label.lower() else text


def _row(conn: Connection, setting_id: int, duty_id: int) -> Mapping[str, Any] | None:
    r = RollReturn
    found = conn.execute(select(r.__table__).where(r.setting_id == setting_id, r.duty_id == duty_id)).mappings().first()
    return dict(found) if found else None


def _told(conn: Connection, setting_id: int, duty: DutyRow, kept: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what a return says beside the register: the ground, the other school, the absence it is about."""
    if duty.kind in (ATTENDANCE, SICKNESS):
        return {"absence": f"{duty.title}. " + "; ".join(f"{term}: {text}" for term, text in duty.figures)}
    told = dict(kept["contents"]) if kept else {}
    if duty.kind == DELETION and "ground" not in told and duty.pupil_id is not None:
        told["ground"] = _ground(conn, setting_id, duty.pupil_id)
    return told


def _ground(conn: Connection, setting_id: int, pupil_id: int) -> str:
    r = Removal
    query = select(r.ground).where(r.setting_id == setting_id, r.pupil_id == pupil_id, r.done_at.is_not(None)).order_by(r.done_at.desc())
    found = conn.execute(query).scalar()
    return f"{ground_title(found)} ({found})" if found else ""


def send(ctx: SettingContext, duty_id: int, sending: Sending, *, actor: Actor, now: datetime, request_id: str | None = None) -> None:
    """Record that a return went out, with what it said; its duty is done. Refused with what is missing or when it went out before."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            seen = prepared(w.conn, ctx, duty_id, actor, now)
            _sendable(seen, sending, now.date())
            _store_sent(w, ctx, seen, sending, actor, now, request_id)
    except store.RequestSeen:
        return


def _sendable(seen: Prepared, sending: Sending, today: date) -> None:
    if seen.duty.done_at is not None:
        raise Refused(seen.title, None, "somebody recorded it as sent already", "Open it to see when and to whom")
    if seen.hidden:
        raise Refused(seen.title, None, "its address is protected, so you do not see all it says", "Ask the head or the safeguarding lead to send it")
    found = []
    if sending.on > today:
        found.append(FieldProblem("sent_on", f"{long_date(sending.on)} has not come yet. Enter the day on which it went out."))
    if not sending.to.strip():
        found.append(FieldProblem("sent_to", "Say to whom it went."))
    if seen.missing and not sending.gaps.strip():
        found.append(FieldProblem("gaps", f"It lacks: {listed(one[0].lower() + one[1:] for one in seen.missing)}. Add it to the pupil's page, or say why not."))
    if found:
        raise Refused(seen.title, None, found[0].text, "Nothing was stored", clauses=seen.duty.clauses, fields=found)


def _store_sent(
    w: store.Writing, ctx: SettingContext, seen: Prepared, sending: Sending, actor: Actor, now: datetime, request_id: str | None
) -> None:
    duty, said = seen.duty, [[part.label, part.text] for part in seen.parts]
    data = {"title": seen.title, "recipient": sending.to, "channel": sending.channel, "contents": said, "gaps": sending.gaps, "duty": duty.id,
            "on": sending.on.isoformat(), "by": {"name": actor.name, "position": actor.position_title}}  # fmt: skip
    done = w.append(setting_id=ctx.id, stream=f"pupil:{duty.pupil_id}", kind="return.sent", data=data, occurred_on=now.date(), request_id=request_id)
    values = {"recipient": sending.to, "contents": said, "gaps": sending.gaps, "channel": sending.channel, "sent_on": sending.on,
              "sent_by": actor.account_id, "position": done.position}  # fmt: skip
    if seen.sent is None:
        due = duty.due_at.astimezone(LONDON).date() if duty.due_at else None
        made = {"setting_id": ctx.id, "pupil_id": duty.pupil_id, "duty_id": duty.id, "kind": duty.kind, "due": due}
        w.conn.execute(insert(RollReturn).values(**made, **values))
    else:
        w.conn.execute(update(RollReturn).where(RollReturn.setting_id == ctx.id, RollReturn.duty_id == duty.id).values(**values))
    outcome = f"Sent on {long_date(sending.on)} to {sending.to} by {sending.channel.lower()}"
    ended = update(Duty).where(Duty.setting_id == ctx.id, Duty.id == duty.id, Duty.done_at.is_(None))
    w.conn.execute(ended.values(done_at=now, done_by=actor.account_id, outcome=outcome, position=done.position))


def receive(ctx: SettingContext, duty_id: int, on: date, reference: str, *, actor: Actor, now: datetime, request_id: str | None = None) -> None:
    """Record the authority's receipt of what was sent; Refused before it was sent or for a day to come."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            seen = prepared(w.conn, ctx, duty_id, actor, now)
            sent = seen.sent["sent_on"] if seen.sent else None
            if sent is None:
                raise Refused("Receipt", None, "nothing was recorded as sent", "Record first when and to whom it went")
            if not sent <= on <= now.date():
                rule = f"it went out on {long_date(sent)} and today is {long_date(now.date())}"
                raise Refused("Receipt", long_date(on), rule, "Enter a day between the two", fields=("received_on",))
            data = {"title": seen.title, "on": on.isoformat(), "reference": reference, "duty": duty_id}
            stream = f"pupil:{seen.duty.pupil_id}"
            done = w.append(setting_id=ctx.id, stream=stream, kind="return.received", data=data, occurred_on=now.date(), request_id=request_id)
            here = update(RollReturn).where(RollReturn.setting_id == ctx.id, RollReturn.duty_id == duty_id)
            w.conn.execute(here.values(receipt_on=on, receipt_reference=reference, position=done.position))
    except store.RequestSeen:
        return


# -------------------------------------------------------------------- lists


@dataclass(frozen=True)
class Line:
    """A return or notice in a list."""

    duty_id: int
    title: str
    pupil: str
    about: str
    due: datetime | None
    overdue: bool
    recipient: str
    sent_on: date | None
    receipt_on: date | None


def lines(conn: Connection, setting_id: int, now: datetime, *, pupil_id: int | None = None, shown: int = 200) -> Sequence[Line]:
    """Return what is owed first, then what was sent, newest first."""
    d, r, p = Duty, RollReturn, Pupil
    query = (
        select(d.id, d.kind, d.title, d.due_at, d.overdue_from, d.done_at, r.recipient, r.sent_on, r.receipt_on, p.legal_given, p.legal_family,
               p.preferred_given, p.preferred_family)
        .join(p, and_(p.setting_id == setting_id, p.id == d.pupil_id))
        .outerjoin(r, and_(r.setting_id == setting_id, r.duty_id == d.id))
        .where(d.setting_id == setting_id, d.kind.in_(tuple(KINDS)))
    )  # fmt: skip
    if pupil_id is not None:
        query = query.where(d.pupil_id == pupil_id)
    rows = conn.execute(query.order_by(d.done_at.is_not(None), d.done_at.desc(), d.due_at, d.id).limit(shown)).all()
    return [_line(row, now) for row in rows]


def _line(row: Any, now: datetime) -> Line:
    name = shown_name(row.legal_given, row.legal_family, row.preferred_given, row.preferred_family)
    over = row.done_at is None and row.overdue_from is not None and now >= row.overdue_from
    return Line(row.id, KINDS[row.kind], name, row.title, row.due_at, over, row.recipient or "", row.sent_on, row.receipt_on)


__all__ = ["CHANNELS", "CONFIRM", "DELETION", "ENDED", "KINDS", "TELL_NOW", "TOLD", "Line", "Owed", "Prepared", "Sending", "lines", "owe", "prepared",
           "receive", "send"]  # fmt: skip
