"""The demo's children miss school as often, and for the reasons, that real children do (national figures of 2025/26)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from intranet.demo import spells
from intranet.law.term_dates import calendar

CALENDAR = calendar("CAL-STD")
DAYS = CALENDAR.school_days(date(2025, 9, 1), date(2026, 7, 20))
COUNT = 1500


def a_year(phase: str, seed: int = 3) -> dict[int, dict[tuple[date, str], str]]:
    random = Random(seed)
    children = spells.draw_children(random, COUNT, phase)
    return spells.absences(random, children, DAYS, CALENDAR, phase)


@pytest.mark.parametrize(("phase", "persistent", "severe"), [("primary", 13.8, 0.8), ("secondary", 23.8, 3.9), ("special", 36.1, 6.5)])
def test_a_year_reproduces_the_national_rates(phase: str, persistent: float, severe: float) -> None:
    missed = a_year(phase)
    possible = len(DAYS) * 2
    overall = 100 * sum(len(one) for one in missed.values()) / (possible * COUNT)
    assert overall == pytest.approx(spells.calibration()["phases"][phase]["overall"], abs=0.05)
    assert 100 * sum(10 * len(one) >= possible for one in missed.values()) / COUNT == pytest.approx(persistent, abs=2.5)
    assert 100 * sum(2 * len(one) >= possible for one in missed.values()) / COUNT == pytest.approx(severe, abs=1.2)


@pytest.mark.parametrize("phase", ["primary", "secondary", "special"])
def test_reasons_have_their_national_shares(phase: str) -> None:
    missed = a_year(phase)
    found = Counter(code for one in missed.values() for code in one.values())
    for code, share in spells.calibration()["phases"][phase]["absence"].items():
        assert 100 * found[code] / (len(DAYS) * 2 * COUNT) == pytest.approx(share, abs=max(0.08, share * 0.12)), code


def test_fridays_are_the_worst_day_and_midweek_the_best() -> None:
    missed = Counter(day.weekday() for one in a_year("primary").values() for day, _ in one)
    held = Counter(day.weekday() for day in DAYS)
    rates = {weekday: missed[weekday] / held[weekday] for weekday in range(5)}
    assert max(rates, key=lambda w: rates[w]) == 4
    assert rates[4] / rates[2] == pytest.approx(1.25, abs=0.1)


def test_the_same_seed_gives_the_same_year_and_another_seed_another() -> None:
    assert a_year("primary", 7) == a_year("primary", 7)
    assert a_year("primary", 7) != a_year("primary", 8)


def test_holidays_come_in_blocks() -> None:
    lengths = [Counter(code for code in one.values())["G"] for one in a_year("primary").values()]
    assert sum(n >= 4 for n in lengths) > 0.8 * sum(n > 0 for n in lengths)
