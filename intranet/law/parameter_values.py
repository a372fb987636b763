"""A dated value of law or policy, and the error when one is not there or not well formed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from intranet.law.words import long_date

Standing = Literal["law", "guidance", "policy", "assumption"]
STANDINGS = ("law", "guidance", "policy", "assumption")
#: The unit of a day on which made law comes into force; null until the day is known.
COMMENCEMENT = "commencement day"


class ParameterError(ValueError):
    """A parameter that is missing, misspelt or badly written; the sentence names the file, line, key and next step."""


@dataclass(frozen=True)
class ParameterValue:
    """What one source says a parameter is from day to day; ``origin`` is ``core``, a plugin's key or ``house``.

    It may hold for one local authority or some legal types of setting only, or wait for a commencement.
    """

    key: str
    value: Any
    unit: str
    standing: Standing
    citation: str = ""
    clauses: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_to: date | None = None
    conflict: str | None = None
    note: str = ""
    origin: str = "core"
    source: str = ""  # file:line
    stricter: Literal["lower", "higher"] | None = None
    description: str = ""
    authority: str = ""  # for settings of this authority only
    legal_types: tuple[str, ...] = ()  # for these legal types only
    commences: str = ""  # the key of the commencement that gives its first day

    def holds_for(self, authority: str, legal_type: str) -> bool:
        """Whether it is said of a setting of this authority and legal type."""
        here = not self.authority or self.authority.casefold() == authority.strip().casefold()
        return here and (not self.legal_types or legal_type in self.legal_types)

    def in_force(self, day: date) -> bool:
        """Whether the value is the rule on a day."""
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)

    @property
    def cited(self) -> str:
        """Where the value comes from: the instrument, the clauses or the file."""
        return self.citation or ", ".join(self.clauses) or self.source

    def said(self) -> str:
        """``40 minutes (ATT-043)``."""
        return f"{say(self.value, self.unit)} ({self.cited})"

    def weaker_than(self, other: ParameterValue) -> bool:
        """Whether it asks for less than the other; values that cannot be compared are weaker unless they are equal."""
        if self.value == other.value or other.value is None:
            return False
        direction = other.stricter or self.stricter
        if direction is None or self.value is None:
            return True
        try:
            return bool(self.value > other.value if direction == "lower" else self.value < other.value)
        except TypeError:
            return True


#: A unit that is written before its number; amounts side by side are the early one and the full one.
POUNDS = "pounds"


def say(value: Any, unit: str) -> str:
    """A value with its unit, as a sentence says it."""
    if value is None:
        return "no day yet" if unit == COMMENCEMENT else "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator} {unit}"
    if isinstance(value, Mapping):
        return "; ".join(f"{key.replace('_', ' ')} {say(part, unit)}" for key, part in value.items())
    if unit == POUNDS:
        return " or ".join(f"£{part}" for part in (value if isinstance(value, tuple | list) else (value,)))
    if isinstance(value, tuple | list):
        return say(", ".join(str(part) for part in value), unit)
    if isinstance(value, date):
        return long_date(value)
    return f"{value} {unit}" if unit not in {"", "-"} else str(value)
