"""Ours beside the floor in one run: rounds of each in turn on the same machine, medians and ratios, never a bare millisecond."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.bench import figures, load, product, scan
from tests.bench.floor import build as build_floor

HERE = Path(__file__).resolve().parent
ROUNDS = 5
GROUPS, SIZE = 35, 30


@contextmanager
def server(*command: str, port: int) -> Iterator[int]:
    """Run a server of this machine until the block ends, giving its process id."""
    project = HERE.parent.parent
    environment = {**os.environ, "PYTHONPATH": str(project)}
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=project, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"The server on port {port} ended at once with code {process.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"The server on port {port} did not answer in 30 seconds.")


def cpu(pid: int) -> float:
    """Return the milliseconds of processor a process has used; what others do to the machine hardly touches it (0 where unknown)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def floor_client(port: int, user: int) -> tuple[dict[str, str], str]:
    """Return the headers and CSRF token of somebody signed in to the floor."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/sign-in/{user}")
    answer = connection.getresponse()
    token = answer.read().decode()
    connection.close()
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}, token


def floor_requests(token: str, group: int, number: int, what: str) -> list[load.Request]:
    """Return an opening, a save or both of one class's register."""
    path = f"/register/{group}/{number}"
    pupils = range((group - 1) * SIZE + 1, group * SIZE + 1)
    body = urlencode({"csrf": token, **{f"m{p}": "N" if p % 15 == 0 else "/" for p in pupils}, **{f"l{p}": "" for p in pupils}})
    opening, saving = ("GET", path, None), ("POST", path, body)
    return {"open": [opening], "save": [saving], "both": [opening, saving]}[what]  # type: ignore[return-value]


class Bench:
    """The two servers and what each of their people asks for."""

    def __init__(self, ours: int, floor: int, plan: product.Plan, rounds: int, pids: dict[str, int]) -> None:
        self.ours, self.floor, self.plan, self.rounds = ours, floor, plan, rounds
        self.pids = pids
        self.people = [floor_client(floor, n + 1) for n in range(GROUPS)]
        self.turn = 0

    def floor_clients(self, clients: int, each: int, what: str) -> list[load.Client]:
        """Return the floor's clients; every save is of a session not saved before."""
        made = []
        for n in range(clients):
            headers, token = self.people[n % GROUPS]
            asked: list[load.Request] = []
            for k in range(each):
                asked += floor_requests(token, n % GROUPS + 1, self.turn + k, what)
            made.append(load.Client(headers, tuple(asked)))
        self.turn += each
        return made

    def warm(self, what: str) -> None:
        """Let both have done everything once, uncounted."""
        load.run(self.floor, self.floor_clients(2, 10, what))
        load.run(self.ours, self.plan.clients(2, 10, what))

    def compare(self, name: str, clients: int, each: int, what: str) -> dict[str, float]:
        """Print and return the medians over rounds of p50 and p95 of both, and their ratios."""
        figures: dict[str, list[float]] = {key: [] for key in ("ours p50", "ours p95", "floor p50", "floor p95", "ours wall", "floor wall")}
        used = {"ours": 0.0, "floor": 0.0}
        for _ in range(self.rounds):
            for who, port, make in (("floor", self.floor, self.floor_clients), ("ours", self.ours, self.plan.clients)):
                before = cpu(self.pids[who])
                result = load.run(port, make(clients, each, what))
                used[who] += (cpu(self.pids[who]) - before) / len(result.milliseconds) / self.rounds
                if result.bad:
                    raise SystemExit(f"{result.bad} requests of {who} failed in “{name}”.")
                figures[f"{who} p50"].append(result.percentile(50))
                figures[f"{who} p95"].append(result.percentile(95))
                figures[f"{who} wall"].append(result.wall * 1000)
        middle = {key: load.median(values) for key, values in figures.items()}
        ratios = {part: middle[f"ours {part}"] / middle[f"floor {part}"] for part in ("p50", "p95", "wall")}
        print(
            f"{name:<34} ours {middle['ours p50']:7.1f} / {middle['ours p95']:7.1f} ms   floor {middle['floor p50']:7.1f} / "
            f"{middle['floor p95']:7.1f} ms   ratio p50 {ratios['p50']:.2f}  p95 {ratios['p95']:.2f}  wall {ratios['wall']:.2f}"
            f"   processor a request {used['ours']:.1f} and {used['floor']:.1f} ms, ratio {used['ours'] / (used['floor'] or 1):.2f}"
        )
        return ratios


def main() -> None:
    """Print every figure of the comparison; ``--rounds N`` takes another number of rounds."""
    asked = ArgumentParser(prog="bench")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = asked.parse_args().rounds
    print(f"{rounds} rounds of each in turn, {os.cpu_count()} processors, load before {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="daymark-bench-") as folder:
        home = Path(folder)
        build_floor(home / "floor.db", GROUPS, SIZE)
        plan = product.build(home / "ours")
        ours, floor = free_port(), free_port()
        with (
            server("tests.bench.floor", str(home / "floor.db"), str(floor), port=floor) as floor_pid,
            server("tests.bench.product", str(home / "ours"), str(ours), port=ours) as our_pid,
        ):
            plan.sign_in(ours)
            bench = Bench(ours, floor, plan, rounds, {"ours": our_pid, "floor": floor_pid})
            for warm in ("open", "save"):
                bench.warm(warm)
            for clients, each in ((1, 40), (16, 10)):
                bench.compare(f"open a register of {SIZE}, {clients} clients", clients, each, "open")
                bench.compare(f"save a register of {SIZE}, {clients} clients", clients, each, "save")
            bench.compare(f"morning peak, {GROUPS} open and save", GROUPS, 1, "both")
        print(f"load after {os.getloadavg()[0]:.1f}")
        figures.print_all(product.app_at(home / "ours"), product.NOW)
    for figure in scan.lines(rounds):
        print(figure)


if __name__ == "__main__":
    main()
