"""Register codes as dated law: which are in force on a day, and what each counts as."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from intranet.law.sessions import EPOCH, SLOTS
from intranet.law.words import DATA, listed, long_date, read_yaml

Category = Literal[
    "present",
    "approved_educational_activity",
    "authorised_absence",
    "unauthorised_absence",
    "not_possible",
    "administrative",
]
Meaning = Literal["present", "late", "authorised", "unauthorised", "unexplained", "elsewhere", "unable", "not_counted"]


@dataclass(frozen=True)
class Code:
    """One symbol during one stretch of law; ``id`` belongs to the symbol and never changes."""

    id: int
    symbol: str
    name: str
    category: Category
    meaning: Meaning
    counts_possible: bool
    counts_present: bool
    am: bool = True
    pm: bool = True
    note_required: bool = False
    statute_ref: str = ""
    replaces: str = ""
    guidance: str = ""
    valid_from: date = date.min
    valid_to: date | None = None
    replaced_by: str = ""
    after_close: bool = False  # an arrival after the register closed

    def in_force(self, day: date) -> bool:
        """Whether the code may stand for a session of that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def allows(self, key: str) -> bool:
        """Whether the code may stand for a session with this key; a start time before noon is a morning."""
        morning = key == "AM" or (key != "PM" and key < "12:00")
        return self.am if morning else self.pm


KEPT = 500  # days and sets of symbols whose answers are kept


class CodesOn:
    """The codes in force on one day, in the order of the law."""

    def __init__(self, table: CodeTable, day: date, codes: tuple[Code, ...]) -> None:
        self.day = day
        self._table = table
        self._codes = codes
        self._by_symbol = {code.symbol: code for code in codes}
        self._by_id = {code.id: code for code in codes}

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._by_symbol

    def get(self, symbol: str) -> Code | None:
        """The code with this symbol, or None when it is not in force on the day."""
        return self._by_symbol.get(symbol)

    def by_id(self, code_id: int) -> Code | None:
        """The code with this id, or None when it is not in force on the day."""
        return self._by_id.get(code_id)

    def explain(self, symbol: str) -> str:
        """Why a symbol may not be used on the day and what to use instead; empty when it may."""
        if symbol in self._by_symbol:
            return ""
        known = self._table.history(symbol)
        if not known:
            return (
                f'"{symbol}" is not a register code. The codes on {long_date(self.day)} are {listed(self._by_symbol)}.'
            )
        later = [code for code in known if code.valid_from > self.day]
        return self._not_yet(later[0]) if later else self._no_longer(known[-1])

    def _not_yet(self, code: Code) -> str:
        before = f"use {code.replaces.replace(';', ' or ')}" if code.replaces else "there was no such code"
        begins = long_date(code.valid_from)
        return f"{code.symbol} is not in force on {long_date(self.day)}: it begins on {begins}. Before then {before}."

    def _no_longer(self, code: Code) -> str:
        ended = long_date(code.valid_to or self.day)
        instead = f"Use {code.replaced_by}." if code.replaced_by else "Nothing replaces it."
        return f"{code.symbol} is not in force on {long_date(self.day)}: it ended on {ended}. {instead}"


class CodeTable:
    """Codes over time. A plugin may build one from its own codes, with ids from 100."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes = tuple(codes)
        self._refuse_clashes()
        starts = {code.valid_from for code in self._codes}
        starts |= {code.valid_to + timedelta(days=1) for code in self._codes if code.valid_to}
        self._starts = sorted(starts)
        self._eras = [tuple(code for code in self._codes if code.in_force(start)) for start in self._starts]
        self._ids = {code.id: code.symbol for code in self._codes}
        self._found: dict[tuple[str, ...], frozenset[int]] = {}
        self._on: dict[date, CodesOn] = {}
        era_days = [max(start, EPOCH) for start in self._starts]
        self._session_starts = [(day - EPOCH).days * SLOTS for day in era_days]
        self._on_era = [CodesOn(self, day, codes) for day, codes in zip(era_days, self._eras, strict=True)]

    def _refuse_clashes(self) -> None:
        ids: dict[int, str] = {}
        symbols: dict[str, int] = {}
        for code in self._codes:
            if ids.setdefault(code.id, code.symbol) != code.symbol:
                raise ValueError(
                    f"Code id {code.id} belongs to both {ids[code.id]} and {code.symbol}: give one of them another id."
                )
            if symbols.setdefault(code.symbol, code.id) != code.id:
                raise ValueError(
                    f"Code {code.symbol} has two ids, {symbols[code.symbol]} and {code.id}: keep one of them."
                )
            twin = next(
                (c for c in self._codes if c is not code and c.symbol == code.symbol and c.in_force(code.valid_from)),
                None,
            )
            if twin is not None:
                raise ValueError(
                    f"Code {code.symbol} is defined twice on {long_date(code.valid_from)}: end one of them first."
                )

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes)

    def on(self, day: date) -> CodesOn:
        """The codes in force on a day."""
        found = self._on.get(day)
        if found is None:
            era = bisect_right(self._starts, day) - 1
            found = CodesOn(self, day, self._eras[era] if era >= 0 else ())
            self._on = {**self._on, day: found} if len(self._on) < KEPT else {day: found}
        return found

    def for_session(self, session_no: int) -> CodesOn:
        """The codes in force in a session; shared by all sessions of an era, so that counting many marks is fast."""
        era = bisect_right(self._session_starts, session_no) - 1
        return self._on_era[max(era, 0)]

    def boundaries(self) -> tuple[date, ...]:
        """The days on which the codes in force change."""
        return tuple(self._starts)

    def history(self, symbol: str) -> tuple[Code, ...]:
        """Every stretch of a symbol, oldest first."""
        return tuple(sorted((code for code in self._codes if code.symbol == symbol), key=lambda code: code.valid_from))

    def symbol(self, code_id: int) -> str | None:
        """The symbol that an id belongs to, on any day."""
        return self._ids.get(code_id)

    def ids(self, symbols: Iterable[str]) -> frozenset[int]:
        """The ids of these symbols; ValueError names a symbol that nobody defines."""
        asked = tuple(symbols)
        if asked not in self._found:
            self._found = {**self._found, asked: self._ids_of(set(asked))} if len(self._found) < KEPT else {asked: self._ids_of(set(asked))}
        return self._found[asked]

    def _ids_of(self, wanted: set[str]) -> frozenset[int]:
        found = {code.symbol: code.id for code in self._codes if code.symbol in wanted}
        unknown = sorted(wanted - found.keys())
        if unknown:
            raise ValueError(f"{listed(unknown)} is not a register code.")
        return frozenset(found.values())


def _code(row: dict[str, Any], ids: dict[str, int], classes: dict[str, dict[str, bool]]) -> Code:
    return Code(
        id=ids[row["symbol"]],
        symbol=row["symbol"],
        name=row["name"],
        category=row["class"],
        meaning=row["meaning"],
        **classes[row["class"]],
        am=row["sessions"] in {"am", "both"},
        pm=row["sessions"] in {"pm", "both"},
        note_required=row.get("note", False),
        statute_ref=row["statute"],
        replaces=row.get("replaces", ""),
        guidance=row["guidance"],
        valid_from=row["from"],
        valid_to=row.get("to"),
        replaced_by=row.get("replaced_by", ""),
        after_close=row.get("after_close", False),
    )


@cache
def national_codes() -> CodeTable:
    """The attendance codes of England, from 1 September 2006."""
    return code_table(DATA / "codes.yaml")


def code_table(path: Path) -> CodeTable:
    """The codes of a file, each from its first day; ValueError for two that clash."""
    data = read_yaml(path)
    return CodeTable(_code(row, data["symbols"], data["classes"]) for row in data["codes"])
