"""The sign-out desk: only with an adult on the pupil's record, and only after a senior leader has authorised it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.values import Request
from intranet.law.words import listed as in_words
from intranet.people import Actor
from intranet.people.actor import describe_role, in_force
from intranet.people.models import Account, RoleGrant
from intranet.pupils import contacts, search
from intranet.pupils import service as pupils
from intranet.registers import desk_children as kids
from intranet.registers import desk_log
from intranet.registers.desk import refuse_overtaken
from intranet.registers.desk_children import Child
from intranet.registers.desk_rules import Reason
from intranet.settings.context import SettingContext

UNLISTED = ("ATT-047", "ATT-067")
SENIOR = "head"  # the core role that senior leaders hold, or are like


@dataclass(frozen=True)
class Adult:
    """An adult on a pupil's record; ``letter`` chooses them by one key. One who may not be contacted may not collect."""

    id: int
    name: str
    relationship: str
    may_collect: bool
    letter: str = ""

    @property
    def label(self) -> str:
        """Return the name and who they are to the child."""
        return f"{self.name} ({self.relationship})"


@dataclass(frozen=True)
class Leader:
    """Somebody who may authorise a pupil to leave."""

    id: int
    name: str
    role: str

    @property
    def label(self) -> str:
        """Return the name and position, as they are stored."""
        return f"{self.name}, {self.role}"


@dataclass(frozen=True)
class Departure:
    """A pupil who is to leave: with whom, on whose authority, for what and until when."""

    pupil_id: int
    contact_id: int | None
    other_name: str
    leader_id: int | None
    reason: Reason
    at: datetime
    expected_back: datetime | None = None
    note: str = ""
    drawn: int = 0
    request_id: str = ""


def adults(conn: Connection, setting_id: int, pupil_id: int, on: date) -> list[Adult]:
    """Return the adults on a pupil's record in the order to ring them; one statement."""
    rows = contacts.listed(conn, setting_id, pupil_id, on)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        Adult(row["id"], " ".join(part for part in (row["title"], row["given"], row["family"]) if part), row["relationship"],
              not row["do_not_contact"], letters[place] if place < len(letters) else "")
        for place, row in enumerate(rows)
    ]  # fmt: skip


def leaders(conn: Connection, ctx: SettingContext, on: date) -> list[Leader]:
    """Return the senior leaders of the setting that day, by name; one statement (ATT-047)."""
    query = (
        select(Account.id, Account.name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.setting_id == ctx.id, in_force(on), Account.disabled_at.is_(None))
        .order_by(Account.name, RoleGrant.id)
    )
    found: dict[int, Leader] = {}
    for row in conn.execute(query):
        label, core, _ = describe_role(row.role, ctx.setting_type)
        if SENIOR in core:
            found.setdefault(row.id, Leader(row.id, row.name, label))
    return list(found.values())


def collector(known: Sequence[Adult], contact_id: int | None, other_name: str) -> Adult | None:
    """Return the adult on the record who was chosen or whose whole name was typed; None when there is no such adult."""
    typed = search.plain(other_name).split()
    for adult in known:
        plain = search.plain(adult.name).split()
        if adult.may_collect and (adult.id == contact_id or (contact_id is None and typed and typed in (plain, plain[1:]))):
            return adult
    return None


def sign_out(ctx: SettingContext, caller: Caller, actor: Actor, departure: Departure, now: datetime) -> int | None:
    """Store that a pupil was collected and return the entry's id (None: stored before); raise NotFound, Refused."""
    with store.connection() as conn:
        child = kids.access(conn, ctx, caller, actor, departure.pupil_id, departure.at)
        known = adults(conn, ctx.id, child.id, now.date())
        heads = {leader.id: leader for leader in leaders(conn, ctx, now.date())}
        facts = pupils.facts(conn, ctx.id, [child.id], contacts=True, on=now.date())[child.id]
    if departure.contact_id is not None and departure.contact_id not in {adult.id for adult in known}:
        raise NotFound("That adult is not on this pupil's record. Type the pupil's name again.")
    if departure.leader_id is not None and departure.leader_id not in heads:
        raise NotFound("That person is not a senior leader here today. Type the pupil's name again.")
    adult = collector(known, departure.contact_id, departure.other_name)
    if adult is None:
        _note_refusal(ctx, actor, departure, known, now)
        raise _unlisted(departure, known)
    leader = heads.get(departure.leader_id or 0)
    _refuse_unready(child, departure, leader)
    _assess(ctx, caller, facts, departure, adult, leader)
    return _store(ctx, actor, child, departure, adult, leader, now)


def _unlisted(departure: Departure, known: Sequence[Adult]) -> Refused:
    """Return the refusal of an adult who is not on the record; it names who may collect (ATT-047, ATT-067)."""
    may = in_words([adult.label for adult in known if adult.may_collect], "or")
    chosen = next((adult.name for adult in known if adult.id == departure.contact_id), departure.other_name.strip())
    step = f"Only {may} may collect" if may else "No adult is listed: ring the family and ask a senior leader"
    rule = "this adult is not listed on the pupil's record as somebody who may collect"
    text = f"{'Collector “' + chosen + '”' if chosen else 'Collector'}: {rule}. {step}. The pupil stays here."
    return Refused("Collector", chosen, rule, f"{step}. The pupil stays here", clauses=UNLISTED, fields=[FieldProblem("adult", text)])


def _note_refusal(ctx: SettingContext, actor: Actor, departure: Departure, known: Sequence[Adult], now: datetime) -> None:
    """Keep that somebody who may not collect came for a pupil: the safeguarding lead may need it."""
    name = next((adult.name for adult in known if adult.id == departure.contact_id), departure.other_name.strip())
    if not name:
        return
    with store.writing(now=now, actor_id=actor.account_id) as w:
        desk_log.record(w, ctx.id, "presence.refused", departure.pupil_id, departure.at, {"adult": name, "reason": departure.reason.label})


def _refuse_unready(child: Child, departure: Departure, leader: Leader | None) -> None:
    """Raise Refused when nobody authorised it, the pupil is out already, or the time back is before the time out."""
    if leader is None:
        rule = "a pupil leaves only after a senior leader has authorised it"
        raise Refused("Authorised by", "", rule, "Ask a senior leader, then choose their name", clauses=("ATT-047",), fields=["leader"])
    if child.is_out:
        raise Refused("Pupil", child.name, child.where.words, "Sign the pupil back in first")
    if departure.expected_back is not None and departure.expected_back <= departure.at:
        shown = f"{departure.expected_back:%H:%M}"
        rule = f"it is not after the time of leaving, {departure.at:%H:%M}"
        raise Refused("Expected back", shown, rule, "Enter a later time, or leave it empty", fields=["expected_back"])


def _assess(ctx: SettingContext, caller: Caller, facts: Any, departure: Departure, adult: Adult, leader: Leader | None) -> None:
    """Raise Refused when the setting's own rules are against it."""
    data = {"collector": adult.id, "listed": True, "authorised_by": leader.label if leader else "", "reason": departure.reason.label}
    found = caller.assess(Request("sign_out", setting_of(ctx), facts, departure.at.date(), data))
    if not found.allowed or found.missing:
        why = in_words([*found.missing, *found.warnings]) or "the setting's rules are against it"
        raise Refused("Sign-out", "", f"this is missing: {why}", "Put it right, then sign the pupil out", clauses=found.clauses)


def _store(ctx: SettingContext, actor: Actor, child: Child, departure: Departure, adult: Adult, leader: Leader | None, now: datetime) -> int | None:
    values = {
        "adult": adult.label, "contact": adult.id, "authorised_by": leader.label if leader else "", "reason": departure.reason.label,
        "expected_back": departure.expected_back, "note": departure.note,
    }  # fmt: skip
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            rid = departure.request_id or None
            stored = desk_log.record(w, ctx.id, "presence.signed_out", child.id, departure.at, values, request_id=rid)
            refuse_overtaken(w.conn, ctx.id, child, departure.at, departure.drawn, but=stored.position)
            return desk_log.keep(w, stored, "out", child.id, departure.at, values)
    except store.RequestSeen:
        return None


