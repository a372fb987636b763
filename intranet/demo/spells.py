"""A believable history of absence for one school year: rates per child, spells of illness, holidays near holidays (practice figures)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any

import yaml

from intranet.law.calendar import Calendar

HALF_DAYS = ("AM", "PM")
REFITS = 3
SHARPEN = 2.2  # spells run on into later days, so the weight of the day they begin is sharpened to keep the weekday figures
TILTED = "O"  # unexplained absence gathers in the children who miss most


@cache
def calibration() -> Mapping[str, Any]:
    """Return the calibration figures (cited in the file)."""
    loaded: Mapping[str, Any] = yaml.safe_load(files("intranet.demo").joinpath("calibration.yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Child:
    """What the generator knows of a child: the share of sessions they miss and the groups that make them miss more."""

    key: int
    rate: float
    groups: frozenset[str]
    family: int


def draw_children(random: Random, count: int, phase: str, first_key: int = 0) -> list[Child]:
    """Return children whose rates average to the phase's national figure."""
    shares = calibration()["group_shares"]
    drawn = []
    for n in range(count):
        groups = frozenset(name for name, share in shares.items() if random.random() < share)
        drawn.append((first_key + n, _rate(random, phase, groups), groups, n // 2 if random.random() < 0.35 else n + count))
    mean = sum(rate for _, rate, _, _ in drawn) / count
    scale = calibration()["phases"][phase]["overall"] / 100 / mean
    return [Child(key, min(0.97, rate * scale), groups, family) for key, rate, groups, family in drawn]


def _rate(random: Random, phase: str, groups: frozenset[str]) -> float:
    mix = calibration()["phases"][phase]["mixture"]
    if random.random() < mix["severe_share"]:
        return _beta(random, mix["severe_mean"], mix["severe_k"])
    times = max((calibration()["groups"][group] for group in groups), default=1.0)
    return min(0.95, _beta(random, mix["mean"], mix["k"]) * times)


def _beta(random: Random, mean: float, k: float) -> float:
    return random.betavariate(mean * k, (1 - mean) * k)


Missed = dict[int, dict[tuple[date, str], str]]


def absences(random: Random, children: Sequence[Child], days: Sequence[date], calendar: Calendar, phase: str) -> Missed:
    """Return, for each child, the half-day sessions missed with their code; everything else was attended."""
    cumulative = list(accumulate(_day_weight(day, calendar, phase) for day in days))
    base = dict(calibration()["phases"][phase]["absence"])
    seed = random.random()
    for _ in range(REFITS):
        missed = _all_years(Random(seed), children, days, cumulative, base, calendar)
        base = _refitted(base, missed, calibration()["phases"][phase]["absence"])
    return _all_years(Random(seed), children, days, cumulative, base, calendar)


def _all_years(
    random: Random, children: Sequence[Child], days: Sequence[date], cumulative: Sequence[float], base: Mapping[str, float], calendar: Calendar
) -> Missed:
    weights = _code_weights(children, base)
    return {child.key: _one_year(random, child, days, cumulative, weights[child.key], calendar) for child in children}


def _refitted(base: Mapping[str, float], missed: Missed, target: Mapping[str, float]) -> dict[str, float]:
    """Return the shares to aim at so that long spells, which children who miss little cut short, come out right."""
    found = Counter(code for one in missed.values() for code in one.values())
    total, wanted = sum(found.values()) or 1, sum(target.values())
    return {code: share * min(3.0, (target[code] / wanted) / max(found[code] / total, 1e-4)) for code, share in base.items()}


def _one_year(
    random: Random, child: Child, days: Sequence[date], cumulative: Sequence[float], weights: Mapping[str, float], calendar: Calendar
) -> dict[tuple[date, str], str]:
    wanted = child.rate * len(days) * 2
    target = int(wanted) + (random.random() < wanted % 1)
    codes, code_weights = list(weights), list(weights.values())
    missed: dict[tuple[date, str], str] = {}
    attempts = 0
    while len(missed) < target and attempts < 40 * target + 40:
        attempts += 1
        code = random.choices(codes, code_weights)[0]
        start = _start(random, code, days, cumulative, calendar)
        for place in _spell(random, code, start, days)[: target - len(missed)]:
            missed.setdefault(place, code)
    return missed


def _start(random: Random, code: str, days: Sequence[date], cumulative: Sequence[float], calendar: Calendar) -> int:
    """Return the index of a spell's first day; holidays begin near the edge of a half-term."""
    index = bisect_left(cumulative, random.random() * cumulative[-1])
    if code != "G":
        return index
    period = calendar.half_term(days[index])
    edge = period.first if period and random.random() < 0.4 else period.last if period else days[index]
    near = bisect_left(days, edge)
    return max(0, min(len(days) - 1, near - (5 if period and edge == period.last else 0)))


def _spell(random: Random, code: str, start: int, days: Sequence[date]) -> list[tuple[date, str]]:
    lengths = calibration()["lengths"].get(code, calibration()["lengths"]["other"])
    length = random.choices(list(lengths), list(lengths.values()))[0]
    half = calibration()["half_day"].get(code, 0)
    if length == 1 and random.random() < half:
        return [(days[start], "AM" if code == "U" or random.random() < 0.55 else "PM")]
    return [(day, key) for day in days[start : start + length] for key in HALF_DAYS]


def _day_weight(day: date, calendar: Calendar, phase: str) -> float:
    weekday: float = calibration()["phases"][phase]["weekday"][day.weekday()] ** SHARPEN
    period = calendar.half_term(day)
    if period is None:
        return weekday
    names = ("Autumn 1", "Autumn 2", "Spring 1", "Spring 2", "Summer 1", "Summer 2")
    season: float = calibration()["half_terms"][names.index(period.name)] if period.name in names else 1.0
    ending = calibration()["last_week"] if (period.last - day).days < 5 and period.name.endswith("2") else 1.0
    return weekday * season * float(ending)


def _mean_length(code: str) -> float:
    lengths = calibration()["lengths"].get(code, calibration()["lengths"]["other"])
    half = calibration()["half_day"].get(code, 0)
    mean = sum(days * share for days, share in lengths.items()) * 2 / sum(lengths.values())
    return mean - half * lengths.get(1, 0)


def _code_weights(children: Sequence[Child], target: Mapping[str, float]) -> dict[int, dict[str, float]]:
    """Return each child's chance of a spell by code, fitted so that the whole group reproduces the shares aimed at."""
    total = sum(target.values())
    base = {code: share / total for code, share in target.items()}
    mean = sum(child.rate for child in children) / len(children)
    for _ in range(8):
        shares = dict.fromkeys(base, 0.0)
        for child in children:
            for code, weight in _tilted(base, child.rate / mean).items():
                shares[code] += child.rate * weight
        whole = sum(shares.values())
        base = {code: base[code] * (target[code] / total) / (shares[code] / whole) for code in base}
    return {child.key: {code: weight / _mean_length(code) for code, weight in _tilted(base, child.rate / mean).items()} for child in children}


def _tilted(base: Mapping[str, float], relative: float) -> dict[str, float]:
    own = {code: weight * (relative if code == TILTED else 1.0) for code, weight in base.items()}
    total = sum(own.values())
    return {code: weight / total for code, weight in own.items()}
