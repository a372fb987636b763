"""Reading the worked examples."""

from datetime import timedelta
from pathlib import Path

from intranet.law.codes import national_codes
from intranet.law.marks import Mark
from intranet.law.sessions import session_no
from intranet.law.words import read_yaml

CASES = Path(__file__).parent / "cases"


def cases(name):
    return read_yaml(CASES / f"{name}.yaml")


def marks(symbols, first):
    """Marks for these symbols, a morning and an afternoon a day, weekends left out."""
    found, day = [], first
    for n, symbol in enumerate(symbols.split()):
        code = national_codes().on(day).get(symbol)
        assert code is not None, national_codes().on(day).explain(symbol)
        found.append(Mark(session_no(day, "AM" if n % 2 == 0 else "PM"), code.id))
        if n % 2:
            day += timedelta(days=3 if day.weekday() == 4 else 1)
    return found
