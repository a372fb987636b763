"""What the team does on a strand: notes, actions, decisions, referrals and transfers with their answers, who may read, closing, forgetting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from intranet import store
from intranet.cases.safeguarding import events, vault
from intranet.cases.safeguarding.access import Opened
from intranet.cases.safeguarding.models import Entry, Member, Strand
from intranet.cases.safeguarding.telling import add
from intranet.cases.safeguarding.words import criterion_for, words
from intranet.errors import Conflict, NotFound, Refused
from intranet.people import Actor
from intranet.people import service as people

#: What may be entered, and what answers it later ("": nothing).
ANSWERS = {"note": "", "action": "done", "decision": "", "referral": "outcome", "transfer": "receipt", "child": ""}
#: Content leaves the setting only by a step of the team itself.
TEAM_ONLY = frozenset({"transfer", "child"})


@dataclass(frozen=True)
class Draft:
    """An entry as somebody typed it."""

    kind: str
    happened_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None


def record(strand: Opened, actor: Actor, draft: Draft, now: datetime, request_id: str, *, ask_criterion: bool = False) -> tuple[str, ...]:
    """Store an entry and return what it still lacks (a referral without its criterion is kept as a draft, OTE-31); a repeat stores nothing."""
    _refuse(strand, draft, now)
    lacks = missing(draft.values, ask_criterion) if draft.kind == "referral" else ()
    values = {**draft.values, "lacks": list(lacks), "by": {"name": actor.name, "position": actor.position_title}}
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            store.events.refuse_seen(w.conn, strand.setting_id, request_id)
        except store.RequestSeen:
            return lacks
        made = add(w, strand.setting_id, strand.id, strand.uid, _key(strand), draft.kind, values, draft.happened_at, due_on=draft.due_on)
        events.append(w, strand.setting_id, strand.id, "safeguarding.recorded", made.said, request_id)
        _touch(w, strand)
    return lacks


def missing(values: dict[str, Any], ask_criterion: bool) -> tuple[str, ...]:
    """Return what a referral still lacks; one marked urgent waits for nothing (OTE-45)."""
    needed = ask_criterion and values.get("body") in criterion_for() and not values.get("urgent")
    return ("threshold criterion",) if needed and not values.get("criterion") else ()


def _refuse(strand: Opened, draft: Draft, now: datetime) -> None:
    if not strand.writable or (draft.kind in TEAM_ONLY and not strand.led):
        raise Refused("Strand", "", "nothing can be added to it by you", "Ask the safeguarding lead")
    if draft.happened_at > now:
        raise Refused("When", f"{draft.happened_at:%d/%m/%Y %H:%M}", "that is still to come", "Enter when it happened", fields=["on"])
    if draft.kind == "decision" and draft.values.get("choice") not in words("ways_on"):
        raise Refused("Decision", "", "nothing was chosen", "Choose one", clauses=("SPM-24",), fields=["choice"])


def answer(strand: Opened, actor: Actor, entry_id: int, values: dict[str, Any], now: datetime, request_id: str) -> None:
    """Store what came of an action, a referral or a transfer; raise NotFound for another strand's entry, Conflict when somebody answered first."""
    if not strand.writable:
        raise Refused("Strand", "", "nothing can be added to it by you", "Ask the safeguarding lead")
    here = (Entry.setting_id == strand.setting_id, Entry.strand_id == strand.id, Entry.id == entry_id)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            store.events.refuse_seen(w.conn, strand.setting_id, request_id)
        except store.RequestSeen:
            return
        kind = w.conn.scalar(select(Entry.kind).where(*here))
        if not ANSWERS.get(kind or ""):
            raise NotFound
        if w.conn.execute(update(Entry).where(*here, Entry.answered_at.is_(None)).values(answered_at=now)).rowcount == 0:
            raise Conflict((), "Somebody else answered this first. Nothing was overwritten; open the strand again to read it.")
        said = {**values, "by": {"name": actor.name, "position": actor.position_title}}
        made = add(w, strand.setting_id, strand.id, strand.uid, _key(strand), ANSWERS[str(kind)], said, now, parent_id=entry_id)
        events.append(w, strand.setting_id, strand.id, "safeguarding.recorded", made.said, request_id)
        _touch(w, strand)


def complete(strand: Opened, actor: Actor, entry_id: int, criterion: str, now: datetime, request_id: str) -> None:
    """Complete a referral kept as a draft with the criterion relied on; what was typed first stays readable beside it."""
    if not criterion.strip():
        raise Refused("Threshold criterion", None, "nothing was entered", "Write the criterion relied on", clauses=("OTE-31",), fields=["text"])
    here = (Entry.setting_id == strand.setting_id, Entry.strand_id == strand.id, Entry.id == entry_id, Entry.kind == "referral")
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            store.events.refuse_seen(w.conn, strand.setting_id, request_id)
        except store.RequestSeen:
            return
        if not strand.writable or w.conn.scalar(select(Entry.id).where(*here)) is None:
            raise NotFound
        said = {"text": criterion, "by": {"name": actor.name, "position": actor.position_title}}
        made = add(w, strand.setting_id, strand.id, strand.uid, _key(strand), "criterion", said, now, parent_id=entry_id)
        events.append(w, strand.setting_id, strand.id, "safeguarding.recorded", made.said, request_id)
        _touch(w, strand)


def name(strand: Opened, actor: Actor, account_id: int, purpose: str, last: date | None, now: datetime, request_id: str) -> None:
    """Let somebody who works here read the strand for a purpose, until a day; raise NotFound for an account from elsewhere."""
    if not purpose.strip():
        raise Refused("Purpose", None, "nothing was entered", "Write what this person needs it for", fields=["purpose"])
    if last is not None and last < now.date():
        raise Refused("Last day", f"{last:%d/%m/%Y}", "it is over", "Choose today or a later day", fields=["last"])
    own = f"{strand.uid}/{vault.new_uid()}"
    row = {"strand_id": strand.id, "account_id": account_id, "uid": own, "first": now.date(), "last": last}
    with store.writing(now=now, actor_id=actor.account_id) as w:
        if account_id not in {one.id for one in people.staff(w.conn, strand.setting_id, now.date())}:
            raise NotFound
        try:
            events.append(w, strand.setting_id, strand.id, "safeguarding.member", {"account": account_id, "named": True}, request_id)
        except store.RequestSeen:
            return
        sealed = vault.seal(_key(strand), own, {"purpose": purpose.strip(), "by": actor.name})
        w.conn.execute(insert(Member).values(setting_id=strand.setting_id, sealed=sealed, **row))
        _touch(w, strand)


def unname(strand: Opened, actor: Actor, member_id: int, now: datetime) -> None:
    """End somebody's reading of the strand from this moment on; raise NotFound for a name that is not on it."""
    here = (Member.setting_id == strand.setting_id, Member.strand_id == strand.id, Member.id == member_id)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        account_id = w.conn.scalar(select(Member.account_id).where(*here))
        if account_id is None:
            raise NotFound
        yesterday = date.fromordinal(now.date().toordinal() - 1)
        w.conn.execute(update(Member).where(*here).values(last=yesterday))
        events.append(w, strand.setting_id, strand.id, "safeguarding.member", {"account": account_id, "named": False})
        _touch(w, strand)


def match(strand: Opened, actor: Actor, pupil_id: int, now: datetime, request_id: str) -> None:
    """Say which child an unclear strand is about; raise Refused when that is known."""
    if strand.pupil_id not in (None, pupil_id):
        raise Refused("Child", "", "it is known whom this is about", "Link another child with a role instead", fields=["pupil"])
    _set(strand, actor, now, request_id, "safeguarding.child", {"pupil": pupil_id}, pupil_id=pupil_id)


def close(strand: Opened, actor: Actor, outcome: str, drawn: int, now: datetime, request_id: str) -> None:
    """Close a strand with its outcome; raise Conflict when somebody added to it since the page was drawn."""
    if not outcome.strip():
        raise Refused("Outcome", None, "nothing was entered", "Write what came of it", clauses=("SEN-027",), fields=["text"])
    with store.writing(now=now, actor_id=actor.account_id) as w:
        store.events.hold_chain(w.conn, strand.setting_id)
        if store.events.seen(w.conn, strand.setting_id, request_id):
            return
        if strand.closed_at is not None:
            raise Refused("Strand", "", "it is closed", "Open it again")
        version = w.conn.scalar(select(Strand.version).where(Strand.setting_id == strand.setting_id, Strand.id == strand.id))
        if version != drawn:
            raise Conflict((), "Something was added to this strand after you opened the page. Read it first, then close it.")
        said = {"text": outcome, "by": {"name": actor.name, "position": actor.position_title}}
        made = add(w, strand.setting_id, strand.id, strand.uid, _key(strand), "closing", said, now)
        events.append(w, strand.setting_id, strand.id, "safeguarding.closed", {**made.said, "closed": True}, request_id)
        _touch(w, strand, closed_at=now, signal=False)


def reopen(strand: Opened, actor: Actor, now: datetime, request_id: str) -> None:
    """Open a closed strand again."""
    if strand.wrapped is None:
        raise Refused("Strand", "", "its texts are forgotten", "Open a new one by telling the safeguarding lead")
    _set(strand, actor, now, request_id, "safeguarding.closed", {"closed": False}, closed_at=None)


def signal(strand: Opened, actor: Actor, on: bool, now: datetime, request_id: str) -> None:
    """Show or take away the words that ask to speak to the safeguarding lead about this child."""
    _set(strand, actor, now, request_id, "safeguarding.signal", {"on": on}, signal=on)


def forget(strand: Opened, actor: Actor, why: str, now: datetime, request_id: str) -> None:
    """Drop the strand's key: no backup of the database can give its texts back; that it was there stays on record."""
    if why not in words("forgetting"):
        raise Refused("Reason", why, "it is not one of the reasons for forgetting", "Choose one", fields=["why"])
    if strand.closed_at is None:
        raise Refused("Strand", "", "it is open", "Close it with its outcome first")
    _set(strand, actor, now, request_id, "safeguarding.forgotten", {"why": why}, wrapped=None, signal=False)


def _set(strand: Opened, actor: Actor, now: datetime, request_id: str, kind: str, said: dict[str, Any], **values: Any) -> None:
    """Store a fact and what it changes on the strand; a repeat changes nothing."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            events.append(w, strand.setting_id, strand.id, kind, {"strand": strand.id, **said}, request_id)
        except store.RequestSeen:
            return
        _touch(w, strand, **values)


def _touch(w: store.Writing, strand: Opened, **values: Any) -> None:
    here = (Strand.setting_id == strand.setting_id, Strand.id == strand.id)
    w.conn.execute(update(Strand).where(*here).values(version=Strand.version + 1, **values))


def _key(strand: Opened) -> bytes:
    if strand.wrapped is None:
        raise Refused("Strand", "", "its texts are forgotten", "Open a new one by telling the safeguarding lead")
    return strand.wrapped
