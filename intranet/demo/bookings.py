"""How the demo's children are placed: agreements, weekly bookings and thresholds of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from intranet.demo.children import Plan
from intranet.demo.history import Member
from intranet.demo.people import Built
from intranet.extension import values as v
from intranet.store import records
from intranet.store.writing import Writing

PATTERNS = ("Mon to Fri mornings", "Mon to Wed mornings", "Tue, Thu mornings and afternoons", "Mon to Thu mornings; Fri afternoon")
STARTS = ("09:30", "10:45", "13:00", "14:15")
AN_HOUR_ON = {"09:30": "10:30", "10:45": "11:45", "13:00": "14:00", "14:15": "15:15"}
ELSEWHERE = {"alternative_provision": 0.4, "academy": 0.02}
THRESHOLDS = (0.80, 0.85, 0.90)


def terms(random: Random, plan: Plan, models: Sequence[v.PlacementModel]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Return a child's placement model, the owner of each duty and the agreement."""
    elsewhere = len(models) > 1 and random.random() < ELSEWHERE.get(plan.setting_type, 0.0)
    model = models[-1] if elsewhere else models[0]
    agreement: dict[str, Any] = {}
    if plan.setting_type == "alternative_provision":
        agreement = {"report_time": "10:00", "age_checked": True}
        if model is models[-1]:
            agreement["pattern"] = random.choice(PATTERNS)
    return model.key, dict(model.duties), agreement


def store_records(w: Writing, random: Random, built: Built, members: Iterable[Member], tutors: Mapping[int, int]) -> dict[int, tuple[v.Record, ...]]:
    """Store a tutoring company's weekly bookings and a provider's thresholds; return them by pupil, as hooks see them."""
    makers = {"tutoring": _bookings, "alternative_provision": _threshold}
    maker = makers.get(built.plan.setting_type)
    return {member.pupil_id: tuple(maker(w, random, built, member, tutors)) for member in members} if maker else {}


def _bookings(w: Writing, random: Random, built: Built, member: Member, tutors: Mapping[int, int]) -> Iterator[v.Record]:
    starts = member.placement.first
    monday = starts - timedelta(days=starts.weekday())
    for weekday in random.sample(range(5), random.randrange(2, 5)):
        start = random.choice(STARTS)
        first = monday + timedelta(days=weekday if weekday >= starts.weekday() else weekday + 7)
        data = {"start": start, "end": AN_HOUR_ON[start], "tutor": tutors[member.groups[0][2]], "repeating": "weekly", "place": "library"}
        yield _create(w, built, member, "booking", first, data)


def _threshold(w: Writing, random: Random, built: Built, member: Member, tutors: Mapping[int, int]) -> Iterator[v.Record]:
    yield _create(w, built, member, "threshold", member.placement.first, {"share": random.choice(THRESHOLDS)})


def _create(w: Writing, built: Built, member: Member, kind: str, first: date, data: Mapping[str, Any]) -> v.Record:
    made = records.create(w, setting_id=built.setting_id, kind=kind, pupil_id=member.pupil_id, first=first, data=data)
    return v.Record(made.id, made.kind, made.pupil_id, made.first, made.last, made.data, made.version)
