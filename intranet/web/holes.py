"""A fragment rendered once with places left open and filled many times, as the thirty rows of a register are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

#: Characters that nobody's text holds (Unicode keeps them for private use): one names each place left open.
MARKS = "".join(map(chr, range(0xE000, 0xE010)))
_OPEN = re.compile(f"([{MARKS}])")


class Holes:
    """HTML with open places; what goes in is escaped like any value of a template."""

    def __init__(self, html: Markup) -> None:
        parts = _OPEN.split(html)
        self._parts = parts
        self._places = [(at, MARKS.index(parts[at])) for at in range(1, len(parts), 2)]

    def fill(self, values: Sequence[object]) -> str:
        """Return the HTML with the n-th value at every place of the n-th mark; the values are escaped."""
        safe = [value if type(value) is int else escape(value) for value in values]
        texts = [str(value) for value in safe]
        parts = self._parts.copy()
        for at, which in self._places:
            parts[at] = texts[which]
        return "".join(parts)


def together(fragments: Sequence[str]) -> Markup:
    """Return fragments that are HTML already, and only such, as one."""
    return Markup("".join(fragments))  # noqa: S704 - each came from a template or from ``Holes.fill``
