"""Attendance figures as exact counts: possible, present, absent, late, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from intranet.law.ages import is_compulsory
from intranet.law.calendar import Calendar, TermPeriod
from intranet.law.codes import Code, CodeTable
from intranet.law.marks import Mark

NOTHING_POSSIBLE = "no possible sessions"


@dataclass(frozen=True)
class Counts:
    """Sessions by what they count as; add them over pupils, then divide (never average percentages)."""

    possible: int = 0
    present: int = 0
    authorised: int = 0
    unauthorised: int = 0
    late: int = 0
    late_after_close: int = 0
    missing: int = 0  # due but without a mark: neither possible nor absent
    by_code: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.possible + other.possible,
            self.present + other.present,
            self.authorised + other.authorised,
            self.unauthorised + other.unauthorised,
            self.late + other.late,
            self.late_after_close + other.late_after_close,
            self.missing + other.missing,
            dict(Counter(self.by_code) + Counter(other.by_code)),
        )

    @property
    def absent(self) -> int:
        """Authorised and unauthorised absences together."""
        return self.authorised + self.unauthorised

    def share(self, part: int) -> Fraction | None:
        """A part of the possible sessions; None when there are none."""
        return Fraction(part, self.possible) if self.possible else None

    @property
    def attendance(self) -> Fraction | None:
        """The share of possible sessions attended."""
        return self.share(self.present)

    @property
    def absence(self) -> Fraction | None:
        """The share of possible sessions missed."""
        return self.share(self.absent)

    @property
    def authorised_absence(self) -> Fraction | None:
        """The share of possible sessions missed with authority."""
        return self.share(self.authorised)

    @property
    def unauthorised_absence(self) -> Fraction | None:
        """The share of possible sessions missed without authority."""
        return self.share(self.unauthorised)

    @property
    def provisional(self) -> bool:
        """Whether marks are missing, so that the figures may still move."""
        return self.missing > 0


def total(counts: Iterable[Counts]) -> Counts:
    """The sum over a group."""
    return weighted((one, 1) for one in counts)


def weighted(counts: Iterable[tuple[Counts, int]]) -> Counts:
    """The sum of counts taken so many times each; one pass, as a school has a thousand pupils."""
    possible = present = authorised = unauthorised = late = after = missing = 0
    by_code: dict[str, int] = {}
    for one, n in counts:
        possible += one.possible * n
        present += one.present * n
        authorised += one.authorised * n
        unauthorised += one.unauthorised * n
        late += one.late * n
        after += one.late_after_close * n
        missing += one.missing * n
        for symbol, held in one.by_code.items():
            by_code[symbol] = by_code.get(symbol, 0) + held * n
    kept = {symbol: n for symbol, n in by_code.items() if n > 0}
    return Counts(possible, present, authorised, unauthorised, late, after, missing, kept)


def counts_of(code: Code, n: int = 1) -> Counts:
    """What so many sessions with this code count as."""
    authorised = code.category == "authorised_absence"
    unauthorised = code.category == "unauthorised_absence"
    return Counts(
        possible=n * code.counts_possible,
        present=n * code.counts_present,
        authorised=n * authorised,
        unauthorised=n * unauthorised,
        late=n * (code.meaning == "late"),
        late_after_close=n * code.after_close,
        by_code={code.symbol: n},
    )


def count(marks: Iterable[Mark], codes: CodeTable, *, missing: int = 0) -> Counts:
    """The counts of these marks, each classed by the law of its own day; ValueError for a code not in force then."""
    tally: Counter[Code] = Counter(_code(mark, codes) for mark in marks)
    return total(counts_of(code, n) for code, n in tally.items()) + Counts(missing=missing)


def _code(mark: Mark, codes: CodeTable) -> Code:
    code = codes.for_session(mark.session_no).by_id(mark.code_id)
    if code is None:
        known = codes.symbol(mark.code_id)
        what = codes.on(mark.day).explain(known) if known else f"No code has the id {mark.code_id}."
        raise ValueError(f"The mark of {mark.day.isoformat()} {mark.key} cannot be counted. {what}")
    return code


def of_compulsory_age(marks: Iterable[Mark], born: date) -> list[Mark]:
    """The marks made at compulsory school age: only these count for thresholds and returns."""
    return [mark for mark in marks if is_compulsory(born, mark.day)]


def persistent(counts: Counts, rate: Fraction) -> bool:
    """Whether the share missed reaches the rate exactly; False when no session was possible."""
    return counts.possible > 0 and counts.absent * rate.denominator >= counts.possible * rate.numerator


def severe(counts: Counts, rate: Fraction) -> bool:
    """Whether the share missed reaches the severe rate; a severe pupil is also persistent."""
    return persistent(counts, rate)


def percent(share: Fraction | None) -> Decimal | None:
    """A share as a percentage to one decimal, half up, for showing only; None stays None."""
    if share is None:
        return None
    tenths = (share.numerator * 2000 + share.denominator) // (2 * share.denominator)
    return Decimal(tenths).scaleb(-1)


def shown(share: Fraction | None) -> str:
    """``96.3%``, or that there are no possible sessions."""
    figure = percent(share)
    return NOTHING_POSSIBLE if figure is None else f"{figure}%"


def late_marks(marks: Iterable[Mark], codes: CodeTable, late_codes: Iterable[str]) -> list[Mark]:
    """The marks with a code that counts as late (``lateness.codes``), in order."""
    wanted = codes.ids(late_codes)
    return sorted((mark for mark in marks if mark.code_id in wanted), key=lambda mark: mark.session_no)


def by_half_term(marks: Iterable[Mark], calendar: Calendar) -> dict[TermPeriod, list[Mark]]:
    """Marks by the half-term they lie in; each half-term begins again from nothing (ATT-025)."""
    found: dict[TermPeriod, list[Mark]] = {}
    for mark in marks:
        period = calendar.half_term(mark.day)
        if period is not None:
            found.setdefault(period, []).append(mark)
    return found


def late_by_half_term(
    marks: Iterable[Mark], codes: CodeTable, late_codes: Iterable[str], calendar: Calendar
) -> dict[TermPeriod, list[Mark]]:
    """The late marks of each half-term."""
    return by_half_term(late_marks(marks, codes, late_codes), calendar)
