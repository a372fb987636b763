"""The data of a register event: who was marked with what, as few bytes as a reader of the log can still take apart."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from intranet.store.kinds import register_kind


class MarkRow(NamedTuple):
    """A mark to store; code id 0 takes the mark away. ``source`` says who gave the note."""

    session_no: int
    pupil_id: int
    code_id: int
    minutes: int | None = None
    note: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class RegisterData:
    """What one save of a register held; ``previous`` maps a pupil to the code id the save replaced."""

    session_no: int
    group_id: int | None
    marks: tuple[MarkRow, ...]
    previous: Mapping[int, int]
    drawn: int = 0
    source: str | None = None
    rest_present: bool = False
    reason: str | None = None


def encode(
    session_no: int,
    group_id: int | None,
    marks: Iterable[MarkRow],
    *,
    previous: Mapping[int, int] | None = None,
    drawn: int = 0,
    source: str | None = None,
    rest_present: bool = False,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return the event data of a save; ``decode`` reads it back, with the marks in order of pupil."""
    rows = sorted(marks, key=lambda row: row.pupil_id)
    if any(row.session_no != session_no for row in rows):
        raise ValueError(f"One register event holds the marks of one session, {session_no}.")
    data: dict[str, Any] = {
        "s": session_no,
        "p": pack_ids([row.pupil_id for row in rows]),
        "c": pack_bytes(bytes(r.code_id for r in rows)),
    }
    replaced = bytes((previous or {}).get(row.pupil_id, 0) for row in rows)
    optional = {
        "g": group_id,
        "o": pack_bytes(replaced) if any(replaced) else None,
        "m": {str(i): row.minutes for i, row in enumerate(rows) if row.minutes is not None},
        "n": {str(i): row.note for i, row in enumerate(rows) if row.note},
        "k": {str(i): row.source for i, row in enumerate(rows) if row.source},
        "d": drawn,
        "src": source,
        "rest": rest_present,
        "why": reason,
    }
    return data | {key: value for key, value in optional.items() if value or (key == "g" and value is not None)}


def decode(data: Mapping[str, Any]) -> RegisterData:
    """Return what a save held."""
    pupils, codes = unpack_ids(data["p"]), unpack_bytes(data["c"])
    minutes, notes, sources = data.get("m", {}), data.get("n", {}), data.get("k", {})
    marks = tuple(
        MarkRow(data["s"], pupil, code, minutes.get(str(i)), notes.get(str(i)), sources.get(str(i)))
        for i, (pupil, code) in enumerate(zip(pupils, codes, strict=True))
    )
    replaced = unpack_bytes(data["o"]) if "o" in data else b""
    previous = {pupil: code for pupil, code in zip(pupils, replaced, strict=False) if code}
    return RegisterData(
        data["s"],
        data.get("g"),
        marks,
        previous,
        data.get("d", 0),
        data.get("src"),
        data.get("rest", False),
        data.get("why"),
    )


def pack_ids(ids: Sequence[int]) -> str:
    """Return ascending whole numbers as text: each one's distance from the one before, seven bits a byte."""
    packed, last = bytearray(), 0
    for value in ids:
        step, last = value - last, value
        while step > 0x7F:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
    return pack_bytes(bytes(packed))


def unpack_ids(text: str) -> list[int]:
    """Return the numbers that ``pack_ids`` packed."""
    ids: list[int] = []
    last = step = shift = 0
    for byte in unpack_bytes(text):
        step |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            last += step
            ids.append(last)
            step = shift = 0
    return ids


def pack_bytes(value: bytes) -> str:
    """Return bytes as base64 without padding."""
    return b64encode(value).decode("ascii").rstrip("=")


def unpack_bytes(text: str) -> bytes:
    """Return the bytes that ``pack_bytes`` packed."""
    return b64decode(text + "=" * (-len(text) % 4))


def _saved(data: Mapping[str, Any]) -> str:
    return f"saved {len(unpack_bytes(data['c']))} marks" if data else "saved marks that have been forgotten"


def _amended(data: Mapping[str, Any]) -> str:
    return f"amended a mark: {data.get('why', 'no reason kept')}" if data else "amended a mark that has been forgotten"


register_kind("register.saved", _saved, ("p", "c", "o", "m", "n"), marks=True)
register_kind("register.amended", _amended, ("p", "c", "o", "m", "n", "why"), marks=True)
