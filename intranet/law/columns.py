"""Counts of many packed years at once, a column for each figure: whole strings are looked at, never mark after mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache, reduce
from operator import add

from intranet.law.counting import Counts
from intranet.law.packed import Classes

NONE: frozenset[int] = frozenset()
IN, NOT_HELD = 1, 3  # a session in the run's codes; one that was not held; 0 is any other. Both halves together: IN wins, 0 breaks


@dataclass(frozen=True)
class Columns:
    """Counts of sessions, one number a pupil in the order given."""

    possible: list[int]
    present: list[int]
    authorised: list[int]
    unauthorised: list[int]
    late: list[int]
    late_after_close: list[int]

    def __add__(self, other: Columns) -> Columns:
        both = zip(vars(self).values(), vars(other).values(), strict=True)
        return Columns(*([a + b for a, b in zip(one, two, strict=True)] for one, two in both))

    def of(self, n: int) -> Counts:
        """Return one pupil's counts (without codes)."""
        return Counts(*(column[n] for column in vars(self).values()))

    def reaching(self, rate: Fraction | None) -> list[int]:
        """Return the pupils whose share missed reaches the rate exactly; nobody without a possible session."""
        if rate is None:
            return []
        up, down = rate.numerator, rate.denominator
        both = zip(self.possible, self.present, strict=True)
        return [n for n, (possible, present) in enumerate(both) if possible and (possible - present) * down >= possible * up]


def columns(blobs: Sequence[bytes], kinds: Classes) -> Columns:
    """Return the counts of each pupil; ValueError for a code that is not in force in its stretch."""
    plain = plain_in(kinds, NONE)
    return counted(blobs, rest(blobs, plain), kinds, plain)


def plain_in(kinds: Classes, looked: Collection[int]) -> bytes:
    """Return the codes that are attended and no more in every stretch: fourteen marks of fifteen, taken out before anything else."""
    return bytes(
        key for key, unit in kinds.units[0].items()
        if key not in looked and all(units.get(key) == Counts(1, 1, by_code=unit.by_code) for units in kinds.units)
    )  # fmt: skip


def counted(blobs: Sequence[bytes], rests: Sequence[bytes], kinds: Classes, plain: bytes) -> Columns:
    """Return the counts of each pupil; ``rests`` are the bytes without the plain codes."""
    found: Columns | None = None
    for (low, high, _), units in zip(kinds.stretches, kinds.units, strict=True):
        if low <= 0 and all(len(blob) <= high * 2 for blob in blobs):
            here = _columns(blobs, rests, units)
        else:
            part = [blob[low * 2 : high * 2] for blob in blobs]
            here = _columns(part, rest(part, plain), units)
        found = here if found is None else found + here
    return found or Columns([], [], [], [], [], [])


def _columns(blobs: Sequence[bytes], rests: Sequence[bytes], units: Mapping[int, Counts]) -> Columns:
    """Count each way that codes count once, and add the ways up."""
    unknown = sorted(set(b"".join(rests).translate(None, bytes(units))))
    if unknown:
        raise ValueError(f"Code id {unknown[0]} is not in force in this stretch of the year: the packed year is damaged, rebuild it.")
    names = [one.name for one in fields(Columns)]
    ways = {key: tuple(name for name in names if getattr(unit, name)) for key, unit in units.items()}
    order = sorted(set(ways.values()))
    told = bytes(order.index(ways[code]) if code in ways else 0 for code in range(256))
    kept = [left.translate(told) for left in rests]
    attended = [len(blob) - blob.count(0) - len(left) for blob, left in zip(blobs, rests, strict=True)]
    numbers = {way: [one.count(n) for one in kept] for n, way in enumerate(order) if way}
    added = {name: [column for way, column in numbers.items() if name in way] for name in names}
    added["possible"].append(attended)
    added["present"].append(attended)
    return Columns(*(_sum(added[name], len(blobs)) for name in names))


def _sum(lists: Sequence[list[int]], length: int) -> list[int]:
    return reduce(lambda one, two: list(map(add, one, two)), lists) if lists else [0] * length


def rest(blobs: Iterable[bytes], ids: bytes) -> list[bytes]:
    """Return each pupil's marks in order without these codes."""
    out = b"\0" + ids
    return [blob.translate(None, out) for blob in blobs]


def number(blobs: Iterable[bytes], ids: frozenset[int]) -> list[int]:
    """Return how many marks with these codes each pupil has."""
    if len(ids) == 1:
        (only,) = ids
        return [blob.count(only) for blob in blobs]
    wanted = table(ids)
    return [blob.translate(wanted).count(IN) for blob in blobs]


@lru_cache(maxsize=64)
def table(ids: frozenset[int], neutral: frozenset[int] = NONE) -> bytes:
    """Return the table that turns codes into IN, NOT_HELD or 0."""
    return bytes(NOT_HELD if code in neutral else IN if code in ids else 0 for code in range(256))
