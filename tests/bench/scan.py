"""Our pass over packed years beside the same answers in NumPy: one school's penalty scan, and every trigger of 100,000 pupil-years."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from intranet.law import frames, packed, scan
from intranet.law.codes import national_codes
from intranet.law.parameter_values import ParameterValue
from intranet.law.parameters import Parameters, core_parameters
from intranet.law.term_dates import calendar

SCHOOL, MANY, BLOCK = 1000, 100_000, 1000
ROUNDS = 7
CODE_IDS = 64  # every national code's id is below it
NAMES = ("possible", "present", "authorised", "unauthorised", "late", "late_after_close")
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)
CODES = national_codes()
ID = {code.symbol: code.id for code in CODES.on(FIRST)}
LATENESS = (  # what the policies say, which are not the law's to know
    ParameterValue("lateness.codes", ("L", "U"), "codes", "policy"),
    ParameterValue("lateness.persistent_count", 5, "marks", "policy"),
)
AUTHORISED, UNAUTHORISED = "I I I I I I I M M R S E C C C2 J1".split(), "G G O O O O U N".split()


@dataclass(frozen=True)
class School:
    """What both sides are given: the pupil-years as bytes and as an array, what the days and the law say, and who is of what age."""

    blobs: list[bytes]
    array: Any
    frame: frames.Frame
    rules: scan.Rules
    kinds: packed.Classes
    ages: dict[int, frames.Span]


def made(pupils: int, seed: int = 11) -> School:
    """Return pupil-years with 6.6% absence, skewed between pupils and in spells, some joining late, one in twelve under or over age for a part."""
    frame = frames.frame(calendar("CAL-STD"), FIRST, LAST)
    rng = np.random.default_rng(seed)
    array = np.concatenate([_marks(rng, min(BLOCK * 10, pupils - low), frame) for low in range(0, pupils, BLOCK * 10)])
    rules = scan.rules_at(Parameters([*core_parameters(), *LATENESS]).at(date(2026, 3, 2)), CODES)
    born = [date(2020, 9, 1 + n % 28) if n % 24 == 0 else date(2009, 9, 1 + n % 28) if n % 24 == 12 else date(2014, 1, 1) for n in range(pupils)]
    blobs = [row.tobytes() for row in array]
    return School(blobs, array, frame, rules, packed.classes(CODES, "H", FIRST), frames.ages_of(born, frame))


def _marks(rng: Any, pupils: int, frame: frames.Frame) -> Any:
    days = len(frame.days)
    rate = rng.beta(0.9, 12.9, (pupils, 1))
    away = rng.random((pupils, days)) < rate * 0.55
    for _ in range(2):  # spells
        away[:, 1:] |= away[:, :-1] & (rng.random((pupils, days - 1)) < 0.28)
    away |= (np.arange(days) >= 100) & (rng.random((pupils, 1)) < 0.004)  # gone for good
    half = np.repeat(away, 2, 1) | (rng.random((pupils, days * 2)) < rate * 0.15)
    share = rng.beta(0.6, 1.6, (pupils, 1))
    unauthorised = np.repeat(_kept(rng, rng.random((pupils, days)) < share), 2, 1)
    codes = [np.array([ID[one] for one in names], np.uint8) for names in (AUTHORISED, UNAUTHORISED)]
    excused, other = (np.repeat(_spelled(rng, one[rng.integers(0, len(one), (pupils, days))]), 2, 1) for one in codes)
    present = np.tile(np.array([ID["/"], ID["\\"]], np.uint8), days)[None].repeat(pupils, 0)
    present[rng.random(present.shape) < 0.012 + rate * 0.1] = ID["L"]
    marks = np.where(half, np.where(unauthorised, other, excused), present)
    joins = np.where(rng.random((pupils, 1)) < 0.05, rng.integers(0, days * 2, (pupils, 1)), 0)
    marks[np.arange(days * 2) < joins] = 0
    year = np.zeros((pupils, packed.HALF_DAY_BYTES), np.uint8)
    year[:, _due_places(frame)] = marks
    return year


def _kept(rng: Any, drawn: Any) -> Any:
    """Let what was drawn for a day mostly stand on the next."""
    for day in range(1, drawn.shape[1]):
        same = rng.random(len(drawn)) < 0.9
        drawn[same, day] = drawn[same, day - 1]
    return drawn


def _spelled(rng: Any, drawn: Any) -> Any:
    return _kept(rng, drawn)


def _due_places(frame: frames.Frame) -> Any:
    return np.concatenate([np.arange(low, high) for low, high in frame.due])


# -------------------------------------------------------------------- the same in NumPy


class Reference:
    """The answers of ``scan.judge`` with whole arrays: only the few marks that are not plainly present are looked at one by one."""

    def __init__(self, school: School) -> None:
        self.frame, self.rules = school.frame, school.rules
        self.units = school.kinds.units[0]
        plain = [code for code, unit in self.units.items() if unit.possible and unit.present and not unit.late]
        self.lowest = np.uint8(min(set(self.units) - set(plain)))  # the codes below it are all plain, or no mark
        columns = [[getattr(self.units[c], name) if c in self.units else 0 for name in NAMES] for c in range(CODE_IDS)]
        self.columns = np.array(columns, np.float32)
        rules = (self.rules.penalty, self.rules.returns, self.rules.roll, self.rules.sickness, self.rules.lateness)
        self.codes = {rule: n for n, rule in enumerate(rule for rule in rules if rule)}
        self.held = np.array([[c in rule.codes for rule in self.codes] for c in range(CODE_IDS)], np.float32)
        self.table = {rule: np.array([c in rule.codes for c in range(256)]) for rule in self.codes}
        self.weeks = np.array(self.frame.weeks)
        self.period = np.full(packed.HALF_DAY_BYTES, -1)
        for n, (_, low, high) in enumerate(self.frame.periods):
            self.period[low:high] = n
        places = _due_places(self.frame)
        self.am, self.pm = places[::2], places[1::2]

    def judge(self, array: Any, ages: dict[int, frames.Span]) -> dict[str, Any]:
        """Return every answer as arrays."""
        blocks = [self._block(array[low : low + BLOCK], low, ages) for low in range(0, len(array), BLOCK)]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}

    def _block(self, rows: Any, low: int, ages: dict[int, frames.Span]) -> dict[str, Any]:
        counts, number = self._counts(rows)
        found = {"counts": counts} | self._of_everybody(rows, number)
        aged = [n for n in range(low, low + len(rows)) if n in ages]
        if aged:
            at, rows, counts, number = [n - low for n in aged], rows.copy(), counts.copy(), number.copy()
            for n in aged:
                begins, ends = ages[n]
                rows[n - low, :begins] = 0
                rows[n - low, ends:] = 0
            counts[at], number[at] = self._counts(rows[at])
        found |= {"persistent": self._reaching(counts, self.rules.persistent), "severe": self._reaching(counts, self.rules.severe)}
        found |= self._of_age(rows, number)
        return {name: value if name == "counts" else value + _first_column(value, low) for name, value in found.items()}

    def _counts(self, rows: Any) -> tuple[Any, Any]:
        """Return the counts of each row, and how many marks each threshold could count."""
        flat = rows.ravel()
        few = np.flatnonzero(flat >= self.lowest)
        row = few // rows.shape[1]
        held = np.bincount(row * CODE_IDS + flat[few], minlength=len(rows) * CODE_IDS).reshape(-1, CODE_IDS).astype(np.float32)
        counts = (held @ self.columns).astype(np.int64)
        plain = ((rows != 0) & (rows < self.lowest)).sum(1, dtype=np.uint16)
        counts[:, :2] += plain[:, None]
        return counts, held @ self.held

    def _reaching(self, counts: Any, rate: Any) -> Any:
        possible, missed = counts[:, 0], counts[:, 0] - counts[:, 1]
        return np.flatnonzero((possible > 0) & (missed * rate.denominator >= possible * rate.numerator))[:, None]

    def _some(self, rows: Any, number: Any, rule: scan.Reach, needed: int) -> tuple[Any, Any]:
        """Return the rows with enough marks at all, and where these marks are."""
        at = np.flatnonzero(number[:, self.codes[rule]] >= needed)
        return at, np.take(self.table[rule], rows[at], mode="clip")

    def _of_age(self, rows: Any, number: Any) -> dict[str, Any]:
        rules, least = self.rules, self.frame.least
        return {
            "penalty": self.penalty(*self._some(rows, number, rules.penalty, rules.penalty.needed)),
            "returns": self._runs(*self._some(rows, number, rules.returns, least(rules.returns.needed)), rules.returns.needed),
            "sickness": self._sickness(*self._some(rows, number, rules.sickness, least(rules.sickness.needed)), rules.sickness.needed),
        }

    def _of_everybody(self, rows: Any, number: Any) -> dict[str, Any]:
        rules = self.rules
        row, place = np.divmod(np.flatnonzero(rows.ravel() == min(rules.unexplained)), rows.shape[1])
        return {
            "roll": self._runs(*self._some(rows, number, rules.roll, self.frame.least(rules.roll.needed)), rules.roll.needed),
            "lateness": self._lateness(*self._some(rows, number, rules.lateness, rules.lateness.needed), rules.lateness.needed),
            "unexplained": np.stack([row, place], 1),
        }

    def thresholds(self, array: Any) -> Any:
        """Return the rows and first windows of those who reach the penalty threshold, of one school."""
        rule = self.rules.penalty
        mask = np.take(self.table[rule], array, mode="clip")
        at = np.flatnonzero(mask.sum(1, dtype=np.uint16) >= rule.needed)
        return self.penalty(at, mask[at])

    def penalty(self, at: Any, mask: Any) -> Any:
        """Return (row, places of the marks counted) of the first window of each row."""
        rule = self.rules.penalty
        row, place = np.divmod(np.flatnonzero(mask.ravel()), mask.shape[1])
        week = self.weeks[place]
        row, place, week = row[week >= 0], place[week >= 0], week[week >= 0]
        back = rule.needed - 1
        met = np.flatnonzero((row[back:] == row[:-back]) & (week[back:] - week[:-back] < rule.weeks))
        rows, first = np.unique(row[met], return_index=True)
        window = place[met[first][:, None] + np.arange(rule.needed)]
        return np.concatenate([at[rows][:, None], window], 1)

    def _runs(self, at: Any, mask: Any, needed: int) -> Any:
        """Return (row, first day, days) of each run."""
        days = mask[:, self.am] & mask[:, self.pm]
        edged = np.zeros((len(days), days.shape[1] + 2), np.int8)
        edged[:, 1:-1] = days
        step = np.diff(edged, axis=1)
        row, begins = np.nonzero(step == 1)
        ends = np.nonzero(step == -1)[1]
        long = ends - begins >= needed
        return np.stack([at[row[long]], begins[long], (ends - begins)[long]], 1)

    def _sickness(self, at: Any, mask: Any, needed: int) -> Any:
        whole = (mask[:, self.am] & mask[:, self.pm]).sum(1, dtype=np.uint16)
        return np.stack([at, whole], 1)[whole >= needed]

    def _lateness(self, at: Any, mask: Any, needed: int) -> Any:
        """Return (row, half-term, late marks)."""
        each = np.stack([mask[:, low:high].sum(1, dtype=np.uint16) for _, low, high in self.frame.periods], 1)
        row, period = np.nonzero(each >= needed)
        return np.stack([at[row], period, each[row, period]], 1)


def _first_column(value: Any, low: int) -> Any:
    """Return what makes a block's rows rows of the whole."""
    return np.array([low] + [0] * (value.shape[1] - 1))


def as_arrays(found: scan.Judged, frame: frames.Frame) -> dict[str, Any]:
    """Return our answers in the shape of the reference's."""
    day = {one: n for n, one in enumerate(frame.days)}
    period = {one: n for n, (one, _, _) in enumerate(frame.periods)}
    place = {one: n for n, one in enumerate(frame.sessions)}
    runs = {
        name: [(n, day[run.first], run.days) for n, those in sorted(getattr(found, name).items()) for run in those] for name in ("returns", "roll")
    }  # fmt: skip
    rows = {
        "counts": list(zip(*vars(found.counts).values(), strict=True)),
        "persistent": [(n,) for n in found.persistent], "severe": [(n,) for n in found.severe], **runs,
        "sickness": [(n, len(days)) for n, days in sorted(found.sickness.items())],
        "penalty": [(n, *(place[one] for one in those)) for n, those in sorted(found.penalty.items())],
        "lateness": [(n, period[half], len(those)) for n, halves in sorted(found.lateness.items()) for half, those in halves],
        "unexplained": [(n, place[one]) for n, those in sorted(found.unexplained.items()) for one in those],
    }  # fmt: skip
    return {name: np.array(value) for name, value in rows.items()}


def differences(school: School) -> list[str]:
    """Return the names of the answers that are not the same on both sides."""
    theirs = Reference(school).judge(school.array, school.ages)
    ours = as_arrays(scan.judge(school.blobs, school.frame, school.rules, school.kinds, school.ages), school.frame)
    return [name for name, value in theirs.items() if value.tolist() != ours[name].tolist()]


# -------------------------------------------------------------------- timing


def timed(rounds: int, *sides: Callable[[], Any]) -> list[list[float]]:
    """Return the milliseconds of processor that each side takes, a round of each in turn, after one uncounted."""
    taken: list[list[float]] = [[] for _ in sides]
    for n in range(rounds + 1):
        for side, times in zip(sides, taken, strict=True):
            began = time.process_time()
            side()
            if n:
                times.append((time.process_time() - began) * 1000)
    return taken


def line(name: str, limit: int, ours: list[float], theirs: list[float]) -> str:
    """Return one figure: medians and least times of processor, and their ratios."""
    ratio, least = median(ours) / median(theirs), min(ours) / min(theirs)
    return (
        f"{name:<46} ours {median(ours):8.1f} ms [{min(ours):.1f}]   NumPy {median(theirs):8.1f} ms [{min(theirs):.1f}]   "
        f"ratio {ratio:.2f} [{least:.2f}] (limit {limit})"
    )


def lines(rounds: int = ROUNDS, many: int = MANY) -> Iterator[str]:
    """Yield both figures; every answer is compared first."""
    school = made(SCHOOL)
    reference, rule = Reference(school), school.rules.penalty
    assert rule is not None
    yield from _different(school)
    yield line(
        f"penalty threshold, {SCHOOL:,} pupils", 10,
        *timed(rounds * 5, lambda: scan.thresholds(school.blobs, school.frame, rule), lambda: reference.thresholds(school.array)),
    )  # fmt: skip
    all_of_it = lambda one, its: timed(  # noqa: E731
        rounds, lambda: scan.judge(one.blobs, one.frame, one.rules, one.kinds, one.ages), lambda: its.judge(one.array, one.ages)
    )
    yield line(f"every trigger, {SCHOOL:,} pupil-years", 4, *all_of_it(school, reference))
    large = made(many)
    yield from _different(large)
    yield line(f"every trigger, {many:,} pupil-years", 4, *all_of_it(large, Reference(large)))


def _different(school: School) -> Iterator[str]:
    wrong = differences(school)
    if wrong:
        raise SystemExit(f"Ours and NumPy's differ in {', '.join(wrong)}.")
    found = scan.judge(school.blobs, school.frame, school.rules, school.kinds, school.ages)
    absent = sum(found.counts.authorised) + sum(found.counts.unauthorised)
    reached = ", ".join(f"{name} {len(getattr(found, name)):,}" for name in ("persistent", "severe", "returns", "roll", "sickness", "penalty", "lateness"))
    yield f"{len(school.blobs):,} pupil-years, {absent / sum(found.counts.possible):.1%} absent; the same on both sides: {reached}"


if __name__ == "__main__":
    for one in lines():
        print(one, flush=True)
