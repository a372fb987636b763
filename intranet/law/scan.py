"""Many half-day years judged at once: counts and every threshold, exactly, most pupils being settled by a count of bytes.

A pupil's bytes are a packed half-day year (``packed``), or several end to end: two bytes a day from a frame's first day.
Answers are those of the day-by-day rules (``counting``, ``runs``, ``rules_absence``, ``rules_penalty``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import compress, pairwise

from intranet.law.calendar import TermPeriod
from intranet.law.codes import CodeTable
from intranet.law.columns import IN, NOT_HELD, Columns, counted, number, plain_in, rest, table
from intranet.law.frames import Frame, Span, clip
from intranet.law.packed import Classes
from intranet.law.parameters import ParametersAt
from intranet.law.runs import NONE, Run

BAR = b"\xff"
BLOCK = 500  # pupils at a time


# -------------------------------------------------------------------- what the law says, worked out once


@dataclass(frozen=True)
class Reach:
    """So many days or marks with one of these codes; ``weeks`` are the school weeks they must fall in, where a rule says so."""

    codes: frozenset[int]
    needed: int
    weeks: int = 0


@dataclass(frozen=True)
class Rules:
    """The thresholds of one day's law and policy; None where nothing is in force."""

    persistent: Fraction | None = None
    severe: Fraction | None = None
    returns: Reach | None = None  # ATT10
    roll: Reach | None = None  # ABS20
    sickness: Reach | None = None  # SICK15
    penalty: Reach | None = None  # PN10
    lateness: Reach | None = None
    unexplained: frozenset[int] = NONE  # N5
    neutral: frozenset[int] = NONE

    @property
    def codes(self) -> frozenset[int]:
        """Return every code that a threshold looks for."""
        reaches = (self.returns, self.roll, self.sickness, self.penalty, self.lateness)
        return self.unexplained.union(self.neutral, *(one.codes for one in reaches if one))


def rules_at(params: ParametersAt, codes: CodeTable) -> Rules:
    """Return the thresholds as the parameters have them on their day."""

    def reach(symbols: str, needed: str, weeks: str = "") -> Reach | None:
        named, number, span = params.get(symbols), params.get(needed), params.get(weeks, 0)
        return Reach(codes.ids(named), number, span) if named and number else None

    return Rules(
        params.get("metrics.pa_rate"),
        params.get("metrics.severe_rate"),
        reach("return.attendance_codes", "return.attendance_days"),
        reach("roll.absence_codes", "roll.absence_days"),
        reach("return.sickness_codes", "return.sickness_days"),
        reach("penalty.codes", "penalty.threshold_sessions", "penalty.window_weeks"),
        reach("lateness.codes", "lateness.persistent_count"),
        frozenset(code.id for code in codes.on(params.day) if code.meaning == "unexplained"),
        codes.ids(params.get("register.not_held_codes", ())),
    )


# -------------------------------------------------------------------- the answers


Late = tuple[TermPeriod, tuple[int, ...]]


@dataclass
class Judged:
    """What a pass found, by the pupil's place in what was given; pupils who reach nothing are not named."""

    counts: Columns = field(default_factory=lambda: Columns([], [], [], [], [], []))
    persistent: list[int] = field(default_factory=list)
    severe: list[int] = field(default_factory=list)
    returns: dict[int, list[Run]] = field(default_factory=dict)
    roll: dict[int, list[Run]] = field(default_factory=dict)
    sickness: dict[int, tuple[date, ...]] = field(default_factory=dict)  # the whole days of sickness
    penalty: dict[int, tuple[int, ...]] = field(default_factory=dict)  # the session numbers counted; the last one met the threshold
    lateness: dict[int, list[Late]] = field(default_factory=dict)
    unexplained: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def add(self, other: Judged, low: int) -> None:
        """Take in what was found about the pupils from a place on."""
        for mine, theirs in zip(vars(self.counts).values(), vars(other.counts).values(), strict=True):
            mine.extend(theirs)
        for name, theirs in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, list):
                mine.extend(low + n for n in theirs)
            elif isinstance(mine, dict):
                mine.update((low + n, what) for n, what in theirs.items())


def judge(blobs: Sequence[bytes], frame: Frame, rules: Rules, kinds: Classes, ages: Mapping[int, Span] | None = None) -> Judged:
    """Return every pupil's counts over the days of ``kinds`` and what they reach over the frame's.

    ``ages`` are the bytes at compulsory school age of pupils who are not of it throughout: only those count for shares,
    returns and the penalty threshold (PR-4).
    """
    found = Judged()
    for low in range(0, len(blobs), BLOCK):
        block = blobs[low : low + BLOCK]
        young = {n: ages[low + n] for n in range(len(block)) if low + n in ages} if ages else {}
        found.add(_judged(block, frame, rules, kinds, young), low)
    return found


def _judged(blobs: Sequence[bytes], frame: Frame, rules: Rules, kinds: Classes, ages: Mapping[int, Span]) -> Judged:
    """Judge so many pupils as the processor's cache holds."""
    plain = plain_in(kinds, rules.codes)
    rests = rest(blobs, plain)
    counts = counted(blobs, rests, kinds, plain)
    everybody = of_age = _Pass(blobs, rests, frame, rules)
    within, order = {n: clip(blobs[n], span) for n, span in ages.items()}, list(ages)
    if ages:
        left = {n: blob.translate(None, b"\0" + plain) for n, blob in within.items()}
        of_age = _Pass([within.get(n, blob) for n, blob in enumerate(blobs)], [left.get(n, one) for n, one in enumerate(rests)], frame, rules)
    aged = counted(list(within.values()), rest(within.values(), plain), kinds, plain)

    def reaching(rate: Fraction | None) -> list[int]:
        return sorted({n for n in counts.reaching(rate) if n not in ages} | {order[n] for n in aged.reaching(rate)})

    return Judged(
        counts, reaching(rules.persistent), reaching(rules.severe), of_age.runs(rules.returns), everybody.runs(rules.roll),
        of_age.sickness(), of_age.penalty(), everybody.lateness(), everybody.unexplained(),
    )  # fmt: skip


# -------------------------------------------------------------------- thresholds


class _Pass:
    """The thresholds of one pass: who has enough marks at all, and then what those few come to."""

    def __init__(self, blobs: Sequence[bytes], rests: Sequence[bytes], frame: Frame, rules: Rules) -> None:
        self.blobs, self.rests, self.frame, self.rules = blobs, rests, frame, rules
        self.numbers: dict[frozenset[int], list[int]] = {}

    def with_marks(self, codes: frozenset[int], least: int) -> list[int]:
        """Return the pupils with at least so many marks with these codes."""
        if codes not in self.numbers:
            self.numbers[codes] = number(self.rests, codes)
        return [n for n, count in enumerate(self.numbers[codes]) if count >= least]

    def runs(self, rule: Reach | None) -> dict[int, list[Run]]:
        """Return the runs that come to the rule's days."""
        if rule is None:
            return {}
        some = self.with_marks(rule.codes | self.rules.neutral, self.frame.least(rule.needed))
        found = ((n, runs(self.blobs[n], self.frame, rule, self.rules.neutral)) for n in some)
        return {n: those for n, those in found if those}

    def sickness(self) -> dict[int, tuple[date, ...]]:
        """Return the whole days of sickness of pupils who have the rule's."""
        rule = self.rules.sickness
        if rule is None:
            return {}
        whole = {n: whole_days(self.blobs[n], self.frame, rule.codes) for n in self.with_marks(rule.codes, self.frame.least(rule.needed))}
        return {n: days for n, days in whole.items() if len(days) >= rule.needed}

    def penalty(self) -> dict[int, tuple[int, ...]]:
        """Return the sessions of the first window that reaches the threshold."""
        rule = self.rules.penalty
        if rule is None:
            return {}
        found = ((n, window(self.blobs[n], self.frame, rule)) for n in self.with_marks(rule.codes, rule.needed))
        return {n: tuple(map(self.frame.sessions.__getitem__, those)) for n, those in found if those}

    def lateness(self) -> dict[int, list[Late]]:
        """Return the half-terms in which late marks came to the count, with their sessions (ATT-025)."""
        rule = self.rules.lateness
        if rule is None:
            return {}
        wanted = table(rule.codes)
        some = self._late_together(rule, self.with_marks(rule.codes, rule.needed))
        found = ((n, self._half_terms(self.blobs[n].translate(wanted), rule.needed)) for n in some)
        return {n: those for n, those in found if those}

    def _late_together(self, rule: Reach, some: list[int]) -> list[int]:
        """Return those of the pupils who may have so many late marks in one half-term.

        All their bytes in one string, a bar in each holiday and after each pupil, and nothing else left but late marks and bars.
        """
        size = len(self.frame.weeks)
        bars = [low - 1 for (_, _, high), (_, low, _) in pairwise(self.frame.periods) if high < low]
        every = bytearray().join([self.blobs[n][:size].ljust(size + 1, b"\0") for n in some])
        for place in (*bars, size):
            every[place :: size + 1] = BAR * len(some)
        left = every.translate(_late(rule.codes), bytes(code for code in range(255) if code not in rule.codes))
        found: dict[int, None] = {}
        seen = at = 0
        for one in re.finditer(b"\1{%d,}" % rule.needed, left):
            seen, at = seen + left.count(BAR, at, one.start()), one.start()
            found[some[seen // (len(bars) + 1)]] = None
        return list(found)

    def _half_terms(self, late: bytes, needed: int) -> list[Late]:
        return [
            (period, self._sessions(late, low, high))
            for period, low, high in self.frame.periods
            if late.count(IN, low, high) >= needed
        ]

    def _sessions(self, mask: bytes, low: int = 0, high: int | None = None) -> tuple[int, ...]:
        return tuple(map(self.frame.sessions.__getitem__, places(mask, low, high)))

    def unexplained(self) -> dict[int, tuple[int, ...]]:
        """Return the sessions without a reason."""
        wanted = table(self.rules.unexplained)
        some = self.with_marks(self.rules.unexplained, 1) if self.rules.unexplained else []
        return {n: self._sessions(self.blobs[n].translate(wanted)) for n in some}


def places(mask: bytes, low: int = 0, high: int | None = None) -> list[int]:
    """Return where a mask is IN."""
    found: list[int] = []
    end = len(mask) if high is None else high
    place = mask.find(IN, low, end)
    while place >= 0:
        found.append(place)
        place = mask.find(IN, place + 1, end)
    return found


def thresholds(blobs: Sequence[bytes], frame: Frame, rule: Reach) -> dict[int, tuple[int, ...]]:
    """Return the session numbers of the first window of those who reach the penalty threshold (PN10)."""
    return _Pass(blobs, blobs, frame, Rules(penalty=rule)).penalty()


@lru_cache(maxsize=64)
def _late(codes: frozenset[int]) -> bytes:
    """Return the table that makes late marks IN and leaves the bars."""
    return bytes(IN if code in codes else code for code in range(256))


def window(blob: bytes, frame: Frame, rule: Reach) -> list[int]:
    """Return the bytes of the first so many marks in so many school weeks on end; empty while there are none (PR-2, PR-3)."""
    weeks, needed, mask = frame.weeks, rule.needed, blob.translate(table(rule.codes))
    placed: list[int] = []
    place = mask.find(IN)
    while place >= 0:
        if weeks[place] >= 0:
            placed.append(place)
            if len(placed) >= needed and weeks[place] - weeks[placed[-needed]] < rule.weeks:
                return placed[-needed:]
        place = mask.find(IN, place + 1)
    return []


def runs(blob: bytes, frame: Frame, rule: Reach, neutral: frozenset[int] = NONE) -> list[Run]:
    """Return the runs of at least the rule's days, oldest first (PR-7)."""
    held = table(rule.codes | neutral)
    if b"\1" * frame.together(rule.needed) not in blob.translate(held):
        return []
    sessions = _due(blob, frame)
    kinds = _both(sessions.translate(table(rule.codes, neutral)))
    days: Sequence[date] = frame.days
    if NOT_HELD in kinds:
        days = list(compress(days, (kind != NOT_HELD for kind in kinds)))
        kinds = kinds.translate(None, bytes((NOT_HELD,)))
    found = [one.span() for one in re.finditer(b"\1{%d,}" % rule.needed, kinds)]
    if not found:
        return []
    waiting = _waits(sessions, frame, rule.codes, neutral)
    return [Run(days[a], days[b - 1], b - a, not (waiting and b == len(kinds) - 1), tuple(days[a:b])) for a, b in found]


def _waits(sessions: bytes, frame: Frame, codes: Collection[int], neutral: Collection[int]) -> bool:
    """Whether the last day judged is half marked without a break."""
    if not frame.days or frame.days[-1] != frame.through:
        return False
    last = [code for code in sessions[-2:] if code not in neutral]
    return 0 in last and all(code in codes for code in last if code)


def whole_days(blob: bytes, frame: Frame, codes: frozenset[int]) -> tuple[date, ...]:
    """Return the school days on which every session due has one of these codes."""
    return tuple(compress(frame.days, _both(_due(blob, frame).translate(table(codes)))))


def _due(blob: bytes, frame: Frame) -> bytes:
    """Return the codes of the sessions due, two a day."""
    return b"".join([blob[low:high] for low, high in frame.due])


def _both(kinds: bytes) -> bytes:
    """Return one kind a day from two: whole numbers take the place of a loop over the days."""
    both = int.from_bytes(kinds[::2], "big") & int.from_bytes(kinds[1::2], "big")
    return both.to_bytes(len(kinds) // 2, "big")
