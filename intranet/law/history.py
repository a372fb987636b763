"""A pupil's marks over the years, taken out of the packed years only as far as somebody reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, pairwise
from typing import overload

from intranet.law import packed
from intranet.law.codes import CodeTable
from intranet.law.counting import Counts, counts_of, total, weighted
from intranet.law.marks import Mark
from intranet.law.sessions import EPOCH, SLOTS, day_range

ONE_DAY = timedelta(days=1)
Year = tuple[str, date, bytes]  # layout, first day, packed year


class History(Sequence[Mark]):
    """Every mark, oldest first; asking for some codes or for the codes alone does not make the rest into marks."""

    def __init__(self, years: Sequence[Year]) -> None:
        self._years = tuple(years)

    @cached_property
    def _marks(self) -> list[Mark]:
        return [Mark(no, code) for no, code in self.pairs()]

    def __len__(self) -> int:
        return len(self.codes())

    @overload
    def __getitem__(self, index: int) -> Mark: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mark]: ...
    def __getitem__(self, index: int | slice) -> Mark | list[Mark]:
        return self._marks[index]

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)

    def __eq__(self, other: object) -> bool:
        return self._marks == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Return (session number, code id) of every mark."""
        return chain.from_iterable(packed.marks(blob, layout, start) for layout, start, blob in self._years)

    def codes(self, low: int = 0, high: int | None = None) -> bytes:
        """Return the code ids of the marks in order, of the sessions from ``low`` to ``high`` alone where they are given."""
        return b"".join(_span(year, low, high) for year in self._years)

    def only(self, ids: Collection[int]) -> list[Mark]:
        """Return the marks with one of these code ids, oldest first."""
        return [mark for year in self._years for mark in _only(year, bytes(sorted(ids)))]


def codes(marks: Sequence[Mark], low: int = 0, high: int | None = None) -> bytes:
    """Return the code ids of marks in order, of the sessions from ``low`` to ``high`` alone where they are given."""
    if isinstance(marks, History):
        return marks.codes(low, high)
    return bytes(mark.code_id for mark in marks if low <= mark.session_no and (high is None or mark.session_no <= high))


def as_map(marks: Sequence[Mark]) -> dict[int, int]:
    """Return session number -> code id."""
    return dict(marks.pairs()) if isinstance(marks, History) else {mark.session_no: mark.code_id for mark in marks}


def only(marks: Sequence[Mark], ids: Collection[int]) -> list[Mark]:
    """Return the marks with one of these code ids, oldest first."""
    return marks.only(ids) if isinstance(marks, History) else [mark for mark in marks if mark.code_id in ids]


def counts(marks: Sequence[Mark], codes_known: CodeTable, first: date, last: date) -> Counts:
    """Return the counts from one day to another, each stretch by the codes in force in it, without making marks of the bytes."""
    cuts = [first, *(day for day in codes_known.boundaries() if first < day <= last), last + ONE_DAY]
    return total(_stretch(marks, codes_known, a, b - ONE_DAY) for a, b in pairwise(cuts))


def _stretch(marks: Sequence[Mark], known: CodeTable, first: date, last: date) -> Counts:
    held, on = codes(marks, *day_range(first, last)), known.on(first)
    found = {code_id: held.count(code_id) for code_id in set(held)}
    return weighted((counts_of(code), n) for code_id, n in found.items() if (code := on.by_id(code_id)) is not None)


def _span(year: Year, low: int, high: int | None) -> bytes:
    """Return the code ids of a packed year between two sessions, which must be the first and last of their days."""
    layout, start, blob = year
    first = (start - EPOCH).days
    until = packed.DAYS if high is None else high // SLOTS + 1 - first
    return packed.span(blob, layout, low // SLOTS - first, until).translate(None, b"\0")


def _only(year: Year, ids: bytes) -> list[Mark]:
    layout, start, blob = year
    if layout != "H":
        return [Mark(no, code) for no, code in packed.marks(blob, layout, start) if code in ids]
    first = (start - EPOCH).days
    places = sorted(place for code in ids if code for place in _places(blob, code))
    return [Mark((first + place // 2) * SLOTS + 1 + place % 2, blob[place]) for place in places]


def _places(blob: bytes, code: int) -> Iterator[int]:
    place = blob.find(code)
    while place >= 0:
        yield place
        place = blob.find(code, place + 1)
