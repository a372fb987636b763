"""Calls a plugin within a time budget and sets a hook aside when it keeps failing (design 4.4)."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from time import monotonic
from typing import Any

from intranet.errors import place_of

log = logging.getLogger(__name__)

#: House choices about machinery, not about policy: seconds, failures, seconds.
BUDGET = 2.0
CALLS_A_BUDGET = 30  # one class; a batch of more calls has as many budgets
FAILURES = 3
WINDOW = 600.0


class HookError(Exception):
    """A plugin's hook raised, was too slow or is set aside; the caller decides what that means for the act at hand."""

    def __init__(self, plugin: str, hook: str, why: str) -> None:
        super().__init__(f"The rules of {plugin} ({hook}) did not run: {why}.")
        self.plugin, self.hook, self.why = plugin, hook, why


@dataclass
class _Job:
    call: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self.call()
        except Exception as error:  # noqa: BLE001 (a plugin may raise anything; the caller is told)
            self.error = error
        finally:
            self.done.set()


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="plugin-hook")
        self.jobs: SimpleQueue[_Job] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while True:
            self.jobs.get().run()


class Guard:
    """Runs hook calls on a few waiting threads: one that outlives its budget is abandoned, which is safe as hooks hold nothing."""

    def __init__(self, budget: float = BUDGET, now: Callable[[], float] = monotonic) -> None:
        self.budget, self._now = budget, now
        self._idle: list[_Worker] = []
        self._failed: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def run(self, plugin: str, hook: str, call: Callable[[], Any], calls: int = 1) -> Any:
        """Return what a call (or so many in one) returns; raise HookError when it raises, is too slow or has been set aside."""
        if self.set_aside(plugin, hook):
            raise HookError(plugin, hook, f"it failed {FAILURES} times within {WINDOW / 60:.0f} minutes and is set aside for now")
        job, worker = _Job(call), self._worker()
        worker.jobs.put(job)
        budget = self.budget * (1 + (calls - 1) // CALLS_A_BUDGET)
        if not job.done.wait(budget):
            raise self._failure(plugin, hook, f"it took longer than {budget:g} seconds", None)
        with self._lock:
            self._idle.append(worker)
        if job.error is not None:
            raise self._failure(plugin, hook, type(job.error).__name__, job.error) from job.error
        return job.value

    def set_aside(self, plugin: str, hook: str) -> bool:
        """Return whether a hook has failed so often lately that it is not called."""
        failed = self._failed.get((plugin, hook))
        if not failed:
            return False
        with self._lock:
            while failed and failed[0] < self._now() - WINDOW:
                failed.popleft()
            return len(failed) >= FAILURES

    def troubles(self) -> list[tuple[str, str, int]]:
        """Return the plugin, hook and number of failures of every hook that failed lately, for the administrator's page."""
        return [(plugin, hook, len(times)) for (plugin, hook), times in sorted(self._failed.items()) if times]

    def _worker(self) -> _Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Worker()

    def _failure(self, plugin: str, hook: str, why: str, error: BaseException | None) -> HookError:
        with self._lock:
            self._failed.setdefault((plugin, hook), deque()).append(self._now())
        # The message of a plugin's error may hold a child's details: log the type and place, never the text.
        place = place_of(error) if error is not None else ""
        log.error("plugin hook failed", extra={"plugin": plugin, "hook": hook, "why": why, "place": place})
        return HookError(plugin, hook, why)
