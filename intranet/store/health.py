"""When this install last ticked and last verified: two small files in the data folder, for the page that says how the install is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from intranet.clock import LONDON
from intranet.config import Config


@dataclass(frozen=True)
class Verified:
    """What the last verification found."""

    at: datetime
    events: int
    problems: int


def note_tick(config: Config, now: datetime) -> None:
    """Remember that a tick ended."""
    _write(_file(config, "tick"), {"at": now.isoformat()})


def note_verified(config: Config, now: datetime, events: int, problems: int) -> None:
    """Remember what a verification found."""
    _write(_file(config, "verified"), {"at": now.isoformat(), "events": events, "problems": problems})


def ticked_at(config: Config) -> datetime | None:
    """Return when the last tick ended; None when none did or the file cannot be read."""
    found = _read(_file(config, "tick"))
    return None if found is None else found["at"]


def verified(config: Config) -> Verified | None:
    """Return what the last verification found; None when there was none or the file cannot be read."""
    found = _read(_file(config, "verified"))
    return None if found is None else Verified(found["at"], int(found.get("events", 0)), int(found.get("problems", 0)))


def _file(config: Config, name: str) -> Path:
    return config.home / f"{name}{config.mark}.json"


def _write(path: Path, what: dict[str, Any]) -> None:
    """Put the file in place whole: a reader never sees half of it."""
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(what), encoding="utf-8")
    part.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {**found, "at": datetime.fromisoformat(found["at"]).astimezone(LONDON)}
    except (OSError, ValueError, KeyError, TypeError):
        return None


__all__ = ["Verified", "note_tick", "note_verified", "ticked_at", "verified"]
