"""The demo's children: invented names, birth dates that fit their year, parents with numbers nobody has, a class each year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from intranet.demo.names import a_family_name, a_given_name
from intranet.demo.spells import Child
from intranet.law.calendar import Calendar
from intranet.pupils.upn import check_letter

#: Ofcom keeps these numbers free for drama, so that nobody's telephone rings.
FREE_NUMBERS = "07700 900"
FIRST_YEAR, THIS_YEAR = "2025-26", "2026-27"


@dataclass(frozen=True)
class Plan:
    """One setting of the demo as the data file describes it."""

    key: str
    name: str
    organisation: str
    setting_type: str
    legal_type: str
    phase: str
    calendar: str
    authority: str
    classes: tuple[str, ...]
    first_year: int
    size: int
    staff: Mapping[str, int]
    moves_up: bool = False  # each class is one year of age, so children change class every September


@dataclass
class Pupil:
    """A child to be stored, with the class they are in each year (None: not here that year)."""

    child: Child
    given: str
    family: str
    born: date
    year_group: int
    class_then: int | None
    class_now: int | None
    starts: date
    leaves: date | None
    contacts: list[dict[str, Any]] = field(default_factory=list)


def pupils_of(random: Random, plan: Plan, children: list[Child], calendar: Calendar) -> list[Pupil]:
    """Return the setting's children of both years; where classes move up, the oldest of last year have left."""
    then, now = (calendar.year_range(year) for year in (FIRST_YEAR, THIS_YEAR))
    first_days = {year: calendar.school_days(*span)[0] for year, span in ((FIRST_YEAR, then), (THIS_YEAR, now))}
    last_day = calendar.school_days(*then)[-1]
    made: list[Pupil] = []
    for n, child in enumerate(children):
        place = n // plan.size
        older = place == len(plan.classes)
        class_now = None if older else place
        class_then = place - 1 if plan.moves_up else place
        here_then = class_then >= 0 and (plan.moves_up or random.random() < 0.7)
        year_group = plan.first_year + (place if plan.moves_up else place % 5 if plan.size > 20 else random.randrange(4))
        made.append(
            Pupil(
                child=child,
                given=a_given_name(random),
                family=made[-1].family if made and child.family == made[-1].child.family else a_family_name(random),
                born=_born(random, year_group),
                year_group=year_group,
                class_then=class_then if here_then else None,
                class_now=class_now,
                starts=first_days[FIRST_YEAR if here_then else THIS_YEAR],
                leaves=last_day if older else None,
                contacts=_contacts(random),
            )
        )
    return made


def wanted(plan: Plan) -> int:
    """Return how many children a plan needs, last year's leavers included."""
    return plan.size * (len(plan.classes) + (1 if plan.moves_up else 0))


def _born(random: Random, year_group: int) -> date:
    eldest = date(2026 - 5 - year_group, 9, 1)
    return eldest + timedelta(days=random.randrange(365))


def _contacts(random: Random) -> list[dict[str, Any]]:
    """Return the adults in the order to ring them; nine families in ten have three numbers."""
    people = [("mother", True), ("father", True), (random.choice(("grandmother", "aunt", "family friend")), False)]
    if random.random() < 0.12:
        people.pop()
    return [
        {"relationship": relationship, "parent": parent, "number": f"{FREE_NUMBERS}{random.randrange(1000):03}", "given": a_given_name(random)}
        for relationship, parent in people
    ]


def upn(serial: int) -> str:
    """Return a well-formed UPN of a local authority that does not exist."""
    body = f"000{serial // 1000 % 10000:04}25{serial % 1000:03}"
    return check_letter(body) + body
