"""The long proofs of the register: they play the whole house from outside, so they are the tests' own, run for longer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from intranet.config import PROJECT_FOLDER

Say = Callable[[str], None]


class DrillFailed(AssertionError):
    """A promise of the register was broken."""


def _played(say: Say, proof: str, times: int) -> None:
    """Run a proof of ``tests.faults`` so many times and say its figure; raise DrillFailed when it does not hold."""
    command = [sys.executable, "-m", "tests.faults", proof, str(times)]
    told = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run(command, cwd=PROJECT_FOLDER, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed((done.stdout + done.stderr).strip()[-2000:])
    say(done.stdout.strip())


DRILLS: dict[str, Callable[[Say], None]] = {
    "interleavings": partial(_played, proof="interleavings", times=1000),
    "failures": partial(_played, proof="failures", times=57),  # at least 50, each kind as often as any other
    "repeats": partial(_played, proof="repeats", times=200),
    "races": partial(_played, proof="races", times=200),
}
