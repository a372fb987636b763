"""The adults around a pupil: parents in the wide sense, and whom to ring in which order (ATT-007, ATT-012)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.events import append
from intranet.pupils.particulars import ContactDraft, contact_problems, refuse


def listed(conn: Connection, setting_id: int, pupil_id: int, on: date) -> list[dict[str, Any]]:
    """Return a pupil's contacts of a day in the order to ring them."""
    link, person = m.PupilContact, m.Person
    query = (
        select(
            link.id, link.person_id, link.relationship, link.is_parent, link.parental_responsibility, link.lives_with, link.priority,
            link.do_not_contact, person.title, person.given, person.family, person.address, person.email, person.phones,
        )
        .join(person, and_(person.id == link.person_id, person.setting_id == setting_id))
        .where(link.setting_id == setting_id, link.pupil_id == pupil_id, or_(link.last.is_(None), link.last >= on))
        .order_by(link.priority, link.id)
    )  # fmt: skip
    return [dict(row) for row in conn.execute(query).mappings()]


def phone_list(numbers: Sequence[str]) -> list[dict[str, str]]:
    """Return numbers as they are stored, each once, in the order given."""
    return [{"number": number, "kind": ""} for number in dict.fromkeys(number.strip() for number in numbers) if number]


def store_contact(w: store.Writing, setting_id: int, pupil_id: int, contact: ContactDraft, priority: int) -> int:
    """Return the id of the new link between a pupil and an adult, making the adult when they are new."""
    person_id = contact.person_id
    if person_id is None:
        person = {
            "title": contact.title,
            "given": contact.given,
            "family": contact.family,
            "address": contact.address,
            "email": contact.email,
        }
        made = (
            insert(m.Person)
            .values(setting_id=setting_id, phones=phone_list(contact.phones), **person)
            .returning(m.Person.id)
        )
        person_id = int(w.conn.execute(made).scalar_one())
    link = {
        "relationship": contact.relationship, "is_parent": contact.is_parent, "parental_responsibility": contact.parental_responsibility,
        "lives_with": contact.lives_with, "do_not_contact": contact.do_not_contact, "priority": priority,
    }  # fmt: skip
    made = (
        insert(m.PupilContact)
        .values(setting_id=setting_id, pupil_id=pupil_id, person_id=person_id, **link)
        .returning(m.PupilContact.id)
    )
    return int(w.conn.execute(made).scalar_one())


def add_contact(
    setting_id: int, pupil_id: int, contact: ContactDraft, *, actor: Actor, now: datetime, request_id: str | None = None
) -> int:
    """Add an adult at the end of a pupil's list and return the link's id; raise Refused with what is wrong."""
    refuse("Contact", contact_problems(contact), ("ATT-007",))
    with store.writing(now=now, actor_id=actor.account_id) as w:
        if contact.person_id is not None:
            _known_person(w.conn, setting_id, pupil_id, contact.person_id)
        last = select(func.coalesce(func.max(m.PupilContact.priority), 0)).where(
            m.PupilContact.setting_id == setting_id, m.PupilContact.pupil_id == pupil_id
        )
        link_id = store_contact(w, setting_id, pupil_id, contact, int(w.conn.execute(last).scalar_one()) + 1)
        data = {
            "contact_id": link_id,
            "name": f"{contact.given} {contact.family}".strip(),
            "relationship": contact.relationship,
        }
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.contact_added", data, now=now, request_id=request_id)
    return link_id


def _known_person(conn: Connection, setting_id: int, pupil_id: int, person_id: int) -> None:
    person, link = m.Person, m.PupilContact
    if conn.execute(select(person.id).where(person.setting_id == setting_id, person.id == person_id)).first() is None:
        raise NotFound
    twice = select(link.id).where(link.setting_id == setting_id, link.pupil_id == pupil_id, link.person_id == person_id)
    if conn.execute(twice).first() is not None:
        raise Refused(
            "Contact",
            None,
            "This adult is on the pupil's list already",
            "Change that entry instead",
            fields=("person_id",),
        )


def amend_contact(
    setting_id: int, pupil_id: int, contact_id: int, contact: ContactDraft, *, actor: Actor, now: datetime
) -> None:
    """Change who an adult is to a pupil and how to reach them; raise Refused or NotFound."""
    refuse("Contact", contact_problems(contact), ("ATT-007",))
    with store.writing(now=now, actor_id=actor.account_id) as w:
        person_id = _link(w.conn, setting_id, pupil_id, contact_id)
        person = {
            "title": contact.title,
            "given": contact.given,
            "family": contact.family,
            "address": contact.address,
            "email": contact.email,
        }
        w.conn.execute(
            update(m.Person)
            .where(m.Person.setting_id == setting_id, m.Person.id == person_id)
            .values(phones=phone_list(contact.phones), **person)
        )
        link = {
            key: getattr(contact, key)
            for key in ("relationship", "is_parent", "parental_responsibility", "lives_with", "do_not_contact")
        }
        w.conn.execute(
            update(m.PupilContact)
            .where(m.PupilContact.setting_id == setting_id, m.PupilContact.id == contact_id)
            .values(**link)
        )
        data = {
            "contact_id": contact_id,
            "name": f"{contact.given} {contact.family}".strip(),
            "changed": sorted((*person, *link, "phones")),
        }
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.contact_amended", data, now=now)


def _link(conn: Connection, setting_id: int, pupil_id: int, contact_id: int) -> int:
    link = m.PupilContact
    query = select(link.person_id).where(
        link.setting_id == setting_id, link.pupil_id == pupil_id, link.id == contact_id
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFound
    return int(row.person_id)


def end_contact(setting_id: int, pupil_id: int, contact_id: int, last: date, *, actor: Actor, now: datetime) -> None:
    """Take an adult off a pupil's list after a day; the history keeps them."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        _link(w.conn, setting_id, pupil_id, contact_id)
        w.conn.execute(
            update(m.PupilContact)
            .where(m.PupilContact.setting_id == setting_id, m.PupilContact.id == contact_id)
            .values(last=last)
        )
        data = {"contact_id": contact_id, "last": str(last), "name": ""}
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.contact_ended", data, now=now)


def order_contacts(setting_id: int, pupil_id: int, contact_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Put a pupil's contacts into this order to ring; raise NotFound if one is not theirs, and change nothing then."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        theirs = {row["id"] for row in listed(w.conn, setting_id, pupil_id, now.date())}
        if set(contact_ids) != theirs or len(contact_ids) != len(theirs):
            raise NotFound
        for order, contact_id in enumerate(contact_ids, start=1):
            w.conn.execute(
                update(m.PupilContact)
                .where(m.PupilContact.setting_id == setting_id, m.PupilContact.id == contact_id)
                .values(priority=order)
            )
        append(w, setting_id, f"pupil:{pupil_id}", "pupil.contacts_ordered", {"order": list(contact_ids)}, now=now)


def sooner(order: Sequence[int], contact_id: int) -> list[int]:
    """Return the order with one contact a place sooner; raise NotFound when they are not in it."""
    if contact_id not in order:
        raise NotFound
    moved = list(order)
    place = moved.index(contact_id)
    if place:
        moved[place - 1], moved[place] = moved[place], moved[place - 1]
    return moved
