"""The tests, the long proofs, the comparison with a minimal app and the README's pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

from intranet.config import PROJECT_FOLDER
from intranet.errors import ConfigError
from intranet.factory import ROOMS

Drill = Callable[[Callable[[str], None]], None]
WORKERS = "2"


def test(asked: Namespace) -> int:
    """Run pytest with the words given; return its exit code."""
    return subprocess.call([sys.executable, "-m", "pytest", *_in_parallel(asked.rest)], cwd=PROJECT_FOLDER)


def _in_parallel(words: Sequence[str]) -> list[str]:
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb", "--collect-only")) or word == "no:xdist" for word in words)
    return [*words] if chosen else ["-n", WORKERS, "--dist", "worksteal", *words]


def drills() -> Mapping[str, Drill]:
    """Return every room's drills by name."""
    found: dict[str, Drill] = {}
    for room in ROOMS:
        if find_spec(f"intranet.{room}.drills"):
            found.update(import_module(f"intranet.{room}.drills").DRILLS)
    return found


def drill(asked: Namespace) -> int:
    """Run one drill or all of them; return 1 when one failed."""
    known = drills()
    if asked.name and asked.name not in known:
        raise ConfigError(f"There is no drill “{asked.name}”. There are: {', '.join(sorted(known)) or 'none'}.")
    failed = [name for name in ([asked.name] if asked.name else sorted(known)) if not _holds(name, known[name])]
    print(f"Failed: {', '.join(failed)}" if failed else "Every drill held.")
    return 1 if failed else 0


def _holds(name: str, proof: Drill) -> bool:
    print(f"{name}:")
    try:
        proof(lambda line: print(f"  {line}", flush=True))
    except AssertionError as broken:
        print(f"  did not hold: {broken}")
        return False
    return True


def bench(_asked: Namespace) -> int:
    """Run the comparison; return its exit code."""
    return subprocess.call([sys.executable, "-m", "tests.bench"], cwd=PROJECT_FOLDER, env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)})


def screenshots(_asked: Namespace) -> int:
    """Take the README's pictures; return 0."""
    import_module("intranet.demo.screenshots").main(print)
    return 0
