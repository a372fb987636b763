"""What serves a setting whose plugin says nothing: national codes, two sessions a day, the core's roles and one placement model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path

from intranet.extension.values import (
    Catalogue,
    Known,
    LadderStep,
    Placement,
    PlacementModel,
    Proposal,
    Role,
    Setting,
    Slot,
)
from intranet.law.clauses import known_clauses
from intranet.law.codes import national_codes
from intranet.law.conflicts import known_conflicts
from intranet.law.parameters import ParametersAt, ParameterValue, core_parameters, load
from intranet.law.windows import Window
from intranet.law.windows import propose as propose_arrival
from intranet.people.permissions import CORE_ROLES, OUTSIDE

FOLDER = Path(__file__).parent / "policy"
DUTIES = ("register", "follow_up", "authorising", "leave", "legal", "returns", "roll")

#: The words a page uses unless the setting type has its own.
WORDS: Mapping[str, str] = {
    "pupil": "pupil", "pupils": "pupils", "register": "register", "registers": "registers", "class": "class", "classes": "classes",
    "session": "session", "sessions": "sessions", "commissioner": "local authority", "head": "head teacher", "office": "office",
    "school": "school",
}  # fmt: skip

OWN_ROLL = PlacementModel("own_roll", "On our own roll", dict.fromkeys(DUTIES, "us"))


def catalogue(own: Catalogue | None) -> Catalogue:
    """Return a plugin's catalogue with the core's answers where it has none."""
    own = own or Catalogue()
    roles = own.roles or tuple(Role(key, label, like=key, outside=key in OUTSIDE) for key, label in CORE_ROLES.items())
    return replace(own, codes=own.codes or national_codes(), roles=roles, placement_models=own.placement_models or (OWN_ROLL,))


def parameters(added: Path | None = None) -> tuple[ParameterValue, ...]:
    """Return what every setting starts from: law, guidance and the clock times of a silent policy, with the rows of an added folder."""
    return (*core_parameters(added), *load(FOLDER, "core", known_clauses(), known_conflicts()))


def half_days(setting: Setting, day: date, params: ParametersAt) -> tuple[Slot, ...]:
    """Return the morning and afternoon of a day, without those that are closed."""
    both = (
        _half_day("AM", "Morning", day, params["register.am_open"], params["register.am_close"], params["register.pm_open"]),
        _half_day("PM", "Afternoon", day, params["register.pm_open"], params["register.pm_close"], params["register.day_ends"]),
    )
    return tuple(slot for slot in both if setting.calendar.is_session_day(day, slot.key))


def _half_day(key: str, label: str, day: date, opens: time, closes: time, ends: time) -> Slot:
    return Slot(key, day, label, starts=opens, opens=opens, closes=closes, ends=ends)


def sessions(setting: Setting, day: date, placements: Sequence[Placement], params: ParametersAt) -> Mapping[int, Sequence[Slot]]:
    """Return a morning and an afternoon for every pupil on a school day."""
    slots = half_days(setting, day, params)
    return {placement.pupil_id: slots for placement in placements} if slots else {}


def propose_mark(slot: Slot, known: Known) -> Proposal | None:
    """Return what an arrival time or another known fact comes to (SI 2024/208 reg 10(2), 10(8))."""
    if known.kind == "arrival" and known.at is not None and slot.closes is not None:
        arrival = propose_arrival(Window(slot.opens, slot.closes), known.at, slot.key, known.symbol)
        why = f"Arrived {known.at:%H:%M}, register {slot.opens:%H:%M} to {slot.closes:%H:%M}"
        return Proposal(arrival.symbol, why, arrival.minutes, known.note, ("SI 2024/208 reg 10",), known.source)
    if known.symbol is None:
        return None
    return Proposal(known.symbol, f"Known before: {known.source or known.kind}", None, known.note, (), known.source)


def contact_ladder() -> tuple[LadderStep, ...]:
    """Return the steps where a setting type has none of its own: ring in the order of priority, then whoever leads on attendance knows."""
    return (
        LadderStep("call", "Telephone call", "call", ("office",), "all", tries=0),
        LadderStep("lead", "Tell the attendance lead", "tell", ("office",), tell=("attendance_lead",), ground="nobody could be reached"),
    )
