"""Signed links by which a parent says that a child is away: one purpose, a last day, and nothing about the child but a label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, insert, select, update

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import Actor
from intranet.pupils.access import KnownPupil, access_pupil
from intranet.registers import followup_rules as rules
from intranet.registers.followup_models import AbsenceLink, AbsenceMessage
from intranet.store.events import register_kind

PURPOSE = "a parent reports an absence"  # the salt: a token signed for anything else opens nothing here
HOUR = timedelta(hours=1)
FIRST_NAME, INITIALS, NOTHING = "first", "initials", "nothing"


def _said(words: str) -> Any:
    return lambda _data: words


for _kind, _words in (("link_made", "made a link for a parent"), ("link_withdrawn", "withdrew a link for a parent"),
                      ("message_received", "received a parent's message about an absence")):  # fmt: skip
    register_kind(f"followup.{_kind}", _said(_words), ("label", "text", "informant", "reason"))


@dataclass(frozen=True)
class Link:
    """A link that is in force."""

    id: int
    setting_id: int
    pupil_id: int
    label: str
    last: date


def label_of(pupil: KnownPupil, shows: str) -> str:
    """Return what a link's page shows of a child: the first name, the initials, or nothing, as the office chose."""
    return {FIRST_NAME: pupil.given, INITIALS: f"{pupil.given[:1]}{pupil.family[:1]}"}.get(shows, "")


def make(setting_id: int, actor: Actor, pupil_id: int, shows: str, last: date, request_id: str, now: datetime) -> int:
    """Store a link for a pupil's parent and return its id; raise NotFound, Refused for a day that is past or too far off."""
    pupil = access_pupil(actor, setting_id, pupil_id, now.date())
    most = timedelta(days=int(rules.data()["link"]["most_days"]))
    if not now.date() <= last <= now.date() + most:
        rule, shown = f"a link lasts from today to {now.date() + most:%d/%m/%Y} at most", f"{last:%d/%m/%Y}"
        raise Refused("Last day", shown, rule, "Enter a day in between", fields=["last"])
    label = label_of(pupil, shows)
    data = {"pupil": pupil_id, "label": label, "last": last.isoformat()}
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            stored = w.append(setting_id=setting_id, stream=f"followup:{pupil_id}", kind="followup.link_made", data=data, occurred_on=now.date(),
                              request_id=request_id)  # fmt: skip
            values = {"setting_id": setting_id, "pupil_id": pupil_id, "label": label, "last": last, "made_at": now, "made_by": actor.account_id}
            made = insert(AbsenceLink).values(**values, position=stored.position).returning(AbsenceLink.id)
            return int(w.conn.execute(made).scalar_one())
    except store.RequestSeen:
        return 0


def withdraw(setting_id: int, actor: Actor, link_id: int, now: datetime) -> None:
    """Let a link open nothing any more; raise NotFound for another setting's."""
    table = AbsenceLink.__table__
    with store.writing(now=now, actor_id=actor.account_id) as w:
        here = (table.c.setting_id == setting_id, table.c.id == link_id)
        pupil_id = w.conn.execute(select(table.c.pupil_id).where(*here)).scalar_one_or_none()
        if pupil_id is None:
            raise NotFound("There is no such link here. Open the list again.")
        stored = w.append(
            setting_id=setting_id, stream=f"followup:{pupil_id}", kind="followup.link_withdrawn", data={"link": link_id}, occurred_on=now.date()
        )
        w.conn.execute(update(AbsenceLink).where(*here).values(withdrawn_at=now, position=stored.position))


def in_force(conn: Connection, setting_id: int, on: date) -> list[Any]:
    """Return the links of a setting that open something on a day, newest first; one statement."""
    table = AbsenceLink.__table__
    query = select(table).where(table.c.setting_id == setting_id, table.c.last >= on, table.c.withdrawn_at.is_(None))
    return list(conn.execute(query.order_by(table.c.id.desc())))


# ------------------------------------------------------------------ what a parent sees


def token(secret: str, setting_id: int, link_id: int) -> str:
    """Return the signed part of a link's address."""
    return str(URLSafeSerializer(secret, salt=PURPOSE).dumps([setting_id, link_id]))


def opened(secret: str, text: str, now: datetime) -> Link:
    """Return the link of an address; raise NotFound, alike for one that is forged, over or withdrawn."""
    try:
        setting_id, link_id = URLSafeSerializer(secret, salt=PURPOSE).loads(text)
    except (BadSignature, ValueError, TypeError):
        raise _gone() from None
    table = AbsenceLink.__table__
    with store.scope([setting_id]), store.connection() as conn:
        query = select(table).where(table.c.setting_id == setting_id, table.c.id == link_id, table.c.last >= now.date(), table.c.withdrawn_at.is_(None))
        found = conn.execute(query).one_or_none()
    if found is None:
        raise _gone()
    return Link(found.id, setting_id, found.pupil_id, found.label, found.last)


def _gone() -> NotFound:
    return NotFound("This link opens nothing any more. Ring the school, or ask it for a new link.")


def receive(link: Link, first: date, last: date, reason: str, text: str, informant: str, request_id: str, now: datetime) -> None:
    """Store what a parent wrote, unread; raise Refused for days that cannot be, or when too many came in an hour."""
    rules.reason_for(reason)
    if last < first:
        raise Refused("Last day", f"{last:%d/%m/%Y}", f"it is before the first, {first:%d/%m/%Y}", "Enter the same day or a later one", fields=["last"])
    data: Mapping[str, Any] = {"pupil": link.pupil_id, "link": link.id, "first": first.isoformat(), "last": last.isoformat(), "reason": reason,
                               "text": text.strip(), "informant": informant.strip()}  # fmt: skip
    values = {"setting_id": link.setting_id, "link_id": link.id, "pupil_id": link.pupil_id, "first": first, "last": last, "reason": reason,
              "text": text.strip(), "informant": informant.strip(), "received_at": now}  # fmt: skip
    try:
        with store.scope([link.setting_id]), store.writing(now=now, actor_id=None) as w:
            _refuse_many(w.conn, link, now)
            stored = w.append(setting_id=link.setting_id, stream=f"followup:{link.pupil_id}", kind="followup.message_received", data=data,
                              occurred_on=now.date(), request_id=request_id)  # fmt: skip
            w.conn.execute(insert(AbsenceMessage).values(**values, position=stored.position))
    except store.RequestSeen:
        return


def _refuse_many(conn: Connection, link: Link, now: datetime) -> None:
    table, limits = AbsenceMessage.__table__, rules.data()["link"]
    recent = (table.c.setting_id == link.setting_id, table.c.received_at > now - HOUR)
    found = conn.scalars(select(table.c.link_id).where(*recent)).all()
    by_link, by_all = sum(1 for one in found if one == link.id), len(found)
    if by_link >= limits["an_hour"] or by_all >= limits["a_setting_an_hour"]:
        raise Refused("Message", "", "several messages have come within the hour", "Ring the school, or send it later")


def message(conn: Connection, setting_id: int, message_id: int) -> Any:
    """Return a parent's message; raise NotFound for another setting's."""
    table = AbsenceMessage.__table__
    found = conn.execute(select(table).where(table.c.setting_id == setting_id, table.c.id == message_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such message here. Open the list again.")
    return found
