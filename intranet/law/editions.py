"""Editions of guidance and law with the days from which they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from intranet.law.words import DATA, read_yaml


@dataclass(frozen=True)
class Edition:
    """One edition of a document: ``since`` is the day from which it counts."""

    since: date
    edition: str
    note: str = ""
    seen: str = ""  # "second-hand": known only from others' notes


@dataclass(frozen=True)
class Work:
    """A document of guidance or law that comes in editions, oldest first."""

    key: str
    title: str
    kind: str  # guidance, law
    editions: tuple[Edition, ...]

    def latest(self, on: date) -> Edition | None:
        """Return the newest edition that counts on a day."""
        return max((e for e in self.editions if e.since <= on), key=lambda e: e.since, default=None)

    def newer(self, cited: date, on: date) -> Edition | None:
        """Return the newest edition when the cited one is older than it (C-46)."""
        found = self.latest(on)
        return found if found is not None and found.since > cited else None


@cache
def works() -> Mapping[str, Work]:
    """Return every document whose editions are on file, by key."""
    return {key: _work(key, row) for key, row in read_yaml(DATA / "editions.yaml").items()}


def _work(key: str, row: Mapping[str, object]) -> Work:
    rows = row["editions"]
    assert isinstance(rows, dict)
    editions = tuple(Edition(since, **said) for since, said in sorted(rows.items()))
    return Work(key, str(row["title"]), str(row["kind"]), editions)
