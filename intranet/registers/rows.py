"""The rows of a register as HTML: rows that look alike are rendered once by their template and filled for each pupil."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from intranet.law.codes import Code
from intranet.registers.values import RegisterPage, Row
from intranet.web.holes import MARKS, Holes, together

KEPT = 500
Macro = Callable[[RegisterPage, Any], Markup]
PUPIL, NUMBER, NAME, BEFORE = tuple(MARKS[:4])


class Rows:
    """The looks of rows met so far; they hold nothing about anybody."""

    def __init__(self) -> None:
        self._looks: dict[tuple[object, ...], dict[tuple[object, ...], Holes]] = {}
        self._keys: dict[tuple[object, ...], tuple[tuple[Code, ...], Markup]] = {}

    def html(self, page: RegisterPage, macro: Macro) -> Markup:
        """Return every row of a page, drawn by the template's macro."""
        about = _about(page)
        if len(self._looks) >= KEPT:
            self._looks = {}
        looks = self._looks.setdefault(about, {})
        return together([_row(looks, page, row, macro) for row in page.rows])

    def keys(self, page: RegisterPage, draw: Callable[[], Markup]) -> Markup:
        """Return the page's help on keys, drawn once for each mode and set of codes."""
        key = (page.mode, *map(id, page.codes))
        found = self._keys.get(key)
        if found is None:
            if len(self._keys) >= KEPT:
                self._keys = {}
            found = self._keys[key] = (page.codes, draw())  # the codes are kept, so that no other takes their place in memory
        return found[1]


def _row(looks: dict[tuple[object, ...], Holes], page: RegisterPage, row: Row, macro: Macro) -> str:
    look = _look(page, row)
    if look is None:
        return macro(page, row)
    found = looks.get(look)
    if found is None:
        if len(looks) >= KEPT:
            looks.clear()
        blank: Any = row._replace(pupil_id=PUPIL, number=NUMBER, name=NAME, earlier=(BEFORE,))  # type: ignore[arg-type]
        found = looks[look] = Holes(macro(page, blank))
    return found.fill((row.pupil_id, row.number, row.name, " ".join(row.earlier)))


def _about(page: RegisterPage) -> tuple[object, ...]:
    """Return everything of the page that a row's template reads."""
    return (
        page.setting_id, page.closed, page.closed_symbol, page.may_write, page.may_amend, page.mode,
        page.present, page.absent, page.late, page.words["office"],
    )  # fmt: skip


def _look(page: RegisterPage, row: Row) -> tuple[object, ...] | None:
    """Return what rows that look alike share; None for one that holds anything personal, which is drawn by itself."""
    mark = row.mark
    if row.entered or row.problem or row.proposal or (mark and (mark.note or mark.minutes is not None)):
        return None
    marked = mark and (mark.symbol, mark.word, mark.meaning, page.session_no)
    return (marked, row.hint, row.hint_status, row.badges, row.due, row.locked)
