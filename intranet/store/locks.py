"""A first-come, first-served lock: SQLite's own busy handler starves whoever is unlucky."""

from __future__ import annotations

import threading
import time
from collections import deque


class FairLock:
    """A lock that is handed to whoever has waited longest; ``longest_wait`` is in seconds."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False
        self.longest_wait = 0.0

    def acquire(self, timeout: float) -> bool:
        """Return whether the lock was given within that many seconds."""
        began = time.monotonic()
        with self._door:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        given = turn.acquire(timeout=timeout)
        return self._take(turn, given, time.monotonic() - began)

    def _take(self, turn: threading.Lock, given: bool, waited: float) -> bool:
        with self._door:
            if not given and turn in self._queue:
                self._queue.remove(turn)
                return False
            # Handed over, perhaps in the instant after the wait ran out: it is ours either way.
            self.longest_wait = max(self.longest_wait, waited)
            return True

    def release(self) -> None:
        """Hand the lock to the next in the queue, or free it."""
        with self._door:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False
