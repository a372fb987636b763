"""Counts what is sent to the database, for tests and measurements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from intranet.store.base import db


@dataclass
class Statements:
    """The statements that ran (an executemany is one) and how many transactions committed."""

    texts: list[str] = field(default_factory=list)
    commits: int = 0

    def __len__(self) -> int:
        return len(self.texts)


@contextmanager
def statements() -> Iterator[Statements]:
    """Give a counter that grows while the block runs; BEGIN is not counted."""
    counted = Statements()

    def ran(_conn: Any, _cursor: Any, text: str, _parameters: Any, _context: Any, _many: bool) -> None:
        if not text.startswith("BEGIN"):
            counted.texts.append(text)

    def committed(conn: Connection) -> None:
        counted.commits += 1 if conn.get_execution_options().get("writing") else 0

    event.listen(db.engine, "after_cursor_execute", ran)
    event.listen(db.engine, "commit", committed)
    try:
        yield counted
    finally:
        event.remove(db.engine, "after_cursor_execute", ran)
        event.remove(db.engine, "commit", committed)
