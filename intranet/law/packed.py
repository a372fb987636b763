"""A pupil's year of marks as bytes, for figures of a whole school in milliseconds.

Layout ``H`` (half days): one byte a session, the code's id or 0,
at ``(day - year_start).days * 2 + (0 for AM, 1 for PM)``.
Layout ``T`` (timed sessions): entries of five bytes in order: day offset (2), slot (2), code id (1).
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import compress
from typing import Literal

from intranet.law.codes import Code, CodeTable
from intranet.law.counting import Counts, counts_of, total, weighted
from intranet.law.sessions import EPOCH, SLOTS

Layout = Literal["H", "T"]
DAYS = 366
HALF_DAY_BYTES = DAYS * 2
ENTRY = struct.Struct(">HHB")
FIRST_MONTH = 8  # storage years begin on 1 August, in the summer holiday


def year_start(day: date) -> date:
    """The first day of the storage year that a day belongs to: 1 August."""
    return date(day.year if day.month >= FIRST_MONTH else day.year - 1, FIRST_MONTH, 1)


def empty(layout: str) -> bytes:
    """A year without marks."""
    return bytes(HALF_DAY_BYTES) if layout == "H" else b""


def layout_of(packed: bytes) -> Layout:
    """The layout of a packed year: a half-day year has one length, and entries of five bytes never come to it."""
    return "H" if len(packed) == HALF_DAY_BYTES else "T"


def with_marks(packed: bytes, start: date, changes: Iterable[tuple[int, int]]) -> bytes:
    """The year with these (session number, code id) marks put in; code id 0 takes a mark out."""
    moved = [(*_place(no, start), code_id) for no, code_id in changes]
    if layout_of(packed) == "H":
        return _with_half_days(packed, moved)
    entries = {(day, slot): code_id for day, slot, code_id in ENTRY.iter_unpack(packed)}
    entries.update({(day, slot): code_id for day, slot, code_id in moved})
    return b"".join(ENTRY.pack(*place, code_id) for place, code_id in sorted(entries.items()) if code_id)


def _place(no: int, start: date) -> tuple[int, int]:
    day = no // SLOTS - (start - EPOCH).days
    if not 0 <= day < DAYS or (start + timedelta(days=day)) >= start.replace(year=start.year + 1):
        raise ValueError(f"Session {no} is not in the year that begins on {start.isoformat()}: choose its own year.")
    return day, no % SLOTS


def _with_half_days(packed: bytes, moved: Iterable[tuple[int, int, int]]) -> bytes:
    changed = bytearray(packed)
    for day, slot, code_id in moved:
        if slot not in (1, 2):
            raise ValueError("A year of half days holds AM and PM only: this session has a start time.")
        changed[day * 2 + slot - 1] = code_id
    return bytes(changed)


def marks(packed: bytes, layout: str, start: date) -> Iterator[tuple[int, int]]:
    """(session number, code id) of every mark, oldest first."""
    first = (start - EPOCH).days
    if layout == "H":
        return _half_days(packed, first)
    return (((first + day) * SLOTS + slot, code_id) for day, slot, code_id in ENTRY.iter_unpack(packed))


def _half_days(packed: bytes, first: int) -> Iterator[tuple[int, int]]:
    return zip(compress(_numbers(first), packed), packed.translate(None, b"\0"), strict=True)


@lru_cache(maxsize=16)
def _numbers(first: int) -> tuple[int, ...]:
    """The session number of each byte of a half-day year."""
    return tuple((first + i // 2) * SLOTS + 1 + i % 2 for i in range(HALF_DAY_BYTES))


def counts_by_code(packed: bytes, layout: str) -> dict[int, int]:
    """How many sessions each code id has."""
    ids = packed if layout == "H" else packed[4 :: ENTRY.size]
    return {code_id: ids.count(code_id) for code_id in set(ids) if code_id}


def end_to_end(years: Mapping[int, bytes], first: int, last: int) -> bytes:
    """The bytes of half-day storage years from one to another, two a day without a gap; a year that is missing is empty."""
    found = b""
    for year in range(first, last + 1):
        days = (date(year + 1, FIRST_MONTH, 1) - date(year, FIRST_MONTH, 1)).days
        found += years.get(year, empty("H"))[: days * 2]
    return found


def span(packed: bytes, layout: str, low: int, high: int) -> bytes:
    """The code ids of the days with offsets from ``low`` up to and without ``high``."""
    if layout == "H":
        return packed[max(low, 0) * 2 : max(high, 0) * 2]
    days = [day for day, _slot, _code in ENTRY.iter_unpack(packed)]
    return packed[bisect_left(days, low) * ENTRY.size : bisect_left(days, high) * ENTRY.size][4 :: ENTRY.size]


@dataclass(frozen=True)
class Classes:
    """What each code id counts as in each stretch of a storage year, split where the law changes."""

    layout: str
    stretches: tuple[tuple[int, int, Mapping[int, Code]], ...]  # from day offset, up to day offset, id -> code

    @cached_property
    def units(self) -> tuple[Mapping[int, Counts], ...]:
        """What one session with each code id counts as, stretch by stretch."""
        return tuple({key: counts_of(code) for key, code in known.items()} for _, _, known in self.stretches)


def classes(codes: CodeTable, layout: str, start: date, first: date | None = None, last: date | None = None) -> Classes:
    """The classes for a storage year, or for the days from ``first`` to ``last`` (of years end to end too)."""
    low = max(((first or start) - start).days, 0)
    high = (last - start).days + 1 if last else DAYS
    cuts = sorted({low, high} | {n for n in ((day - start).days for day in codes.boundaries()) if low < n < high})
    stretches = [
        (a, b, {code.id: code for code in codes.on(start + timedelta(days=a))})
        for a, b in zip(cuts, cuts[1:], strict=False)
    ]
    return Classes(layout, tuple(stretches))


def tally(blobs: Sequence[bytes], kinds: Classes) -> Counts:
    """The counts of a whole group of pupil-years together."""
    found = [
        _stretch(b"".join(span(blob, kinds.layout, low, high) for blob in blobs), units)
        for (low, high, _), units in zip(kinds.stretches, kinds.units, strict=True)
    ]
    return found[0] if len(found) == 1 else total(found)


def counts(packed: bytes, kinds: Classes) -> Counts:
    """The counts of one pupil-year."""
    return tally((packed,), kinds)


def _stretch(ids: bytes, units: Mapping[int, Counts]) -> Counts:
    held = ids.translate(None, b"\0")
    found = {code_id: held.count(code_id) for code_id in set(held)}
    unknown = sorted(found.keys() - units.keys())
    if unknown:
        raise ValueError(
            f"Code id {unknown[0]} is not in force in this stretch of the year: the packed year is damaged, rebuild it."
        )
    return weighted((units[code_id], n) for code_id, n in found.items())
