"""A closed-loop load of loopback requests: one process a client, keep-alive, bounded in count."""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Request = tuple[str, str, str | None]


@dataclass(frozen=True)
class Client:
    """One signed-in person and the requests they make, in order."""

    headers: dict[str, str]
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Result:
    """What a run took: milliseconds a request, seconds in all, and how many answers were not good."""

    milliseconds: tuple[float, ...]
    wall: float
    bad: int
    by_method: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def percentile(self, p: float, method: str | None = None) -> float:
        """Return the p-th percentile in milliseconds."""
        values = sorted(self.by_method[method] if method else self.milliseconds)
        return values[min(len(values) - 1, int(p / 100 * len(values)))]


def _client(port: int, client: Client, barrier: Any, out: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    taken: list[tuple[str, float]] = []
    bad = 0
    barrier.wait()
    start = time.perf_counter()
    for method, path, body in client.requests:
        began = time.perf_counter()
        headers = dict(client.headers)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        taken.append((method, (time.perf_counter() - began) * 1000))
        bad += answer.status >= 400
    connection.close()
    out.put((taken, bad, start, time.perf_counter()))


def run(port: int, clients: Sequence[Client]) -> Result:
    """Return the figures of all clients running at once against a port of this machine."""
    context = multiprocessing.get_context("fork")
    barrier, out = context.Barrier(len(clients)), context.Queue()
    workers = [context.Process(target=_client, args=(port, client, barrier, out)) for client in clients]
    for worker in workers:
        worker.start()
    answers = [out.get(timeout=300) for _ in workers]
    for worker in workers:
        worker.join()
    out.close()
    taken = [one for answer in answers for one in answer[0]]
    methods = {method for method, _ in taken}
    return Result(
        milliseconds=tuple(ms for _, ms in taken),
        wall=max(a[3] for a in answers) - min(a[2] for a in answers),
        bad=sum(a[1] for a in answers),
        by_method={m: tuple(ms for method, ms in taken if method == m) for m in methods},
    )


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)
