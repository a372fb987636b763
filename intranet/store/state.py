"""What the store keeps for one app: its engine, its lock and its keys."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from intranet.store.locks import FairLock


@dataclass(frozen=True)
class State:
    """The store of one app; ``lock`` is None on PostgreSQL, which queues writers itself."""

    chain_key: bytes
    seal_key: bytes
    lock: FairLock | None


def state() -> State:
    """Return the current app's store."""
    found: State = current_app.extensions["daymark.store"]
    return found
