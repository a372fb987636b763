"""Which sessions were due to a pupil who does not have a morning and an afternoon on every school day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from intranet.extension import baseline
from intranet.extension.caller import Caller
from intranet.extension.values import Facts, Placement
from intranet.law.sessions import SLOTS, day_of, key_of


def filled(caller: Caller, many: list[Facts]) -> list[Facts]:
    """Return the facts with the sessions due, where a setting type plans them itself and a rule of the law will ask for them."""
    if not caller.plans_itself or not many:
        return many
    limits = caller.limits(many[0].as_of.date())
    days = {facts.pupil.id: baseline.needs_plan(facts, limits) for facts in many}
    if not any(days.values()):
        return many
    plans = caller.sessions_of_days(_wanted(many, days))
    return [replace(facts, due=_due(facts, days[facts.pupil.id], plans)) if days[facts.pupil.id] else facts for facts in many]


def _wanted(many: Sequence[Facts], days: Mapping[int, Sequence[date]]) -> dict[date, list[Placement]]:
    """Return the placements to ask about on each day: those that had begun."""
    found: dict[date, list[Placement]] = {}
    for facts in many:
        place = facts.pupil.placement
        for day in days[facts.pupil.id] if place else ():
            if place and place.first <= day:
                found.setdefault(day, []).append(place)
    return found


def _due(facts: Facts, days: Sequence[date], plans: Mapping[date, Mapping[int, tuple[str, ...]]]) -> dict[date, tuple[str, ...]]:
    """Return the sessions due on each day: those planned and those that were marked.

    An older plan may have had others; and a plan that cannot be asked, or that leaves sessions out, hides no absence.
    """
    marked: dict[date, list[str]] = {}
    wanted = set(days)
    for mark in facts.marks:
        if (day := day_of(mark.session_no)) in wanted:
            marked.setdefault(day, []).append(key_of(mark.session_no % SLOTS))
    planned = {day: plans.get(day, {}).get(facts.pupil.id, ()) for day in days}
    return {day: tuple(dict.fromkeys((*planned[day], *marked.get(day, ())))) for day in days}
