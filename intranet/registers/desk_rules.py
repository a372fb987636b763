"""What keys and times at the desk mean, and where a pupil is by the latest fact; no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

from intranet.clock import LONDON
from intranet.errors import Refused
from intranet.extension.values import Slot
from intranet.law.codes import Code
from intranet.law.words import read_yaml

DATA = Path(__file__).parent / "desk.yaml"
NOBODY = ""
_KEYS = re.compile(r"\s*(\d)\s*([a-z])?\s*", re.I)


@dataclass(frozen=True)
class Reason:
    """A reason that one key chooses; ``symbol`` is the code it gives after the close, where it gives one."""

    key: str
    label: str
    symbol: str | None = None
    clauses: tuple[str, ...] = ()


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml(DATA)
    return found


def reasons(desk: Literal["late", "out"]) -> tuple[Reason, ...]:
    """Return the reasons of a desk in the order of their keys."""
    return tuple(Reason(row["key"], row["label"], row.get("symbol"), tuple(row.get("clauses", ()))) for row in _data()[desk])


def undo_seconds() -> int:
    """Return how long an entry can be undone, in seconds."""
    return int(_data()["undo_seconds"])


def reason_for(desk: Literal["late", "out"], key: str) -> Reason:
    """Return the reason of a key; raise Refused naming the keys there are."""
    known = {reason.key: reason for reason in reasons(desk)}
    if key not in known:
        listed = ", ".join(f"{one.key} {one.label}" for one in known.values())
        raise Refused("Reason", key, "it is not one of the reasons", f"Enter one of {listed}", fields=["keys"])
    return known[key]


def read_keys(text: str) -> tuple[str, str]:
    """Return the reason key and the adult's letter of what was typed (`1` or `1a`); raise Refused for anything else."""
    found = _KEYS.fullmatch(text)
    if found is None:
        rule = "a reason is one number" if text.strip() else "nothing was entered"
        step = "Enter the number of the reason, and the letter of the adult who came if one did, such as 1 or 1a"
        raise Refused("Reason", text.strip()[:20], rule, step, fields=["keys"])
    return found[1], (found[2] or "").lower()


def moment(day: date, at: time) -> datetime:
    """Return a local time of a day as a moment in London."""
    return datetime.combine(day, at, LONDON)


def arrived_at(now: datetime, typed: time | None) -> datetime:
    """Return when somebody came or went: now, or the earlier time of today that was typed; raise Refused for a later one."""
    if typed is None:
        return now.replace(second=0, microsecond=0)
    at = moment(now.date(), typed)
    if at > now:
        raise Refused("Time", f"{typed:%H:%M}", f"it is {now:%H:%M} now, so that has not happened yet", "Enter the time on the clock", fields=["at"])
    return at


def slot_at(slots: Sequence[Slot], at: datetime) -> Slot | None:
    """Return the session an arrival belongs to: the last that has opened, the first before any has; None when all are over."""
    due = sorted((slot for slot in slots if slot.expected), key=lambda slot: slot.opens)
    if not due:
        return None
    begun = [slot for slot in due if slot.opens <= at.time()]
    slot = begun[-1] if begun else due[0]
    return None if slot.ends is not None and at.time() >= slot.ends else slot


Where = Literal["here", "look", "out", "elsewhere", "absent", "unknown"]


@dataclass(frozen=True)
class MarkFact:
    """A mark of today as the desk weighs it."""

    slot: Slot
    code: Code
    minutes: int | None = None


@dataclass(frozen=True)
class MoveFact:
    """A coming or going of today: ``in``, ``out`` or ``back``."""

    kind: str
    at: datetime
    expected_back: datetime | None = None


@dataclass(frozen=True)
class Whereabouts:
    """Where a pupil is by the latest fact, and the words for it."""

    where: Where
    words: str
    short: str = ""  # where the marks stand beside it

    @property
    def brief(self) -> str:
        """Return the words that are enough beside the day's marks."""
        return self.short or self.words

    @property
    def count(self) -> bool:
        """Return whether somebody must account for the pupil in an evacuation."""
        return self.where in ("here", "look", "unknown")


def says_here(code: Code) -> bool:
    """Return whether a code says the pupil is on site: present, late, or an arrival after the close (ATT-044)."""
    return code.meaning in ("present", "late") or code.after_close


def whereabouts(marks: Sequence[MarkFact], moves: Sequence[MoveFact], now: datetime) -> Whereabouts:
    """Return where a pupil is: the later of the last mark and the last coming or going."""
    marks = sorted((mark for mark in marks if mark.slot.opens <= now.time()), key=lambda mark: mark.slot.opens)
    last = marks[-1] if marks else None
    move = max(moves, key=lambda one: one.at, default=None)
    if move is not None and (last is None or _reaches(move, last)):
        return _by_move(move)
    if last is None:
        return Whereabouts("unknown", "No mark yet today", "No mark yet")
    return _by_mark(last, marks)


def _reaches(move: MoveFact, last: MarkFact) -> bool:
    """Return whether a coming or going stands beside the last mark: it is of that session, not of one before."""
    return move.at.astimezone(LONDON).time() >= last.slot.opens


def _by_move(move: MoveFact) -> Whereabouts:
    said = f"{move.at.astimezone(LONDON):%H:%M}"
    if move.kind == "out":
        back = f", back {move.expected_back.astimezone(LONDON):%H:%M}" if move.expected_back else ""
        return Whereabouts("out", f"Signed out {said}{back}")
    return Whereabouts("here", f"{'Back' if move.kind == 'back' else 'Signed in'} {said}")


def _by_mark(last: MarkFact, marks: Sequence[MarkFact]) -> Whereabouts:
    code, name = last.code, f"{last.slot.label}: {last.code.name}"
    if says_here(code):
        return Whereabouts("here", name, "Here")
    if code.meaning == "elsewhere":
        return Whereabouts("elsewhere", name)
    if any(says_here(mark.code) for mark in marks[:-1]) and code.meaning == "unexplained":
        return Whereabouts("look", f"Was here earlier, then {code.symbol}: find this pupil", "Was here earlier")
    return Whereabouts("absent", name)
