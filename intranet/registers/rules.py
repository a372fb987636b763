"""What a register's form means and when two people's marks disagree; no database, no clock of its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from intranet.extension.values import Slot
from intranet.law.codes import Code, CodesOn
from intranet.law.sessions import key_of
from intranet.registers.values import Entry, MarksRefused, Typed
from intranet.store.marks import StoredMark

NOTE_LENGTH = 500
LONGEST_LATE = 12 * 60  # minutes: nobody is half a day late for a session
KNOWN = "@known"
_FIELD = re.compile(r"(mark|minutes|note)-(\d{1,9})")


@dataclass(frozen=True)
class Shown:
    """What a form showed for a pupil when it was drawn."""

    symbol: str = ""
    minutes: str = ""
    note: str = ""  # a checksum, not the text

    def write(self, pupil_id: int) -> str:
        """Return it as it travels in the form."""
        return ",".join((str(pupil_id), self.symbol, self.minutes, self.note)).rstrip(",")


def shown_of(symbol: str, minutes: int | None, note: str | None) -> Shown:
    """Return what a form shows for a mark."""
    return Shown(symbol, "" if minutes is None else str(minutes), checksum(note))


def checksum(note: str | None) -> str:
    """Return a short sum of a note, to see whether it was changed."""
    return f"{zlib.crc32(note.strip().encode()):x}" if note and note.strip() else ""


def read_shown(text: str) -> dict[int, Shown]:
    """Return what the form showed by pupil; raise MarksRefused when it did not arrive whole."""
    found: dict[int, Shown] = {}
    for part in filter(None, text.split(";")):
        pupil, *rest = part.split(",")
        if not pupil.isdigit() or len(pupil) > 9 or len(rest) > 3:
            raise MarksRefused({0: "The form did not arrive whole, so nothing was stored. Open the register again and send it from there"})
        found[int(pupil)] = Shown(*rest)
    return found


def read_entries(sent: Mapping[str, str], shown: Mapping[int, Shown]) -> list[Entry]:
    """Return the marks that were entered or changed since the form was drawn; raise MarksRefused with a sentence a row."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        field = _FIELD.fullmatch(name)
        if field:
            rows.setdefault(int(field[2]), {})[field[1]] = value.strip()
    problems: dict[int, str] = {}
    entries = [_entry(pupil, row, shown.get(pupil, Shown()), problems) for pupil, row in rows.items()]
    if problems:
        raise MarksRefused(problems)
    return [entry for entry in entries if entry is not None]


def _entry(pupil: int, row: Mapping[str, str], was: Shown, problems: dict[int, str]) -> Entry | None:
    raw, minutes, note = row.get("mark", ""), row.get("minutes", ""), row.get("note", "")
    symbol, source = (raw.removesuffix(KNOWN), "known") if raw.endswith(KNOWN) else (raw, None)
    symbol = symbol.upper()
    if symbol == was.symbol and minutes == was.minutes and checksum(note) == was.note:
        return None
    problem = _problem(symbol, minutes, note, was)
    if problem:
        problems[pupil] = problem
        return None
    return Entry(pupil, symbol, int(minutes) if minutes else None, note or None, source, was.symbol or None) if symbol else None


def _problem(symbol: str, minutes: str, note: str, was: Shown) -> str:
    if not symbol and was.symbol:
        return f"The mark {was.symbol} was taken away. A saved mark can be changed but not removed: enter the mark that is right"
    if not symbol and (minutes or note):
        return "There are minutes or a note but no mark. Choose the mark they belong to"
    if minutes and not (minutes.isdigit() and int(minutes) <= LONGEST_LATE):
        return f"Minutes late “{minutes[:20]}” is not a number of minutes. Enter a whole number like 8"
    if len(note) > NOTE_LENGTH:
        return f"The note has {len(note)} characters; {NOTE_LENGTH} fit. Shorten it"
    return ""


def as_typed(sent: Mapping[str, str]) -> dict[int, Typed]:
    """Return what was typed, right or wrong, to show it again."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        field = _FIELD.fullmatch(name)
        if field:
            rows.setdefault(int(field[2]), {})[field[1]] = value.strip()
    return {pupil: Typed(row.get("mark", "").upper(), row.get("minutes", ""), row.get("note", "")) for pupil, row in rows.items()}


# ------------------------------------------------------------------ codes of a session


def meaning(codes: CodesOn, key: str, wanted: str) -> Code:
    """Return the first code with a meaning that a session allows (``present`` is / in the morning)."""
    return next(code for code in codes if code.meaning == wanted and code.allows(key))


def in_session(symbol: str, codes: CodesOn, key: str) -> str:
    """Return the symbol as this session writes it: the present mark of the other half day becomes this one's."""
    code = codes.get(symbol)
    if code is not None and code.meaning == "present" and not code.allows(key):
        return meaning(codes, key, "present").symbol
    return symbol


def minutes_late(slot: Slot, at: datetime) -> int:
    """Return how many minutes after its start a session is; at least one."""
    return max(1, minute(at.time()) - minute(slot.starts))


def minute(at: time) -> int:
    """Return the minute of the day."""
    return at.hour * 60 + at.minute


# ------------------------------------------------------------------ two people, one register

Verdict = Literal["same", "new", "change", "conflict"]


def judge(entry: Entry, code_id: int, stored: StoredMark | None, drawn: int) -> Verdict:
    """Return what an entry is to the mark that stands: a later one that differs is a conflict, never overwritten."""
    if stored is None:
        return "new"
    if _equal(entry, code_id, stored):
        return "same"
    return "conflict" if stored.position > drawn else "change"


def _equal(entry: Entry, code_id: int, stored: StoredMark) -> bool:
    same_note = (entry.note or "").strip() == (stored.note or "").strip()
    return stored.code_id == code_id and stored.minutes == entry.minutes and same_note


# ------------------------------------------------------------------ states and names

State = Literal["Not open", "Open", "Part-marked", "Saved", "Not taken", "Saved late"]


def opens_at(slot: Slot, now: datetime) -> datetime:
    """Return the moment a session's register opens."""
    return datetime.combine(slot.day, slot.opens, now.tzinfo)


def closes_at(slot: Slot, now: datetime) -> datetime | None:
    """Return the moment a register closes (its end where the setting has no closing time); None when neither is known."""
    until = slot.closes or slot.ends
    return datetime.combine(slot.day, until, now.tzinfo) if until else None


def state(slot: Slot, due: int, marked: int, first_saved_at: datetime | None, now: datetime) -> State:
    """Return the word for a register's state; one that is not whole after its close is not taken."""
    closes = closes_at(slot, now)
    if due and marked >= due:
        return "Saved late" if first_saved_at and closes and first_saved_at > closes else "Saved"
    if closes and now >= closes:
        return "Not taken" if not marked else "Part-marked"
    if marked:
        return "Part-marked"
    return "Open" if now >= opens_at(slot, now) else "Not open"


def session_word(session_no: int, slot: Slot | None = None) -> str:
    """Return what people call a session."""
    key = key_of(session_no % 2048)
    return {"AM": "Morning", "PM": "Afternoon"}.get(key) or (slot.label if slot else key)


def present_now(meanings: Iterable[str]) -> bool:
    """Return whether marks with these meanings say the pupil came in."""
    return any(one in ("present", "late") for one in meanings)


def whole_name(family: str, given: str) -> str:
    """Return a name as a register lists it."""
    return f"{family}, {given}"


def on_or_after(day: date, first: date | None) -> bool:
    """Return whether a day is not before another; a missing one is no limit."""
    return first is None or day >= first
