"""How long a register entry is kept, and whether it may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.errors import Refused
from intranet.extension.caller import Caller
from intranet.law.deadlines import register_kept_through
from intranet.law.words import long_date

CLAUSES = ("ATT-010", "SI 2024/208 reg 7")


@dataclass(frozen=True)
class Retention:
    """The last day an entry is kept, whether it may go on a day, and what to warn of (C-01)."""

    keep_through: date
    purgeable: bool
    warning: str | None


def retention(caller: Caller, entry_day: date, on: date) -> Retention:
    """Return how an entry made on a day stands on another: six years that begin with the day it was made (C-01)."""
    last = register_kept_through(entry_day, caller.parameters)
    return Retention(last, on > last, caller.params(on).resolution("retention.register_years").warning)


def refuse_purge(caller: Caller, entry_day: date, on: date) -> None:
    """Raise Refused when an entry may not be purged yet."""
    found = retention(caller, entry_day, on)
    if not found.purgeable:
        rule = f"it is kept through {long_date(found.keep_through)}" + (f". {found.warning}" if found.warning else "")
        raise Refused("Register entry of", long_date(entry_day), rule, "Wait until that day has ended", clauses=CLAUSES)
