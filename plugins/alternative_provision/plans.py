"""Which sessions a placement agreement commissions, read from its pattern in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from functools import lru_cache

from intranet.extension.api import ParametersAt, Placement, Setting, Slot

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)
_SPAN = re.compile(r"\b(mon|tue|wed|thu|fri)[a-z]*\s*(?:-|to)\s*(mon|tue|wed|thu|fri)[a-z]*", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2}:\d{2})\s*(?:-|to)\s*(\d{1,2}:\d{2})")
OWN_REGISTER = "model_a"
#: Which half-day a word in a pattern means.
HALVES = (("AM", re.compile(r"\b(am|mornings?)\b", re.IGNORECASE)), ("PM", re.compile(r"\b(pm|afternoons?)\b", re.IGNORECASE)))


def commissioned(setting: Setting, day: date, placements: Sequence[Placement], params: ParametersAt) -> Mapping[int, Sequence[Slot]]:
    """Return the sessions of a school day by pupil; one without a session that day is left out."""
    if not setting.calendar.is_school_day(day):
        return {}
    found: dict[int, Sequence[Slot]] = {}
    for placement in placements:
        keys = planned(placement)[day.weekday()]
        slots = [_slot(key, day, params) for key in keys if setting.calendar.is_session_day(day, key.split("-")[0])]
        if slots:
            found[placement.pupil_id] = slots
    return found


def planned(placement: Placement) -> tuple[tuple[str, ...], ...]:
    """Return the session keys of each weekday: every half-day for model A without a pattern, nothing for model B without one."""
    pattern = placement.agreement.get("pattern") or ""
    text = "; ".join(str(part) for part in pattern) if isinstance(pattern, list | tuple) else str(pattern)
    if not text.strip():
        return (("AM", "PM"),) * len(DAYS) if placement.model == OWN_REGISTER else ((),) * len(DAYS)
    return week_of(text)


@lru_cache(maxsize=1024)
def week_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the session keys of each weekday that a pattern names: "Mon to Wed mornings; Thu 10:00 to 11:30"."""
    week: list[set[str]] = [set() for _ in DAYS]
    for part in re.split(r"[;\n]", text):
        for number in _days(part):
            week[number].update(_keys(part))
    return tuple(tuple(sorted(keys)) for keys in week)


def _days(part: str) -> set[int]:
    named = {DAYS.index(name.lower()) for name in _DAY.findall(part)}
    for first, last in _SPAN.findall(part):
        named.update(range(DAYS.index(first.lower()), DAYS.index(last.lower()) + 1))
    return named


def _keys(part: str) -> Iterator[str]:
    clocks = [f"{start:0>5}-{end:0>5}" for start, end in _CLOCK.findall(part)]
    halves = [key for key, pattern in HALVES if pattern.search(part)]
    yield from clocks or halves or ["AM", "PM"]


def _slot(key: str, day: date, params: ParametersAt) -> Slot:
    if key == "AM":
        return _half_day(key, "Morning", day, params, "am", params["register.pm_open"])
    if key == "PM":
        return _half_day(key, "Afternoon", day, params, "pm", params["register.day_ends"])
    start, end = (time.fromisoformat(text) for text in key.split("-"))
    return Slot(f"{start:%H:%M}", day, f"{start:%H:%M} to {end:%H:%M}", starts=start, opens=start, ends=end, source="commission")


def _half_day(key: str, label: str, day: date, params: ParametersAt, half: str, ends: time) -> Slot:
    opens, closes = params[f"register.{half}_open"], params[f"register.{half}_close"]
    return Slot(key, day, label, starts=opens, opens=opens, closes=closes, ends=ends, source="commission")
