"""What a dry run says: one verdict a problem, naming row, column, value, rule and next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intranet.exchange.columns import Field, Mapped
from intranet.exchange.reading import Sheet
from intranet.exchange.values import CellError

MOST_SHOWN = 200


@dataclass(frozen=True)
class Verdict:
    """One thing about one row; a ``warning`` does not stop the import."""

    row: int
    column: str
    value: str
    text: str
    warning: bool = False

    @property
    def sentence(self) -> str:
        """Return the verdict as one sentence that names the row and the column."""
        where = f"Row {self.row}, {self.column}" if self.column else f"Row {self.row}"
        return f"{where}: {self.text}"


@dataclass(frozen=True)
class DryRun:
    """What an import would do, and everything that is wrong with the file."""

    kind: str
    digest: str
    rows: int
    made: int = 0
    changed: int = 0
    same: int = 0
    verdicts: tuple[Verdict, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    plan: Any = field(default=None, compare=False, repr=False)

    @property
    def problems(self) -> tuple[Verdict, ...]:
        """Return what stops the import."""
        return tuple(verdict for verdict in self.verdicts if not verdict.warning)

    @property
    def warnings(self) -> tuple[Verdict, ...]:
        """Return what should be thought over."""
        return tuple(verdict for verdict in self.verdicts if verdict.warning)

    @property
    def good(self) -> bool:
        """Return whether the file can be imported."""
        return not self.problems


@dataclass(frozen=True)
class Said:
    """One thing to say of a file, with every row that it is true of."""

    rows: str  # "2 to 8, 10"
    count: int
    verdict: Verdict


def folded(verdicts: Sequence[Verdict]) -> list[Said]:
    """Return each different verdict once with its rows, those that stop the import first."""
    found: dict[tuple[bool, str, str, str], list[Verdict]] = {}
    for one in verdicts:
        found.setdefault((one.warning, one.column, one.value, one.text), []).append(one)
    order = sorted(found.values(), key=lambda same: (same[0].warning, same[0].row))
    return [Said(spans([one.row for one in same]), len(same), same[0]) for same in order]


def spans(numbers: Sequence[int]) -> str:
    """Return row numbers as people write them: 2 to 8, 10."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a} to {b}" if b > a + 1 else f"{a}, {b}" for a, b in runs)


Reader = Callable[[str], Any]


@dataclass
class Rows:
    """Walks a sheet's rows through readers and gathers the verdicts."""

    sheet: Sheet
    mapped: Mapped
    fields: Mapping[str, Field]
    readers: Mapping[str, Reader]
    verdicts: list[Verdict] = field(default_factory=list)

    def values(self, number: int, cells: tuple[str, ...]) -> dict[str, Any] | None:
        """Return a row's values by field, or None when one of its cells cannot be used."""
        found: dict[str, Any] = {}
        before = len(self.verdicts)
        for key, index in self.mapped.columns.items():
            try:
                found[key] = self.readers[key](cells[index])
            except CellError as reason:
                self.refuse(number, key, cells[index], str(reason))
                continue
            if self.fields[key].needed and found[key] in (None, ""):
                self.refuse(
                    number,
                    key,
                    "",
                    f"It is empty, and a row needs its {self.fields[key].label.lower()}. Fill it in or remove the row.",
                )
        return found if len(self.verdicts) == before else None

    def refuse(self, number: int, key: str, value: str, text: str) -> None:
        """Add a verdict that stops the import."""
        self.verdicts.append(Verdict(number, self._column(key), value, text))

    def warn(self, number: int, key: str, value: str, text: str) -> None:
        """Add a verdict to think over."""
        self.verdicts.append(Verdict(number, self._column(key), value, text, warning=True))

    def _column(self, key: str) -> str:
        index = self.mapped.columns.get(key)
        if index is not None:
            return self.sheet.header[index]
        return self.fields[key].label if key in self.fields else key
