"""The particulars of the admission register: what they are, whether they hold together, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from intranet.errors import FieldProblem, Refused
from intranet.law.words import long_date
from intranet.pupils import upn as upns

REGISTER_CLAUSES = ("ATT-011", "ASC-16", "SI 2024/208 reg 8(2)")
SEXES = {"F": "Female", "M": "Male"}
_PHONE_SIGNS = set("0123456789 +()-/.x")
_LEAST_DIGITS = 3  # an extension or 999 is a number; a name is not


@dataclass(frozen=True)
class Particulars:
    """What the admission register says of a pupil (SI 2024/208 reg 8(2)-(7))."""

    legal_given: str
    legal_family: str
    born: date | None = None
    legal_middle: str = ""
    preferred_given: str = ""
    preferred_family: str = ""
    upn: str | None = None
    former_upn: str | None = None
    sex: str = ""
    address: str = ""
    postcode: str = ""
    address_protected: bool = False
    future_address: str = ""
    future_address_from: date | None = None
    year_group: int | None = None
    language: str = ""
    boarder: bool = False
    last_school: str = ""
    last_school_address: str = ""
    other_school: str = ""
    other_school_from: date | None = None
    offer: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Return the particulars by column."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True)
class ContactDraft:
    """An adult as typed: a new person, or one who is already known by ``person_id``."""

    family: str = ""
    given: str = ""
    title: str = ""
    relationship: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    address: str = ""
    is_parent: bool = False
    parental_responsibility: bool = False
    lives_with: bool = False
    do_not_contact: bool = False
    person_id: int | None = None


def problems(given: Particulars, today: date) -> list[FieldProblem]:
    """Return a sentence for each particular that cannot stand."""
    found: list[FieldProblem] = []
    if not given.legal_given:
        found.append(
            FieldProblem(
                "legal_given",
                "Enter the forename on the birth certificate; the name used goes into “preferred forename”.",
            )
        )
    if not given.legal_family:
        found.append(
            FieldProblem(
                "legal_family",
                "Enter the surname on the birth certificate; the name used goes into “preferred surname”.",
            )
        )
    found += _born_problems(given.born, today)
    if given.sex and given.sex not in SEXES:
        found.append(
            FieldProblem(
                "sex",
                f"The sex “{given.sex}” is not one the register holds: F or M. Choose one, or leave it empty until you know.",
            )
        )
    for key, value in (("upn", given.upn), ("former_upn", given.former_upn)):
        if value and (said := upns.problem(value)):
            found.append(FieldProblem(key, said))
    if given.upn and given.upn == given.former_upn:
        found.append(
            FieldProblem(
                "former_upn", f"The former UPN {given.upn} is the same as the UPN. Leave the former one empty."
            )
        )
    return found


def _born_problems(born: date | None, today: date) -> list[FieldProblem]:
    if born is None:
        return [
            FieldProblem(
                "born",
                "Enter the date of birth: compulsory school age and the register need it (SI 2024/208 reg 8(2)).",
            )
        ]
    if born > today:
        return [FieldProblem("born", f"The date of birth {long_date(born)} is in the future. Check the year.")]
    return []


def contact_problems(contact: ContactDraft) -> list[FieldProblem]:
    """Return a sentence for each part of a contact that cannot stand."""
    found: list[FieldProblem] = []
    if not contact.family and contact.person_id is None:
        found.append(FieldProblem("family", "Enter the contact's surname."))
    if not contact.relationship:
        found.append(
            FieldProblem(
                "relationship",
                "Say who this is to the child, for example mother, stepfather, foster carer, neighbour (ATT-007).",
            )
        )
    for number in contact.phones:
        if set(number) - _PHONE_SIGNS or sum(sign.isdigit() for sign in number) < _LEAST_DIGITS:
            found.append(
                FieldProblem("phones", f"“{number}” is not a telephone number. Use digits, spaces and a leading +.")
            )
    if contact.email and (contact.email.count("@") != 1 or " " in contact.email):
        found.append(
            FieldProblem("email", f"“{contact.email}” is not an e-mail address: it needs one @ and no spaces.")
        )
    return found


def refuse(thing: str, found: Sequence[FieldProblem], clauses: Sequence[str] = ()) -> None:
    """Raise Refused with every problem at once when there is one; nothing is half-saved."""
    if found:
        rule = found[0].text if len(found) == 1 else f"{len(found)} things need another value."
        raise Refused(
            thing, None, rule, "Nothing was saved; what you typed is still here.", clauses=clauses, fields=found
        )


def missing(pupil: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the admission register should hold and does not, in words (ATT-011)."""
    wanted = (
        ("sex", "sex"),
        ("address", "home address"),
        ("last_school", "name of the last school (or “none”)"),
        ("admitted_on", "starting day"),
    )
    found = [words for key, words in wanted if not pupil.get(key)]
    parents = [contact for contact in contacts if contact["is_parent"]]
    if not parents:
        found.append("a parent’s full name and address")
    found += [f"address of {_name(parent)}" for parent in parents if not parent["address"] and not parent["lives_with"]]
    found += [
        f"emergency telephone number of {_name(parent)}"
        for parent in parents
        if parent["lives_with"] and not parent["phones"]
    ]
    return found


def _name(person: Mapping[str, Any]) -> str:
    return f"{person['given']} {person['family']}".strip()


def shortfall(offer: Mapping[str, Any], full_week: int) -> int:
    """Return how many sessions a week the offer falls short of a full week at this setting (OTE-03); 0 when nothing was recorded."""
    if not offer:
        return 0
    offered = int(offer.get("here") or 0) + int(offer.get("elsewhere") or 0)
    return max(0, full_week - offered)
