"""Proves that what is stored is what was written: links, digests, versions, sealed heads and projections."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, inspect, select, table
from sqlalchemy import column as named

from intranet.clock import LONDON
from intranet.store.events import FIRST_LINK, canonical, digest, header, link
from intranet.store.projections import Difference, differences_on
from intranet.store.scope import all_settings, scope
from intranet.store.state import State, state
from intranet.store.tables import HOUSE, event, mark
from intranet.store.writing import connection

HEADS = "heads.jsonl"


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was written: in which setting, at which position if it has one, and what."""

    setting_id: int
    position: int | None
    what: str

    def __str__(self) -> str:
        where = "The house's own events" if self.setting_id == HOUSE else f"Setting {self.setting_id}"
        return f"{where}{f', position {self.position}' if self.position is not None else ''}: {self.what}."


@dataclass(frozen=True)
class Report:
    """What ``verify`` read and everything it found wrong."""

    problems: tuple[Problem, ...]
    events: int
    marks: int

    @property
    def sound(self) -> bool:
        """Return whether nothing was found wrong."""
        return not self.problems


def verify(setting_id: int | None = None, folder: Path | None = None) -> Report:
    """Check one setting's chain and projections, or every setting's, and the sealed heads in ``folder``."""
    reach = all_settings("verify") if setting_id is None else scope([setting_id])
    with reach, connection() as conn:
        return verify_on(conn, state(), setting_id, folder)


def verify_on(conn: Connection, kept: State, setting_id: int | None, folder: Path | None) -> Report:
    """Check on an open connection, in a scope that reaches what is checked."""
    sealed = _read_seals(folder, kept.seal_key) if folder else ([], [])
    settings = _every_setting(conn, sealed[0]) if setting_id is None else [setting_id]
    problems, count = list(sealed[1]), 0
    for each in settings:
        walk = Walk(each, kept.chain_key, {s["position"]: s["mac"] for s in sealed[0] if s["setting_id"] == each})
        problems += walk.problems(conn)
        count += walk.count
        problems += _differing(conn, each)
    return Report(tuple(problems), count, _marks(conn, settings))


def _every_setting(conn: Connection, heads: list[dict[str, Any]]) -> list[int]:
    """Return every setting that exists or ever had a sealed event, so that a chain cut down to nothing shows."""
    return sorted({*setting_ids(conn), *(head["setting_id"] for head in heads)})


def _differing(conn: Connection, setting_id: int) -> Iterator[Problem]:
    """Yield a problem for everything in the projections that the events do not say."""
    try:
        for difference in differences_on(conn, setting_id):
            yield Problem(setting_id, _position(difference), str(difference))
    except (ValueError, TypeError, ArithmeticError) as error:
        yield Problem(setting_id, None, f"its marks cannot be compared with its events: {error}")


def _position(difference: Difference) -> int | None:
    return difference.found[2] if difference.table in ("mark", "mark_note") and difference.found else None


def _marks(conn: Connection, settings: list[int]) -> int:
    return conn.execute(select(func.count()).select_from(mark).where(mark.c.setting_id.in_(settings))).scalar_one()


def setting_ids(conn: Connection) -> list[int]:
    """Return the house and every setting that exists or has events."""
    found = {HOUSE} | set(conn.execute(select(event.c.setting_id).distinct()).scalars())
    found |= set(conn.execute(select(mark.c.setting_id).distinct()).scalars())
    if inspect(conn).has_table("setting"):
        found |= set(conn.execute(select(named("id")).select_from(table("setting"))).scalars())
    return sorted(found)


class Walk:
    """Walks one setting's events from the first, remembering what the next one must follow."""

    def __init__(self, setting_id: int, key: bytes, sealed: Mapping[int, str]) -> None:
        self._setting_id, self._key, self._sealed = setting_id, key, dict(sealed)
        self._previous = FIRST_LINK
        self._versions: dict[str, int] = {}
        self._bare: set[int] = set()
        self._forgiven: set[int] = set()
        self.count = 0

    def problems(self, conn: Connection) -> Iterator[Problem]:
        """Yield everything wrong with the chain."""
        try:
            yield from self._chain(conn)
        except (ValueError, TypeError, AttributeError) as error:
            yield Problem(self._setting_id, None, f"an event after the first {self.count} cannot be read: {error}")
            return
        for position in sorted(self._bare - self._forgiven):
            yield Problem(self._setting_id, position, "its data is gone and no event says that it was redacted")
        for position in sorted(self._sealed):
            yield Problem(self._setting_id, position, "this event was sealed as the head of the chain and is gone")

    def _chain(self, conn: Connection) -> Iterator[Problem]:
        query = select(event).where(event.c.setting_id == self._setting_id).order_by(event.c.position)
        for row in conn.execution_options(yield_per=5_000).execute(query).mappings():
            for what in self._wrong(row):
                yield Problem(self._setting_id, row["position"], what)
            self.count += 1

    def _wrong(self, row: RowMapping) -> Iterator[str]:
        if row["previous"] != self._previous:
            yield "it does not follow the event before it: an event was taken out, put in or moved"
        if not hmac.compare_digest(row["mac"], link(self._key, row["previous"], header(row))):
            yield "its seal does not fit what it says"
        self._previous = row["mac"]
        yield from self._wrong_data(row)
        version = self._versions.get(row["stream"], 0) + 1
        self._versions[row["stream"]] = row["version"]
        if row["version"] != version:
            yield f"it is version {row['version']} of {row['stream']} where version {version} belongs"
        if self._sealed.pop(row["position"], row["mac"].hex()) != row["mac"].hex():
            yield "it is not the event that was sealed as the head of the chain"

    def _wrong_data(self, row: RowMapping) -> Iterator[str]:
        if row["kind"] == "event.redacted":
            self._forgiven.add(row["basis"])
        if row["data"] is None and row["salt"] is None:
            self._bare.add(row["position"])
        elif row["data"] is None or row["salt"] is None or digest(row["salt"], row["data"]) != row["digest"]:
            yield "its data is not what was written"


def sealed_on(folder: Path) -> date | None:
    """Return the day, in London, of the newest seal; None when there is none that can be read."""
    try:
        return datetime.fromisoformat(_last_line(folder / HEADS)["at"]).astimezone(LONDON).date()
    except (KeyError, TypeError, ValueError):
        return None


def seal(folder: Path, now: datetime) -> int:
    """Write the head of every chain, sealed, to a file outside the database; return how many."""
    with all_settings("seal"), connection() as conn:
        heads = [_head(conn, setting_id) for setting_id in setting_ids(conn)]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / HEADS
    before = _last_seal(path)
    with path.open("a", encoding="utf-8") as file:
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            file.write("\n")  # the line before was torn: it stays a problem of its own
        for line in [head for head in heads if head]:
            line = {**line, "at": now.astimezone(UTC).isoformat(), "before": before}
            before = _sealed(state().seal_key, line)
            file.write(canonical({**line, "seal": before}) + "\n")
    return len([head for head in heads if head])


def _head(conn: Connection, setting_id: int) -> dict[str, Any] | None:
    query = (
        select(event.c.position, event.c.mac)
        .where(event.c.setting_id == setting_id)
        .order_by(event.c.position.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else {"setting_id": setting_id, "position": row.position, "mac": row.mac.hex()}


def _sealed(key: bytes, line: Mapping[str, Any]) -> str:
    return hmac.digest(key, canonical(line).encode(), "sha256").hex()


def _last_seal(path: Path) -> str:
    return str(_last_line(path).get("seal", ""))


def _last_line(path: Path) -> dict[str, Any]:
    """Return the newest line; nothing when there is none, or when the power went while it was written."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    try:
        found = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read_seals(folder: Path, key: bytes) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the sealed heads, and a problem for each line of the file that was altered, taken out or put in."""
    path, before = folder / HEADS, ""
    heads: list[dict[str, Any]] = []
    problems = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        try:
            line = json.loads(text)
            claimed = line.pop("seal")
            good = line["before"] == before and hmac.compare_digest(claimed, _sealed(key, line))
        except (ValueError, KeyError, TypeError, AttributeError):
            line, claimed, good = None, "", False  # the next line begins anew, so that one torn line is one problem
        before = claimed
        if good and line:
            heads.append(line)
        else:
            problems.append(Problem(HOUSE, None, f"line {number} of {HEADS} is not as it was sealed"))
    return heads, problems


__all__ = ["Problem", "Report", "seal", "sealed_on", "setting_ids", "verify", "verify_on"]
