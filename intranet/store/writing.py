"""The one way to write: a short transaction behind a fair queue, committed before anything is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from intranet.errors import NotRead, NotSaved
from intranet.store import events
from intranet.store.base import ReadingSession, db
from intranet.store.guard import watch_session
from intranet.store.state import state

#: How long a save queues behind others before the person is told, in seconds.
QUEUE_SECONDS = 15.0
#: What SQLite says of a file that cannot be read back as it was written.
DAMAGED = ("malformed", "not a database", "disk i/o", "corrupt")


class WritingSession(Session):
    """The ORM session of one writing transaction; the transaction commits, the session never."""


watch_session(WritingSession, writable=True)
watch_session(ReadingSession, writable=False)


class Writing:
    """A writing transaction: ``conn`` for Core, ``session`` for models, ``append`` for events."""

    def __init__(self, conn: Connection, now: datetime, actor_id: int | None, chain_key: bytes) -> None:
        self.conn = conn
        self.now = now
        self.actor_id = actor_id
        self.chain_key = chain_key
        self._session: WritingSession | None = None

    @property
    def session(self) -> Session:
        """Return the ORM session on this transaction, made on first use."""
        if self._session is None:
            self._session = WritingSession(self.conn, join_transaction_mode="rollback_only", expire_on_commit=False)
        return self._session

    def append(
        self,
        *,
        setting_id: int,
        stream: str,
        kind: str,
        data: Mapping[str, Any],
        occurred_on: date,
        request_id: str | None = None,
        part: int = 0,
        basis: int | None = None,
        version: int | None = None,
        recorded_at: datetime | None = None,
    ) -> events.Stored:
        """Write one event and return it; raise RequestSeen for a repeat, VersionTaken when ``version`` is taken."""
        draft = events.Draft(
            setting_id, stream, kind, data, occurred_on, recorded_at or self.now, self.actor_id, request_id, part, basis
        )
        return events.append(self.conn, draft, self.chain_key, version)

    def finish(self) -> None:
        """Flush what the session holds."""
        if self._session is not None:
            self._session.flush()

    def close(self) -> None:
        """Let the session's objects go; they stay readable."""
        if self._session is not None:
            self._session.expunge_all()
            self._session.close()


_inside: ContextVar[bool] = ContextVar("daymark.writing", default=False)


@contextmanager
def writing(*, now: datetime, actor_id: int | None) -> Iterator[Writing]:
    """Give a writing transaction, committed on leaving; raise NotSaved, with nothing stored, when it cannot be."""
    if _inside.get():
        raise RuntimeError("store.writing() was entered inside store.writing(). Pass the outer one down instead.")
    kept = state()
    if kept.lock and not kept.lock.acquire(QUEUE_SECONDS):
        raise NotSaved("Others have been saving for too long. Wait a moment, then save again")
    token = _inside.set(True)
    try:
        with _sayable(), db.engine.connect() as opened:
            conn = opened.execution_options(writing=True)
            with conn.begin():
                yield from _written(Writing(conn, now, actor_id, kept.chain_key))
    finally:
        _inside.reset(token)
        if kept.lock:
            kept.lock.release()
        db.session.rollback()


def _written(w: Writing) -> Iterator[Writing]:
    try:
        yield w
        w.finish()
    finally:
        w.close()


@contextmanager
def _sayable() -> Iterator[None]:
    """Turn a database that cannot store into NotSaved; a fault of ours stays what it is."""
    try:
        yield
    except PendingRollbackError as error:
        raise NotSaved("The database lost the connection. Save again") from error
    except DBAPIError as error:
        sentence = _reason(error)
        if sentence is None:
            raise
        raise NotSaved(sentence) from error


def not_read(error: SQLAlchemyError) -> NotRead | None:
    """Return what to say when the database could not be read; None when the fault is ours."""
    if isinstance(error, PoolTimeout):
        return NotRead("Too many people are reading at once. Wait a moment, then open the page again")
    if isinstance(error, PendingRollbackError):
        return NotRead("The database lost the connection. Open the page again")
    if not isinstance(error, DBAPIError):
        return None
    said = str(error.orig).lower()
    if any(word in said for word in DAMAGED):
        return NotRead("The database file, or the disk it is on, is damaged. Ask your administrator to restore the last backup")
    why = _reason(error)
    return NotRead(why.replace("save again", "open the page again")) if why else None


def _reason(error: DBAPIError) -> str | None:
    text = str(error.orig).lower()
    if "full" in text or "no space" in text:
        return "The disk is full. Ask your administrator to make room, then save again"
    if "readonly" in text or "read-only" in text:
        return "The database may only be read at present. Ask your administrator, then save again"
    if "locked" in text or "timeout" in text or "canceling statement" in text or "deadlock" in text:
        return "The database was busy for too long. Wait a moment, then save again"
    if error.connection_invalidated or (isinstance(error, OperationalError) and "no such" not in text):
        return "The database did not answer. Wait a moment, then save again"
    return None


@contextmanager
def connection() -> Iterator[Connection]:
    """Give a Core connection to read with, in the scope in force."""
    with db.engine.connect() as conn:
        yield conn
