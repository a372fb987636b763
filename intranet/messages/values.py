"""What a room hands over when a rule says that somebody is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

#: Bodies outside the setting as pages name them; other keys are said by the role's own label.
BODIES: Mapping[str, str] = {
    "LA": "Local authority", "home_school": "Home school", "social_worker": "Social worker", "youth_justice_worker": "Youth justice worker",
    "virtual_school": "Virtual school", "commissioner": "Commissioner", "parent": "Parents", "police": "Police", "social_care": "Children’s social care",
}  # fmt: skip
#: How people outside are told.
CHANNELS: Mapping[str, str] = {
    "phone": "Telephone", "letter": "Letter", "email": "E-mail", "secure": "Secure transfer", "portal": "Their own portal", "person": "In person",
}  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told: ``to`` are role keys or bodies, ``about`` what it comes from, ``title`` without any pupil's name."""

    kind: str
    pupil_id: int | None
    to: tuple[str, ...]
    about: str
    title: str
    urgency: int = 50  # 0 most urgent
    clauses: tuple[str, ...] = ()
    restricted: bool = False  # only its recipients may know that it was sent


def about_finding(kind: str, pupil_id: int | None, anchor: date) -> str:
    """Return what a notice about a finding comes from; a finding that comes back has the same."""
    return f"finding/{kind}/{pupil_id or ''}/{anchor.isoformat()}"


def about_case(case_id: int) -> str:
    """Return what a notice about a case comes from."""
    return f"case/{case_id}"
